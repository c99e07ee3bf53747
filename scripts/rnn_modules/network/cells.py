"""Recurrent layers as arrays and one step of their cells, plain or under the masks of many modules at once.

Arrays of activations have the shape ``(modules, examples, units)``; a size of 1 on the first axis means "the same for
all modules". A module never copies a weight: removing nodes is elementwise masking around the parent's matrix products.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

GATES = {
    "vanilla": ("hidden",),
    "gru": ("update", "reset", "candidate"),
    "lstm": ("input", "forget", "candidate", "output"),
}
"""Gates of each cell in the order of Keras' weight blocks."""

SQUASHED_GATES = ("hidden", "candidate")
"""Gates whose activation lies in [-1, 1] (tanh) and not in [0, 1] (sigmoid)."""


def sigmoid(values: np.ndarray) -> np.ndarray:
    """Logistic function, in place; through tanh, which cannot overflow."""
    half = values.dtype.type(0.5)
    values *= half
    np.tanh(values, out=values)
    values *= half
    values += half
    return values


def hard_sigmoid(values: np.ndarray) -> np.ndarray:
    """Keras 3's piecewise linear sigmoid, ``clip(x / 6 + 1 / 2, 0, 1)``, in place."""
    values /= values.dtype.type(6)
    values += values.dtype.type(0.5)
    return np.clip(values, 0, 1, out=values)


ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "tanh": lambda values: np.tanh(values, out=values),
    "relu": lambda values: np.maximum(values, 0, out=values),
    "sigmoid": sigmoid,
    "hard_sigmoid": hard_sigmoid,
    "linear": lambda values: values,
}
"""Activations by Keras' names; each overwrites its argument, for activations of many modules are large."""


@dataclass(frozen=True, eq=False)
class RecurrentLayer:
    """Weights and settings of one recurrent layer.

    Attributes:
        cell: ``vanilla``, ``gru`` or ``lstm``.
        kernel: ``(inputs, gates * units)`` weights of the layer's input, W in the paper.
        recurrent_kernel: ``(units, gates * units)`` weights of the hidden state, U in the paper.
        bias: ``(gates * units,)``.
        return_sequences: whether the next layer receives every timestep or only the last.
        activation: of the hidden state or candidate, ``tanh`` or ``relu``.
        recurrent_activation: of the other gates.
        reset_after: GRU only: the reset gate is applied after the product with the recurrent kernel.
        recurrent_bias: ``(gates * units,)``, only for GRU with ``reset_after``.
    """

    cell: str
    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray
    return_sequences: bool = True
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    reset_after: bool = False
    recurrent_bias: np.ndarray | None = None

    @property
    def units(self) -> int:
        """Number of hidden nodes."""
        return self.recurrent_kernel.shape[0]

    @property
    def gates(self) -> tuple[str, ...]:
        """Names of the gates, in the order of the weight blocks."""
        return GATES[self.cell]

    def initial_state(self, modules: int, examples: int) -> tuple[np.ndarray, ...]:
        """Zero state: hidden state, and for LSTM the cell state, each ``(modules, examples, units)``."""
        parts = 2 if self.cell == "lstm" else 1
        return tuple(np.zeros((modules, examples, self.units), self.kernel.dtype) for _ in range(parts))


@dataclass(frozen=True, eq=False)
class StepMask:
    """What is left of a layer's edges at one timestep, for every module; ``None`` means all of them.

    Attributes:
        kernel_columns: ``(modules, 1, gates * units)`` edges from the layer's input, and the bias.
        recurrent_columns: ``(modules, 1, gates * units)`` edges from the hidden state, at the receiving node.
        recurrent_rows: ``(modules, 1, units)`` the same edges at the sending node.
        outputs: ``(modules, 1, units)`` edges to the next layer.
    """

    kernel_columns: np.ndarray | None = None
    recurrent_columns: np.ndarray | None = None
    recurrent_rows: np.ndarray | None = None
    outputs: np.ndarray | None = None


WHOLE = StepMask()


@dataclass(frozen=True, eq=False)
class LayerMask:
    """The step masks of one layer: one for all timesteps (rolled) or one per timestep (unrolled)."""

    steps: tuple[StepMask, ...] = field(default=(WHOLE,))

    def at(self, timestep: int) -> StepMask:
        """The mask of one timestep."""
        return self.steps[0] if len(self.steps) == 1 else self.steps[timestep]


