"""Small random networks."""

import dataclasses

import numpy as np

from rnn_modules.decomposition.activity import Moments
from rnn_modules.decomposition.folding import LayerMoments, fold
from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.parameters import DecompositionParameters, preset
from rnn_modules.decomposition.refitting import RefittedHead
from rnn_modules.decomposition.small_modules import SmallModules
from rnn_modules.network import GATES, Classifier, EncoderDecoder, RecurrentLayer, translates


def random_layer(generator, cell, inputs, units, return_sequences=True, activation="tanh", dtype=np.float64, **options):
    """A recurrent layer with weights large enough for the gates to matter."""
    width = len(GATES[cell]) * units
    return RecurrentLayer(
        cell=cell,
        kernel=generator.normal(0, 0.8, (inputs, width)).astype(dtype),
        recurrent_kernel=generator.normal(0, 0.6, (units, width)).astype(dtype),
        bias=generator.normal(0, 0.4, width).astype(dtype),
        return_sequences=return_sequences,
        activation=activation,
        **options,
    )


def random_stack(generator, cell, inputs, units, layers, last_sequences, activation="tanh", dtype=np.float64):
    return tuple(
        random_layer(
            generator, cell, inputs if i == 0 else units, units, i < layers - 1 or last_sequences, activation, dtype
        )
        for i in range(layers)
    )


def random_classifier(
    seed=0,
    cell="lstm",
    layers=2,
    units=4,
    tokens=5,
    classes=3,
    vocabulary=7,
    many_output=False,
    repeat=None,
    activation="tanh",
    dtype=np.float64,
):
    """A classifier of any of the four classification architectures."""
    generator = np.random.default_rng(seed)
    width = 3
    features = width * tokens if repeat else width
    return Classifier(
        layers=random_stack(generator, cell, features, units, layers, many_output, activation, dtype),
        output_kernel=generator.normal(0, 1, (units, classes)).astype(dtype),
        output_bias=generator.normal(0, 0.5, classes).astype(dtype),
        embedding=generator.normal(0, 1, (vocabulary, width)).astype(dtype),
        tokens=tokens,
        repeat=repeat,
    )


def random_inputs(network, examples, seed=0):
    return np.random.default_rng(seed).integers(0, len(network.embedding), (examples, network.tokens), dtype=np.int32)


def different_inputs(network, examples, seed=0):
    """Inputs in which no word occurs twice, so that no two activations are equal; the vocabulary must suffice."""
    ids = np.random.default_rng(seed).permutation(len(network.embedding))[: examples * network.tokens]
    return ids.reshape(examples, network.tokens).astype(np.int32)


def with_constant_node(network, layer, node, bias=0.3):
    """The same network with a node of constant activation: ``bias`` squashed in vanilla cells, 0 in the others."""
    constant = network.layers[layer]
    columns = slice(node, None, constant.units)
    arrays = {name: getattr(constant, name).copy() for name in ("kernel", "recurrent_kernel", "bias")}
    for array in arrays.values():
        array[..., columns] = 0
    if constant.cell == "vanilla":
        arrays["bias"][node] = bias
    layers = list(network.layers)
    layers[layer] = dataclasses.replace(constant, **arrays)
    return dataclasses.replace(network, layers=tuple(layers))


def random_translator(seed=0, cell="lstm", layers=2, units=4, words=9, source_tokens=4, target_tokens=5):
    generator = np.random.default_rng(seed)
    width = 3
    return EncoderDecoder(
        layers=random_stack(generator, cell, width, units, layers, True),
        output_kernel=generator.normal(0, 1, (units, words)),
        output_bias=generator.normal(0, 0.5, words),
        encoder=random_stack(generator, cell, width, units, layers, False),
        source_embedding=generator.normal(0, 1, (8, width)),
        target_embedding=generator.normal(0, 1, (words, width)),
        source_tokens=source_tokens,
        target_tokens=target_tokens,
    )


def random_sentences(network, examples, seed=0):
    """Sources and decoder inputs, padded on the right."""
    generator = np.random.default_rng(seed)

    def sentences(tokens, words):
        ids = generator.integers(1, words, (examples, tokens), dtype=np.int32)
        lengths = generator.integers(1, tokens + 1, examples)
        return np.where(np.arange(tokens) < lengths[:, None], ids, 0).astype(np.int32)

    return (
        sentences(network.source_tokens, len(network.source_embedding)),
        sentences(network.target_tokens, len(network.target_embedding)),
    )


def calibrated_modules(network, mode="rolled"):
    """Random modules that every head can be put on."""
    return dataclasses.replace(random_modules(network, mode=mode), thresholds=np.zeros(network.outputs))


def random_modules(network, seed=0, mode="rolled", share=0.4, per_gate=False, classes=None, **parameters):
    """Modules that lost a random share of their nodes."""
    generator = np.random.default_rng(seed)
    classes = classes or network.outputs
    timesteps = network.timesteps if mode == "unrolled" else 1
    return ModuleMasks(
        mode=mode,
        class_names=tuple(f"class {label}" for label in range(classes)),
        kept=tuple(
            generator.random((classes, timesteps, len(layer.gates) if per_gate else 1, layer.units)) >= share
            for layer in network.layers
        ),
        parent=network.sha256,
        parameters=DecompositionParameters(gate_approach="per_gate" if per_gate else "hidden_state", **parameters),
        counts={f"class {label}": {"positive": label + 1, "negative": 7} for label in range(classes)},
    )


def random_small_modules(network, seed=0, classes=None, shared=False, **parameters):
    """Modules of random nodes, of other numbers each, with random heads of their own where there are classes."""
    generator = np.random.default_rng(seed)
    classes = classes or network.outputs
    moments = [_random_moments(generator, layer.units) for layer in network.layers]
    nodes = [
        [np.sort(generator.permutation(layer.units)[: generator.integers(1, layer.units)]) for layer in network.layers]
        for _ in range(1 if shared else classes)
    ]
    networks = tuple(fold(network, kept, moments) for kept in nodes)
    widest = max(small.layers[-1].units for small in networks)
    architecture = "encoder_decoder" if translates(network) else "many_to_one"
    return SmallModules(
        class_names=tuple(f"class {label}" for label in range(classes)),
        networks=networks,
        nodes=tuple(nodes),
        parent=network.sha256,
        parameters=dataclasses.replace(preset("compact", architecture, "lstm"), **parameters),
        positions=tuple(range(classes)),
        counts={f"class {label}": {"positive": label + 1, "negative": 7} for label in range(classes)},
        refitted=None if translates(network) else _random_heads(generator, network, networks, classes, widest),
    )


def _random_moments(generator, units):
    def moments(centre):
        rows = generator.normal(size=(50, units))
        return Moments(rows.T @ rows / len(rows), centre * rows.mean(axis=0))

    return LayerMoments(moments(0), moments(1), moments(1), moments(0))


def _random_heads(generator, network, networks, classes, widest):
    units = [networks[0 if len(networks) == 1 else index].layers[-1].units for index in range(classes)]
    weights = generator.normal(size=(classes, widest)) * (np.arange(widest) < np.array(units)[:, None])
    biases = generator.normal(size=(classes, network.timesteps if network.many_output else 1))
    trust, rates = generator.normal(size=(2, classes))
    return RefittedHead(weights, trust, biases, rates - 2)
