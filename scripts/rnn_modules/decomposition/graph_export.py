"""A module of any graph as a plain Keras model: the parent's layers copied, removed edges zero, one yes/no output.

The parent's own layers are not called on symbols, so it stays as it is; only what cannot be copied, such as a layer of
the caller's own without a configuration, is shared with it.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from rnn_modules.decomposition.composition import replay_network
from rnn_modules.decomposition.export import (
    CELLS,
    LAYERS,
    chosen,
    layer_settings,
    layer_weights,
    odds_by_logits,
    refitted_answer,
    to_keras,
    zeroed_edges,
)
from rnn_modules.decomposition.export_check import check_export
from rnn_modules.decomposition.heads import known_thresholds
from rnn_modules.decomposition.masks import whole_modules
from rnn_modules.decomposition.parents import Parent
from rnn_modules.decomposition.refitting import RefittedHead
from rnn_modules.decomposition.small_modules import AnyModules, SmallModules
from rnn_modules.names import REFITTED
from rnn_modules.network import LayerMask, RecurrentLayer
from rnn_modules.network.calls import functional_of
from rnn_modules.network.cells import Estimate
from rnn_modules.network.graph import Call
from rnn_modules.network.graph_network import GraphNetwork, symbols_of
from rnn_modules.network.graph_runs import last_weights
from rnn_modules.network.keras_calls import TAKES_MASKS, masks_of_call, steps_of, with_steps, without_steps
from rnn_modules.network.keras_layers import ACTIVATION, Direction, RecurrentCall, is_kind


def export_module(parent: Parent, module: AnyModules) -> keras.Model:
    """Build one module as a Keras model.

    Args:
        parent: what it was cut from.
        module: the one module.

    Returns:
        A model that reads what the parent reads and answers ``(examples, [timesteps,] 2)``: the probabilities of
        anything else and of the module's class.

    Raises:
        InputError: it answers otherwise than the module.

    Example:
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> from rnn_modules.decomposition.public import read_parent
        >>> layers = [keras.layers.Bidirectional(keras.layers.GRU(3)), keras.layers.Dense(4, "softmax")]
        >>> parent = read_parent(keras.Sequential([keras.Input((5, 2)), *layers]))
        >>> masks = whole_modules(parent.network, ("a", "b", "c", "d")).select([2])
        >>> export_module(parent, masks).output_shape
        (None, 2)
    """
    network = parent.network
    inputs = [
        keras.Input(tuple(symbol.shape[1:]), dtype=symbol.dtype, name=symbol.name) for symbol in parent.model.inputs
    ]
    if isinstance(network, GraphNetwork):
        output = _of_graph(network, module, inputs)
    else:
        # The layers on these inputs, and not a model as one layer.
        output = to_keras(network, module, 0).call(inputs[0])
    structure = keras.tree.pack_sequence_as(functional_of(parent.model)._inputs_struct, inputs)
    model = keras.Model(structure, output, name="module")
    check_export(network, module, model)
    return model


def _of_graph(network: GraphNetwork, module: AnyModules, inputs: Sequence[Any]) -> Any:
    """The answers of a module of a graph."""
    if isinstance(module, SmallModules):
        (own,) = module.networks
        assert isinstance(own, GraphNetwork)
        network = own
        left = whole_modules(network, module.class_names).masks(network)
    else:
        network = replay_network(network, module)
        left = module.masks(network)
    tensors = {id(symbol): tensor for symbol, tensor in zip(network.graph.inputs, inputs, strict=True)}
    copies: dict[int, Any] = {}
    for call in network.graph.calls:
        arguments, named = _arguments(call, tensors)
        if call.recurrent is not None:
            count = len(call.recurrent.layers)
            given = _recurrent(call.recurrent, arguments, named, left[:count])
            left = left[count:]
        elif call is network.graph.logits_of:
            given = _logits(call.operation, arguments[0])
        else:
            given = _copied(call.operation, arguments, named, copies)
        flat = keras.tree.flatten(given)
        if is_kind(call.operation, TAKES_MASKS):
            for tensor in call.inputs:
                without_steps(tensors[tensor])
        tensors.update(zip(call.outputs, flat, strict=True))
    return _answer(tensors, network, module)


def _arguments(call: Call, tensors: dict[int, Any]) -> tuple[tuple, dict]:
    known = {id(symbol): tensors[tensor] for symbol, tensor in zip(symbols_of(call), call.inputs, strict=True)}
    return call.arguments.fill_in(known)


def _copied(operation: Any, arguments: tuple, named: dict, copies: dict[int, Any]) -> Any:
    """What a copy of a layer or an operation gives; a layer that is used twice is copied once."""
    named = _with_masks(operation, arguments, named)
    if is_kind(operation, TAKES_MASKS):
        named = _query_masked(operation, arguments, named)
    if id(operation) in copies:
        return copies[id(operation)](*arguments, **named)
    try:
        copy = _copy(operation)
    except Exception:  # whatever a layer of the caller's own raises: it is shared then.
        copy = operation
    copies[id(operation)] = copy
    if copy is operation or not isinstance(copy, keras.Layer):
        return copy(*arguments, **named)
    for part, original in zip(copy._flatten_layers(), operation._flatten_layers(), strict=False):
        if hasattr(original, "get_vocabulary"):
            part.set_vocabulary(original.get_vocabulary())
    given = copy(*arguments, **named)
    copy.set_weights(operation.get_weights())
    for part in copy._flatten_layers():
        if hasattr(part, "finalize_state") and part.built:
            part.finalize_state()
    return given


def _with_masks(operation: Any, arguments: tuple, named: dict) -> dict:
    """Named arguments with the masks that Keras finds beside tensors; those that are set there are in no file."""
    if not isinstance(operation, keras.Layer):
        return named
    signature = inspect.signature(operation.call)
    given = signature.bind_partial(*arguments, **named).arguments
    tensors = {
        name: value
        for name, value in given.items()
        if any(isinstance(part, keras.KerasTensor) for part in keras.tree.flatten(value))
    }
    found = {}
    for name, value in tensors.items():
        mask_name = "mask" if len(tensors) == 1 else f"{name}_mask"
        mask = keras.tree.map_structure(steps_of, value)
        known = mask_name in signature.parameters and given.get(mask_name) is None
        if known and any(part is not None for part in keras.tree.flatten(mask)):
            found[mask_name] = mask
    return named | found


def _query_masked(operation: Any, arguments: tuple, named: dict) -> dict:
    """The mask of a query as one of places, for Keras' attention reads the former beside the tensor alone."""
    given = inspect.signature(operation.call).bind_partial(*arguments, **named).arguments
    if given.get("query_mask") is None:
        return named
    there = keras.ops.ones_like(given["value"][..., 0], dtype="bool")
    places = keras.ops.logical_and(keras.ops.expand_dims(given["query_mask"], -1), keras.ops.expand_dims(there, -2))
    if given.get("attention_mask") is not None:
        places = keras.ops.logical_and(places, given["attention_mask"])
    return named | {"attention_mask": places}


