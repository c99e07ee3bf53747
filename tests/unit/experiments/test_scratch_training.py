"""Models trained from scratch: each case starts again from nothing, and is judged by its problem."""

import dataclasses

import numpy as np
import pytest

import train_baselines as script
from rnn_modules.experiments import scratch_training
from rnn_modules.experiments.reuse_kinds import OneOutputPair, problem_of
from rnn_modules.experiments.reuse_tasks import chunk_of_cases, drawn_cases
from rnn_modules.experiments.scratch_training import as_many_steps, train_baselines
from rnn_modules.files.atomic_files import InputError, read_arrays, read_json, sha256_of_arrays
from rnn_modules.names import TRAINING_LENGTHS
from rnn_modules.training.architectures import ArchitectureSettings
from rnn_modules.training.fit import TrainingSettings
from support.made_up_models import KINDS, made_up_problem

TRAINING = TrainingSettings(epochs=2, batch_size=8, learning_rate=0.02)
# A baseline has the architecture of the first model of its setting.
ARCHITECTURE = dict(zip(KINDS, ("many_to_one", "many_to_many", "many_to_one", "many_to_one"), strict=True))


def settings_of(kind, **changes):
    changes = {"rnn": "vanilla", "units": 4, "embedding": 3} | changes
    return ArchitectureSettings(architecture=ARCHITECTURE[kind], **changes)


@pytest.fixture
def logits(monkeypatch):
    """Logits of every model of pairs, as they are judged."""
    seen = []
    decide = OneOutputPair.decide
    monkeypatch.setattr(OneOutputPair, "decide", lambda self, values: seen.append(values) or decide(self, values))
    return seen


def test_a_case_does_not_depend_on_the_chunk_it_is_in(logits):
    problem = made_up_problem("one_output")
    first, second, _ = problem.cases()
    # Dropout draws from a random state of its own, which must start again too.
    settings = settings_of("one_output", dropout=0.5)
    together = train_baselines(problem, [first, second, first], settings, TRAINING)
    (alone,) = train_baselines(problem, [second], settings, TRAINING)
    np.testing.assert_array_equal(logits[1], logits[3])
    np.testing.assert_array_equal(together[1]["decisions"].pop("pair"), alone["decisions"].pop("pair"))
    assert together[1] | {"seconds": 0} == alone | {"seconds": 0}
    # The same case again is the same training, however often the model has been trained before.
    np.testing.assert_array_equal(logits[0], logits[2])
    train_baselines(problem, [second], settings, dataclasses.replace(TRAINING, seed=1))
    assert np.abs(logits[4] - logits[3]).max() > 1e-3