def _product(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """``rows @ matrix`` over the last axis, as a single matrix product."""
    return (rows.reshape(-1, rows.shape[-1]) @ matrix).reshape(*rows.shape[:-1], matrix.shape[-1])


def project(layer: RecurrentLayer, inputs: np.ndarray) -> np.ndarray:
    """Contribution of the inputs ``(..., inputs)`` and the bias to all gates, ``(..., gates * units)``."""
    projected = _product(inputs, layer.kernel)
    projected += layer.bias
    return projected


def _pre_activation(
    layer: RecurrentLayer, projected: np.ndarray, sender: np.ndarray, mask: StepMask, block: slice = slice(None)
) -> np.ndarray:
    """Sum of a node's inputs, for the gates in ``block``; ``sender`` is already masked by row."""
    total = _product(sender, layer.recurrent_kernel[:, block])
    kernel_columns, recurrent_columns = mask.kernel_columns, mask.recurrent_columns
    if kernel_columns is recurrent_columns:
        total = _plus(total, projected[..., block])
        return total if recurrent_columns is None else _times(total, recurrent_columns[..., block])
    if recurrent_columns is not None:
        total = _times(total, recurrent_columns[..., block])
    projected = projected[..., block]
    return _plus(total, projected if kernel_columns is None else projected * kernel_columns[..., block])


def _plus(total: np.ndarray, other: np.ndarray) -> np.ndarray:
    """``total + other``, in place unless ``total`` is the one to be repeated over modules."""
    if total.shape[0] >= other.shape[0]:
        total += other
        return total
    return total + other


def _times(total: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """``total * mask``, in place unless ``total`` is the one to be repeated over modules."""
    if total.shape[0] >= mask.shape[0]:
        total *= mask
        return total
    return total * mask


def _vanilla(layer, projected, state, mask, activation, _):
    (hidden,) = state
    gates = activation(_pre_activation(layer, projected, _sender(hidden, mask), mask))
    return (gates,), gates


def _lstm(layer, projected, state, mask, activation, recurrent_activation):
    hidden, cell_state = state
    units = layer.units
    total = _pre_activation(layer, projected, _sender(hidden, mask), mask)
    input_and_forget, candidate, output = (
        total[..., : 2 * units],
        total[..., 2 * units : 3 * units],
        total[..., 3 * units :],
    )
    recurrent_activation(input_and_forget)
    activation(candidate)
    recurrent_activation(output)
    cell_state = total[..., units : 2 * units] * cell_state
    cell_state += total[..., :units] * candidate
    hidden = activation(cell_state.copy())
    hidden *= output
    return (hidden, cell_state), total


def _gru(layer, projected, state, mask, activation, recurrent_activation):
    (hidden,) = state
    units = layer.units
    sender = _sender(hidden, mask)
    if layer.reset_after:
        gates, candidate = _gru_reset_after(layer, projected, sender, mask, activation, recurrent_activation)
    else:
        both = slice(0, 2 * units)
        gates = recurrent_activation(_pre_activation(layer, projected, sender, mask, both))
        reset = gates[..., units:] * sender
        candidate = activation(_pre_activation(layer, projected, reset, mask, slice(2 * units, None)))
    update = gates[..., :units]
    hidden = candidate + update * (hidden - candidate)
    return (hidden,), np.concatenate((gates, candidate), axis=-1)


def _gru_reset_after(layer, projected, sender, mask, activation, recurrent_activation):
    """Update and reset gates, and the candidate ``x W + r * (h U + b)``."""
    units = layer.units
    recurrent = _product(sender, layer.recurrent_kernel)
    if layer.recurrent_bias is not None:
        recurrent += layer.recurrent_bias
    if mask.recurrent_columns is not None:
        recurrent = recurrent * mask.recurrent_columns
    if mask.kernel_columns is not None:
        projected = projected * mask.kernel_columns
    gates = recurrent_activation(recurrent[..., : 2 * units] + projected[..., : 2 * units])
    recurrent = recurrent[..., 2 * units :] * gates[..., units:]
    return gates, activation(recurrent + projected[..., 2 * units :])


def _sender(hidden: np.ndarray, mask: StepMask) -> np.ndarray:
    return hidden if mask.recurrent_rows is None else hidden * mask.recurrent_rows


_STEPS = {"vanilla": _vanilla, "lstm": _lstm, "gru": _gru}


def step(
    layer: RecurrentLayer, projected: np.ndarray, state: tuple[np.ndarray, ...], mask: StepMask = WHOLE
) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """One timestep of a recurrent layer (Algorithm 3, ``lstm_op``, and its siblings).

    Args:
        layer: the layer.
        projected: ``(modules or 1, examples, gates * units)`` from :func:`project`.
        state: the state after the previous timestep, each part ``(modules or 1, examples, units)``.
        mask: the edges left to each module.

    Returns:
        The new state, hidden state first, and the activations of all gates ``(modules, examples, gates * units)``.
    """
    return _STEPS[layer.cell](
        layer, projected, state, mask, ACTIVATIONS[layer.activation], ACTIVATIONS[layer.recurrent_activation]
    )
