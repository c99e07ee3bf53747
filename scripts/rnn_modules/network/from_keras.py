"""From a Keras model to arrays; the model object is only asked, so no backend is imported here."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.arrays import ArrayNetwork
from rnn_modules.network.cells import RecurrentLayer
from rnn_modules.network.keras_layers import CELLS, layer_of
from rnn_modules.network.networks import Classifier, EncoderDecoder, check_parts

_PASSED_OVER = {"InputLayer", "Dropout", "SpatialDropout1D", "Activation", "Softmax"}


def from_keras(model: Any) -> ArrayNetwork:
    """Read a trained Keras model into arrays.

    Args:
        model: a Sequential or functional Keras 3 model of one of the paper's five architectures: one Embedding, perhaps
            Flatten and RepeatVector, SimpleRNN / GRU / LSTM layers, and a Dense output (perhaps TimeDistributed); or an
            encoder-decoder with two Embeddings whose first decoder layer starts from the encoder's state.

    Raises:
        InputError: the model has a layer or setting that decomposition does not cover; the message names it.

    Example:
        >>> import keras
        >>> layers = [keras.layers.Embedding(9, 2), keras.layers.LSTM(4), keras.layers.Dense(3)]
        >>> network = from_keras(keras.Sequential([keras.Input((5,)), *layers]))
        >>> network.timesteps, network.outputs, [layer.cell for layer in network.layers]
        (5, 3, ['lstm'])
    """
    chains: dict[str, list[Any]] = {}
    for layer in model.layers:
        if _type(layer) not in _PASSED_OVER:
            chains.setdefault(_root(layer), []).append(layer)
    network = _network(list(chains.values()))
    if network is None:
        raise InputError(f"model {model.name!r}: expected one input, or a source and a target; received {len(chains)}")
    try:
        check_parts(network)
    except ValueError as error:
        raise InputError(f"model {model.name!r}: cannot be decomposed ({error})") from error
    return network


def _network(chains: list[list[Any]]) -> ArrayNetwork | None:
    """The network of one chain of layers, or of the two of an encoder and a decoder."""
    if len(chains) == 1:
        return _classifier(chains[0])
    decoder = next((chain for chain in chains if _type(chain[-1]) in ("Dense", "TimeDistributed")), None)
    encoder = next((chain for chain in chains if chain is not decoder), None)
    if len(chains) == 2 and decoder is not None and encoder is not None:
        return _encoder_decoder(encoder, decoder)
    return None


def _type(layer: Any) -> str:
    return type(layer).__name__


def _root(layer: Any) -> str:
    """Name of the input that a layer's first argument comes from."""
    while _type(layer) != "InputLayer":
        nodes = layer._inbound_nodes
        if len(nodes) != 1:
            raise InputError(f"layer {layer.name!r}: used {len(nodes)} times; layers must be used once")
        history = nodes[0].input_tensors[0]._keras_history.operation
        layer = history
    return layer.name


def _recurrent(layer: Any) -> RecurrentLayer:
    if _type(layer) not in CELLS:
        raise InputError(
            f"layer {layer.name!r}: {_type(layer)} cannot be decomposed; expected SimpleRNN, GRU, LSTM, Embedding, "
            "Flatten, RepeatVector, Dropout or Dense"
        )
    if layer.go_backwards:
        raise InputError(f"layer {layer.name!r}: go_backwards=True is not supported")
    try:
        return layer_of(layer.cell, bool(layer.return_sequences))
    except InputError as error:
        raise InputError(f"layer {layer.name!r}: {error}") from error


def _output(layer: Any) -> tuple[np.ndarray, np.ndarray]:
    if _type(layer) == "TimeDistributed":
        layer = layer.layer
    if _type(layer) != "Dense":
        raise InputError(f"layer {layer.name!r}: the last layer must be Dense, received {_type(layer)}")
    weights = [np.array(weight) for weight in layer.get_weights()]
    return weights[0], weights[1] if len(weights) > 1 else np.zeros(weights[0].shape[1], weights[0].dtype)


def _embedding(layer: Any) -> np.ndarray:
    if _type(layer) != "Embedding":
        raise InputError(f"layer {layer.name!r}: the first layer must be Embedding, received {_type(layer)}")
    return np.array(layer.get_weights()[0])


def _tokens(layer: Any) -> int:
    """Length of the input that an Embedding reads."""
    shape = layer.input.shape
    if len(shape) != 2 or shape[1] is None:
        raise InputError(f"layer {layer.name!r}: reads {tuple(shape)}; expected (None, tokens), a fixed number of them")
    return int(shape[1])


def _classifier(chain: list[Any]) -> Classifier:
    embedding, output = _embedding(chain[0]), chain[-1]
    if chain[0].mask_zero:
        raise InputError(f"layer {chain[0].name!r}: mask_zero=True is supported in encoder-decoders only")
    middle = chain[1:-1]
    repeat = None
    if middle and _type(middle[0]) == "Flatten":
        if len(middle) < 2 or _type(middle[1]) != "RepeatVector":
            raise InputError(f"layer {middle[0].name!r}: Flatten must be followed by RepeatVector")
        repeat, middle = int(middle[1].n), middle[2:]
    if not middle:
        raise InputError(f"layer {output.name!r}: there is no recurrent layer before it")
    kernel, bias = _output(output)
    return Classifier(
        layers=tuple(_recurrent(layer) for layer in middle),
        output_kernel=kernel,
        output_bias=bias,
        embedding=embedding,
        tokens=_tokens(chain[0]),
        repeat=repeat,
    )


def _encoder_decoder(encoder: list[Any], decoder: list[Any]) -> EncoderDecoder:
    for embedding in (encoder[0], decoder[0]):
        if not getattr(embedding, "mask_zero", False):
            raise InputError(f"layer {embedding.name!r}: an encoder-decoder's Embedding needs mask_zero=True")
    kernel, bias = _output(decoder[-1])
    return EncoderDecoder(
        layers=tuple(_recurrent(layer) for layer in decoder[1:-1]),
        output_kernel=kernel,
        output_bias=bias,
        encoder=tuple(_recurrent(layer) for layer in encoder[1:]),
        source_embedding=_embedding(encoder[0]),
        target_embedding=_embedding(decoder[0]),
        source_tokens=_tokens(encoder[0]),
        target_tokens=_tokens(decoder[0]),
    )
