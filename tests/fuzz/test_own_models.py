"""What the public face reads: files of modules, and of examples; damaged, and wrong but signed again."""

import json
import shutil
import tempfile
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers as L  # noqa: N812

import rnn_modules as rm
from fuzz.mutations import (
    changed_arrays,
    changed_json,
    csv_files,
    damaged_bytes,
    npy,
    npy_claiming,
    npz_files,
    or_gone,
    packed,
    put,
)
from fuzz.trial import attempt, inputs
from rnn_modules.files.atomic_files import read_arrays, sha256_of_arrays
from rnn_modules.runs.example_files import read_inputs, read_labels

MADE = Path(tempfile.mkdtemp(prefix="fuzz-own-models-"))
MARKER = MADE / "executed"
X = np.random.default_rng(0).integers(0, 9, (40, 5))
ABSURD = ((2**40,), (2**62, 4), (-1,), (2**33,), (0, 2**50))
TABLE = "text,label,mass\nbuy now,spam,1.5\nsee you,ham,2\nwin it,spam,3\n"


def made(mode):
    """A model and a file of its modules."""
    keras.utils.set_random_seed(0)
    parts = [L.Bidirectional(L.GRU(5)), L.Dense(3, "softmax")]
    model = keras.Sequential([keras.Input((5,), dtype="int32"), L.Embedding(9, 4), *parts])
    path = MADE / f"{mode}.npz"
    rm.decompose(model, X, X[:, 0] % 3, mode=mode, head="calibrated").save(path)
    return model, path


MODULES = {mode: made(mode) for mode in ("rolled", "unrolled")}


@pytest.fixture(scope="module", autouse=True)
def nothing_executed():
    yield
    executed = MARKER.exists()
    shutil.rmtree(MADE)
    assert not executed


def signed(arrays):
    """The arrays with a description that has their checksum."""
    description = json.loads(str(read_arrays(MODULES["rolled"][1])["description"]))
    masks = {name: array for name, array in arrays.items() if name != "description"}
    return arrays | {"description": np.array(json.dumps(description | {"masks_sha256": sha256_of_arrays(masks)}))}


@pytest.mark.parametrize("mode", MODULES)
def test_modules(mode):
    model, path = MODULES[mode]
    arrays = read_arrays(path)
    described = json.loads(str(arrays["description"]))

    def use(place):
        modules = rm.load(place, model)
        modules.predict(X[:4])
        modules.recognition(X, X[:, 0] % 3)

    @inputs(150)
    @given(
        st.one_of(
            or_gone(st.one_of(npz_files(arrays, MARKER), changed_arrays(arrays))),
            changed_arrays(arrays).map(signed),
            changed_json(described).map(lambda text: arrays | {"description": np.array(text.decode())}),
            changed_json(described).map(lambda text: arrays | {"description": np.array(text.decode())}),
        )
    )
    def check(damaged):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "modules.npz"
            place.touch()
            if isinstance(damaged, dict):
                damaged = packed([(f"{name}.npy", npy(array)) for name, array in damaged.items()])
            put(place, damaged)
            attempt("modules of own models", folder, lambda: use(place), memory=None)

    check()


@pytest.mark.parametrize(
    ("name", "column"), [("x.npy", ""), ("x.npz", ""), ("x.npz", ":x"), ("x.csv", ""), ("x.csv", ":label")]
)
def test_examples(name, column):
    arrays = {"x": X}
    damages = {
        ".npy": st.one_of(
            damaged_bytes(npy(X)), damaged_bytes(npy(X)[:128]), st.sampled_from(ABSURD).map(npy_claiming)
        ),
        ".npz": st.one_of(npz_files(arrays, MARKER), changed_arrays(arrays)),
        ".csv": csv_files(TABLE),
    }

    @inputs(60)
    @given(or_gone(damages[Path(name).suffix]))
    def check(damaged):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.touch()
            if isinstance(damaged, dict):
                damaged = packed([(f"{key}.npy", npy(array)) for key, array in damaged.items()])
            put(path, damaged)
            named = f"{path}:{column}" if column else str(path)
            for read in (read_inputs, read_labels):
                attempt("examples", folder, lambda read=read: read(named), names=[name])

    check()
