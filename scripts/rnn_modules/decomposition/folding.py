"""Networks of fewer nodes: what removed nodes sent is made of what the kept ones send.

What a removed node sends is estimated from the kept nodes by ridge regression, and the weights that read it are added
to those that read the kept nodes. Where the relation is linear, the smaller network is the same function. What goes
back into a layer has no constant part, so that the zero state at the start stays zero.

Sources: linear reconstruction in Spectral Pruning for RNNs (arXiv 2105.10832); mean replacement in FLAP.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from rnn_modules.decomposition.activity import Moments, Sent
from rnn_modules.names import Replacement
from rnn_modules.network import Network, RecurrentLayer
from rnn_modules.network.cells import Estimate

AnyNetwork = TypeVar("AnyNetwork", bound=Network)

RIDGE = 1e-3
"""Penalty of the regression, as a share of the kept nodes' mean square."""


def estimate(moments: Moments, kept: np.ndarray, replacement: Replacement, drift: np.ndarray | None = None) -> Estimate:
    """Estimate all nodes of a layer from some.

    Args:
        moments: of all nodes.
        kept: positions of those that stay.
        replacement: ``fold``: by regression; ``mean``: each by its mean; ``zero``: each by zero.
        drift: ``(kept, kept)`` second moments of the error that the kept nodes have in the smaller network; the
            regression makes allowance for it.

    Example:
        >>> from rnn_modules.decomposition.activity import Observations
        >>> rows = Observations(np.array([[1.0, 2.0], [3.0, 6.0], [-1.0, -2.0]]))
        >>> found = estimate(Moments.of(rows), np.array([0]), "fold")
        >>> found.weights.round(2).tolist()
        [[1.0, 2.0]]
        >>> estimate(Moments.of(rows, centred=True), np.array([0]), "mean").constants.tolist()
        [0.0, 2.0]
    """
    units = len(moments.means)
    weights = np.zeros((len(kept), units))
    constants = np.zeros(units)
    removed = np.setdiff1d(np.arange(units), kept)
    if replacement == "mean":
        constants[removed] = moments.means[removed]
    if replacement == "fold" and len(removed):
        own = moments.products[np.ix_(kept, kept)]
        penalty = RIDGE * max(np.trace(own) / len(kept), np.finfo(np.float32).tiny)
        noise = 0.0 if drift is None else drift
        solved = np.linalg.solve(own + noise + penalty * np.eye(len(kept)), moments.products[kept])
        weights[:, removed] = solved[:, removed]
        constants[removed] = moments.means[removed] - moments.means[kept] @ weights[:, removed]
    weights[np.arange(len(kept)), kept] = 1
    return Estimate(weights, constants)


@dataclass(frozen=True, eq=False)
class LayerMoments:
    """Moments of what a layer sends: back into itself, onward, and past a reset gate (see :class:`Sent`)."""

    back: Moments
    means: Moments
    onward: Moments
    reset: Moments | None

    @classmethod
    def of(cls, sent: Sent) -> LayerMoments:
        """Those of what a layer sends.

        Example:
            >>> from rnn_modules.decomposition.activity import Observations
            >>> rows = Observations(np.array([[1.0, 2.0], [3.0, 6.0]]))
            >>> LayerMoments.of(Sent(back=rows, onward=rows)).onward.means.tolist()
            [2.0, 4.0]
        """
        return cls(
            Moments.of(sent.back),
            Moments.of(sent.back, centred=True),
            Moments.of(sent.onward, centred=True),
            None if sent.reset is None else Moments.of(sent.reset),
        )


@dataclass(frozen=True, eq=False)
class Drift:
    """Second moments of the kept nodes' errors in the smaller network, ``(kept, kept)`` each."""

    back: np.ndarray
    onward: np.ndarray
    reset: np.ndarray | None

    @classmethod
    def of(cls, whole: Sent, small: Sent, kept: np.ndarray) -> Drift:
        """From what a layer sends in the whole network and in the smaller one.

        Example:
            >>> from rnn_modules.decomposition.activity import Observations
            >>> rows, less = Observations(np.array([[1.0, 2.0], [3.0, 6.0]])), Observations(np.array([[2.5], [6.0]]))
            >>> Drift.of(Sent(rows, rows), Sent(less, less), np.array([1])).back.tolist()
            [[0.125]]
        """
        reset = None
        if whole.reset is not None and small.reset is not None:
            reset = Moments.of(whole.reset.less(small.reset, kept)).products
        return cls(
            Moments.of(whole.back.less(small.back, kept)).products,
            Moments.of(whole.onward.less(small.onward, kept)).products,
            reset,
        )


