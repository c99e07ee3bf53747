"""The first experiment under other choices, one at a time, and at other thresholds of removal."""

import dataclasses
import json

import numpy as np
import pytest

import evaluate_variants as script
from rnn_modules.decomposition.algorithm import decompose
from rnn_modules.decomposition.composition import module_odds, translate
from rnn_modules.decomposition.counts import jaccard
from rnn_modules.decomposition.parameters import PACKAGE_CHOICES, DecompositionParameters, preset
from rnn_modules.experiments.decomposition_cost import decomposition_cost
from rnn_modules.experiments.trained_model import decompose_trained
from rnn_modules.experiments.variants import Kind, evaluate_variants, other_readings, sweep_removal_cap, variants
from rnn_modules.files.atomic_files import InputError, read_json
from rnn_modules.names import ARCHITECTURES, MODES, RNN_TYPES
from rnn_modules.network import Classifier
from rnn_modules.records.variant_records import read_sweep_records, read_variant_records
from support.made_up_models import (
    classifier_model,
    made_up_model,
    many_output_dataset,
    one_output_dataset,
    saved,
    translator_model,
    with_strong_output,
)
from support.networks import random_classifier

KINDS = [(architecture, rnn) for architecture in ARCHITECTURES for rnn in RNN_TYPES]
# Every architecture and RNN type in some combination: these are cut again and again.
FEW_KINDS = [(architecture, "gru") for architecture in ARCHITECTURES]
FEW_KINDS += [("many_to_one", "lstm"), ("many_to_one", "vanilla"), ("many_to_one", "relu")]
FEW_KINDS += [("one_to_many", "vanilla"), ("encoder_decoder", "lstm")]


def model_of(architecture, rnn, seed=0, layers=2):
    """A random model whose gates are squashed as the published ones' were, so that every choice can matter."""
    cell, activation = (rnn, "tanh") if rnn in ("lstm", "gru", "vanilla") else ("vanilla", "relu")
    if architecture == "encoder_decoder":
        model = translator_model(seed, cell, layers, ("fr", "de", "it"))
        network = model.network
    else:
        one_input, many_output = architecture.startswith("one_to_"), architecture.endswith("_to_many")
        steps = 3 if many_output else 1
        sizes = {"train": 60, "test": 20}
        dataset = (
            many_output_dataset(seed, 4, timesteps=steps if one_input else None, vocabulary=9, sizes=sizes)
            if many_output
            else one_output_dataset(seed, 4, vocabulary=9, sizes=sizes)
        )
        network = random_classifier(
            *(seed, cell, layers, 8, 5, 4, 9, many_output), repeat=steps if one_input else None, activation=activation
        )
        network = with_strong_output(network)
    layers_of = tuple(
        dataclasses.replace(layer, activation=activation, recurrent_activation="hard_sigmoid")
        for layer in network.layers
    )
    network = dataclasses.replace(network, layers=layers_of)
    dataset = dataset if isinstance(network, Classifier) else model.dataset
    return made_up_model(network, dataset, architecture=architecture, rnn=rnn)


def outcome(model, parameters):
    """What a decomposition leaves of the model, and what its modules decide on test examples."""
    found = {}
    dataset, network = model.dataset, model.network
    inputs = dataset.inputs("test")
    for mode, modules in decompose_trained(network, dataset, parameters, MODES).items():
        if isinstance(network, Classifier):
            decisions = module_odds(network, modules, inputs)["mean"]
        else:
            decisions = translate(network, inputs, dataset.labels("test"), *dataset.tag_ids(), modules)
        masks = [mask.tolist() for mask in modules.kept]
        found[mode] = masks, jaccard(modules, network).tolist(), decisions.tolist()
    return found


def kind_of(architecture, rnn, layers=2, gates="hard_sigmoid"):
    return Kind(architecture, rnn, layers, gates, classes=3 if architecture == "encoder_decoder" else 4)


def applied(architecture, rnn, paper=None, **kind):
    return dict(variants(kind_of(architecture, rnn, **kind), paper or preset("paper", architecture, rnn)))


