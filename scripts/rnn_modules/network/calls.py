"""Calls of a Keras model's graph, in order, with the models that are layers of it opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_modules.network.keras_calls import steps_of
from rnn_modules.network.keras_layers import RecurrentCall


@dataclass(frozen=True, eq=False)
class Call:
    """One call of an operation in the graph.

    Attributes:
        operation: Keras' layer or operation.
        arguments: of the call, as Keras keeps them, with symbolic tensors in them.
        inputs: identities of the tensors that it reads.
        outputs: identities of the tensors that it gives.
        recurrent: what the layer holds when it is decomposed.
        follows: whether it reads, directly or not, what a recurrent layer sends.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((5, 2)), keras.layers.GRU(3), keras.layers.Dense(4)])
        >>> first, second = calls_of(model._functional, {})
        >>> first.outputs == second.inputs, second.recurrent
        (True, None)
    """

    operation: Any
    arguments: Any
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    recurrent: RecurrentCall | None = None
    follows: bool = False


def calls_of(model: Any, aliases: dict[int, int], seen: dict[int, int] | None = None) -> Iterator[Call]:
    """Calls of all operations that the outputs depend on, in order; models that are layers are opened.

    Args:
        model: a functional model.
        aliases: identities of tensors inside models that are layers, and those that they are outside; is filled.
        seen: how often each operation has been met.

    Example:
        >>> import keras
        >>> inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.ReLU()])
        >>> x = keras.Input((3,))
        >>> model = keras.Model(x, keras.layers.Softmax()(inner(x)))
        >>> [type(call.operation).__name__ for call in calls_of(model, {})]
        ['Dense', 'ReLU', 'Softmax']
    """
    seen = {} if seen is None else seen
    wanted = set(_ancestors(model.outputs))
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            if node.is_input or id(node) not in wanted:
                continue
            operation = node.operation
            seen[id(operation)] = seen.get(id(operation), 0) + 1
            inner = _opened(operation, node.arguments)
            if inner is not None and seen[id(operation)] == 1:
                # Masks of the inputs, which Keras hands over as well, go with them anyway.
                for inside, outside in zip(inner.inputs, node.input_tensors[: len(inner.inputs)], strict=True):
                    aliases[id(inside)] = aliases.get(id(outside), id(outside))
                yield from calls_of(inner, aliases, seen)
                for outside, inside in zip(node.outputs, inner.outputs, strict=True):
                    aliases[id(outside)] = aliases.get(id(inside), id(inside))
                continue
            yield Call(
                operation,
                node.arguments,
                tuple(aliases.get(id(tensor), id(tensor)) for tensor in node.input_tensors),
                tuple(id(tensor) for tensor in node.outputs),
            )


def functional_of(model: Any) -> Any:
    """The functional model that a model or layer is, or holds; None where there is none.

    Example:
        >>> print(functional_of(object()))
        None
    """
    inner = model._functional if hasattr(model, "_functional") else model
    return inner if hasattr(inner, "_nodes_by_depth") else None


def computes_its_graph(model: Any) -> bool:
    """Whether a functional or Sequential model is called as Keras calls it, and not by code of its own.

    Example:
        >>> import keras
        >>> class Halved(keras.Sequential):
        ...     def call(self, *arguments, **named):
        ...         return super().call(*arguments, **named) / 2
        >>> [computes_its_graph(kind([keras.Input((3,))])) for kind in (keras.Sequential, Halved)]
        [True, False]
    """
    for method in ("call", "__call__"):
        owner = next(base for base in type(model).__mro__ if method in vars(base))
        if not owner.__module__.startswith("keras.src."):
            return False
    return True


def _ancestors(tensors: Any) -> Iterator[int]:
    """Identities of the nodes that some tensors come from."""
    found: set[int] = set()
    waiting = list(tensors)
    while waiting:
        node = _node(waiting.pop())
        if node is not None and id(node) not in found:
            found.add(id(node))
            waiting += node.input_tensors
    return iter(found)


def _opened(operation: Any, arguments: Any) -> Any:
    """The functional model inside an operation whose graph says what this call computes, or None."""
    inner = functional_of(operation)
    if inner is None or not computes_its_graph(operation):
        return None
    given = {name: value for name, value in arguments.kwargs.items() if value is not None}
    masks = given.pop("mask", None)
    if given or len(arguments.args) != 1:
        return None
    if masks is not None:
        import keras

        # Those that the inputs carry anyway are handed on; others would be the caller's own.
        pairs = zip(keras.tree.flatten(masks), keras.tree.flatten(arguments.args[0]), strict=True)
        if any(mask is not None and not _same(mask, steps_of(tensor)) for mask, tensor in pairs):
            return None
    # Keras puts the parts of a dictionary in order by their names.
    by_name = isinstance(inner._inputs_struct, dict)
    return inner if isinstance(arguments.args[0], dict) == by_name else None


def _same(one: Any, other: Any) -> bool:
    """Whether two symbolic tensors are one, or come from equal operations on such; a loaded model has masks twice."""
    if one is other:
        return True
    nodes = [_node(tensor) for tensor in (one, other)]
    if any(node is None or hasattr(node.operation, "get_weights") for node in nodes):
        return False
    first, second = (node.operation for node in nodes)
    if type(first) is not type(second) or _settings(first) != _settings(second):
        return False
    arguments = [node.arguments._flat_arguments for node in nodes]
    return len(arguments[0]) == len(arguments[1]) and all(
        _same(own, its) if hasattr(own, "_keras_history") else np.array_equal(own, its)
        for own, its in zip(*arguments, strict=True)
    )


def _node(tensor: Any) -> Any:
    """The call that a symbolic tensor comes from; None for inputs."""
    history = getattr(tensor, "_keras_history", None)
    if history is None or history.operation is None:
        return None
    return history.operation._inbound_nodes[history.node_index]


def _settings(operation: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(operation).items() if name[0] != "_" and name != "name"}