@pytest.mark.parametrize("kind", ["many_output", "replacement"])
def test_results_of_every_kind_of_problem(kind, monkeypatch):
    problem = made_up_problem(kind, examples_per_class=5)
    seen = []
    decide = type(problem).decide
    monkeypatch.setattr(type(problem), "decide", lambda self, values: seen.append(values) or decide(self, values))
    case = problem.cases()[-1]
    (result,) = train_baselines(problem, [case], settings_of(kind), TRAINING)
    test, train = problem.examples(case, "test"), problem.examples(case, "train")
    assert set(result) == {"name", "train_examples", "train_steps", "test_sha256", "seconds", "decisions"}
    assert result["name"] == problem.name(case)
    assert result["train_examples"] == len(train.labels)
    # The parent sees 40 examples twice in batches of 8.
    batches = -(-len(train.labels) // 8)
    assert 10 <= result["train_steps"] < 10 + batches and result["train_steps"] % batches == 0
    assert result["test_sha256"] == test.sha256
    assert result["seconds"] > 0
    assert seen[0].shape == (*test.labels.shape, problem.outputs())
    expected = problem.decide(seen[0])
    assert result["decisions"].keys() == expected.keys() == problem.judged(test.labels).keys()
    for name, answers in expected.items():
        np.testing.assert_array_equal(result["decisions"][name], answers)
        assert answers.shape == test.labels.shape


def test_epochs_of_their_own_when_asked():
    problem = made_up_problem("one_output", examples_per_class=5)
    case = problem.cases()[0]
    examples = len(problem.examples(case, "train").labels)
    by_length = {
        length: train_baselines(problem, [case], settings_of("one_output"), TRAINING, length)[0]["train_steps"]
        for length in TRAINING_LENGTHS
    }
    assert by_length["epochs"] == 2 * -(-examples // 8) < by_length["parent_steps"]


def test_a_parents_steps_are_whole_epochs_at_least():
    training = TrainingSettings(epochs=3, batch_size=10)
    assert as_many_steps(training, 100, 100) == training
    assert as_many_steps(training, 100, 35).epochs == 8  # 30 steps of 4 an epoch
    assert as_many_steps(training, 100, 3).epochs == 30
    assert as_many_steps(dataclasses.replace(training, epochs=9000), 100, 3).epochs == 10_000


def test_the_epoch_is_chosen_by_validation_examples_of_the_case(monkeypatch):
    problem = made_up_problem("many_output", classes=3)
    training = dataclasses.replace(TRAINING, kept_epoch="best_validation")
    seen = []
    plain = scratch_training.fit
    monkeypatch.setattr(scratch_training, "fit", lambda *given: seen.append(given) or plain(*given))
    case = problem.cases()[0]
    train_baselines(problem, [case], settings_of("many_output"), training)
    expected = problem.examples(case, "validation")
    inputs, labels = seen[0][4]
    np.testing.assert_array_equal(inputs, problem.inputs(expected, "validation"))
    np.testing.assert_array_equal(labels, expected.labels)
    # A class that none of them has: the last epoch.
    labels = problem.datasets[0].labels("validation")
    labels[labels == case[1]] = case[0]
    assert not problem.occurs(case, "validation") and problem.occurs(case, "train")
    train_baselines(problem, [case], settings_of("many_output"), training)
    assert seen[1][4] is None and seen[1][3].kept_epoch == "last"


def run(monkeypatch, tmp_path, datasets, *words):
    for index, dataset in enumerate(datasets):
        dataset.save(tmp_path / f"data_{index}")
    folders = [tmp_path / f"data_{index}" for index in range(len(datasets))]
    words = ["--datasets", *folders, "--output", tmp_path / "baselines.json", *words]
    monkeypatch.setattr("sys.argv", ["train_baselines.py", *map(str, words)])
    script.main()
    return read_json(tmp_path / "baselines.json")


def test_script_trains_its_chunk_of_the_cases(monkeypatch, tmp_path):
    problem = made_up_problem("union")
    words = "--experiment inter_reuse --architecture many_to_one --rnn vanilla --units 4 --embedding 3 --epochs 1"
    words += " --seed 2 --cases 5 --chunk 1 --chunks 2 --examples-per-class 3 --rates balanced --length epochs"
    record = run(monkeypatch, tmp_path, problem.datasets, *words.split())
    same = problem_of("inter_reuse", problem.datasets, 3, 2, "balanced")
    cases = chunk_of_cases(same, 5, 1, 2)
    assert [case["name"] for case in record["cases"]] == [same.name(case) for case in cases]
    assert len(cases) == 2
    assert record["drawn"] == [same.name(case) for case in drawn_cases(same, 5)]
    arrays = read_arrays(tmp_path / "baselines.npz")
    assert {name: len(part) for name, part in arrays.items()} == {
        f"{number}/pair": len(same.examples(case, "test").labels) for number, case in enumerate(cases)
    }
    assert record["decisions_sha256"] == sha256_of_arrays(arrays)
    assert [case["test_sha256"] for case in record["cases"]] == [same.examples(case, "test").sha256 for case in cases]
    assert {case["train_examples"] for case in record["cases"]} <= {2, 4, 6}
    assert {case["train_steps"] for case in record["cases"]} == {1}
    assert (record["rates"], record["training_length"]) == ("balanced", "epochs")
    assert (record["experiment"], record["examples_per_class"], record["settings"]["seed"]) == ("inter_reuse", 3, 2)
    assert set(record["provenance"]["inputs"]) == {"data_0", "data_1"}


def test_script_refuses_datasets_of_another_experiment(monkeypatch, tmp_path):
    with pytest.raises(InputError, match="inter_reuse: expected one dataset"):
        run(monkeypatch, tmp_path, made_up_problem("one_output").datasets, "--experiment", "inter_reuse")
    assert not (tmp_path / "baselines.json").exists()
