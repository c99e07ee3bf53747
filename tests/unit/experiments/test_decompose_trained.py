"""From a model and its dataset to modules with thresholds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.decomposition.algorithm import decompose
from rnn_modules.decomposition.composition import calibrate, module_odds, translate, vote
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.experiments.trained_model import decompose_trained
from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import MODES
from support.made_up_models import classifier_model, translation_dataset, translator_model
from support.networks import random_classifier, random_inputs, random_translator

stable = settings(deadline=None, derandomize=True, max_examples=40)
networks = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10_000),
        "cell": st.sampled_from(["vanilla", "gru", "lstm"]),
        "layers": st.integers(1, 3),
        "classes": st.integers(2, 5),
        "many_output": st.booleans(),
    }
)
UNTOUCHED = DecompositionParameters(removal_cap=0.0)


def cut(model, parameters, modes=MODES, threads=1):
    return decompose_trained(model.network, model.dataset, parameters, modes, threads)


@given(networks, st.sampled_from(["removals", "nodes", "edges"]), st.sampled_from(["hidden_state", "per_gate"]))
@stable
def test_untouched_modules_decide_as_the_model_does(network, cap_counts, gate_approach):
    """A head changes the order only by thresholds.

    All modules see the same logits z with sum S and sum of exponentials E. ``mean`` orders by z_i - (S - z_i)/(n - 1)
    = (n z_i - S)/(n - 1), ``log_sum_exp`` by z_i - log(E - exp(z_i)); both grow with z_i. ``calibrated`` takes a
    threshold of each module's own from ``mean``, so it orders by n z_i/(n - 1) less that threshold.
    """
    network = network | {"classes": max(3, network["classes"])} if network["many_output"] else network
    model = classifier_model(**network)
    parameters = DecompositionParameters(removal_cap=0.0, cap_counts=cap_counts, gate_approach=gate_approach)
    inputs = model.dataset.inputs("test")
    logits = model.network.logits(inputs)
    for modules in cut(model, parameters).values():
        assert all(mask.all() for mask in modules.kept)
        odds = module_odds(model.network, modules, inputs, ("mean", "log_sum_exp", "calibrated"))
        for head in ("mean", "log_sum_exp"):
            np.testing.assert_array_equal(vote(odds[head]), logits.argmax(axis=-1))
        classes = logits.shape[-1]
        moved = logits * classes / (classes - 1) - modules.thresholds
        np.testing.assert_array_equal(vote(odds["calibrated"]), moved.argmax(axis=-1))


def test_thresholds_do_change_decisions_of_untouched_modules():
    """The property above excepts the calibrated head with reason."""
    model = classifier_model()
    inputs = model.dataset.inputs("test")
    modules = cut(model, UNTOUCHED, ["rolled"])["rolled"]
    odds = module_odds(model.network, modules, inputs, ("mean", "calibrated"))
    assert (vote(odds["mean"]) != vote(odds["calibrated"])).any()


@pytest.mark.parametrize("many_output", [False, True])
def test_modules_are_cut_and_calibrated_on_training_examples(many_output):
    model = classifier_model(many_output)
    parameters = DecompositionParameters(removal_cap=0.5, calibration_sample=20, seed=3)
    inputs, labels = model.dataset.inputs("train"), model.dataset.labels("train")
    expected = decompose(model.network, inputs, labels, model.dataset.class_names, parameters)
    received = cut(model, parameters, threads=2)
    assert list(received) == list(MODES)
    for mode, modules in received.items():
        assert modules.mode == mode and modules.parameters == parameters
        assert not all(mask.all() for mask in modules.kept)
        for mask, other in zip(modules.kept, expected[mode].kept, strict=True):
            np.testing.assert_array_equal(mask, other)
        calibrated = calibrate(model.network, expected[mode], inputs, labels, 3)
        np.testing.assert_array_equal(modules.thresholds, calibrated.thresholds)
        assert modules.thresholds.any()
    assert list(cut(model, parameters, ["unrolled"])) == ["unrolled"]


def test_test_examples_have_no_say():
    model = classifier_model()
    parameters = DecompositionParameters(removal_cap=0.5)
    before = cut(model, parameters)
    model.dataset.arrays["test_inputs"][:] = 1
    model.dataset.arrays["test_labels"][:] = 0
    for mode, modules in cut(model, parameters).items():
        np.testing.assert_array_equal(modules.thresholds, before[mode].thresholds)
        for mask, other in zip(modules.kept, before[mode].kept, strict=True):
            np.testing.assert_array_equal(mask, other)


@given(st.integers(0, 10_000), st.sampled_from(["vanilla", "gru", "lstm"]), st.integers(1, 2))
@settings(stable, max_examples=15)
def test_untouched_modules_translate_as_the_model_does(seed, cell, layers):
    model = translator_model(seed, cell, layers)
    start, end = model.dataset.tag_ids()
    arguments = model.network, model.dataset.inputs("test"), model.dataset.labels("test"), start, end
    for modules in cut(model, UNTOUCHED).values():
        assert modules.thresholds is None and modules.class_names == ("fr", "de")
        np.testing.assert_array_equal(translate(*arguments, modules), translate(*arguments))


def test_the_last_timestep_alone_is_observed_in_models_with_one_output_only():
    """A translator's last step is padding in most sentences."""
    model = translator_model(languages=("fr", "de", "it"))
    all_steps, last = (
        cut(model, DecompositionParameters(removal_cap=0.5, rolled_observations=observations), ["rolled"])["rolled"]
        for observations in ("all_timesteps", "last_timestep")
    )
    for mask, other in zip(all_steps.kept, last.kept, strict=True):
        np.testing.assert_array_equal(mask, other)
    assert not all(mask.all() for mask in last.kept)


@pytest.mark.parametrize("gate_approach", ["hidden_state", "per_gate"])
@pytest.mark.parametrize("negative_sampling", ["per_class", "first_rows"])
@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
def test_the_only_language_of_a_model_keeps_all_nodes(cell, negative_sampling, gate_approach):
    """There is nothing to tell it from, so no node is less excited by it than by the others."""
    network = random_translator(cell=cell, layers=2, words=10)
    dataset = translation_dataset(network, ("uk",))
    parameters = DecompositionParameters(
        removal_cap=1.0, negative_sampling=negative_sampling, gate_approach=gate_approach
    )
    for modules in decompose_trained(network, dataset, parameters, MODES).values():
        assert all(mask.all() for mask in modules.kept)
        assert modules.counts == {"uk": {"positive": 12, "negative": 0}}


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("relu_rule", ["active_rate", "rate_difference"])
def test_the_only_class_of_a_classifier_keeps_all_nodes(activation, relu_rule):
    network = random_classifier(cell="vanilla", classes=1, activation=activation)
    parameters = DecompositionParameters(removal_cap=1.0, relu_rule=relu_rule, always_remove_within=0.1)
    labels = np.zeros(20, np.int32)
    for modules in decompose(network, random_inputs(network, 20), labels, ("all",), parameters).values():
        assert all(mask.all() for mask in modules.kept)


def test_a_dataset_of_another_model_is_an_error():
    model, other = classifier_model(classes=4), classifier_model(classes=3)
    with pytest.raises(InputError, match="made up: 3 classes where the model has 4 outputs"):
        decompose_trained(model.network, other.dataset, UNTOUCHED, MODES)


def test_a_class_without_training_examples_is_an_error():
    model = classifier_model()
    labels = model.dataset.labels("train")
    labels[labels == 2] = 0
    with pytest.raises(InputError, match=r"classes \[2\] have no example"):
        cut(model, UNTOUCHED)
