"""A module as a plain Keras model that stands alone, for those who want one model file per module.

Here, and only here, the weights are copied and removed edges become zeros. A rolled module has the parent's layers; an
unrolled one has one cell per layer and timestep, each with weights of its own (Algorithm 3, ``initConcern``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from rnn_modules.decomposition.composition import replay_network
from rnn_modules.decomposition.heads import known_thresholds
from rnn_modules.decomposition.masks import check_parent, whole_modules
from rnn_modules.decomposition.refitting import RefittedHead
from rnn_modules.decomposition.small_modules import AnyModules, SmallModules
from rnn_modules.names import REFITTED
from rnn_modules.network import (
    Classifier,
    EncoderDecoder,
    LayerMask,
    Network,
    RecurrentLayer,
    StepMask,
    classifies,
    translates,
)
from rnn_modules.network.keras_2 import hard_sigmoid

LAYERS = {"vanilla": keras.layers.SimpleRNN, "gru": keras.layers.GRU, "lstm": keras.layers.LSTM}
Head = Callable[[Any, np.ndarray | None], Any]
CELLS = {"vanilla": keras.layers.SimpleRNNCell, "gru": keras.layers.GRUCell, "lstm": keras.layers.LSTMCell}


def to_keras(network: Network, modules: AnyModules, index: int) -> keras.Model:
    """Build one module as a Keras model.

    Args:
        network: the parent.
        modules: its modules.
        index: position of the module among them.

    Returns:
        A classifier whose two outputs are the probabilities of ND and D, per timestep for many-output models; for
        translation the decoder's word probabilities. Its inputs are those of the parent. Of a small module it has as
        few nodes; a refitted head answers for the module by itself.

    Raises:
        InputError: the modules belong to another parent.

    Example:
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> module = to_keras(network, whole_modules(network, ("left", "right")), index=0)
        >>> inputs = np.array([[0, 1, 1], [1, 0, 0]])
        >>> keras.ops.convert_to_numpy(module(inputs)).astype(float).round(2).tolist()
        [[0.59, 0.41], [0.41, 0.59]]
    """
    check_parent(modules.parent, network)
    one = modules.select([index])
    if isinstance(one, SmallModules):
        own: Network = one.networks[0]
        masks = whole_modules(own, one.class_names).masks(own)
    else:
        own = replay_network(network, one)
        masks = one.masks(own)
    if translates(own):
        return _translator(own, masks)
    assert classifies(own)
    return _classifier(own, masks, _head_of(own, one))


def _classifier(network: Classifier, masks: list[LayerMask], head: Head) -> keras.Model:
    inputs = keras.Input((network.tokens,), dtype="int32", name="tokens")
    hidden = _with_weights(keras.layers.Embedding(*network.embedding.shape), inputs, [network.embedding])
    if network.repeat is not None:
        hidden = keras.layers.RepeatVector(network.repeat)(keras.layers.Flatten()(hidden))
    hidden = _recurrent(network, hidden, masks)
    if isinstance(hidden, list):
        outputs = [head(step, mask.outputs) for step, mask in hidden]
        outputs = keras.ops.stack(outputs, axis=1) if network.many_output else outputs[-1]
    else:
        outputs = head(hidden, masks[-1].at(0).outputs)
    return keras.Model(inputs, outputs, name="module")


def chosen(state, nodes: np.ndarray):
    """Some nodes of a state; as a product, which files hold without code.

    Example:
        >>> chosen(keras.Input((3,)), np.array([0, 2])).shape
        (None, 2)
    """
    units = state.shape[-1]
    made = keras.layers.Dense(len(nodes), use_bias=False)
    return _with_weights(made, state, [np.eye(units, dtype=np.float32)[:, nodes]])


def _with_weights(layer, call, weights, **options):
    """Call a layer and give it weights."""
    result = layer(call, **options)
    layer.set_weights(weights)
    return result


def zeroed_edges(layer: RecurrentLayer, mask: StepMask, inputs: np.ndarray | None) -> RecurrentLayer:
    """A copy of a layer's weights at one timestep, with zeros where the (only) module lost edges.

    Args:
        layer: the parent's layer.
        mask: of one module.
        inputs: ``(1, 1, inputs)`` what the layer below sends on, or None for all.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.ones((2, 2)), np.ones((2, 2)), np.ones(2))
        >>> second_removed = np.array([[[1.0, 0.0]]])
        >>> zeroed = zeroed_edges(layer, StepMask(second_removed, second_removed, second_removed), inputs=None)
        >>> zeroed.kernel.tolist(), zeroed.recurrent_kernel.tolist(), zeroed.bias.tolist()
        ([[1.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]], [1.0, 0.0])
    """
    kernel, bias, recurrent = layer.kernel.copy(), layer.bias.copy(), layer.recurrent_kernel.copy()
    recurrent_bias = None if layer.recurrent_bias is None else layer.recurrent_bias.copy()
    if mask.kernel_columns is not None:
        kernel *= mask.kernel_columns[0]
        bias *= mask.kernel_columns[0, 0]
    if mask.recurrent_columns is not None:
        recurrent *= mask.recurrent_columns[0]
        if recurrent_bias is not None:
            recurrent_bias *= mask.recurrent_columns[0, 0]
    if mask.recurrent_rows is not None:
        recurrent *= mask.recurrent_rows[0, 0][:, None]
    if mask.between_removed is not None:
        rows, columns = (part[0, 0] == 0 for part in mask.between_removed)
        recurrent[np.ix_(rows, columns)] = 0
    if inputs is not None:
        kernel *= inputs[0, 0][:, None]
    return dataclasses.replace(
        layer, kernel=kernel, bias=bias, recurrent_kernel=recurrent, recurrent_bias=recurrent_bias
    )


def _masked_rows(weights: list[np.ndarray], rows: np.ndarray | None) -> list[np.ndarray]:
    """Output weights without the rows of removed nodes; the first array is the kernel."""
    return weights if rows is None else [weights[0] * rows[0, 0][:, None], *weights[1:]]


def layer_settings(layer: RecurrentLayer) -> dict:
    """What a Keras layer or cell like this one is built with.

    Example:
        >>> layer_settings(RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), activation="relu"))
        {'units': 2, 'activation': 'relu'}
    """
    options = {"units": layer.units, "activation": known_activation(layer.activation)}
    if layer.cell != "vanilla":
        options["recurrent_activation"] = known_activation(layer.recurrent_activation)
    if layer.cell == "gru":
        options["reset_after"] = layer.reset_after
    return options


def known_activation(name: str) -> str | Callable:
    """What Keras knows an activation by; its own by their names.

    Example:
        >>> known_activation("tanh"), known_activation("keras_2_hard_sigmoid").__name__
        ('tanh', 'keras_2_hard_sigmoid')
    """
    return hard_sigmoid() if name == hard_sigmoid().__name__ else name


def layer_weights(layer: RecurrentLayer) -> list[np.ndarray]:
    """A layer's weights as Keras has them.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(3, 2), np.eye(2), np.zeros(2))
        >>> [weights.shape for weights in layer_weights(layer)]
        [(3, 2), (2, 2), (2,)]
    """
    bias = layer.bias
    if layer.reset_after:
        other = np.zeros_like(bias) if layer.recurrent_bias is None else layer.recurrent_bias
        bias = np.stack([bias, other])
    return [layer.kernel, layer.recurrent_kernel, bias]


def _recurrent(network: Network, hidden, masks, state=None):
    """The recurrent layers: one tensor for rolled modules, a list of (tensor, mask) per timestep for unrolled ones."""
    if all(len(mask.steps) == 1 for mask in masks):
        sent = None
        for position, (layer, mask) in enumerate(zip(network.layers, masks, strict=True)):
            step = mask.at(0)
            made = LAYERS[layer.cell](return_sequences=layer.return_sequences, **layer_settings(layer))
            options = {"initial_state": state} if position == 0 and state is not None else {}
            hidden = _with_weights(made, hidden, layer_weights(zeroed_edges(layer, step, sent)), **options)
            sent = step.outputs
        return hidden
    return _unrolled(network, hidden, masks, state)


def _unrolled(network: Network, hidden, masks, state):
    """One cell per layer and timestep."""
    steps = [hidden[:, timestep] for timestep in range(network.timesteps)]
    sent = [None] * network.timesteps
    for position, (layer, mask) in enumerate(zip(network.layers, masks, strict=True)):
        if position == 0 and state is not None:
            current = list(state)
        else:
            zeros = keras.ops.zeros_like(keras.ops.repeat(steps[0][:, :1], layer.units, axis=1))
            current = [zeros] * (2 if layer.cell == "lstm" else 1)
        for timestep in range(network.timesteps):
            step = mask.at(timestep)
            cell = CELLS[layer.cell](**layer_settings(layer))
            output, current = cell(steps[timestep], current)
            cell.set_weights(layer_weights(zeroed_edges(layer, step, sent[timestep])))
            steps[timestep], sent[timestep] = output, step.outputs
    return [(step, masks[-1].at(timestep)) for timestep, step in enumerate(steps)]


def _head_of(network: Classifier, module: AnyModules) -> Head:
    """What makes answers of hidden states and of the rows that a mask leaves of its kernel."""
    if isinstance(module, SmallModules) and module.parameters.head == REFITTED:
        return _refitted(module, network)
    weights = _head_weights(network, module, module.outputs[0])
    return lambda hidden, rows: _head(hidden, _masked_rows(weights, rows))


def _refitted(module: SmallModules, network: Classifier) -> Head:
    """A head of the module's own; with decisions per timestep each of these has its own bias."""
    head = module.refitted
    assert head is not None
    label = module.outputs[0]

    def answers(hidden: Any, rows: np.ndarray | None) -> Any:
        output = [network.output_kernel, network.output_bias]
        logits = _with_weights(keras.layers.Dense(network.outputs), hidden, output)
        return refitted_answer(head, hidden, odds_by_logits(logits, label))

    return answers


