"""Derivatives of an answer by what every node sends: JAX differentiates each timestep, at the states that it had.

A layer is compiled once for all networks of a process that have its settings and about its sizes: smaller ones are
filled up with nodes and examples on which nothing depends.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from rnn_modules.network.activations import ACTIVATIONS
from rnn_modules.network.cells import RecurrentLayer
from rnn_modules.network.stack import State
from rnn_modules.network.traces import Trace

UNITS, EXAMPLES = 32, 50
"""Layers are filled up to a multiple of so many nodes, and to one of so many examples."""


def _known(options: dict[str, bool | int]) -> dict[str, bool | int]:
    """Those of some options of XLA's compiler that this version has."""
    found = {}
    for name, value in options.items():
        with contextlib.suppress(jax.errors.JaxRuntimeError):
            jax.jit(lambda: 0, compiler_options={name: value})()
            found[name] = value
    return found


# One thread, so that sums have one order; and loops that are compiled in half the time.
_COMPILER = _known(
    {
        "xla_cpu_multi_thread_eigen": False,
        "xla_cpu_use_fusion_emitters": False,
        "xla_cpu_parallel_codegen_split_count": 1,
    }
)


@dataclass(frozen=True, eq=False)
class Derivatives:
    """Derivatives of one answer per example by what a layer's nodes send.

    Attributes:
        back: ``(timesteps, examples, units)`` by what goes back into the layer after each timestep.
        onward: ``(timesteps, examples, units)`` by what leaves it.
        start: ``(examples, units)`` by what the state at the start sends.
    """

    back: np.ndarray
    onward: np.ndarray
    start: np.ndarray

    def by_gates(self, trace: Trace) -> np.ndarray:
        """Derivatives by a factor, fixed at 1, on all that each node sends, ``(timesteps, examples, units)``.

        What the state at the start sends is under the factor of the first timestep.

        Example:
            >>> ones = np.ones((2, 1, 1))
            >>> Derivatives(3 * ones, ones, ones[0]).by_gates(Trace((2 * ones,), ones)).ravel().tolist()
            [8.0, 8.0]
        """
        found = trace.hidden * (self.back + self.onward)
        if trace.start is not None:
            found[0] += trace.start[0] * self.start
        return found


def derivatives(layers: Sequence[RecurrentLayer], traces: Sequence[Trace], answers: np.ndarray) -> list[Derivatives]:
    """Derivatives by what each node of each layer sends at each timestep.

    Args:
        layers: of one network.
        traces: of each, from :func:`~rnn_modules.network.traces.trace_stack`.
        answers: ``(timesteps, examples, units)`` derivatives by what the last layer sends on.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(1), np.array([[3.0]]), np.zeros(1), activation="linear")
        >>> trace = Trace((np.array([[[1.0]], [[4.0]]]),), entering=np.array([[[1.0]], [[1.0]]]))
        >>> (found,) = derivatives([layer], [trace], np.array([[[0.0]], [[2.0]]]))
        >>> found.back.ravel().tolist(), found.onward.ravel().tolist()
        ([6.0, 0.0], [0.0, 2.0])
    """
    found: list[Derivatives] = []
    for layer, trace in zip(reversed(layers), reversed(traces), strict=True):
        of_layer = of_layer_alone(layer, trace, answers)
        found.append(of_layer.sent)
        if len(found) < len(layers):
            answers = by_received(layer, of_layer.entering)
    return found[::-1]


class OfLayer(NamedTuple):
    """Derivatives of one answer per example.

    Attributes:
        sent: by what the nodes send.
        entering: ``(timesteps, examples, gates * units)`` by what the gates get from below.
        start: by each part of the state at the start, ``(examples, units)``.
    """

    sent: Derivatives
    entering: np.ndarray
    start: State


