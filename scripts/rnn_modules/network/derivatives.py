"""Derivatives of an answer by what every node sends: back through time and layers, with the forward pass' own numbers.

Source: backpropagation through time of the three cells, as their equations give it; tested against differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_modules.network.activations import ACTIVATIONS
from rnn_modules.network.cells import RecurrentLayer
from rnn_modules.network.stack import State, Step, run_layer


@dataclass(frozen=True, eq=False)
class Trace:
    """What one layer did on some examples.

    Attributes:
        hidden: ``(timesteps, examples, units)`` hidden states.
        memory: ``(timesteps, examples, units)`` cell states of an LSTM, or None.
        gates: ``(timesteps, examples, gates * units)`` activations of its gates.
        start: state that it starts from, of each part ``(examples, units)``, or None for zeros.
        present: ``(timesteps, examples, 1) bool``; where it is false the state was carried over. None: nowhere.
    """

    hidden: np.ndarray
    memory: np.ndarray | None
    gates: np.ndarray
    start: tuple[np.ndarray, ...] | None = None
    present: np.ndarray | None = None

    def before(self, timestep: int, memory: bool = False) -> np.ndarray:
        """Hidden states, or cell states, that a timestep goes on from.

        Example:
            >>> trace = Trace(np.array([[[1.0]], [[2.0]]]), None, np.zeros((2, 1, 1)))
            >>> trace.before(1).tolist(), trace.before(0).tolist()
            ([[1.0]], [[0.0]])
        """
        states = self.memory if memory else self.hidden
        assert states is not None
        if timestep:
            return states[timestep - 1]
        return np.zeros_like(states[0]) if self.start is None else self.start[int(memory)]


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
            >>> Derivatives(3 * ones, ones, ones[0]).by_gates(Trace(2 * ones, None, ones)).ravel().tolist()
            [8.0, 8.0]
        """
        found = trace.hidden * (self.back + self.onward)
        if trace.start is not None:
            found[0] += trace.start[0] * self.start
        return found


def trace_stack(layers: Sequence[RecurrentLayer], steps: Sequence[Step], state: State | None = None) -> list[Trace]:
    """Run all layers and note what is needed for derivatives.

    Args:
        layers: of one network.
        steps: the timesteps.
        state: initial state of the first layer, zero by default.

    Example:
        >>> from rnn_modules.network.cells import project
        >>> from rnn_modules.network.stack import shared_steps
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), activation="relu")
        >>> first, second = trace_stack([layer, layer], shared_steps(project(layer, np.eye(2)), np.array([[0, 1]])))
        >>> first.hidden.tolist(), second.hidden.tolist()
        ([[[1.0, 0.0]], [[1.0, 1.0]]], [[[1.0, 0.0]], [[2.0, 1.0]]])
    """
    traces: list[Trace] = []
    present = None
    if steps[0].present is not None:
        present = np.stack([at.of(at.present)[0] for at in steps])  # type: ignore[arg-type]
    received = None
    for index, layer in enumerate(layers):
        own = state if index == 0 else None
        run = list(run_layer(layer, steps, received, state=own, gates=True))
        received = [sent for sent, _, _ in run]
        parts = [
            np.stack([at.of(now[part])[0] for at, (_, now, _) in zip(steps, run, strict=True)])
            for part in range(layer.states)
        ]
        gates = np.stack(
            [
                np.concatenate([at.of(block)[0] for block in blocks], axis=-1)
                for at, (_, _, blocks) in zip(steps, run, strict=True)
            ]
        )
        start = None if own is None else tuple(np.broadcast_to(part[0], parts[0][0].shape) for part in own)
        traces.append(Trace(parts[0], parts[1] if layer.states > 1 else None, gates, start, present))
    return traces


def derivatives(layers: Sequence[RecurrentLayer], traces: Sequence[Trace], answers: np.ndarray) -> list[Derivatives]:
    """Derivatives by what each node of each layer sends at each timestep.

    Args:
        layers: of one network.
        traces: of each, from :func:`trace_stack`.
        answers: ``(timesteps, examples, units)`` derivatives by what the last layer sends on.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(1), np.array([[3.0]]), np.zeros(1), activation="linear")
        >>> trace = Trace(np.array([[[1.0]], [[4.0]]]), None, np.array([[[1.0]], [[4.0]]]))
        >>> (found,) = derivatives([layer], [trace], np.array([[[0.0]], [[2.0]]]))
        >>> found.back.ravel().tolist(), found.onward.ravel().tolist()
        ([6.0, 0.0], [0.0, 2.0])
    """
    found: list[Derivatives] = []
    for layer, trace in zip(reversed(layers), reversed(traces), strict=True):
        own, entering = _through_time(layer, trace, answers)
        found.append(own)
        if len(found) < len(layers):
            answers = entering @ layer.kernel.T
    return found[::-1]


