"""Command lines of the scripts: wrong values, unknown names, files of another kind, and outputs in the way."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.trial import MORE_MEMORY, attempt, inputs, script
from rnn_modules.experiments.reuse_kinds import problem_of
from support.made_up_baselines import baselines_of, save_chunk
from support.made_up_cases import case_record, sweep_record, variants_record
from support.made_up_models import classifier_model, many_output_dataset, saved, translator_model
from support.made_up_records import record
from support.networks import calibrated_modules, random_modules

SIZES = {"train": 8, "validation": 6, "test": 6}
MADE = Path(tempfile.mkdtemp(prefix="fuzz-scripts-"))


@pytest.fixture(scope="module", autouse=True)
def cleaned():
    yield
    shutil.rmtree(MADE)


def make():
    """Small files of every kind, by what they are."""
    for name, kind in (
        ("labels", {}),
        ("sequences", {"many_output": True, "dataset": many_output_dataset(sizes=SIZES)}),
    ):
        places = {"folder": MADE / name / "model", "dataset_folder": MADE / name / "dataset"}
        made = classifier_model(layers=1, **kind, **places)
        if not kind:
            problem = problem_of("intra_reuse", [made.dataset], None, 0)
            save_chunk(MADE / "baselines.json", "intra_reuse", baselines_of(problem, 1))
        saved(made, {mode: calibrated_modules(made.network, mode) for mode in ("rolled", "unrolled")})
    places = {"folder": MADE / "translations/model", "dataset_folder": MADE / "translations/dataset"}
    made = translator_model(**places)
    saved(made, {mode: random_modules(made.network, mode=mode, classes=2) for mode in ("rolled", "unrolled")})
    for name, value in (
        ("cost", record()),
        ("cases", case_record(count=2)),
        ("sweep", sweep_record()),
        ("variants", variants_record()),
    ):
        (MADE / f"{name}.json").write_text(json.dumps(value))


make()
LABELS, SEQUENCES, TRANSLATIONS = (MADE / name for name in ("labels", "sequences", "translations"))
# JAX ends the process where there is no memory to compile in.
COMPILED = ("compact_model.py",)
RECORDED = ("--run", "x", "--preset", "paper")
# Valid command lines, without their output.
VALID = {
    "decompose_model.py": [
        *("--network", LABELS / "model/network.npz", "--dataset", LABELS / "dataset", "--architecture", "many_to_one"),
        *("--rnn", "lstm", "--removal-cap", "0.1", "--threads", "1", "--modes", "rolled"),
    ],
    "compact_model.py": [
        *("--network", LABELS / "model/network.npz", "--dataset", LABELS / "dataset", "--architecture", "many_to_one"),
        *("--rnn", "lstm", "--keep", "0.5", "--threads", "1", "--ranking-sample", "20"),
    ],
    "evaluate_decomposition.py": [
        *("--model", LABELS / "model", "--dataset", LABELS / "dataset", "--modes", "rolled", *RECORDED),
    ],
    "evaluate_replacement.py": [
        *(
            "--models",
            LABELS / "model",
            LABELS / "model",
            "--dataset",
            LABELS / "dataset",
            "--modes",
            "rolled",
            *RECORDED,
        ),
    ],
    "evaluate_reuse.py": [
        *("--experiment", "intra_reuse", "--models", LABELS / "model", "--datasets", LABELS / "dataset"),
        *("--modes", "rolled", "--baselines", MADE / "baselines.json", *RECORDED),
    ],
    "evaluate_variants.py": [
        *("--experiment", "removal_sweep", "--removal-caps", "0.1", "--model", LABELS / "model"),
        *("--dataset", LABELS / "dataset", "--modes", "rolled", "--run", "x"),
    ],
    "evaluate_translation_reuse.py": [
        *(
            "--model",
            TRANSLATIONS / "model",
            "--dataset",
            TRANSLATIONS / "dataset",
            "--baselines",
            TRANSLATIONS / "model",
        ),
        *("--baseline-datasets", TRANSLATIONS / "dataset", "--modes", "rolled", *RECORDED),
    ],
    "evaluate_scenario.py": [
        *("--scenario", "x", "--models", f"a={TRANSLATIONS / 'model'}", "--datasets", f"a={TRANSLATIONS / 'dataset'}"),
        *("--monolithic", "a", "--approach", "approach_1", "fr=a", "de=a", "--modes", "rolled", *RECORDED),
    ],
    "tabulate_decomposition_cost.py": [MADE / "cost.json"],
    "tabulate_cases.py": [MADE / "cases.json"],
    "tabulate_variants.py": [MADE / "sweep.json", MADE / "variants.json"],
    "verify_run.py": ["--run", MADE],
    "record_run.py": ["--run", MADE],
}
OUTPUT = {name: "--output-folder" for name in VALID if name.startswith("tabulate")}
WITHOUT_RUN = ("verify_run.py", "record_run.py")
"""They write into a run's folder or nowhere, and there is none here."""
OUTPUT |= dict.fromkeys(WITHOUT_RUN)
WORDS = (
    *("", "x", "0", "-1", "nan", "1.5", "9" * 30, "../x", "a=b", "=", "rolled", "rolled+unrolled", "package", "gru"),
    *(MADE / "absent", MADE / "cost.json", MADE / "cases.json", MADE),
    *(
        place / part
        for place in (LABELS, SEQUENCES, TRANSLATIONS)
        for part in ("model", "dataset", "model/network.npz")
    ),
)


