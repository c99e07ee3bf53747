"""Controls lose as many nodes as the paper's modules, and nothing else about them differs."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from rnn_modules.decomposition.composition import module_odds, vote
from rnn_modules.decomposition.heads import head_odds
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.experiments.controls import controls, controls_record, judged, random_masks, recognition
from rnn_modules.experiments.metrics import classification_metrics, scoped_metrics
from rnn_modules.experiments.trained_model import decompose_trained
from rnn_modules.names import CAP_READINGS
from rnn_modules.records.control_records import read_control_record
from support.made_up_models import classifier_model, many_output_dataset, saved
from support.project import ROOT

SCRIPT = ROOT / "scripts" / "evaluate_controls.py"
PARAMETERS = DecompositionParameters(positive_sample=20)
FOUND = controls(classifier_model(), PARAMETERS, ["rolled", "unrolled"], draws=4)


def test_recognition_is_what_sklearn_says():
    generator = np.random.default_rng(0)
    odds = generator.normal(size=(4, 60)).round(1)
    members = generator.random((4, 60)) < 0.3
    members[3] = False
    auc, balanced = recognition(odds, members)
    for module in range(3):
        assert auc[module] == pytest.approx(roc_auc_score(members[module], odds[module]))
        assert balanced[module] == pytest.approx(balanced_accuracy_score(members[module], odds[module] > 0))
    assert np.isnan(auc[3]) and np.isnan(balanced[3])


def test_joint_decisions_are_scored_as_everywhere():
    dataset = many_output_dataset()
    labels = dataset.labels("test")
    odds = np.random.default_rng(1).normal(size=(2, 4, *labels.shape))
    for own, found in zip(odds, judged(odds, labels), strict=True):
        expected = scoped_metrics(labels, vote(own))
        for scope in ("all", "unpadded"):
            for name in ("accuracy", "balanced_accuracy"):
                assert found["scopes"][scope][name] == pytest.approx(expected[scope][name])


def test_random_masks_lose_as_many_nodes_of_every_timestep_and_gate():
    kept = np.random.default_rng(2).random((3, 5, 2, 16)) < 0.7
    drawn = random_masks(kept, 30, np.random.default_rng(3))
    assert (drawn.sum(axis=-1) == kept.sum(axis=-1)).all()
    # Every node is as likely as another to be kept, whatever the paper's mask says of it.
    assert np.abs(drawn.mean(axis=(0, 1, 2, 3)) - kept.mean()).max() < 0.1
    assert (drawn != kept).any(axis=(1, 2, 3, 4)).all()


@pytest.mark.parametrize("reading", CAP_READINGS)
@pytest.mark.parametrize("mode", ["rolled", "unrolled"])
def test_the_papers_order_is_the_decomposition(reading, mode):
    model = classifier_model()
    parameters = dataclasses.replace(PARAMETERS, cap_counts=reading)
    masks = decompose_trained(model.network, model.dataset, parameters, [mode])[mode]
    odds = module_odds(model.network, masks, model.dataset.inputs("test"))["mean"]
    expected = classification_metrics(model.dataset.labels("test"), vote(odds))
    found = FOUND["readings"][reading][mode]
    assert found["paper"]["scopes"]["all"]["accuracy"] == pytest.approx(expected["accuracy"])
    assert found["removed_share"] == pytest.approx(np.mean([1 - layer.mean() for layer in masks.kept]))
    assert len(found["random"]) == 4


def test_undecomposed_and_constant_stand_beside():
    model = classifier_model()
    inputs, labels = model.dataset.inputs("test"), model.dataset.labels("test")
    logits = model.network.logits(inputs)
    assert FOUND["parent"]["scopes"]["all"]["accuracy"] == pytest.approx(np.mean(logits.argmax(axis=-1) == labels))
    odds = head_odds(np.broadcast_to(logits, (4, *logits.shape)), "mean")
    for label in range(4):
        expected = roc_auc_score(labels == label, odds[label])
        assert FOUND["parent"]["modules"]["auc"][label] == pytest.approx(expected, abs=1e-6)
    assert FOUND["majority"]["all"]["balanced_accuracy"] == pytest.approx(1 / 4)


def test_without_removal_every_order_is_the_undecomposed_model():
    found = controls(classifier_model(), dataclasses.replace(PARAMETERS, removal_cap=0.0), ["rolled"], draws=2)
    entry = found["readings"]["nodes"]["rolled"]
    for one in (entry["paper"], entry["reversed"], *entry["random"]):
        assert one["scopes"] == found["parent"]["scopes"]


def test_reversed_order_removes_what_the_paper_keeps():
    reversed_, paper = (FOUND["readings"]["nodes"]["rolled"][name]["modules"]["auc"] for name in ("reversed", "paper"))
    assert reversed_ != paper


def test_equal_calls_and_any_number_of_threads_give_equal_figures():
    again = controls(classifier_model(), PARAMETERS, ["rolled", "unrolled"], draws=4, threads=2)
    assert again == FOUND


def test_fewer_test_examples_are_drawn_and_counted():
    model = classifier_model()
    found = controls(model, PARAMETERS, ["rolled"], draws=1, test_examples=10)
    assert found["evaluated"] == 10
    assert controls(model, PARAMETERS, ["rolled"], draws=1, test_examples=1000)["evaluated"] == 25


def test_the_record_is_read_back(tmp_path):
    model = saved(classifier_model(folder=tmp_path / "model", dataset_folder=tmp_path / "clinc"))
    output = tmp_path / "controls.json"
    command = [sys.executable, SCRIPT, "--model", model.folder, "--dataset", model.dataset_folder, "--draws", "3"]
    command += ["--run", "demo", "--preset", "paper", "--positive-sample", "20", "--output", output]
    subprocess.run(command, check=True)
    read = read_control_record(output)
    direct = controls_record(model, PARAMETERS, ["rolled", "unrolled"], "demo", "paper", draws=3)
    assert (read.draws, read.classes, read.run) == (3, ("red", "green", "blue", "grey"), "demo")
    rolled = read.readings["edges"]["rolled"]
    for draw, expected in zip(rolled.random, direct["readings"]["edges"]["rolled"]["random"], strict=True):
        assert draw.scopes == expected["scopes"] and list(draw.auc) == expected["modules"]["auc"]


def test_bad_numbers_are_one_clear_error(tmp_path):
    command = [sys.executable, SCRIPT, "--model", tmp_path, "--dataset", tmp_path, "--draws", "0", "--run", "demo"]
    result = subprocess.run([*command, "--preset", "paper", "--output", tmp_path / "x"], capture_output=True, text=True)
    assert result.returncode and "--draws: received 0; use a number from 1" in result.stderr