def _through_time(layer: RecurrentLayer, trace: Trace, onward: np.ndarray) -> tuple[Derivatives, np.ndarray]:
    """Derivatives by what the nodes send, and by what the gates get from below."""
    timesteps, examples, units = onward.shape
    back = np.zeros((timesteps + 1, examples, units), onward.dtype)
    entering = np.empty((timesteps, examples, units * len(layer.gates)), onward.dtype)
    kept: State = tuple(np.zeros((examples, units), onward.dtype) for _ in range(layer.states))
    for timestep in reversed(range(timesteps)):
        state = (kept[0] + back[timestep + 1] + onward[timestep], *kept[1:])
        gates, sender, kept = _CELLS[layer.cell](layer, trace, timestep, state)
        if trace.present is not None:
            present = trace.present[timestep]
            gates, sender = gates * present, sender * present
            kept = tuple(np.where(present, new, old) for new, old in zip(kept, state, strict=True))
        entering[timestep], back[timestep] = gates, sender
    return Derivatives(back[1:], onward, back[0]), entering


def _slopes(name: str, values: np.ndarray) -> np.ndarray:
    """Derivatives of an activation, from its values."""
    known = ACTIVATIONS[name]
    core = (values - known.shift) / known.after
    slopes = 1 - core * core if known.squashed else ((core > known.low) & (core < known.high)).astype(values.dtype)
    return slopes * (known.before * known.after)


def _blocks(layer: RecurrentLayer, gates: np.ndarray) -> list[np.ndarray]:
    return np.split(gates, len(layer.gates), axis=-1)


def _vanilla(layer: RecurrentLayer, trace: Trace, timestep: int, state: State) -> tuple[np.ndarray, np.ndarray, State]:
    gates = state[0] * _slopes(layer.activation, trace.hidden[timestep])
    return gates, gates @ layer.recurrent_kernel.T, (np.zeros_like(state[0]),)


def _lstm(layer: RecurrentLayer, trace: Trace, timestep: int, state: State) -> tuple[np.ndarray, np.ndarray, State]:
    assert trace.memory is not None
    hidden, memory = state
    enter, forget, candidate, output = _blocks(layer, trace.gates[timestep])
    before = trace.before(timestep, memory=True)
    # What the output gate lets through, by the same arithmetic as forward.
    known = ACTIVATIONS[layer.activation]
    inner = known.before * trace.memory[timestep]
    shown = known.after * (np.tanh(inner) if known.squashed else np.clip(inner, known.low, known.high)) + known.shift
    memory = memory + hidden * output * _slopes(layer.activation, shown)
    squashed, activation = layer.recurrent_activation, layer.activation
    gates = np.concatenate(
        [
            memory * candidate * _slopes(squashed, enter),
            memory * before * _slopes(squashed, forget),
            memory * enter * _slopes(activation, candidate),
            hidden * shown * _slopes(squashed, output),
        ],
        axis=-1,
    )
    return gates, gates @ layer.recurrent_kernel.T, (np.zeros_like(hidden), memory * forget)


def _gru(layer: RecurrentLayer, trace: Trace, timestep: int, state: State) -> tuple[np.ndarray, np.ndarray, State]:
    (hidden,) = state
    update, reset, candidate = _blocks(layer, trace.gates[timestep])
    before, units = trace.before(timestep), layer.units
    kernel = layer.recurrent_kernel[:, 2 * units :]
    last = hidden * (1 - update) * _slopes(layer.activation, candidate)
    # The candidate is x W + r * (h U + b), or x W + (r * h) U.
    if layer.reset_after:
        product = before @ kernel
        if layer.recurrent_bias is not None:
            product = product + layer.recurrent_bias[2 * units :]
        by_reset, sender = last * product, (last * reset) @ kernel.T
    else:
        past = last @ kernel.T
        by_reset, sender = past * before, past * reset
    squashed = layer.recurrent_activation
    both = np.concatenate(
        [hidden * (before - candidate) * _slopes(squashed, update), by_reset * _slopes(squashed, reset)], axis=-1
    )
    sender = sender + both @ layer.recurrent_kernel[:, : 2 * units].T
    return np.concatenate([both, last], axis=-1), sender, (hidden * update,)


_CELLS = {"vanilla": _vanilla, "gru": _gru, "lstm": _lstm}
