"""What the recurrent layers of a network did on some examples, from which derivatives and moments follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_modules.network.cells import RecurrentLayer, project
from rnn_modules.network.stack import State, Step, run_layer


@dataclass(frozen=True, eq=False)
class Trace:
    """What one layer did on some examples.

    Attributes:
        states: hidden states, and of an LSTM cell states, each ``(timesteps, examples, units)``.
        entering: ``(timesteps, examples, gates * units)`` what its gates got from below, bias included.
        start: state that it starts from, of each part ``(examples, units)``, or None for zeros.
        present: ``(timesteps, examples, 1) bool``; where it is false the state was carried over. None: nowhere.
        reset: ``(timesteps, examples, units)`` the gate of a GRU whose reset gate stands before the product; or None.
    """

    states: State
    entering: np.ndarray
    start: State | None = None
    present: np.ndarray | None = None
    reset: np.ndarray | None = None

    @property
    def hidden(self) -> np.ndarray:
        """Hidden states."""
        return self.states[0]

    @property
    def before(self) -> State:
        """States that each timestep goes on from.

        Example:
            >>> Trace((np.array([[[1.0]], [[2.0]]]),), np.zeros((2, 1, 1))).before[0].tolist()
            [[[0.0]], [[1.0]]]
        """
        start = [np.zeros_like(part[0]) for part in self.states] if self.start is None else self.start
        pairs = zip(start, self.states, strict=True)
        return tuple(np.concatenate([first[None], after[:-1]]) for first, after in pairs)


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
        run = list(run_layer(layer, steps, received, state=own, gates=layer.resets_before))
        entering = _first(steps) if received is None else [project(layer, sent) for sent in received]
        received = [sent for sent, _, _ in run]
        *states, entered = (
            np.stack([at.of(part)[0] for at, part in zip(steps, parts, strict=True)])
            for parts in (*zip(*(now for _, now, _ in run), strict=True), entering)
        )
        reset = None
        if layer.resets_before:
            both = (at.of(blocks[0])[0] for at, (_, _, blocks) in zip(steps, run, strict=True))
            reset = np.stack([part[:, layer.units :] for part in both])
        start = None if own is None else tuple(np.broadcast_to(part[0], states[0][0].shape) for part in own)
        traces.append(Trace(tuple(states), entered, start, present, reset))
    return traces


def _first(steps: Sequence[Step]) -> list[np.ndarray]:
    """What the first layer's gates get at each step."""
    return [at.projected if at.reads is None else at.projected[:, at.reads] for at in steps]
