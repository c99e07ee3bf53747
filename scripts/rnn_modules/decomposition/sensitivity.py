"""How much the answer of a class depends on each node: Fisher scores.

Sources: class-conditional Fisher and Taylor scores of Molchanov et al. (2017, 2019) and CAP'NN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_modules.decomposition.activity import parts_of
from rnn_modules.decomposition.places import Places
from rnn_modules.names import PADDING_ID
from rnn_modules.network import Network, translates
from rnn_modules.network.base import examples_of
from rnn_modules.network.traces import Run, Trace

if TYPE_CHECKING:
    from rnn_modules.network.derivatives import Derivatives


def class_derivatives(
    network: Network, run: Run, inputs: Any, output: int, steps: np.ndarray | None
) -> list[Derivatives]:
    """Derivatives of a class' log-odds by what each node sends.

    Args:
        network: the network.
        run: what it did.
        inputs: on which.
        output: position of the class among the outputs; of no account for translation, where the log-likelihood of the
            right words is differentiated.
        steps: ``(examples,) int`` timestep at which each example is decided; None for the last one.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.array([[1.0, 0], [0, 0]]), np.zeros(2), embedding=np.eye(2), tokens=1)
        >>> inputs = np.array([[0], [1]])
        >>> (found,) = class_derivatives(network, network.run(inputs), inputs, 0, None)
        >>> found.onward.round(2).tolist()
        [[[1.0, 0.0], [1.0, 0.0]]]
    """
    by_logits = np.zeros_like(run.logits)
    if translates(network):
        by_logits[:, :-1] = _by_right_words(run.logits[:, :-1], inputs[1][:, 1:])
    else:
        decided = decisions(run.logits, steps)
        by_logits[decided] = _by_logits(run.logits[decided], output, network.independent)
    return network.derivatives(run, by_logits)


def decisions(values: np.ndarray, steps: np.ndarray | None) -> tuple[Any, ...]:
    """Where in ``(examples, [timesteps,] ...)`` each example is decided.

    Example:
        >>> values = np.arange(6).reshape(2, 3, 1)
        >>> values[decisions(values, np.array([0, 2]))].tolist(), values[decisions(values, None)].shape
        ([[0], [5]], (2, 3, 1))
    """
    examples = np.arange(len(values))
    return (examples,) if steps is None else (examples, steps)


def _by_logits(logits: np.ndarray, output: int, independent: bool) -> np.ndarray:
    """Derivatives of the log-odds of one output against the others together."""
    found = np.zeros_like(logits)
    if not independent:
        others = np.delete(np.arange(logits.shape[-1]), output)
        found[:, others] = -_softmax(logits[:, others])
    found[:, output] = 1
    return found


def _by_right_words(logits: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Derivatives of the log-likelihood of the words that follow each decoder input."""
    found = -_softmax(logits)
    np.put_along_axis(found, words[..., None], np.take_along_axis(found, words[..., None], -1) + 1, -1)
    return found * (words != PADDING_ID)[..., None]


def _softmax(logits: np.ndarray) -> np.ndarray:
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def fisher_scores(network: Network, inputs: Any, output: int, places: Places) -> list[np.ndarray]:
    """Mean square of the derivative of a class' log-odds by a factor on what each node sends at every timestep.

    Args:
        network: the network.
        inputs: of the examples of ``places.rows``.
        output: position of the class, see :func:`class_derivatives`.
        places: when each example is decided.

    Returns:
        For each of the network's layers ``(units,) float64``.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.array([[1.0, 0], [0, 0]]), np.zeros(2), embedding=np.eye(2), tokens=1)
        >>> places = Places(np.arange(2), None, np.array([True, False]))
        >>> fisher_scores(network, np.array([[0], [1]]), 0, places)[0].round(2).tolist()
        [0.29, 0.0]
    """
    totals = [np.zeros(layer.units) for layer in network.layers]
    for part, steps in parts_of(network, inputs, places.steps):
        run = network.run(part)
        found = class_derivatives(network, run, part, output, steps)
        for total, squares in zip(totals, squares_by_gates(run.traces, found), strict=True):
            total += squares
    return [total / examples_of(inputs) for total in totals]


def squares_by_gates(traces: Sequence[Trace], found: Sequence[Derivatives]) -> list[np.ndarray]:
    """For each layer ``(units,)``, the sum over examples of the squared derivative by a factor on all a node sends.

    Example:
        >>> from rnn_modules.network.derivatives import Derivatives
        >>> ones = np.ones((2, 1, 1))
        >>> squares_by_gates([Trace((2 * ones,), ones)], [Derivatives(3 * ones, ones, ones[0])])[0].tolist()
        [256.0]
    """
    return [
        np.square(own.by_gates(trace).astype(np.float64).sum(axis=0)).sum(axis=0)
        for trace, own in zip(traces, found, strict=True)
    ]
