"""Systems of translators, compared on one test split."""

import dataclasses
import json

import numpy as np
import pytest

import evaluate_scenario
import evaluate_translation_reuse
from rnn_modules.data.dataset import as_utf8
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.experiments.decomposition_cost import decomposition_cost
from rnn_modules.experiments.trained_model import decompose_trained
from rnn_modules.experiments.translations import Translator, compare, replace_each_language, reuse
from rnn_modules.files.atomic_files import InputError, read_json
from rnn_modules.names import MODES
from rnn_modules.records.case_records import read_case_record
from support.made_up_models import saved, translator_model

METRICS = ("bleu", "chrf", "bleu1", "bleu1_with_tags", "examples")


@pytest.fixture(autouse=True)
def few_samples(monkeypatch):
    """sacrebleu's bootstrap with fewer samples, so that it takes no second for each row."""
    from rnn_modules.experiments import translations

    full = translations.bleu_p_value
    monkeypatch.setattr(translations, "bleu_p_value", lambda *lines: full(*lines, samples=20))


def cut(*models, modes=MODES, removal_cap=0.5):
    parameters = DecompositionParameters(removal_cap=removal_cap)
    found = [decompose_trained(model.network, model.dataset, parameters, modes) for model in models]
    return {mode: tuple(part[mode] for part in found) for mode in modes}


def everywhere(model, modules=None):
    return dict.fromkeys(model.dataset.class_names, Translator(model, modules))


def written(model, change=lambda lines: lines):
    """The same model, its references what it writes itself, each changed."""
    test = model.dataset
    lines = np.empty(len(test.labels("test")), object)
    for index, language in enumerate(test.class_names):
        chosen = np.flatnonzero(test.labels("test") == index)
        lines[chosen] = change(Translator(model).translate(test.sources("test")[chosen], language))
    dataset = dataclasses.replace(test, arrays=test.arrays | {"test_references": as_utf8(lines)})
    return dataclasses.replace(model, dataset=dataset)


def key(row):
    return tuple(row.get(name) for name in ("case", "decision", "predictor", "mode", "head"))


def scores(row):
    return {name: row[name] for name in METRICS}


def test_sentences_are_translated_one_by_one_as_all_together():
    model = translator_model(seed=7)
    modules = cut(model)["rolled"][0]
    sources = model.dataset.sources("test")
    whole = Translator(model, modules).translate(sources, "de")
    assert len(set(whole)) > 1
    assert [Translator(model, modules).translate(sources[[row]], "de")[0] for row in range(len(sources))] == whole
    assert whole != Translator(model).translate(sources, "fr")


def test_words_outside_a_models_vocabulary_are_unknown_to_it():
    translator = Translator(translator_model(seed=7))
    assert translator.translate(np.array(["word0 never word1"]), "fr") == translator.translate(
        np.array(["word0 other word1"]), "fr"
    )
    ids = translator.model.dataset.encode_sources(["word0 never"])
    assert ids[0, :3].tolist() == [2, 1, 0]


def test_a_model_reads_others_sentences_by_its_own_vocabulary():
    """Its ids differ from the test dataset's, so the test dataset's ids would say something else."""
    test = translator_model(seed=7)
    own = translator_model(seed=7, more_words=("first", "second"))
    sources = test.dataset.sources("test")
    assert (own.dataset.encode_sources(sources) != test.dataset.inputs("test")).any()
    rows = compare({"one": everywhere(test), "two": everywhere(own)}, written(own).dataset, "one")
    assert all(row["bleu1"] == pytest.approx(100) for row in rows if row["predictor"] == "two")
    by_ids = own.network.translate(
        test.dataset.inputs("test"),
        np.full(len(sources), own.dataset.tag_ids()[0][0]),
        int(own.dataset.tag_ids()[1][0]),
    )
    assert own.dataset.sentences(by_ids).tolist() != Translator(own).translate(sources, "fr")


def test_a_language_that_a_model_does_not_write_is_an_error():
    model = translator_model(folder="models/fr_de")
    with pytest.raises(InputError, match="models/fr_de: translates into fr, de, not into 'it'"):
        Translator(model).translate(model.dataset.sources("test"), "it")


