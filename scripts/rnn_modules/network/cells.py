"""Recurrent layers as arrays and one step of their cells, plain or under the masks of many modules at once.

Arrays of activations have the shape ``(modules, examples, units)``; a size of 1 on the first axis means "the same for
all modules". A module never copies a weight: removing nodes is elementwise masking around the parent's matrix products.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from rnn_modules.network.activations import activate_gates, gate_activations, next_lstm_state

GATES = {
    "vanilla": ("hidden",),
    "gru": ("update", "reset", "candidate"),
    "lstm": ("input", "forget", "candidate", "output"),
}
"""Gates of each cell in the order of Keras' weight blocks."""

SQUASHED_GATES = ("hidden", "candidate")
"""Gates whose activation lies in [-1, 1] (tanh) and not in [0, 1] (sigmoid)."""


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

    Layers of several networks that are run side by side have arrays with a leading axis of modules; of biases
    ``(modules, 1, gates * units)``.

    Example:
        >>> layer = RecurrentLayer("gru", np.ones((3, 12)), np.ones((4, 12)), np.zeros(12), reset_after=True)
        >>> layer.units, layer.gates, layer.activations
        (4, ('update', 'reset', 'candidate'), ('sigmoid', 'sigmoid', 'tanh'))
        >>> [part.shape for part in layer.initial_state(modules=1, examples=2)]
        [(1, 2, 4)]
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
        return self.recurrent_kernel.shape[-2]

    @property
    def gates(self) -> tuple[str, ...]:
        """Names of the gates, in the order of the weight blocks."""
        return GATES[self.cell]

    @property
    def activations(self) -> tuple[str, ...]:
        """Names of the gates' activations."""
        return tuple(self.activation if gate in SQUASHED_GATES else self.recurrent_activation for gate in self.gates)

    @property
    def weights(self) -> int:
        """Number of weights."""
        bias = 0 if self.recurrent_bias is None else self.recurrent_bias.size
        return self.kernel.size + self.recurrent_kernel.size + self.bias.size + bias

    @property
    def states(self) -> int:
        """Number of arrays of the state: the hidden state, and for LSTM the cell state."""
        return 2 if self.cell == "lstm" else 1

    @property
    def resets_before(self) -> bool:
        """Whether it is a GRU whose reset gate stands before the product with the recurrent kernel."""
        return self.cell == "gru" and not self.reset_after

    def initial_state(self, modules: int, examples: int) -> tuple[np.ndarray, ...]:
        """Zero state: hidden state, and for LSTM the cell state, each ``(modules, examples, units)``."""
        return tuple(np.zeros((modules, examples, self.units), self.kernel.dtype) for _ in range(self.states))


@dataclass(frozen=True, eq=False)
class StepMask:
    """What is left of a layer's edges at one timestep, for every module; ``None`` means all of them.

    Attributes:
        kernel_columns: ``(modules, 1, gates * units)`` edges from the layer's input, and the bias.
        recurrent_columns: ``(modules, 1, gates * units)`` edges from the hidden state, at the receiving node.
        recurrent_rows: ``(modules, 1, units)`` the same edges at the sending node.
        outputs: ``(modules, 1, units)`` edges to the next layer.
        between_removed: rows and columns, as the two above, whose edges are gone only where both are.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2))
        >>> second_removed = StepMask(kernel_columns=np.array([[[1.0, 0.0]]]))
        >>> state, _ = step(layer, np.ones((1, 1, 2)), layer.initial_state(1, 1), second_removed)
        >>> state[0].round(3).tolist()
        [[[0.762, 0.0]]]
    """

    kernel_columns: np.ndarray | None = None
    recurrent_columns: np.ndarray | None = None
    recurrent_rows: np.ndarray | None = None
    outputs: np.ndarray | None = None
    between_removed: tuple[np.ndarray, np.ndarray] | None = None


WHOLE = StepMask()


@dataclass(frozen=True, eq=False)
class LayerMask:
    """The step masks of one layer: one for all timesteps (rolled) or one per timestep (unrolled).

    Example:
        >>> removed = StepMask(outputs=np.zeros((1, 1, 2)))
        >>> rolled, unrolled = LayerMask((removed,)), LayerMask((WHOLE, removed, removed))
        >>> [mask.at(0) is removed for mask in (rolled, unrolled)]
        [True, False]
    """

    steps: tuple[StepMask, ...] = field(default=(WHOLE,))

    def at(self, timestep: int) -> StepMask:
        """The mask of one timestep."""
        return self.steps[0] if len(self.steps) == 1 else self.steps[timestep]


