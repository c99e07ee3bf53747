"""What the nodes of a network send on some examples, and its second moments: what folding and ranking are fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_modules.network import Network, RecurrentLayer, translates
from rnn_modules.network.base import examples_of


@dataclass(frozen=True, eq=False)
class Sent:
    """What a layer sends on all examples.

    Attributes:
        hidden: ``(timesteps, examples, units)`` hidden states.
        initial: ``(examples, units)`` state it starts from, or None for zeros.
        reset: ``(timesteps, examples, units)`` what a GRU whose reset gate stands before the product sends to its
            candidate; None for others.
    """

    hidden: np.ndarray
    initial: np.ndarray | None = None
    reset: np.ndarray | None = None


def activity(network: Network, inputs: Any) -> list[Sent]:
    """What each of the network's layers sends.

    Args:
        network: the network.
        inputs: whatever it reads.

    Example:
        >>> from rnn_modules.network import Classifier
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> [sent.hidden.shape for sent in activity(network, np.array([[0, 1, 1], [1, 0, 0]]))]
        [(3, 2, 2)]
    """
    examples = np.arange(examples_of(inputs))
    hidden = [np.stack([at.of(examples)[:, 0] for at in layer]) for layer in network.observe(inputs)]
    initial = network.initial_hidden(inputs)
    if not any(_resets_before(layer) for layer in network.layers):
        return [Sent(*parts) for parts in zip(hidden, initial, strict=True)]
    found = []
    for layer, states, start, gates in zip(
        network.layers, hidden, initial, network.observe(inputs, gates=True), strict=True
    ):
        reset = None
        if _resets_before(layer):
            first = np.zeros_like(states[:1]) if start is None else start[None]
            reset = np.stack([at.of(examples)[:, 1] for at in gates]) * np.concatenate([first, states[:-1]])
        found.append(Sent(states, start, reset))
    return found


def _resets_before(layer: RecurrentLayer) -> bool:
    return layer.cell == "gru" and not layer.reset_after


@dataclass(frozen=True, eq=False)
class Rows:
    """What a layer sends, as rows of observations.

    Attributes:
        back: ``(observations, units)`` what goes back into the layer.
        onward: ``(observations, units)`` what leaves it.
        reset: ``(observations, units)`` see :class:`Sent`, or None.
    """

    back: np.ndarray
    onward: np.ndarray
    reset: np.ndarray | None


def rows_sent(network: Network, sent: Sequence[Sent], inputs: Any, places: np.ndarray | None) -> list[Rows]:
    """Observations of each layer, steps that are padding left out.

    Args:
        network: the network.
        sent: from :func:`activity`.
        inputs: of the same examples.
        places: ``(examples,) int`` timestep at which each example is decided; None for the last one.

    Example:
        >>> from rnn_modules.network import Classifier
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> inputs = np.array([[0, 1, 1], [1, 0, 0]])
        >>> (rows,) = rows_sent(network, activity(network, inputs), inputs, None)
        >>> rows.back.shape, rows.onward.shape
        ((6, 2), (2, 2))
    """
    valid = network.valid(inputs)
    found = []
    for index, layer in enumerate(sent):
        chosen = layer.hidden[valid] if valid is not None else layer.hidden.reshape(-1, layer.hidden.shape[-1])
        back = chosen if layer.initial is None else np.concatenate([chosen, layer.initial])
        onward = chosen
        if index in network.last_layers and not translates(network):
            examples = np.arange(layer.hidden.shape[1])
            onward = layer.hidden[-1] if places is None else layer.hidden[places, examples]
        reset = None
        if layer.reset is not None:
            reset = layer.reset[valid] if valid is not None else layer.reset.reshape(-1, layer.reset.shape[-1])
        found.append(Rows(back, onward, reset))
    return found


@dataclass(frozen=True, eq=False)
class Moments:
    """Second moments of observations ``(observations, units)``.

    Attributes:
        products: ``(units, units)`` mean of the products of two nodes, less that of their means if ``centred``.
        means: ``(units,)``; zeros unless ``centred``.

    Example:
        >>> moments = Moments.of(np.array([[1.0, 2.0], [3.0, 6.0]]), centred=True)
        >>> moments.means.tolist(), moments.products.tolist()
        ([2.0, 4.0], [[1.0, 2.0], [2.0, 4.0]])
    """

    products: np.ndarray
    means: np.ndarray

    @classmethod
    def of(cls, observations: np.ndarray, centred: bool) -> Moments:
        """Those of some observations, in double precision."""
        values = observations.astype(np.float64)
        means = values.mean(axis=0) if centred else np.zeros(values.shape[1])
        values -= means
        return cls(values.T @ values / len(values), means)

    def of_nodes(self, nodes: np.ndarray) -> Moments:
        """Those of some of the nodes."""
        return Moments(self.products[np.ix_(nodes, nodes)], self.means[nodes])
