"""The first experiment: its record, its controls, and the scripts that make it from files."""

import dataclasses
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from oracle import package
from rnn_modules.decomposition.algorithm import decompose
from rnn_modules.decomposition.composition import calibrate, module_odds
from rnn_modules.decomposition.masks import whole_modules
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.experiments.decomposition_cost import decomposition_cost
from rnn_modules.experiments.trained_model import compact_trained
from rnn_modules.files.atomic_files import write_json
from rnn_modules.records.cost_records import read_record
from support.datasets import made_up_dataset, made_up_translations
from support.made_up_models import small_parameters, translator_model
from support.networks import random_classifier, random_inputs, random_modules, random_sentences, random_translator
from support.project import ROOT

SCRIPTS = ROOT / "scripts"
METRICS = {"accuracy", "balanced_accuracy", "macro_f1", "examples"}
HEADS = {"mean", "log_sum_exp", "calibrated"}


def problem(many_output=False, classes=3, seed=0, cell="lstm"):
    """A classifier and a dataset whose labels are mostly what it says."""
    network = random_classifier(seed=seed, cell=cell, many_output=many_output, classes=classes, dtype=np.float32)
    # So that not the bias alone decides.
    network = dataclasses.replace(network, output_bias=network.output_bias / 8, output_kernel=2 * network.output_kernel)
    generator = np.random.default_rng(seed)
    inputs = {split: random_inputs(network, size, size) for split, size in (("train", 80), ("test", 40))}
    labels = {}
    for split, values in inputs.items():
        said = network.logits(values).argmax(axis=-1)
        labels[split] = np.where(generator.random(said.shape) < 0.3, generator.integers(0, classes, said.shape), said)
    names = (
        ("padding", "noun", "verb", "other")[:classes] if many_output else ("red", "green", "blue", "grey")[:classes]
    )
    return network, made_up_dataset(inputs, labels, names, len(network.embedding))


def decomposed(network, dataset, parameters=None, modes=("rolled", "unrolled")):
    inputs, labels = dataset.inputs("train"), dataset.labels("train")
    parameters = parameters or DecompositionParameters(removal_cap=0.5)
    modules = decompose(network, inputs, labels, dataset.class_names, parameters, modes)
    return {mode: calibrate(network, one, inputs, labels, 0) for mode, one in modules.items()}


def test_modules_by_the_package_stand_apart():
    network, dataset = problem()
    own = decomposed(network, dataset)
    others = decomposed(network, dataset, DecompositionParameters(removal_cap=0), modes=("rolled",))
    result = decomposition_cost(network, dataset, own | {"package_rolled": others["rolled"]})
    assert list(result["modes"]) == ["rolled", "unrolled"] and list(result["package"]) == ["rolled"]
    assert result["package"]["rolled"]["composed"]["mean"] == result["monolithic"] != result["modes"]["rolled"]


@pytest.mark.parametrize("many_output", [False, True])
def test_record_of_a_classifier(many_output):
    network, dataset = problem(many_output)
    result = decomposition_cost(network, dataset, decomposed(network, dataset))
    scopes = {"all", "unpadded"} if many_output else {"all"}
    assert set(result) == {"monolithic", "controls", "modes", "examples_evaluated"}
    assert result["examples_evaluated"] == 40
    assert set(result["controls"]) == ({"majority", "zeroed"} if many_output else {"majority"})
    assert set(result["modes"]) == {"rolled", "unrolled"}
    scores = [result["monolithic"], *result["controls"].values()]
    for mode in result["modes"].values():
        assert set(mode["composed"]) == HEADS
        assert mode["head"] == "mean"
        assert len(mode["removed_share_per_layer"]) == len(network.layers)
        assert 0 < mode["jaccard"] < 1 and 0 < mode["kept_share"] < 1 and mode["seconds"] > 0
        scores += mode["composed"].values()
    for one in scores:
        assert set(one) == scopes
        assert all(set(metrics) == METRICS for metrics in one.values())
    said = network.logits(dataset.inputs("test")).argmax(axis=-1)
    assert result["monolithic"]["all"]["accuracy"] == pytest.approx((said == dataset.labels("test")).mean())
    json.dumps(result, allow_nan=False)