def _copy(operation: Any) -> Any:
    """One like it, with a name of its own: layers of opened models may have the same."""
    return type(operation).from_config({key: value for key, value in operation.get_config().items() if key != "name"})


def _logits(layer: Any, inputs: Any) -> Any:
    """What a copy of a layer gives without its activation."""
    own = layer.layer if is_kind(layer, "TimeDistributed") else layer
    if is_kind(own, *ACTIVATION):
        return inputs
    copy = _copy(layer)
    (copy.layer if own is not layer else copy).activation = keras.activations.linear
    given = copy(inputs)
    copy.set_weights(layer.get_weights())
    return given


def _recurrent(recurrent: RecurrentCall, arguments: tuple, named: dict, masks: list[LayerMask]) -> list[Any]:
    given = dict(zip(("sequences", "initial_state", "mask"), arguments, strict=False)) | named
    present, handed_on = masks_of_call(arguments, named)
    states = given.get("initial_state")
    states = None if states is None else keras.tree.flatten(states)
    sent: list[Any] = []
    final: list[Any] = []
    for direction in recurrent.directions:
        own = None if states is None else states[: direction.states]
        states = None if states is None else states[direction.states :]
        count = len(direction.layers)
        whole, last = _direction(direction, given["sequences"], present, masks[:count], own)
        masks = masks[count:]
        final += last
        if direction.silent_first and own is not None and present is not None:
            whole = _after_first(whole, present, direction.backwards)
        if not recurrent.return_sequences:
            sent.append(whole[:, 0 if direction.backwards else -1])
        else:
            flips = direction.backwards != bool(sent)
            sent.append(keras.ops.flip(whole, axis=1) if flips else whole)
    outputs = sent if recurrent.merge is None else [_merged(sent, recurrent.merge)]
    if recurrent.return_sequences:
        outputs = [with_steps(output, handed_on) for output in outputs]
    return [*outputs, *final] if recurrent.return_state else outputs