def odds_by_logits(logits: Any, label: int) -> Any:
    """Log-odds of one class against all others together, ``(..., 1)``.

    Example:
        >>> odds_by_logits(keras.ops.convert_to_tensor([[2.0, 0.5]]), 0).shape[-1]
        1
    """
    others = keras.ops.concatenate([logits[..., :label], logits[..., label + 1 :]], axis=-1)
    return logits[..., label : label + 1] - keras.ops.logsumexp(others, axis=-1, keepdims=True)


def refitted_answer(head: RefittedHead, features: Any, parents: Any) -> Any:
    """What one module's own head answers, against a logit of 0.

    Args:
        head: of the module.
        features: ``(examples, [timesteps,] features)`` symbolic tensor.
        parents: ``(examples, [timesteps,] 1)`` log-odds by the parent's output layer.

    Example:
        >>> head = RefittedHead(np.ones((1, 2)), np.ones(1), np.zeros((1, 1)), np.zeros(1))
        >>> refitted_answer(head, keras.Input((2,)), keras.Input((1,))).shape
        (None, 2)
    """
    weights, biases = np.append(head.weights[0, : features.shape[-1]], head.trust[0]), head.biases[0]
    kernel = np.stack([np.zeros_like(weights), weights], axis=1)
    bias = np.stack([np.zeros_like(biases), biases], axis=1)
    read = keras.ops.concatenate([features, parents], axis=-1)
    if len(biases) == 1:
        return _head(read, [kernel, bias[0]])
    made = keras.layers.EinsumDense("btu,uf->btf", (len(biases), 2), activation="softmax", bias_axes="tf")
    return _with_weights(made, read, [kernel, bias])