@pytest.mark.parametrize("many_output", [False, True])
def test_small_modules_have_a_field_of_their_own(many_output):
    network, dataset = problem(many_output)
    small = compact_trained(network, dataset, small_parameters())
    masks = decomposed(network, dataset)
    result = decomposition_cost(network, dataset, masks | {"compact": small})
    assert list(result["modes"]) == ["rolled", "unrolled"]
    compact = result["compact"]
    assert compact["head"] == "refitted" and set(compact["composed"]) == HEADS | {"refitted"}
    assert "jaccard" not in compact and 0 < compact["recurrent_share"] <= 0.3
    labels, head = dataset.labels("test"), "refitted"
    odds = module_odds(network, small, dataset.inputs("test"), (head,))[head]
    counted = labels != 0 if many_output else np.ones(labels.shape, bool)
    expected = np.mean(odds.argmax(axis=0)[counted] == labels[counted])
    assert compact["composed"][head]["unpadded" if many_output else "all"]["accuracy"] == pytest.approx(expected)
    said = [
        balanced_accuracy_score(labels[counted] == label, odds[label][counted] >= small.refitted.rates[label])
        for label in np.unique(labels[counted])
    ]
    assert compact["recognition"][head] == pytest.approx(np.mean(said))
    alone = decomposition_cost(network, dataset, masks)
    for mode, entry in alone["modes"].items():
        assert {**entry, "seconds": 0} == {**result["modes"][mode], "seconds": 0}


def test_small_modules_that_keep_everything_decide_nearly_as_the_parent():
    network, dataset = problem()
    small = compact_trained(network, dataset, small_parameters(keep=1.0, rounds=1, drift_rounds=0))
    result = decomposition_cost(network, dataset, {"compact": small})
    assert result["compact"]["recurrent_share"] == 1 and result["compact"]["removed_share_per_layer"] == [0.0, 0.0]
    assert result["compact"]["composed"]["log_sum_exp"] == result["monolithic"]


def test_small_modules_of_a_translator_are_scored_by_pair():
    model = translator_model(languages=("fr", "de"))
    small = compact_trained(model.network, model.dataset, small_parameters("encoder_decoder"))
    result = decomposition_cost(model.network, model.dataset, {"compact": small})
    assert set(result["compact"]["composed"]["parent"]) == {"en-fr", "en-de"}
    assert "recognition" not in result["compact"] and result["compact"]["recurrent_share"] <= 0.3


def test_whole_modules_cost_nothing():
    network, dataset = problem()
    whole = dataclasses.replace(whole_modules(network, dataset.class_names, "unrolled"), thresholds=np.zeros(3))
    result = decomposition_cost(network, dataset, {"unrolled": whole})
    for scores in result["modes"]["unrolled"]["composed"].values():
        assert scores == result["monolithic"]
    assert result["modes"]["unrolled"]["jaccard"] < 1  # The head of three classes keeps one column of three.
    assert result["modes"]["unrolled"]["removed_share_per_layer"] == [0.0, 0.0]


def test_controls_of_a_many_output_model_are_constant():
    network, dataset = problem(many_output=True)
    result = decomposition_cost(network, dataset, decomposed(network, dataset))
    labels = dataset.labels("test")
    constant = network.output_bias.argmax()
    assert result["controls"]["zeroed"]["all"]["accuracy"] == pytest.approx((labels == constant).mean())
    frequent = np.bincount(dataset.labels("train").ravel()).argmax()
    assert result["controls"]["majority"]["all"]["accuracy"] == pytest.approx((labels == frequent).mean())
    assert result["controls"]["majority"]["unpadded"]["examples"] == (labels != 0).sum()


def test_rolled_replay_without_weights_falls_to_the_zeroed_control():
    network, dataset = problem(many_output=True)
    parameters = DecompositionParameters(rolled_replay="zeroed")
    result = decomposition_cost(network, dataset, decomposed(network, dataset, parameters))
    odds = network.output_bias - (network.output_bias.sum() - network.output_bias) / 2
    assert odds.argmax() == network.output_bias.argmax()
    assert result["modes"]["rolled"]["composed"]["mean"] == result["controls"]["zeroed"]
    assert result["modes"]["unrolled"]["composed"]["mean"] != result["controls"]["zeroed"]


