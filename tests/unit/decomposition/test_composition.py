"""Composed modules: voting, calibration, replay options, translation by modules, and the zeroed control."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.decomposition.composition import (
    calibrate,
    module_odds,
    parent_odds,
    replay_network,
    translate,
    vote,
    zeroed,
)
from rnn_modules.decomposition.heads import best_threshold, head_odds
from rnn_modules.decomposition.masks import whole_modules
from rnn_modules.files.atomic_files import InputError
from support.networks import (
    random_classifier,
    random_inputs,
    random_modules,
    random_sentences,
    random_small_modules,
    random_translator,
)


def naive_threshold(odds, positive):
    """The best balanced accuracy of a decision "odds above threshold", tried at every gap."""
    values = np.unique(odds)
    gaps = np.concatenate([[values[0] - 1], (values[1:] + values[:-1]) / 2])
    return max((np.mean(odds[positive] > threshold) + np.mean(odds[~positive] <= threshold)) / 2 for threshold in gaps)


def test_odds_have_a_row_per_module():
    inputs = random_inputs(random_classifier(), 6)
    one, many = random_classifier(), random_classifier(many_output=True)
    assert module_odds(one, random_modules(one), inputs)["mean"].shape == (3, 6)
    assert module_odds(many, random_modules(many), inputs)["mean"].shape == (3, 6, 5)


@pytest.mark.parametrize("many_output", [False, True])
def test_odds_do_not_depend_on_the_chunks(monkeypatch, many_output):
    network = random_classifier(many_output=many_output)
    modules, inputs = random_modules(network, mode="unrolled"), random_inputs(network, 23)
    whole = module_odds(network, modules, inputs, ("mean", "log_sum_exp"))
    monkeypatch.setattr("rnn_modules.network.batching.ROWS_AT_ONCE", 3 * 4)
    for head, odds in module_odds(network, modules, inputs, ("mean", "log_sum_exp")).items():
        np.testing.assert_allclose(odds, whole[head], rtol=0, atol=1e-12)


def test_no_examples_give_no_odds():
    network = random_classifier()
    assert module_odds(network, random_modules(network), random_inputs(network, 0))["mean"].shape == (3, 0)


def test_vote_is_for_the_largest_odds_and_the_first_of_equal_ones():
    odds = np.array([[1.0, -3.0, 0.0], [0.5, -2.0, 0.0], [0.0, -2.5, -1.0]])
    assert vote(odds).tolist() == [0, 1, 0]
    assert vote(odds[:, :, None]).shape == (3, 1)


def test_words_outside_the_vocabulary_are_an_error():
    network = random_classifier(vocabulary=7)
    with pytest.raises(InputError, match=r"0\.\.6"):
        module_odds(network, random_modules(network), np.full((1, 5), 7))


@given(st.integers(2, 40), st.integers(1, 6), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=100, derandomize=True)
def test_thresholds_are_the_best_there_are(examples, different, seed):
    generator = np.random.default_rng(seed)
    # Few different values, so that many odds are equal.
    odds = generator.choice(generator.normal(size=different), examples)
    positive = generator.random(examples) < 0.4
    threshold = best_threshold(odds, positive)
    if positive.all() or not positive.any():
        assert threshold == 0
        return
    best = naive_threshold(odds, positive)
    # Without any threshold better than chance it does not matter which one is taken.
    if best > 0.5 + 1e-9:
        received = (np.mean(odds[positive] > threshold) + np.mean(odds[~positive] <= threshold)) / 2
        assert received == pytest.approx(best)


@pytest.mark.parametrize("many_output", [False, True])
def test_calibration_by_brute_force(many_output):
    network = random_classifier(many_output=many_output, layers=1)
    modules, inputs = random_modules(network, calibration_sample=500), random_inputs(network, 60)
    labels = np.random.default_rng(2).integers(0, 3, (60, 5) if many_output else 60)
    calibrated = calibrate(network, modules, inputs, labels, seed=0)
    odds = module_odds(network, calibrated, inputs, ("mean", "calibrated"))
    for label in range(3):
        positive = (labels == label).reshape(-1)
        best = naive_threshold(odds["mean"][label].reshape(-1), positive)
        assert best > 0.5
        said_yes = odds["calibrated"][label].reshape(-1) > 0
        assert (said_yes[positive].mean() + (~said_yes[~positive]).mean()) / 2 == pytest.approx(best)
    for kept, other in zip(calibrated.kept, modules.kept, strict=True):
        np.testing.assert_array_equal(kept, other)


def test_calibration_uses_as_many_examples_as_it_may():
    network = random_classifier(classes=2)
    inputs = random_inputs(network, 60)
    labels = network.logits(inputs).argmax(axis=-1)
    few, again, other = (
        calibrate(network, random_modules(network, calibration_sample=10), inputs, labels, seed).thresholds
        for seed in (0, 0, 1)
    )
    rows = np.random.default_rng(0).choice(60, 10, replace=False)
    alone = calibrate(network, random_modules(network), inputs[rows], labels[rows], 0).thresholds
    np.testing.assert_array_equal(few, again)
    np.testing.assert_array_equal(few, alone)
    assert (few != other).any()


def test_a_class_that_is_not_in_the_sample_keeps_the_threshold_0():
    network = random_classifier()
    calibrated = calibrate(network, random_modules(network), random_inputs(network, 20), np.arange(20) % 2, 0)
    assert calibrated.thresholds[2] == 0
    assert calibrated.thresholds[:2].all()


def test_thresholds_can_change_the_vote():
    network = random_classifier()
    inputs = random_inputs(network, 30)
    modules = dataclasses.replace(whole_modules(network, ("a", "b", "c")), thresholds=np.array([0.0, 100.0, 0.0]))
    odds = module_odds(network, modules, inputs, ("mean", "calibrated"))
    logits = network.logits(inputs)
    assert (logits.argmax(axis=1) == 1).any()
    np.testing.assert_array_equal(vote(odds["mean"]), logits.argmax(axis=1))
    np.testing.assert_array_equal(vote(odds["calibrated"]), 2 * logits[:, [0, 2]].argmax(axis=1))


def test_zeroed_network_answers_with_its_bias():
    network = random_classifier(many_output=True)
    np.testing.assert_array_equal(
        zeroed(network).logits(random_inputs(network, 4)), np.broadcast_to(network.output_bias, (4, 5, 3))
    )
    assert network.embedding.any()


@pytest.mark.parametrize("many_output", [False, True])
def test_replay_of_rolled_many_output_modules_without_weights(many_output):
    network = random_classifier(many_output=many_output)
    inputs = random_inputs(network, 8)
    for mode in ("rolled", "unrolled"):
        modules = random_modules(network, mode=mode, rolled_replay="zeroed")
        odds = module_odds(network, modules, inputs)["mean"]
        is_constant = (odds == odds[:, :1]).all()
        assert is_constant == (many_output and mode == "rolled")


def test_replay_as_trained_is_the_network_itself():
    network = random_classifier(cell="gru")
    assert replay_network(network, random_modules(network)) is network


@pytest.mark.parametrize("reset_gate", ["trained", "after_product"])
@pytest.mark.parametrize("replayed_gates", ["trained", "sigmoid"])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_gates_of_the_replay(cell, reset_gate, replayed_gates):
    network = random_classifier(cell=cell)
    network = dataclasses.replace(
        network,
        layers=tuple(dataclasses.replace(layer, recurrent_activation="hard_sigmoid") for layer in network.layers),
    )
    modules = random_modules(network, reset_gate=reset_gate, replayed_gates=replayed_gates)
    replayed = replay_network(network, modules)
    for layer in replayed.layers:
        assert layer.reset_after == (cell == "gru" and reset_gate == "after_product")
        assert layer.recurrent_activation == ("sigmoid" if replayed_gates == "sigmoid" else "hard_sigmoid")
    inputs = random_inputs(network, 5)
    odds = module_odds(network, modules, inputs)["mean"]
    expected = module_odds(replayed, dataclasses.replace(modules, parent=replayed.sha256), inputs)["mean"]
    np.testing.assert_array_equal(odds, expected)
    as_trained = module_odds(network, random_modules(network), inputs)["mean"]
    changed = replayed_gates == "sigmoid" or (cell == "gru" and reset_gate == "after_product")
    assert np.allclose(odds, as_trained) != changed


@pytest.mark.parametrize("mode", ["rolled", "unrolled"])
@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
def test_every_language_is_translated_by_its_module(cell, mode):
    network = random_translator(seed=7, cell=cell)
    sources, _ = random_sentences(network, 12)
    languages = np.arange(12) % 2
    start, end = np.array([2, 4], np.int32), np.array([3, 5], np.int32)
    modules = random_modules(network, classes=2, mode=mode)
    words = translate(network, sources, languages, start, end, modules)
    for row in range(12):
        masks = modules.select([int(languages[row])]).masks(network)
        fed = np.zeros((1, network.target_tokens), np.int32)
        fed[0, 0] = start[languages[row]]
        expected = np.zeros(network.target_tokens, np.int32)
        for step in range(network.target_tokens):
            expected[step] = network.logits((sources[row : row + 1], fed), masks)[0, step].argmax()
            if expected[step] in (0, end[languages[row]]):
                break
            fed[0, step + 1 : step + 2] = expected[step]
        assert words[row].tolist() == expected.tolist()
    assert (words != translate(network, sources, languages, start, end)).any()


def test_threads_change_no_result():
    classifier, translator = random_classifier(dtype=np.float32), random_translator(seed=7)
    inputs, (sources, _) = random_inputs(classifier, 2000), random_sentences(translator, 2000)
    tags = np.arange(2000) % 2, np.array([2, 4]), np.array([3, 5])
    modules, languages = random_modules(classifier), random_modules(translator, classes=2)
    received = [
        (module_odds(classifier, modules, inputs, threads=threads)["mean"],
         translate(translator, sources, *tags, languages, threads=threads))
        for threads in (1, 3)
    ]  # fmt: skip
    for one, three in zip(*received, strict=True):
        np.testing.assert_array_equal(one, three)


def test_whole_modules_translate_as_the_network_does():
    network = random_translator(seed=7)
    sources, _ = random_sentences(network, 12)
    arguments = network, sources, np.arange(12) % 2, np.array([2, 4]), np.array([3, 5])
    np.testing.assert_array_equal(
        translate(*arguments), translate(*arguments, whole_modules(network, ("fr", "de"), "unrolled"))
    )


@given(
    st.integers(0, 10_000),
    st.sampled_from(["vanilla", "gru", "lstm"]),
    st.integers(1, 3),
    st.integers(2, 5),
    st.booleans(),
    st.sampled_from([None, 3]),
)
@settings(deadline=None, max_examples=40, derandomize=True)
def test_the_parents_odds_are_those_of_modules_that_lost_nothing(seed, cell, layers, classes, many_output, repeat):
    network = random_classifier(seed, cell, layers, classes=classes, many_output=many_output, repeat=repeat)
    inputs = random_inputs(network, 20, seed)
    thresholds = np.random.default_rng(seed).normal(size=classes)
    whole = dataclasses.replace(whole_modules(network, tuple("abcde"[:classes])), thresholds=thresholds)
    heads = ("mean", "log_sum_exp", "calibrated")
    received = parent_odds(network, inputs, heads, thresholds)
    for head, odds in module_odds(network, whole, inputs, heads).items():
        np.testing.assert_allclose(received[head], odds, rtol=0, atol=1e-10)
    said = network.logits(inputs).argmax(axis=-1)
    # Only thresholds of their own can change the classes' order.
    for head in ("mean", "log_sum_exp"):
        np.testing.assert_array_equal(vote(received[head]), said)
    same = parent_odds(network, inputs, ("calibrated",), np.full(classes, 0.7))
    np.testing.assert_array_equal(vote(same["calibrated"]), said)


@pytest.mark.parametrize("many_output", [False, True])
def test_the_parents_odds_do_not_depend_on_the_chunks(monkeypatch, many_output):
    network = random_classifier(many_output=many_output)
    inputs = random_inputs(network, 23)
    whole = parent_odds(network, inputs)["mean"]
    assert whole.shape == ((3, 23, 5) if many_output else (3, 23))
    monkeypatch.setattr("rnn_modules.network.batching.ROWS_AT_ONCE", 4)
    np.testing.assert_allclose(parent_odds(network, inputs)["mean"], whole, rtol=0, atol=1e-12)
    assert parent_odds(network, inputs[:0])["mean"].shape[1] == 0


def test_a_positive_log_sum_exp_of_the_parent_is_a_probability_over_one_half():
    network = random_classifier()
    inputs = random_inputs(network, 30)
    exponentials = np.exp(network.logits(inputs))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    said_yes = parent_odds(network, inputs, ("log_sum_exp",))["log_sum_exp"] > 0
    np.testing.assert_array_equal(said_yes, probabilities.T > 0.5)
    assert said_yes.any() and not said_yes.all()


KINDS = st.tuples(st.sampled_from(["vanilla", "gru", "lstm"]), st.integers(1, 3), st.booleans(), st.booleans())


@given(st.integers(0, 10_000), KINDS, st.sampled_from([None, 3]))
@settings(deadline=None, max_examples=40, derandomize=True)
def test_small_modules_answer_side_by_side_as_each_alone(seed, kind, repeat):
    cell, layers, many_output, shared = kind
    network = random_classifier(seed, cell, layers, many_output=many_output, repeat=repeat)
    modules, inputs = random_small_modules(network, seed, shared=shared), random_inputs(network, 9, seed)
    modules = dataclasses.replace(modules, thresholds=np.random.default_rng(seed).normal(size=3))
    odds = module_odds(network, modules, inputs, modules.heads)
    for index in range(3):
        alone, own = modules.network_of(index), modules.select([index])
        logits = alone.logits(inputs)[None]
        for head in ("mean", "log_sum_exp", "calibrated"):
            expected = head_odds(logits, head, own.thresholds, own.positions)[0]
            np.testing.assert_allclose(odds[head][index], expected, rtol=0, atol=1e-10)
        hidden = alone.hidden(inputs)
        hidden = hidden[:, 0].transpose(1, 0, 2) if many_output else hidden[0]
        head = modules.refitted
        parents = head_odds(logits, "log_sum_exp", outputs=own.positions)[0]
        says = hidden @ head.weights[index, : hidden.shape[-1]] + head.trust[index] * parents
        says = says + head.biases[index] if many_output else says + head.biases[index, 0]
        np.testing.assert_allclose(odds["refitted"][index], says + head.rates[index], rtol=0, atol=1e-10)
        yes = odds["refitted"][index] >= modules.yes_from("refitted")[index]
        assert (yes == (says >= 0))[np.abs(says) > 1e-9].all()


def test_small_modules_are_calibrated_and_chosen_as_masks_are():
    network = random_classifier(classes=4)
    modules, inputs = random_small_modules(network), random_inputs(network, 60)
    labels = np.arange(60) % 4
    calibrated = calibrate(network, modules, inputs, labels, seed=0)
    heads = ("calibrated", "refitted")
    whole = module_odds(network, calibrated, inputs, heads)
    some = module_odds(network, calibrated.select([3, 1]), inputs, heads, threads=2)
    for head in heads:
        np.testing.assert_allclose(some[head], whole[head][[3, 1]], rtol=0, atol=1e-12)
    one, other = calibrated.thresholds[:2]
    assert one != other
    assert module_odds(network, modules, inputs[:0], ("refitted",))["refitted"].shape == (4, 0)
    with pytest.raises(InputError, match="decompose this one"):
        module_odds(random_classifier(1, classes=4), modules, inputs)


def test_small_modules_of_languages_translate_as_their_networks_do():
    network = random_translator(seed=7, units=6)
    modules = random_small_modules(network, classes=2)
    sources, _ = random_sentences(network, 12)
    languages, start, end = np.arange(12) % 2, np.array([2, 4], np.int32), np.array([3, 5], np.int32)
    words = translate(network, sources, languages, start, end, modules)
    for language in range(2):
        rows = np.flatnonzero(languages == language)
        alone = modules.networks[language]
        expected = alone.translate(sources[rows], np.full(6, start[language]), int(end[language]))
        np.testing.assert_array_equal(words[rows], expected)
    assert (words != translate(network, sources, languages, start, end)).any()


def test_masks_say_yes_from_even_odds():
    network = random_classifier()
    modules = random_modules(network)
    assert modules.heads == ("mean", "log_sum_exp", "calibrated")
    assert modules.yes_from("mean").tolist() == [0, 0, 0]
