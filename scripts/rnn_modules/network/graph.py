"""The graph of a Keras model, from its output back to its inputs: what is decomposed, and what stays as it is.

Keras' own objects are only asked: the layers of the model that is read are neither copied nor called on symbols, so it
can be saved and trained as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.keras_layers import RECURRENT, RecurrentCall, is_kind, read_recurrent

FRONT, DECOMPOSED, BETWEEN, TAIL = "front: stays", "decomposed", "between: stays", "tail: stays"
"""What happens to a layer."""
LINKS = ("softmax", "sigmoid", "linear")
"""What a model may end in."""


@dataclass(frozen=True)
class Finding:
    """What happens to one layer of a model.

    Attributes:
        layer: its name.
        kind: its class.
        part: what happens to it, or nothing where that cannot be said.
        problem: why it cannot be decomposed, and the way out; empty where it can.
    """

    layer: str
    kind: str
    part: str = ""
    problem: str = ""

    def __str__(self) -> str:
        """One line of an error."""
        return f"{self.kind} layer {self.layer!r}: {self.problem}"


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
    """

    operation: Any
    arguments: Any
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    recurrent: RecurrentCall | None = None
    follows: bool = False


@dataclass(frozen=True, eq=False)
class Graph:
    """A model that can be decomposed.

    Attributes:
        inputs: the model's symbolic inputs.
        calls: of all operations between inputs and logits, each after those that it reads.
        logits: identity of the tensor that the logits are.
        logits_of: the last layer, whose own activation is left out; None where an operation of its own follows it.
        link: ``softmax``, ``sigmoid`` or ``linear``.
        output: the model's symbolic output.
        findings: what happens to each layer.
        aliases: identities of tensors inside models that are layers, and those that they are outside of them.
    """

    inputs: tuple[Any, ...]
    calls: tuple[Call, ...]
    logits: int
    logits_of: Any
    link: str
    output: Any
    findings: tuple[Finding, ...]
    aliases: dict[int, int] = field(default_factory=dict)

    @property
    def recurrent(self) -> tuple[RecurrentCall, ...]:
        """The recurrent layers, in the order in which they read one another."""
        return tuple(call.recurrent for call in self.calls if call.recurrent is not None)


class UnsupportedModel(InputError):
    """A model that cannot be decomposed; the message names all its problems at once.

    Attributes:
        findings: what would happen to each layer, and the problems.
    """

    def __init__(self, model: str, findings: tuple[Finding, ...]):
        self.findings = findings
        problems = [str(finding) for finding in findings if finding.problem]
        super().__init__(f"model {model!r} cannot be decomposed: {'; '.join(problems)}")


def read_graph(model: Any) -> Graph:
    """Read the graph of a Keras model.

    Args:
        model: a functional or Sequential Keras 3 model.

    Raises:
        UnsupportedModel: it has something that is not understood; the message names every such layer and the way out.
    """
    name = str(getattr(model, "name", type(model).__name__))
    outer = _functional(model, name)
    if len(outer.outputs) != 1:
        problem = f"has {len(outer.outputs)} outputs; choose one: keras.Model(model.inputs, model.outputs[0])"
        raise UnsupportedModel(name, (Finding(name, type(model).__name__, problem=problem),))
    aliases: dict[int, int] = {}
    # Operations that give the output, the last first, which only pass values on or are the link.
    calls = list(_calls(outer, aliases, {}))
    return _Reading(name, outer, calls, aliases).graph()


def _functional(model: Any, name: str) -> Any:
    """The functional model that a model is, or holds."""
    kind = type(model).__name__
    if hasattr(model, "_functional") and not hasattr(model, "_nodes_by_depth"):
        if model._functional is None:
            problem = "has no input shape yet; call it on examples once, or begin it with keras.Input(shape)"
            raise UnsupportedModel(name, (Finding(name, kind, problem=problem),))
        return model._functional
    if not hasattr(model, "_nodes_by_depth"):
        problem = (
            "a subclassed model has no graph to read; rebuild it as a functional model: x = keras.Input(shape), then "
            "keras.Model(x, model.call(x))"
            if hasattr(model, "call")
            else f"expected a Keras model, received {kind}"
        )
        raise UnsupportedModel(name, (Finding(name, kind, problem=problem),))
    return model