def test_a_language_that_is_not_the_test_splits_is_an_error():
    model = translator_model(languages=("fr", "it"))
    systems = {"one": {"it": Translator(model), "fr": Translator(model)}}
    with pytest.raises(InputError, match="made up: translations into fr, de, none into it; compare"):
        compare(systems, translator_model().dataset, "one")
    with pytest.raises(InputError, match="none into it"):
        reuse(translator_model(), {}, {("fr", "it"): model})


def test_rows_for_every_language_and_system():
    model, other = translator_model(seed=7), translator_model(seed=8)
    systems = {"first": everywhere(model), "second": everywhere(other), "same": everywhere(model)}
    rows = compare(systems, model.dataset, "first", {"second": {"predictor": "modules", "mode": "rolled"}})
    expected = {
        (None, f"en-{language}", predictor, mode, None)
        for language in ("fr", "de")
        for predictor, mode in (("first", None), ("modules", "rolled"), ("same", None), ("tags_only", None))
    }
    assert len(rows) == 8 and {key(row) for row in rows} == expected
    for row in rows:
        assert set(METRICS) <= set(row)
        assert row["examples"] == 6
        compared = row["predictor"] in ("modules", "same")
        assert ("bleu_p_value" in row) == compared
        if compared:
            assert 0 <= row["bleu_p_value"] <= 1
        if row["predictor"] == "same":
            assert row["bleu_p_value"] == 1
    json.dumps(rows, allow_nan=False)


def test_figures_are_those_of_the_first_experiment():
    model = translator_model(seed=7, layers=2)
    modules = {mode: part for mode, (part,) in cut(model).items()}
    systems = {"monolithic": everywhere(model)} | {mode: everywhere(model, part) for mode, part in modules.items()}
    received = {(row["predictor"], row["decision"]): scores(row) for row in compare(systems, model.dataset, "rolled")}
    cost = decomposition_cost(model.network, model.dataset, modules)
    expected = {"monolithic": cost["monolithic"], "tags_only": cost["controls"]["tags_only"]}
    expected |= {mode: cost["modes"][mode]["composed"]["parent"] for mode in MODES}
    assert received == {
        (name, pair): scores(figures) for name, by_pair in expected.items() for pair, figures in by_pair.items()
    }


def test_a_system_far_better_than_the_reference_has_a_small_p_value():
    good, bad = written(translator_model(seed=7)), translator_model(seed=8)
    rows = compare({"bad": everywhere(bad), "good": everywhere(good)}, good.dataset, "bad")
    for row in rows:
        if row["predictor"] == "good":
            assert row["bleu1"] == pytest.approx(100) and row["bleu_p_value"] < 0.1


def test_tags_only_is_right_about_the_tags_alone():
    model = translator_model(seed=7)
    rows = [row for row in compare({"one": everywhere(model)}, model.dataset, "one") if row["predictor"] == "tags_only"]
    for row, language in zip(rows, (0, 1), strict=True):
        chosen = model.dataset.labels("test") == language
        words = sum(len(line.split()) for line in model.dataset.references("test")[chosen])
        assert row["bleu1"] == pytest.approx(0)
        assert row["bleu1_with_tags"] == pytest.approx(100 * 12 / (words + 12))


