import keras
import numpy as np
import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import ARCHITECTURES, RNN_TYPES
from rnn_modules.network import load_network
from rnn_modules.network.from_keras import from_keras
from rnn_modules.training.architectures import ArchitectureSettings, DataSizes, build
from support.networks import random_classifier, random_inputs, random_translator

SIZES = DataSizes(input_tokens=7, timesteps=6, vocabulary=20, outputs=9)


def sentences(generator, examples, tokens, words):
    """Word ids padded on the right, as translation has them."""
    ids = generator.integers(1, words, (examples, tokens), dtype=np.int32)
    return np.where(np.arange(tokens) < generator.integers(1, tokens + 1, (examples, 1)), ids, 0).astype(np.int32)


def random_weights(model, seed=0):
    """Weights large enough for errors to show; Keras' own start with zero biases."""
    generator = np.random.default_rng(seed)
    model.set_weights([generator.normal(0, 0.4, weight.shape).astype("float32") for weight in model.get_weights()])


def inputs_for(architecture, sizes=SIZES, examples=11):
    generator = np.random.default_rng(1)
    if architecture == "encoder_decoder":
        return (
            sentences(generator, examples, sizes.input_tokens, sizes.vocabulary),
            sentences(generator, examples, sizes.timesteps, sizes.outputs),
        )
    return generator.integers(0, sizes.vocabulary, (examples, sizes.input_tokens), dtype=np.int32)


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("rnn", RNN_TYPES)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_parity_with_keras_predict(architecture, rnn, layers):
    sizes = SIZES if architecture != "one_to_one" else DataSizes(7, 1, 20, 9)
    settings = ArchitectureSettings(architecture, rnn, layers, units=5, embedding=4, dropout=0.2)
    model = build(settings, sizes)
    random_weights(model)
    inputs = inputs_for(architecture, sizes)
    expected = model.predict(inputs, verbose=0)
    received = softmax(from_keras(model).logits(inputs))
    if architecture == "encoder_decoder":
        # What Keras computes at padded steps is never used.
        expected, received = expected[inputs[1] != 0], received[inputs[1] != 0]
    np.testing.assert_allclose(received, expected, atol=1e-5)


@pytest.mark.parametrize(
    "layer",
    [
        lambda: keras.layers.GRU(5, reset_after=True),
        lambda: keras.layers.GRU(5, recurrent_activation="hard_sigmoid", reset_after=False),
        lambda: keras.layers.LSTM(5, recurrent_activation="hard_sigmoid", use_bias=False),
    ],
    ids=["gru reset_after", "gru hard_sigmoid", "lstm without bias"],
)
def test_parity_for_models_of_others(layer):
    model = keras.Sequential(
        [keras.Input((7,), dtype="int32"), keras.layers.Embedding(20, 4), layer(), keras.layers.Dense(3, "softmax")]
    )
    random_weights(model)
    inputs = inputs_for("many_to_one")
    np.testing.assert_allclose(softmax(from_keras(model).logits(inputs)), model.predict(inputs, verbose=0), atol=1e-5)


@pytest.mark.parametrize(
    ("layers", "named"),
    [
        ([keras.layers.Bidirectional(keras.layers.LSTM(3))], "Bidirectional"),
        ([keras.layers.LSTM(3, go_backwards=True)], "go_backwards"),
        ([keras.layers.LSTM(3, activation="gelu")], "gelu"),
        ([keras.layers.Conv1D(3, 2), keras.layers.LSTM(3)], "Conv1D"),
        ([keras.layers.Flatten()], "no recurrent layer"),
        ([keras.layers.Flatten(), keras.layers.Reshape((7, 4)), keras.layers.GRU(3)], "Reshape"),
        ([keras.layers.GRU(3), keras.layers.Dense(3, "relu")], "Dense, Dense"),
    ],
)
def test_unsupported_layers_are_named(layers, named):
    model = keras.Sequential(
        [keras.Input((7,), dtype="int32"), keras.layers.Embedding(20, 4), *layers, keras.layers.Dense(3)]
    )
    with pytest.raises(InputError, match=named):
        from_keras(model)


@pytest.mark.parametrize(
    "network", [random_classifier(cell="gru"), random_translator()], ids=["classifier", "translator"]
)
def test_saved_network_is_the_same(tmp_path, network):
    path = tmp_path / "network.npz"
    network.save(path)
    assert load_network(path).sha256 == network.sha256
    assert load_network(path).timesteps == network.timesteps


