"""Reuse: modules, parents, baselines and the constant judged on the same examples."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import evaluate_reuse
from rnn_modules.decomposition.composition import calibrate, module_odds, parent_odds, vote
from rnn_modules.decomposition.masks import whole_modules
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.experiments.decomposition_cost import decomposition_cost
from rnn_modules.experiments.metrics import classification_metrics
from rnn_modules.experiments.reuse import compare_with_baselines, metric_rows
from rnn_modules.experiments.reuse_kinds import problem_of
from rnn_modules.experiments.reuse_tasks import drawn_cases
from rnn_modules.experiments.scratch_models import TrainedBaselines
from rnn_modules.experiments.trained_model import compact_trained, decompose_trained
from rnn_modules.files.atomic_files import InputError, read_json, write_arrays, write_json
from rnn_modules.names import HEADS, MODES
from rnn_modules.records.case_records import read_case_records
from support.decisions import compose_by_loops
from support.made_up_baselines import baselines_of, save_chunk
from support.made_up_models import KINDS, classifier_model, made_up_problem, saved, small_parameters

# Without shrinking, which would cut and compose modules for minutes.
stable = settings(deadline=None, derandomize=True, max_examples=10, phases=[Phase.generate])
networks = {
    "seed": st.integers(0, 1000),
    "cell": st.sampled_from(["vanilla", "gru", "lstm"]),
    "layers": st.integers(1, 2),
}
EXPERIMENTS = dict(zip(KINDS, ("intra_reuse", "intra_reuse", "inter_reuse", "inter_replacement"), strict=True))
DECISIONS = dict(zip(KINDS, (("pair",), ("labelled", "with_other", "all_modules"), ("pair",), ("all",)), strict=True))


def models_of(kind, seed=0, cell="lstm", layers=1, classes=4, places=({}, {})):
    many = {"one_output": [False], "many_output": [True]}.get(kind, [False, True])
    return [
        classifier_model(one, seed + index, classes, cell, layers, **place)
        for index, (one, place) in enumerate(zip(many, places, strict=False))
    ]


def cut(models, removal_cap=0.5, modes=MODES):
    parameters = DecompositionParameters(removal_cap=removal_cap)
    found = [decompose_trained(model.network, model.dataset, parameters, modes) for model in models]
    return {mode: [part[mode] for part in found] for mode in modes}


def compared(kind, models, modules, number=None, examples_per_class=None):
    problem = problem_of(EXPERIMENTS[kind], [model.dataset for model in models], examples_per_class, 0)
    return problem, compare_with_baselines(problem, models, modules, baselines_of(problem, number))


def key(row):
    return tuple(row[name] for name in ("case", "decision", "predictor", "mode", "head"))


def scores(row):
    return {name: row[name] for name in ("accuracy", "balanced_accuracy", "macro_f1", "examples")}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_for_every_predictor_mode_and_head(kind):
    models = models_of(kind)
    problem, rows = compared(kind, models, cut(models), number=2)
    decisions = DECISIONS[kind]
    cases = [problem.name(case) for case in drawn_cases(problem, 2)]
    expected = []
    for case in cases:
        for decision in decisions:
            expected += [(case, decision, "modules", mode, head) for mode in MODES for head in HEADS]
            expected += [(case, decision, name, None, None) for name in ("constant", "baseline")]
            if kind in ("one_output", "many_output"):
                expected.append((case, decision, "parent", None, None))
            if decision == "with_other" or kind in ("union", "replacement"):
                expected += [(case, decision, "parent", None, head) for head in HEADS]
    assert sorted(map(key, rows), key=str) == sorted(expected, key=str)
    assert [case for case in dict.fromkeys(row["case"] for row in rows)] == cases
    json.dumps(rows, allow_nan=False)
    for case in cases:
        for decision in decisions:
            counted = {row["examples"] for row in rows if (row["case"], row["decision"]) == (case, decision)}
            assert len(counted) == 1, "predictors are judged on different examples"


@given(st.sampled_from(KINDS), st.fixed_dictionaries(networks), st.sampled_from(MODES))
@stable
def test_modules_and_heads_of_the_parent_against_loops(kind, network, mode):
    models = models_of(kind, **network)
    modules = cut(models, modes=[mode])
    problem, rows = compared(kind, models, modules, number=2)
    by_key = {key(row): scores(row) for row in rows}
    for case in drawn_cases(problem, 2):
        # On the case's own examples, where the experiment computes all odds once and picks.
        examples = problem.examples(case, "test")
        inputs, judged = problem.inputs(examples, "test"), problem.judged(examples.labels)
        for head in HEADS:
            odds = {"modules": [], "parent": []}
            for model, part in zip(models, modules[mode], strict=True):
                odds["modules"].append(module_odds(model.network, part, inputs, tuple(HEADS))[head])
                whole = whole_modules(model.network, model.dataset.class_names)
                data = model.dataset
                whole = calibrate(model.network, whole, data.inputs("train"), data.labels("train"), 0)
                odds["parent"].append(parent_odds(model.network, inputs, tuple(HEADS), whole.thresholds)[head])
            for predictor, found in odds.items():
                decided = compose_by_loops(kind, case, [part.tolist() for part in found])
                for decision, answers in decided.items():
                    row = (problem.name(case), decision, predictor, mode if predictor == "modules" else None, head)
                    if predictor == "parent" and row not in by_key:
                        assert decision in ("labelled", "all_modules", "pair") and kind in ("one_output", "many_output")
                        continue
                    counted, right = judged[decision]
                    expected = classification_metrics(right[counted], np.array(answers)[counted])
                    assert by_key[row] == pytest.approx(expected), row


@given(st.sampled_from(["one_output", "many_output"]), st.fixed_dictionaries(networks))
@stable
def test_untouched_modules_do_as_well_as_the_undecomposed_parent(kind, network):
    models = models_of(kind, **network)
    _, rows = compared(kind, models, cut(models, removal_cap=0.0), number=2)
    by_key = {key(row): scores(row) for row in rows}
    for case in {row["case"] for row in rows}:
        for mode in MODES:
            for head in ("mean", "log_sum_exp"):
                for decision in DECISIONS[kind]:
                    # As a reject decision hangs on the odds' sign, the parent has heads of its own there.
                    parent_head = head if decision == "with_other" else None
                    parent = by_key[case, decision, "parent", None, parent_head]
                    assert by_key[case, decision, "modules", mode, head] == parent


@given(st.sampled_from(["union", "replacement"]), st.fixed_dictionaries(networks))
@stable
def test_untouched_modules_of_two_models_decide_as_the_parents_heads(kind, network):
    models = models_of(kind, **network)
    _, rows = compared(kind, models, cut(models, removal_cap=0.0), number=2)
    by_key = {key(row): scores(row) for row in rows}
    for case, decision, predictor, _, head in by_key:
        if predictor == "modules":
            for mode in MODES:
                assert by_key[case, decision, "modules", mode, head] == by_key[case, decision, "parent", None, head]


@given(st.fixed_dictionaries(networks))
@stable
def test_both_classes_of_a_two_class_model_are_the_whole_composition(network):
    models = models_of("one_output", classes=2, **network)
    modules = cut(models)
    _, rows = compared("one_output", models, modules)
    cost = decomposition_cost(models[0].network, models[0].dataset, {mode: parts[0] for mode, parts in modules.items()})
    found = {(row["mode"], row["head"]): scores(row) for row in rows if row["predictor"] == "modules"}
    assert found == {
        (mode, head): composed["all"] for mode in MODES for head, composed in cost["modes"][mode]["composed"].items()
    }


@given(st.fixed_dictionaries(networks), st.sampled_from(tuple(HEADS)))
@stable
def test_both_classes_of_a_padded_model_are_the_whole_composition_where_padding_loses(network, head):
    (model,) = models_of("many_output", classes=3, **network)
    (modules,) = cut([model], modes=["unrolled"])["unrolled"]
    problem = problem_of("intra_reuse", [model.dataset], None, 0)
    examples = problem.examples((1, 2), "test")
    odds = module_odds(model.network, modules, problem.inputs(examples, "test"), (head,))[head]
    counted, _ = problem.judged(examples.labels)["labelled"]
    voted = vote(odds)
    counted &= voted != 0
    np.testing.assert_array_equal(problem.compose((1, 2), [odds])["labelled"][counted], voted[counted])


@pytest.mark.parametrize("kind", KINDS)
def test_small_modules_are_judged_with_heads_of_their_own(kind):
    models = models_of(kind)
    modules = [compact_trained(model.network, model.dataset, small_parameters()) for model in models]
    problem, rows = compared(kind, models, {"compact": modules})
    found = {row["head"] for row in rows if row["mode"] == "compact"}
    assert found == {*HEADS, "refitted"}
    odds = [
        [module_odds(model.network, part, other.dataset.inputs("test"), ("refitted",))["refitted"] for other in models]
        for model, part in zip(models, modules, strict=True)
    ]
    case = problem.cases()[0]
    test = problem.examples(case, "test")
    of_case = [
        np.concatenate([part[:, rows] for part, rows in zip(of_model, test.rows, strict=True)], axis=1)
        for of_model in odds
    ]
    decided = problem.compose(case, of_case, [part.refitted.rates for part in modules])
    for expected in metric_rows(
        problem, case, test.labels, decided, predictor="modules", mode="compact", head="refitted"
    ):
        assert expected in rows


def test_the_constant_is_judged_with_its_own_answer():
    models = models_of("one_output")
    problem, rows = compared("one_output", models, cut(models), number=3, examples_per_class=2)
    for case in drawn_cases(problem, 3):
        (row,) = [row for row in rows if (row["case"], row["predictor"]) == (problem.name(case), "constant")]
        labels = problem.examples(case, "test").labels
        assert row["accuracy"] == pytest.approx((labels == problem.constant(case)["pair"]).mean())
        assert row["balanced_accuracy"] == pytest.approx(0.5)


@given(st.sampled_from(KINDS), st.integers(0, 1000))
@settings(deadline=None)
def test_rows_of_a_record_count_the_right_decisions(kind, seed):
    problem = made_up_problem(kind, seed)
    case = problem.cases()[0]
    labels = problem.examples(case, "test").labels
    generator = np.random.default_rng(seed)
    judged = problem.judged(labels)
    decisions = {name: generator.choice(np.unique(right), labels.shape) for name, (_, right) in judged.items()}
    decisions[min(decisions)] = np.array(int(labels.max()))
    rows = metric_rows(problem, case, labels, decisions, predictor="modules", mode="rolled", head="mean")
    assert [row["decision"] for row in rows] == list(decisions)
    for row in rows:
        counted, right = judged[row["decision"]]
        answers = np.broadcast_to(decisions[row["decision"]], labels.shape)
        pairs = list(zip(right[counted].tolist(), answers[counted].tolist(), strict=True))
        assert row["examples"] == len(pairs)
        assert row["accuracy"] == pytest.approx(sum(one == other for one, other in pairs) / len(pairs))
        assert (row["case"], row["predictor"], row["mode"], row["head"]) == (
            problem.name(case),
            "modules",
            "rolled",
            "mean",
        )


def test_a_baseline_is_judged_by_its_decisions():
    models = models_of("many_output")
    problem, rows = compared("many_output", models, cut(models), number=1)
    (case,) = drawn_cases(problem, 1)
    (baseline,) = baselines_of(problem, 1).models
    labels = problem.examples(case, "test").labels
    expected = metric_rows(problem, case, labels, baseline.decisions, predictor="baseline", mode=None, head=None)
    assert [row for row in rows if row["predictor"] == "baseline"] == expected


def test_a_baseline_of_other_examples_is_an_error():
    models = models_of("one_output")
    problem = problem_of("intra_reuse", [models[0].dataset], None, 0)
    baselines = baselines_of(problem, 2)
    labels = models[0].dataset.labels("test")
    labels[:] = np.roll(labels, 1)
    with pytest.raises(InputError, match=f"'{baselines.models[0].name[:3]}.*' decided on other test examples; train"):
        compare_with_baselines(problem, models, cut(models), baselines)


def test_a_baseline_of_an_unknown_case_is_an_error():
    models = models_of("one_output")
    problem = problem_of("intra_reuse", [models[0].dataset], None, 0)
    (baseline,) = baselines_of(problem, 1).models
    baselines = TrainedBaselines(None, "natural", 0, (dataclasses.replace(baseline, name="red + violet"),))
    with pytest.raises(InputError, match="unknown case 'red \\+ violet'"):
        compare_with_baselines(problem, models, cut(models), baselines)


def test_modules_of_another_model_are_an_error():
    models, others = models_of("one_output"), models_of("one_output", seed=5)
    with pytest.raises(InputError, match="the modules belong to the network"):
        compared("one_output", models, cut(others))


@pytest.fixture
def saved_models(tmp_path):
    """Files of models of a kind, with modules, and of baselines for their cases."""

    def save(kind, experiment=None):
        places = [{"folder": tmp_path / name, "dataset_folder": tmp_path / f"{name}_data"} for name in ("one", "two")]
        models = models_of(kind, layers=1, places=places)
        modules = cut(models)
        for index, model in enumerate(models):
            saved(model, {mode: parts[index] for mode, parts in modules.items()})
        problem = problem_of(EXPERIMENTS[kind], [model.dataset for model in models], None, 0)
        paths = [tmp_path / "0.json", tmp_path / "1.json"]
        for chunk, path in enumerate(paths):
            save_chunk(path, experiment or EXPERIMENTS[kind], baselines_of(problem, 2), slice(chunk, chunk + 1))
        return models, paths

    return save


def evaluate(monkeypatch, kind, models, baselines, modes, output):
    words = ["evaluate_reuse.py", "--experiment", EXPERIMENTS[kind], "--run", "demo", "--preset", "paper"]
    words += ["--models", *(model.folder for model in models)]
    words += ["--datasets", *(model.dataset_folder for model in models)]
    words += ["--modes", *modes, "--baselines", *baselines, "--output", output]
    monkeypatch.setattr("sys.argv", list(map(str, words)))
    evaluate_reuse.main()


@pytest.mark.parametrize("kind", KINDS)
def test_script_writes_a_record_that_is_read(monkeypatch, saved_models, tmp_path, kind):
    models, baselines = saved_models(kind)
    modes = ["unrolled", "rolled"] if len(models) == 1 else ["rolled+unrolled", "unrolled+rolled"]
    evaluate(monkeypatch, kind, models, baselines, modes, tmp_path / "record.json")
    record = json.loads((tmp_path / "record.json").read_text())
    settings_of = {"one_output": "many_to_one", "many_output": "many_to_many"}
    assert record["setting"] == settings_of.get(kind, "many_to_one-many_to_many")
    assert set(record["datasets"]) == {"one_data", "two_data"} - ({"two_data"} if len(models) == 1 else set())
    assert record["cases_possible"] == {"one_output": 6, "many_output": 3}.get(kind, 12)
    labels = modes if len(models) == 1 else ["best", "other"]
    assert {row["mode"] for row in record["rows"]} == {None, *labels}
    # Arrays of each model and dataset, both modes of each, two files of baselines.
    assert len(record["provenance"]["inputs"]) == 4 * len(models) + 2
    assert set(record["train_examples"]) == {row["case"] for row in record["rows"]}
    by_key = {key(row): scores(row) for row in record["rows"]}
    parts = [modes[0].split("+")[index] for index in range(len(models))]
    modules = {labels[0]: [model.modules(mode) for model, mode in zip(models, parts, strict=True)]}
    for row in compared(kind, models, modules, number=2)[1]:
        assert by_key[key(row)] == pytest.approx(scores(row))
    (read,) = read_case_records([tmp_path / "record.json"])
    assert len(read.rows) == len(record["rows"])


def test_script_refuses_baselines_of_another_experiment(monkeypatch, saved_models, tmp_path):
    models, baselines = saved_models("union", experiment="inter_replacement")
    with pytest.raises(
        InputError, match="0.json: experiment: expected one of inter_reuse, received 'inter_replacement'"
    ):
        evaluate(monkeypatch, "union", models, baselines, ["rolled+unrolled"], tmp_path / "record.json")
    assert not (tmp_path / "record.json").exists()


def test_script_refuses_chunks_that_do_not_belong_together(monkeypatch, saved_models, tmp_path):
    models, (first, second) = saved_models("one_output")

    def refused(message, *baselines):
        with pytest.raises(InputError, match=message):
            evaluate(monkeypatch, "one_output", models, baselines, ["rolled"], tmp_path / "record.json")
        assert not (tmp_path / "record.json").exists()

    refused("0.json: drawn but not there: .*; name all chunks", first)
    record = read_json(second)
    write_json(second, record | {"examples_per_class": 7})
    refused("1.json: examples_per_class 7 differ from None of .*0.json", first, second)
    write_json(second, record)
    write_arrays(second.with_suffix(".npz"), {"0/pair": np.zeros(3, np.int32)})
    refused("1.npz: not the decisions that .*1.json describes", first, second)


@pytest.mark.parametrize(
    ("models", "modes", "message"),
    [
        (1, ["rolled+unrolled"], "--datasets: expected one for each of 1 models, received 2"),
        (
            2,
            ["rolled"],
            "--modes: expected one of rolled, .*, compact for each of 2 models joined by \\+, received 'rolled'",
        ),
        (2, ["rolled+rolled"] * 3, "--modes: expected at most two beside package and compact, received 3"),
    ],
)
def test_script_wants_a_dataset_and_a_mode_for_each_model(monkeypatch, tmp_path, models, modes, message):
    words = ["evaluate_reuse.py", "--experiment", "inter_reuse", "--run", "demo", "--preset", "paper"]
    words += ["--models", *["model"] * models, "--datasets", "one", "two", "--modes", *modes]
    monkeypatch.setattr("sys.argv", [*words, "--baselines", "0.json", "--output", str(tmp_path / "record.json")])
    with pytest.raises(InputError, match=message):
        evaluate_reuse.main()
