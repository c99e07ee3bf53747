"""Any of Keras' own layers load from a file; code, and what is anybody else's, does not."""

import json
import zipfile

import keras
import numpy as np
import pytest
from keras import layers, ops

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.keras_files import load_model

TIMESTEPS, WORDS = 6, 12
rng = np.random.default_rng(5)
SERIES = rng.normal(size=(5, TIMESTEPS, 3)).astype(np.float32)
TOKENS = rng.integers(0, WORDS, (5, TIMESTEPS))


def recurrent(*given, **settings):
    return layers.GRU(4, return_sequences=True, **settings)(*given)


def operations(x):
    h = recurrent(x)
    return h[:, -1] + ops.mean(h, axis=1) * 2 - ops.flip(h, axis=1)[:, 0]


def convolutions(x):
    wide = layers.Conv1D(4, 3, padding="causal")(x)
    return recurrent(layers.MaxPooling1D(2)(layers.SeparableConv1D(4, 3)(wide)))


def normalisation(x):
    first = layers.Normalization()
    first.adapt(SERIES)
    return layers.LayerNormalization()(recurrent(layers.BatchNormalization()(first(x))))


def attention(x):
    h = layers.Bidirectional(layers.LSTM(2, return_sequences=True), merge_mode="ave")(x)
    return layers.Concatenate()([layers.Attention()([h, h]), layers.AdditiveAttention()([h, h])])


def two_directions(x):
    there, back = (layers.LSTM(3, return_sequences=True, go_backwards=backwards) for backwards in (False, True))
    return layers.Bidirectional(there, backward_layer=back)(x)


def noise(x):
    return recurrent(layers.Masking()(layers.GaussianNoise(0.1)(layers.SpatialDropout1D(0.1)(x))))


def activations(x):
    return layers.PReLU(shared_axes=[1])(layers.LeakyReLU(0.1)(layers.Activation("hard_sigmoid")(recurrent(x))))


def training(x):
    settings = {"kernel_regularizer": "l2", "kernel_constraint": "max_norm", "kernel_initializer": "he_normal"}
    return recurrent(x, recurrent_initializer=keras.initializers.HeNormal(1), **settings)


def inner_model(x):
    model = keras.Sequential([keras.Input((TIMESTEPS, 3)), layers.LSTM(4, return_sequences=True), layers.Dense(3)])
    # Keras compiles the models within a model as they were, unlike the model itself.
    model.compile("adam", lambda truth, said: said)
    return recurrent(model(x))


def shapes(x):
    cut = layers.ZeroPadding1D(1)(layers.Cropping1D(1)(x))
    return recurrent(layers.Reshape((3, TIMESTEPS))(layers.Permute((2, 1))(cut)))


BODIES = {
    **{body.__name__: body for body in (operations, convolutions, normalisation, attention, two_directions, noise)},
    **{body.__name__: body for body in (activations, training, inner_model, shapes)},
    "a stack": lambda x: recurrent(ops.stack([x[:, 0], ops.max(x, axis=1), x[:, 2]], axis=1)),
    "MultiHeadAttention": lambda x: layers.MultiHeadAttention(2, 3)(recurrent(x), x),
    "cells": lambda x: layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)])(x),
    "half precision": lambda x: layers.Dense(3, dtype="mixed_float16")(recurrent(x)),
}


def classifier(body):
    source = keras.Input((TIMESTEPS, 3))
    hidden = body(source)
    hidden = layers.GlobalMaxPooling1D()(hidden) if len(hidden.shape) == 3 else hidden
    return keras.Model(source, layers.Dense(2, "softmax")(hidden))


class Distance(keras.losses.Loss):
    def call(self, truth, said):
        return ops.mean(truth - said)


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("name", BODIES)
def test_layers_of_keras(tmp_path, name, suffix):
    model = classifier(BODIES[name])
    # A loss of one's own is not needed.
    model.compile("adam", Distance(), metrics=[lambda truth, said: said])
    model.save(tmp_path / f"model.{suffix}")
    loaded = load_model(tmp_path / f"model.{suffix}")
    np.testing.assert_allclose(loaded.predict(SERIES, verbose=0), model.predict(SERIES, verbose=0), atol=1e-6)
    assert not loaded.compiled


def text_model():
    text = layers.TextVectorization(max_tokens=WORDS, output_sequence_length=TIMESTEPS, name="text")
    text.adapt(["a b c d", "b c d e f"])
    words = [keras.Input((), dtype="string"), text, layers.Embedding(WORDS, 3, mask_zero=True)]
    return keras.Sequential([*words, layers.LSTM(3), layers.Dense(2)])


@pytest.mark.parametrize("kind", [layers.TextVectorization, layers.StringLookup])
def test_a_vocabulary_of_another_file(tmp_path, kind):
    (tmp_path / "words.txt").write_text("a\nb\n")
    words = kind(vocabulary=["a", "b"], name="words")
    keras.Sequential([keras.Input((3,) if kind is layers.StringLookup else (), dtype="string"), words]).save(
        tmp_path / "valid.keras"
    )
    with (
        zipfile.ZipFile(tmp_path / "valid.keras") as archive,
        zipfile.ZipFile(tmp_path / "model.keras", "w") as changed,
    ):
        for name in archive.namelist():
            content = archive.read(name)
            if name == "config.json":
                assert b'["a", "b"]' in content
                content = content.replace(b'["a", "b"]', json.dumps(str(tmp_path / "words.txt")).encode())
            changed.writestr(name, content)
    with pytest.raises(InputError, match="layer 'words' .*reads its vocabulary from another file"):
        load_model(tmp_path / "model.keras")