def test_checksum_follows_every_weight():
    network = random_classifier()
    before = network.sha256
    changed = random_classifier()
    changed.layers[1].recurrent_kernel[0, 0] += 1e-6
    assert changed.sha256 != before


def test_damaged_files_are_named(tmp_path):
    path = tmp_path / "network.npz"
    random_classifier().save(path)
    whole = path.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], b"no archive at all"):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="network.npz"):
            load_network(path)
    path.unlink()
    with pytest.raises(InputError, match="network.npz"):
        load_network(path)


def test_weights_that_are_not_finite_are_an_error(tmp_path):
    network = random_classifier()
    network.layers[0].kernel[0, 0] = np.nan
    network.save(tmp_path / "network.npz")
    with pytest.raises(InputError, match="layers.0.kernel holds values that are not finite"):
        load_network(tmp_path / "network.npz")


def test_inputs_outside_the_vocabulary_are_an_error():
    network = random_classifier(vocabulary=7)
    with pytest.raises(InputError, match=r"0\.\.6, received 0\.\.7"):
        network.logits(np.array([[0, 1, 2, 3, 7]]))
    with pytest.raises(InputError, match=r"shape \(examples, 5\)"):
        network.logits(np.zeros((2, 4), int))


def test_result_does_not_depend_on_the_chunks(monkeypatch):
    network = random_classifier(many_output=True)
    inputs = random_inputs(network, 23)
    whole = network.logits(inputs)
    monkeypatch.setattr("rnn_modules.network.batching.ROWS_AT_ONCE", 5)
    np.testing.assert_allclose(network.logits(inputs), whole)


def test_translation_is_the_arg_max_fed_back():
    network = random_translator(seed=3)
    sources = np.array([[1, 2, 3, 0], [4, 0, 0, 0], [5, 6, 7, 1]], np.int32)
    start = np.full(3, 2, np.int32)
    words = network.translate(sources, start, end=3)
    fed = np.zeros((3, network.target_tokens), np.int32)
    fed[:, 0] = start
    for step in range(network.target_tokens):
        following = network.logits((sources, fed))[:, step].argmax(-1)
        for example in range(3):
            ended = step > 0 and (words[example, :step] == 3).any() or (step > 0 and (words[example, :step] == 0).any())
            assert words[example, step] == (0 if ended else following[example])
        if step + 1 < network.target_tokens:
            fed[:, step + 1] = words[:, step]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_model_from_a_file_is_the_same_network(tmp_path, architecture):
    model = build(ArchitectureSettings(architecture, "lstm", 2, units=5, embedding=4, dropout=0.2), SIZES)
    random_weights(model)
    model.save(tmp_path / "model.keras")
    assert from_keras(keras.models.load_model(tmp_path / "model.keras")).sha256 == from_keras(model).sha256


def test_a_loaded_sequential_model_is_read(tmp_path):
    """Its layers have been called before, so they have several nodes each."""
    layers = [keras.Input((7,)), keras.layers.Embedding(20, 4), keras.layers.LSTM(5), keras.layers.Dense(3, "softmax")]
    model = keras.Sequential(layers)
    model.save(tmp_path / "model.keras")
    loaded = from_keras(keras.models.load_model(tmp_path / "model.keras"))
    assert loaded.sha256 == from_keras(model).sha256


def translator(change):
    """An encoder-decoder of two inputs, with something changed."""
    source, target = (keras.Input((5,), dtype="int32") for _ in range(2))
    encoded, decoded = (keras.layers.Embedding(9, 3, mask_zero=True)(words) for words in (source, target))
    _, *states = keras.layers.LSTM(4, return_state=True)(encoded)
    decoder = keras.layers.LSTM(4, return_sequences=True)
    if change == "states":
        states = states[::-1]
    hidden = decoder(decoded) if change == "none" else decoder(decoded, initial_state=states)
    if change == "sum":
        hidden = hidden + hidden[:, :1]
    if change == "none":
        hidden = keras.layers.Concatenate()([hidden, keras.layers.RepeatVector(5)(states[0])])
    inputs = [target, source] if change == "order" else [source, target]
    return keras.Model(inputs, keras.layers.Dense(9, "softmax")(hidden))


def test_only_what_an_encoder_decoder_is_becomes_one():
    assert from_keras(translator("")).kind == "encoder_decoder"
    for change in ("states", "sum", "none", "order"):
        with pytest.raises(InputError, match="none of the paper's five architectures|branch"):
            from_keras(translator(change))