def _head_weights(network: Classifier, module: AnyModules, label: int) -> list[np.ndarray]:
    """Kernel and bias of the channelled output (section IV-D), and for ``log_sum_exp`` a matrix that adds classes."""
    kernel, bias = network.output_kernel, network.output_bias
    others = np.delete(np.arange(network.outputs), label)
    if module.parameters.head == "log_sum_exp":
        sums = np.zeros((network.outputs, 2), kernel.dtype)
        sums[others, 0] = 1
        sums[label, 1] = 1
        return [kernel, bias, sums]
    channelled = np.stack([kernel[:, others].mean(axis=1), kernel[:, label]], axis=1)
    channelled_bias = np.array([bias[others].mean(), bias[label]])
    if module.parameters.head == "calibrated":
        channelled_bias[1] -= known_thresholds(module.thresholds)[0]
    return [channelled, channelled_bias.astype(kernel.dtype)]


def _head(hidden, weights: list[np.ndarray]):
    dense = keras.layers.Dense(weights[0].shape[1], activation="softmax")
    output = _with_weights(dense, hidden, weights[:2])
    if len(weights) == 3:
        output = _with_weights(keras.layers.Dense(2, use_bias=False), output, weights[2:])
    return output


def _translator(network: EncoderDecoder, masks: list[LayerMask]) -> keras.Model:
    """An encoder-decoder module: the whole encoder, the masked decoder, the parent's output layer."""
    source = keras.Input((network.source_tokens,), dtype="int32", name="source")
    target = keras.Input((network.target_tokens,), dtype="int32", name="target")

    def embed(weights, tokens, masked):
        return _with_weights(keras.layers.Embedding(*weights.shape, mask_zero=masked), tokens, [weights])

    hidden = embed(network.source_embedding, source, True)
    for position, layer in enumerate(network.encoder):
        last = position == len(network.encoder) - 1
        made = LAYERS[layer.cell](return_sequences=not last, return_state=last, **layer_settings(layer))
        hidden = _with_weights(made, hidden, layer_weights(layer))
    state = hidden[1:] if network.entering is None else [chosen(part, network.entering) for part in hidden[1:]]
    # Targets are padded on the right, so what follows the last word changes nothing before it: no mask is needed.
    embedded = embed(network.target_embedding, target, False)
    decoded = _recurrent(network, embedded, masks, state=state)
    output = [network.output_kernel, network.output_bias]
    if isinstance(decoded, list):
        outputs = keras.ops.stack([_head(step, _masked_rows(output, mask.outputs)) for step, mask in decoded], axis=1)
    else:
        outputs = _head(decoded, _masked_rows(output, masks[-1].at(0).outputs))
    return keras.Model([source, target], outputs, name="module")