@st.composite
def changed_words(draw, words):
    """A command line with a word replaced, left out, said twice or added."""
    words = list(words)
    place = draw(st.integers(0, len(words) - 1))
    kind = draw(st.sampled_from(("replace", "replace", "replace", "replace", "delete", "twice", "unknown")))
    if kind == "replace":
        values = [index for index, word in enumerate(words) if not str(word).startswith("--")]
        words[draw(st.sampled_from(values))] = draw(st.sampled_from(WORDS))
    elif kind == "delete":
        del words[place]
    elif kind == "twice":
        words.insert(place, words[place])
    else:
        words += ["--unknown", "1"]
    return words


@pytest.mark.parametrize("name", VALID)
def test_command_line(name):
    @inputs(25)
    @given(changed_words(VALID[name]), st.sampled_from(("free", "free", "free", "file in the way")))
    def check(words, place):
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "made" / "output.json"
            if place != "free":
                output.parent.write_text("no folder")
            flag = OUTPUT.get(name, "--output")
            if flag:
                words = [*words, flag, output]
            attempt(name, folder, lambda: script(name, *words), output=output, memory=memory)

    memory = None if name in COMPILED else MORE_MEMORY
    if name not in WITHOUT_RUN:
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "made" / "output.json"
            words = [*VALID[name], OUTPUT.get(name, "--output"), output]
            assert attempt(name, folder, lambda: script(name, *words), output=output, memory=memory) is None
    check()
    assert not (MADE / "ro-crate-metadata.json").exists()


def test_plan_run():
    """What stands after these flags goes to Snakemake."""

    @inputs(25)
    @given(st.sampled_from(("--cores", "--run")), st.sampled_from((*WORDS, "²", "1e3")))
    def check(flag, word):
        with tempfile.TemporaryDirectory() as folder:
            assert attempt("plan_run.py", folder, lambda: script("plan_run.py", f"{flag}={word}"))

    check()


def test_share_vocabulary():
    @inputs(25)
    @given(st.lists(st.sampled_from([*WORDS, LABELS / "dataset", SEQUENCES / "dataset"]), min_size=2, max_size=2))
    def check(folders):
        with tempfile.TemporaryDirectory() as folder:
            words = ["--first", folders[0], "--second", folders[1]]
            outputs = ["--first-output", Path(folder) / "made/a", "--second-output", Path(folder) / "made/b"]
            made = Path(folder) / "made"
            attempt("share_vocabulary.py", folder, lambda: script("share_vocabulary.py", *words, *outputs), output=made)

    check()


def test_publish_reference(tmp_path):
    """A reference that would replace what it is made from, or a run that is not whole, changes nothing."""
    run, bench = tmp_path / "run", tmp_path / "bench"
    for path in (run / "tables/table2.md", bench / "bench.md", bench / "spread.md", tmp_path / "kept" / "old.json"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("| a |\n")
    pages = ["--results", tmp_path / "results.md"]
    for reference in (run, tmp_path, run / "tables", bench, tmp_path / "kept"):
        words = ["--run", run, "--reference", reference, "--benchmark", bench, *pages]
        assert attempt("publish_reference.py", tmp_path, lambda words=words: script("publish_reference.py", *words))
