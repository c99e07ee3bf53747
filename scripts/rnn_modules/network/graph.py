"""The graph of a Keras model, from its output back to its inputs: what is decomposed, and what stays as it is.

Keras' own objects are only asked: the layers of the model that is read are neither copied nor called on symbols, so it
can be saved and trained as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.calls import Call, calls_of, computes_its_graph, functional_of
from rnn_modules.network.ending import read_end
from rnn_modules.network.keras_calls import steps_of
from rnn_modules.network.keras_layers import (
    ACTIVATION,
    RECURRENT,
    RecurrentCall,
    check_masked,
    holds_recurrent,
    is_kind,
    is_of_keras,
    read_recurrent,
)
from rnn_modules.network.mixing import mixing

FRONT, DECOMPOSED, BETWEEN, TAIL = "front: stays", "decomposed", "between: stays", "tail: stays"
"""What happens to a layer."""


@dataclass(frozen=True)
class Finding:
    """What happens to one layer of a model.

    Attributes:
        layer: its name.
        kind: its class.
        part: what happens to it, or nothing where that cannot be said.
        problem: why it cannot be decomposed, and the way out; empty where it can.
        noun: what it is, ``layer``, ``operation`` or ``model``.

    Example:
        >>> print(Finding("lstm_1", "LSTM", problem="is used 2 times"))
        LSTM layer 'lstm_1': is used 2 times
    """

    layer: str
    kind: str
    part: str = ""
    problem: str = ""
    noun: str = "layer"

    def __str__(self) -> str:
        """One line of an error."""
        return f"{self.kind} {self.noun} {self.layer!r}: {self.problem}"


@dataclass(frozen=True, eq=False)
class Graph:
    """A model that can be decomposed.

    Attributes:
        inputs: the model's symbolic inputs.
        calls: of all operations between inputs and logits, each after those that it reads.
        logits: identity of the tensor that the logits are.
        logits_of: the call whose activation is left out, so that this tensor are logits; None for linear ones.
        link: ``softmax``, ``sigmoid`` or ``linear``.
        output: the model's symbolic output.
        findings: what happens to each layer.

    Example:
        >>> import keras
        >>> layers = [keras.Input((5, 2)), keras.layers.GRU(3), keras.layers.Dense(4, "softmax")]
        >>> graph = read_graph(keras.Sequential(layers))
        >>> graph.link, [finding.part for finding in graph.findings]
        ('softmax', ['decomposed', 'tail: stays'])
    """

    inputs: tuple[Any, ...]
    calls: tuple[Call, ...]
    logits: int
    logits_of: Call | None
    link: str
    output: Any
    findings: tuple[Finding, ...]

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

    Example:
        >>> import keras
        >>> layers = [keras.Input((5, 2)), keras.layers.GRU(3), keras.layers.Dense(4, "tanh", name="last")]
        >>> try:
        ...     read_graph(keras.Sequential(layers, name="mine"))
        ... except UnsupportedModel as error:
        ...     print(str(error).split(";")[0])
        model 'mine' cannot be decomposed: Dense layer 'last': ends the model in tanh
    """
    name = str(getattr(model, "name", type(model).__name__))
    problem = _no_graph(model)
    if problem:
        raise UnsupportedModel(name, (Finding(name, type(model).__name__, problem=problem, noun="model"),))
    outer = functional_of(model)
    aliases: dict[int, int] = {}
    return _Reading(name, outer, list(calls_of(outer, aliases)), aliases).graph()


def _no_graph(model: Any) -> str:
    """Why a model has no graph that says what it computes; nothing where it has one."""
    kind = type(model).__name__
    if not any(base.__module__.startswith("keras.src.models") for base in type(model).__mro__):
        return f"expected a Keras 3 model, received {kind}"
    rebuild = (
        "rebuild it as a functional model: x = keras.Input(shape), then keras.Model(x, model.call(x)), once the model "
        "has been called on examples"
    )
    if functional_of(model) is None and hasattr(model, "_functional"):
        return "has no input shape yet; call it on examples once, or begin it with keras.Input(shape)"
    if functional_of(model) is None:
        return f"a subclassed model has no graph to read; {rebuild}"
    if not computes_its_graph(model):
        return f"has a call of its own, so its graph is not what it computes; {rebuild}"
    return ""


