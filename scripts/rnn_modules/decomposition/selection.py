"""Which nodes stay: as many of the highest scores, over all layers, as a share of the recurrent weights allows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from rnn_modules.decomposition.activity import Moments
from rnn_modules.decomposition.folding import RIDGE
from rnn_modules.files.atomic_files import InputError
from rnn_modules.network import RecurrentLayer

Feeds = Sequence[tuple[int, ...] | None]


def recurrent_weights(
    layers: Sequence[RecurrentLayer],
    nodes: Sequence[int],
    feeds: Feeds | None = None,
    restored: Collection[int] = (),
) -> int:
    """Number of recurrent layers' weights when this many nodes of each layer stay.

    Args:
        layers: of the whole network.
        nodes: of each how many stay.
        feeds: for each layer those whose nodes it reads, see :attr:`rnn_modules.network.Network.node_feeds`; by default
            the one before it.
        restored: those of whose nodes all are made for others; what makes them counts too.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(3, 2), np.eye(2), np.zeros(2))
        >>> recurrent_weights([layer], [2]) == layer.weights, recurrent_weights([layer], [1])
        (True, 5)
    """
    total = 0
    for index, (layer, number) in enumerate(zip(layers, nodes, strict=True)):
        feed = (None if index == 0 else (index - 1,)) if feeds is None else feeds[index]
        below = layer.kernel.shape[0] if feed is None else sum(nodes[sender] for sender in feed)
        biases = 1 if layer.recurrent_bias is None else 2
        total += number * len(layer.gates) * (below + number + biases)
        if index in restored and number < layer.units:
            total += (number + 1) * layer.units
    return total


def least_share(layers: Sequence[RecurrentLayer], feeds: Feeds | None = None, restored: Collection[int] = ()) -> float:
    """Share of the weights that one node a layer has; arguments as of :func:`recurrent_weights`.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(3, 4), np.eye(4), np.zeros(4))
        >>> round(least_share([layer]), 3)
        0.156
    """
    return recurrent_weights(layers, [1] * len(layers), feeds, restored) / sum(layer.weights for layer in layers)


def check_keep(keep: float, least: float) -> None:
    """Raise :class:`InputError` when a share is less than one node of each layer has.

    Example:
        >>> check_keep(0.1, least=0.05)
    """
    if keep < least:
        raise InputError(
            f"decomposition parameter keep: received {keep:.3g}, but one node a layer has a share of {least:.3g} of "
            "the weights; give at least that"
        )


def numbers_within(
    layers: Sequence[RecurrentLayer],
    scores: Sequence[np.ndarray],
    most: float,
    feeds: Feeds | None = None,
    restored: Collection[int] = (),
) -> list[int]:
    """How many nodes of each layer stay: those of the highest scores, at least one a layer, in at most so many weights.

    Args:
        layers: of the whole network.
        scores: for each layer ``(nodes,)`` of those that are left.
        most: number of weights.
        feeds: see :func:`recurrent_weights`.
        restored: likewise.

    Raises:
        InputError: one node a layer has more.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(3, 2), np.eye(2), np.zeros(2))
        >>> numbers_within([layer, layer], [np.array([0.5, 0.9]), np.array([0.2, 0.1])], most=12)
        [1, 1]
    """
    least = least_share(layers, feeds, restored)
    total = sum(layer.weights for layer in layers)
    if most >= total:
        return [len(part) for part in scores]
    check_keep(most / total, least)
    layer_of = np.repeat(np.arange(len(scores)), [len(part) for part in scores])
    values = np.concatenate(scores)
    # The best node of each layer stays in any case.
    starts = np.searchsorted(layer_of, np.arange(len(scores)))
    sure = starts + [int(part.argmax()) for part in scores]
    order = np.argsort(-values, kind="stable")
    numbers = np.ones(len(scores), int)
    for node in order[~np.isin(order, sure)]:
        more = numbers.copy()
        more[layer_of[node]] += 1
        if recurrent_weights(layers, more.tolist(), feeds, restored) > most:
            break
        numbers = more
    return numbers.tolist()


def highest(scores: np.ndarray, number: int) -> np.ndarray:
    """Positions of the highest scores, ascending.

    Example:
        >>> highest(np.array([0.3, 0.9, 0.5]), 2).tolist()
        [1, 2]
    """
    return np.sort(np.argsort(-scores, kind="stable")[:number])


def least_lost(scores: np.ndarray, moments: Moments, number: int) -> np.ndarray:
    """Positions of nodes from which the others can best be estimated, weighed by their scores, ascending.

    One after another the node is taken that lowers most the sum over all nodes of score / mean square x residual
    variance: what is lost is what folding cannot restore (greedy column subset selection).

    Args:
        scores: ``(nodes,)``.
        moments: of what the same nodes send.
        number: how many are taken.

    Example:
        >>> from rnn_modules.decomposition.activity import Observations
        >>> rows = Observations(np.array([[1.0, 1.0, 0.0], [2.0, 2.0, 1.0], [0.0, 0.0, 2.0]]))
        >>> scores, moments = np.array([0.9, 0.8, 0.2]), Moments.of(rows)
        >>> highest(scores, 2).tolist(), least_lost(scores, moments, 2).tolist()
        ([0, 1], [0, 2])
    """
    residual = moments.products.copy()
    squares = np.maximum(np.diag(residual), np.finfo(np.float32).tiny)
    importance = scores / squares
    penalty = RIDGE * squares.mean()
    chosen: list[int] = []
    for _ in range(number):
        gains = importance @ residual**2 / (np.diag(residual) + penalty)
        # Without any gain left, those of the highest scores.
        gains = gains + np.finfo(float).tiny * scores
        gains[chosen] = -np.inf
        best = int(np.argmax(gains))
        chosen.append(best)
        residual -= np.outer(residual[:, best], residual[best]) / (residual[best, best] + penalty)
    return np.sort(chosen)