@pytest.mark.parametrize(("architecture", "rnn"), KINDS)
def test_each_variant_changes_one_choice_of_the_paper(architecture, rnn):
    paper, package = preset("paper", architecture, rnn), preset("package", architecture, rnn, layers=2)
    named = list(variants(kind_of(architecture, rnn), paper))
    names = [name for name, _ in named]
    assert names[:2] == ["paper", "package"]
    assert len(set(names)) == len(names)
    changes = [change for name, change in named if name not in ("paper", "package")]
    assert len({json.dumps(change) for change in changes}) == len(changes)
    readings = list(other_readings(kind_of(architecture, rnn), paper))
    for change in changes:
        assert dataclasses.replace(paper, **change) != paper
        if change not in readings:
            ((name, value),) = change.items()
            assert value == getattr(package, name)
    of_package = dict(named)["package"]
    assert dict(named)["paper"] == {}
    assert all(value == getattr(package, name) for name, value in of_package.items())
    # What is monitored is no choice by itself, and translations are replayed only there.
    together = {"monitored_network"} | (
        {"reset_gate", "replayed_gates"} if architecture == "encoder_decoder" else set()
    )
    assert all({name: value} in changes for name, value in of_package.items() if name not in together)


@pytest.mark.parametrize("cap_counts", ["removals", "nodes"])
@pytest.mark.parametrize("rnn", ["lstm", "gru"])
def test_gate_approaches_are_compared_at_equal_shares(rnn, cap_counts):
    dataset = model_of("many_to_one", rnn).dataset
    network = random_classifier(cell=rnn, layers=1, units=60, classes=4, vocabulary=9)
    paper = dataclasses.replace(preset("paper", "many_to_one", rnn), removal_cap=0.2, cap_counts=cap_counts)
    changes = applied("many_to_one", rnn, paper, layers=1)
    parameters = [paper, *(dataclasses.replace(paper, **changes[name]) for name in ("gate_approach", "sigmoid_gates"))]
    assert [one.sigmoid_gates for one in parameters[1:]] == ["central_tendency", "open_share"]
    data = dataset.inputs("train"), dataset.labels("train"), dataset.class_names
    by_state, *by_gate = (decompose(network, *data, one, ["rolled"])["rolled"] for one in parameters)
    # Every module loses as many columns as it may, to the node whose verdict takes the last ones.
    gates = {"lstm": 4, "gru": 3}[rnn]
    for modules in by_gate:
        lost = [(~mask.kept[0]).reshape(4, -1).sum(axis=1) for mask in (by_state, modules)]
        assert (abs(gates * lost[0] - lost[1]) < gates).all() and lost[0].all()


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_names_of_variants_are_names_of_parameters(architecture):
    fields = {field.name for field in dataclasses.fields(DecompositionParameters)}
    for name in list(applied(architecture, "lstm"))[2:]:
        assert name.split(":")[0] in fields
    assert "negative_sampling: by_frequency" in applied("many_to_one", "lstm")
    assert {"cap_counts", "cap_counts: edges"} <= set(applied(architecture, "lstm"))


def test_choices_that_make_no_difference_are_left_out():
    lstm, gru, vanilla = (applied("many_to_one", rnn) for rnn in ("lstm", "gru", "vanilla"))
    assert "reset_gate" in gru and "reset_gate" not in lstm and "reset_gate" not in lstm["package"]
    assert "replayed_gates" in gru and "replayed_gates" in lstm and "replayed_gates" not in vanilla
    assert "gate_approach" in lstm and "gate_approach" not in vanilla
    assert "relu_rule" in applied("many_to_one", "relu") and "relu_rule" not in lstm
    assert "rolled_observations" in lstm and "rolled_observations" not in applied("many_to_many", "lstm")
    assert "rolled_replay" in applied("one_to_many", "lstm") and "rolled_replay" not in lstm
    assert "masked_observations" in applied("encoder_decoder", "lstm") and "masked_observations" not in lstm


