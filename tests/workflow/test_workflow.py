"""A real small DAG, run from start to end, what reruns after a change, and a narrower run over it."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from support.project import copy_project
from support.snakemake_calls import python, snakemake

CI = ("--configfile", "config/ci.yaml")
RUN = Path("results/ci")
MODEL = RUN / "models" / "many_to_one" / "clinc" / "lstm-1" / "seed-0"
pytestmark = pytest.mark.workflow
# Five of the grid, four with shared vocabularies, three of two languages, five of the scenarios; the modules of the
# three models that are baselines for translation are never used.
MODELS, UNUSED_MODULES = 17, 3


def planned(folder, *arguments):
    """Rules that a dry run would execute, with their numbers of jobs."""
    result = snakemake(folder, *CI, "--dry-run", *arguments)
    text = result.stdout + result.stderr
    if "Nothing to be done" in text:
        return {}
    table = text.split("Job stats:")[1].split("total")[0]
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE) if name != "all"}


@pytest.fixture(scope="module")
def finished(project):
    """A copy of the project in which the smallest grid has been run."""
    snakemake(project, *CI)
    return project


@pytest.fixture
def edit(finished):
    """Change a file for one test."""
    originals = {}

    def change(name, old, new):
        path = finished / name
        originals[path] = path.read_bytes()
        assert old.encode() in originals[path]
        path.write_bytes(originals[path].replace(old.encode(), new.encode()))

    yield change
    for path, content in originals.items():
        path.write_bytes(content)


def test_everything_is_made(finished):
    run = finished / RUN
    records = [json.loads(path.read_text()) for path in run.glob("models/*/*/lstm-1/seed-0/decomposition_cost.json")]
    assert {record["architecture"] for record in records} == {
        "one_to_one", "one_to_many", "many_to_one", "many_to_many", "encoder_decoder",
    }  # fmt: skip
    for record in records:
        assert list(record["modes"]) == (
            ["rolled"] if record["architecture"] == "one_to_one" else ["rolled", "unrolled"]
        )
        assert record["data_source"] == "synthetic"
    for name in ("model.keras", "network.npz", "history.csv", "record.json"):
        assert len(list(run.glob(f"models/*/*/lstm-1/seed-0/{name}"))) == MODELS
    assert len(list(run.glob("models/*/*/lstm-1/seed-0/modules/rolled.npz"))) == MODELS - UNUSED_MODULES
    for path in run.glob("models/*/*/lstm-1/seed-0/record.json"):
        assert json.loads(path.read_text())["dataset"] == path.parts[-4]
    for table in ("table2", "table3", "table4", "table5"):
        for kind in ("csv", "md", "tex", "html"):
            assert (run / "tables" / f"{table}.{kind}").stat().st_size
        assert "synthetic" in (run / "tables" / f"{table}.md").read_text()
    for figure in ("claims", "controls", "table2", "table3", "table4", "removal_sweep", "modules_many_to_one"):
        assert (run / "figures" / f"{figure}.png").read_bytes().startswith(b"\x89PNG")
    assert (run / "report" / "index.html").read_text().lstrip().startswith("<!DOCTYPE html>")


def test_every_experiment_leaves_its_records(finished):
    paths = list((finished / RUN / "experiments").glob("*/*/*/*.json"))
    found = Counter(json.loads(path.read_text())["experiment"] for path in paths)
    assert found == {
        "intra_reuse": 5,
        "inter_reuse": 2,
        "intra_replacement": 5,
        "inter_replacement": 2,
        "scenario": 2,
        "variants": 5,
        "removal_sweep": 5,
        "frontier": 5,
        "offer": 4,
    }


def test_claims_are_answered_one_by_one(finished):
    answered = json.loads((finished / RUN / "tables" / "claims.json").read_text())
    assert len(answered["claims"]) == 40


def test_rules_ask_for_one_to_three_times_what_their_jobs_took(finished):
    result = python(finished, "scripts/plan_run.py", "--run", RUN)
    assert result.returncode == 0, result.stdout + result.stderr
    measured = re.findall(r"^(\w+) +\d+ +[\d,]+ +[\d,]+ +\d\.\d\d", result.stdout, re.MULTILINE)
    assert {"fetch_corpus", "train_model", "evaluate_scenario", "tabulate_cases", "write_report"} <= set(measured)
    assert set(measured) == {path.stem for path in finished.glob("results/ci/costs/*")}


def test_every_job_leaves_its_costs(finished):
    executed = json.loads((finished / RUN / "run.json").read_text())["calls"][0]["executed"]
    left = Counter(
        path.relative_to(finished / "results/ci/costs").parts[0].removesuffix(".json")
        for path in finished.glob("results/ci/costs/**/*.json")
    )
    assert left == {rule: jobs for rule, jobs in executed.items() if rule != "all"}


def test_a_second_run_does_nothing(finished):
    assert planned(finished) == {}


def test_touching_every_file_reruns_nothing(finished):
    for path in finished.rglob("*"):
        if path.is_file() and ".snakemake" not in path.parts:
            path.touch()
    assert planned(finished) == {}


def test_words_and_unused_files_rerun_nothing(finished):
    """Comments and docstrings of every file of every room, and in each room a new file that nothing imports."""
    rooms = sorted({path.parent for path in (finished / "scripts").rglob("*.py")})
    assert len(rooms) > 10
    assert rerun_by_words(finished, rooms) == {}, {f"{room}": rerun_by_words(finished, [room]) for room in rooms}


def rerun_by_words(folder, rooms):
    """Jobs of a dry run while the files of these rooms have other comments and docstrings."""
    originals = {path: path.read_text() for room in rooms for path in room.glob("*.py")}
    unused = [room / "not_used.py" for room in rooms]
    try:
        for path, text in originals.items():
            path.write_text(re.sub('"""', '"""Edited. ', text, count=1) + "\n# A comment.\n")
        for path in unused:
            path.write_text("print('nothing imports this')\n")
        return planned(folder)
    finally:
        for path in unused:
            path.unlink(missing_ok=True)
        for path, text in originals.items():
            path.write_text(text)


def append(edit, name):
    """Change what a file does by a statement of no effect."""
    edit(name, "from __future__ import annotations\n", "from __future__ import annotations\n\nEDITED = True\n")


def test_editing_a_figure_draws(finished, edit):
    append(edit, "scripts/rnn_modules/reporting/figures/cost_figure.py")
    jobs = planned(finished)
    assert jobs["plot_decomposition_cost"] == 1 and jobs["write_report"] == 1
    assert all(name.startswith("plot_") or name == "write_report" for name in jobs)


def test_editing_a_script_reruns_its_rule(finished, edit):
    edit("scripts/plot_decomposition_cost.py", "def main", "EDITED = True\n\n\ndef main")
    assert planned(finished) == {"plot_decomposition_cost": 1, "write_report": 1}


def test_editing_a_claims_text_answers_and_reports(finished, edit):
    edit(
        "scripts/rnn_modules/records/published/claims.csv",
        "Translation, rolled: median",
        "Translation, rolled: the median",
    )
    assert planned(finished) == {"answer_claims": 1, "plot_claims": 1, "write_report": 1}


def test_editing_the_concern_code_retrains_nothing(finished, edit):
    append(edit, "scripts/rnn_modules/decomposition/concern.py")
    jobs = planned(finished)
    assert jobs["decompose_model"] + jobs["decompose_one_timestep"] == MODELS - UNUSED_MODULES
    assert jobs["evaluate_decomposition"] == 5
    assert not jobs.keys() & {"train_model", "train_baselines", "prepare_dataset", "fetch_corpus"}


def test_editing_a_metric_trains_nothing(finished, edit):
    append(edit, "scripts/rnn_modules/experiments/metrics.py")
    jobs = planned(finished)
    assert jobs["evaluate_decomposition"] == 5 and jobs["evaluate_reuse"] == 8
    assert not jobs.keys() & {"train_model", "train_baselines", "decompose_model"}


def test_editing_the_rules_of_reuse_retrains_no_model(finished, edit):
    append(edit, "scripts/rnn_modules/experiments/reuse.py")
    jobs = planned(finished)
    assert jobs["evaluate_reuse"] == 8
    assert not jobs.keys() & {"train_model", "train_baselines", "decompose_model", "evaluate_replacement"}


def test_another_number_of_epochs_retrains_what_it_concerns(finished, edit):
    edit(
        "config/ci.yaml",
        "many_to_one: {embedding: 8, units: 8, epochs: 1}",
        "many_to_one: {embedding: 8, units: 8, epochs: 2}",
    )
    jobs = planned(finished)
    # The model itself, and the one that shares a vocabulary with Brown.
    assert jobs["train_model"] == 2 and jobs["decompose_model"] == 2 and jobs["evaluate_decomposition"] == 1
    assert not jobs.keys() & {"prepare_dataset", "fetch_corpus", "decompose_one_timestep", "evaluate_scenario"}


def test_other_epochs_of_a_corpus_retrain_its_models_only(finished, edit):
    old = "encoder_decoder: {embedding: 8, units: 8, epochs: 1}"
    edit("config/ci.yaml", old, old.replace("epochs: 1", "epochs: 1, epochs_of: {estonian: 2}"))
    jobs = planned(finished)
    # The model of all its languages: no other is made of this corpus.
    assert jobs["train_model"] == 1 and jobs["decompose_model"] == 1 and jobs["evaluate_scenario"] == 1
    assert not jobs.keys() & {"prepare_dataset", "evaluate_decomposition", "train_baselines"}


def test_another_limit_of_one_architectures_baselines_retrains_these_only(finished, edit):
    old = "training_length: epochs}"
    edit("config/ci.yaml", old, "training_length: epochs, examples_per_class_of: {many_to_many: 50}}")
    jobs = planned(finished)
    assert jobs["train_baselines"] == 1 and jobs["evaluate_reuse"] == 1
    assert not jobs.keys() & {"train_model", "decompose_model", "evaluate_replacement"}


def test_another_threshold_retrains_nothing(finished, edit):
    edit("config/config.yaml", "  parameters: {}", "  parameters: {removal_cap: 0.1}")
    jobs = planned(finished)
    assert jobs["decompose_model"] + jobs["decompose_one_timestep"] == MODELS - UNUSED_MODULES
    assert not jobs.keys() & {"train_model", "train_baselines"}


def test_another_size_of_small_modules_makes_these_alone_again(finished, edit):
    edit("config/ci.yaml", "keep: 0.3", "keep: 0.2")
    jobs = planned(finished)
    assert jobs["compact_model"] == MODELS - UNUSED_MODULES and jobs["evaluate_decomposition"] == 5
    assert not jobs.keys() & {"train_model", "train_baselines", "decompose_model", "decompose_one_timestep"}


def test_one_more_seed_keeps_the_first(finished, edit):
    edit("config/config.yaml", "seeds: [0]", "seeds: [0, 1]")
    assert planned(finished)["train_model"] == MODELS


def test_named_targets_are_there(finished):
    targets = ("datasets", "models", "rq1", "rq2", "rq3", "scenarios", "tables", "figures", "report")
    assert planned(finished, *targets) == {}


def test_kept_records_are_enough_to_go_on(finished, tmp_path):
    """On another machine: tables, figures and the report, which are not kept."""
    project = copy_project(tmp_path / "project")
    for source, kept in ((RUN, tmp_path / "kept"), (tmp_path / "kept", project / RUN)):
        result = python(finished, "scripts/keep_records.py", "--run", source, "--output", kept)
        assert result.returncode == 0, result.stderr
    assert sum(path.stat().st_size for path in (project / RUN).rglob("*") if path.is_file()) < 4e6
    made = ("tabulate_", "plot_", "answer_claims", "write_report")
    assert all(rule.startswith(made) for rule in planned(project))
    # With datasets of their own, records stay beside another seed.
    shutil.rmtree(project / RUN)
    (project / "seeds.yaml").write_text("seeds: [0, 1]\n")
    snakemake(project, *CI, "seeds.yaml", "--", "datasets")
    python(finished, "scripts/keep_records.py", "--run", tmp_path / "kept", "--output", project / RUN)
    jobs = planned(project, *CI, "seeds.yaml", "--", "rq1", "rq2", "rq3", "scenarios")
    assert jobs["train_model"] == MODELS and jobs["evaluate_decomposition"] == 5


def test_an_unknown_key_is_named(finished):
    result = snakemake(finished, *CI, "--dry-run", "--config", "epoch=3", check=False)
    assert result.returncode != 0
    assert "'epoch' was unexpected" in result.stdout + result.stderr


def test_a_missing_mirror_is_one_clear_error(finished):
    nowhere = ("--config", "run=nowhere", "source=mirror", "mirror=no/such/folder")
    result = snakemake(finished, *CI, *nowhere, check=False)
    assert result.returncode != 0
    assert re.search(r"error: mirror: no/such/folder is not a folder", result.stdout + result.stderr)
    assert {path.name for path in (finished / "results" / "nowhere").rglob("*.json")} <= {"run.json", "checksums.json"}


def verified(folder):
    """Lines of the problems of ``make verify``."""
    done = python(folder, "scripts/verify_run.py", "--run", RUN)
    lines = [line.strip() for line in done.stdout.splitlines() if line.startswith("      ")]
    assert done.returncode == bool(lines), done.stdout + done.stderr
    return lines


def narrow(folder):
    """Run it again, for one architecture."""
    (folder / "narrower.yaml").write_text("architectures: [many_to_one]\n")
    snakemake(folder, *CI, "narrower.yaml")


@pytest.fixture(scope="module")
def narrower(finished, tmp_path_factory):
    """A copy of the whole run, over which a run of one architecture went."""
    project = shutil.copytree(finished, tmp_path_factory.mktemp("narrower") / "project")
    assert verified(project) == []
    assert "1:1" in (project / RUN / "tables" / "table2.md").read_text()
    narrow(project)
    return project


def test_the_narrower_run_is_what_its_configuration_says(narrower):
    assert (narrower / RUN / "models" / "one_to_one").is_dir()
    assert verified(narrower) == []
    assert re.search(r"\b1 models?\b", (narrower / RUN / "tables" / "table2.md").read_text())


def test_files_of_the_older_one_can_go(narrower, tmp_path):
    project = shutil.copytree(narrower, tmp_path / "project")
    for name in ("models/one_to_one", "figures/modules_one_to_one.png"):
        path = project / RUN / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert any("modules_one_to_one.png: missing" in line for line in verified(project))
    (project / RUN / "report" / "index.html").unlink()
    narrow(project)
    assert verified(project) == []


def test_every_file_that_is_not_as_it_was_written_is_named(narrower, tmp_path):
    project = shutil.copytree(narrower, tmp_path / "project")
    vocabulary = project / RUN / "datasets" / "clinc" / "vocabulary.json"
    words = json.loads(vocabulary.read_text())
    words["input"][2:4] = words["input"][3:1:-1]
    vocabulary.write_text(json.dumps(words))
    record = project / MODEL / "record.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"test": {"accuracy": 1.0, "loss": 0.0}}))
    (project / RUN / "figures" / "table2.png").write_bytes(b"junk")
    with (project / RUN / "report" / "index.html").open("a") as report:
        report.write("<script>alert(1)</script>")
    (project / RUN / "tables" / "table3.csv").unlink()
    (project / RUN / "tables" / "table6.csv").touch()
    found = verified(project)
    for name in (
        "datasets/clinc/vocabulary.json: changed",
        f"{MODEL.relative_to(RUN)}/record.json: changed",
        "figures/table2.png: changed",
        "report/index.html: changed",
        "tables/table3.csv: missing",
        "tables/table6.csv: no job",
    ):
        assert any(line.startswith(f"{RUN}/{name}") for line in found), name
