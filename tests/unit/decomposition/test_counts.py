"""What modules keep of their parent, counted."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.decomposition.counts import (
    jaccard,
    kept_parameters,
    kept_share,
    recurrent_share,
    removed_share_per_layer,
)
from rnn_modules.decomposition.masks import whole_modules
from rnn_modules.decomposition.parameters import BETWEEN_REMOVED, EDGES
from support.networks import random_classifier, random_modules, random_small_modules, random_translator
from support.reference import materialised

stable = settings(deadline=None, derandomize=True)
removals = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["rolled", "unrolled"]),
        "seed": st.integers(0, 2**32 - 1),
        "share": st.sampled_from([0.2, 0.6]),
        "per_gate": st.booleans(),
        "removed_edges": st.lists(st.sampled_from([*EDGES, BETWEEN_REMOVED]), unique=True).map(tuple) | st.just(EDGES),
        "unrolled_output_rows": st.sampled_from(["same_timestep", "first_timestep"]),
    }
)


@given(st.sampled_from(["vanilla", "gru", "lstm"]), st.integers(1, 3), st.booleans(), st.sampled_from([2, 4]), removals)
@settings(stable, max_examples=60)
def test_kept_weights_are_those_of_the_copy_that_are_not_zero(cell, layers, many_output, classes, removal):
    network = random_classifier(cell=cell, layers=layers, many_output=many_output, classes=classes, tokens=3)
    modules = random_modules(network, **removal)
    kept = kept_parameters(modules, network)
    for index in range(classes):
        copy = materialised(network, modules, index)
        for name in ("kernel", "recurrent_kernel", "bias"):
            steps = np.array([[np.count_nonzero(array) for array in by_step] for by_step in getattr(copy, name)])
            assert kept[name][0][index] == pytest.approx(steps.sum(axis=0).mean()), name
            assert kept[name][1] == sum(getattr(layer, name).size for layer in network.layers)
        # Of the channelled output layer the dominant class's column is unchanged; of two classes both are.
        columns = range(classes) if classes == 2 else [index]
        left = np.mean([sum(np.count_nonzero(kernel[:, c]) for c in columns) for kernel in copy.output_kernel])
        assert kept["output"][0][index] == pytest.approx(left)
    assert kept["output"][1] == network.output_kernel.size
    assert kept["other"][0].tolist() == [network.embedding.size] * classes


def test_kept_share_counts_all_weights():
    network = random_translator(words=6)
    whole = whole_modules(network, ("fr", "de", "it"))
    np.testing.assert_allclose(kept_share(whole, network), 1)
    np.testing.assert_allclose(jaccard(whole, network), 1)
    modules = random_modules(network, classes=3)
    kept = kept_parameters(modules, network)
    decoder = sum(layer.kernel.size + layer.recurrent_kernel.size + layer.bias.size for layer in network.layers)
    encoder = sum(layer.kernel.size + layer.recurrent_kernel.size + layer.bias.size for layer in network.encoder)
    embeddings = network.source_embedding.size + network.target_embedding.size
    assert sum(total for _, total in kept.values()) == decoder + encoder + embeddings + network.output_kernel.size
    assert kept["other"][1] == encoder + embeddings
    assert kept["output"][0].tolist() == [modules.kept[-1][index].sum() * 6 for index in range(3)]
    share = kept["kernel"][0] / kept["kernel"][1]
    np.testing.assert_allclose(jaccard(modules, network), share / (2 - share))


def test_removed_share_per_layer():
    network = random_classifier(units=4, classes=2)
    kept = np.ones((2, 1, 1, 4), bool)
    kept[0, 0, 0, :3] = False
    modules = dataclasses.replace(random_modules(network), kept=(kept, np.ones((2, 1, 1, 4), bool)))
    assert removed_share_per_layer(modules, network) == [3 / 8, 0.0]


def test_recurrent_share_counts_the_recurrent_layers_alone():
    network = random_classifier(cell="vanilla", layers=1, units=4, classes=2)
    kept = np.ones((2, 1, 1, 4), bool)
    kept[0, 0, 0, :3] = False
    modules = dataclasses.replace(random_modules(network), kept=(kept,))
    # Of 3 inputs, 4 nodes and a bias one node is left, or all.
    np.testing.assert_allclose(recurrent_share(modules, network), [(3 + 1 + 1) / (12 + 16 + 4), 1])


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
def test_a_small_module_keeps_what_its_network_has(cell, shared):
    network = random_classifier(cell=cell, layers=2)
    layers = tuple(
        dataclasses.replace(layer, reset_after=True, recurrent_bias=np.ones_like(layer.bias))
        if cell == "gru"
        else layer
        for layer in network.layers
    )
    network = network.with_layers(layers)
    modules = random_small_modules(network, seed=3, shared=shared)
    own = [modules.network_of(index).layers for index in range(3)]
    weights = np.array([sum(layer.weights for layer in layers) for layers in own])
    total = sum(layer.weights for layer in network.layers)
    np.testing.assert_allclose(recurrent_share(modules, network), weights / total)
    heads = np.array([layers[-1].units for layers in own])
    whole = total + network.embedding.size + network.output_kernel.size
    np.testing.assert_allclose(kept_share(modules, network), (weights + heads + network.embedding.size) / whole)
    nodes = np.array([[layer.units for layer in layers] for layers in own])
    np.testing.assert_allclose(removed_share_per_layer(modules, network), 1 - nodes.mean(axis=0) / 4)


def test_a_small_module_of_a_language_keeps_an_output_for_every_word():
    network = random_translator(words=6)
    modules = random_small_modules(network, classes=2)
    kept, total = kept_parameters(modules, network)["output"]
    assert kept.tolist() == [6 * small.layers[-1].units for small in modules.networks]
    assert total == network.output_kernel.size
