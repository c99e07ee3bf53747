"""Folding: where removed nodes are linear in the kept ones, the smaller network is the same function."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.decomposition.activity import Moments, Observations, Sent, sent
from rnn_modules.decomposition.folding import Drift, LayerMoments, estimate, fold
from support.networks import (
    random_classifier,
    random_inputs,
    random_modules,
    random_sentences,
    random_translator,
    with_constant_node,
)
from support.small_networks import with_reset_after, with_twins

TWINS = ((3, 0), (2, 1))
KEPT = np.array([0, 1])


def moments_of(network, inputs, steps=None):
    return [LayerMoments.of(layer) for layer in sent(network, network.run(inputs), steps)]


def assert_same(network, small, inputs, atol=1e-5):
    np.testing.assert_allclose(small.logits(inputs), network.logits(inputs), atol=atol)


@pytest.fixture
def without_penalty(monkeypatch):
    """A penalty of nearly nothing, so that what is linear is restored to rounding."""
    monkeypatch.setattr("rnn_modules.decomposition.folding.RIDGE", 1e-9)


@pytest.mark.usefixtures("without_penalty")
@pytest.mark.parametrize("layers", [1, 2, 4])
@pytest.mark.parametrize("cell", ["vanilla", "gru", "gru after", "lstm"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_twins_fold_into_each_other(cell, layers, activation):
    network = random_classifier(4, cell.split()[0], layers, units=4, many_output=True, activation=activation)
    if "after" in cell:
        network = with_reset_after(network)
    network = with_twins(network, TWINS)
    inputs = random_inputs(network, 30)
    small = fold(network, [KEPT] * layers, moments_of(network, inputs, np.arange(30) % 5))
    assert [layer.units for layer in small.layers] == [2] * layers
    # A relu network's activations may be large.
    assert_same(network, small, inputs, atol=1e-5 * max(1, np.abs(network.logits(inputs)).max()))


@pytest.mark.usefixtures("without_penalty")
@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
@pytest.mark.parametrize("layers", [1, 2])
def test_twins_of_a_translator_fold_and_it_starts_from_the_kept_nodes(cell, layers):
    network = with_twins(random_translator(5, cell, layers), TWINS)
    inputs = random_sentences(network, 30)
    small = fold(network, [KEPT] * layers, moments_of(network, inputs))
    assert_same(network, small, inputs)
    start = np.zeros(30, np.int32) + 1
    np.testing.assert_array_equal(small.translate(inputs[0], start, 2), network.translate(inputs[0], start, 2))


@pytest.mark.usefixtures("without_penalty")
def test_a_node_that_is_twice_another_is_restored():
    rows = np.random.default_rng(0).normal(size=(50, 2))
    found = estimate(Moments.of(Observations(np.column_stack([rows, 2 * rows[:, 0]]))), np.array([0, 1]), "fold")
    np.testing.assert_allclose(found.weights, [[1, 0, 2], [0, 1, 0]], atol=1e-6)


@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
def test_a_mean_stands_for_a_constant_node(cell):
    network = with_constant_node(random_classifier(6, cell, layers=1, units=4, many_output=True), 0, 2)
    inputs = random_inputs(network, 20)
    kept = [np.array([0, 1, 3])]
    small = fold(network, kept, moments_of(network, inputs), "mean")
    if cell == "vanilla":
        # At the first timestep it has not sent anything yet, but its mean stands there.
        row = network.layers[0].recurrent_kernel.copy()
        row[2] = 0
        network = network.with_layers([dataclasses.replace(network.layers[0], recurrent_kernel=row)])
        small = fold(network, kept, moments_of(network, inputs), "mean")
    assert_same(network, small, inputs)


def test_zero_is_what_the_masks_of_algorithm_4_leave():
    network = random_classifier(7, "lstm", layers=2, units=4)
    inputs = random_inputs(network, 8)
    modules = random_modules(network, share=0.0)
    kept = [np.array([0, 2, 3]), np.array([1, 2])]
    for mask, own in zip(modules.kept, kept, strict=True):
        mask[...] = np.isin(np.arange(4), own)
    small = fold(network, kept, moments_of(network, inputs), "zero")
    masked = network.module_logits(inputs, modules.masks(network))[0]
    np.testing.assert_allclose(small.logits(inputs), masked, atol=1e-9)


@given(
    seed=st.integers(0, 500),
    cell=st.sampled_from(["vanilla", "gru", "lstm"]),
    examples=st.integers(1, 4),
    repeat=st.sampled_from([None, 1, 3]),
    replacement=st.sampled_from(["zero", "mean", "fold"]),
)
@settings(max_examples=20, deadline=None)
def test_few_examples_and_one_timestep_give_numbers(seed, cell, examples, repeat, replacement):
    network = random_classifier(seed, cell, layers=2, units=6, repeat=repeat, many_output=repeat == 3)
    network = with_constant_node(network, 1, 0)
    inputs = random_inputs(network, examples, seed)
    small = fold(network, [np.array([1, 4]), np.array([0])], moments_of(network, inputs), replacement)
    assert np.isfinite(small.logits(inputs)).all()


def test_nothing_removed_is_the_same_network():
    network = random_classifier(8, "gru", layers=2)
    inputs = random_inputs(network, 5)
    small = fold(network, [np.arange(4)] * 2, moments_of(network, inputs))
    assert small.sha256 == network.sha256


@pytest.mark.usefixtures("without_penalty")
def test_drift_shrinks_what_rests_on_a_node_that_errs():
    rows = np.random.default_rng(1).normal(size=(100, 1))
    whole = Observations(np.column_stack([rows, rows]))
    moments = Moments.of(whole)
    free = estimate(moments, np.array([0]), "fold").weights[0, 1]
    error = Drift.of(Sent(whole, whole), Sent(Observations(rows + 1), Observations(rows + 1)), np.array([0])).back
    allowed = estimate(moments, np.array([0]), "fold", error).weights[0, 1]
    square = moments.products[0, 0]
    np.testing.assert_allclose([free, allowed], [1, square / (square + 1)], rtol=1e-6)


def test_weights_are_those_of_repeated_observations():
    values = np.random.default_rng(2).normal(size=(3, 2))
    weighed = Moments.of(Observations(values, np.array([1.0, 0.0, 3.0])), centred=True)
    shares = (np.array([0.25, 0, 0.75]) + 0.05 / 3) / 1.05
    np.testing.assert_allclose(weighed.means, shares @ values)
    np.testing.assert_allclose(weighed.products, np.cov(values.T, aweights=shares, ddof=0))
