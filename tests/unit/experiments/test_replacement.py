"""Replacement: one module at a time comes from another model."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import evaluate_replacement
from rnn_modules.data.dataset import as_utf8
from rnn_modules.decomposition.composition import module_odds
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.experiments.decomposition_cost import decomposition_cost
from rnn_modules.experiments.metrics import classification_metrics, scopes
from rnn_modules.experiments.replacement import chosen_by, replace_each_module, worst_and_best
from rnn_modules.experiments.trained_model import compact_trained, decompose_trained
from rnn_modules.experiments.translations import Translator, average_bleu
from rnn_modules.files.atomic_files import InputError, read_json
from rnn_modules.names import HEADS, MODES
from rnn_modules.records.case_records import read_case_record
from support.made_up_models import classifier_model, saved, small_parameters, translator_model

# Without shrinking, which would cut and compose modules for minutes.
stable = settings(deadline=None, derandomize=True, max_examples=10, phases=[Phase.generate])
networks = {
    "seed": st.integers(0, 1000),
    "cell": st.sampled_from(["vanilla", "gru", "lstm"]),
    "layers": st.integers(1, 2),
    "many_output": st.booleans(),
}


def two_models(many_output=False, **other):
    """A model, and another of the same dataset."""
    model = classifier_model(many_output, **other)
    changed = other | {"seed": other.get("seed", 0) + 1, "layers": 1}
    return model, classifier_model(many_output, dataset=model.dataset, **changed)


def cut(*models, removal_cap=0.5, modes=MODES):
    parameters = DecompositionParameters(removal_cap=removal_cap)
    found = [decompose_trained(model.network, model.dataset, parameters, modes) for model in models]
    return {mode: tuple(part[mode] for part in found) for mode in modes}


def key(row):
    return tuple(row[name] for name in ("case", "decision", "predictor", "mode", "head"))


def scores(row):
    return {name: row[name] for name in ("accuracy", "balanced_accuracy", "macro_f1", "examples")}


@pytest.mark.parametrize("many_output", [False, True])
def test_rows_for_every_class_predictor_mode_and_head(many_output):
    worst, best = two_models(many_output)
    rows = replace_each_module(worst, best, cut(worst, best))
    names = ("noun", "verb", "other") if many_output else ("red", "green", "blue", "grey")
    scope_names = ("all", "unpadded") if many_output else ("all",)
    predictors = [(name, None, None) for name in ("monolithic", "better", "constant")]
    predictors += [(name, mode, head) for name in ("composed", "modules") for mode in MODES for head in HEADS]
    expected = {(name, scope, *predictor) for name in names for scope in scope_names for predictor in predictors}
    assert len(rows) == len(expected)
    assert {key(row) for row in rows} == expected
    json.dumps(rows, allow_nan=False)


@given(st.fixed_dictionaries(networks), st.sampled_from([0.0, 0.5]))
@stable
def test_replacing_a_module_by_itself_changes_nothing(network, removal_cap):
    model = classifier_model(**network)
    rows = replace_each_module(model, model, cut(model, model, removal_cap=removal_cap))
    by_key = {key(row): scores(row) for row in rows}
    for case, scope, predictor, mode, head in by_key:
        if predictor == "modules":
            assert by_key[case, scope, "modules", mode, head] == by_key[case, scope, "composed", mode, head]
        if predictor == "better":
            assert by_key[case, scope, "better", mode, head] == by_key[case, scope, "monolithic", mode, head]


@given(st.fixed_dictionaries(networks), st.sampled_from(MODES))
@stable
def test_the_replaced_module_alone_is_the_other_models(network, mode):
    worst, best = two_models(**network)
    modules = cut(worst, best, modes=[mode])
    rows = replace_each_module(worst, best, modules)
    inputs, labels = worst.dataset.inputs("test"), worst.dataset.labels("test")
    odds = [
        module_odds(model.network, part, inputs, tuple(HEADS))
        for model, part in zip((worst, best), modules[mode], strict=True)
    ]
    received = {key(row): scores(row) for row in rows}
    for replaced, name in enumerate(worst.dataset.class_names):
        if name == "padding":
            assert not [case for case, *_ in received if case == name]
            continue
        for head in HEADS:
            own, new = (part[head].reshape(part[head].shape[0], -1).T.tolist() for part in odds)
            decided = []
            for position, other in zip(own, new, strict=True):
                position[replaced] = other[replaced]
                decided.append(position.index(max(position)))
            decided = np.array(decided).reshape(labels.shape)
            for scope, counted in scopes(labels).items():
                expected = classification_metrics(labels[counted], decided[counted])
                assert received[name, scope, "modules", mode, head] == pytest.approx(expected)


def test_references_are_the_first_experiments_figures():
    worst, best = two_models(True)
    modules = cut(worst, best)
    rows = {key(row): scores(row) for row in replace_each_module(worst, best, modules)}
    cost = decomposition_cost(worst.network, worst.dataset, {mode: pair[0] for mode, pair in modules.items()})
    better = decomposition_cost(best.network, best.dataset, {mode: pair[1] for mode, pair in modules.items()})
    for name in ("noun", "verb", "other"):
        for scope in ("all", "unpadded"):
            assert rows[name, scope, "monolithic", None, None] == cost["monolithic"][scope]
            assert rows[name, scope, "better", None, None] == better["monolithic"][scope]
            assert rows[name, scope, "constant", None, None] == cost["controls"]["majority"][scope]
            for mode in MODES:
                for head in HEADS:
                    expected = cost["modes"][mode]["composed"][head][scope]
                    assert rows[name, scope, "composed", mode, head] == expected


def test_replacing_all_modules_one_by_one_does_change_something():
    """The equality of replacement by itself is no accident of modules that all decide alike."""
    worst, best = two_models()
    rows = {key(row): row["accuracy"] for row in replace_each_module(worst, best, cut(worst, best))}
    changed = [
        rows[case, scope, "modules", mode, head] != rows[case, scope, "composed", mode, head]
        for case, scope, predictor, mode, head in rows
        if predictor == "modules"
    ]
    assert any(changed)


def test_small_modules_replace_small_modules():
    worst, best = two_models()
    parts = tuple(compact_trained(one.network, one.dataset, small_parameters()) for one in (worst, best))
    rows = {key(row): scores(row) for row in replace_each_module(worst, best, {"compact": parts})}
    heads = {head for _, _, predictor, _, head in rows if predictor == "modules"}
    assert heads == {*HEADS, "refitted"}
    cost = decomposition_cost(worst.network, worst.dataset, {"compact": parts[0]})["compact"]["composed"]["refitted"]
    case = worst.dataset.class_names[0]
    assert rows[case, "all", "composed", "compact", "refitted"] == cost["all"]
    assert any(
        rows[name, "all", "modules", "compact", head] != rows[name, "all", "composed", "compact", head]
        for name in worst.dataset.class_names
        for head in heads
    )


def test_models_of_different_datasets_are_an_error():
    worst, best = classifier_model(seed=0, folder="worst"), classifier_model(seed=1, folder="best")
    with pytest.raises(InputError, match="best: not trained on the dataset of worst; models must share it"):
        replace_each_module(worst, best, {})


def with_accuracies(validation, test):
    return dataclasses.replace(
        MODEL, record=MODEL.record | {"validation": {"accuracy": validation}, "test": {"accuracy": test}}
    )


MODEL = classifier_model()


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6))
@stable
def test_worst_and_best_are_chosen_by_validation_not_by_test(accuracies):
    models = [with_accuracies(validation, test) for validation, test in accuracies]
    worst, best = worst_and_best(models)
    validation = [accuracy for accuracy, _ in accuracies]
    assert worst.model.record["validation"]["accuracy"] == worst.score == min(validation)
    assert best.model.record["validation"]["accuracy"] == best.score == max(validation)
    if len(models) > 1:
        assert worst.model is not best.model


def test_the_test_split_has_no_say():
    low, high = with_accuracies(0.1, 0.9), with_accuracies(0.8, 0.2)
    for models in ([high, low], [low, high]):
        assert [ranked.model for ranked in worst_and_best(models)] == [low, high]


def test_translators_are_chosen_by_their_average_bleu_and_not_by_single_words():
    first = translator_model(seed=1)
    # The references are what the first model writes itself.
    arrays, languages = first.dataset.arrays, first.dataset.labels("validation")
    for number, language in enumerate(first.dataset.class_names):
        rows = np.flatnonzero(languages == number)
        written = Translator(first).translate(first.dataset.sources("validation")[rows], language)
        references = as_utf8(written)
        arrays["validation_references"] = arrays["validation_references"].astype(f"S{max(references.itemsize, 99)}")
        arrays["validation_references"][rows] = references
    models = [first, translator_model(seed=2, layers=2, dataset=first.dataset)]
    # Each is the better one by the share of right words in training of which the other is by BLEU.
    models = [
        dataclasses.replace(model, record=model.record | {"validation": {"accuracy": accuracy}})
        for model, accuracy in zip(models, (0.2, 0.9), strict=True)
    ]
    scores = [average_bleu(model) for model in models]
    assert scores[0] > scores[1]
    worst, best = worst_and_best(models)
    assert (worst.model, best.model) == (models[1], models[0])
    assert (worst.score, best.score) == (scores[1], scores[0]) and chosen_by(models) == "bleu"


def test_translators_without_a_validation_split_are_chosen_by_right_words():
    model = translator_model()
    kept = {name: array for name, array in model.dataset.arrays.items() if not name.startswith("validation")}
    dataset = dataclasses.replace(model.dataset, arrays=kept)
    models = [
        dataclasses.replace(model, dataset=dataset, record=model.record | {"validation": {"accuracy": accuracy}})
        for accuracy in (0.9, 0.2)
    ]
    assert chosen_by(models) == "accuracy"
    assert [ranked.score for ranked in worst_and_best(models)] == [0.2, 0.9]


def evaluate(monkeypatch, models, output, modes=MODES):
    words = ["evaluate_replacement.py", "--models", *(model.folder for model in models), "--modes", *modes]
    words += ["--dataset", models[0].dataset_folder, "--run", "demo", "--preset", "paper", "--output", output]
    monkeypatch.setattr("sys.argv", list(map(str, words)))
    evaluate_replacement.main()
    return read_json(output)


def saved_depths(tmp_path, make, cutting=cut):
    """Files of three models of one dataset; the last is the worst, the first the best."""
    models = []
    for layers, accuracy in ((1, 0.75), (2, 0.5), (3, 0.25)):
        dataset = models[0].dataset if models else None
        places = {"folder": tmp_path / f"lstm-{layers}", "dataset_folder": tmp_path / "data"}
        model = make(seed=layers, layers=layers, dataset=dataset, **places)
        model = dataclasses.replace(model, record=model.record | {"validation": {"accuracy": accuracy}})
        models.append(saved(model, {mode: part for mode, (part,) in cutting(model).items()}))
    return models


@pytest.mark.parametrize("many_output", [False, True])
def test_script_writes_a_record_that_is_read(monkeypatch, tmp_path, many_output):
    models = saved_depths(tmp_path, lambda **settings: classifier_model(many_output, **settings))
    record = evaluate(monkeypatch, models, tmp_path / "record.json")
    assert record["setting"] == ("many_to_many" if many_output else "many_to_one")
    assert (record["layers"], record["worst"], record["best"]) == (
        3,
        {"layers": 3, "validation": 0.25},
        {"layers": 1, "validation": 0.75},
    )
    assert record["cases_possible"] == (3 if many_output else 4)
    assert len(record["provenance"]["inputs"]) == 7
    expected = replace_each_module(models[2], models[0], cut(models[2], models[0]))
    assert [key(row) for row in record["rows"]] == [key(row) for row in expected]
    assert [scores(row) for row in record["rows"]] == [pytest.approx(scores(row)) for row in expected]
    assert read_case_record(tmp_path / "record.json").better_layers == 1


def test_script_replaces_languages_of_translators(monkeypatch, tmp_path):
    models = saved_depths(tmp_path, translator_model)
    record = evaluate(monkeypatch, models, tmp_path / "record.json", ["rolled"])
    assert record["setting"] == "encoder_decoder" and record["cases_possible"] == 2
    assert {row["case"] for row in record["rows"]} == {"en-fr", "en-de"}
    expected = {model.record["layers"]: average_bleu(model) for model in models}
    assert record["chosen_by"] == "bleu"
    assert record["worst"]["validation"] == min(expected.values()) == expected[record["worst"]["layers"]]
    assert record["best"]["validation"] == max(expected.values()) == expected[record["best"]["layers"]]
    assert len(read_case_record(tmp_path / "record.json").rows) == len(record["rows"]) == 2 * 5
