"""Stacks of recurrent layers: the forward pass over a sequence, and one timestep of it for decoding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat

import numpy as np

from rnn_modules.network.batching import Together, row_parts, workers
from rnn_modules.network.cells import WHOLE, LayerMask, RecurrentLayer, StepMask, project, step

State = tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class Step:
    """One timestep of a sequence, with a row for each example or for all examples that are the same up to here.

    Attributes:
        projected: ``(1, vocabulary or rows, gates * units)`` what inputs send to the first layer's gates, see
            :func:`~rnn_modules.network.cells.project`.
        reads: ``(rows,) int`` position in ``projected`` of each row's input, or None when each has its own.
        rows: ``(examples,) int`` row of each example, or None when each has its own.
        parents: ``(rows,) int`` row of the step before that each goes on from, ascending, or None when the rows are the
            same.
        present: ``(1, rows, 1) bool``; where it is false the state is carried over, as Keras does for masked steps.

    Example:
        >>> projected = np.arange(4.0).reshape(1, 2, 2)
        >>> at = Step(projected, reads=np.array([1, 0]), rows=np.array([0, 0, 1]))
        >>> at.size
        2
        >>> at.of(np.array([[[5], [6]]])).tolist()
        [[[5], [5], [6]]]
    """

    projected: np.ndarray
    reads: np.ndarray | None = None
    rows: np.ndarray | None = None
    parents: np.ndarray | None = None
    present: np.ndarray | None = None

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.projected.shape[1] if self.reads is None else len(self.reads)

    def of(self, values: np.ndarray) -> np.ndarray:
        """From ``(modules, rows, ...)`` to ``(modules, examples, ...)``."""
        return values if self.rows is None else np.take(values, self.rows, axis=1)


def shared_steps(projected: np.ndarray, ids: np.ndarray, masked: bool = False) -> list[Step]:
    """Steps over texts, in which all texts with the same beginning share a row until they part.

    Short texts are padded on the left, so many have nothing but padding in common for some timesteps, and a state
    depends on nothing but what has been read.

    Args:
        projected: ``([modules,] vocabulary, gates * units)`` what each word sends to the first layer's gates.
        ids: ``(examples, tokens) int``.
        masked: whether id 0 is a masked step.

    Example:
        >>> steps = shared_steps(np.eye(3), np.array([[0, 0, 1], [0, 0, 2], [0, 1, 2]]))
        >>> [(at.size, at.rows.tolist(), at.reads.tolist()) for at in steps]
        [(1, [0, 0, 0], [0]), (2, [0, 0, 1], [0, 1]), (3, [0, 1, 2], [1, 2, 2])]
    """
    order = np.lexsort(ids.T[::-1])
    ordered = ids[order]
    parts = np.ones(ids.shape, bool)
    parts[1:] = np.logical_or.accumulate(ordered[1:] != ordered[:-1], axis=1)
    rows = np.empty(ids.shape, np.intp)
    rows[order] = np.cumsum(parts, axis=0) - 1
    steps: list[Step] = []
    for timestep, first in enumerate(parts.T):
        examples = order[first]
        words = ids[examples, timestep]
        more = timestep > 0 and len(examples) > steps[-1].size
        steps.append(
            Step(
                projected=projected if projected.ndim == 3 else projected[None],
                reads=words,
                rows=rows[:, timestep],
                parents=rows[examples, timestep - 1] if more else None,
                present=(words != 0)[None, :, None] if masked else None,
            )
        )
    return steps


def run_layer(
    layer: RecurrentLayer,
    steps: Sequence[Step],
    inputs: Iterable[np.ndarray] | None = None,
    mask: LayerMask | None = None,
    state: State | None = None,
    gates: bool = False,
    together: Together | None = None,
) -> Iterator[tuple[np.ndarray, State, tuple[np.ndarray, ...]]]:
    """Run one layer over a sequence.

    Args:
        layer: the layer.
        steps: the timesteps.
        inputs: by timestep ``(modules or 1, rows, inputs)``, or None for the first layer, which reads what steps have.
        mask: the edges left to each module; its number of modules becomes that of the result.
        state: initial state, zero by default.
        gates: whether the gates are asked for.
        together: works on the parts of a timestep's rows; None: on all rows at once.

    Yields:
        By timestep: what the layer sends on, ``(modules, rows, units)``, masked by the edges to the next layer; the
        state; the gates as :func:`~rnn_modules.network.cells.step` has them, or none.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), activation="relu")
        >>> steps = shared_steps(project(layer, np.eye(2)), np.array([[0, 0, 1]]))
        >>> [sent.tolist() for sent, state, gates in run_layer(layer, steps)]
        [[[[1.0, 0.0]]], [[[2.0, 0.0]]], [[[2.0, 1.0]]]]
    """
    received = repeat(None, len(steps)) if inputs is None else inputs
    for timestep, (received_now, at) in enumerate(zip(received, steps, strict=True)):
        step_mask = WHOLE if mask is None else mask.at(timestep)
        if state is None:
            state = layer.initial_state(1, at.size)
        advance = partial(_advance, layer, received_now, state, at, step_mask)
        answers = [advance(slice(0, at.size))] if together is None else together(advance, row_parts(at.size))
        states, activations = zip(*answers, strict=True)
        state = _joined(states)
        # The last layer of an x:1 model sends nothing before its last timestep.
        sends = layer.return_sequences or timestep == len(steps) - 1
        sent = state[0] if step_mask.outputs is None or not sends else state[0] * step_mask.outputs
        yield sent, state, _joined(activations) if gates else ()


def _advance(
    layer: RecurrentLayer, received: np.ndarray | None, state: State, at: Step, mask: StepMask, rows: slice
) -> tuple[State, tuple[np.ndarray, ...]]:
    """State and gates of some rows of a timestep, from the state of all rows of the one before."""
    if received is None:
        projected, reads = at.projected, np.arange(at.size)[rows] if at.reads is None else at.reads[rows]
    else:
        projected, reads = project(layer, received[:, rows]), None
    before, parents = rows, None
    if at.parents is not None:
        parents = at.parents[rows]
        before, parents = slice(parents[0], parents[-1] + 1), parents - parents[0]
    old_state = tuple(np.ascontiguousarray(part[:, before]) for part in state)
    new_state, gates = step(layer, projected, old_state, mask, reads, parents)
    if at.present is not None:
        present = at.present[:, rows]
        if parents is not None:
            old_state = tuple(np.take(part, parents, axis=1) for part in old_state)
        new_state = tuple(np.where(present, new, old) for new, old in zip(new_state, old_state, strict=True))
    return new_state, gates


def _joined(parts: Sequence[tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
    """Arrays of all rows from those of a few each."""
    if len(parts) == 1:
        return parts[0]
    return tuple(np.concatenate(arrays, axis=1) for arrays in zip(*parts, strict=True))


def run_stack(
    layers: Sequence[RecurrentLayer],
    steps: Sequence[Step],
    masks: Sequence[LayerMask] | None = None,
    state: State | None = None,
) -> Iterator[tuple[np.ndarray, State, tuple[np.ndarray, ...]]]:
    """Run all layers, timestep by timestep; ``state`` is that of the first layer.

    Yields:
        What :func:`run_layer` yields of the last layer.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), activation="relu")
        >>> steps = shared_steps(project(layer, np.eye(2)), np.array([[0, 0, 1]]))
        >>> [sent.tolist() for sent, state, gates in run_stack([layer, layer], steps)]
        [[[[1.0, 0.0]]], [[[3.0, 0.0]]], [[[5.0, 1.0]]]]
    """
    inputs = None
    for index, layer in enumerate(layers):
        run = run_layer(layer, steps, inputs, None if masks is None else masks[index], state if index == 0 else None)
        inputs = (sent for sent, _, _ in run)
    return run


@dataclass(frozen=True, eq=False)
class Observed:
    """Activations of a layer at one timestep.

    Attributes:
        values: ``(rows, gates or 1, units)`` gates, or hidden states.
        rows: ``(examples,) int`` row of each example, or None when each has its own.
        present: ``(rows,) bool``; where it is false the layer reads padding and carries its state over. None: nowhere.

    Example:
        >>> observed = Observed(np.array([[[0.5, 0.1]], [[0.7, 0.2]]]), np.array([0, 0, 1]), np.array([True, False]))
        >>> [observed.of(np.array([1, 2]), padding).tolist() for padding in (True, False)]
        [[[[0.5, 0.1]], [[0.7, 0.2]]], [[[0.5, 0.1]]]]
    """

    values: np.ndarray
    rows: np.ndarray | None
    present: np.ndarray | None = None

    def of(self, examples: np.ndarray, padding: bool = True) -> np.ndarray:
        """Those of the examples at these positions, ``(examples, gates or 1, units)``; with or without padding."""
        rows = examples if self.rows is None else self.rows[examples]
        return self.values[rows if padding or self.present is None else rows[self.present[rows]]]


def joined(parts: Sequence[Observed]) -> Observed:
    """The same timestep of all examples, from that of a few each, whose rows are examples.

    Example:
        >>> parts = [Observed(np.full((2, 1, 3), value), None) for value in (0.5, 0.7)]
        >>> joined(parts).values.shape
        (4, 1, 3)
    """
    masks = [part.present for part in parts if part.present is not None]
    return Observed(np.concatenate([part.values for part in parts]), None, np.concatenate(masks) if masks else None)


def observe_stack(
    layers: Sequence[RecurrentLayer],
    steps: Sequence[Step],
    state: State | None = None,
    gates: bool = False,
    threads: int = 1,
) -> Iterator[list[Observed]]:
    """Yield each layer's activations by timestep, so that only two layers' are in memory (Algorithm 3, ``monitor``).

    Each row of a timestep is computed once, so examples that are the same up to there have equal activations to the
    last bit. Rows are shared out among ``threads``.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), activation="relu")
        >>> steps = shared_steps(project(layer, np.eye(2)), np.array([[0, 0], [0, 1]]))
        >>> for observed in observe_stack([layer, layer], steps):
        ...     [at.of(np.array([0, 1])).tolist() for at in observed]
        [[[[1.0, 0.0]], [[1.0, 0.0]]], [[[2.0, 0.0]], [[1.0, 1.0]]]]
        [[[[1.0, 0.0]], [[1.0, 0.0]]], [[[3.0, 0.0]], [[2.0, 1.0]]]]
    """
    inputs = None
    with workers(threads) as together:
        for index, layer in enumerate(layers):
            sent, observed = [], []
            run = run_layer(layer, steps, inputs, None, state if index == 0 else None, gates, together)
            for at, (output, _, activations) in zip(steps, run, strict=True):
                values = np.concatenate(activations, axis=-1) if gates else output
                sent.append(output)
                observed.append(
                    Observed(
                        values.reshape(at.size, len(layer.gates) if gates else 1, layer.units),
                        at.rows,
                        None if at.present is None else at.present[0, :, 0],
                    )
                )
            inputs = sent
            yield observed
            del observed


def step_stack(
    layers: Sequence[RecurrentLayer],
    projected: np.ndarray,
    reads: np.ndarray | None,
    states: list[State],
    timestep: int,
    masks: Sequence[LayerMask] | None = None,
) -> tuple[np.ndarray, list[State]]:
    """One timestep through all layers: the last one's output ``(modules or 1, examples, units)``, and the states.

    What the first layer reads is as in :class:`Step`.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), activation="relu")
        >>> states = [layer.initial_state(1, 1)] * 2
        >>> for timestep, word in enumerate([0, 1]):
        ...     hidden, states = step_stack([layer, layer], np.eye(2)[None], np.array([word]), states, timestep)
        >>> hidden.tolist()
        [[[2.0, 1.0]]]
    """
    new_states = []
    for index, (layer, state) in enumerate(zip(layers, states, strict=True)):
        mask = WHOLE if masks is None else masks[index].at(timestep)
        state, _ = step(layer, projected, state, mask, reads)
        sent = state[0] if mask.outputs is None else state[0] * mask.outputs
        if index < len(layers) - 1:
            projected, reads = project(layers[index + 1], sent), None
        new_states.append(state)
    return sent, new_states