def test_reuse_of_some_languages():
    model = translator_model(seed=7, languages=("fr", "de", "it"))
    baselines = {
        pair: translator_model(seed=seed, languages=pair, more_words=("first",))
        for seed, pair in enumerate((("fr", "de"), ("it", "fr")))
    }
    modules = {mode: part for mode, (part,) in cut(model).items()}
    rows = reuse(model, modules, baselines)
    expected = {
        (" + ".join(pair), f"en-{language}", predictor, mode, None)
        for pair in baselines
        for language in pair
        for predictor, mode in (
            *(("modules", mode) for mode in MODES),
            *((name, None) for name in ("parent", "baseline", "tags_only")),
        )
    }
    assert len(rows) == len(expected) and {key(row) for row in rows} == expected
    assert {row["predictor"] for row in rows if "bleu_p_value" in row} == {"modules", "parent"}
    # A language's figures do not depend on which others are taken with it, but for the baseline.
    by_key = {key(row): scores(row) for row in rows}
    for predictor, mode in (("modules", "rolled"), ("modules", "unrolled"), ("parent", None), ("tags_only", None)):
        first, second = (by_key[case, "en-fr", predictor, mode, None] for case in ("fr + de", "it + fr"))
        assert first == second
    whole = dict.fromkeys(("untouched",), cut(model, modes=["rolled"], removal_cap=0.0)["rolled"][0])
    for row in (rows := reuse(model, whole, {("fr", "de"): baselines["fr", "de"]})):
        if row["predictor"] == "modules":
            same = ("fr + de", row["decision"], "parent", None, None)
            assert scores(row) == next(scores(other) for other in rows if key(other) == same)


@pytest.mark.parametrize("removal_cap", [0.0, 0.5])
def test_replacing_a_language_by_itself_changes_nothing(removal_cap):
    model = translator_model(seed=7)
    rows = replace_each_language(model, model, cut(model, model, removal_cap=removal_cap))
    by_key = {key(row): row for row in rows}
    assert len(by_key) == len(rows) == 2 * (3 + 2 * 2)
    for pair in ("en-fr", "en-de"):
        better, monolithic = (by_key[pair, pair, name, None, None] for name in ("better", "monolithic"))
        assert scores(better) == scores(monolithic) and better["bleu_p_value"] == 1
        for mode in MODES:
            replaced, composed = (by_key[pair, pair, name, mode, None] for name in ("modules", "composed"))
            assert scores(replaced) == scores(composed)
            assert replaced["bleu_p_value"] == composed["bleu_p_value"]
            if removal_cap == 0:
                assert scores(replaced) == scores(monolithic)


def test_replaced_languages_are_the_other_models():
    worst = translator_model(seed=7)
    best = translator_model(seed=8, layers=2, dataset=worst.dataset)
    modules = cut(worst, best)
    rows = {key(row): scores(row) for row in replace_each_language(worst, best, modules)}
    for name, model, index in (("composed", worst, 0), ("modules", best, 1)):
        parts = {mode: pair[index] for mode, pair in modules.items()}
        cost = decomposition_cost(model.network, worst.dataset, parts)
        whole = "monolithic" if index == 0 else "better"
        for pair in ("en-fr", "en-de"):
            assert rows[pair, pair, whole, None, None] == scores(cost["monolithic"][pair])
            for mode in MODES:
                assert rows[pair, pair, name, mode, None] == scores(cost["modes"][mode]["composed"]["parent"][pair])


def saved_translator(tmp_path, name, seed, languages, **settings):
    places = {"folder": tmp_path / name, "dataset_folder": tmp_path / f"{name}_data"}
    model = translator_model(seed, languages=languages, **places, **settings)
    return saved(model, {mode: part for mode, (part,) in cut(model).items()})


def run(monkeypatch, script, output, *words):
    words = [*words, "--threads", "2", "--run", "demo", "--preset", "paper", "--output", output]
    monkeypatch.setattr("sys.argv", [script.__name__, *map(str, words)])
    script.main()
    return read_json(output)


def test_script_of_reuse_writes_a_record_that_is_read(monkeypatch, tmp_path):
    model = saved_translator(tmp_path, "model", 7, ("fr", "de", "it"))
    baselines = [saved_translator(tmp_path, "_".join(pair), 8, pair, layers=2) for pair in (("fr", "de"), ("de", "it"))]
    record = run(
        monkeypatch,
        evaluate_translation_reuse,
        tmp_path / "record.json",
        *("--model", model.folder, "--dataset", model.dataset_folder, "--modes", "rolled", "unrolled"),
        *("--baselines", *(baseline.folder for baseline in baselines)),
        *("--baseline-datasets", *(baseline.dataset_folder for baseline in baselines)),
    )
    assert record["cases_possible"] == 3 and record["layers"] == 1
    assert set(record["datasets"]) == {"model_data", "fr_de_data", "de_it_data"}
    assert len(record["provenance"]["inputs"]) == 4 + 2 * 2
    modules = {mode: model.modules(mode) for mode in MODES}
    expected = reuse(model, modules, {baseline.dataset.class_names: baseline for baseline in baselines})
    assert record["rows"] == expected
    assert len(read_case_record(tmp_path / "record.json").rows) == len(expected)


