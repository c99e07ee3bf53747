"""Small modules in files."""

import dataclasses
import json

import numpy as np
import pytest

from rnn_modules.decomposition.composition import module_odds, translate
from rnn_modules.decomposition.small_module_files import read_small_modules, write_small_modules
from rnn_modules.files.atomic_files import InputError, read_arrays, sha256_of_arrays, write_arrays
from support.networks import (
    random_classifier,
    random_inputs,
    random_sentences,
    random_small_modules,
    random_translator,
)


@pytest.fixture
def saved(tmp_path):
    """A network, its modules with thresholds, and their files."""
    network = random_classifier(units=6, dtype=np.float32)
    modules = dataclasses.replace(random_small_modules(network), thresholds=np.array([0.25, -1.0, 3.0], np.float32))
    files = tmp_path / "compact.npz", tmp_path / "compact.json"
    write_small_modules(modules, *files)
    return network, modules, files


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
def test_loaded_modules_are_those_saved(tmp_path, cell, shared):
    network = random_classifier(cell=cell, units=6)
    if cell == "gru":
        layers = (dataclasses.replace(layer, reset_after=True) for layer in network.layers)
        network = network.with_layers(list(layers))
    modules = random_small_modules(network, shared=shared).select([2, 0])
    files = tmp_path / "compact.npz", tmp_path / "compact.json"
    write_small_modules(modules, *files)
    loaded = read_small_modules(*files, network)
    assert len(loaded.networks) == (1 if shared else 2)
    for name in ("mode", "class_names", "parent", "parameters", "counts", "thresholds", "positions"):
        assert getattr(loaded, name) == getattr(modules, name), name
    for received, expected in zip(loaded.nodes, modules.nodes, strict=True):
        for one, other in zip(received, expected, strict=True):
            np.testing.assert_array_equal(one, other)
    assert [one.sha256 for one in loaded.networks] == [one.sha256 for one in modules.networks]
    inputs = random_inputs(network, 5)
    received, expected = (module_odds(network, one, inputs, ("mean", "refitted")) for one in (loaded, modules))
    for head, odds in expected.items():
        np.testing.assert_array_equal(received[head], odds)


def test_translators_are_read_with_the_parents_encoder(tmp_path):
    network = random_translator(seed=7, units=6)
    modules = random_small_modules(network, classes=2)
    files = tmp_path / "compact.npz", tmp_path / "compact.json"
    write_small_modules(modules, *files)
    loaded = read_small_modules(*files, network)
    assert loaded.refitted is None
    assert loaded.networks[0].encoder is network.encoder
    arguments = network, random_sentences(network, 12)[0], np.arange(12) % 2, np.array([2, 4]), np.array([3, 5])
    np.testing.assert_array_equal(translate(*arguments, loaded), translate(*arguments, modules))


def test_embeddings_stay_with_the_parent(saved):
    network, _, (path, _) = saved
    assert not any("embedding" in name for name in read_arrays(path))
    assert read_small_modules(*saved[2], network).networks[1].embedding is network.embedding


def test_another_parent_is_an_error(saved):
    other = random_classifier(seed=1, units=6, dtype=np.float32)
    with pytest.raises(InputError, match=r"compact.npz: the modules belong to the network"):
        read_small_modules(*saved[2], other)


def test_damaged_files_are_named(saved):
    network, _, files = saved
    for path in files:
        whole = path.read_bytes()
        for damaged in (b"", whole[: len(whole) // 2], b"nothing of the kind"):
            path.write_bytes(damaged)
            with pytest.raises(InputError, match=path.name):
                read_small_modules(*files, network)
        path.write_bytes(whole)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("0.0.kernel", lambda array: array[:, 1:]),
        ("0.0.kernel", lambda array: array.astype(np.float64)),
        ("1.1.recurrent_kernel", lambda array: np.full_like(array, np.nan)),
        ("2.0.nodes", lambda array: array[::-1] if len(array) > 1 else array + 99),
        ("2.0.nodes", lambda array: array - 99),
        ("2.1.nodes", lambda array: array[:0]),
        ("1.output_bias", lambda array: array[1:]),
        ("refitted.weights", lambda array: array[:, 1:]),
        ("refitted.rates", lambda array: np.full_like(array, np.inf)),
        ("thresholds", lambda array: array[1:]),
    ],
)
def test_arrays_that_do_not_fit_are_named(saved, name, change):
    network, _, (path, manifest) = saved
    arrays = read_arrays(path)
    for changed in (change(arrays[name]), None):
        damaged = {key: value for key, value in arrays.items() if key != name}
        if changed is not None:
            damaged[name] = changed
        elif name in ("thresholds", "refitted.weights"):
            continue
        write_arrays(path, damaged)
        described = json.loads(manifest.read_text()) | {"weights_sha256": sha256_of_arrays(damaged)}
        manifest.write_text(json.dumps(described))
        with pytest.raises(InputError, match=rf"compact.json: {name}: expected"):
            read_small_modules(path, manifest, network)


@pytest.mark.parametrize(
    "change",
    [{"networks": 2}, {"networks": 0}, {"positions": [0, 1]}, {"positions": [0, 1, 3]}, {"weights_sha256": "0a"}],
)
def test_manifest_that_does_not_fit_is_named(saved, change):
    network, _, (path, manifest) = saved
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | change))
    with pytest.raises(InputError, match="compact.json"):
        read_small_modules(path, manifest, network)


def test_a_head_that_is_not_there_is_an_error(saved):
    network, _, (path, manifest) = saved
    arrays = {name: array for name, array in read_arrays(path).items() if not name.startswith("refitted")}
    write_arrays(path, arrays)
    described = json.loads(manifest.read_text()) | {"weights_sha256": sha256_of_arrays(arrays)}
    manifest.write_text(json.dumps(described))
    with pytest.raises(InputError, match=r"parameters.head: expected one of mean, log_sum_exp, calibrated"):
        read_small_modules(path, manifest, network)
