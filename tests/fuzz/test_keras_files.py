"""``.keras`` files: damaged ones, ones whose parts do not fit, and ones with code."""

import copy
import functools
import io
import json
import tempfile
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.mutations import changed_json, damaged_bytes, or_gone, packed, put
from fuzz.trial import attempt, inputs, script
from rnn_modules.network.from_keras import from_keras
from rnn_modules.network.keras_files import MEMBERS, load_model
from rnn_modules.training.architectures import ArchitectureSettings, DataSizes, build
from support.keras_2_files import layer, sequential, write
from support.made_up_models import classifier_model, many_output_dataset


def members_of(model):
    """What the file of a model holds, by name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


SETTINGS = {"units": 4, "embedding": 3}
VALID = members_of(build(ArchitectureSettings("many_to_one", "lstm", 1, **SETTINGS), DataSizes(5, 1, 7, 3)))
OTHER = members_of(build(ArchitectureSettings("one_to_many", "gru", 2, **SETTINGS), DataSizes(5, 3, 7, 3)))
CONFIG = json.loads(VALID["config.json"])


HDF5_CONFIG = sequential(
    layer("Embedding", "words", input_dim=7, output_dim=3, batch_input_shape=[None, 5]),
    layer("Bidirectional", "both", layer=layer("LSTM", "lstm", units=2, recurrent_activation="hard_sigmoid")),
    layer("Dense", "dense", units=2, activation="softmax"),
)
BOTH = {"kernel": np.ones((3, 8)), "recurrent_kernel": np.ones((2, 8)), "bias": np.ones(8)}
HDF5_WEIGHTS = {
    "words": {"embeddings": np.ones((7, 3))},
    "both": {f"{way}/{name}": array for way in ("there", "back") for name, array in BOTH.items()},
    "dense": {"kernel": np.ones((4, 2)), "bias": np.ones(2)},
}


@st.composite
def changed_settings(draw):
    """``config.json`` after one setting of a layer is changed."""
    config = json.loads(VALID["config.json"])
    layer = draw(st.sampled_from(config["config"]["layers"]))
    kind = draw(st.sampled_from(("class", "module", "registered", "size", "size", "activation", "flag", "shape")))
    if kind == "class":
        layer["class_name"] = draw(
            st.sampled_from(("Lambda", "GRU", "SimpleRNN", "Dense", "Flatten", "Bidirectional", "Conv1D", "x"))
        )
    elif kind == "module":
        modules = ("os", "builtins", "subprocess", "keras.utils", "keras.src.saving.saving_lib", "", "../x", 3, "keras")
        layer["module"] = draw(st.sampled_from(modules))
    elif kind == "registered":
        layer["registered_name"] = draw(st.sampled_from(("package>Layer", "os.system", 3, [])))
    elif kind == "size":
        for name in {"units", "input_dim", "output_dim"} & layer["config"].keys():
            layer["config"][name] = draw(st.sampled_from((0, -1, 5, 10**5, 10**9, 10**30, 2.5, "4", None)))
    elif kind == "activation":
        layer["config"]["activation"] = draw(
            st.sampled_from(("relu", "softmax", "__import__('os')", {"class_name": "x"}))
        )
    elif kind == "flag":
        names = ("return_sequences", "go_backwards", "stateful", "use_bias", "mask_zero", "trainable")
        layer["config"][draw(st.sampled_from(names))] = draw(st.sampled_from((True, False, None, "x")))
    else:
        shape = draw(st.sampled_from(([None, 6], [None, None], [None], [], [3, 5], [None, -1], [None, 10**9], "x")))
        config["config"]["layers"][0]["config"]["batch_shape"] = shape
    return json.dumps(config).encode()


@st.composite
def keras_files(draw):
    """The bytes of a damaged ``.keras`` file."""
    members = dict(VALID)
    kind = draw(
        st.sampled_from(("config", "settings", "settings", "weights", "other", "gone", "more", "bytes", "method"))
    )
    if kind == "config":
        members["config.json"] = draw(changed_json(CONFIG))
    elif kind == "settings":
        members["config.json"] = draw(changed_settings())
    elif kind == "weights":
        members["model.weights.h5"] = draw(damaged_bytes(VALID["model.weights.h5"]))
    elif kind == "other":
        name = draw(st.sampled_from(MEMBERS))
        members[name] = OTHER[name]
    elif kind == "gone":
        del members[draw(st.sampled_from(MEMBERS))]
    elif kind == "more":
        names = ("../escape", "assets/../../escape.txt", "/tmp/escape", "assets/x", "assets/a/vocabulary.txt")
        members[draw(st.sampled_from(names))] = b"x"
    elif kind == "bytes":
        return draw(damaged_bytes(packed(members.items(), zipfile.ZIP_STORED)))
    else:
        return packed(members.items(), draw(st.sampled_from((zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2))))
    return packed(members.items(), zipfile.ZIP_STORED)


@inputs(110)
@given(or_gone(keras_files()))
def test_keras_file(damaged):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.touch()
        put(path, damaged)
        # TensorFlow ends the process when it gets no memory, so none is kept from it.
        attempt(".keras files", folder, lambda: from_keras(load_model(path)), memory=None)


@st.composite
def hdf5_files(draw):
    """The bytes of a damaged ``.h5`` file of Keras 2."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.h5"
        config = copy.deepcopy(HDF5_CONFIG)
        kind = draw(st.sampled_from(("config", "class", "setting", "bytes")))
        part = draw(st.sampled_from(config["config"]["layers"]))
        if kind == "class":
            part["class_name"] = draw(st.sampled_from(("Lambda", "CuDNNLSTM", "GRU", "TFOpLambda", "Model", "x", 3)))
        elif kind == "setting":
            key = draw(st.sampled_from((*part["config"], "time_major", "layer", "layers")))
            part["config"][key] = draw(st.sampled_from((None, -1, 10**9, 2.5, "x", [], {}, True, [None, 10**9])))
        write(path, config, HDF5_WEIGHTS)
        if kind == "config":
            with h5py.File(path, "r+") as file:
                file.attrs["model_config"] = draw(changed_json(config))
        content = path.read_bytes()
    return draw(damaged_bytes(content)) if kind == "bytes" else content


