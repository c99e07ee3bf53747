"""Recurrent layers over whole sequences, in either direction, plain or under the masks of many modules at once.

Sequences are ``(timesteps, modules or 1, examples, width)``, by place in the text whatever the direction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rnn_modules.network.cells import LayerMask, RecurrentLayer, project
from rnn_modules.network.keras_calls import only_after_first
from rnn_modules.network.keras_layers import Direction, RecurrentCall
from rnn_modules.network.stack import State, Step, run_layer
from rnn_modules.network.traces import Trace


def run_direction(
    direction: Direction,
    sequence: np.ndarray,
    present: np.ndarray | None = None,
    masks: Sequence[LayerMask | None] | None = None,
    state: State | None = None,
    gates: bool = False,
    traces: list[Trace] | None = None,
) -> Iterator[tuple[np.ndarray, State, np.ndarray | None]]:
    """Run the layers of one direction, one after another.

    Args:
        direction: the layers.
        sequence: what the first one reads.
        present: ``(timesteps, modules or 1, examples, 1) bool``; where it is false the state is carried over.
        masks: for each layer the edges that are left, by place in the text; None: all.
        state: initial states of all layers, one after another; zeros by default.
        gates: whether the gates are asked for.
        traces: to which that of each layer is added, in the order of reading, where one module alone is run.

    Yields:
        For each layer: what it sends at every place, ``(timesteps, modules or 1, examples, units)``; its last state,
        without the nodes that send nothing; and, if asked for, its gates ``(timesteps, examples, gates, units)``.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(1), np.eye(1), np.zeros(1), activation="relu")
        >>> sequence = np.ones((3, 1, 1, 1))
        >>> for backwards in (False, True):
        ...     ((sent, state, _),) = run_direction(Direction((layer,), backwards, False), sequence)
        ...     sent.ravel().tolist(), state[0].item()
        ([1.0, 2.0, 3.0], 3.0)
        ([3.0, 2.0, 1.0], 3.0)
    """
    start = 0
    for index, layer in enumerate(direction.layers):
        initial = None if state is None else state[start : start + layer.states]
        start += layer.states
        if initial is not None and direction.nodes is not None:
            initial = tuple(np.ascontiguousarray(part[..., direction.nodes[index]]) for part in initial)
        mask = None if masks is None else masks[index]
        sequence, last, activations = _run_layer(
            layer, sequence, present, mask, initial, direction.order, gates, traces
        )
        estimate = direction.estimate(index)
        if estimate is not None:
            last = (estimate.of(last[0]), *last[1:])
        sequence = handed_on(direction, index, sequence, present)
        yield sequence, last, activations


def handed_on(direction: Direction, index: int, sent: Any, present: np.ndarray | None) -> Any:
    """What goes on of that which the nodes of a layer send.

    Args:
        direction: the layers.
        index: of the layer.
        sent: ``(timesteps, modules or 1, examples, units)``, of NumPy or JAX.
        present: see :func:`run_direction`.

    Example:
        >>> direction = Direction((), backwards=False, zero_where_masked=True)
        >>> handed_on(direction, 0, np.ones((2, 1, 1, 1)), np.array([True, False]).reshape(2, 1, 1, 1)).ravel().tolist()
        [1.0, 0.0]
    """
    estimate = direction.estimate(index)
    if estimate is not None:
        sent = estimate.of(sent)
    if direction.zero_where_masked and present is not None:
        sent = sent.__array_namespace__().where(present, sent, 0).astype(sent.dtype)
    return sent


def _run_layer(
    layer: RecurrentLayer,
    sequence: np.ndarray,
    present: np.ndarray | None,
    mask: LayerMask | None,
    state: State | None,
    order: slice,
    gates: bool,
    traces: list[Trace] | None,
) -> tuple[np.ndarray, State, np.ndarray | None]:
    timesteps, _, examples, _ = sequence.shape
    nothing = np.empty((1, examples, 0), sequence.dtype)
    inputs = np.ascontiguousarray(sequence, layer.kernel.dtype)[order]
    steps = [Step(nothing) for _ in range(timesteps)]
    if present is not None:
        steps = [Step(nothing, present=at) for at in present[order]]
    if mask is not None and len(mask.steps) > 1:
        mask = LayerMask(mask.steps[order])
    every = _sending_always(layer)
    sent, activations, states = [], [], []
    after: State = ()
    for sends, reached, at in run_layer(every, steps, inputs, mask, state, gates or traces is not None):
        after = reached
        sent.append(sends)
        if gates or traces is not None:
            activations.append(np.concatenate(at, axis=-1)[0])
        if traces is not None:
            states.append(tuple(part[0] for part in reached))
    last = None if mask is None else mask.at(timesteps - 1).outputs
    final = after if last is None else tuple(part * last for part in after)
    modules = max(part.shape[0] for part in sent)
    whole = np.stack([np.broadcast_to(part, (modules, *part.shape[1:])) for part in sent])[order]
    if traces is not None:
        reset = np.stack(activations)[..., layer.units : 2 * layer.units] if layer.resets_before else None
        traces.append(
            Trace(
                states=tuple(np.stack(parts) for parts in zip(*states, strict=True)),
                entering=project(layer, inputs)[:, 0],
                start=None if state is None else tuple(np.broadcast_to(part[0], states[0][0].shape) for part in state),
                present=None if present is None else present[order][:, 0],
                reset=reset,
            )
        )
    found = None
    if gates:
        found = np.stack(activations)[order].reshape(timesteps, examples, len(layer.gates), layer.units)
    return whole, final, found


def _sending_always(layer: RecurrentLayer) -> RecurrentLayer:
    """The layer with what it sends masked at every timestep."""
    if layer.return_sequences:
        return layer
    return RecurrentLayer(**{**vars(layer), "return_sequences": True})


def outputs_of(recurrent: RecurrentCall, sent: Sequence[Any], present: np.ndarray | None, started: bool) -> list[Any]:
    """What a recurrent layer of Keras gives of that which its directions send.

    Args:
        recurrent: the layer.
        sent: of each direction ``(timesteps, modules, examples, units)``, by place in the text, of NumPy or JAX.
        present: see :func:`run_direction`.
        started: whether it starts from a state that was given.

    Returns:
        One sequence, or one of each direction, ``(modules, examples, [timesteps,] units)``.

    Example:
        >>> forwards, backwards = (Direction((), back, zero_where_masked=False) for back in (False, True))
        >>> both = RecurrentCall((forwards, backwards), "sum", return_sequences=True, return_state=False)
        >>> outputs_of(both, [np.arange(3.0).reshape(3, 1, 1, 1)] * 2, None, started=False)[0].ravel().tolist()
        [0.0, 2.0, 4.0]
    """
    parts: list[Any] = []
    for direction, sends in zip(recurrent.directions, sent, strict=True):
        if direction.silent_first and started and present is not None:
            sends = only_after_first(sends, present, direction.order)
        parts.append(answer_of(sends, direction, recurrent.return_sequences, bool(parts)))
    return parts if recurrent.merge is None else [merged(parts, recurrent.merge)]


def by_time(array: np.ndarray, modules: int) -> np.ndarray:
    """From ``(modules * examples, timesteps, ...)`` to ``(timesteps, modules, examples, ...)``.

    Example:
        >>> by_time(np.zeros((6, 4, 5)), modules=2).shape
        (4, 2, 3, 5)
    """
    return np.moveaxis(by_module(array, modules), 2, 0)


def by_module(array: np.ndarray, modules: int) -> np.ndarray:
    """From ``(modules * examples, ...)`` to ``(modules, examples, ...)``.

    Example:
        >>> by_module(np.zeros((6, 5)), modules=2).shape
        (2, 3, 5)
    """
    return array.reshape(modules, -1, *array.shape[1:])


def answer_of(sends: Any, direction: Direction, sequences: bool, flipped: bool) -> Any:
    """What a direction gives to the layers above it.

    Args:
        sends: ``(timesteps, modules, examples, units)``, by place in the text.
        direction: how it reads.
        sequences: whether it gives every timestep, in the order of reading, and not the last one alone.
        flipped: whether it is the second of two directions, which Keras turns round.

    Returns:
        ``(modules, examples, [timesteps,] units)``.

    Example:
        >>> sends = np.arange(3.0).reshape(3, 1, 1, 1)
        >>> for backwards in (False, True):
        ...     direction = Direction((), backwards, zero_where_masked=False)
        ...     [answer_of(sends, direction, True, flip).ravel().tolist() for flip in (False, True)]
        [[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]
        [[2.0, 1.0, 0.0], [0.0, 1.0, 2.0]]
    """
    if not sequences:
        return sends[direction.order][-1]
    return sends[direction.order][:: -1 if flipped else 1].transpose(1, 2, 0, 3)


def merged(sent: list[Any], merge: str | None) -> Any:
    """One sequence of one or two, by Keras' merge mode.

    Example:
        >>> parts = [np.array([[2.0]]), np.array([[4.0]])]
        >>> [merged(parts, merge).tolist() for merge in ("concat", "sum", "ave", "mul")]
        [[[2.0, 4.0]], [[6.0]], [[3.0]], [[8.0]]]
    """
    if len(sent) == 1:
        return sent[0]
    modules, arrays = max(len(part) for part in sent), sent[0].__array_namespace__()
    one, other = (arrays.broadcast_to(part, (modules, *part.shape[1:])) for part in sent)
    if merge == "concat":
        return arrays.concat([one, other], axis=-1)
    if merge == "mul":
        return one * other
    return (one + other) / (2 if merge == "ave" else 1)