@pytest.mark.parametrize("many_output", [False, True])
def test_as_many_test_examples_per_class_as_asked_for(many_output):
    network, dataset = problem(many_output)
    parameters = DecompositionParameters(test_examples_per_class=2)
    result = decomposition_cost(network, dataset, decomposed(network, dataset, parameters))
    rows = package.rows_of_test(dataset.labels("test").reshape(40, -1), classes=3, number=2)
    # Each counts for one class alone, so there are as many.
    assert result["examples_evaluated"] == len(rows) == 6
    said = network.logits(dataset.inputs("test")[rows]).argmax(axis=-1)
    assert result["monolithic"]["all"]["accuracy"] == pytest.approx((said == dataset.labels("test")[rows]).mean())


def test_the_parent_is_replayed_as_its_modules_are():
    network, dataset = problem(many_output=True, cell="gru")
    replay = DecompositionParameters(reset_gate="after_product")
    result = decomposition_cost(network, dataset, decomposed(network, dataset, replay))
    replayed = network.with_layers([dataclasses.replace(layer, reset_after=True) for layer in network.layers])
    said, as_trained = (one.logits(dataset.inputs("test")).argmax(axis=-1) for one in (replayed, network))
    assert (said != as_trained).any()
    assert result["monolithic"]["all"]["accuracy"] == pytest.approx((said == dataset.labels("test")).mean())


def test_record_of_a_translator():
    network = random_translator(seed=7, words=12)
    sources, _ = random_sentences(network, 30)
    dataset = made_up_translations(network, sources, np.arange(30) % 2)
    modules = {mode: random_modules(network, classes=2, mode=mode) for mode in ("rolled", "unrolled")}
    modules["whole"] = whole_modules(network, dataset.class_names)
    result = decomposition_cost(network, dataset, modules)
    assert result["examples_evaluated"] == 30
    assert set(result["controls"]) == {"tags_only"}
    for scores in (result["monolithic"], result["controls"]["tags_only"]):
        assert set(scores) == {"en-fr", "en-de"}
        assert sum(metrics["examples"] for metrics in scores.values()) == 30
        assert {"bleu", "chrf", "bleu1", "bleu1_with_tags", "bleu_signature", "chrf_signature"} <= set(scores["en-fr"])
    for mode in ("rolled", "unrolled"):
        assert set(result["modes"][mode]["composed"]) == {"parent"}
        assert result["modes"][mode]["head"] == "parent"
    # The references are the network's own sentences, so it scores 100, and so do modules that lost nothing.
    assert result["monolithic"]["en-fr"]["bleu1"] == pytest.approx(100)
    assert result["modes"]["whole"]["composed"]["parent"] == result["monolithic"]
    assert result["modes"]["rolled"]["composed"]["parent"]["en-fr"]["bleu1"] < 100
    assert result["controls"]["tags_only"]["en-de"]["bleu1"] == pytest.approx(0)
    assert result["controls"]["tags_only"]["en-de"]["bleu1_with_tags"] > 0
    json.dumps(result, allow_nan=False)


def script(name, *arguments):
    return subprocess.run([sys.executable, SCRIPTS / name, *arguments], capture_output=True, text=True, timeout=120)


def saved_model(folder, network, **changes):
    network.save(folder / "network.npz")
    record = {"architecture": "many_to_one", "dataset": "clinc", "data_source": "synthetic", "rnn": "lstm"}
    record |= {"layers": 2, "seed": 0, "validation": {"accuracy": 0.5}, "network_sha256": network.sha256}
    write_json(folder / "record.json", record | changes)
    return folder


@pytest.fixture
def files(tmp_path):
    """A saved model and the dataset it belongs to."""
    network, dataset = problem()
    dataset.save(tmp_path / "dataset")
    return saved_model(tmp_path / "model", network), tmp_path / "dataset"


