"""What the nodes of a network send on some examples, and its second moments: what folding and ranking are fitted on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_modules.network import Network, classifies
from rnn_modules.network.base import examples_of, rows_of
from rnn_modules.network.traces import Run

if TYPE_CHECKING:
    from rnn_modules.network.derivatives import Derivatives

EXAMPLES_AT_ONCE, STEPS_AT_ONCE = 250, 5000
"""Examples of one pass, and timesteps of them together: few, for what every gate did is in memory."""


def parts_of(network: Network, inputs: Any, steps: np.ndarray | None) -> Iterator[tuple[Any, np.ndarray | None]]:
    """A few examples at once, with the timestep at which each is decided.

    Example:
        >>> from support.networks import random_classifier
        >>> network = random_classifier(tokens=100)
        >>> [(len(part), steps) for part, steps in parts_of(network, np.zeros((80, 100)), None)]
        [(50, None), (30, None)]
    """
    count = examples_of(inputs)
    size = min(EXAMPLES_AT_ONCE, max(1, STEPS_AT_ONCE // max(1, *network.layer_timesteps)))
    for start in range(0, count, size):
        rows = np.arange(start, min(start + size, count))
        yield rows_of(inputs, rows), None if steps is None else steps[rows]


@dataclass(frozen=True, eq=False)
class Observations:
    """What some nodes send, or how far that is from something else.

    Attributes:
        values: ``(observations, units)``.
        weights: ``(observations,)`` how much each counts; None: all the same.

    Example:
        >>> part = Observations(np.ones((2, 3)))
        >>> Observations.joined([part, part]).values.shape
        (4, 3)
    """

    values: np.ndarray
    weights: np.ndarray | None = None

    @classmethod
    def joined(cls, parts: Sequence[Observations]) -> Observations:
        """Those of several inputs."""
        weights = [part.weights for part in parts if part.weights is not None]
        return cls(np.concatenate([part.values for part in parts]), np.concatenate(weights) if weights else None)

    def less(self, other: Observations, nodes: np.ndarray) -> Observations:
        """How far others, of some of these nodes, are from these."""
        return Observations(other.values - self.values[:, nodes], self.weights)


@dataclass(frozen=True, eq=False)
class Sent:
    """What the nodes of a layer send.

    Attributes:
        back: what goes back into the layer.
        onward: what leaves it.
        reset: what a GRU whose reset gate stands before the product sends to its candidate; None for others.
    """

    back: Observations
    onward: Observations
    reset: Observations | None = None

    @classmethod
    def joined(cls, parts: Sequence[Sent]) -> Sent:
        """What one layer sends on several inputs.

        Example:
            >>> part = Sent(Observations(np.ones((2, 3))), Observations(np.ones((1, 3))))
            >>> both = Sent.joined([part, part])
            >>> both.back.values.shape, both.onward.values.shape, both.reset
            ((4, 3), (2, 3), None)
        """
        resets = [part.reset for part in parts if part.reset is not None]
        return cls(
            Observations.joined([part.back for part in parts]),
            Observations.joined([part.onward for part in parts]),
            Observations.joined(resets) if resets else None,
        )


def sent(
    network: Network, run: Run, steps: np.ndarray | None, found: Sequence[Derivatives] | None = None
) -> list[Sent]:
    """Observations of each layer, steps that are padding left out.

    Args:
        network: the network.
        run: what it did.
        steps: ``(examples,) int`` timestep at which each example is decided; None for the last one.
        found: derivatives of the same layers; each observation counts as their size says. None: all count the same.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> (of_layer,) = sent(network, network.run(np.array([[0, 1, 1], [1, 0, 0]])), None)
        >>> of_layer.back.values.shape, of_layer.onward.values.shape
        ((6, 2), (2, 2))
    """
    result = []
    for index, (layer, trace) in enumerate(zip(network.layers, run.traces, strict=True)):
        timesteps, examples = trace.hidden.shape[:2]
        real = np.ones((timesteps, examples), bool) if trace.present is None else trace.present[..., 0]
        leaving: Any = real
        if not layer.return_sequences:
            leaving = timesteps - 1, np.arange(examples)
        elif classifies(network) and index in network.last_layers:
            leaving = timesteps - 1 if steps is None else steps, np.arange(examples)
        own = None if found is None else found[index]
        back = Observations(trace.hidden[real], None if own is None else _sizes(own.back[real]))
        onward = Observations(trace.hidden[leaving], None if own is None else _sizes(own.onward[leaving]))
        if trace.start is not None:
            start = Observations(trace.start[0], None if own is None else _sizes(own.start))
            back = Observations.joined([back, start])
        reset = None
        if trace.reset is not None:
            values = (trace.reset * trace.before[0])[real]
            by = None if own is None else np.concatenate([own.start[None], own.back[:-1]])[real]
            reset = Observations(values, None if by is None else _sizes(by))
        result.append(Sent(back, onward, reset))
    return result


def _sizes(derivatives: np.ndarray) -> np.ndarray:
    return np.sqrt(np.square(derivatives).sum(axis=-1))


LEAST_WEIGHT = 0.05
"""Of an observation on which nothing depends, as a share of the mean weight."""


@dataclass(frozen=True, eq=False)
class Moments:
    """Second moments of observations.

    Attributes:
        products: ``(units, units)`` mean of the products of two nodes, less that of their means if ``centred``.
        means: ``(units,)``; zeros unless ``centred``.

    Example:
        >>> moments = Moments.of(Observations(np.array([[1.0, 2.0], [3.0, 6.0]])), centred=True)
        >>> moments.means.tolist(), moments.products.tolist()
        ([2.0, 4.0], [[1.0, 2.0], [2.0, 4.0]])
    """

    products: np.ndarray
    means: np.ndarray

    @classmethod
    def of(cls, observations: Observations, centred: bool = False) -> Moments:
        """Those of some observations, in double precision."""
        values = observations.values.astype(np.float64)
        shares = np.full(len(values), 1 / len(values))
        if observations.weights is not None:
            total = max(observations.weights.sum(), np.finfo(np.float32).tiny)
            shares = (observations.weights / total + LEAST_WEIGHT * shares) / (1 + LEAST_WEIGHT)
        means = shares @ values if centred else np.zeros(values.shape[1])
        values -= means
        return cls((values * shares[:, None]).T @ values, means)

    def of_nodes(self, nodes: np.ndarray) -> Moments:
        """Those of some of the nodes."""
        return Moments(self.products[np.ix_(nodes, nodes)], self.means[nodes])
