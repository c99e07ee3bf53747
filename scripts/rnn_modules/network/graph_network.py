"""A classifier of any graph: its recurrent layers as arrays, everything before, between and after them in Keras.

The graph is run call by call on numbers. What does not depend on a recurrent layer is computed once for all modules;
what does has a row for each module and example.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_modules.files.atomic_files import InputError, sha256_of_arrays
from rnn_modules.network.base import Network, examples_of, rows_of
from rnn_modules.network.batching import ROWS_AT_ONCE, row_parts, workers
from rnn_modules.network.cells import Estimate, LayerMask, RecurrentLayer
from rnn_modules.network.ending import answers_from
from rnn_modules.network.graph import Call, Graph
from rnn_modules.network.graph_identity import described
from rnn_modules.network.graph_nodes import feeds_of, names_of, restored_layers, with_layers, with_nodes
from rnn_modules.network.graph_runs import RecurrentRun, graph_derivatives, last_weights, run_graph
from rnn_modules.network.keras_calls import (
    TAKES_MASKS,
    Value,
    masks_of_call,
    repeated,
    tiled,
    to_array,
    to_input,
    to_tensor,
    with_steps,
    without_activation,
    without_steps,
)
from rnn_modules.network.keras_layers import RecurrentCall, is_kind
from rnn_modules.network.sequences import by_module, by_time, outputs_of, run_direction
from rnn_modules.network.stack import Observed, joined
from rnn_modules.network.traces import Run, Trace

if TYPE_CHECKING:
    from rnn_modules.network.derivatives import Derivatives


@dataclass(frozen=True, eq=False)
class GraphNetwork(Network):
    """A trained model of any graph with a chain of recurrent layers in it.

    Attributes:
        graph: what was read.
        model: the Keras model, whose layers run all but the recurrent ones.
        lengths: number of timesteps of each of ``layers`` where the model takes any; empty where it is not known.

    Example:
        >>> import keras
        >>> from rnn_modules.network.graph import read_graph
        >>> layers = [keras.Input((5, 2)), keras.layers.Bidirectional(keras.layers.GRU(3)), keras.layers.Dense(4)]
        >>> model = keras.Sequential(layers)
        >>> network = GraphNetwork(read_graph(model), model)
        >>> network.outputs, network.layer_timesteps, network.logits(np.zeros((7, 5, 2))).shape
        (4, (5, 5), (7, 4))
    """

    graph: Graph
    model: Any
    lengths: tuple[int, ...] = ()

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
        sizes = [
            symbols_of(call)[0].shape[1]
            for call in self.graph.calls
            if call.recurrent is not None
            for _ in call.recurrent.layers
        ]
        return tuple(int(size or length) for size, length in zip(sizes, self.lengths or repeat(0), strict=False))

    @cached_property
    def layer_names(self) -> tuple[str, ...]:
        """What pictures call each of ``layers``: numbers of Keras' layers, directions, cells of one layer."""
        return names_of(self.graph)

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

    @cached_property
    def features(self) -> int:
        """Number of what the layer that gives the logits reads, if it is one of plain weights; else 0."""
        last = last_weights(self.graph)
        return 0 if last is None else int(symbols_of(last)[0].shape[-1])

    @property
    def decision_steps(self) -> int:
        """Number of decisions of an example, where it is fixed; else 1."""
        return int(self.graph.output.shape[1] or 1) if self.many_output else 1

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
        return max(0, self.model.count_params() - sum(layer.weights for layer in self.layers))

    @cached_property
    def feeds(self) -> tuple[tuple[int, ...] | None, ...]:
        """For each of ``layers`` those that send it all it reads, side by side; None where it reads something else."""
        return feeds_of(self.graph)

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
        return replace(self, graph=with_layers(self.graph, layers))

    @cached_property
    def restored(self) -> frozenset[int]:
        """Positions of ``layers`` all of whose nodes something else reads than the kernel of another of them."""
        return restored_layers(self.graph)

    def smaller(
        self, layers: Sequence[RecurrentLayer], kept: Sequence[np.ndarray], sent: Sequence[Estimate]
    ) -> GraphNetwork:
        """The same network with fewer nodes, see :meth:`Network.smaller`."""
        return replace(self, graph=with_nodes(self.graph, layers, kept, sent))

    def run(self, inputs: Any) -> Run:
        """What the network does on some examples."""
        return run_graph(self, inputs)

    def derivatives(self, run: Run, by_logits: np.ndarray) -> list[Derivatives]:
        """Derivatives by what each node sends, of those by the logits."""
        return graph_derivatives(self, run, by_logits)

    @property
    def independent(self) -> bool:
        """Whether several classes may be right at once: several sigmoid units."""
        return self.graph.link == "sigmoid" and int(self.graph.output.shape[-1]) > 1

    @cached_property
    def sha256(self) -> str:
        """Identity of the model: a checksum over its operations, their settings and all weights."""
        settings = [
            {name: value for name, value in vars(layer).items() if isinstance(value, str | bool)}
            for layer in self.layers
        ]
        weights = {f"{index:05d}": np.asarray(weight) for index, weight in enumerate(self.model.get_weights())}
        return sha256_of_arrays(weights | {"structure": np.array(json.dumps([described(self.graph), settings]))})

    def chunks(self, inputs: Any, modules: int = 1) -> Iterator[np.ndarray]:
        """Positions of a few examples each, see :func:`rnn_modules.network.batching.chunks`."""
        size, count = max(1, ROWS_AT_ONCE // modules), examples_of(inputs)
        return (np.arange(start, min(start + size, count)) for start in range(0, count, size))

    def module_logits(self, inputs: Any, masks: Sequence[LayerMask] | None = None) -> np.ndarray:
        """Logits of modules, or of the whole network where there are no masks.

        Args:
            inputs: an array, or a tuple of one for each input of the model.
            masks: for each of ``layers`` the edges that are left.

        Returns:
            ``(modules or 1, examples, outputs)``, or ``(modules or 1, examples, timesteps, outputs)``.
        """
        values = self.front(inputs)
        for _ in self._runs(values, masks):
            pass
        value = values[self.graph.logits]
        logits = to_array(value.tensor)
        logits = logits.reshape(value.modules, -1, *logits.shape[1:])
        return np.concatenate([np.zeros_like(logits), logits], axis=-1) if logits.shape[-1] == 1 else logits

    def logits(self, inputs: Any) -> np.ndarray:
        """Logits ``(examples, outputs)`` or ``(examples, timesteps, outputs)`` of the whole network."""
        return np.concatenate([self.module_logits(rows_of(inputs, part))[0] for part in self.chunks(inputs)])

    def probabilities(self, inputs: Any) -> np.ndarray:
        """What Keras' model answers, ``(examples, [timesteps,] units)``, from the logits."""
        return answers_from(self.logits(inputs), self.graph.link, int(self.graph.output.shape[-1]))

    def observe(self, inputs: Any, gates: bool = False, threads: int = 1) -> Iterator[list[Observed]]:
        """Activations of ``layers``, layer by layer and by place: gates, or hidden states."""

        def run(rows: slice) -> Iterator[list[list[Observed]]]:
            yield from self._runs(self.front(rows_of(inputs, np.arange(rows.start, rows.stop))), gates=gates)

        # All parts side by side, so that the activations of one layer, and a few rows of all else, are in memory.
        runs = [run(rows) for rows in row_parts(examples_of(inputs))]
        with workers(threads) as together:
            for _ in self.graph.recurrent:
                for parts in zip(*together(next, runs), strict=True):
                    yield [joined(at) for at in zip(*parts, strict=True)]

    def lengths_of(self, inputs: Any) -> tuple[int, ...]:
        """Number of timesteps of each of ``layers`` when it reads these inputs."""
        return tuple(map(len, self.observe(rows_of(inputs, np.arange(1)))))

    def at(self, lengths: Sequence[int]) -> GraphNetwork:
        """The same network, its layers read at these numbers of timesteps where they take any."""
        return replace(self, lengths=tuple(lengths))

    def _runs(
        self, values: dict[int, Value], masks: Sequence[LayerMask] | None = None, gates: bool = False
    ) -> Iterator[list[list[Observed]]]:
        """Run what follows the front, filling in ``values``; yields what each recurrent call observed."""
        position = 0
        for call in self.behind:
            if call.recurrent is None:
                self._fill_in(call, values)
                continue
            count = len(call.recurrent.layers)
            part = None if masks is None else masks[position : position + count]
            position += count
            sent, observed = self.run_recurrent(call, call.recurrent, values, part, gates)
            values.update(sent)
            self._forget(call, values)
            yield observed

    def front(self, inputs: Any) -> dict[int, Value]:
        """Inputs, and all that does not depend on a recurrent layer."""
        values: dict[int, Value] = {}
        parts = inputs if isinstance(inputs, tuple) else (inputs,)
        if len(parts) != len(self.graph.inputs):
            raise InputError(f"the model has {len(self.graph.inputs)} inputs, received {len(parts)}")
        for symbol, part in zip(self.graph.inputs, parts, strict=True):
            values[id(symbol)] = Value(to_input(part, symbol))
        for call in self._before:
            self._fill_in(call, values)
        return values

    @cached_property
    def _before(self) -> tuple[Call, ...]:
        """Calls that do not depend on a recurrent layer."""
        return tuple(call for call in self.graph.calls if not call.follows and call.recurrent is None)

    @cached_property
    def behind(self) -> tuple[Call, ...]:
        """All others."""
        return tuple(call for call in self.graph.calls if call.follows or call.recurrent is not None)

    @cached_property
    def _last_readers(self) -> dict[int, Call]:
        """By tensor the call after which nothing reads it."""
        return {tensor: call for call in (*self._before, *self.behind) for tensor in (*call.outputs, *call.inputs)}

    def _fill_in(self, call: Call, values: dict[int, Value]) -> None:
        values.update(self.plain(call, values))
        self._forget(call, values)

    def _forget(self, call: Call, values: dict[int, Value]) -> None:
        """Let go of what only this call has still read; inputs stay."""
        kept = {self.graph.logits, *map(id, self.graph.inputs)}
        for tensor in {*call.inputs, *call.outputs} - kept:
            if self._last_readers[tensor] is call:
                values.pop(tensor, None)

    def _arguments(self, call: Call, values: dict[int, Value], modules: int) -> tuple[tuple, dict]:
        """Arguments of a call, with a row for each of so many modules and example."""
        known: dict[int, Any] = {}
        for symbol, tensor in zip(symbols_of(call), call.inputs, strict=True):
            known[id(symbol)] = repeated(values[tensor], modules)
        return call.arguments.fill_in(known)

    def plain(self, call: Call, values: dict[int, Value]) -> dict[int, Value]:
        """What a call of anything but a recurrent layer gives."""
        import keras

        modules = max((values[tensor].modules for tensor in call.inputs), default=1)
        arguments, named = self._arguments(call, values, modules)
        operation = call.operation
        if call is self.graph.logits_of:
            given = without_activation(operation)(arguments[0] if arguments else named["inputs"])
        else:
            given = operation(*arguments, **named)
        if is_kind(operation, TAKES_MASKS):
            for tensor in call.inputs:
                without_steps(values[tensor].tensor)
        return {
            tensor: Value(part, modules) for tensor, part in zip(call.outputs, keras.tree.flatten(given), strict=True)
        }

    def run_recurrent(
        self,
        call: Call,
        recurrent: RecurrentCall,
        values: dict[int, Value],
        masks: Sequence[LayerMask] | None,
        gates: bool = False,
        tape: dict[int, RecurrentRun] | None = None,
    ) -> tuple[dict[int, Value], list[list[Observed]]]:
        """What a recurrent layer sends, and what it does by layer and place in the text."""
        import keras

        modules = max(values[tensor].modules for tensor in call.inputs)
        arguments, named = self._arguments(call, values, modules)
        given = dict(zip(("sequences", "initial_state", "mask"), arguments, strict=False)) | named
        rows, examples = len(given["sequences"]) // modules, len(values[id(self.graph.inputs[0])].tensor)
        if rows != examples:
            raise InputError(
                f"layer {call.operation.name!r}: reads {rows} rows for {examples} examples; keep that axis for them"
            )
        sequence = np.ascontiguousarray(by_time(to_array(given["sequences"]), modules))
        mask, handed_on = masks_of_call(arguments, named)
        present = None
        if mask is not None:
            present = by_time(np.asarray(to_array(mask), bool)[..., None], modules)
        initial = None
        if given.get("initial_state") is not None:
            initial = tuple(by_module(to_array(part), modules) for part in keras.tree.flatten(given["initial_state"]))
        observed: list[list[Observed]] = []
        sent: list[np.ndarray] = []
        final: list[np.ndarray] = []
        traces: list[list[Trace]] = []
        start = position = 0
        for direction in recurrent.directions:
            own = None if initial is None else initial[start : start + direction.states]
            start += direction.states
            count = len(direction.layers)
            part = None if masks is None else masks[position : position + count]
            position += count
            traces.append([])
            noted = None if tape is None else traces[-1]
            for sends, state, activations in run_direction(direction, sequence, present, part, own, gates, noted):
                seen = sends[:, 0, :, None, :] if activations is None else activations
                real = repeat(None) if present is None else present[:, 0, :, 0]
                observed.append([Observed(at, None, there) for at, there in zip(seen, real, strict=False)])
                final += state
            sent.append(sends)
        if tape is not None:
            tape[id(call)] = RecurrentRun(tuple(map(tuple, traces)), tuple(sent), present, initial is not None)
        outputs = outputs_of(recurrent, sent, present, initial is not None)
        masked = len(outputs) if recurrent.return_sequences else 0
        outputs += final if recurrent.return_state else []
        given_on = {}
        for index, (tensor, answer) in enumerate(zip(call.outputs, outputs, strict=True)):
            steps = tiled(handed_on, len(answer) // modules) if index < masked else None
            given_on[tensor] = Value(with_steps(to_tensor(answer.reshape(-1, *answer.shape[2:])), steps), len(answer))
        return given_on, observed


def symbols_of(call: Call) -> list[Any]:
    """The symbolic tensors that a call reads, whose identities outside of opened models are ``call.inputs``.

    Example:
        >>> from types import SimpleNamespace
        >>> symbols_of(Call("embedding", SimpleNamespace(keras_tensors=["tokens"]), (1,), (2,)))
        ['tokens']
    """
    return list(call.arguments.keras_tensors)