class _Reading:
    """Finds, in the calls of a model, the recurrent layers, the logits, and everything that is not understood."""

    def __init__(self, name: str, model: Any, calls: list[Call], aliases: dict[int, int]):
        self.name, self.model, self.aliases = name, model, aliases
        self.calls = calls
        self.problems: dict[int, list[str]] = {}
        self.uses: dict[int, int] = {}
        for call in calls:
            self.uses[id(call.operation)] = self.uses.get(id(call.operation), 0) + 1

    def graph(self) -> Graph:
        """The graph, or all problems at once."""
        output = self.model.outputs[0]
        wanted = self.aliases.get(id(output), id(output))
        self.calls = [self._with_recurrent(call) for call in self.calls]
        self._order()
        end = read_end(self.calls, wanted, output)
        if len(self.model.outputs) > 1:
            problem = f"has {len(self.model.outputs)} outputs; choose one: keras.Model(model.inputs, model.outputs[0])"
            self._problem(None, problem)
        else:
            self._check_leads_to(wanted)
            if end.problem is not None and not (functional_of(end.problem[0]) and id(end.problem[0]) in self.problems):
                self._problem(*end.problem)
        findings = tuple(self._findings())
        if any(finding.problem for finding in findings):
            raise UnsupportedModel(self.name, findings)
        unactivated = end.call
        if unactivated is not None and wanted in unactivated.outputs and is_kind(unactivated.operation, *ACTIVATION):
            self.calls = [call for call in self.calls if call is not unactivated]
            wanted, unactivated = unactivated.inputs[0], None
        return Graph(
            inputs=tuple(self.model.inputs),
            calls=tuple(self.calls),
            logits=wanted,
            logits_of=unactivated,
            link=end.link,
            output=output,
            findings=findings,
        )

    def _with_recurrent(self, call: Call) -> Call:
        """A call with what its layer holds; what cannot be decomposed is a problem."""
        layer = call.operation
        if call.arguments.kwargs.get("training") is True:
            self._problem(layer, "is called with training=True, so its answers are random; call it without")
        if not holds_recurrent(layer):
            batch = self.model.inputs[0].shape[0]
            problem = mixing(layer, call.arguments, _outputs(call), batch)
            if problem:
                self._problem(layer, problem)
            return call
        if not is_kind(layer, *RECURRENT):
            self._problem(layer, _not_recurrent(layer))
        elif self.uses[id(layer)] > 1:
            self._problem(
                layer,
                f"is used {self.uses[id(layer)]} times; give each use a layer of its own with the same weights, one "
                "after another in a chain",
            )
        else:
            try:
                if _mask_comes_to(call):
                    check_masked(layer)
                return replace(call, recurrent=read_recurrent(layer))
            except InputError as error:
                self._problem(layer, str(error))
        return call

    def _order(self) -> None:
        """Mark what follows a recurrent layer; two such layers side by side are a problem, unless one of them only
        starts others: an encoder, whose states a decoder's layers begin with.
        """
        self.reached = reached_by(self.calls)
        wanted = self.aliases.get(id(self.model.outputs[0]), id(self.model.outputs[0]))
        sending = reached_by(self.calls, states=False).get(wanted, set())
        chain: list[Call] = []
        for index, call in enumerate(self.calls):
            behind = set().union(*(self.reached[tensor] for tensor in call.inputs if tensor in self.reached))
            self.calls[index] = replace(call, follows=bool(behind))
            if call.recurrent is not None and id(call.operation) in sending:
                beside = [other.operation.name for other in chain if id(other.operation) not in behind]
                if beside:
                    self._problem(
                        call.operation,
                        f"stands beside {', '.join(map(repr, beside))} on another branch; recurrent layers must read "
                        "one another in one chain: decompose a model of each branch by itself, or make a forward and a "
                        "backward layer one keras.layers.Bidirectional(forward, backward_layer=backward)",
                    )
                chain.append(call)
        if not any(call.recurrent for call in self.calls) and not self.problems:
            self._problem(None, f"has no recurrent layer; expected one of {', '.join(RECURRENT)}")

    def _check_leads_to(self, output: int) -> None:
        for call in self.calls:
            if call.recurrent is not None and id(call.operation) not in self.reached.get(output, set()):
                self._problem(call.operation, "does not lead to the output")

    def _findings(self) -> Iterator[Finding]:
        last = max((index for index, call in enumerate(self.calls) if call.recurrent is not None), default=-1)
        if id(None) in self.problems:
            problem = "; and ".join(self.problems[id(None)])
            yield Finding(self.name, type(self.model).__name__, problem=problem, noun="model")
        said: set[int] = set()
        for index, call in enumerate(self.calls):
            layer = call.operation
            if id(layer) in said:
                continue
            said.add(id(layer))
            part = FRONT if not call.follows else BETWEEN if index < last else TAIL
            part = DECOMPOSED if call.recurrent is not None else part
            problem = "; and ".join(self.problems.get(id(layer), []))
            noun = "layer" if hasattr(layer, "get_weights") else "operation"
            yield Finding(layer.name, type(layer).__name__, "" if problem else part, problem, noun)

    def _problem(self, layer: Any, problem: str) -> None:
        """Keep a problem of a layer, or of the model where that is None."""
        known = self.problems.setdefault(id(layer), [])
        if problem not in known:
            known.append(problem)