def _product(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """``rows @ matrix`` over the last axis, as a single matrix product; one for each module of several matrices."""
    if matrix.ndim == 3:
        return rows @ matrix
    return (rows.reshape(-1, rows.shape[-1]) @ matrix).reshape(*rows.shape[:-1], matrix.shape[-1])


def project(layer: RecurrentLayer, inputs: np.ndarray) -> np.ndarray:
    """Contribution of the inputs ``(..., inputs)`` and the bias to all gates, ``(..., gates * units)``.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.array([[1.0, 2.0], [0.0, 3.0]]), np.eye(2), np.array([0.5, 0.0]))
        >>> project(layer, np.array([[1.0, 1.0], [2.0, 0.0]])).tolist()
        [[1.5, 5.0], [2.5, 4.0]]
    """
    projected = _product(inputs, layer.kernel)
    projected += layer.bias
    return projected


def _recurrent(layer: RecurrentLayer, sender: np.ndarray, mask: StepMask, gates: slice) -> np.ndarray:
    """Contribution of what the hidden nodes send, which is already masked by row, to neighbouring gates."""
    columns = slice(gates.start * layer.units, gates.stop * layer.units)
    kernel = layer.recurrent_kernel[..., columns]
    recurrent = _product(sender, kernel)
    if mask.between_removed is not None:
        rows, kept = mask.between_removed
        recurrent = np.where(kept[..., columns] != 0, recurrent, _product(sender * rows, kernel))
    if layer.recurrent_bias is not None:
        recurrent += layer.recurrent_bias[..., columns]
    return recurrent


class _Inputs(NamedTuple):
    """What the gates get from outside at a timestep.

    Attributes:
        projected: ``(modules or 1, rows, gates * units)``.
        reads: ``(examples,) int`` row of each example.
        mask: the edges left to each module.
    """

    projected: np.ndarray
    reads: np.ndarray
    mask: StepMask


def _gates(
    layer: RecurrentLayer, recurrent: np.ndarray, parents: np.ndarray, inputs: _Inputs, gates: slice
) -> np.ndarray:
    """Activations of neighbouring gates; ``recurrent`` is of these alone, with a row for each parent."""
    projected, reads, mask = inputs
    before = gate_activations(layer.activations, layer.units, recurrent.dtype).before[None, None]
    columns, kernel_columns = mask.recurrent_columns, mask.kernel_columns
    factors = before if columns is None else before * columns
    if kernel_columns is columns:
        kernel_factors = factors
    else:
        kernel_factors = before if kernel_columns is None else before * kernel_columns
    start = np.uintp(gates.start * layer.units)
    activations = gate_activations(layer.activations[gates], layer.units, recurrent.dtype)
    return activate_gates(recurrent, parents, factors, projected, reads, kernel_factors, start, activations)


def _vanilla(layer, inputs, state, parents):
    (hidden,) = state
    gates = slice(0, 1)
    hidden = _gates(layer, _recurrent(layer, _sender(hidden, inputs.mask), inputs.mask, gates), parents, inputs, gates)
    return (hidden,), (hidden,)


def _lstm(layer, inputs, state, parents):
    hidden, cell_state = state
    every = slice(0, 4)
    gates = _gates(layer, _recurrent(layer, _sender(hidden, inputs.mask), inputs.mask, every), parents, inputs, every)
    activation = gate_activations((layer.activation,), layer.units, gates.dtype)
    hidden, cell_state = next_lstm_state(gates, cell_state, parents, activation)
    return (hidden, cell_state), (gates,)


def _gru(layer, inputs, state, parents):
    (hidden,) = state
    sender = _sender(hidden, inputs.mask)
    both, last = slice(0, 2), slice(2, 3)
    gates = _gates(layer, _recurrent(layer, sender, inputs.mask, both), parents, inputs, both)
    reset = gates[..., layer.units :]
    # The candidate is x W + r * (h U + b), or x W + (r * h) U.
    if layer.reset_after:
        recurrent = np.take(_recurrent(layer, sender, inputs.mask, last), parents, axis=1) * reset
    else:
        recurrent = _recurrent(layer, np.take(sender, parents, axis=1) * reset, inputs.mask, last)
    candidate = _gates(layer, recurrent, np.arange(len(parents)), inputs, last)
    hidden = np.take(hidden, parents, axis=1) - candidate
    hidden *= gates[..., : layer.units]
    hidden += candidate
    return (hidden,), (gates, candidate)


def _sender(hidden: np.ndarray, mask: StepMask) -> np.ndarray:
    return hidden if mask.recurrent_rows is None else hidden * mask.recurrent_rows


_STEPS = {"vanilla": _vanilla, "lstm": _lstm, "gru": _gru}


def step(
    layer: RecurrentLayer,
    projected: np.ndarray,
    state: tuple[np.ndarray, ...],
    mask: StepMask = WHOLE,
    reads: np.ndarray | None = None,
    parents: np.ndarray | None = None,
) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """One timestep of a recurrent layer (Algorithm 3, ``lstm_op``, and its siblings).

    Args:
        layer: the layer.
        projected: ``(modules or 1, rows, gates * units)`` from :func:`project`.
        state: the state after the previous timestep, each part ``(modules or 1, rows, units)``.
        mask: the edges left to each module.
        reads: ``(examples,) int`` row of ``projected`` that each example reads, its own by default.
        parents: ``(examples,) int`` row of the state that each example goes on from, its own by default. What the state
            sends is computed once for all that go on from it.

    Returns:
        The new state, hidden state first, and the activations of the gates in blocks, each
        ``(modules, examples, gates of the block * units)``.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), activation="relu")
        >>> state, gates = step(layer, np.array([[[1.0, -1.0], [2.0, 0.5]]]), layer.initial_state(1, 2))
        >>> state, gates = step(layer, np.ones((1, 2, 2)), state)
        >>> state[0].tolist()
        [[[2.0, 1.0], [3.0, 1.5]]]
    """
    if reads is None:
        reads = np.arange(projected.shape[1])
    if parents is None:
        parents = np.arange(len(reads))
    # One type, so that the passes are compiled once.
    reads, parents = (np.ascontiguousarray(rows, np.intp) for rows in (reads, parents))
    return _STEPS[layer.cell](layer, _Inputs(projected, reads, mask), state, parents)
