"""A run through a graph of which everything is noted, and derivatives back through it, call by call.

Calls of Keras' layers are differentiated by Keras' backend, recurrent layers by JAX.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.calls import Call
from rnn_modules.network.keras_calls import Value, steps_of, to_array, to_tensor, with_steps
from rnn_modules.network.keras_layers import Direction, RecurrentCall, is_kind
from rnn_modules.network.sequences import handed_on, outputs_of
from rnn_modules.network.traces import Run, Trace

if TYPE_CHECKING:
    from rnn_modules.network.derivatives import Derivatives
    from rnn_modules.network.graph import Graph

_Parts = list[tuple[int, np.ndarray]]


class Calls(Protocol):
    """A network that is run call by call: a :class:`~rnn_modules.network.graph_network.GraphNetwork`."""

    @property
    def graph(self) -> Graph:
        """What was read."""

    @property
    def dtype(self) -> np.dtype:
        """Type of the weights."""

    @property
    def behind(self) -> tuple[Call, ...]:
        """Calls that follow a recurrent layer, and these layers."""

    def front(self, inputs: Any) -> dict[int, Value]:
        """Inputs, and all that does not depend on a recurrent layer."""

    def plain(self, call: Call, values: dict[int, Value]) -> dict[int, Value]:
        """What a call of anything but a recurrent layer gives."""

    def run_recurrent(
        self,
        call: Call,
        recurrent: RecurrentCall,
        values: dict[int, Value],
        masks: Any,
        gates: bool = False,
        tape: dict[int, RecurrentRun] | None = None,
    ) -> tuple[dict[int, Value], Any]:
        """What a recurrent layer sends."""


@dataclass(frozen=True, eq=False)
class RecurrentRun:
    """What one recurrent layer of Keras did.

    Attributes:
        traces: of the layers of each direction.
        sent: by each direction, ``(timesteps, 1, examples, units)``, by place in the text.
        present: ``(timesteps, 1, examples, 1) bool``; None: all are there.
        started: whether it started from a state that was given.
    """

    traces: tuple[tuple[Trace, ...], ...]
    sent: tuple[np.ndarray, ...]
    present: np.ndarray | None
    started: bool


@dataclass(frozen=True, eq=False)
class Tape:
    """All tensors of a run, by their identity in the graph, and what recurrent layers did, by that of their call."""

    values: dict[int, Value]
    recurrent: dict[int, RecurrentRun]


def run_graph(network: Calls, inputs: Any, noted: bool = True) -> Run:
    """Run a network and note everything.

    Args:
        network: the network.
        inputs: of some examples.
        noted: whether it is noted what recurrent layers do.

    Example:
        >>> import keras
        >>> from rnn_modules.network.graph import read_graph
        >>> from rnn_modules.network.graph_network import GraphNetwork
        >>> layers = [keras.Input((5, 2)), keras.layers.Bidirectional(keras.layers.GRU(3)), keras.layers.Dense(4)]
        >>> model = keras.Sequential(layers)
        >>> found = run_graph(GraphNetwork(read_graph(model), model), np.zeros((7, 5, 2)))
        >>> len(found.traces), found.features.shape, found.logits.shape
        (2, (7, 6), (7, 4))
    """
    tape = Tape(network.front(inputs), {})
    for call in network.behind:
        if call.recurrent is None:
            tape.values.update(network.plain(call, tape.values))
        else:
            given, _ = network.run_recurrent(
                call, call.recurrent, tape.values, None, tape=tape.recurrent if noted else None
            )
            tape.values.update(given)
    logits = to_array(tape.values[network.graph.logits].tensor)
    runs = [tape.recurrent[id(call)] for call in network.behind if id(call) in tape.recurrent]
    traces = [trace for run in runs for of_direction in run.traces for trace in of_direction]
    if logits.shape[-1] == 1:
        logits = np.concatenate([np.zeros_like(logits), logits], axis=-1)
    last = last_weights(network.graph)
    features = np.empty((*logits.shape[:-1], 0), network.dtype)
    if last is not None:
        features = to_array(tape.values[last.inputs[0]].tensor)
    return Run(traces, features, logits, tape)


def last_weights(graph: Graph) -> Call | None:
    """The call that gives the logits, if it is one of plain weights with a row for each decision.

    Example:
        >>> import keras
        >>> from rnn_modules.network.graph import read_graph
        >>> layers = [keras.Input((5, 2)), keras.layers.GRU(3), keras.layers.Dense(4, "softmax")]
        >>> last_weights(read_graph(keras.Sequential(layers))).operation.units
        4
    """
    last = next(call for call in graph.calls if graph.logits in call.outputs)
    layer = last.operation.layer if is_kind(last.operation, "TimeDistributed") else last.operation
    return last if is_kind(layer, "Dense") else None


def graph_derivatives(network: Calls, run: Run, by_logits: np.ndarray) -> list[Derivatives]:
    """Derivatives by what each node of each layer sends, of those by the logits.

    Args:
        network: the network.
        run: of :func:`run_graph`.
        by_logits: of the shape of the logits.

    Raises:
        InputError: Keras computes with a backend that cannot be asked for derivatives here.

    Example:
        >>> import keras
        >>> from rnn_modules.network.graph import read_graph
        >>> from rnn_modules.network.graph_network import GraphNetwork
        >>> layers = [keras.Input((5, 2)), keras.layers.GRU(3), keras.layers.Dense(4, kernel_initializer="ones")]
        >>> model = keras.Sequential(layers)
        >>> network = GraphNetwork(read_graph(model), model)
        >>> (found,) = graph_derivatives(network, run_graph(network, np.zeros((7, 5, 2))), np.ones((7, 4)))
        >>> found.onward[-1, 0].tolist()
        [4.0, 4.0, 4.0]
    """
    tape: Tape = run.tape
    units = int(network.graph.output.shape[-1])
    known: dict[int, np.ndarray] = {network.graph.logits: by_logits[..., 1:] if units == 1 else by_logits}
    found: dict[int, list[Derivatives]] = {}
    moving = {tensor for call in network.behind for tensor in call.outputs}
    for call in reversed(network.behind):
        if call.recurrent is not None:
            parts, found[id(call)] = _through_recurrent(call, tape, known)
        elif any(tensor in known for tensor in call.outputs):
            parts = _through_plain(network, call, tape, known, moving)
        else:
            continue
        for tensor, part in parts:
            known[tensor] = known[tensor] + part if tensor in known else part
    return [part for call in network.behind if call.recurrent is not None for part in found[id(call)]]


def _through_plain(network: Calls, call: Call, tape: Tape, known: dict[int, np.ndarray], moving: set[int]) -> _Parts:
    """Derivatives by what a call of Keras' layers reads."""
    values = tape.values
    read = [
        tensor
        for tensor in dict.fromkeys(call.inputs)
        if tensor in moving and np.issubdtype(to_array(values[tensor].tensor).dtype, np.floating)
    ]
    given = [tensor for tensor in call.outputs if tensor in known]

    def function(*parts: Any) -> list[Any]:
        new = {
            tensor: Value(with_steps(part, steps_of(values[tensor].tensor)))
            for tensor, part in zip(read, parts, strict=True)
        }
        outputs = network.plain(call, values | new)
        return [outputs[tensor].tensor for tensor in given]

    if not read:
        return []
    tensors = [values[tensor].tensor for tensor in read]
    by = [to_tensor(known[tensor], to_array(values[tensor].tensor).dtype.name) for tensor in given]
    return list(zip(read, map(to_array, _by_backend(function, tensors, by)), strict=True))


