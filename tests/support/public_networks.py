"""The public models as they are read, each built once, and what Keras answers."""

from dataclasses import dataclass
from functools import cache

import keras
import numpy as np

from rnn_modules.network import LayerMask, StepMask
from rnn_modules.network.graph import read_graph
from rnn_modules.network.graph_network import GraphNetwork
from support.public_forms import FORMS
from support.public_models import TEXT_MODELS
from support.public_series import SERIES_MODELS

PUBLIC_MODELS = TEXT_MODELS | SERIES_MODELS | FORMS


@dataclass(frozen=True, eq=False)
class Public:
    """A model, what it reads, what Keras answered before the model was read, and the network."""

    model: keras.Model
    inputs: np.ndarray | tuple[np.ndarray, ...]
    expected: np.ndarray
    network: GraphNetwork


@cache
def public_model(name):
    model, inputs = PUBLIC_MODELS[name]()
    expected = asked(model, inputs)
    return Public(model, inputs, expected, read(model))


def read(model):
    return GraphNetwork(read_graph(model), model)


def asked(model, inputs):
    """What Keras' own predict answers."""
    given = list(inputs) if isinstance(inputs, tuple) else inputs
    if isinstance(getattr(model, "_inputs_struct", None), dict):
        given = dict(zip(sorted(model._inputs_struct), inputs, strict=True))
    elif not isinstance(inputs, tuple) and inputs.dtype.kind == "O":
        given = keras.ops.convert_to_tensor(list(inputs))
    # Without a graph of TensorFlow's own for each of them.
    model.run_eagerly = True
    return keras.tree.flatten(model.predict(given, verbose=0))[0]


def same(received, expected, atol=1e-5):
    np.testing.assert_allclose(received, expected, rtol=0, atol=atol)


def node_masks(network, kept):
    """Rolled masks that remove nodes; ``kept`` is ``(modules, units)`` for each layer."""
    masks = []
    for layer, nodes in zip(network.layers, kept, strict=True):
        rows = nodes[:, None].astype(layer.kernel.dtype)
        columns = np.tile(rows, len(layer.gates))
        masks.append(LayerMask((StepMask(columns, columns, rows, rows),)))
    return masks


def keras_cells(graph):
    """Keras' cells, in the order of the network's layers."""
    for call in graph.calls:
        if call.recurrent is not None:
            layer = call.operation
            both = hasattr(layer, "forward_layer")
            for part in (layer.forward_layer, layer.backward_layer) if both else (layer,):
                yield from getattr(part.cell, "cells", [part.cell])


def without_nodes(name, kept):
    """What Keras answers when the weights of nodes are zero; ``kept`` is ``(units,)`` for each layer."""
    model, inputs = PUBLIC_MODELS[name]()
    for cell, nodes in zip(keras_cells(read_graph(model)), kept, strict=True):
        arrays = cell.get_weights()
        columns = np.tile(nodes, arrays[0].shape[1] // len(nodes))
        for array in arrays:
            array[..., ~columns] = 0
        arrays[1][~nodes] = 0
        cell.set_weights(arrays)
    return asked(model, inputs)