def of_layer_alone(layer: RecurrentLayer, trace: Trace, answers: np.ndarray, final: State | None = None) -> OfLayer:
    """Derivatives inside one layer.

    Args:
        layer: the layer.
        trace: what it did.
        answers: ``(timesteps, examples, units)`` derivatives by what it sends on.
        final: derivatives by each part of its last state, ``(examples, units)``; None for zeros.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(1), np.array([[3.0]]), np.zeros(1), activation="linear")
        >>> trace = Trace((np.array([[[1.0]], [[4.0]]]),), entering=np.array([[[1.0]], [[1.0]]]))
        >>> of_layer_alone(layer, trace, np.zeros((2, 1, 1)), final=(np.ones((1, 1)),)).entering.ravel().tolist()
        [3.0, 1.0]
    """
    timesteps, examples, units = answers.shape
    gates, dtype = len(layer.gates), trace.entering.dtype
    wide, rows = units + -units % UNITS, examples + -examples % EXAMPLES
    filled = partial(_filled, rows=rows, units=wide)
    if final is None:
        final = tuple(np.zeros((examples, units), dtype) for _ in range(layer.states))
    bias = np.zeros(gates * units, dtype) if layer.recurrent_bias is None else layer.recurrent_bias
    with _on_cpu(dtype):
        found = _pulled_back(
            _Cell(layer.cell, layer.activation, layer.recurrent_activation, layer.reset_after),
            _filled(layer.recurrent_kernel.astype(dtype), wide, wide, gates),
            _filled(bias[None].astype(dtype), 1, wide, gates),
            tuple(map(filled, trace.before)),
            filled(trace.entering, gates=gates),
            None if trace.present is None else _filled(trace.present, rows, 1),
            filled(answers.astype(dtype)),
            tuple(map(filled, final)),
        )
        start, entering, senders = jax.tree.map(np.asarray, found)
    entering = entering[:, :examples].reshape(timesteps, examples, gates, wide)[..., :units]
    senders = senders[:, :examples, :units]
    back = np.concatenate([senders[1:], np.zeros_like(senders[:1])])
    return OfLayer(
        Derivatives(back, answers, senders[0]),
        entering.reshape(timesteps, examples, -1),
        tuple(part[:examples, :units] for part in start),
    )


def by_received(layer: RecurrentLayer, entering: np.ndarray) -> np.ndarray:
    """Derivatives by what a layer receives, ``(..., inputs)``, of those by what its gates get from it.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.array([[1.0, 2.0]]), np.eye(2), np.zeros(2))
        >>> by_received(layer, np.array([[1.0, 10.0]])).tolist()
        [[21.0]]
    """
    gates, dtype = len(layer.gates), entering.dtype
    inputs, (examples, columns) = len(layer.kernel), entering.shape[-2:]
    wide, more = columns // gates + -(columns // gates) % UNITS, inputs + -inputs % UNITS
    with _on_cpu(dtype):
        kernel = _filled(layer.kernel.astype(dtype), more, wide, gates)
        found = _pulled_back_below(kernel, _filled(entering, examples + -examples % EXAMPLES, wide, gates))
        return np.asarray(found)[..., :examples, :inputs]


