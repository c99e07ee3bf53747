"""Small modules of public models of many kinds: made, saved, exported, put together."""

import numpy as np
import pytest

from rnn_modules.decomposition.composition import module_odds, parent_odds
from rnn_modules.decomposition.counts import recurrent_share
from rnn_modules.decomposition.modules_file import read, write
from rnn_modules.decomposition.parents import Module, Parent
from rnn_modules.decomposition.public import decompose, load
from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.base import rows_of
from support.networks import random_classifier, random_inputs, random_small_modules
from support.public_networks import asked, public_model, same

MODELS = [
    "film_reviews_of_any_length",
    "tags_of_padded_words",
    "toxic_comments",
    "text_and_metadata",
    "directions_apart",
    "cells_in_one_layer",
    "masked_series",
]
EXAMPLES = np.arange(40) % 10


def labels(network, logits):
    generator = np.random.default_rng(0)
    if network.independent:
        return generator.integers(0, 2, (len(EXAMPLES), network.outputs))
    drawn = generator.integers(0, network.outputs, (len(EXAMPLES), *logits.shape[1:-1]))
    drawn.flat[: network.outputs] = np.arange(network.outputs)
    return drawn


def made(name, **parameters):
    public = public_model(name)
    inputs = rows_of(public.inputs, EXAMPLES)
    given = list(inputs) if isinstance(inputs, tuple) else inputs
    known = labels(public.network, public.network.logits(public.inputs))
    settings = {"preset": "compact", "ranking_sample": 40, "rounds": 1, "drift_rounds": 1} | parameters
    return public, inputs, given, known, decompose(public.model, given, known, **settings)


@pytest.mark.parametrize("name", MODELS)
def test_small_modules_of_a_graph(name, tmp_path):
    public, inputs, given, known, modules = made(name, keep=0.6)
    for part in modules.parts:
        network = part.parent.network
        small = part.masks.networks[0]
        assert recurrent_share(part.masks, network)[0] <= 0.6
        assert sum(layer.units for layer in small.layers) < sum(layer.units for layer in network.layers)
    table = modules.recognition(given, known)
    assert (table.kept_nodes < 1).all()
    odds = modules.decision_function(given)
    modules.save(tmp_path / "modules.npz")
    loaded = load(tmp_path / "modules.npz", public.model)
    np.testing.assert_array_equal(loaded.decision_function(given), odds)
    assert loaded.predict(given).shape == known.shape
    first, last = modules.classes[0], modules.classes[-1]
    again = (modules[[first]] | loaded[[last]]).replace(last, loaded[last])
    np.testing.assert_array_equal(again.decision_function(given), odds[..., [0, -1]])
    exported = asked(modules[last].to_keras(), rows_of(public.inputs, np.arange(10)))
    same(exported[..., 1], modules[last].predict_proba(given)[:10, ..., 0], atol=1e-4)
    assert len(modules.plot().axes) > 1


@pytest.mark.parametrize("name", ["pooled_twice", "states_of_both_directions"])
def test_small_modules_that_keep_all_judge_as_their_parent(name):
    _, inputs, given, _, modules = made(name, keep=1.0)
    network = modules.parts[0].parent.network
    expected = parent_odds(network, inputs, ("log_sum_exp",))["log_sum_exp"]
    same(modules.decision_function(given, head="log_sum_exp"), np.moveaxis(expected, 0, -1), atol=1e-4)


def test_modules_of_other_sizes_are_saved_by_themselves(tmp_path):
    network = random_classifier(cell="vanilla", layers=1, units=6)
    modules = random_small_modules(network)
    assert len({small.features for small in modules.networks}) > 1
    parent = Parent(None, network, ())
    write(
        [Module(name, modules.select([at]), parent, tuple("abc")) for at, name in enumerate("abc")], tmp_path / "m.npz"
    )
    inputs = random_inputs(network, 7)
    odds = module_odds(network, modules, inputs, ("refitted",))["refitted"]
    for own, module in zip(odds, read(tmp_path / "m.npz", [parent]), strict=True):
        received = module_odds(network, module.masks, inputs, ("refitted",))["refitted"][0]
        np.testing.assert_allclose(received, own, rtol=1e-9)


def test_the_vote_is_on_the_scale_of_the_classes_rates():
    _, _, given, known, modules = made("hidden_layer", keep=0.6)
    odds = modules.decision_function(given)
    rates = np.array([part.masks.refitted.rates[0] for part in modules.parts])
    assert (modules.predict(given) == np.array(modules.classes)[(odds + rates).argmax(axis=1)]).all()
    assert modules.score(given, known) == np.mean(modules.predict(given) == known)


def test_the_cell_state_of_an_lstm_that_another_layer_reads_is_refused_by_name():
    with pytest.raises(InputError, match="cell state of .*preset='paper'"):
        made("translator", keep=0.5)


def test_unrolled_modules_are_masks():
    with pytest.raises(InputError, match="unrolled"):
        made("hidden_layer", mode="unrolled")