def _by_backend(function: Callable[..., list[Any]], tensors: Sequence[Any], by: Sequence[Any]) -> Sequence[Any]:
    """Derivatives by the arguments of a function, of those by its results, by Keras' backend."""
    import keras

    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        _, pull_back = jax.vjp(function, *tensors)
        return pull_back(list(by))
    if backend != "tensorflow":
        raise InputError(
            f"small modules: Keras computes with {backend}, whose derivatives are not asked for here; set "
            "KERAS_BACKEND to tensorflow or jax, or make masks: preset='paper'"
        )
    # Keras has imported it.
    tensorflow = sys.modules["tensorflow"]
    with tensorflow.GradientTape() as tape:
        tape.watch(tensors)
        given = function(*tensors)
    return tape.gradient(given, tensors, list(by), tensorflow.UnconnectedGradients.ZERO)


def _through_recurrent(call: Call, tape: Tape, known: dict[int, np.ndarray]) -> tuple[_Parts, list[Derivatives]]:
    """Derivatives by what a recurrent layer reads and starts from, and by what its nodes send."""
    import keras

    from rnn_modules.network.derivatives import pulled_back

    recurrent, run = call.recurrent, tape.recurrent[id(call)]
    assert recurrent is not None
    by = [known.get(tensor) for tensor in call.outputs]
    outputs = outputs_of(recurrent, run.sent, run.present, run.started)
    by_outputs = [
        np.zeros_like(own) if part is None else part[None]
        for own, part in zip(outputs, by[: len(outputs)], strict=True)
    ]
    by_sent = pulled_back(lambda *sent: outputs_of(recurrent, sent, run.present, run.started), run.sent, by_outputs)
    by_final = by[len(outputs) :] if recurrent.return_state else []
    by_sequence: np.ndarray | None = None
    by_start: list[np.ndarray] = []
    found: list[Derivatives] = []
    for direction, traces, answers in zip(recurrent.directions, run.traces, by_sent, strict=True):
        final, by_final = by_final[: direction.states], by_final[direction.states :]
        own, of_direction, start = _through_direction(direction, traces, answers, run.present, final)
        by_sequence = own if by_sequence is None else by_sequence + own
        found += of_direction
        by_start += start
    assert by_sequence is not None
    arguments = call.arguments
    given = dict(zip(("sequences", "initial_state", "mask"), arguments.args, strict=False)) | arguments.kwargs
    tensors = {id(symbol): tensor for symbol, tensor in zip(arguments.keras_tensors, call.inputs, strict=True)}
    parts = [(tensors[id(given["sequences"])], by_sequence.transpose(1, 0, 2))]
    if run.started:
        started = zip(keras.tree.flatten(given["initial_state"]), by_start, strict=True)
        parts += [(tensors[id(symbol)], part) for symbol, part in started if id(symbol) in tensors]
    return parts, found


