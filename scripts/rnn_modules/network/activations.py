"""Activations of gates, and the state that follows from them: compiled, and once through memory for many modules.

All arrays of activations are ``(modules, examples, columns)`` and contiguous; a size of 1 on the first axis means "the
same for all modules". Arithmetic is that of the arrays' type.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numba import types
from numba.extending import overload

from rnn_modules.network.compiled import compiled


class Activation(NamedTuple):
    """``after * core(before * x) + shift``, where the core is tanh if ``squashed``, else it clips to low and high.

    Example:
        >>> sigmoid, x = ACTIVATIONS["sigmoid"], 2.0
        >>> round(sigmoid.after * math.tanh(sigmoid.before * x) + sigmoid.shift, 4)
        0.8808
    """

    squashed: bool
    low: float = -math.inf
    high: float = math.inf
    before: float = 1.0
    after: float = 1.0
    shift: float = 0.0


ACTIVATIONS = {
    "tanh": Activation(squashed=True),
    "relu": Activation(squashed=False, low=0.0),
    "linear": Activation(squashed=False),
    # Through tanh, which cannot overflow.
    "sigmoid": Activation(squashed=True, before=0.5, after=0.5, shift=0.5),
    # Keras 3's piecewise linear sigmoid, clip(x / 6 + 1 / 2, 0, 1).
    "hard_sigmoid": Activation(squashed=False, low=-0.5, high=0.5, before=1 / 6, shift=0.5),
    # Keras 2's, clip(x / 5 + 1 / 2, 0, 1), as models that it wrote are loaded.
    "keras_2_hard_sigmoid": Activation(squashed=False, low=-0.5, high=0.5, before=0.2, shift=0.5),
}
"""Activations by Keras' names."""


class GateActivations(NamedTuple):
    """Activations of neighbouring gates, as arrays for compiled loops.

    Attributes:
        ends: ``(runs,) unsigned int`` last column but one of each run of gates that are equal in the next three.
        squashed: ``(runs,) bool``.
        low: ``(runs,)``.
        high: ``(runs,)``.
        before: ``(columns,)``.
        after: ``(columns,)``.
        shift: ``(columns,)``.

    Example:
        >>> gates = gate_activations(("hard_sigmoid", "hard_sigmoid", "relu"), 2, np.dtype("float32"))
        >>> gates.ends.tolist(), gates.low.tolist(), gates.after.tolist()
        ([4, 6], [-0.5, 0.0], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    """

    ends: np.ndarray
    squashed: np.ndarray
    low: np.ndarray
    high: np.ndarray
    before: np.ndarray
    after: np.ndarray
    shift: np.ndarray


@cache
def gate_activations(names: tuple[str, ...], units: int, dtype: np.dtype) -> GateActivations:
    """The activations of these names, of this many columns each.

    Example:
        >>> gate_activations(("sigmoid", "tanh"), 3, np.dtype("float32")).before.tolist()
        [0.5, 0.5, 0.5, 1.0, 1.0, 1.0]
    """
    activations = [ACTIVATIONS[name] for name in names]
    runs = [(core, units * len(list(gates))) for core, gates in groupby(part[:3] for part in activations)]
    squashed, low, high = zip(*(core for core, _ in runs), strict=True)
    factors = zip(*(part[3:] for part in activations), strict=True)
    return GateActivations(
        # Unsigned, for the compiler need not think of indices from the end then.
        np.cumsum([columns for _, columns in runs]).astype(np.uintp),
        np.array(squashed),
        np.array(low, dtype),
        np.array(high, dtype),
        *(np.repeat(np.array(numbers, dtype), units) for numbers in factors),
    )


def _lambert(levels: int) -> tuple[np.ndarray, np.ndarray]:
    """Lambert's continued fraction ``tanh x = x / (1 + x^2 / (3 + x^2 / (5 + ...)))`` as ``x * P(x^2) / Q(x^2)``.

    Returns:
        Coefficients of P and of Q, highest power first.
    """
    numerator, denominator = np.poly1d([1.0]), np.poly1d([2.0 * levels - 1])
    for level in range(levels - 1, 0, -1):
        numerator, denominator = denominator, (2 * level - 1) * denominator + np.poly1d([1.0, 0.0]) * numerator
    return tuple((part.coeffs / denominator[0]).astype(np.float32) for part in (numerator, denominator))


# To 13 levels its error is at most 5e-8 up to LARGEST, from where on tanh is 1 in single precision.
(P6, P5, P4, P3, P2, P1, P0), (Q6, Q5, Q4, Q3, Q2, Q1, Q0) = _lambert(13)
LARGEST, ONE = np.float32(9.1), np.float32(1)


@compiled
def _clip(x: float, low: float, high: float) -> float:
    """The nearest number from low to high; not-a-number stays so."""
    return low if x < low else high if x > high else x


def _tanh(x: float) -> float:
    """Hyperbolic tangent, for compiled loops alone."""
    raise NotImplementedError


