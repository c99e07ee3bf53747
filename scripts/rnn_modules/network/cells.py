"""Recurrent layers as arrays and one step of their cells, plain or under the masks of many modules at once.

Arrays of activations have the shape ``(modules, examples, units)``; a size of 1 on the first axis means "the same for
all modules". A module never copies a weight: removing nodes is elementwise masking around the parent's matrix products.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np

GATES = {
    "vanilla": ("hidden",),
    "gru": ("update", "reset", "candidate"),
    "lstm": ("input", "forget", "candidate", "output"),
}
"""Gates of each cell in the order of Keras' weight blocks."""

SQUASHED_GATES = ("hidden", "candidate")
"""Gates whose activation lies in [-1, 1] (tanh) and not in [0, 1] (sigmoid)."""


def _relu(values: np.ndarray, out: np.ndarray) -> np.ndarray:
    return np.maximum(values, 0, out=out)


def _clip(values: np.ndarray, out: np.ndarray) -> np.ndarray:
    return np.clip(values, -0.5, 0.5, out=out)


class Activation(NamedTuple):
    """An activation as ``after * core(before * x) + shift``, so that gates of one core are computed in one pass."""

    core: Callable[..., np.ndarray]
    before: float = 1.0
    after: float = 1.0
    shift: float = 0.0


ACTIVATIONS = {
    "tanh": Activation(np.tanh),
    "relu": Activation(_relu),
    "linear": Activation(np.positive),
    # Through tanh, which cannot overflow.
    "sigmoid": Activation(np.tanh, before=0.5, after=0.5, shift=0.5),
    # Keras 3's piecewise linear sigmoid, clip(x / 6 + 1 / 2, 0, 1).
    "hard_sigmoid": Activation(_clip, before=1 / 6, shift=0.5),
}
"""Activations by Keras' names."""


def activate(values: np.ndarray, names: tuple[str, ...], kept: np.ndarray | None = None) -> np.ndarray:
    """Activations of neighbouring gates; in place where it can be, for those of many modules are large.

    Args:
        values: ``(modules or 1, examples, gates * units)``.
        names: of each gate's activation.
        kept: ``(modules, 1, gates * units)``, 0 where a value counts as 0, or None.
    """
    cores, before, after, shift = _passes(names, values.shape[-1], values.dtype)
    if before is None:
        before = kept
    elif kept is not None:
        before = before * kept
    if before is not None:
        values = _times(values, before)
    for core, columns in cores:
        core(values[..., columns], out=values[..., columns])
    if after is not None:
        values *= after
    if shift is not None:
        values += shift
    return values


@cache
def _passes(names: tuple[str, ...], width: int, dtype: np.dtype) -> tuple:
    """Cores with the columns they work on; factors before and after them, and shift, None where all are neutral."""
    units = width // len(names)
    activations = [ACTIVATIONS[name] for name in names]
    ends = [*(i for i in range(1, len(names)) if activations[i].core is not activations[i - 1].core), len(names)]
    starts = [0, *ends[:-1]]
    cores = [
        (activations[start].core, slice(start * units, end * units)) for start, end in zip(starts, ends, strict=True)
    ]
    factors = []
    for neutral, of_gates in zip(
        (1, 1, 0), zip(*(activation[1:] for activation in activations), strict=True), strict=True
    ):
        different = len(set(of_gates)) > 1
        # A single number is faster than a row of equal ones.
        row = np.repeat(np.array(of_gates, dtype), units) if different else np.array(of_gates[:1], dtype)
        factors.append(row[None, None] if different or of_gates[0] != neutral else None)
    return cores, *factors


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

    @property
    def activations(self) -> tuple[str, ...]:
        """Names of the gates' activations."""
        return tuple(self.activation if gate in SQUASHED_GATES else self.recurrent_activation for gate in self.gates)

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