@pytest.mark.parametrize(("architecture", "rnn"), FEW_KINDS)
def test_a_choice_is_left_out_just_where_it_changes_nothing(architecture, rnn):
    """Every choice is tried on models of the kind: those left out change nothing, each of the others something."""
    package = preset("package", architecture, rnn)
    choices = [(name, getattr(package, name)) for name in PACKAGE_CHOICES if name != "removal_cap"]
    choices += [("cap_counts", "edges"), ("negative_sampling", "by_frequency")]
    taken = applied(architecture, rnn).values()
    tried = []
    # Little is removed, or so much that the order of removal is seen in what goes.
    for seed, cap in ((0, 0.4), (1, 0.05), (4, 0.3)):
        model = model_of(architecture, rnn, seed)
        paper = dataclasses.replace(preset("paper", architecture, rnn), removal_cap=cap, positive_sample=4)
        tried.append((model, paper, outcome(model, paper)))
    for name, value in choices:
        different = any(
            outcome(model, dataclasses.replace(paper, **{name: value})) != plain for model, paper, plain in tried
        )
        assert different == ({name: value} in taken), (name, value)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_choices_of_gates_and_layers_are_left_out_where_there_is_nothing_to_choose(architecture):
    plain = applied(architecture, "lstm")
    caps = {"removal_cap", "unrolled_removal_cap"}
    assert (set(plain) - set(applied(architecture, "lstm", layers=1))) - caps == {"removal_scope"}
    gates = {"replayed_gates"} if architecture != "encoder_decoder" else set()
    assert set(plain) - set(applied(architecture, "lstm", gates="sigmoid")) == gates
    model = model_of(architecture, "lstm", layers=1)
    paper = dataclasses.replace(preset("paper", architecture, "lstm"), removal_cap=0.4)
    assert outcome(model, dataclasses.replace(paper, removal_scope="layer")) == outcome(model, paper)


@pytest.mark.parametrize(("architecture", "rnn"), FEW_KINDS)
def test_the_package_variant_is_the_packages_preset(architecture, rnn):
    model = model_of(architecture, rnn)
    changes, package = applied(architecture, rnn)["package"], preset("package", architecture, rnn, layers=2)
    paper = dataclasses.replace(preset("paper", architecture, rnn), **changes)
    assert paper.test_examples_per_class == package.test_examples_per_class
    assert outcome(model, paper) == outcome(model, package)


def test_a_choice_that_the_run_makes_anyway_is_no_variant():
    paper = dataclasses.replace(preset("paper", "many_to_one", "lstm"), removal_cap=0.05, cap_counts="edges")
    named = applied("many_to_one", "lstm", paper)
    assert "removal_cap" not in named and named["package"]["removal_cap"] == 0.05
    assert [change for change in named.values() if list(change) == ["cap_counts"]] == [{"cap_counts": "nodes"}]
    assert named["gate_approach"]["removal_cap"] == 0.05


@pytest.mark.parametrize("many_output", [False, True])
def test_variants_are_the_first_experiment_with_the_choice_changed(many_output):
    model = classifier_model(many_output, cell="vanilla", layers=1)
    paper = preset("paper", model.record["architecture"], "vanilla")
    result = evaluate_variants(model, paper, MODES)["variants"]
    named = dict(variants(Kind.of(model), paper))
    assert [(one["name"], one["changes"]) for one in result] == list(named.items())
    for one in result[1:4]:
        parameters = dataclasses.replace(paper, **one["changes"])
        modules = decompose_trained(model.network, model.dataset, parameters, MODES)
        expected = decomposition_cost(model.network, model.dataset, modules)
        assert one["monolithic"] == expected["monolithic"]
        assert one["evaluated"] == expected["examples_evaluated"]
        for mode in MODES:
            for name in ("head", "composed", "jaccard", "kept_share", "removed_share_per_layer"):
                assert one["modes"][mode][name] == expected["modes"][mode][name], (one["name"], name)