def _calls(model: Any, aliases: dict[int, int], seen: dict[int, int]) -> Iterator[Call]:
    """Calls of all operations that the output depends on, in order; models that hold recurrent layers are opened."""
    wanted = set(_ancestors(model.outputs))
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            if node.is_input or id(node) not in wanted:
                continue
            operation = node.operation
            seen[id(operation)] = seen.get(id(operation), 0) + 1
            inner = _opened(operation)
            if inner is not None and seen[id(operation)] == 1:
                for inside, outside in zip(inner.inputs, node.input_tensors, strict=True):
                    aliases[id(inside)] = aliases.get(id(outside), id(outside))
                yield from _calls(inner, aliases, seen)
                for outside, inside in zip(node.outputs, inner.outputs, strict=True):
                    aliases[id(outside)] = aliases.get(id(inside), id(inside))
                continue
            yield Call(
                operation,
                node.arguments,
                tuple(aliases.get(id(tensor), id(tensor)) for tensor in node.input_tensors),
                tuple(id(tensor) for tensor in node.outputs),
            )


def _ancestors(tensors: Any) -> Iterator[int]:
    """Identities of the nodes that some tensors come from."""
    found: set[int] = set()
    waiting = list(tensors)
    while waiting:
        history = getattr(waiting.pop(), "_keras_history", None)
        if history is None or history.operation is None:
            continue
        node = history.operation._inbound_nodes[history.node_index]
        if id(node) not in found:
            found.add(id(node))
            waiting += node.input_tensors
    return iter(found)


def _opened(operation: Any) -> Any:
    """The functional model inside an operation that is a model with recurrent layers in it."""
    inner = getattr(operation, "_functional", None) or operation
    return inner if hasattr(inner, "_nodes_by_depth") and _holds_recurrent(operation) else None


def _holds_recurrent(operation: Any) -> bool:
    """Whether a layer is, or holds, something that Keras runs over time."""
    parts = operation._flatten_layers() if hasattr(operation, "_flatten_layers") else [operation]
    return any(
        any(base.__name__ in ("RNN", "Bidirectional", "DropoutRNNCell", "ConvLSTM") for base in type(part).__mro__)
        for part in parts
    )


