"""``.keras`` files whose parts claim more than they hold are refused before anything is built of them."""

import io
import json
import tracemalloc
import zipfile

import h5py
import keras
import numpy as np
import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.keras_checks import least_weights
from rnn_modules.network.keras_files import MEMBERS, load_model
from rnn_modules.training.architectures import ArchitectureSettings, DataSizes, build

SIZES = DataSizes(5, 3, 7, 4)


def members_of(model, folder):
    model.save(folder / "valid.keras")
    with zipfile.ZipFile(folder / "valid.keras") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def kernels(model):
    """Weights without biases, which the count leaves out."""
    return sum(weight.shape[0] * weight.shape[1] for weight in model.weights if len(weight.shape) == 2)


@pytest.mark.parametrize("rnn", ["lstm", "gru", "vanilla"])
@pytest.mark.parametrize(
    "architecture", ["one_to_one", "one_to_many", "many_to_one", "many_to_many", "encoder_decoder"]
)
def test_the_count_is_that_of_the_built_model(tmp_path, architecture, rnn):
    model = build(ArchitectureSettings(architecture, rnn, 2, units=6, embedding=3), SIZES)
    members = members_of(model, tmp_path)
    # GRU before the product has one bias row, which is no kernel.
    assert least_weights(json.loads(members["config.json"])) == kernels(model)
    assert load_model(tmp_path / "valid.keras").count_params() == model.count_params()


def test_sequential_models_are_counted_too(tmp_path):
    layers = [keras.Input((5,)), keras.layers.Embedding(7, 3), keras.layers.LSTM(4), keras.layers.Dense(2)]
    model = keras.Sequential(layers)
    assert least_weights(json.loads(members_of(model, tmp_path)["config.json"])) == kernels(model)


def changed(members, tmp_path, **settings):
    """A file of the model in which layers have other settings, and are packed as well as can be."""
    config = json.loads(members["config.json"])
    for layer in config["config"]["layers"]:
        for key, value in settings.items():
            if key in layer["config"]:
                layer["config"][key] = value
    return written(members | {"config.json": json.dumps(config).encode()}, tmp_path)


def written(members, tmp_path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def refused(path):
    """The error, found without much memory."""
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="not a model that can be loaded") as raised:
            load_model(path)
        assert tracemalloc.get_traced_memory()[1] < 200 * 2**20
    finally:
        tracemalloc.stop()
    return str(raised.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"output_dim": 500_000},
        {"units": 1_000},
        {"batch_shape": [None, 10**7]},
        {"input_dim": 10**8},
        {"units": 1_000, "output_dim": 2_000},
    ],
)
def test_sizes_that_no_weights_stand_for(tmp_path, settings):
    members = members_of(build(ArchitectureSettings("one_to_one", "lstm", 1, units=6, embedding=3), SIZES), tmp_path)
    assert "weights or more, which" in refused(changed(members, tmp_path, **settings))


def sized(kind):
    """A layer of a kind, and its size that weights stand for."""
    layers = keras.layers
    return {
        "Bidirectional": lambda x: layers.Bidirectional(layers.LSTM(3))(x),
        "RNN": lambda x: layers.RNN([layers.GRUCell(2), layers.LSTMCell(3)])(x),
        "Conv1D": lambda x: layers.Flatten()(layers.Conv1D(3, 2)(x)),
        "EinsumDense": lambda x: layers.EinsumDense("abc,cd->ad", output_shape=3)(x),
        "MultiHeadAttention": lambda x: layers.Flatten()(layers.MultiHeadAttention(2, 3)(x, x)),
        "inner": lambda x: keras.Sequential([keras.Input((5, 4)), layers.SimpleRNN(3)], name="inner")(x),
        "Concatenate": lambda x: layers.Dense(3)(layers.Concatenate()([x[:, 0], x[:, 1]])),
    }[kind]


@pytest.mark.parametrize(
    "kind", ["Bidirectional", "RNN", "Conv1D", "EinsumDense", "MultiHeadAttention", "inner", "Concatenate"]
)
def test_sizes_of_other_layers(tmp_path, kind):
    source = keras.Input((5, 4))
    members = members_of(keras.Model(source, keras.layers.Dense(2)(sized(kind)(source))), tmp_path)
    assert load_model(tmp_path / "valid.keras").count_params() > 0
    text = members["config.json"].decode()
    for key, size in (("units", 3), ("filters", 3), ("key_dim", 3), ("output_shape", [3])):
        text = text.replace(f'"{key}": {size}', f'"{key}": {json.dumps([10**7] if key == "output_shape" else 10**7)}')
    assert "10000000" in text
    assert "weights or more, which" in refused(written(members | {"config.json": text.encode()}, tmp_path))


def test_the_shape_that_a_layer_is_built_for(tmp_path):
    members = members_of(build(ArchitectureSettings("one_to_one", "lstm", 1, units=6, embedding=3), SIZES), tmp_path)
    config = json.loads(members["config.json"])
    config["config"]["layers"][-1]["build_config"] = {"input_shape": [None, 10**7]}
    config = json.dumps(config).encode()
    assert "weights or more, which" in refused(written(members | {"config.json": config}, tmp_path))


def test_a_configuration_of_megabytes(tmp_path):
    members = members_of(build(ArchitectureSettings("many_to_one", "gru", 1, units=6, embedding=3), SIZES), tmp_path)
    many = b"[" + b"{}," * 2**23 + b"{}]"
    assert "config.json unpacks to" in refused(written(members | {"config.json": many}, tmp_path))


@pytest.mark.parametrize("kind", ["unwritten", "packed", "elsewhere"])
def test_arrays_that_are_not_in_the_file(tmp_path, kind):
    members = members_of(build(ArchitectureSettings("many_to_one", "gru", 1, units=6, embedding=3), SIZES), tmp_path)
    stream = io.BytesIO(members[MEMBERS[-1]])
    with h5py.File(stream, "r+") as file:
        if kind == "unwritten":
            file.create_dataset("more", (2**30,), "f4", chunks=(2**20,))
        elif kind == "packed":
            file.create_dataset("more", data=np.zeros(2**22, np.int8), compression="gzip")
            file["more2"] = h5py.Empty("f4")
            file.create_dataset("more3", (2**22,), "f4", chunks=(2**16,), compression="gzip", fillvalue=1)
        else:
            file.create_dataset("more", (4,), "f4", external=[(str(tmp_path / "valid.keras"), 0, 16)])
    message = refused(written(members | {MEMBERS[-1]: stream.getvalue()}, tmp_path))
    assert "lies in another file" in message if kind == "elsewhere" else "which it does not hold" in message


def test_a_model_that_cannot_be_trained_is_not_built():
    with pytest.raises(InputError, match="units, embedding, layers: the model would have 1,600,400,025 parameters"):
        build(ArchitectureSettings("many_to_one", "lstm", 1, units=20_000, embedding=3), SIZES)