@overload(_tanh, inline="always")
def _overload_tanh(x):
    if x != types.float32:
        return lambda x: math.tanh(x)

    # Arithmetic alone, so that the processor works on many values at once.
    def tanh(x):
        x = _clip(x, -LARGEST, LARGEST)
        t = x * x
        numerator = (((((P6 * t + P5) * t + P4) * t + P3) * t + P2) * t + P1) * t + P0
        denominator = (((((Q6 * t + Q5) * t + Q4) * t + Q3) * t + Q2) * t + Q1) * t + Q0
        return _clip(x * numerator / denominator, -ONE, ONE)

    return tanh


@compiled
def _core(x: float, squashed: bool, low: float, high: float) -> float:
    """Core of an activation."""
    if squashed:
        return _tanh(x)
    return _clip(x, low, high)


@compiled
def activate_gates(
    recurrent: np.ndarray,
    parents: np.ndarray,
    recurrent_factors: np.ndarray,
    projected: np.ndarray,
    reads: np.ndarray,
    kernel_factors: np.ndarray,
    start: int,
    activations: GateActivations,
) -> np.ndarray:
    """Activations of neighbouring gates of ``recurrent * recurrent_factors + projected * kernel_factors``.

    Args:
        recurrent: of these gates alone.
        parents: ``(examples,) int`` row of ``recurrent`` for each example.
        recurrent_factors: ``(modules or 1, 1, columns)`` of all gates, with what is before the core.
        projected: of all gates.
        reads: ``(examples,) int`` row of ``projected`` for each example.
        kernel_factors: as the recurrent ones.
        start: unsigned; column of the other arrays that is the first of ``recurrent``.
        activations: of these gates.

    Example:
        >>> recurrent, projected = np.zeros((1, 1, 2)), np.array([[[2.0, -3.0], [4.0, 5.0]]])
        >>> whole, second_removed = np.ones((1, 1, 2)), np.array([[[1.0, 0.0]]])
        >>> relu, first = gate_activations(("relu",), 2, recurrent.dtype), np.zeros(2, np.intp)
        >>> reads = np.array([0, 1])
        >>> activate_gates(recurrent, first, whole, projected, reads, second_removed, np.uintp(0), relu).tolist()
        [[[2.0, 0.0], [4.0, 0.0]]]
    """
    modules = max(recurrent.shape[0], recurrent_factors.shape[0], projected.shape[0], kernel_factors.shape[0])
    examples, width = len(parents), recurrent.shape[2]
    ends, after, shift = activations.ends, activations.after, activations.shift
    gates = np.empty((modules, examples, width), recurrent.dtype)
    for module in range(modules):
        at_recurrent, at_recurrent_factors, at_projected, at_kernel_factors = (
            min(module, recurrent.shape[0] - 1),
            min(module, recurrent_factors.shape[0] - 1),
            min(module, projected.shape[0] - 1),
            min(module, kernel_factors.shape[0] - 1),
        )
        for example in range(examples):
            parent, read, first = np.uintp(parents[example]), np.uintp(reads[example]), np.uintp(0)
            for run in range(len(ends)):
                squashed, low, high = activations.squashed[run], activations.low[run], activations.high[run]
                for column in range(first, ends[run]):
                    other = start + column
                    x = recurrent[at_recurrent, parent, column] * recurrent_factors[at_recurrent_factors, 0, other]
                    x += projected[at_projected, read, other] * kernel_factors[at_kernel_factors, 0, other]
                    gates[module, example, column] = _core(x, squashed, low, high) * after[column] + shift[column]
                first = ends[run]
    return gates


@compiled
def next_lstm_state(
    gates: np.ndarray, cell_state: np.ndarray, parents: np.ndarray, activation: GateActivations
) -> tuple[np.ndarray, np.ndarray]:
    """Hidden state ``output * activation(cell_state)`` and cell state ``forget * cell_state + input * candidate``.

    Args:
        gates: side by side in Keras' order.
        cell_state: before.
        parents: ``(examples,) int`` row of ``cell_state`` for each example.
        activation: of the cell state.

    Example:
        >>> gates = np.array([[[1.0, 0.5, 3.0, 0.1]]])
        >>> linear = gate_activations(("linear",), 1, gates.dtype)
        >>> hidden, cell_state = next_lstm_state(gates, np.array([[[2.0]]]), np.zeros(1, np.intp), linear)
        >>> hidden.item(), cell_state.item()
        (0.4, 4.0)
    """
    modules, examples, width = gates.shape
    units = np.uintp(width // 4)
    before, after, shift = activation.before, activation.after, activation.shift
    squashed, low, high = activation.squashed[0], activation.low[0], activation.high[0]
    hidden = np.empty((modules, examples, width // 4), gates.dtype)
    new_state = np.empty((modules, examples, width // 4), gates.dtype)
    for module in range(modules):
        at_state = min(module, cell_state.shape[0] - 1)
        for example in range(examples):
            parent = np.uintp(parents[example])
            for unit in range(units):
                kept = gates[module, example, units + unit] * cell_state[at_state, parent, unit]
                state = kept + gates[module, example, unit] * gates[module, example, 2 * units + unit]
                new_state[module, example, unit] = state
                x = _core(state * before[unit], squashed, low, high) * after[unit] + shift[unit]
                hidden[module, example, unit] = x * gates[module, example, 3 * units + unit]
    return hidden, new_state