class _Reading:
    """Finds, in the calls of a model, the recurrent layers, the logits, and everything that is not understood."""

    def __init__(self, name: str, model: Any, calls: list[Call], aliases: dict[int, int]):
        self.name, self.model, self.aliases = name, model, aliases
        self.calls = calls
        self.problems: dict[int, str] = {}
        self.uses: dict[int, int] = {}
        for call in calls:
            self.uses[id(call.operation)] = self.uses.get(id(call.operation), 0) + 1

    def graph(self) -> Graph:
        """The graph, or all problems at once."""
        self.calls = [self._with_recurrent(call) for call in self.calls]
        self._order()
        logits, logits_of, link = self._end()
        self.calls = [call for call in self.calls if call is not None]
        findings = tuple(self._findings())
        if any(finding.problem for finding in findings):
            raise UnsupportedModel(self.name, findings)
        return Graph(
            inputs=tuple(self.model.inputs),
            calls=tuple(self.calls),
            logits=logits,
            logits_of=logits_of,
            link=link,
            output=self.model.outputs[0],
            findings=findings,
            aliases=self.aliases,
        )

    def _with_recurrent(self, call: Call) -> Call:
        """A call with what its layer holds; what cannot be decomposed is a problem."""
        layer = call.operation
        if not _holds_recurrent(layer):
            self._check_plain(call)
            return call
        kind = type(layer).__name__
        if not is_kind(layer, *RECURRENT):
            self._problem(
                layer,
                f"runs over time and is none of {', '.join(RECURRENT)}, or holds one; build the model with these "
                "layers themselves, one after another",
            )
        elif self.uses[id(layer)] > 1:
            self._problem(layer, f"is used {self.uses[id(layer)]} times; give each use a layer of its own")
        else:
            try:
                return Call(layer, call.arguments, call.inputs, call.outputs, read_recurrent(layer))
            except InputError as error:
                self._problem(layer, str(error))
        return Call(layer, call.arguments, call.inputs, call.outputs, None, kind in RECURRENT)

    def _check_plain(self, call: Call) -> None:
        if call.arguments.kwargs.get("training") is True:
            self._problem(call.operation, "is called with training=True, so its answers are random; call it without")
        free = all(tensor.shape[:1] == (None,) for tensor in self.model.inputs)
        for tensor in _outputs(call):
            shape = getattr(tensor, "shape", (None,))
            if free and (len(shape) == 0 or shape[0] is not None):
                self._problem(
                    call.operation,
                    f"gives {tuple(shape)}, which mixes examples or has none; keep the first axis for the examples",
                )

    def _order(self) -> None:
        """Mark what follows a recurrent layer; two such layers side by side are a problem."""
        reached: dict[int, set[int]] = {}
        chain: list[Call] = []
        for index, call in enumerate(self.calls):
            behind = set().union(*(reached.get(tensor, set()) for tensor in call.inputs))
            follows = bool(behind)
            if call.recurrent is not None:
                missing = [other.operation.name for other in chain if id(other.operation) not in behind]
                if missing:
                    self._problem(
                        call.operation,
                        f"stands beside {', '.join(map(repr, missing))} on another branch; recurrent layers must read "
                        "one another in one chain: decompose a model of each branch by itself",
                    )
                chain.append(call)
                behind = behind | {id(call.operation)}
            self.calls[index] = Call(call.operation, call.arguments, call.inputs, call.outputs, call.recurrent, follows)
            for tensor in call.outputs:
                reached[tensor] = behind
        if not chain and not self.problems:
            self.problems[0] = f"has no recurrent layer; expected one of {', '.join(RECURRENT)}"
        output = self.aliases.get(id(self.model.outputs[0]), id(self.model.outputs[0]))
        missing = [call.operation for call in chain if id(call.operation) not in reached.get(output, set())]
        for layer in missing:
            self._problem(layer, "does not lead to the output")

    def _end(self) -> tuple[int, Any, str]:
        """Where the logits are: their tensor, the layer whose activation is left out, and the link."""
        output = self.model.outputs[0]
        wanted = self.aliases.get(id(output), id(output))
        by_output = {tensor: call for call in self.calls for tensor in call.outputs}
        after: list[Call] = []
        while (call := by_output.get(wanted)) is not None and is_kind(call.operation, "Dropout", "Identity"):
            after.append(call)
            wanted = call.inputs[0]
        if call is None:
            self.problems[0] = "gives its input"
            return wanted, None, "linear"
        layer = call.operation
        link = _link(layer)
        shape = tuple(output.shape)
        if len(shape) not in (2, 3):
            self._problem(layer, f"gives {shape}; expected (examples, classes) or (examples, timesteps, classes)")
        elif shape[-1] is None:
            self._problem(layer, f"gives {shape}, an unknown number of classes")
        if link not in LINKS:
            self._problem(layer, f"ends the model in {link}; expected softmax, sigmoid or linear")
            return wanted, None, "linear"
        self.calls = [call for call in self.calls if call not in after]
        if is_kind(layer, "Activation", "Softmax") or (_is_operation(layer) and link != "linear"):
            if _axis(layer, call) not in (-1, len(shape) - 1):
                self._problem(layer, f"is a softmax over axis {_axis(layer, call)}; expected the last one")
            self.calls = [other for other in self.calls if other is not call]
            return call.inputs[0], None, link
        return wanted, (layer if link != "linear" else None), link

    def _findings(self) -> Iterator[Finding]:
        last = max((index for index, call in enumerate(self.calls) if call.recurrent is not None), default=-1)
        if 0 in self.problems:
            yield Finding(self.name, type(self.model).__name__, problem=self.problems[0])
        said: set[int] = set()
        for index, call in enumerate(self.calls):
            layer = call.operation
            if id(layer) in said:
                continue
            said.add(id(layer))
            part = FRONT if not call.follows else BETWEEN if index < last else TAIL
            part = DECOMPOSED if call.recurrent is not None else part
            problem = self.problems.pop(id(layer), "")
            yield Finding(layer.name, type(layer).__name__, "" if problem else part, problem)
        by_id = {id(layer): layer for layer in self.model.operations}
        for key, problem in self.problems.items():
            if key:
                layer = by_id.get(key)
                yield Finding(getattr(layer, "name", "?"), type(layer).__name__, problem=problem)

    def _problem(self, layer: Any, problem: str) -> None:
        self.problems.setdefault(id(layer), problem)


def _outputs(call: Call) -> Iterator[Any]:
    """The symbolic tensors that a call gives."""
    for node in call.operation._inbound_nodes:
        if node.arguments is call.arguments:
            yield from node.outputs


def _is_operation(layer: Any) -> bool:
    return not hasattr(layer, "get_weights")


def _link(layer: Any) -> str:
    """Name of what a model that ends in this layer ends in."""
    if is_kind(layer, "TimeDistributed"):
        layer = layer.layer
    if is_kind(layer, "Softmax"):
        return "softmax"
    if is_kind(layer, "Sigmoid"):
        return "sigmoid"
    if _is_operation(layer):
        return "linear"
    if _holds_recurrent(layer):
        return "a recurrent layer"
    function = getattr(layer, "activation", None)
    return "linear" if function is None else str(getattr(function, "__name__", type(function).__name__))


def _axis(layer: Any, call: Call) -> int:
    """Axis of a softmax; the last one for everything else."""
    if is_kind(layer, "Softmax"):
        return int(getattr(layer, "axis", -1))
    return -1
