"""Concern and tangling identification: which nodes a class can do without (Algorithms 4 and 5).

Works on observed activations and scores alone; knows nothing of models or time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rnn_modules.network.compiled import compiled


def central_tendency(observations: np.ndarray, outlier_distance: float = 2.0) -> np.ndarray:
    """Mean absolute activation of each node without outliers (Algorithm 4, lines 19 to 27).

    An observation x is discarded unless ``|x - median| / MAD < outlier_distance``, where MAD is the median of
    ``|x - median|``; all are kept when MAD is 0.

    Args:
        observations: ``(observations, nodes)`` activations, at least one observation.
        outlier_distance: in median absolute deviations.

    Returns:
        ``(nodes,) float64``.

    Example:
        >>> observations = np.array([[0.1, -0.5], [0.2, 0.5], [0.3, -0.5], [9.0, 0.5]])
        >>> central_tendency(observations).round(3).tolist()
        [0.2, 0.5]
    """
    magnitudes = np.abs(observations.T, order="C")
    magnitudes.sort(axis=-1)
    return _means_without_outliers(magnitudes, outlier_distance)


@compiled
def _means_without_outliers(magnitudes: np.ndarray, outlier_distance: float) -> np.ndarray:
    """Mean of each row of ``(nodes, observations)`` without outliers, ``(nodes,) float64``; the rows ascend."""
    nodes, observations = magnitudes.shape
    lower, upper = (observations - 1) // 2, observations // 2
    means = np.empty(nodes)
    for node in range(nodes):
        ordered = magnitudes[node]
        centre = (np.float64(ordered[lower]) + np.float64(ordered[upper])) / 2
        deviation = (_distance(ordered, centre, lower) + _distance(ordered, centre, upper)) / 2
        start, end = 0, observations
        if deviation > 0:
            start, end = _within(ordered, centre, outlier_distance, deviation)
        # Summed about the median, the mean of equal values is exactly that value, so constants never score below 0.
        total = 0.0
        for index in range(start, end):
            total += ordered[index] - centre
        means[node] = centre + total / (end - start)
    return means


@compiled
def _distance(ordered: np.ndarray, centre: float, rank: int) -> float:
    """Distance from the centre of the observation that is nearest, second nearest, ... (``rank`` 0, 1, ...).

    The nearest ones are neighbours: of all runs of that many, the one whose farther end is nearest.
    """
    low, high = 0, len(ordered) - 1 - rank
    while low < high:
        middle = (low + high) // 2
        if ordered[middle + rank] - centre < centre - ordered[middle]:
            low = middle + 1
        else:
            high = middle
    farther = max(centre - ordered[low], ordered[low + rank] - centre)
    if low > 0:
        farther = min(farther, max(centre - ordered[low - 1], ordered[low - 1 + rank] - centre))
    return farther


@compiled
def _within(ordered: np.ndarray, centre: float, outlier_distance: float, deviation: float) -> tuple[int, int]:
    """Start and end of the observations that are no outliers."""
    start, high = 0, len(ordered)
    while start < high:
        middle = (start + high) // 2
        if (centre - ordered[middle]) / deviation < outlier_distance:
            high = middle
        else:
            start = middle + 1
    end, high = start, len(ordered)
    while end < high:
        middle = (end + high) // 2
        if (ordered[middle] - centre) / deviation < outlier_distance:
            end = middle + 1
        else:
            high = middle
    return start, end


def active_rate(observations: np.ndarray, threshold: float = 0.0) -> np.ndarray:
    """Percentage of observations in which each node is active (Algorithm 5, lines 1 to 9).

    Args:
        observations: ``(observations, nodes)`` activations, at least one observation.
        threshold: a node is active when its activation is larger.

    Returns:
        ``(nodes,) float64`` in 0..100.

    Example:
        >>> active_rate(np.array([[0.0, 1.0], [2.0, 0.0], [0.0, 0.0], [1.0, 0.0]])).tolist()
        [50.0, 25.0]
    """
    return active_share(observations, threshold) * 100.0


def active_share(observations: np.ndarray, threshold: float = 0.0) -> np.ndarray:
    """The same as a share, ``(nodes,) float64`` in 0..1.

    Example:
        >>> active_share(np.array([[0.0, 1.0], [2.0, 0.0], [0.0, 0.0], [1.0, 0.0]])).tolist()
        [0.5, 0.25]
    """
    return np.count_nonzero(observations > threshold, axis=0) / len(observations)


def open_share(observations: np.ndarray, gate_open: float = 0.5) -> np.ndarray:
    """Share of observations in which a sigmoid gate is open, ``(nodes,) float64`` (section IV-B3, first approach).

    Example:
        >>> open_share(np.array([[0.9, 0.2], [0.5, 0.4]])).tolist()
        [1.0, 0.0]
    """
    return np.count_nonzero(observations >= gate_open, axis=0) / len(observations)


@dataclass(frozen=True)
class LayerShape:
    """Sizes of a recurrent layer, for counting its edges.

    Attributes:
        inputs: rows of the kernel.
        units: hidden nodes.
        gates: gates of the cell.
        judged_gates: gates that are judged one by one: 1 when a verdict on the hidden state holds for all.

    Example:
        >>> [LayerShape(inputs=3, units=5, gates=4, judged_gates=judged).nodes for judged in (1, 4)]
        [5, 20]
    """

    inputs: int
    units: int
    gates: int
    judged_gates: int

    @property
    def nodes(self) -> int:
        """Number of nodes that are judged."""
        return self.judged_gates * self.units


ShareRemoved = Callable[[np.ndarray], np.ndarray]
"""From an order of removal ``(..., nodes) int`` to the share that is gone after each removal, ``(..., nodes)``."""


def share_of_nodes(order: np.ndarray) -> np.ndarray:
    """Share of the nodes that is gone after each removal.

    Example:
        >>> share_of_nodes(np.array([2, 0, 3, 1])).tolist()
        [0.25, 0.5, 0.75, 1.0]
    """
    return np.broadcast_to(np.arange(1, order.shape[-1] + 1) / order.shape[-1], order.shape)


def share_of_removals(layers: Sequence[LayerShape]) -> ShareRemoved:
    """Calls of ``removeNode`` so far, as a share of the nodes that are judged (Algorithm 4, lines 7 to 16).

    A verdict on the hidden state of an LSTM node makes four calls, one per gate, of a GRU node three, of a Vanilla node
    one.

    Example:
        >>> vanilla, gru = (LayerShape(inputs=3, units=2, gates=gates, judged_gates=1) for gates in (1, 3))
        >>> share_of_removals([vanilla, gru])(np.array([0, 1, 2, 3])).tolist()
        [0.25, 0.5, 1.25, 2.0]
    """
    calls = np.concatenate([np.full(layer.nodes, layer.gates // layer.judged_gates) for layer in layers])
    return lambda order: np.cumsum(calls[order], axis=-1) / len(calls)


def share_of_edges(layers: Sequence[LayerShape], feeds: Sequence[Sequence[int]] | None = None) -> ShareRemoved:
    """Share of the edges (kernels W and recurrent kernels U) of layers that is gone after each removal.

    A node takes its columns of W and U with it and, with the last of its judged gates, its rows of U and of the W of a
    layer that reads it. In a layer where all nodes are connected their number is all that counts.

    Args:
        layers: in an order in which each comes after those that it reads.
        feeds: for each the positions of those whose nodes it reads; by default the one before it.

    Example:
        >>> layer = LayerShape(inputs=2, units=2, gates=1, judged_gates=1)
        >>> share_of_edges([layer])(np.array([1, 0])).tolist()
        [0.625, 1.0]
    """
    ends = np.cumsum([layer.nodes for layer in layers])
    total = sum((layer.inputs + layer.units) * layer.gates * layer.units for layer in layers)
    senders = [range(max(0, index - 1), index) for index in range(len(layers))] if feeds is None else feeds

    def share(order: np.ndarray) -> np.ndarray:
        rank = ranks(order)
        kept = np.zeros(order.shape, np.int64)
        rows_of: list[np.ndarray] = []
        for layer, end, read in zip(layers, ends, senders, strict=True):
            start = end - layer.nodes
            removed = np.cumsum((order >= start) & (order < end), axis=-1)
            columns = layer.gates * layer.units - removed * (layer.gates // layer.judged_gates)
            by_gate = rank[..., start:end].reshape(*order.shape[:-1], layer.judged_gates, layer.units)
            last_gate = np.zeros(order.shape, np.int64)
            np.put_along_axis(last_gate, by_gate.max(axis=-2), 1, axis=-1)
            rows = np.cumsum(last_gate, axis=-1)
            kept += columns * (layer.inputs - sum(rows_of[sender] for sender in read) + layer.units - rows)
            rows_of.append(rows)
        return (total - kept) / total

    return share


def ranks(order: np.ndarray) -> np.ndarray:
    """Position of each node in an order of removal, ``(..., nodes) int``.

    Example:
        >>> ranks(np.array([2, 0, 3, 1])).tolist()
        [1, 3, 0, 2]
    """
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(order.shape[-1]), order.shape), axis=-1)
    return rank


def within_cap(order: np.ndarray, cap: float, share_removed: ShareRemoved) -> np.ndarray:
    """Nodes that are removed before the cap stops the removal, ``(..., nodes) bool``; a cap of 0 removes none.

    The share is checked after a removal (Algorithm 4, line 16; Algorithm 5, line 14), so the node that reaches the cap
    still goes.

    Example:
        >>> within_cap(np.array([2, 0, 3, 1]), 0.5, share_of_nodes).tolist()
        [True, False, True, False]
    """
    if cap <= 0:
        return np.zeros(order.shape, bool)
    removals = np.count_nonzero(share_removed(order) < cap, axis=-1, keepdims=True) + 1
    return ranks(order) < removals


def removed_logistic(
    scores: np.ndarray, cap: float, always_remove_within: float = 0.0, share_removed: ShareRemoved = share_of_nodes
) -> np.ndarray:
    """Nodes to remove by central tendency (Algorithm 4, lines 1 to 18).

    Args:
        scores: ``(..., nodes)`` central tendency in positive minus that in negative examples; not-a-number where there
            was no observation, which keeps the node.
        cap: removal stops when this share is gone.
        always_remove_within: nodes go even beyond the cap when the lowest score is less than this share larger than
            theirs.
        share_removed: what the cap is a share of.

    Returns:
        ``(..., nodes) bool``, true where the node goes.

    Example:
        >>> removed_logistic(np.array([-0.3, 0.2, -0.1, -0.4]), cap=0.5).tolist()
        [True, False, False, True]
    """
    scores = np.nan_to_num(scores, nan=0.0)
    removed = within_cap(np.argsort(scores, axis=-1, kind="stable"), cap, share_removed)
    if always_remove_within and cap > 0:
        lowest = scores.min(axis=-1, keepdims=True)
        # As a quotient, for the sake of equal rounding with who divides.
        removed |= np.divide(lowest, scores, out=np.full_like(scores, np.inf), where=scores < 0) < (
            1 + always_remove_within
        )
    return removed & (scores < 0)


def removed_relu(
    positive: np.ndarray, negative: np.ndarray, cap: float, share_removed: ShareRemoved = share_of_nodes
) -> np.ndarray:
    """Nodes to remove by active rate (Algorithm 5): never active for the class, and not for the others either.

    Concern identification removes nodes that are never active in positive examples, in their order, up to the cap;
    tangling identification restores those that are active in some negative example.

    Args:
        positive: ``(..., nodes)`` active rates in positive examples; not-a-number without observations.
        negative: likewise in negative examples.
        cap: removal stops when this share is gone.
        share_removed: what the cap is a share of.

    Returns:
        ``(..., nodes) bool``.

    Example:
        >>> positive, negative = np.array([0.0, 0.0, 50.0, 0.0]), np.array([0.0, 80.0, 0.0, 0.0])
        >>> removed_relu(positive, negative, cap=1.0).tolist()
        [True, False, False, True]
    """
    silent = positive == 0
    removed = silent & within_cap(np.argsort(~silent, axis=-1, kind="stable"), cap, share_removed)
    return removed & (negative == 0)


def removed_by_rate_difference(
    positive: np.ndarray,
    negative: np.ndarray,
    cap: float,
    difference: float,
    share_removed: ShareRemoved = share_of_nodes,
) -> np.ndarray:
    """The published package's rule for ReLU: nodes more often active in negative examples go, most so first.

    Args:
        positive: ``(..., nodes)`` active rates, as shares.
        negative: likewise.
        cap: removal stops when this share is gone.
        difference: a node goes when the rates differ by this much or less (a negative number).
        share_removed: what the cap is a share of.

    Example:
        >>> positive, negative = np.array([0.1, 0.9, 0.4]), np.array([0.8, 1.0, 0.95])
        >>> removed_by_rate_difference(positive, negative, cap=1.0, difference=-0.5).tolist()
        [True, False, True]
        >>> removed_by_rate_difference(positive, negative, cap=0.1, difference=-0.5).tolist()
        [True, False, False]
    """
    scores = np.nan_to_num(positive - negative, nan=0.0)
    return removed_logistic(scores, cap, share_removed=share_removed) & (scores <= difference)