def _after_first(whole: Any, present: Any, backwards: bool) -> Any:
    """What is sent, with zeros until the first step that is there."""
    read = keras.ops.cast(keras.ops.flip(present, axis=1) if backwards else present, "int32")
    begun = keras.ops.cumsum(read, axis=1) > 0
    begun = keras.ops.flip(begun, axis=1) if backwards else begun
    return keras.ops.where(keras.ops.expand_dims(begun, -1), whole, 0.0)


def _merged(sent: list[Any], merge: str) -> Any:
    if len(sent) == 1:
        return sent[0]
    if merge == "concat":
        return keras.layers.Concatenate()(sent)
    layer = {"sum": keras.layers.Add, "ave": keras.layers.Average, "mul": keras.layers.Multiply}[merge]
    return layer()(sent)


def _direction(
    direction: Direction, sequence: Any, present: Any, masks: list[LayerMask], states: list[Any] | None
) -> tuple[Any, list[Any]]:
    """What the last layer sends at every place, and all last states."""
    final: list[Any] = []
    for index, (layer, mask) in enumerate(zip(direction.layers, masks, strict=True)):
        own = None if states is None else states[: layer.states]
        states = None if states is None else states[layer.states :]
        if own is not None and direction.nodes is not None and layer.units < direction.units[index]:
            own = [chosen(part, direction.nodes[index]) for part in own]
        run = _rolled if len(mask.steps) == 1 else _unrolled
        sequence, last = run(layer, direction, sequence, present, mask, own)
        estimate = direction.estimate(index)
        if estimate is not None:
            sequence, last = _of_all(estimate, sequence), [_of_all(estimate, last[0]), *last[1:]]
            if direction.zero_where_masked and present is not None:
                sequence = keras.ops.where(keras.ops.expand_dims(present, -1), sequence, 0.0)
        final += last
    return sequence, final


def _rolled(
    layer: RecurrentLayer, direction: Direction, sequence: Any, present: Any, mask: LayerMask, state: list[Any] | None
) -> tuple[Any, list[Any]]:
    step = mask.at(0)
    made = LAYERS[layer.cell](
        return_sequences=True,
        return_state=True,
        go_backwards=direction.backwards,
        zero_output_for_mask=direction.zero_where_masked,
        **layer_settings(layer),
    )
    whole, *last = made(sequence, initial_state=state, mask=present)
    made.set_weights(layer_weights(zeroed_edges(layer, step, None)))
    whole = keras.ops.flip(whole, axis=1) if direction.backwards else whole
    return _sent(whole, step.outputs), [_sent(part, step.outputs) for part in last]


