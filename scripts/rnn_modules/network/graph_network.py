"""A classifier of any graph: its recurrent layers as arrays, everything before, between and after them in Keras.

The graph is run call by call on numbers. What does not depend on a recurrent layer is computed once for all modules;
what does has a row for each module and example.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from rnn_modules.files.atomic_files import InputError, sha256_of_arrays
from rnn_modules.network.base import Network, examples_of, rows_of
from rnn_modules.network.batching import ROWS_AT_ONCE
from rnn_modules.network.cells import LayerMask, RecurrentLayer
from rnn_modules.network.graph import Call, Graph
from rnn_modules.network.keras_layers import Direction, RecurrentCall, is_kind
from rnn_modules.network.sequences import run_direction
from rnn_modules.network.stack import Observed

PASSED_ON = (
    "Dropout",
    "SpatialDropout1D",
    "GaussianNoise",
    "GaussianDropout",
    "AlphaDropout",
    "ActivityRegularization",
    "Identity",
)
"""Layers that pass on what they read."""


@dataclass(frozen=True, eq=False)
class _Value:
    """A tensor of Keras' backend, ``(modules * examples, ...)``, the examples of the first module first."""

    tensor: Any
    modules: int = 1


@dataclass(frozen=True, eq=False)
class GraphNetwork(Network):
    """A trained model of any graph with a chain of recurrent layers in it.

    Attributes:
        graph: what was read.
        model: the Keras model, whose layers run all but the recurrent ones.
        length: number of timesteps where the model takes any; 0 where it is not known.
    """

    graph: Graph
    model: Any
    length: int = 0

    @cached_property
    def layers(self) -> tuple[RecurrentLayer, ...]:  # type: ignore[override]
        """All recurrent layers, in the order in which they run, the forward direction of two first."""
        return tuple(layer for recurrent in self.graph.recurrent for layer in recurrent.layers)

    @property
    def timesteps(self) -> int:
        """Number of timesteps of the last recurrent layer; 0 where it varies and is not known."""
        return self.layer_timesteps[-1]

    @cached_property
    def layer_timesteps(self) -> tuple[int, ...]:
        """Number of timesteps of each of ``layers``; 0 where it varies and is not known."""
        return tuple(
            int(symbols_of(call)[0].shape[1] or self.length)
            for call in self.graph.calls
            if call.recurrent is not None
            for _ in call.recurrent.layers
        )

    @property
    def varies(self) -> bool:
        """Whether the model takes any number of timesteps."""
        return any(symbols_of(call)[0].shape[1] is None for call in self.graph.calls if call.recurrent is not None)

    @property
    def dtype(self) -> np.dtype:
        """Type of the weights and of all activations."""
        return self.layers[0].kernel.dtype

    @property
    def many_output(self) -> bool:
        """Whether there is one decision per timestep and not one per example."""
        return len(self.graph.output.shape) == 3

    @property
    def outputs(self) -> int:
        """Number of classes: two of a single sigmoid or linear unit."""
        units = int(self.graph.output.shape[-1])
        return 2 if units == 1 else units

    @property
    def output_weights(self) -> int:
        """None: what follows the recurrent layers is counted among the others, whatever it is."""
        return 0

    @cached_property
    def other_weights(self) -> int:
        """Weights of all layers but the recurrent ones."""
        own = sum(
            array.size
            for layer in self.layers
            for array in (layer.kernel, layer.recurrent_kernel, layer.bias, layer.recurrent_bias)
            if array is not None
        )
        return max(0, self.model.count_params() - own)

    @cached_property
    def feeds(self) -> tuple[tuple[int, ...] | None, ...]:
        """For each of ``layers`` those that send it all it reads, side by side; None where it reads something else."""
        found: list[tuple[int, ...] | None] = []
        senders: dict[int, tuple[int, ...]] = {}
        for call in self.graph.calls:
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

    @cached_property
    def last_layers(self) -> tuple[int, ...]:
        """Positions of the last recurrent layer of each direction."""
        position, last = 0, []
        for direction in self.graph.recurrent[-1].directions:
            position += len(direction.layers)
            last.append(position)
        start = len(self.layers) - position
        return tuple(start + end - 1 for end in last)

    def with_layers(self, layers: Sequence[RecurrentLayer]) -> GraphNetwork:
        """The same network with other weights or settings of its recurrent layers."""
        remaining = iter(layers)
        calls = []
        for call in self.graph.calls:
            if call.recurrent is not None:
                directions = tuple(
                    replace(direction, layers=tuple(next(remaining) for _ in direction.layers))
                    for direction in call.recurrent.directions
                )
                call = replace(call, recurrent=replace(call.recurrent, directions=directions))
            calls.append(call)
        return replace(self, graph=replace(self.graph, calls=tuple(calls)))

    @property
    def independent(self) -> bool:
        """Whether several classes may be right at once: several sigmoid units."""
        return self.graph.link == "sigmoid" and int(self.graph.output.shape[-1]) > 1

    @cached_property
    def sha256(self) -> str:
        """Identity of the model: a checksum over its operations, their settings and all weights."""
        structure = [type(call.operation).__name__ for call in self.graph.calls]
        settings = [
            {name: value for name, value in vars(layer).items() if isinstance(value, str | bool)}
            for layer in self.layers
        ]
        weights = {f"{index:05d}": np.asarray(weight) for index, weight in enumerate(self.model.get_weights())}
        described = json.dumps([structure, settings, self.graph.link])
        return sha256_of_arrays(weights | {"structure": np.array(described)})

    def chunks(self, inputs: Any, modules: int = 1) -> Iterator[np.ndarray]:
        """Positions of a few examples each, see :func:`rnn_modules.network.batching.chunks`."""
        size = max(1, ROWS_AT_ONCE // modules)
        return (
            np.arange(start, min(start + size, count))
            for count in [examples_of(inputs)]
            for start in range(0, count, size)
        )

    def module_logits(self, inputs: Any, masks: Sequence[LayerMask] | None = None) -> np.ndarray:
        """Logits of modules, or of the whole network where there are no masks.

        Args:
            inputs: an array, or a tuple of one for each input of the model.
            masks: for each of ``layers`` the edges that are left.

        Returns:
            ``(modules or 1, examples, outputs)``, or ``(modules or 1, examples, timesteps, outputs)``.
        """
        values = dict(self._front(inputs))
        position = 0
        for call in self.graph.calls:
            if call.recurrent is None:
                if call.follows:
                    values.update(self._plain(call, values))
                continue
            count = len(call.recurrent.layers)
            part = None if masks is None else masks[position : position + count]
            position += count
            sent, _ = self._recurrent(call, call.recurrent, values, part)
            values.update(sent)
        value = values[self.graph.logits]
        logits = _array(value.tensor)
        logits = logits.reshape(value.modules, -1, *logits.shape[1:])
        return np.concatenate([np.zeros_like(logits), logits], axis=-1) if logits.shape[-1] == 1 else logits

    def logits(self, inputs: Any) -> np.ndarray:
        """Logits ``(examples, outputs)`` or ``(examples, timesteps, outputs)`` of the whole network."""
        return np.concatenate([self.module_logits(rows_of(inputs, part))[0] for part in self.chunks(inputs)])

    def probabilities(self, inputs: Any) -> np.ndarray:
        """What Keras' model answers, ``(examples, [timesteps,] units)``, from the logits."""
        logits = self.logits(inputs)
        if int(self.graph.output.shape[-1]) == 1:
            logits = logits[..., 1:]
        if self.graph.link == "softmax":
            shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
            return shifted / shifted.sum(axis=-1, keepdims=True)
        return 1 / (1 + np.exp(-logits)) if self.graph.link == "sigmoid" else logits

    def observe(self, inputs: Any, gates: bool = False, threads: int = 1) -> Iterator[list[Observed]]:
        """Activations of ``layers``, layer by layer and by place: gates, or hidden states."""
        values = dict(self._front(inputs))
        last = max(index for index, call in enumerate(self.graph.calls) if call.recurrent is not None)
        for call in self.graph.calls[: last + 1]:
            if call.recurrent is None:
                if call.follows:
                    values.update(self._plain(call, values))
                continue
            sent, observed = self._recurrent(call, call.recurrent, values, None, gates)
            values.update(sent)
            for activations in observed:
                yield [Observed(at, None) for at in activations]

    def valid(self, inputs: Any) -> np.ndarray | None:
        """Which steps the first recurrent layer really reads, ``(timesteps, examples) bool``, or None when all are."""
        values = dict(self._front(inputs))
        call = next(call for call in self.graph.calls if call.recurrent is not None)
        present = _mask_of(call, *self._arguments(call, values, 1))
        return None if present is None else np.asarray(_array(present), bool).T

    def at(self, length: int) -> GraphNetwork:
        """The same network, read at this number of timesteps where it takes any."""
        return replace(self, length=length)

    def _front(self, inputs: Any) -> Iterator[tuple[int, _Value]]:
        """Inputs, and all that does not depend on a recurrent layer."""
        values: dict[int, _Value] = {}
        parts = inputs if isinstance(inputs, tuple) else (inputs,)
        for symbol, part in zip(self.graph.inputs, parts, strict=True):
            values[id(symbol)] = _Value(backend_tensor(part, symbol.dtype))
        for call in self.graph.calls:
            if not call.follows and call.recurrent is None:
                values.update(self._plain(call, values))
        return iter(values.items())

    def _arguments(self, call: Call, values: dict[int, _Value], modules: int) -> tuple[tuple, dict]:
        """Arguments of a call, with a row for each of so many modules and example."""
        known: dict[int, Any] = {}
        for symbol, tensor in zip(symbols_of(call), call.inputs, strict=True):
            value = values[tensor]
            known[id(symbol)] = _repeated(value, modules) if value.modules != modules else value.tensor
        return call.arguments.fill_in(known)

    def _plain(self, call: Call, values: dict[int, _Value]) -> dict[int, _Value]:
        """What a call of anything but a recurrent layer gives."""
        import keras

        modules = max((values[tensor].modules for tensor in call.inputs), default=1)
        arguments, named = self._arguments(call, values, modules)
        operation = call.operation
        if operation is self.graph.logits_of:
            given = _without_activation(operation)(*arguments, **named)
        else:
            given = operation(*arguments, **named)
        return {
            tensor: _Value(part, modules) for tensor, part in zip(call.outputs, keras.tree.flatten(given), strict=True)
        }

    def _recurrent(
        self,
        call: Call,
        recurrent: RecurrentCall,
        values: dict[int, _Value],
        masks: Sequence[LayerMask] | None,
        gates: bool = False,
    ) -> tuple[dict[int, _Value], list[np.ndarray]]:
        """What a recurrent layer sends, and its activations ``(timesteps, examples, gates or 1, units)`` by layer."""
        modules = max(values[tensor].modules for tensor in call.inputs)
        arguments, named = self._arguments(call, values, modules)
        given = dict(zip(("sequences", "initial_state", "mask"), arguments, strict=False)) | named
        sequence = _by_time(_array(given["sequences"]), modules)
        present = _mask_of(call, arguments, named)
        if present is not None:
            present = _by_time(np.asarray(_array(present), bool)[..., None], modules)
        states = given.get("initial_state")
        states = None if states is None else [states] if hasattr(states, "shape") else list(states)
        initial = None
        if states is not None:
            initial = tuple(_by_module(_array(part), modules) for part in states)
        observed: list[np.ndarray] = []
        sent: list[np.ndarray] = []
        final: list[np.ndarray] = []
        start = position = 0
        for direction in recurrent.directions:
            own = None if initial is None else initial[start : start + direction.states]
            start += direction.states
            count = len(direction.layers)
            part = None if masks is None else masks[position : position + count]
            position += count
            for sends, state, activations in run_direction(direction, sequence, present, part, own, gates):
                observed.append(sends[:, 0, :, None, :] if activations is None else activations)
                final += state
            sent.append(_answer(sends, direction, recurrent.return_sequences, bool(sent)))
        outputs = [_merged(sent, recurrent.merge)] if recurrent.merge is not None else sent
        outputs += final if recurrent.return_state else []
        return (
            {
                tensor: _Value(backend_tensor(_flat(part), None), len(part))
                for tensor, part in zip(call.outputs, outputs, strict=True)
            },
            observed,
        )


def symbols_of(call: Call) -> list[Any]:
    """The symbolic tensors that a call reads, whose identities outside of opened models are ``call.inputs``.

    Example:
        >>> from types import SimpleNamespace
        >>> node = SimpleNamespace(arguments="those", input_tensors=("tokens",))
        >>> layer = SimpleNamespace(name="embedding", _inbound_nodes=[node])
        >>> symbols_of(Call(layer, "those", (1,), (2,)))
        ['tokens']
    """
    for node in call.operation._inbound_nodes:
        if node.arguments is call.arguments:
            return list(node.input_tensors)
    raise InputError(f"layer {call.operation.name!r}: its graph has changed since it was read")


def backend_tensor(part: Any, dtype: str | None) -> Any:
    """An array as a tensor of Keras' backend; texts as TensorFlow's.

    Example:
        >>> backend_tensor(np.arange(3), "float32").shape
        TensorShape([3])
    """
    import keras

    if dtype == "string":
        # Of TensorFlow alone; other backends have no texts.
        return keras.ops.convert_to_tensor(np.vectorize(str, otypes=[object])(part).tolist())
    return keras.ops.convert_to_tensor(part, dtype=dtype)


def _array(tensor: Any) -> np.ndarray:
    import keras

    return keras.ops.convert_to_numpy(tensor)


def _repeated(value: _Value, modules: int) -> Any:
    """A tensor that all modules share, once for each."""
    import keras

    if value.modules != 1:
        raise InputError(f"{value.modules} modules meet {modules}")
    rank = len(value.tensor.shape)
    return keras.ops.tile(value.tensor, (modules, *[1] * (rank - 1)))


def _by_time(array: np.ndarray, modules: int) -> np.ndarray:
    """From ``(modules * examples, timesteps, ...)`` to ``(timesteps, modules, examples, ...)``."""
    return np.moveaxis(_by_module(array, modules), 2, 0)


def _by_module(array: np.ndarray, modules: int) -> np.ndarray:
    return array.reshape(modules, -1, *array.shape[1:])


def _flat(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1, *array.shape[2:])


def _mask_of(call: Call, arguments: Sequence[Any], named: dict[str, Any]) -> Any:
    """The mask that a recurrent layer is called with, ``(rows, timesteps)``, or None."""
    if named.get("mask") is not None:
        return named["mask"]
    if len(arguments) > 2 and arguments[2] is not None:
        return arguments[2]
    return getattr(named.get("sequences", arguments[0] if arguments else None), "_keras_mask", None)


def _answer(sends: np.ndarray, direction: Direction, sequences: bool, flipped: bool) -> np.ndarray:
    """What a direction gives: every timestep in the order of reading, ``(modules, examples, timesteps, units)``, or the
    last one; of the second of two directions in the other order.
    """
    order = slice(None, None, -1) if direction.backwards else slice(None)
    if not sequences:
        return sends[order][-1]
    return np.moveaxis(sends[order][:: -1 if flipped else 1], 0, 2)


def _merged(sent: list[np.ndarray], merge: str | None) -> np.ndarray:
    if len(sent) == 1:
        return sent[0]
    modules = max(len(part) for part in sent)
    one, other = (np.broadcast_to(part, (modules, *part.shape[1:])) for part in sent)
    if merge == "concat":
        return np.concatenate([one, other], axis=-1)
    if merge == "mul":
        return one * other
    return (one + other) / (2 if merge == "ave" else 1)


def _without_activation(layer: Any) -> Any:
    """A call of a Dense layer, perhaps distributed over time, up to its activation."""
    import keras

    dense = layer.layer if type(layer).__name__ == "TimeDistributed" else layer

    def logits(inputs: Any, **_: Any) -> Any:
        product = keras.ops.matmul(inputs, dense.kernel)
        return product if dense.bias is None else product + dense.bias

    return logits