def fold(
    network: AnyNetwork,
    kept: Sequence[np.ndarray],
    moments: Sequence[LayerMoments],
    replacement: Replacement = "fold",
    drift: Sequence[Drift] | None = None,
) -> AnyNetwork:
    """The network of the kept nodes alone.

    Args:
        network: the whole network.
        kept: for each of its layers the positions of the nodes that stay, ascending.
        moments: of what the layers send.
        replacement: what stands for removed nodes, see :func:`estimate`.
        drift: errors of the kept nodes in a first such network, for a second one.

    Example:
        >>> from rnn_modules.decomposition.activity import sent
        >>> from rnn_modules.network import Classifier
        >>> twins = RecurrentLayer("vanilla", np.ones((1, 2)), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((twins,), np.array([[1.0], [2.0]]), np.zeros(1), np.array([[0.1], [0.9]]), tokens=3)
        >>> inputs = np.array([[0, 1, 1], [1, 0, 0]])
        >>> moments = [LayerMoments.of(layer) for layer in sent(network, network.run(inputs), None)]
        >>> small = fold(network, [np.array([0])], moments)
        >>> small.layers[0].units, np.abs(small.logits(inputs) - network.logits(inputs)).max().round(2).item()
        (1, 0.0)
    """
    errors = [None] * len(kept) if drift is None else drift
    sent = [
        estimate(of_layer.onward, own, replacement, None if error is None else error.onward)
        for own, of_layer, error in zip(kept, moments, errors, strict=True)
    ]
    below = [None if feed is None else _side_by_side([sent[index] for index in feed]) for feed in network.node_feeds]
    layers = [
        _smaller(layer, own, of_layer, replacement, received, error)
        for layer, own, of_layer, received, error in zip(network.layers, kept, moments, below, errors, strict=True)
    ]
    return network.smaller(layers, kept, sent)


def _side_by_side(parts: Sequence[Estimate]) -> Estimate:
    """What all nodes of several layers send."""
    if len(parts) == 1:
        return parts[0]
    rows, columns = ([part.weights.shape[axis] for part in parts] for axis in (0, 1))
    weights = np.zeros((sum(rows), sum(columns)))
    for index, part in enumerate(parts):
        row, column = sum(rows[:index]), sum(columns[:index])
        weights[row : row + rows[index], column : column + columns[index]] = part.weights
    return Estimate(weights, np.concatenate([part.constants for part in parts]))


def _smaller(
    layer: RecurrentLayer,
    kept: np.ndarray,
    moments: LayerMoments,
    replacement: Replacement,
    below: Estimate | None,
    drift: Drift | None,
) -> RecurrentLayer:
    """A layer of its kept nodes, which reads the kept nodes of the layer below."""
    units, dtype = layer.units, layer.kernel.dtype
    columns = (np.arange(len(layer.gates))[:, None] * units + kept).ravel()
    kernel, bias = layer.kernel, layer.bias
    if below is not None:
        kernel, bias = below.weights @ kernel, bias + below.constants @ kernel
    # A mean is a constant, which the zero state at the start does not have; a regression goes without.
    own = moments.means if replacement == "mean" else moments.back
    back = estimate(own, kept, replacement, None if drift is None else drift.back)
    recurrent, constants = back.weights @ layer.recurrent_kernel, back.constants @ layer.recurrent_kernel
    if moments.reset is not None:
        last = slice(2 * units, None)
        past = estimate(moments.reset, kept, replacement, None if drift is None else drift.reset)
        recurrent[:, last] = past.weights @ layer.recurrent_kernel[:, last]
        constants[last] = past.constants @ layer.recurrent_kernel[:, last]
    recurrent_bias = layer.recurrent_bias
    if layer.reset_after:
        recurrent_bias = (constants if recurrent_bias is None else recurrent_bias + constants)[columns].astype(dtype)
    else:
        bias = bias + constants
    return dataclasses.replace(
        layer,
        kernel=kernel[:, columns].astype(dtype),
        recurrent_kernel=recurrent[:, columns].astype(dtype),
        bias=bias[columns].astype(dtype),
        recurrent_bias=recurrent_bias,
    )