@pytest.mark.parametrize(("architecture", "rnn"), FEW_KINDS)
def test_without_removal_modules_are_as_good_as_the_model(architecture, rnn):
    model = model_of(architecture, rnn)
    paper = preset("paper", architecture, rnn)
    result = sweep_removal_cap(model, paper, [0.0, 0.3, 1.0], MODES)
    assert [row["removal_cap"] for row in result["rows"]] == [0.0, 0.3, 1.0]
    for mode in MODES:
        untouched, *_, most = (row["modes"][mode] for row in result["rows"])
        assert set(untouched["removed_share_per_layer"]) == {0.0}
        composed = untouched["composed"]
        for head in ("parent",) if architecture == "encoder_decoder" else ("mean", "log_sum_exp"):
            assert composed[head] == result["monolithic"]
        # Of ReLU's rule nodes go that are never active, and there may be none.
        if rnn != "relu":
            assert max(most["removed_share_per_layer"]) > 0 and most["kept_share"] < untouched["kept_share"]


def test_the_more_may_go_the_less_is_kept():
    model = model_of("many_to_one", "vanilla")
    caps = np.linspace(0, 1, 6).tolist()
    rows = sweep_removal_cap(model, preset("paper", "many_to_one", "vanilla"), caps, MODES)["rows"]
    for mode in MODES:
        kept = [row["modes"][mode]["kept_share"] for row in rows]
        assert kept == sorted(kept, reverse=True) and kept[0] > kept[-1]


def run(monkeypatch, model, *words):
    words = ["--model", model.folder, "--dataset", model.dataset_folder, "--run", "demo", *words]
    monkeypatch.setattr("sys.argv", ["evaluate_variants.py", *map(str, words)])
    script.main()


def test_script_writes_records_that_are_read(monkeypatch, tmp_path):
    places = {"folder": tmp_path / "model", "dataset_folder": tmp_path / "data"}
    model = saved(classifier_model(layers=1, **places))
    paths = {name: tmp_path / f"{name}.json" for name in ("variants", "removal_sweep")}
    settings = ["--positive-sample", "7", "--seed", "3"]
    run(monkeypatch, model, "--experiment", "variants", *settings, "--output", paths["variants"])
    caps = ["--removal-caps", "0", "0.5"]
    run(monkeypatch, model, "--experiment", "removal_sweep", *caps, *settings, "--output", paths["removal_sweep"])
    paper = DecompositionParameters(positive_sample=7, seed=3)
    expected = evaluate_variants(model, paper, MODES)["variants"]
    received = read_json(paths["variants"])
    assert [variant["changes"] for variant in received["variants"]] == [
        json.loads(json.dumps(variant["changes"])) for variant in expected
    ]
    sweep = sweep_removal_cap(model, paper, [0.0, 0.5], MODES)
    for row, other in zip(read_json(paths["removal_sweep"])["rows"], sweep["rows"], strict=True):
        assert row["modes"]["rolled"]["composed"] == other["modes"]["rolled"]["composed"]
    assert read_json(paths["removal_sweep"])["monolithic"] == sweep["monolithic"]
    (read,) = read_variant_records([paths["variants"]])
    assert [variant.name for variant in read.variants] == [variant["name"] for variant in expected]
    (read,) = read_sweep_records([paths["removal_sweep"]])
    assert [row.removal_cap for row in read.rows] == [0.0, 0.5]


def test_a_sweep_without_thresholds_is_an_error(monkeypatch, tmp_path):
    model = saved(classifier_model(layers=1, folder=tmp_path / "model", dataset_folder=tmp_path / "data"))
    output = tmp_path / "record.json"
    with pytest.raises(InputError, match="--removal-caps: received none"):
        run(monkeypatch, model, "--experiment", "removal_sweep", "--output", output)
    with pytest.raises(InputError, match="removal_cap: received 1.5; use a number from 0 to 1"):
        run(monkeypatch, model, "--experiment", "removal_sweep", "--removal-caps", "1.5", "--output", output)
    assert not output.exists()
