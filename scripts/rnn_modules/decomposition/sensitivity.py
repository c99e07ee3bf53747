"""How much the answer of a class depends on each node: Fisher scores by the derivatives of Keras' backend.

Sources: class-conditional Fisher and Taylor scores of Molchanov et al. (2017, 2019) and CAP'NN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn_modules.decomposition.places import Places
from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import PADDING_ID
from rnn_modules.network import Network, translates
from rnn_modules.network.base import examples_of, rows_of

EXAMPLES_AT_ONCE = 500


def fisher_scores(network: Network, inputs: Any, output: int, places: Places) -> list[np.ndarray]:
    """Mean square of the derivative of a class' log-odds by a gate on what each node sends, fixed at 1.

    Args:
        network: the network.
        inputs: of the examples of ``places.rows``.
        output: position of the class among the outputs; of no account for translation, where the log-likelihood of the
            right words is differentiated.
        places: when each example is decided.

    Returns:
        For each of the network's layers ``(units,) float64``.

    Raises:
        InputError: Keras runs on a backend whose derivatives are not asked for here.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", *(np.eye(2, dtype="float32"),) * 2, np.zeros(2, "float32"), False)
        >>> output = np.array([[1, 0], [0, 0]], "float32"), np.zeros(2, "float32")
        >>> network = Classifier((layer,), *output, embedding=np.eye(2, dtype="float32"), tokens=1)
        >>> places = Places(np.arange(2), None, np.array([True, False]))
        >>> fisher_scores(network, np.array([[0], [1]]), 0, places)[0].round(2).tolist()
        [0.29, 0.0]
    """
    totals = [np.zeros(layer.units) for layer in network.layers]
    count = examples_of(inputs)
    for start in range(0, count, EXAMPLES_AT_ONCE):
        rows = np.arange(start, min(start + EXAMPLES_AT_ONCE, count))
        part = rows_of(inputs, rows)
        steps = None if places.steps is None else places.steps[rows]
        gates = [np.ones((1, len(rows), layer.units), network.dtype) for layer in network.layers]

        def answers(gates: Sequence[Any], part: Any = part, steps: np.ndarray | None = steps) -> Any:
            logits = network.gated_logits(part, gates)
            if translates(network):
                return _likelihood(logits, part[1])
            return _odds(logits, output, steps, network.independent)

        for total, derivatives in zip(totals, _derivatives(answers, gates), strict=True):
            total += np.square(derivatives[0].astype(np.float64)).sum(axis=0)
    return [total / count for total in totals]


def _odds(logits: Any, output: int, steps: np.ndarray | None, independent: bool) -> Any:
    """Log-odds of one output against the others together, at each example's own timestep."""
    from keras import ops

    if steps is not None:
        timesteps, examples, outputs = logits.shape
        logits = ops.take(
            ops.reshape(logits, (timesteps * examples, outputs)), steps * examples + np.arange(examples), axis=0
        )
    own = logits[:, output]
    if independent:
        return own
    others = ops.concatenate([logits[:, :output], logits[:, output + 1 :]], axis=1)
    return own - ops.logsumexp(others, axis=1)


def _likelihood(logits: Any, targets: np.ndarray) -> Any:
    """Log-likelihood of the words that follow each decoder input."""
    from keras import ops

    words = targets[:, 1:].T
    log_probabilities = logits - ops.logsumexp(logits, axis=-1, keepdims=True)
    chosen = ops.take_along_axis(log_probabilities[:-1], words[..., None].astype("int32"), axis=-1)[..., 0]
    return ops.sum(chosen * (words != PADDING_ID).astype("float32"), axis=0)


def _derivatives(answers: Callable, gates: list[np.ndarray]) -> list[np.ndarray]:
    """Derivatives of ``answers(gates)``, one answer an example, by the gates of the same example."""
    import keras
    from keras import ops

    backend = keras.backend.backend()
    tensors = [ops.convert_to_tensor(gate) for gate in gates]
    if backend == "tensorflow":
        import tensorflow

        with tensorflow.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(tensors)
            answer = answers(tensors)
        return [np.asarray(part) for part in tape.gradient(answer, tensors)]
    if backend == "jax":
        import jax

        return [np.asarray(part) for part in jax.grad(lambda values: ops.sum(answers(values)))(tensors)]
    raise InputError(f"Keras runs on {backend}; set KERAS_BACKEND to tensorflow or jax to rank nodes by derivatives")
