"""Modules run side by side are each network by itself."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.decomposition.heads import head_odds
from rnn_modules.decomposition.masks import check_parent
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.refitting import RefittedHead
from rnn_modules.decomposition.small_modules import SmallModules
from rnn_modules.files.atomic_files import InputError
from support.networks import random_classifier, random_inputs, random_layer

CLASSES = 3


def of_sizes(network, sizes, generator):
    """A network of other numbers of nodes that reads the same."""
    layers, below = [], network.layers[0].kernel.shape[0]
    for layer, units in zip(network.layers, sizes, strict=True):
        new = random_layer(generator, layer.cell, below, units, layer.return_sequences, layer.activation)
        layers.append(dataclasses.replace(new, reset_after=layer.reset_after))
        below = units
    kernel = generator.normal(size=(below, network.outputs))
    return dataclasses.replace(network, layers=tuple(layers), output_kernel=kernel)


def modules_of(networks, features, timesteps=1, seed=0):
    generator = np.random.default_rng(seed)
    head = RefittedHead(
        generator.normal(size=(CLASSES, features)),
        generator.normal(size=CLASSES),
        generator.normal(size=(CLASSES, timesteps)),
        generator.normal(size=CLASSES),
    )
    return SmallModules(
        tuple("abc"),
        tuple(networks),
        tuple([np.arange(layer.units) for layer in network.layers] for network in networks),
        networks[0].sha256,
        DecompositionParameters(keep=0.5),
        positions=(0, 1, 2),
        refitted=head,
    )


def hidden_of(modules, inputs):
    hidden = modules.side_by_side.hidden(inputs)
    return np.moveaxis(hidden, 0, 2) if modules.networks[0].many_output else hidden


@given(
    seed=st.integers(0, 1000),
    cell=st.sampled_from(["vanilla", "gru", "lstm"]),
    form=st.sampled_from([(False, None), (True, None), (False, 1), (True, 3)]),
    sizes=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=CLASSES, max_size=CLASSES),
)
@settings(max_examples=25, deadline=None)
def test_each_answers_as_by_itself(seed, cell, form, sizes):
    many_output, repeat = form
    parent = random_classifier(seed, cell, 2, many_output=many_output, repeat=repeat, classes=CLASSES)
    generator = np.random.default_rng(seed)
    networks = [of_sizes(parent, own, generator) for own in sizes]
    widest = max(own[-1] for own in sizes)
    modules = modules_of(networks, widest, parent.timesteps if many_output else 1)
    for own, weights in zip(sizes, modules.refitted.weights, strict=True):
        weights[own[-1] :] = 0
    inputs = random_inputs(parent, 5, seed)
    odds = modules.odds(hidden_of(modules, inputs), ("log_sum_exp", "refitted"))
    for index, network in enumerate(networks):
        parents = head_odds(network.logits(inputs)[None], "log_sum_exp", outputs=[index])
        np.testing.assert_allclose(odds["log_sum_exp"][index], parents[0], atol=1e-9)
        chosen = modules.select([index])
        hidden = network.hidden(inputs)
        hidden = np.moveaxis(hidden, 0, 2) if many_output else hidden
        expected = chosen.refitted.odds(hidden, parents)[0]
        np.testing.assert_allclose(odds["refitted"][index], expected + modules.refitted.rates[index], atol=1e-9)
        own = chosen.odds(hidden_of(chosen, inputs), ("log_sum_exp", "refitted"))
        for head in own:
            np.testing.assert_allclose(own[head][0], odds[head][index], atol=1e-9)


def test_one_network_for_all_answers_for_each():
    network = random_classifier(1, "lstm", classes=CLASSES)
    modules, inputs = modules_of([network], 4), random_inputs(network, 6)
    odds = modules.odds(hidden_of(modules, inputs), modules.heads[1:2])["log_sum_exp"]
    logits = network.logits(inputs)
    np.testing.assert_array_equal(odds.argmax(axis=0), logits.argmax(axis=-1))
    assert modules.select([2]).network_of(0) is network
    assert modules.select([2]).outputs == (2,)


def test_what_they_cannot_answer_by_is_refused():
    network = random_classifier(1, classes=CLASSES)
    modules = dataclasses.replace(modules_of([network], 4), refitted=None)
    hidden = hidden_of(modules, random_inputs(network, 2))
    with pytest.raises(InputError, match="head: received 'refitted'; these modules answer by mean, log_sum_exp"):
        modules.odds(hidden, ("refitted",))
    with pytest.raises(InputError, match="head calibrated: these modules have no thresholds"):
        modules.odds(hidden, ("calibrated",))


def test_another_parent_is_refused():
    network = random_classifier(1, classes=CLASSES)
    with pytest.raises(InputError, match="the modules belong to the network"):
        check_parent(modules_of([network], 4).parent, random_classifier(2, classes=CLASSES))
