"""Fisher scores, against differences of the answer under factors on what a node sends at every timestep."""

import dataclasses

import numpy as np
import pytest

from rnn_modules.decomposition.activity import EXAMPLES_AT_ONCE, sent
from rnn_modules.decomposition.places import Places
from rnn_modules.decomposition.sensitivity import class_derivatives, fisher_scores
from rnn_modules.network import LayerMask, StepMask
from support.networks import random_classifier, random_inputs, random_sentences, random_translator, with_constant_node

SMALL = 1e-5


def scaled(network, layer, node, factor):
    masks = []
    for index, own in enumerate(network.layers):
        factors = np.ones((1, 1, own.units))
        factors[..., node] = factor if index == layer else 1
        masks.append(LayerMask((StepMask(recurrent_rows=factors, outputs=factors),)))
    return masks


def odds(network, inputs, output, places, masks):
    logits = network.module_logits(inputs, masks)[0]
    if places.steps is not None:
        logits = logits[np.arange(len(logits)), places.steps]
    return logits[:, output] - np.logaddexp.reduce(np.delete(logits, output, axis=1), axis=1)


@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
@pytest.mark.parametrize("many_output", [False, True])
def test_scores_are_mean_squares_of_differences(cell, many_output):
    network = random_classifier(3, cell, 2, units=3, many_output=many_output)
    inputs = random_inputs(network, 6)
    places = Places(np.arange(6), np.arange(6) % 5 if many_output else None, np.arange(6) < 3)
    for index, scores in enumerate(fisher_scores(network, inputs, 2, places)):
        for node, score in enumerate(scores):
            above, below = (
                odds(network, inputs, 2, places, scaled(network, index, node, 1 + side * SMALL)) for side in (1, -1)
            )
            assert score == pytest.approx(np.square((above - below) / (2 * SMALL)).mean(), rel=1e-5, abs=1e-10)


def test_scores_do_not_depend_on_how_many_run_at_once(monkeypatch):
    network = random_classifier(3, "gru", 2, units=3)
    inputs, places = random_inputs(network, 7), Places(np.arange(7), None, np.arange(7) < 3)
    whole = fisher_scores(network, inputs, 0, places)
    assert EXAMPLES_AT_ONCE > 7
    monkeypatch.setattr("rnn_modules.decomposition.activity.EXAMPLES_AT_ONCE", 2)
    for one, other in zip(whole, fisher_scores(network, inputs, 0, places), strict=True):
        np.testing.assert_allclose(one, other)


def test_a_node_that_sends_nothing_scores_nothing():
    network = with_constant_node(random_classifier(3, "lstm", 1), 0, 2)
    scores = fisher_scores(network, random_inputs(network, 5), 0, Places(np.arange(5), None, np.arange(5) < 2))[0]
    assert scores[2] == 0
    assert (np.delete(scores, 2) > 0).all()


def test_large_logits_give_numbers():
    network = random_classifier(3, "vanilla", 1, dtype=np.float32)
    network = dataclasses.replace(network, output_kernel=network.output_kernel * np.float32(1e4))
    scores = fisher_scores(network, random_inputs(network, 5), 0, Places(np.arange(5), None, np.arange(5) < 2))[0]
    assert np.isfinite(scores).all()


def test_observations_are_real_steps_and_weigh_what_depends_on_them():
    network = random_translator(2, "gru", units=3)
    inputs = random_sentences(network, 6)
    run = network.run(inputs)
    found = class_derivatives(network, run, inputs, 0, None)
    first, second = sent(network, run, None, found)
    real = int((inputs[1] != 0).sum())
    # The state at the start goes back into the first layer too.
    assert first.back.values.shape == (real + 6, 3)
    assert second.back.values.shape == first.onward.values.shape == first.reset.values.shape == (real, 3)
    np.testing.assert_allclose(second.onward.weights, np.linalg.norm(found[1].onward[network.valid(inputs)], axis=-1))
    # At a sentence's last word nothing goes back any more.
    assert (second.back.weights == 0).sum() >= 6
