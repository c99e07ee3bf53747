"""Modules in files."""

import dataclasses
import json

import numpy as np
import pytest

from rnn_modules.decomposition.composition import module_odds
from rnn_modules.decomposition.module_files import read_modules, write_modules
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.files.atomic_files import InputError, write_arrays
from support.networks import random_classifier, random_inputs, random_modules


@pytest.fixture
def saved(tmp_path):
    """A network, modules of units that fill no whole byte, and the files they are saved in."""
    network = random_classifier(units=11, classes=3)
    modules = random_modules(network, mode="unrolled", per_gate=True, removed_edges=("kernel_columns", "output_rows"))
    modules = dataclasses.replace(modules, thresholds=np.array([0.25, -1.0, 3.0], np.float32))
    files = tmp_path / "unrolled.npz", tmp_path / "unrolled.json"
    write_modules(modules, *files)
    return network, modules, files


def test_loaded_modules_are_those_saved(saved):
    network, modules, files = saved
    loaded = read_modules(*files, network)
    for kept, other in zip(loaded.kept, modules.kept, strict=True):
        assert kept.dtype == bool
        np.testing.assert_array_equal(kept, other)
    np.testing.assert_array_equal(loaded.thresholds, modules.thresholds)
    for name in ("mode", "class_names", "parent", "parameters", "counts"):
        assert getattr(loaded, name) == getattr(modules, name), name
    inputs = random_inputs(network, 5)
    received, expected = (module_odds(network, one, inputs, ("calibrated",))["calibrated"] for one in (loaded, modules))
    np.testing.assert_array_equal(received, expected)


def test_modules_without_thresholds_stay_without(tmp_path):
    network = random_classifier()
    files = tmp_path / "rolled.npz", tmp_path / "rolled.json"
    write_modules(random_modules(network), *files)
    assert read_modules(*files).thresholds is None


def test_masks_take_a_bit_per_node(tmp_path):
    network = random_classifier(units=100, classes=10, tokens=15, layers=1)
    modules = random_modules(network, mode="unrolled", share=0.5)
    write_modules(modules, tmp_path / "unrolled.npz", tmp_path / "unrolled.json")
    # 10 classes x 15 timesteps x 13 bytes, random, so no compression makes it smaller.
    assert 10 * 15 * 13 * 0.9 < (tmp_path / "unrolled.npz").stat().st_size < 10 * 15 * 13 + 500
    assert (tmp_path / "unrolled.json").stat().st_size < 5000


def test_manifest_names_parent_and_parameters(saved):
    network, modules, (_, manifest) = saved
    described = json.loads(manifest.read_text())
    assert described["parent_sha256"] == network.sha256
    assert described["class_names"] == list(modules.class_names)
    assert described["counts"]["class 1"] == {"positive": 2, "negative": 7}
    parameters = described["parameters"] | {"removed_edges": tuple(described["parameters"]["removed_edges"])}
    assert DecompositionParameters(**parameters) == modules.parameters


def test_another_parent_is_an_error(saved):
    network, modules, files = saved
    other = random_classifier(seed=1, units=11, classes=3)
    with pytest.raises(InputError, match=rf"unrolled.npz: the modules belong to the network {network.sha256[:12]}"):
        read_modules(*files, other)
    with pytest.raises(InputError, match=other.sha256[:12]):
        module_odds(other, modules, random_inputs(other, 2))


def test_damaged_files_are_named(saved):
    _, _, files = saved
    for path in files:
        whole = path.read_bytes()
        for damaged in (b"", whole[: len(whole) // 2], b"nothing of the kind"):
            path.write_bytes(damaged)
            with pytest.raises(InputError, match=path.name):
                read_modules(*files)
        path.write_bytes(whole)
        path.rename(path.with_suffix(".away"))
        with pytest.raises(InputError, match=path.name):
            read_modules(*files)
        path.with_suffix(".away").rename(path)
    read_modules(*files)


def test_masks_of_another_decomposition_are_an_error(saved):
    network, modules, (path, manifest) = saved
    write_arrays(path, {f"kept.{i}": np.packbits(~mask, axis=-1) for i, mask in enumerate(modules.kept)})
    with pytest.raises(InputError, match=r"unrolled.npz: its masks are not those that .*unrolled.json describes"):
        read_modules(path, manifest, network)


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "sideways"},
        {"class_names": ["only one"]},
        {"units": [11, 11, 11]},
        {"parameters": {"removal_cap": 0.2}},
        {"parameters": {"removed_edges": [], "no_such_parameter": 1}},
        {"units": None},
    ],
)
def test_manifest_that_does_not_fit_is_named(saved, change):
    _, _, (path, manifest) = saved
    described = json.loads(manifest.read_text()) | change
    manifest.write_text(json.dumps(described))
    with pytest.raises(InputError, match="unrolled.json"):
        read_modules(path, manifest)


def test_manifest_that_lacks_a_key_is_named(saved):
    _, _, (path, manifest) = saved
    described = json.loads(manifest.read_text())
    del described["parent_sha256"]
    manifest.write_text(json.dumps(described))
    with pytest.raises(InputError, match=r"unrolled.json: lacks parent_sha256"):
        read_modules(path, manifest)
