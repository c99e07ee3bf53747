"""Modules of one's own models in a file: what does not fit is named; more in tests/fuzz/test_own_models.py."""

import json

import keras
import numpy as np
import pytest
from keras import layers as L  # noqa: N812

import rnn_modules as rm
from rnn_modules.files.atomic_files import read_arrays, sha256_of_arrays, write_arrays

X = np.random.default_rng(0).integers(0, 9, (40, 5))


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    parts = [L.Embedding(9, 4), L.Bidirectional(L.GRU(11)), L.Dense(3, "softmax")]
    return keras.Sequential([keras.Input((5,), dtype="int32"), *parts])


@pytest.fixture
def saved(model, tmp_path):
    path = tmp_path / "modules.npz"
    rm.decompose(model, X, X[:, 0] % 3, mode="unrolled", head="calibrated").save(path)
    return path


def rewritten(path, change):
    """Change the arrays and the description of the first module, and sign them again."""
    arrays = read_arrays(path)
    described = json.loads(str(arrays.pop("description")))
    change(arrays, described["modules"][0])
    described["masks_sha256"] = sha256_of_arrays(arrays)
    write_arrays(path, arrays | {"description": np.array(json.dumps(described))})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"units": [11]}, "do not fit a network"),
        ({"units": [11, 25]}, r"0\.kept\.1: expected uint8 \(1, timesteps, gates, 4\), received uint8 \(1, 5, 1, 2\)"),
        ({"units": "many"}, r"modules\.0\.units: expected a list"),
        ({"units": [11, 0]}, r"modules\.0\.units\.1: expected 1 to"),
        ({"mode": "sideways"}, r"modules\.0\.mode: expected one of rolled, unrolled, received 'sideways'"),
        ({"mode": "rolled"}, "do not fit a network"),
        ({"output": 3}, "do not fit a network"),
        ({"output": -1}, r"modules\.0\.output: expected a whole number"),
        ({"name": True}, r"modules\.0\.name: expected a text or a number"),
        ({"name": 1}, "1 stands twice"),
        ({"known": [0, 1]}, r"modules\.0\.known: expected 3 names"),
        ({"known": [0, 1, 1]}, r"modules\.0\.known: expected 3 names"),
        ({"parameters": {"removal_cap": 7}}, r"modules\.0\.parameters: expected those of a decomposition"),
        ({"parent_sha256": "0" * 64}, "was cut from the model 000000000000"),
    ],
)
def test_a_description_that_does_not_fit_is_named(model, saved, changed, message):
    rewritten(saved, lambda arrays, module: module.update(changed))
    with pytest.raises(rm.InputError, match=message) as raised:
        rm.load(saved, model)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (lambda kept: kept[0], "received uint8"),
        (lambda kept: kept.astype(np.int64), "received int64"),
        (lambda kept: np.concatenate([kept, kept], axis=1), "do not fit a network"),
        (lambda kept: kept[..., :1], "received uint8"),
    ],
)
def test_masks_of_other_shapes_are_named(model, saved, array, message):
    def change(arrays, module):
        arrays["0.kept.0"] = array(arrays["0.kept.0"])

    rewritten(saved, change)
    with pytest.raises(rm.InputError, match=message):
        rm.load(saved, model)


@pytest.mark.parametrize("thresholds", [np.array([np.nan]), np.array([0.5, 0.5]), np.array(["high"])])
def test_thresholds_are_finite_numbers(model, saved, thresholds):
    rewritten(saved, lambda arrays, module: arrays.update({"0.thresholds": thresholds}))
    with pytest.raises(rm.InputError, match=r"0\.thresholds: expected 1 finite numbers"):
        rm.load(saved, model)


def test_masks_that_were_changed_without_their_checksum(model, saved):
    arrays = read_arrays(saved)
    write_arrays(saved, arrays | {"0.kept.0": ~arrays["0.kept.0"]})
    with pytest.raises(rm.InputError, match="its masks are not those that it describes"):
        rm.load(saved, model)