@pytest.fixture
def scenario(monkeypatch, tmp_path):
    """The script of a scenario, with files of three models."""
    models = {
        "all": saved_translator(tmp_path, "all", 7, ("fr", "uk")),
        "many": saved_translator(tmp_path, "many", 8, ("fr", "de")),
        "uk_only": saved_translator(tmp_path, "uk_only", 9, ("uk",), more_words=("first",)),
    }

    def evaluate(*approaches, left_out=(), monolithic="all"):
        words = ["--scenario", "add_ukrainian", "--monolithic", monolithic, "--modes", "rolled"]
        words += ["--models", *(f"{name}={model.folder}" for name, model in models.items())]
        datasets = {name: model for name, model in models.items() if name not in left_out}
        words += ["--datasets", *(f"{name}={model.dataset_folder}" for name, model in datasets.items())]
        for approach in approaches:
            words += ["--approach", *approach.split()]
        return run(monkeypatch, evaluate_scenario, tmp_path / "record.json", *words)

    return models, evaluate


def test_script_of_a_scenario_writes_a_record_that_is_read(scenario, tmp_path):
    models, evaluate = scenario
    record = evaluate("approach_1 fr=all uk=all", "approach_2 uk=uk_only fr=many")
    assert record["setting"] == "add_ukrainian" and record["cases_possible"] == 2
    by_key = {key(row): row for row in record["rows"]}
    assert set(by_key) == {
        (pair, pair, predictor, mode, None)
        for pair in ("en-fr", "en-uk")
        for predictor, mode in (
            *((f"approach_{number}", "rolled") for number in (1, 2)),
            *((name, None) for name in ("monolithic", "tags_only")),
        )
    }
    # Each language by the module of the model that the approach names.
    test = models["all"].dataset
    for approach, pair, name in (
        *(("approach_1", pair, "all") for pair in ("en-fr", "en-uk")),
        *(("approach_2", "en-fr", "many"), ("approach_2", "en-uk", "uk_only")),
    ):
        system = {pair[3:]: Translator(models[name], models[name].modules("rolled"))}
        (row, _) = compare({"one": system}, test, "one")
        assert scores(by_key[pair, pair, approach, "rolled", None]) == scores(row)
    # The arrays of every model and dataset, and the modules that were used.
    assert len(record["provenance"]["inputs"]) == 3 * 3
    assert len(read_case_record(tmp_path / "record.json").rows) == 8


@pytest.mark.parametrize(
    ("approach", "message"),
    [
        ("approach_1 fr=all", r"--approach approach_1: expected the languages .*'fr', 'uk'.*received \['fr'\]"),
        ("approach_1 fr=all uk=all de=many", "--approach approach_1: expected the languages"),
        ("approach_1 fr uk=all", "--approach: expected NAME=VALUE, received 'fr'"),
        (
            "approach_1 fr=all uk=everyone",
            "--approach approach_1: expected names among all, many, uk_only, received 'ev",
        ),
        ("approach_1 fr=uk_only uk=all", "uk_only: translates into uk, not into 'fr'"),
    ],
)
def test_an_approach_that_does_not_fit_is_an_error(scenario, approach, message):
    _, evaluate = scenario
    with pytest.raises(InputError, match=message):
        evaluate(approach)


def test_names_of_no_model_or_dataset_are_errors(scenario):
    _, evaluate = scenario
    with pytest.raises(InputError, match="--models: expected names among all, many, received 'uk_only'"):
        evaluate("approach_1 fr=all uk=all", left_out=["uk_only"])
    with pytest.raises(InputError, match="--monolithic: expected names among all, many, uk_only, received 'whole'"):
        evaluate("approach_1 fr=all uk=all", monolithic="whole")
