import dataclasses

import keras
import numpy as np
import pytest

from rnn_modules.decomposition.composition import module_odds
from rnn_modules.decomposition.export import to_keras
from rnn_modules.decomposition.masks import whole_modules
from rnn_modules.decomposition.parameters import BETWEEN_REMOVED
from rnn_modules.files.atomic_files import InputError
from support.networks import (
    random_classifier,
    random_inputs,
    random_sentences,
    random_small_modules,
    random_translator,
)


def random_modules(network, classes, mode, per_gate=False, seed=0, **parameters):
    """Modules that lost random nodes."""
    generator = np.random.default_rng(seed)
    modules = whole_modules(network, tuple(f"class {index}" for index in range(classes)), mode)
    kept = tuple(
        generator.random((*mask.shape[:2], len(layer.gates) if per_gate else 1, mask.shape[3])) < 0.7
        for mask, layer in zip(modules.kept, network.layers, strict=True)
    )
    changed = dataclasses.replace(modules.parameters, **parameters)
    return dataclasses.replace(modules, kept=kept, parameters=changed)


@pytest.mark.parametrize("mode", ["rolled", "unrolled"])
@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
@pytest.mark.parametrize("shape", [{}, {"many_output": True}, {"many_output": True, "repeat": 4}, {"repeat": 1}])
def test_exported_module_computes_what_the_library_does(mode, cell, shape):
    network = random_classifier(cell=cell, layers=2, classes=3, dtype=np.float32, **shape)
    modules = random_modules(network, 3, mode, per_gate=True)
    inputs = random_inputs(network, 9)
    odds = module_odds(network, modules, inputs)["mean"]
    for index in (0, 2):
        received = np.array(to_keras(network, modules, index)(inputs))
        np.testing.assert_allclose(received[..., 1], 1 / (1 + np.exp(-odds[index])), atol=1e-5)
        np.testing.assert_allclose(received.sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("mode", ["rolled", "unrolled"])
@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
def test_edges_between_removed_nodes_go_from_the_copy_too(cell, mode):
    network = random_classifier(cell=cell, layers=2, classes=3, dtype=np.float32)
    modules = random_modules(network, 3, mode, removed_edges=("kernel_columns", BETWEEN_REMOVED))
    inputs = random_inputs(network, 9)
    odds = module_odds(network, modules, inputs)["mean"]
    received = np.array(to_keras(network, modules, 1)(inputs))
    np.testing.assert_allclose(received[..., 1], 1 / (1 + np.exp(-odds[1])), atol=1e-5)


@pytest.mark.parametrize("head", ["log_sum_exp", "calibrated"])
def test_heads(head):
    network = random_classifier(dtype=np.float32, classes=4)
    modules = random_modules(network, 4, "rolled", head=head)
    modules = dataclasses.replace(modules, thresholds=np.array([0.5, -1, 2, 0], np.float32))
    inputs = random_inputs(network, 9)
    odds = module_odds(network, modules, inputs, [head])[head]
    received = np.array(to_keras(network, modules, 2)(inputs))
    np.testing.assert_allclose(received[:, 1], 1 / (1 + np.exp(-odds[2])), atol=1e-5)


def test_the_calibrated_head_needs_thresholds():
    network = random_classifier()
    with pytest.raises(InputError, match="these modules have no thresholds"):
        to_keras(network, random_modules(network, 3, "rolled", head="calibrated"), 0)


@pytest.mark.parametrize("mode", ["rolled", "unrolled"])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_translation_module(mode, cell):
    network = random_translator(cell=cell)
    modules = random_modules(network, 3, mode)
    sources, targets = random_sentences(network, 7)
    logits = network.logits((sources, targets), modules.select([1]).masks(network))
    expected = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    received = np.array(to_keras(network, modules, 1)([sources, targets]))
    np.testing.assert_allclose(received[targets != 0], expected[targets != 0], atol=1e-5)


@pytest.mark.parametrize("mode", ["rolled", "unrolled"])
def test_exported_file_stands_alone(tmp_path, mode):
    network = random_classifier(cell="gru", dtype=np.float32)
    modules = random_modules(network, 3, mode)
    inputs = random_inputs(network, 9)
    model = to_keras(network, modules, 0)
    model.save(tmp_path / "module.keras")
    loaded = keras.models.load_model(tmp_path / "module.keras")
    np.testing.assert_allclose(np.array(loaded(inputs)), np.array(model(inputs)), atol=1e-6)


@pytest.mark.parametrize("head", ["refitted", "mean"])
@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
@pytest.mark.parametrize("shape", [{}, {"many_output": True}, {"many_output": True, "repeat": 4}, {"repeat": 1}])
def test_a_small_module_has_few_nodes_and_the_same_answers(tmp_path, head, cell, shape):
    network = random_classifier(cell=cell, layers=2, units=6, classes=3, dtype=np.float32, **shape)
    modules = random_small_modules(network, head=head)
    inputs = random_inputs(network, 9)
    odds = module_odds(network, modules, inputs, [head])[head]
    for index in (0, 2):
        model = to_keras(network, modules, index)
        model.save(tmp_path / "module.keras")
        received = np.array(keras.models.load_model(tmp_path / "module.keras")(inputs))
        own = odds[index] - modules.yes_from(head)[index]
        np.testing.assert_allclose(received[..., 1], 1 / (1 + np.exp(-own)), atol=1e-5)
        layers = [layer for layer in model.layers if isinstance(layer, keras.layers.RNN)]
        assert [layer.units for layer in layers] == [len(nodes) for nodes in modules.nodes[index]]


@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
def test_a_small_module_of_a_language(tmp_path, cell):
    network = random_translator(cell=cell, units=6)
    modules = random_small_modules(network, classes=2)
    sources, targets = random_sentences(network, 7)
    logits = modules.networks[1].logits((sources, targets))
    expected = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    model = to_keras(network, modules, 1)
    model.save(tmp_path / "module.keras")
    for one in (model, keras.models.load_model(tmp_path / "module.keras")):
        received = np.array(one([sources, targets]))
        np.testing.assert_allclose(received[targets != 0], expected[targets != 0], atol=1e-5)


def test_another_parent_is_an_error():
    network, other = random_classifier(seed=0), random_classifier(seed=1)
    with pytest.raises(InputError, match="belong to the network"):
        to_keras(other, whole_modules(network, ("a", "b", "c")), 0)