def test_a_vocabulary_comes_with_the_model(tmp_path):
    model = text_model()
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        assert [name for name in archive.namelist() if name.startswith("assets/")]
    inputs = ops.convert_to_tensor(["a f d", "c"])
    expected = model.predict(inputs, verbose=0)
    np.testing.assert_allclose(load_model(tmp_path / "model.keras").predict(inputs, verbose=0), expected, atol=1e-6)
    model.save(tmp_path / "model.h5")
    with pytest.raises(InputError, match="layer 'text' .TextVectorization. has no vocabulary, which .h5 files lack"):
        load_model(tmp_path / "model.h5")


@pytest.mark.parametrize("name", ["assets/../../text/v.txt", "assets/x", "assets/text/run.py", "/assets/text/v.txt"])
def test_other_members_are_refused(tmp_path, name):
    text_model().save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras", "a") as archive:
        archive.writestr(name, "x")
    with pytest.raises(InputError, match="not a model that can be loaded .holds "):
        load_model(tmp_path / "model.keras")


@keras.saving.register_keras_serializable("mine")
class Mine(layers.Layer):
    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape


class Unregistered(layers.Layer):
    def call(self, inputs):
        return inputs


@keras.saving.register_keras_serializable("mine")
def own_function(x):
    return x


class Penalty(keras.regularizers.Regularizer):
    def __call__(self, x):
        return 0.0

    def get_config(self):
        return {}


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (lambda: layers.Lambda(lambda x: x, name="own"), "layer 'own' is a Lambda and holds code"),
        (lambda: Mine(name="own"), "layer 'own' is a "),
        (lambda: Unregistered(name="own"), "layer 'own' is a Unregistered"),
        (lambda: layers.Activation(own_function, name="own"), "layer 'own' "),
        (lambda: layers.Dense(2, kernel_regularizer=Penalty(), name="own"), "layer 'own' is a Penalty"),
        (lambda: layers.TimeDistributed(Mine(name="inner"), name="own"), "layer 'inner' is a "),
        (lambda: layers.RNN(OwnCell(3, name="cell"), return_sequences=True, name="own"), "layer 'cell' is a OwnCell"),
    ],
    ids=["lambda", "layer", "unregistered", "function", "regularizer", "inner", "cell"],
)
def test_what_is_of_the_author_is_refused(tmp_path, layer, expected, suffix):
    model = classifier(lambda x: layer()(recurrent(x)))
    model.save(tmp_path / f"model.{suffix}")
    with pytest.raises(InputError) as raised:
        load_model(tmp_path / f"model.{suffix}")
    assert str(raised.value).startswith(f"{tmp_path}/model.{suffix}: {expected}")
    assert str(raised.value).endswith("load the model yourself, with the code that it needs, and hand it over live")


class OwnCell(layers.SimpleRNNCell):
    pass


@pytest.mark.parametrize(
    ("module", "name", "registered"),
    [
        ("os", "system", None),
        ("builtins", "eval", None),
        ("keras.utils", "get_file", None),
        ("keras.config", "enable_unsafe_deserialization", None),
        ("keras.src.saving.saving_lib", "H5IOStore", None),
        ("keras.src.layers.layer", "warnings", None),
        ("keras.layers", "Dense", "mine>Mine"),
        ("keras.layers", "deserialize", None),
        ("keras.layers", "TFSMLayer", None),
        ("keras.layers", "TorchModuleWrapper", None),
        (None, "Dense", None),
        (3, "Dense", []),
        ("keras.layers", ["Dense"], None),
    ],
)
def test_classes_that_a_file_may_not_name(tmp_path, module, name, registered):
    model = keras.Sequential([keras.Input((TIMESTEPS, 3)), layers.LSTM(3), layers.Dense(2, name="last")])
    model.save(tmp_path / "valid.keras")
    with zipfile.ZipFile(tmp_path / "valid.keras") as archive:
        members = {part: archive.read(part) for part in archive.namelist()}
    config = json.loads(members["config.json"])
    config["config"]["layers"][-1] |= {"module": module, "class_name": name, "registered_name": registered}
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        for part, content in members.items():
            archive.writestr(part, content)
    with pytest.raises(InputError, match="layer 'last' is a .* hand it over live"):
        load_model(tmp_path / "model.keras")


def test_a_model_within_a_model_that_was_trained_by_itself(tmp_path):
    """Such an encoder is in the file with what it was compiled with, which may be anybody's."""
    encoder = keras.Sequential([keras.Input((TIMESTEPS, 3)), layers.LSTM(3, return_sequences=True), layers.LSTM(3)])
    encoder.compile("adam", keras.losses.Huber())
    series = keras.Input((TIMESTEPS, 3))
    model = keras.Model(series, layers.Dense(2)(encoder(series) * 2.0 - series[:, 0]))
    model.compile("adam", "mse")
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
