"""Keras models that are arrays and nothing else: the paper's five architectures, found in the graph of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.arrays import ArrayNetwork
from rnn_modules.network.calls import Call
from rnn_modules.network.cells import RecurrentLayer
from rnn_modules.network.graph import Graph, read_graph
from rnn_modules.network.keras_calls import to_array
from rnn_modules.network.keras_layers import PASSED_ON, is_kind
from rnn_modules.network.networks import Classifier, EncoderDecoder, check_parts

_Network = TypeVar("_Network", bound=ArrayNetwork)


def from_keras(model: Any) -> ArrayNetwork:
    """Read a trained Keras model of one of the paper's five architectures into arrays.

    Args:
        model: a Sequential or functional Keras 3 model: one Embedding, perhaps Flatten and RepeatVector, SimpleRNN, GRU
            or LSTM layers, and a Dense output (perhaps TimeDistributed); or an encoder-decoder with two Embeddings with
            masks, whose first decoder layer starts from the encoder's state.

    Raises:
        InputError: it is none of these; the message names what it has. ``rnn_modules.decompose`` takes many others.

    Example:
        >>> import keras
        >>> layers = [keras.layers.Embedding(9, 2), keras.layers.LSTM(4), keras.layers.Dense(3)]
        >>> network = from_keras(keras.Sequential([keras.Input((5,)), *layers]))
        >>> network.timesteps, network.outputs, [layer.cell for layer in network.layers]
        (5, 3, ['lstm'])
    """
    graph = read_graph(model)
    network = classifier_of(graph) or _translator_of(graph)
    if network is None:
        kinds = ", ".join(map(_described, graph.calls))
        raise InputError(
            f"model {model.name!r}: none of the paper's five architectures; expected Embedding, perhaps Flatten and "
            f"RepeatVector, SimpleRNN, GRU or LSTM that read forwards, and Dense, received {kinds}"
        )
    return network


def _described(call: Call) -> str:
    settings = [name for name in ("go_backwards", "mask_zero") if getattr(call.operation, name, False)]
    return type(call.operation).__name__ + "".join(f"({name}=True)" for name in settings)


def classifier_of(graph: Graph) -> Classifier | None:
    """The classifier that a graph is, when it is nothing else.

    Example:
        >>> import keras
        >>> for layer in (keras.layers.GRU(4), keras.layers.Bidirectional(keras.layers.GRU(4))):
        ...     words, answer = keras.layers.Embedding(9, 2), keras.layers.Dense(3)
        ...     model = keras.Sequential([keras.Input((5,)), words, layer, answer])
        ...     print(type(classifier_of(read_graph(model))).__name__)
        Classifier
        NoneType
    """
    parts = _Parts.of(graph)
    if len(parts.embeddings) != 1 or len(graph.inputs) != 1 or parts.tokens(0) is None:
        return None
    (embedding,) = parts.embeddings
    between = parts.others[:-1]
    repeats = [type(call.operation).__name__ for call in between] == ["Flatten", "RepeatVector"]
    if (between and not repeats) or embedding.operation.mask_zero or parts.read(embedding) != [id(graph.inputs[0])]:
        return None
    read = embedding.outputs[0]
    for call in between:
        if parts.read(call) != [read]:
            return None
        read = call.outputs[0]
    layers, last = parts.chain(read)
    output = parts.output(last)
    if not layers or len(layers) < len(parts.recurrent) or output is None:
        return None
    if any(not layer.return_sequences for layer in layers[:-1]):
        return None
    kernel, bias = output
    return _whole(
        Classifier(
            layers=layers,
            output_kernel=kernel,
            output_bias=bias,
            embedding=_table(embedding),
            tokens=parts.tokens(0) or 0,
            repeat=int(between[1].operation.n) if repeats else None,
        )
    )


def _translator_of(graph: Graph) -> EncoderDecoder | None:
    """The encoder-decoder that a graph is, when it is nothing else."""
    parts = _Parts.of(graph)
    if (len(parts.embeddings), len(graph.inputs), len(parts.others)) != (2, 2, 1) or None in map(parts.tokens, (0, 1)):
        return None
    by_input = {parts.read(call)[0]: call for call in parts.embeddings if call.operation.mask_zero}
    tables = [by_input.get(id(symbol)) for symbol in graph.inputs]
    source, target = tables
    if source is None or target is None:
        return None
    encoder, last = parts.chain(source.outputs[0], parts.masks(0))
    state = [] if last is None else list(last.outputs[1:])
    decoder, end = parts.chain(target.outputs[0], parts.masks(1), state)
    output = parts.output(end)
    if not encoder or not decoder or len(encoder) + len(decoder) < len(parts.recurrent) or output is None or not state:
        return None
    if encoder[-1].return_sequences or not all(layer.return_sequences for layer in (*encoder[:-1], *decoder)):
        return None
    kernel, bias = output
    return _whole(
        EncoderDecoder(
            layers=decoder,
            output_kernel=kernel,
            output_bias=bias,
            encoder=encoder,
            source_embedding=_table(source),
            target_embedding=_table(target),
            source_tokens=parts.tokens(0) or 0,
            target_tokens=parts.tokens(1) or 0,
        )
    )


@dataclass(frozen=True, eq=False)
class _Parts:
    """The calls of a graph by kind, without those that only pass on what they read."""

    graph: Graph
    embeddings: tuple[Call, ...]
    recurrent: tuple[Call, ...]
    padding: tuple[Call, ...]
    others: tuple[Call, ...]
    passed: dict[int, int]

    @staticmethod
    def of(graph: Graph) -> _Parts:
        """Those of a graph."""
        kinds: dict[str, list[Call]] = {"embeddings": [], "recurrent": [], "padding": [], "others": []}
        passed: dict[int, int] = {}
        for call in graph.calls:
            if is_kind(call.operation, *PASSED_ON):
                passed[call.outputs[0]] = passed.get(call.inputs[0], call.inputs[0])
            elif is_kind(call.operation, "Embedding"):
                kinds["embeddings"].append(call)
            elif call.recurrent is not None:
                kinds["recurrent"].append(call)
            else:
                kinds["padding" if is_kind(call.operation, "NotEqual") else "others"].append(call)
        return _Parts(graph, **{name: tuple(calls) for name, calls in kinds.items()}, passed=passed)

    def read(self, call: Call) -> list[int]:
        """Tensors that a call reads."""
        return [self.passed.get(tensor, tensor) for tensor in call.inputs]

    def tokens(self, number: int) -> int | None:
        """Length of an input of word ids; None of any other input."""
        shape = self.graph.inputs[number].shape
        return None if len(shape) != 2 or shape[1] is None else int(shape[1])

    def masks(self, number: int) -> set[int]:
        """Tensors that say where an input is no padding, that is not 0."""
        words = id(self.graph.inputs[number])
        return {call.outputs[0] for call in self.padding if call.inputs == (words,) and call.arguments.args[1:] == (0,)}

    def chain(
        self, read: int, masks: set[int] | None = None, state: Sequence[int] = ()
    ) -> tuple[tuple[RecurrentLayer, ...], Call | None]:
        """Plain layers that read one another, the first one a tensor and a state, and the call of the last one."""
        layers: list[RecurrentLayer] = []
        last = None
        for call in self.recurrent:
            received = [tensor for tensor in self.read(call) if tensor not in (masks or ())]
            if received != [read, *state]:
                continue
            layer = _plain(call)
            if layer is None:
                return (), None
            layers.append(layer)
            read, state, last = call.outputs[0], (), call
        return tuple(layers), last

    def output(self, last: Call | None) -> tuple[np.ndarray, np.ndarray] | None:
        """Kernel and bias of the Dense layer that ends the model, right above a call."""
        call = self.others[-1] if self.others else None
        if call is None or last is None or self.read(call) != [last.outputs[0]] or self.graph.link == "sigmoid":
            return None
        dense = call.operation.layer if is_kind(call.operation, "TimeDistributed") else call.operation
        # A Dense layer with an activation is the end only if that activation is the link.
        linear = getattr(getattr(dense, "activation", None), "__name__", "") == "linear"
        if not is_kind(dense, "Dense") or (call is not self.graph.logits_of and not linear) or dense.units < 2:
            return None
        weights = [np.array(weight) for weight in dense.get_weights()]
        if len(weights) != 1 + dense.use_bias or weights[0].dtype.kind != "f":
            return None
        return weights[0], weights[1] if dense.use_bias else np.zeros(dense.units, weights[0].dtype)


def _plain(call: Call) -> RecurrentLayer | None:
    """The layer of a call that reads forwards, and is one."""
    recurrent = call.recurrent
    if recurrent is None or len(recurrent.layers) > 1 or recurrent.directions[0].backwards:
        return None
    return recurrent.layers[0]


def _table(embedding: Call) -> np.ndarray:
    return to_array(embedding.operation.embeddings)


def _whole(network: _Network) -> _Network | None:
    """A network whose arrays fit together, or None."""
    try:
        check_parts(network)
    except ValueError:
        return None
    return network
