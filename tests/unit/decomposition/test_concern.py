"""Central tendency, active rates and the rules of removal, on values worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import median_abs_deviation

from rnn_modules.decomposition.concern import (
    LayerShape,
    active_rate,
    central_tendency,
    open_share,
    removed_by_rate_difference,
    removed_logistic,
    removed_relu,
    share_of_edges,
    share_of_nodes,
    within_cap,
)

NAN = float("nan")


def test_central_tendency_is_the_mean_magnitude_without_outliers():
    observations = np.array([[1.0, -2.0], [-2.0, 2.0], [3.0, 2.0], [-4.0, -2.0], [100.0, 2.0]])
    # First node: median 3, distances 2 1 0 1 97, median distance 1: only distances below 2 stay, 2 3 4.
    assert central_tendency(observations).tolist() == [3.0, 2.0]


def test_distance_of_an_outlier():
    observations = np.array([[1.0], [2.0], [3.0], [4.0], [100.0]])
    assert central_tendency(observations, outlier_distance=2.5).tolist() == [2.5]
    assert central_tendency(observations, outlier_distance=1000).tolist() == [22.0]


def test_all_are_kept_when_most_are_equal():
    assert central_tendency(np.array([[5.0], [5.0], [5.0], [9.0]])).tolist() == [6.0]


def test_median_of_an_even_number():
    # Median 3, distances 2 1 1 5, median distance 1.5: 8 is 3.3 of them away.
    assert central_tendency(np.array([[1.0], [2.0], [4.0], [8.0]])).tolist() == [pytest.approx(7 / 3)]


@given(
    st.lists(st.integers(-12, 12), min_size=1, max_size=40),
    st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0]),
    st.sampled_from([np.float32, np.float64]),
)
@settings(deadline=None, max_examples=300, derandomize=True)
def test_outliers_are_those_of_the_definition(values, outlier_distance, dtype):
    """On whole numbers, so that many are equal, many lie just at the limit, and nothing is rounded."""
    magnitudes = np.abs(values)
    deviation = median_abs_deviation(magnitudes)
    kept = np.full(len(values), True)
    if deviation:
        kept = np.abs(magnitudes - np.median(magnitudes)) / deviation < outlier_distance
    received = central_tendency(np.array(values, dtype)[:, None], outlier_distance)
    expected = magnitudes[kept].mean() if kept.any() else NAN
    np.testing.assert_allclose(received, [expected], rtol=1e-12)


@given(st.floats(-1, 1, allow_subnormal=False), st.integers(1, 200), st.sampled_from([np.float32, np.float64]))
@settings(deadline=None, max_examples=60, derandomize=True)
def test_central_tendency_of_a_constant_is_the_constant(value, observations, dtype):
    values = np.full((observations, 1), value, dtype)
    assert central_tendency(values)[0] == abs(values[0, 0])


def test_observations_are_left_as_they_were():
    observations = np.array([[-1.0, 0.5], [2.0, 0.25], [-3.0, 0.75]])
    before = observations.copy()
    central_tendency(observations)
    central_tendency(np.asfortranarray(observations))
    np.testing.assert_array_equal(observations, before)


def test_active_rate_in_percent():
    observations = np.array([[0.0, 0.1, 0.0], [0.0, 0.2, 3.0], [0.0, 0.3, 0.0], [0.0, 0.4, 0.0]])
    assert active_rate(observations).tolist() == [0.0, 100.0, 25.0]
    assert active_rate(observations, threshold=0.2).tolist() == [0.0, 50.0, 25.0]


def test_open_share_counts_the_half():
    assert open_share(np.array([[0.5, 0.4], [0.6, 0.5], [0.4, 0.1]])).tolist() == [2 / 3, 1 / 3]
    assert open_share(np.array([[0.5], [0.8]]), gate_open=0.7).tolist() == [0.5]


@pytest.mark.parametrize(
    ("nodes", "cap", "number"),
    [
        (10, 0.0, 0),
        (10, 1e-9, 1),
        (10, 0.2, 2),
        (10, 0.21, 3),
        (10, 1.0, 10),
        (1, 0.2, 1),
        (3, 0.2, 1),
        (3, 1 / 3, 1),
        (3, 0.34, 2),
        (100, 0.29, 29),
    ],
)
def test_cap(nodes, cap, number):
    assert within_cap(np.arange(nodes), cap, share_of_nodes).sum() == number


@given(st.integers(1, 300), st.floats(0, 1))
@settings(deadline=None, max_examples=200, derandomize=True)
def test_cap_is_where_the_loop_of_the_algorithm_stops(nodes, cap):
    removed = 0
    while cap > 0 and removed < nodes:
        removed += 1
        if removed / nodes >= cap:
            break
    assert within_cap(np.arange(nodes), cap, share_of_nodes).sum() == removed


def test_lowest_scores_go_up_to_the_cap():
    scores = np.array([-0.1, 0.3, -0.4, 0.0, -0.2])
    assert removed_logistic(scores, 0.0).tolist() == [False] * 5
    assert removed_logistic(scores, 0.2).tolist() == [False, False, True, False, False]
    assert removed_logistic(scores, 0.4).tolist() == [False, False, True, False, True]
    assert removed_logistic(scores, 1.0).tolist() == [True, False, True, False, True]


def test_equal_scores_go_in_the_order_of_the_nodes():
    assert removed_logistic(np.array([-1.0, -1.0, -1.0]), 0.5).tolist() == [True, True, False]


def test_every_row_has_its_own_order():
    scores = np.array([[[-1.0, -2.0], [-2.0, -1.0]], [[1.0, 2.0], [-2.0, NAN]]])
    expected = [[[False, True], [True, False]], [[False, False], [True, False]]]
    assert removed_logistic(scores, 0.5).tolist() == expected


def test_nodes_without_observations_stay():
    assert removed_logistic(np.array([NAN, NAN]), 1.0).tolist() == [False, False]
    assert removed_relu(np.array([0.0, NAN]), np.array([NAN, 0.0]), 1.0).tolist() == [False, False]
    assert removed_by_rate_difference(np.array([NAN]), np.array([90.0]), 1.0, -0.5).tolist() == [False]


def test_scores_near_the_lowest_go_beyond_the_cap():
    # The lowest is 1.099 times the third, and 1.101 times the fourth.
    scores = np.array([-1.0, -0.95, -0.91, -0.908, 0.5])
    assert removed_logistic(scores, 0.2, always_remove_within=0.1).tolist() == [True, True, True, False, False]
    assert removed_logistic(scores, 0.0, always_remove_within=0.1).tolist() == [False] * 5
    # With a positive lowest score nothing is near to it.
    assert not removed_logistic(-scores[:3], 0.2, always_remove_within=0.1).any()


def test_silent_nodes_go_unless_a_negative_example_wakes_them():
    positive = np.array([0.0, 10.0, 0.0, 0.0, 0.0])
    negative = np.array([0.0, 0.0, 5.0, 0.0, 0.0])
    assert removed_relu(positive, negative, 1.0).tolist() == [True, False, False, True, True]
    # Two of five are found first, of which one is brought back: the cap counts what was found (lines 13 and 14).
    assert removed_relu(positive, negative, 0.4).tolist() == [True, False, False, False, False]
    assert removed_relu(positive, negative, 0.0).tolist() == [False] * 5


def test_rate_difference_is_a_share():
    positive = np.array([0.1, 0.1, 0.0, 1.0])
    negative = np.array([0.6, 0.59, 1.0, 0.0])
    assert removed_by_rate_difference(positive, negative, 1.0, -0.5).tolist() == [True, False, True, False]
    assert removed_by_rate_difference(positive, negative, 0.25, -0.5).tolist() == [False, False, True, False]
    assert removed_by_rate_difference(positive, negative, 1.0, -0.95).tolist() == [False, False, True, False]


def test_directions_side_by_side_have_no_edges_between_them():
    """Two directions of two nodes read the same inputs, and a third layer reads both."""
    directions = [LayerShape(inputs=3, units=2, gates=1, judged_gates=1)] * 2
    top = LayerShape(inputs=4, units=1, gates=1, judged_gates=1)
    share = share_of_edges([*directions, top], [[], [], [0, 1]])
    # Of 10, 10 and 5 edges: the first node of a direction takes five, one of the other's, and one of the layer above.
    np.testing.assert_allclose(share(np.array([0, 2, 1, 3, 4])) * 25, [7, 14, 19, 24, 25])


@given(st.data())
@settings(deadline=None, max_examples=100, derandomize=True)
def test_share_of_edges_counts_the_zeros(data):
    sizes = st.integers(1, 4)
    layers, units_below = [], data.draw(sizes)
    for _ in range(data.draw(st.integers(1, 3))):
        gates = data.draw(st.sampled_from([1, 3, 4]))
        layers.append(LayerShape(units_below, data.draw(sizes), gates, data.draw(st.sampled_from([1, gates]))))
        units_below = layers[-1].units
    order = np.array(data.draw(st.permutations(range(sum(layer.nodes for layer in layers)))))
    owners = [(index, node) for index, layer in enumerate(layers) for node in range(layer.nodes)]
    columns = [np.zeros((layer.gates, layer.units), bool) for layer in layers]
    expected = []
    for position in order:
        index, node = owners[position]
        gate, unit = divmod(node, layers[index].units)
        columns[index][gate if layers[index].judged_gates > 1 else slice(None), unit] = True
        removed = total = 0
        below = np.zeros(layers[0].inputs, bool)
        for gone in columns:
            for sending in (below, gone.all(axis=0)):
                edges = np.logical_or.outer(sending, gone.ravel())
                removed, total = removed + edges.sum(), total + edges.size
            below = gone.all(axis=0)
        expected.append(removed / total)
    np.testing.assert_array_equal(share_of_edges(layers)(order), expected)
    chain = [[index - 1] if index else [] for index in range(len(layers))]
    np.testing.assert_array_equal(share_of_edges(layers, chain)(order), expected)
    stacked = share_of_edges(layers)(np.stack([order, order[::-1]])[:, None])
    np.testing.assert_array_equal(stacked[0, 0], expected)
