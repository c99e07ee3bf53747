"""Graphs of fewer nodes: which readers of a recurrent layer read its kept nodes, and which all, made of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.calls import Call
from rnn_modules.network.cells import Estimate, RecurrentLayer
from rnn_modules.network.graph import Graph, states_of
from rnn_modules.network.keras_layers import PASSED_ON, is_kind


def names_of(graph: Graph) -> tuple[str, ...]:
    """What pictures call each recurrent layer: numbers of Keras' layers, directions, cells of one layer.

    Example:
        >>> import keras
        >>> from rnn_modules.network.graph import read_graph
        >>> layers = [keras.layers.Bidirectional(keras.layers.GRU(3)), keras.layers.Dense(4)]
        >>> names_of(read_graph(keras.Sequential([keras.Input((5, 2)), *layers])))
        ('layer 1, forwards', 'layer 1, backwards')
    """
    names = []
    for number, recurrent in enumerate(graph.recurrent):
        for direction in recurrent.directions:
            name = f"layer {number + 1}"
            if len(recurrent.directions) > 1:
                name += ", backwards" if direction.backwards else ", forwards"
            cells = range(len(direction.layers))
            names += [name if len(cells) == 1 else f"{name}, cell {cell + 1}" for cell in cells]
    return tuple(names)


def feeds_of(graph: Graph) -> tuple[tuple[int, ...] | None, ...]:
    """For each recurrent layer those that send it all it reads, side by side; None where it reads something else.

    Example:
        >>> import keras
        >>> from rnn_modules.network.graph import read_graph
        >>> layers = [keras.layers.GRU(3, return_sequences=True), keras.layers.GRU(3), keras.layers.Dense(4)]
        >>> feeds_of(read_graph(keras.Sequential([keras.Input((5, 2)), *layers])))
        (None, (0,))
    """
    found: list[tuple[int, ...] | None] = []
    senders: dict[int, tuple[int, ...]] = {}
    for call in graph.calls:
        source = senders.get(call.inputs[0]) if call.inputs else None
        if call.recurrent is None:
            if source is not None and is_kind(call.operation, *PASSED_ON):
                senders[call.outputs[0]] = source
            continue
        last = []
        for direction in call.recurrent.directions:
            for index in range(len(direction.layers)):
                found.append(source if index == 0 else (len(found) - 1,))
            last.append(len(found) - 1)
        if len(last) == 1 or call.recurrent.merge == "concat":
            senders[call.outputs[0]] = tuple(last)
    return tuple(found)


def estimates_of(graph: Graph) -> list[Estimate | None]:
    """For each recurrent layer what makes all nodes of those that it has; None where nothing does.

    Example:
        >>> import keras
        >>> from rnn_modules.network.graph import read_graph
        >>> layers = [keras.Input((5, 2)), keras.layers.GRU(3), keras.layers.Dense(4)]
        >>> estimates_of(read_graph(keras.Sequential(layers)))
        [None]
    """
    directions = [direction for recurrent in graph.recurrent for direction in recurrent.directions]
    return [direction.estimate(index) for direction in directions for index in range(len(direction.layers))]


def restored_layers(graph: Graph) -> frozenset[int]:
    """Positions of recurrent layers all of whose nodes something else reads than the kernel of a recurrent layer.

    Raises:
        InputError: something reads the cell state of an LSTM, which nothing is made of here.

    Example:
        >>> import keras
        >>> from rnn_modules.network.graph import read_graph
        >>> layers = [keras.layers.GRU(3, return_sequences=True), keras.layers.GRU(3), keras.layers.Dense(4)]
        >>> restored_layers(read_graph(keras.Sequential([keras.Input((5, 2)), *layers])))
        frozenset({1})
    """
    found: set[int] = set()
    position = 0
    for call in graph.calls:
        if call.recurrent is None:
            continue
        recurrent = call.recurrent
        states = call.outputs[1 if recurrent.merge is not None else len(recurrent.directions) :]
        read = [any(state in other.inputs for other in graph.calls) for state in states]
        side_by_side = len(recurrent.directions) == 1 or recurrent.merge == "concat"
        direct = side_by_side and not any(read) and _by_kernels_alone(graph, call.outputs[0])
        for direction in recurrent.directions:
            for layer in direction.layers:
                own, read = read[: layer.states], read[layer.states :]
                if any(own[1:]):
                    raise InputError(
                        f"small modules: another layer reads the cell state of {call.operation.name!r}, which nodes "
                        "that go do not leave; make masks: preset='paper'"
                    )
                if any(own) or (not direct and layer is direction.layers[-1]):
                    found.add(position)
                position += 1
    return frozenset(found)


def _by_kernels_alone(graph: Graph, tensor: int) -> bool:
    """Whether all that read a tensor are recurrent layers, as their sequence."""
    if tensor == graph.logits:
        return False
    for call in graph.calls:
        if tensor not in call.inputs:
            continue
        if call.recurrent is not None:
            if tensor in states_of(call):
                return False
        elif not is_kind(call.operation, *PASSED_ON) or not _by_kernels_alone(graph, call.outputs[0]):
            return False
    return True


def with_layers(graph: Graph, layers: Sequence[RecurrentLayer]) -> Graph:
    """The same graph with other weights or settings of its recurrent layers.

    Example:
        >>> import keras
        >>> from rnn_modules.network.graph import read_graph
        >>> graph = read_graph(keras.Sequential([keras.Input((5, 2)), keras.layers.GRU(3), keras.layers.Dense(4)]))
        >>> (layer,) = graph.recurrent[0].layers
        >>> with_layers(graph, [replace(layer, reset_after=False)]).recurrent[0].layers[0].reset_after
        False
    """
    remaining = iter(layers)
    calls = []
    for call in graph.calls:
        if call.recurrent is not None:
            directions = tuple(
                replace(direction, layers=tuple(next(remaining) for _ in direction.layers))
                for direction in call.recurrent.directions
            )
            call = replace(call, recurrent=replace(call.recurrent, directions=directions))
        calls.append(call)
    return replace(graph, calls=tuple(calls))


def with_nodes(
    graph: Graph,
    layers: Sequence[RecurrentLayer],
    kept: Sequence[np.ndarray],
    sent: Sequence[Estimate],
) -> Graph:
    """The same graph with fewer nodes.

    Args:
        graph: the whole one.
        layers: of fewer nodes each.
        kept: the positions of these among all.
        sent: what makes of that which they send what all nodes would.

    Example:
        >>> import keras
        >>> from rnn_modules.network.graph import read_graph
        >>> graph = read_graph(keras.Sequential([keras.Input((5, 2)), keras.layers.GRU(3), keras.layers.Dense(4)]))
        >>> (layer,) = graph.recurrent[0].layers
        >>> small = RecurrentLayer("gru", layer.kernel[:, :3], layer.recurrent_kernel[:1, :3], layer.bias[:3])
        >>> nodes = [np.array([0])]
        >>> with_nodes(graph, [small], nodes, [Estimate(np.ones((1, 3)), np.zeros(3))]).recurrent[0].directions[0].nodes
        (array([0]),)
    """
    restored = restored_layers(graph)
    calls: list[Call] = []
    position = 0
    for call in graph.calls:
        if call.recurrent is not None:
            directions = []
            for direction in call.recurrent.directions:
                own = range(position, position + len(direction.layers))
                position = own.stop
                units = tuple(layer.units for layer in direction.layers)
                whole = [len(kept[index]) == number for index, number in zip(own, units, strict=True)]
                estimates = (
                    sent[index] if index in restored and not all_stay else None
                    for index, all_stay in zip(own, whole, strict=True)
                )
                directions.append(
                    replace(
                        direction,
                        layers=tuple(layers[index] for index in own),
                        nodes=tuple(kept[index] for index in own),
                        units=units,
                        estimates=tuple(estimates),
                    )
                )
            call = replace(call, recurrent=replace(call.recurrent, directions=tuple(directions)))
        calls.append(call)
    return replace(graph, calls=tuple(calls))
