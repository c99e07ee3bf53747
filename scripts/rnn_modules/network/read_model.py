"""From a Keras model to the network that is decomposed: plain arrays where its graph is plain, else its graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_modules.files.atomic_files import InputError, one_line
from rnn_modules.network.base import Network, examples_of, rows_of
from rnn_modules.network.ending import answers_from
from rnn_modules.network.from_keras import classifier_of
from rnn_modules.network.graph import Graph, read_graph
from rnn_modules.network.graph_network import GraphNetwork
from rnn_modules.network.keras_calls import to_array, to_input

PARITY = 1e-4
"""Largest difference of a network's answers from Keras' that is put down to rounding."""
_EXAMPLES = 64


def read_network(model: Any) -> Network:
    """Read a trained Keras model.

    Args:
        model: a functional or Sequential Keras 3 model with a chain of recurrent layers.

    Returns:
        A :class:`~rnn_modules.network.networks.Classifier` where the model is word ids, perhaps repeated, plain
        recurrent layers and one output layer; else a :class:`~rnn_modules.network.graph_network.GraphNetwork`.

    Raises:
        UnsupportedModel: the model has something that is not understood; the message names all of it.

    Example:
        >>> import keras
        >>> layers = [keras.layers.Embedding(9, 4), keras.layers.GRU(3), keras.layers.Dense(2, "softmax")]
        >>> type(read_network(keras.Sequential([keras.Input((5,)), *layers]))).__name__
        'Classifier'
        >>> layers[1:] = [keras.layers.Bidirectional(keras.layers.GRU(3)), keras.layers.Dense(2, "softmax")]
        >>> type(read_network(keras.Sequential([keras.Input((5,)), *layers]))).__name__
        'GraphNetwork'
    """
    return network_of(read_graph(model), model)


def network_of(graph: Graph, model: Any) -> Network:
    """The network of a model whose graph has been read; see :func:`read_network`.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((5, 2)), keras.layers.GRU(3), keras.layers.Dense(2)])
        >>> network_of(read_graph(model), model).outputs
        2
    """
    return classifier_of(graph) or GraphNetwork(graph, model)


def check_parity(model: Any, network: Network, inputs: Any) -> float:
    """Largest difference between the answers of a Keras model and of the network that was read from it.

    Keras answers all examples in one batch; the network answers one by itself and the others turned round, so that
    what mixes examples shows.

    Args:
        model: the Keras model.
        network: read from it.
        inputs: as the network reads them; the first 64 are compared.

    Raises:
        InputError: it is more than rounding, so the network is another function; the message has the figure.

    Example:
        >>> import keras
        >>> layers = [keras.Input((5,)), keras.layers.Embedding(9, 4), keras.layers.GRU(3), keras.layers.Dense(2)]
        >>> model = keras.Sequential(layers)
        >>> check_parity(model, read_network(model), np.arange(10, dtype=np.int32).reshape(2, 5) % 9) < 1e-6
        True
    """
    rows = np.arange(min(model.inputs[0].shape[0] or _EXAMPLES, examples_of(inputs)))
    graph = read_graph(model)
    order = rows[::-1]
    parts = [part for part in (order[:1], order[1:]) if len(part)]
    try:
        logits = np.concatenate([network.logits(rows_of(inputs, part)) for part in parts])[::-1]
        expected = answers_of(model, rows_of(inputs, rows))
    except InputError:
        raise
    except Exception as raised:  # whatever a layer raises when it cannot read what it is given
        raise InputError(f"x: model {model.name!r} cannot read it ({one_line(raised)})") from raised
    received = answers_from(logits, graph.link, expected.shape[-1])
    if received.shape != expected.shape:
        raise InputError(f"model {model.name!r}: answers of the shape {expected.shape}, read as {received.shape}")
    difference = np.abs(received - expected)
    if graph.link == "linear":
        difference = difference / max(1.0, float(np.abs(expected).max()))
    largest = float(difference.max())
    if not largest < PARITY:
        raise InputError(
            f"model {model.name!r}: what was read differs from model.predict by {largest:.2e}, more than rounding; "
            "something in it is another function than it seems, is random, or mixes the examples of a batch, so it is "
            "not decomposed; leave out layers with code of their own, or keep the first axis for the examples"
        )
    return largest


def answers_of(model: Any, inputs: Any) -> np.ndarray:
    """What a Keras model answers, as ``model.predict`` gives it, in one batch.

    Args:
        model: a functional or Sequential model.
        inputs: an array, or a tuple of one for each input of the model, in the order of ``model.inputs``.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Softmax()])
        >>> answers_of(model, np.log([[1, 1, 2]])).tolist()
        [[0.25, 0.25, 0.5]]
    """
    import keras

    parts = inputs if isinstance(inputs, tuple) else (inputs,)
    tensors = [to_input(part, symbol) for part, symbol in zip(parts, model.inputs, strict=True)]
    structure = getattr(model, "_functional", model)._inputs_struct
    given = keras.tree.flatten(model(keras.tree.pack_sequence_as(structure, tensors), training=False))
    return to_array(given[0])
