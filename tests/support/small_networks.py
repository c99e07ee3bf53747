"""Networks with nodes that are linear in others on purpose, so that folding them restores the same function."""

import dataclasses

import numpy as np

from rnn_modules.network import EncoderDecoder


def _twin_columns(array, gates, pairs):
    """Columns ``(…, gates * units)`` in which some nodes receive what others do."""
    blocks = array.reshape(*array.shape[:-1], gates, -1).copy()
    for twin, node in pairs:
        blocks[..., twin] = blocks[..., node]
    return blocks.reshape(array.shape)


def _with_twins(layer, pairs):
    names = ("kernel", "recurrent_kernel", "bias", "recurrent_bias")
    arrays = {name: getattr(layer, name) for name in names if getattr(layer, name) is not None}
    gates = len(layer.gates)
    return dataclasses.replace(layer, **{name: _twin_columns(part, gates, pairs) for name, part in arrays.items()})


def with_twins(network, pairs):
    """The same network in which the first node of each pair does what the second one does, in every layer."""
    network = network.with_layers([_with_twins(layer, pairs) for layer in network.layers])
    if isinstance(network, EncoderDecoder):
        # The decoder starts from the encoder's state, which has to be the same in both too.
        *below, last = network.encoder
        network = dataclasses.replace(network, encoder=(*below, _with_twins(last, pairs)))
    return network


def with_reset_after(network, seed=3):
    """GRU networks whose reset gate stands after the product."""
    generator = np.random.default_rng(seed)
    return network.with_layers(
        [
            dataclasses.replace(layer, reset_after=True, recurrent_bias=generator.normal(size=layer.bias.shape))
            for layer in network.layers
        ]
    )
