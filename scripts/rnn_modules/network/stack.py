"""Stacks of recurrent layers: the forward pass over a sequence, and one timestep of it for decoding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnn_modules.network.cells import WHOLE, LayerMask, RecurrentLayer, project, step

State = tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class Step:
    """One timestep of a sequence, with a row for each example or for all examples that are the same up to here.

    Attributes:
        inputs: ``(1, rows, features)`` what the first layer receives.
        rows: ``(examples,) int`` row of each example, or None when each has its own.
        parents: ``(rows,) int`` row of the step before that each row goes on from, or None when the rows are the same.
        present: ``(1, rows, 1) bool``; where it is false the state is carried over, as Keras does for masked steps.
    """

    inputs: np.ndarray
    rows: np.ndarray | None = None
    parents: np.ndarray | None = None
    present: np.ndarray | None = None

    def of(self, values: np.ndarray) -> np.ndarray:
        """From ``(modules, rows, ...)`` to ``(modules, examples, ...)``."""
        return values if self.rows is None else np.take(values, self.rows, axis=1)


def shared_steps(embedding: np.ndarray, ids: np.ndarray, masked: bool = False) -> list[Step]:
    """Steps over texts, in which all texts with the same beginning share a row until they part.

    Short texts are padded on the left, so many have nothing but padding in common for some timesteps, and a state
    depends on nothing but what has been read.

    Args:
        embedding: ``(vocabulary, features)``.
        ids: ``(examples, tokens) int``.
        masked: whether id 0 is a masked step.
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
        inputs = embedding[words][None]
        more = timestep > 0 and len(examples) > steps[-1].inputs.shape[1]
        steps.append(
            Step(
                inputs=inputs,
                rows=rows[:, timestep],
                parents=rows[examples, timestep - 1] if more else None,
                present=(words != 0)[None, :, None] if masked else None,
            )
        )
    return steps


def run_layer(
    layer: RecurrentLayer,
    inputs: Iterable[np.ndarray],
    steps: Sequence[Step],
    mask: LayerMask | None = None,
    state: State | None = None,
) -> Iterator[tuple[np.ndarray, State, tuple[np.ndarray, ...]]]:
    """Run one layer over a sequence.

    Args:
        layer: the layer.
        inputs: by timestep ``(modules or 1, rows, inputs)``.
        steps: the timesteps, of which all but the inputs are used.
        mask: the edges left to each module; its number of modules becomes that of the result.
        state: initial state, zero by default.

    Yields:
        By timestep: what the layer sends on, ``(modules, rows, units)``, masked by the edges to the next layer; the
        state; the gates as :func:`~rnn_modules.network.cells.step` has them.
    """
    projected_from = projected = None
    for timestep, (received, at) in enumerate(zip(inputs, steps, strict=True)):
        step_mask = WHOLE if mask is None else mask.at(timestep)
        # One and the same input at every timestep is projected once.
        if received is not projected_from:
            projected_from, projected = received, project(layer, received)
        if state is None:
            state = layer.initial_state(1, received.shape[1])
        if at.parents is not None:
            state = tuple(np.take(part, at.parents, axis=1) for part in state)
        new_state, gates = step(layer, projected, state, step_mask)
        if at.present is not None:
            new_state = tuple(np.where(at.present, new, old) for new, old in zip(new_state, state, strict=True))
        state = new_state
        yield state[0] if step_mask.outputs is None else state[0] * step_mask.outputs, state, gates


def run_stack(
    layers: Sequence[RecurrentLayer],
    steps: Sequence[Step],
    masks: Sequence[LayerMask] | None = None,
    state: State | None = None,
) -> Iterator[tuple[np.ndarray, State, tuple[np.ndarray, ...]]]:
    """Run all layers, timestep by timestep; ``state`` is that of the first layer.

    Yields:
        What :func:`run_layer` yields of the last layer.
    """
    inputs = (at.inputs for at in steps)
    for index, layer in enumerate(layers):
        run = run_layer(layer, inputs, steps, None if masks is None else masks[index], state if index == 0 else None)
        inputs = (sent for sent, _, _ in run)
    return run


def observe_stack(
    layers: Sequence[RecurrentLayer], steps: Sequence[Step], state: State | None = None, gates: bool = False
) -> Iterator[np.ndarray]:
    """Yield each layer's activations in turn, so that only one layer's are in memory (Algorithm 3, ``monitor``).

    Yields:
        ``(timesteps, examples, 1, units)`` hidden states, or with ``gates`` ``(timesteps, examples, gates, units)``.
    """
    inputs = [at.inputs for at in steps]
    for index, layer in enumerate(layers):
        sent, observed = [], []
        run = run_layer(layer, inputs, steps, state=state if index == 0 else None)
        for at, (output, _, activations) in zip(steps, run, strict=True):
            sent.append(output)
            observed.append(at.of(np.concatenate(activations, axis=-1) if gates else output)[0])
        inputs = sent
        yield np.stack(observed).reshape(len(steps), len(observed[0]), len(layer.gates) if gates else 1, layer.units)


def step_stack(
    layers: Sequence[RecurrentLayer],
    inputs: np.ndarray,
    states: list[State],
    timestep: int,
    masks: Sequence[LayerMask] | None = None,
) -> tuple[np.ndarray, list[State]]:
    """One timestep through all layers: inputs ``(modules or 1, examples, inputs)`` to the last layer's output."""
    new_states = []
    for index, (layer, state) in enumerate(zip(layers, states, strict=True)):
        mask = WHOLE if masks is None else masks[index].at(timestep)
        state, _ = step(layer, project(layer, inputs), state, mask)
        inputs = state[0] if mask.outputs is None else state[0] * mask.outputs
        new_states.append(state)
    return inputs, new_states