def reached_by(calls: Sequence[Call], states: bool = True) -> dict[int, set[int]]:
    """By tensor the recurrent layers (identities of the operations) that it depends on.

    Args:
        calls: in order.
        states: whether the states that a recurrent layer starts from count.

    Example:
        >>> import keras
        >>> from rnn_modules.network.calls import calls_of
        >>> source, target = keras.Input((5, 2)), keras.Input((4, 2))
        >>> _, state = keras.layers.GRU(3, return_state=True, name="encoder")(source)
        >>> model = keras.Model([source, target], keras.layers.GRU(3, name="decoder")(target, initial_state=state))
        >>> calls = [replace(call, recurrent=read_recurrent(call.operation)) for call in calls_of(model, {})]
        >>> [len(reached_by(calls, states)[id(model.outputs[0])]) for states in (True, False)]
        [2, 1]
    """
    reached: dict[int, set[int]] = {}
    for call in calls:
        read = call.inputs
        if call.recurrent is not None and not states:
            read = tuple(tensor for tensor in read if tensor not in states_of(call))
        behind = set().union(*(reached.get(tensor, set()) for tensor in read))
        if call.recurrent is not None:
            behind = behind | {id(call.operation)}
        reached.update(dict.fromkeys(call.outputs, behind))
    return reached


def states_of(call: Call) -> set[int]:
    """The tensors that a recurrent layer starts from.

    Example:
        >>> import keras
        >>> from rnn_modules.network.calls import calls_of
        >>> target, state = keras.Input((4, 2)), keras.Input((3,))
        >>> model = keras.Model([target, state], keras.layers.GRU(3)(target, initial_state=state))
        >>> states_of(next(calls_of(model, {}))) == {id(state)}
        True
    """
    import keras

    given = call.arguments.args[1] if len(call.arguments.args) > 1 else call.arguments.kwargs.get("initial_state")
    symbols = {id(symbol) for symbol in keras.tree.flatten(given)}
    pairs = zip(call.arguments.keras_tensors, call.inputs, strict=True)
    return {tensor for symbol, tensor in pairs if id(symbol) in symbols}


def _mask_comes_to(call: Call) -> bool:
    """Whether a recurrent layer reads a mask of timesteps."""
    given = call.arguments.kwargs.get("mask")
    return given is not None or steps_of(call.arguments.keras_tensors[0]) is not None


def _not_recurrent(layer: Any) -> str:
    """Why something that runs over time is not decomposed, and the way out."""
    kinds = ", ".join(RECURRENT)
    if is_kind(layer, "TimeDistributed"):
        return "runs a recurrent layer at every step; decompose a model of that inner layer by itself"
    if functional_of(layer) is not None and computes_its_graph(layer):
        return (
            "holds recurrent layers and is used more than once, or is called with arguments of its own; give each use "
            "layers of its own, one after another in a chain"
        )
    if is_of_keras(layer):
        return f"runs over time and is none of {kinds}; put one of these in its place and train it"
    if any(base.__name__ == "RNN" for base in type(layer).__mro__):
        return f"runs over time by code of its own and is none of {kinds}; put one of these in its place"
    return (
        "holds a recurrent layer inside its call, which cannot be read; build the model with layer.call(x) in place of "
        "layer(x), so that the layers inside stand in the graph"
    )


def _outputs(call: Call) -> list[Any]:
    """The symbolic tensors that a call gives."""
    return next(node.outputs for node in call.operation._inbound_nodes if node.arguments is call.arguments)