def _unrolled(
    layer: RecurrentLayer, direction: Direction, sequence: Any, present: Any, mask: LayerMask, state: list[Any] | None
) -> tuple[Any, list[Any]]:
    """One cell for each place, with weights of its own."""
    timesteps = len(mask.steps)
    places = range(timesteps - 1, -1, -1) if direction.backwards else range(timesteps)
    if sequence.shape[1] is None:
        # Keras refuses sequences of another length there.
        sequence = keras.layers.Reshape((timesteps, sequence.shape[-1]))(sequence)
    if state is None:
        zeros = keras.ops.zeros_like(keras.ops.repeat(sequence[:, 0, :1], layer.units, axis=1))
        state = [zeros] * layer.states
    sent: list[Any] = [None] * timesteps
    for place in places:
        cell = CELLS[layer.cell](**layer_settings(layer))
        output, new = cell(sequence[:, place], state)
        cell.set_weights(layer_weights(zeroed_edges(layer, mask.at(place), None)))
        if present is not None:
            here = keras.ops.expand_dims(present[:, place], -1)
            new = [keras.ops.where(here, part, old) for part, old in zip(new, state, strict=True)]
            output = keras.ops.where(here, output, 0.0 if direction.zero_where_masked else new[0])
        state = list(new)
        sent[place] = _sent(output, mask.at(place).outputs)
    last = mask.at(places[-1]).outputs
    return keras.ops.stack(sent, axis=1), [_sent(part, last) for part in state]


def _sent(values: Any, outputs: np.ndarray | None) -> Any:
    """What kept nodes send."""
    if outputs is None or outputs.all():
        return values
    return keras.layers.Rescaling(outputs[0, 0].astype(float).tolist())(values)


def _of_all(estimate: Estimate, sent: Any) -> Any:
    """What all nodes send, of what the kept ones do."""
    made = keras.layers.Dense(len(estimate.constants))
    given = made(sent)
    made.set_weights([estimate.weights, estimate.constants])
    return given


def _answer(tensors: dict[int, Any], network: GraphNetwork, module: AnyModules) -> Any:
    """Probabilities of anything else and of the module's class."""
    logits = tensors[network.graph.logits]
    units, own = int(logits.shape[-1]), module.outputs[0]
    head = module.parameters.head
    if isinstance(module, SmallModules) and module.refitted is not None and head == REFITTED:
        return _refitted(tensors, network, module.refitted, own)
    threshold = known_thresholds(module.thresholds)[0] if head == "calibrated" else 0.0
    sums = np.zeros((units, 2), np.float32)
    if units == 1:
        sums[0, own] = 1
    else:
        sums[own, 1] = 1
    if units > 1 and not network.independent:
        sums[np.arange(units) != own, 0] = 1 if head == "log_sum_exp" else 1 / (units - 1)
        if head == "log_sum_exp":
            # Keras' layer of this name would read a mask of timesteps as one of classes.
            return _dense(keras.layers.Activation("softmax")(logits), sums, np.zeros(2), None)
    return _dense(logits, sums, np.array([0.0, -threshold]), "softmax")


def _refitted(tensors: dict[int, Any], network: GraphNetwork, head: RefittedHead, own: int) -> Any:
    """What a module's own head answers."""
    logits = tensors[network.graph.logits]
    if logits.shape[-1] == 1:
        parents = logits if own == 1 else -logits
    else:
        parents = logits[..., own : own + 1] if network.independent else odds_by_logits(logits, own)
    last = last_weights(network.graph)
    features = logits[..., :0] if last is None else tensors[last.inputs[0]]
    return refitted_answer(head, features, parents)


def _dense(inputs: Any, kernel: np.ndarray, bias: Sequence[float] | np.ndarray, activation: str | None) -> Any:
    dense = keras.layers.Dense(2, activation=activation)
    given = dense(inputs)
    dense.set_weights([kernel, np.asarray(bias, np.float32)])
    return given