@inputs(80)
@given(or_gone(hdf5_files()))
def test_hdf5_file(damaged):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.h5"
        path.touch()
        put(path, damaged)
        attempt(".h5 files", folder, lambda: load_model(path), memory=None)


def test_valid_files_are_taken(tmp_path):
    for number, members in enumerate((VALID, OTHER)):
        path = tmp_path / f"{number}.keras"
        path.write_bytes(packed(members.items(), zipfile.ZIP_STORED))
        assert attempt(".keras files", tmp_path, lambda path=path: from_keras(load_model(path)), memory=None) is None
    write(tmp_path / "model.h5", HDF5_CONFIG, HDF5_WEIGHTS)
    assert attempt(".h5 files", tmp_path, lambda: load_model(tmp_path / "model.h5"), memory=None) is None


def test_a_lambda_layer_is_never_run(tmp_path):
    marker = tmp_path / "executed"
    source = keras.Input((5,), dtype="int32")
    code = f"lambda x: __import__('os').makedirs({str(marker)!r}, exist_ok=True) or x"
    hidden = keras.layers.Lambda(eval(code), output_shape=(5,))(source)
    path = tmp_path / "model.keras"
    keras.Model(source, keras.layers.Dense(2)(keras.layers.Embedding(7, 3)(hidden))).save(path)
    if marker.exists():
        marker.rmdir()
    message = attempt(".keras files", tmp_path, lambda: load_model(path), names=["model.keras"], memory=None)
    assert "is a Lambda and holds code" in message
    assert not marker.exists()
    # The code is alive: who asks for it to be run gets it run.
    keras.models.load_model(path, safe_mode=False)(np.zeros((1, 5), np.int32))
    assert marker.exists()


def test_weights_that_claim_an_absurd_size(tmp_path):
    """A weights file of kilobytes whose arrays claim gigabytes."""
    stream = io.BytesIO(VALID["model.weights.h5"])
    with h5py.File(stream, "r+") as file:
        names = []
        file.visititems(lambda name, part: names.append(name) if isinstance(part, h5py.Dataset) else None)
        for name in names:
            del file[name]
            file.create_dataset(name, (2**20, 2**16), dtype="f4", chunks=(1024, 64))
    path = tmp_path / "model.keras"
    path.write_bytes(packed((VALID | {"model.weights.h5": stream.getvalue()}).items(), zipfile.ZIP_STORED))
    assert attempt(".keras files", tmp_path, lambda: load_model(path), names=["model.keras"], memory=None)


BAD_FLAGS = (
    *(
        ("--units", "0"),
        ("--units", "-3"),
        ("--units", "x"),
        ("--layers", "0"),
        ("--layers", "1000000"),
        ("--epochs", "0"),
    ),
    *(("--batch-size", "0"), ("--learning-rate", "nan"), ("--learning-rate", "0"), ("--learning-rate", "inf")),
    *(("--dropout", "1"), ("--dropout", "-0.1"), ("--seed", "-1"), ("--seed", "99999999999"), ("--rnn", "rnn")),
    *(("--architecture", "x"), ("--embedding", "0"), ("--unknown", "1"), ("--recurrent-activation", "tanh")),
)


@pytest.mark.parametrize("name", ["train_model.py", "train_baselines.py"])
def test_flags_of_trainings(name, tmp_path):
    @inputs(40)
    @given(st.sampled_from(BAD_FLAGS))
    def check(flags):
        arguments = ["--dataset" if name == "train_model.py" else "--datasets", tmp_path / "none"]
        arguments += ["--output", tmp_path / "output"]
        if name == "train_baselines.py":
            arguments += ["--experiment", "intra_reuse"]
        assert attempt(name, tmp_path, lambda: script(name, *arguments, *flags), memory=None)

    check()


def test_models_of_another_kind_than_the_dataset(tmp_path):
    one = classifier_model(dataset_folder=tmp_path / "labels")
    one.dataset.save(one.dataset_folder)
    many_output_dataset().save(tmp_path / "sequences")
    for dataset, architectures in (
        ("labels", ("one_to_many", "many_to_many", "encoder_decoder")),
        ("sequences", ("one_to_one", "many_to_one", "encoder_decoder")),
    ):
        for architecture in architectures:
            words = ["--dataset", tmp_path / dataset, "--output", tmp_path / "output", "--architecture", architecture]
            call = functools.partial(script, "train_model.py", *words)
            message = attempt("train_model.py", tmp_path, call, memory=None)
            assert message.startswith("error: architecture: received")
