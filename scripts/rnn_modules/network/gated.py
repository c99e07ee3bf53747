"""The forward pass of recurrent layers on tensors of Keras' backend, with a gate on what every node sends.

Derivatives by these gates are the backend's own; values are those of :mod:`rnn_modules.network.cells`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from rnn_modules.network.activations import ACTIVATIONS
from rnn_modules.network.cells import RecurrentLayer

if TYPE_CHECKING:
    from rnn_modules.network.arrays import ArrayNetwork

Tensor = Any


def run_gated(
    layer: RecurrentLayer,
    projected: Tensor,
    gate: Tensor,
    state: Sequence[Tensor] | None = None,
    present: np.ndarray | None = None,
) -> Tensor:
    """Run one layer over a sequence; all that its nodes send, to itself and on, is multiplied by their gates.

    Args:
        layer: the layer.
        projected: ``(timesteps, examples, gates * units)`` what the inputs send to its gates, bias included.
        gate: ``(1 or timesteps, examples, units)``.
        state: initial state, zero by default.
        present: ``(timesteps, examples, 1) bool``; where it is false the state is carried over.

    Returns:
        ``(timesteps, examples, units)`` gated hidden states.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), activation="relu")
        >>> gate = np.array([[[1.0, 0.5]]], "float32")
        >>> np.asarray(run_gated(layer, ops.ones((2, 1, 2)), gate)).tolist()
        [[[1.0, 0.5]], [[2.0, 0.75]]]
    """
    cell, dtype = _CELLS[layer.cell], layer.kernel.dtype.name
    projected, gate = (ops.convert_to_tensor(part, dtype) for part in (projected, gate))
    zeros = ops.zeros((projected.shape[1], layer.units), dtype)
    current = [zeros] * layer.states if state is None else [ops.convert_to_tensor(part, dtype) for part in state]
    weights = _weights(layer)
    sent = []
    for timestep in range(projected.shape[0]):
        own = gate[0] if gate.shape[0] == 1 else gate[timestep]
        before = gate[0] if gate.shape[0] == 1 else gate[max(0, timestep - 1)]
        new = cell(layer, weights, projected[timestep], current, current[0] * before)
        if present is not None:
            new = [ops.where(present[timestep], now, old) for now, old in zip(new, current, strict=True)]
        current = new
        sent.append(current[0] * own)
    return ops.stack(sent)


def run_gated_stack(
    layers: Sequence[RecurrentLayer],
    projected: np.ndarray,
    gates: Sequence[Tensor],
    state: Sequence[Tensor] | None = None,
    present: np.ndarray | None = None,
) -> Tensor:
    """Run all layers; ``projected`` and ``state`` are of the first one, see :func:`run_gated`.

    Returns:
        ``(timesteps, examples, units)`` gated hidden states of the last one.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), activation="relu")
        >>> gates = [np.ones((1, 1, 2), "float32")] * 2
        >>> np.asarray(run_gated_stack([layer, layer], np.ones((2, 1, 2), "float32"), gates)).tolist()
        [[[1.0, 1.0]], [[3.0, 3.0]]]
    """
    received: Tensor = projected
    sent: Tensor = projected
    for index, (layer, gate) in enumerate(zip(layers, gates, strict=True)):
        if index:
            timesteps, examples = sent.shape[:2]
            rows = ops.reshape(sent, (timesteps * examples, -1))
            product = ops.matmul(rows, ops.convert_to_tensor(layer.kernel)) + layer.bias
            received = ops.reshape(product, (timesteps, examples, -1))
        sent = run_gated(layer, received, gate, state if index == 0 else None, present)
    return sent


def output_of(network: ArrayNetwork, sent: Tensor) -> Tensor:
    """Logits of the last layer's ``(timesteps, examples, units)``; of one-output networks without the first axis.

    Example:
        >>> from rnn_modules.network import Classifier
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2, dtype="float32"), np.zeros(2, "float32"), np.eye(2), tokens=3)
        >>> np.asarray(output_of(network, np.array([[[1.0, 2.0]]], "float32"))).tolist()
        [[1.0, 2.0]]
    """
    logits = ops.matmul(sent, ops.convert_to_tensor(network.output_kernel)) + network.output_bias
    return logits if network.many_output else logits[0]


def _weights(layer: RecurrentLayer) -> tuple[Tensor, Tensor | None]:
    bias = layer.recurrent_bias
    return ops.convert_to_tensor(layer.recurrent_kernel), None if bias is None else ops.convert_to_tensor(bias)


def _activation(name: str) -> Callable[[Tensor], Tensor]:
    known = ACTIVATIONS[name]

    def activate(values: Tensor) -> Tensor:
        inner = known.before * values
        core = ops.tanh(inner) if known.squashed else ops.clip(inner, known.low, known.high)
        return known.after * core + known.shift

    return activate


def _recurrent(weights, sender, start, stop):
    kernel, bias = weights
    product = ops.matmul(sender, kernel[:, start:stop])
    return product if bias is None else product + bias[start:stop]


def _vanilla(layer, weights, projected, state, sender):
    return [_activation(layer.activation)(projected + _recurrent(weights, sender, 0, layer.units))]


def _lstm(layer, weights, projected, state, sender):
    units = layer.units
    before = projected + _recurrent(weights, sender, 0, 4 * units)
    squash, activate = _activation(layer.recurrent_activation), _activation(layer.activation)
    enter, forget = squash(before[:, :units]), squash(before[:, units : 2 * units])
    cell_state = forget * state[1] + enter * activate(before[:, 2 * units : 3 * units])
    return [squash(before[:, 3 * units :]) * activate(cell_state), cell_state]


def _gru(layer, weights, projected, state, sender):
    units = layer.units
    squash, activate = _activation(layer.recurrent_activation), _activation(layer.activation)
    both = squash(projected[:, : 2 * units] + _recurrent(weights, sender, 0, 2 * units))
    update, reset = both[:, :units], both[:, units:]
    if layer.reset_after:
        recurrent = reset * _recurrent(weights, sender, 2 * units, 3 * units)
    else:
        recurrent = _recurrent(weights, reset * sender, 2 * units, 3 * units)
    candidate = activate(projected[:, 2 * units :] + recurrent)
    return [update * state[0] + (1 - update) * candidate]


_CELLS = {"vanilla": _vanilla, "gru": _gru, "lstm": _lstm}