def decompose_arguments(files, *more):
    model, dataset = files
    network = model / "network.npz"
    arguments = ["--network", network, "--dataset", dataset, "--architecture", "many_to_one", "--rnn", "lstm"]
    return [*arguments, "--output", model / "modules", *more]


def evaluate_arguments(model, dataset):
    arguments = ["--model", model, "--dataset", dataset, "--run", "demo", "--preset", "paper"]
    return [*arguments, "--output", model / "decomposition_cost.json"]


def test_scripts_from_a_model_to_its_record(files):
    model, dataset = files
    finished = script("decompose_model.py", *decompose_arguments(files, "--removal-cap", "0.4"))
    assert finished.returncode == 0, finished.stderr
    assert {path.name for path in (model / "modules").iterdir()} == {
        f"{mode}.{kind}" for mode in ("rolled", "unrolled") for kind in ("npz", "json")
    }
    finished = script("evaluate_decomposition.py", *evaluate_arguments(model, dataset))
    assert finished.returncode == 0, finished.stderr
    record = json.loads((model / "decomposition_cost.json").read_text())
    expected = {"experiment", "run", "architecture", "dataset", "data_source", "rnn", "layers", "seed", "examples"}
    expected |= {"preset", "parameters", "monolithic", "controls", "modes", "provenance"}
    assert set(record) == expected
    assert record["examples"] == {"train": 80, "test": 40, "evaluated": 40}
    assert record["parameters"]["removal_cap"] == 0.4
    name = "many_to_one/dataset/lstm-2"
    used = {"dataset", *(f"{name}/{part}" for part in ("network", "rolled", "unrolled"))}
    assert set(record["provenance"]["inputs"]) == used
    read = read_record(model / "decomposition_cost.json")
    assert read.monolithic["all"]["accuracy"] == record["monolithic"]["all"]["accuracy"]


def test_a_model_that_is_not_the_parent_is_one_error_and_no_record(files, tmp_path):
    model, dataset = files
    assert script("decompose_model.py", *decompose_arguments(files)).returncode == 0
    other = saved_model(tmp_path / "other", random_classifier(seed=1, classes=3, dtype=np.float32))
    shutil.copytree(model / "modules", other / "modules")
    finished = script("evaluate_decomposition.py", *evaluate_arguments(other, dataset))
    assert finished.returncode == 2
    assert finished.stderr.startswith(f"error: {other / 'modules' / 'rolled.npz'}: the modules belong to the network")
    assert finished.stderr.count("\n") == 1
    assert {path.name for path in other.iterdir()} == {"network.npz", "record.json", "modules"}


def test_a_network_that_is_not_the_records_is_an_error(files):
    model, dataset = files
    record = json.loads((model / "record.json").read_text())
    write_json(model / "record.json", record | {"network_sha256": "0" * 64})
    finished = script("evaluate_decomposition.py", *evaluate_arguments(model, dataset))
    assert (finished.returncode, finished.stderr.count("\n")) == (2, 1)
    assert "not the network of" in finished.stderr


def test_a_class_without_examples_is_one_error_and_no_modules(tmp_path):
    network, dataset = problem()
    dataset.arrays["train_labels"][dataset.arrays["train_labels"] == 1] = 0
    inputs = {split: dataset.inputs(split) for split in ("train", "test")}
    labels = {split: dataset.labels(split) for split in ("train", "test")}
    made_up_dataset(inputs, labels, dataset.class_names, len(network.embedding)).save(tmp_path / "dataset")
    model = saved_model(tmp_path / "model", network)
    finished = script("decompose_model.py", *decompose_arguments((model, tmp_path / "dataset")))
    assert finished.returncode == 2
    assert finished.stderr == "error: labels: classes [1] have no example to decompose with\n"
    assert not (model / "modules").exists()


def test_a_dataset_of_another_model_is_an_error(files, tmp_path):
    model, _ = files
    _, other = problem(classes=4)
    other.save(tmp_path / "other")
    finished = script("decompose_model.py", *decompose_arguments((model, tmp_path / "other")))
    assert finished.returncode == 2
    assert "4 classes where the model has 3 outputs" in finished.stderr
