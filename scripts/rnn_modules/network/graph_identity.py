"""What a graph computes beside its weights, as text: its operations, their settings, and which reads what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_modules.network.graph import Graph

_OF_TRAINING = ("name", "trainable", "dtype", "seed", "module", "build_config", "batch_shape", "batch_input_shape")
_ENDINGS_OF_TRAINING = ("_initializer", "_regularizer", "_constraint")


def described(graph: Graph) -> str:
    """All that answers depend on but the weights; the same for a model and for its file.

    Args:
        graph: of a Keras model.

    Example:
        >>> import keras
        >>> from rnn_modules.network.graph import read_graph
        >>> def model(activation):
        ...     layers = [keras.layers.GRU(3), keras.layers.Dense(3, activation), keras.layers.Dense(4)]
        ...     return keras.Sequential([keras.Input((5, 2)), *layers])
        >>> described(read_graph(model("relu"))) == described(read_graph(model("relu")))
        True
        >>> described(read_graph(model("relu"))) == described(read_graph(model("tanh")))
        False
    """
    numbers: dict[int, int] = {}

    def number(identity: int) -> int:
        return numbers.setdefault(identity, len(numbers))

    inputs = [[number(id(symbol)), list(symbol.shape[1:])] for symbol in graph.inputs]
    calls = [
        [
            type(call.operation).__name__,
            _settings(call.operation),
            _constants(call.arguments),
            [number(identity) for identity in call.inputs],
            [number(identity) for identity in call.outputs],
        ]
        for call in graph.calls
    ]
    return json.dumps([inputs, calls, number(graph.logits), graph.link])


def _settings(operation: Any) -> Any:
    """What Keras writes of an operation into files, less what only training and names need."""
    try:
        config = operation.get_config()
    except Exception:  # An operation of its author's own, which no file can hold; whatever it raises.
        config = {name: value for name, value in vars(operation).items() if not name.startswith("_")}
    return _plain(config)


def _constants(arguments: Any) -> list[Any]:
    """What stands beside tensors in a call, as in ``x * 2``."""
    import keras

    found = keras.tree.flatten([arguments.args, dict(sorted(arguments.kwargs.items()))])
    return [_plain(value) for value in found if not isinstance(value, keras.KerasTensor)]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {
            str(name): _plain(part)
            for name, part in sorted(value.items(), key=lambda item: str(item[0]))
            if name not in _OF_TRAINING and not str(name).endswith(_ENDINGS_OF_TRAINING)
        }
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, slice):
        return ["slice", *map(_plain, (value.start, value.stop, value.step))]
    if callable(value) or isinstance(value, type):
        return getattr(value, "__qualname__", type(value).__name__)
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        return type(value).__name__
    if array.dtype == object:
        return type(value).__name__
    return [array.dtype.str, list(array.shape), hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()]