def _gates(
    layer: RecurrentLayer, projected: np.ndarray, sender: np.ndarray, mask: StepMask, gates: slice = slice(None)
) -> np.ndarray:
    """Activations of neighbouring gates; ``sender`` is already masked by row."""
    names = layer.activations[gates]
    start = (gates.start or 0) * layer.units
    block = slice(start, start + len(names) * layer.units)
    total = _product(sender, layer.recurrent_kernel[:, block])
    projected = projected[..., block]
    kernel_columns, recurrent_columns = (
        None if columns is None else columns[..., block] for columns in (mask.kernel_columns, mask.recurrent_columns)
    )
    if mask.kernel_columns is mask.recurrent_columns:
        return activate(_plus(total, projected), names, kernel_columns)
    if recurrent_columns is not None:
        total = _times(total, recurrent_columns)
    return activate(_plus(total, projected if kernel_columns is None else projected * kernel_columns), names)


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


def _vanilla(layer, projected, state, mask):
    (hidden,) = state
    gates = _gates(layer, projected, _sender(hidden, mask), mask)
    return (gates,), (gates,)


def _lstm(layer, projected, state, mask):
    hidden, cell_state = state
    units = layer.units
    gates = _gates(layer, projected, _sender(hidden, mask), mask)
    cell_state = gates[..., units : 2 * units] * cell_state
    cell_state += gates[..., :units] * gates[..., 2 * units : 3 * units]
    hidden = activate(cell_state.copy(), (layer.activation,))
    hidden *= gates[..., 3 * units :]
    return (hidden, cell_state), (gates,)


def _gru(layer, projected, state, mask):
    (hidden,) = state
    sender = _sender(hidden, mask)
    gates, candidate = (_gru_reset_after if layer.reset_after else _gru_reset_before)(layer, projected, sender, mask)
    hidden = hidden - candidate
    hidden *= gates[..., : layer.units]
    hidden += candidate
    return (hidden,), (gates, candidate)


def _gru_reset_before(layer, projected, sender, mask):
    """Update and reset gates, and the candidate ``x W + (r * h) U``."""
    gates = _gates(layer, projected, sender, mask, slice(0, 2))
    reset = gates[..., layer.units :] * sender
    return gates, _gates(layer, projected, reset, mask, slice(2, 3))


def _gru_reset_after(layer, projected, sender, mask):
    """Update and reset gates, and the candidate ``x W + r * (h U + b)``."""
    both, last = slice(0, 2 * layer.units), slice(2 * layer.units, None)
    recurrent = _product(sender, layer.recurrent_kernel)
    if layer.recurrent_bias is not None:
        recurrent += layer.recurrent_bias
    if mask.recurrent_columns is not None:
        recurrent = recurrent * mask.recurrent_columns
    if mask.kernel_columns is not None:
        projected = projected * mask.kernel_columns
    gates = activate(recurrent[..., both] + projected[..., both], layer.activations[:2])
    recurrent = recurrent[..., last] * gates[..., layer.units :]
    return gates, activate(recurrent + projected[..., last], layer.activations[2:])


def _sender(hidden: np.ndarray, mask: StepMask) -> np.ndarray:
    return hidden if mask.recurrent_rows is None else hidden * mask.recurrent_rows


_STEPS = {"vanilla": _vanilla, "lstm": _lstm, "gru": _gru}


def step(
    layer: RecurrentLayer, projected: np.ndarray, state: tuple[np.ndarray, ...], mask: StepMask = WHOLE
) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """One timestep of a recurrent layer (Algorithm 3, ``lstm_op``, and its siblings).

    Args:
        layer: the layer.
        projected: ``(modules or 1, examples, gates * units)`` from :func:`project`.
        state: the state after the previous timestep, each part ``(modules or 1, examples, units)``.
        mask: the edges left to each module.

    Returns:
        The new state, hidden state first, and the activations of the gates in blocks, each
        ``(modules, examples, gates of the block * units)``.
    """
    return _STEPS[layer.cell](layer, projected, state, mask)
