"""Concern and tangling identification: which nodes a class can do without (Algorithms 4 and 5).

Works on observed activations and scores alone; knows nothing of models or time.
"""

from __future__ import annotations

import numpy as np


def central_tendency(observations: np.ndarray, outlier_distance: float = 2.0) -> np.ndarray:
    """Mean absolute activation of each node without outliers (Algorithm 4, lines 19 to 27).

    An observation x is discarded unless ``|x - median| / MAD < outlier_distance``, where MAD is the median of
    ``|x - median|``; all are kept when MAD is 0.

    Args:
        observations: ``(observations, nodes)`` activations, at least one observation.
        outlier_distance: in median absolute deviations.

    Returns:
        ``(nodes,) float64``.
    """
    magnitudes = np.ascontiguousarray(np.abs(observations).T)
    centre = _median(magnitudes)
    magnitudes -= centre[:, None]
    distances = np.abs(magnitudes)
    deviation = _median(distances)[:, None]
    constant = deviation == 0
    kept = distances / np.where(constant, 1, deviation) < outlier_distance
    kept |= constant
    # Summed about the median, the mean of equal values is exactly that value, so constant nodes never score below 0.
    return centre + np.sum(magnitudes, axis=1, where=kept, dtype=np.float64) / np.count_nonzero(kept, axis=1)


def _median(values: np.ndarray) -> np.ndarray:
    """Median over the last axis; by partition, which NumPy vectorises for rows that lie together in memory."""
    middle = values.shape[-1] // 2
    if values.shape[-1] % 2:
        return np.partition(values, middle, axis=-1)[..., middle]
    parts = np.partition(values, (middle - 1, middle), axis=-1)
    return (parts[..., middle - 1] + parts[..., middle]) / 2


def active_rate(observations: np.ndarray, threshold: float = 0.0) -> np.ndarray:
    """Percentage of observations in which each node is active (Algorithm 5, lines 1 to 9).

    Args:
        observations: ``(observations, nodes)`` activations, at least one observation.
        threshold: a node is active when its activation is larger.

    Returns:
        ``(nodes,) float64`` in 0..100.
    """
    return np.count_nonzero(observations > threshold, axis=0) / len(observations) * 100.0


def open_share(observations: np.ndarray, gate_open: float = 0.5) -> np.ndarray:
    """Share of observations in which a sigmoid gate is open, ``(nodes,) float64`` (section IV-B3, first approach)."""
    return np.count_nonzero(observations >= gate_open, axis=0) / len(observations)


def nodes_until_cap(nodes: int, cap: float) -> int:
    """How many nodes are removed before ``removed / nodes >= cap`` stops the removal; a cap of 0 removes none.

    The share is checked after a removal (Algorithm 4, line 16), so the cap may be exceeded by a part of one node.
    """
    if cap <= 0:
        return 0
    return min(nodes, int(np.searchsorted(np.arange(1, nodes + 1) / nodes, cap)) + 1)


def removed_logistic(scores: np.ndarray, cap: float, always_remove_within: float = 0.0) -> np.ndarray:
    """Nodes to remove by central tendency (Algorithm 4, lines 1 to 18).

    Args:
        scores: ``(..., nodes)`` central tendency in positive minus that in negative examples; not-a-number where there
            was no observation, which keeps the node.
        cap: removal stops at this share of the nodes.
        always_remove_within: nodes whose score is within this share of the lowest go even beyond the cap.

    Returns:
        ``(..., nodes) bool``, true where the node goes.
    """
    scores = np.nan_to_num(scores, nan=0.0)
    order = np.argsort(scores, axis=-1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(scores.shape[-1]), scores.shape), axis=-1)
    count = nodes_until_cap(scores.shape[-1], cap)
    removed = rank < count
    if always_remove_within and count:
        removed |= scores <= (1 - always_remove_within) * scores.min(axis=-1, keepdims=True)
    return removed & (scores < 0)


def removed_relu(positive: np.ndarray, negative: np.ndarray, cap: float) -> np.ndarray:
    """Nodes to remove by active rate (Algorithm 5): never active for the class, and not for the others either.

    Concern identification removes nodes that are never active in positive examples, in their order, up to the cap;
    tangling identification restores those that are active in some negative example.

    Args:
        positive: ``(..., nodes)`` active rates in positive examples; not-a-number without observations.
        negative: likewise in negative examples.
        cap: removal stops at this share of the nodes.

    Returns:
        ``(..., nodes) bool``.
    """
    silent = positive == 0
    removed = silent & (np.cumsum(silent, axis=-1) <= nodes_until_cap(positive.shape[-1], cap))
    return removed & (negative == 0)


def removed_by_rate_difference(positive: np.ndarray, negative: np.ndarray, cap: float, difference: float) -> np.ndarray:
    """The published package's rule for ReLU: nodes more often active in negative examples go, most so first.

    Args:
        positive: ``(..., nodes)`` active rates, percent.
        negative: likewise.
        cap: removal stops at this share of the nodes.
        difference: a node goes when the rates, as shares, differ by this much or less (a negative number).
    """
    scores = np.nan_to_num((positive - negative) / 100.0, nan=0.0)
    return removed_logistic(scores, cap) & (scores <= difference)