def _through_direction(
    direction: Direction,
    traces: Sequence[Trace],
    by_sent: np.ndarray,
    present: np.ndarray | None,
    by_final: Sequence[np.ndarray | None],
) -> tuple[np.ndarray, list[Derivatives], list[np.ndarray]]:
    """Derivatives by the sequence, ``(timesteps, examples, inputs)``, by what nodes send, and by the states given."""
    from rnn_modules.network.derivatives import by_received, of_layer_alone, pulled_back

    found: list[Derivatives] = []
    by_start: list[np.ndarray] = []
    end = sum(len(trace.states) for trace in traces)
    for index in reversed(range(len(traces))):
        layer, trace = direction.layers[index], traces[index]
        answers, estimate = by_sent, direction.estimate(index)
        if estimate is not None or (direction.zero_where_masked and present is not None):
            sends = trace.hidden[direction.order][:, None]
            (answers,) = pulled_back(
                lambda sent, at=index: [handed_on(direction, at, sent, present)], [sends], [by_sent]
            )
        answers = answers[:, 0][direction.order].copy()
        own = [
            np.zeros_like(part[0]) if by is None else by
            for part, by in zip(trace.states, by_final[end - layer.states : end] or [None] * layer.states, strict=True)
        ]
        end -= layer.states
        last = own[0]
        if estimate is not None and last.shape != answers[-1].shape:
            (last,) = pulled_back(lambda sent, of=estimate: [of.of(sent)], [trace.hidden[-1]], [last])
        # What the last state sends, its node sends after the last step.
        answers[-1] += last
        of_layer = of_layer_alone(layer, trace, answers, (np.zeros_like(last), *own[1:]))
        found.insert(0, of_layer.sent)
        by_start = [_among_all(part, direction, index) for part in of_layer.start] + by_start
        by_sent = by_received(layer, of_layer.entering)[direction.order][:, None]
    return by_sent[:, 0], found, by_start


def _among_all(part: np.ndarray, direction: Direction, index: int) -> np.ndarray:
    """Derivatives by a state, at the places of a layer's nodes among all that there were."""
    if direction.nodes is None:
        return part
    whole = np.zeros((len(part), direction.units[index]), part.dtype)
    whole[:, direction.nodes[index]] = part
    return whole
