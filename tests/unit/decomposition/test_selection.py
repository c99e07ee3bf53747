"""How many nodes stay, and which."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.decomposition.activity import Moments, Observations
from rnn_modules.decomposition.selection import highest, least_lost, least_share, numbers_within, recurrent_weights
from rnn_modules.files.atomic_files import InputError
from support.networks import random_classifier
from support.small_networks import with_reset_after


@pytest.mark.parametrize("cell", ["vanilla", "gru", "gru after", "lstm"])
@pytest.mark.parametrize("layers", [1, 2, 4])
def test_weights_of_all_nodes_are_the_layers_own(cell, layers):
    network = random_classifier(0, cell.split()[0], layers)
    if "after" in cell:
        network = with_reset_after(network)
    units = [layer.units for layer in network.layers]
    assert recurrent_weights(network.layers, units) == sum(layer.weights for layer in network.layers)


@given(seed=st.integers(0, 1000), layers=st.integers(1, 4), share=st.floats(0.3, 1.0))
@settings(max_examples=40, deadline=None)
def test_as_many_of_the_highest_as_the_share_allows(seed, layers, share):
    network = random_classifier(seed, "gru", layers, units=6)
    generator = np.random.default_rng(seed)
    # Equal scores among them.
    scores = [generator.integers(0, 4, 6).astype(float) for _ in range(layers)]
    total = sum(layer.weights for layer in network.layers)
    numbers = numbers_within(network.layers, scores, share * total)
    assert all(1 <= number <= 6 for number in numbers)
    assert recurrent_weights(network.layers, numbers) <= share * total
    # Of what went, none is better than what stays, but for the best of each layer.
    order = [np.sort(part)[::-1] for part in scores]
    gone = [part[number:] for part, number in zip(order, numbers, strict=True)]
    stays = [part[1:number] for part, number in zip(order, numbers, strict=True)]
    if any(map(len, gone)) and any(map(len, stays)):
        assert np.concatenate(gone).max() <= np.concatenate(stays).min()


def test_all_stay_at_a_share_of_one():
    network = random_classifier(0, "lstm", 3)
    total = sum(layer.weights for layer in network.layers)
    assert numbers_within(network.layers, [np.zeros(4)] * 3, total) == [4, 4, 4]


def test_less_than_a_node_a_layer_is_refused():
    network = random_classifier(0, "lstm", 2)
    least = least_share(network.layers)
    total = sum(layer.weights for layer in network.layers)
    assert numbers_within(network.layers, [np.arange(4.0)] * 2, least * total) == [1, 1]
    with pytest.raises(InputError, match=f"keep: received .*one node a layer has a share of {least:.3g}"):
        numbers_within(network.layers, [np.arange(4.0)] * 2, 0.9 * least * total)


def test_highest_are_ascending_positions():
    assert highest(np.array([0.2, np.nextafter(1, 2), 1.0, 0.2]), 3).tolist() == [0, 1, 2]


def lost(values, scores, chosen):
    """What a regression on the chosen nodes leaves of all, weighed by scores."""
    chosen = list(chosen)
    rest = values - values[:, chosen] @ np.linalg.lstsq(values[:, chosen], values, rcond=None)[0]
    return (scores / np.square(values).mean(axis=0) * np.square(rest).mean(axis=0)).sum()


@given(seed=st.integers(0, 1000), number=st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_what_is_lost_is_near_the_least_of_all_choices(seed, number):
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(40, 3)) @ generator.normal(size=(3, 7)) + 0.1 * generator.normal(size=(40, 7))
    scores = generator.random(7)
    chosen = least_lost(scores, Moments.of(Observations(values)), number)
    assert len(set(chosen.tolist())) == number
    every = [lost(values, scores, nodes) for nodes in combinations(range(7), number)]
    # Greedy is not best, but of 35 choices never among the worse half; the first is the best one.
    assert lost(values, scores, chosen) <= (min(every) * 1.05 if number == 1 else np.median(every))


@pytest.mark.parametrize("values", [np.zeros((5, 4)), np.ones((1, 4)), np.repeat(np.arange(5.0)[:, None], 4, axis=1)])
def test_constant_or_equal_nodes_are_chosen_once_each(values):
    chosen = least_lost(np.arange(4.0), Moments.of(Observations(values)), 3)
    assert len(set(chosen.tolist())) == 3
