"""Small modules of whole networks, by every parameter."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.decomposition.algorithm import concern_scores
from rnn_modules.decomposition.compact import compact
from rnn_modules.decomposition.parameters import DecompositionParameters, preset
from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import NODE_SCOPES, RANKINGS, REPLACEMENTS, WEIGHINGS
from support.networks import random_classifier, random_inputs, random_sentences, random_translator, with_constant_node

NAMES = ("a", "b", "c")
SMALL = DecompositionParameters(keep=0.5, ranking="reconstruction", replacement="fold", rounds=2, ranking_sample=40)


def task(seed=0, examples=60, rare=None, **form):
    """A network and what it answers on random inputs itself, so that there is something to recognise."""
    network = random_classifier(seed, units=6, classes=3, **form)
    inputs = random_inputs(network, examples, seed)
    labels = network.logits(inputs).argmax(axis=-1)
    if rare is not None:
        labels[labels == rare] = (rare + 1) % 3
        labels.flat[0] = rare
    # Every class occurs.
    labels.flat[-3:] = [label for label in range(3) if label != rare][:1] * 3
    labels.flat[1:4] = [(rare or 0) + 1, (rare or 0) + 2, (rare or 0) + 1]
    labels %= 3
    if rare is None:
        labels.flat[0] = 0
    return network, inputs, labels


def share_of(modules, network):
    whole = sum(layer.weights for layer in network.layers)
    return [sum(layer.weights for layer in small.layers) / whole for small in modules.networks]


def log_sum_exp(modules, network, inputs):
    hidden = modules.side_by_side.hidden(inputs)
    return modules.odds(np.moveaxis(hidden, 0, 2) if network.many_output else hidden, ("log_sum_exp",))["log_sum_exp"]


@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
@pytest.mark.parametrize(("many_output", "repeat"), [(False, None), (True, None), (False, 1), (True, 3)])
def test_nothing_removed_answers_as_the_parent(cell, many_output, repeat):
    network, inputs, labels = task(1, cell=cell, many_output=many_output, repeat=repeat)
    parameters = dataclasses.replace(SMALL, keep=1.0, drift_rounds=1, weighing="sensitivity")
    modules = compact(network, inputs, labels, NAMES, parameters)
    assert [small.sha256 for small in modules.networks] == [network.sha256] * 3
    odds = log_sum_exp(modules, network, inputs)
    np.testing.assert_array_equal(odds.argmax(axis=0), network.logits(inputs).argmax(axis=-1))


@given(
    seed=st.integers(0, 1000),
    cell=st.sampled_from(["vanilla", "gru", "lstm"]),
    form=st.sampled_from([(False, None), (True, None), (False, 1), (True, 3)]),
    layers=st.integers(1, 3),
    keep=st.floats(0.3, 1.0),
    rare=st.sampled_from([None, 0, 2]),
    ranking=st.sampled_from(list(RANKINGS)),
    replacement=st.sampled_from(REPLACEMENTS),
    scope=st.sampled_from(NODE_SCOPES),
    weighing=st.sampled_from(WEIGHINGS),
)
@settings(max_examples=25, deadline=None)
def test_every_choice_gives_modules_within_the_share(
    seed, cell, form, layers, keep, rare, ranking, replacement, scope, weighing
):
    many_output, repeat = form
    network, inputs, labels = task(seed, rare=rare, cell=cell, layers=layers, many_output=many_output, repeat=repeat)
    network = with_constant_node(network, 0, 1)
    parameters = dataclasses.replace(
        SMALL,
        keep=keep,
        ranking=ranking,
        replacement=replacement,
        node_scope=scope,
        weighing=weighing,
        drift_rounds=1 if replacement == "fold" else 0,
    )
    modules = compact(network, inputs, labels, NAMES, parameters)
    assert max(share_of(modules, network)) <= keep
    assert len(modules.networks) == (1 if scope == "shared" else 3)
    assert all(np.isfinite(odds).all() for odds in log_sum_exp(modules, network, inputs))
    for nodes, small in zip(modules.nodes, modules.networks, strict=True):
        for own, layer in zip(nodes, small.layers, strict=True):
            assert len(own) == layer.units
            assert (np.diff(own) > 0).all()


def test_the_papers_ranking_keeps_the_highest_of_its_statistics():
    network, inputs, labels = task(2, layers=1)
    parameters = dataclasses.replace(SMALL, ranking="concern")
    modules = compact(network, inputs, labels, NAMES, parameters)
    (scores,) = concern_scores(network, inputs, labels, 3, parameters)
    for own, (nodes,) in zip(scores, modules.nodes, strict=True):
        assert sorted(np.argsort(-own)[: len(nodes)]) == nodes.tolist()
    fisher = compact(network, inputs, labels, NAMES, dataclasses.replace(SMALL, ranking="fisher"))
    assert any(a[0].tolist() != b[0].tolist() for a, b in zip(modules.nodes, fisher.nodes, strict=True))


def test_rankings_differ_and_the_reversed_keeps_the_lowest():
    network, inputs, labels = task(3, layers=1, cell="vanilla")
    once = dataclasses.replace(SMALL, rounds=1, keep=0.4)
    kept = {
        ranking: [
            nodes[0].tolist()
            for nodes in compact(network, inputs, labels, NAMES, dataclasses.replace(once, ranking=ranking)).nodes
        ]
        for ranking in ("fisher", "reversed", "random")
    }
    assert all(not set(one) & set(other) for one, other in zip(kept["fisher"], kept["reversed"], strict=True))
    seeds = [
        compact(network, inputs, labels, NAMES, dataclasses.replace(once, ranking="random", seed=seed)).nodes[0][0]
        for seed in range(6)
    ]
    assert len({tuple(nodes) for nodes in seeds}) > 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_threads_change_nothing(dtype):
    network, inputs, labels = task(4, dtype=np.dtype(dtype))
    for ranking in ("random", "reconstruction"):
        one, two = (
            compact(network, inputs, labels, NAMES, dataclasses.replace(SMALL, ranking=ranking), threads)
            for threads in (1, 2)
        )
        assert [small.sha256 for small in one.networks] == [small.sha256 for small in two.networks]


def test_tolerance_takes_less_where_more_is_allowed():
    network, inputs, labels = task(5, examples=100, layers=1)
    small = {
        tolerance: compact(
            network,
            inputs,
            labels,
            NAMES,
            dataclasses.replace(SMALL, keep=None, tolerance=tolerance, ranking_sample=120),
        )
        for tolerance in (0.0, 0.1, 1.0)
    }
    strict, loose, any_at_all = (np.mean(share_of(modules, network)) for modules in small.values())
    assert strict >= loose > any_at_all
    # With any accuracy allowed it is the smallest there is, one node.
    assert [len(nodes[0]) for nodes in small[1.0].nodes] == [1, 1, 1]


def test_tolerance_cannot_be_kept_to_without_a_decision_to_hold_back():
    network, inputs, labels = task(6, rare=0)
    assert (labels == 0).sum() == 1
    with pytest.raises(InputError, match="tolerance: class 0 has 1 decisions"):
        compact(network, inputs, labels, NAMES, dataclasses.replace(SMALL, keep=None, tolerance=0.1))


@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
def test_translators_have_small_modules_without_heads(cell):
    network = random_translator(1, cell, units=6)
    inputs, languages = random_sentences(network, 30), np.arange(30) % 2
    parameters = dataclasses.replace(
        preset("compact", "encoder_decoder", cell), keep=0.5, ranking_sample=20, drift_rounds=1
    )
    modules = compact(network, inputs, languages, ("x", "y"), parameters)
    assert modules.refitted is None
    assert max(share_of(modules, network)) <= 0.5
    for small in modules.networks:
        assert np.isfinite(small.logits(inputs)).all()
        assert small.translate(inputs[0], np.ones(30, np.int32), 2).shape == (30, 5)
    with pytest.raises(InputError, match="labels: there is no sentence into language 2"):
        compact(network, inputs, languages, ("x", "y", "z"), parameters)
    with pytest.raises(InputError, match="tolerance: a language's module recognises nothing"):
        compact(network, inputs, languages, ("x", "y"), dataclasses.replace(parameters, keep=None, tolerance=0.1))


def test_unrolled_modules_are_no_small_networks():
    network, inputs, labels = task(7)
    with pytest.raises(InputError, match="modes: received unrolled; small networks are rolled"):
        compact(network, inputs, labels, NAMES, SMALL, modes=["unrolled"])


def test_a_class_without_examples_is_named():
    network, inputs, labels = task(7)
    with pytest.raises(InputError, match="class 2 has 0 examples"):
        compact(network, inputs, np.minimum(labels, 1), NAMES, SMALL)


@pytest.mark.parametrize(
    ("given_values", "message"),
    [
        ({"removal_cap": 0.1}, "removal_cap: is of masks; leave it out, or keep and tolerance"),
        ({"gate_approach": "per_gate"}, "gate_approach: is of masks"),
        ({"reset_gate": "after_product"}, "reset_gate: is of masks"),
        ({"replacement": "mean", "drift_rounds": 2}, "drift_rounds: is of the replacement 'fold', received 'mean'"),
        ({"tolerance": 0.1}, "keep and tolerance: both are given"),
    ],
)
def test_what_small_networks_do_not_have_is_refused(given_values, message):
    with pytest.raises(InputError, match=message):
        dataclasses.replace(SMALL, **given_values)


@pytest.mark.parametrize("name", ["ranking_sample", "weighing", "rounds"])
def test_what_masks_do_not_have_is_refused(name):
    value = {"ranking_sample": 10, "weighing": "sensitivity", "rounds": 2}[name]
    with pytest.raises(InputError, match=f"{name}: is of small networks; give keep or tolerance too"):
        DecompositionParameters(**{name: value})