def pulled_back(
    function: Callable[..., Sequence[Any]], values: Sequence[np.ndarray], by: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Derivatives by the arguments of a function of JAX arrays, of those by its results.

    Example:
        >>> pulled_back(lambda one, other: [one * other], [np.array([2.0]), np.array([3.0])], [np.array([1.0])])
        [array([3.]), array([2.])]
    """
    with _on_cpu(values[0].dtype):
        _, pull_back = jax.vjp(function, *map(jnp.asarray, values))
        return [np.asarray(part) for part in pull_back([jnp.asarray(part) for part in by])]


@contextmanager
def _on_cpu(dtype: np.dtype) -> Iterator[None]:
    """Have JAX compute on the processor, in the precision of a type."""
    with jax.enable_x64(dtype == np.float64), jax.default_device(jax.local_devices(backend="cpu")[0]):
        yield


@partial(jax.jit, compiler_options=_COMPILER)
def _pulled_back_below(kernel: Any, entering: Any) -> Any:
    """Derivatives by what enters a product with a kernel, of those by what comes out."""
    received = jax.ShapeDtypeStruct((*entering.shape[:-1], len(kernel)), entering.dtype)
    return jax.linear_transpose(lambda received: received @ kernel, received)(entering)[0]


class _Cell(NamedTuple):
    """Settings of a layer."""

    cell: str
    activation: str
    recurrent_activation: str
    reset_after: bool


@partial(jax.jit, static_argnums=0, compiler_options=_COMPILER)
def _pulled_back(
    cell: _Cell, kernel: Any, bias: Any, before: Any, entering: Any, present: Any, answers: Any, final: Any
) -> Any:
    """Derivatives by the state at the start, by what enters the gates, and by what the nodes send back to these."""

    def pull_back(later: Any, at: Any) -> Any:
        before, entering, here, answer = at

        def step(state: Any, entering: Any, sender: Any) -> Any:
            new = _CELLS[cell.cell](cell, kernel, bias, state, entering, sender)
            return new if here is None else tuple(jnp.where(here, *parts) for parts in zip(new, state, strict=True))

        _, derivatives_of = jax.vjp(step, before, entering, before[0])
        state, entering, sender = derivatives_of((later[0] + answer, *later[1:]))
        return (state[0] + sender, *state[1:]), (entering, sender)

    start, (entering, senders) = jax.lax.scan(pull_back, final, (before, entering, present, answers), reverse=True)
    return start, entering, senders


def _vanilla(cell: _Cell, kernel: Any, bias: Any, state: Any, entering: Any, sender: Any) -> Any:
    return (_activated([cell.activation], entering + sender @ kernel + bias),)


def _lstm(cell: _Cell, kernel: Any, bias: Any, state: Any, entering: Any, sender: Any) -> Any:
    squashed = cell.recurrent_activation
    gates = _activated([squashed, squashed, cell.activation, squashed], entering + sender @ kernel + bias)
    enter, forget, candidate, output = jnp.split(gates, 4, axis=-1)
    memory = forget * state[1] + enter * candidate
    return output * _activated([cell.activation], memory), memory


def _gru(cell: _Cell, kernel: Any, bias: Any, state: Any, entering: Any, sender: Any) -> Any:
    units = sender.shape[-1]
    of_both, of_last = jnp.split(entering, [2 * units], axis=-1)
    kernels, biases = (jnp.split(part, [2 * units], axis=-1) for part in (kernel, bias))
    both = _activated([cell.recurrent_activation] * 2, of_both + sender @ kernels[0] + biases[0])
    update, reset = jnp.split(both, 2, axis=-1)
    # The candidate is x W + r * (h U + b), or x W + (r * h) U.
    if cell.reset_after:
        of_last = of_last + reset * (sender @ kernels[1] + biases[1])
    else:
        of_last = of_last + (reset * sender) @ kernels[1] + biases[1]
    candidate = _activated([cell.activation], of_last)
    return (update * (state[0] - candidate) + candidate,)


_CELLS = {"vanilla": _vanilla, "gru": _gru, "lstm": _lstm}


def _activated(names: Sequence[str], values: Any) -> Any:
    """Activations of neighbouring gates of equally many columns."""
    known = [ACTIVATIONS[name] for name in names]
    squashed, low, high, before, after, shift = (
        np.repeat(np.array(numbers, bool if at == 0 else values.dtype), values.shape[-1] // len(names))
        for at, numbers in enumerate(zip(*known, strict=True))
    )
    values = values * before
    # At the edges of what is clipped the slope is 0, as Keras has it.
    clipped = values if squashed.all() else jnp.where(values > low, jnp.where(values < high, values, high), low)
    core = clipped if not squashed.any() else jnp.where(squashed, jnp.tanh(values), clipped)
    return core * after + shift


def _filled(array: np.ndarray, rows: int, units: int, gates: int = 1) -> np.ndarray:
    """With zeros after the last rows, and after the last columns of each gate."""
    if array.shape[-2:] == (rows, gates * units):
        return array
    parts = array.reshape(*array.shape[:-1], gates, array.shape[-1] // gates)
    before = [(0, 0)] * (array.ndim - 2)
    widths = [*before, (0, rows - array.shape[-2]), (0, 0), (0, units - parts.shape[-1])]
    return np.pad(parts, widths).reshape(*array.shape[:-2], rows, gates * units)
