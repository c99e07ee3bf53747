"""A real small DAG, run from start to end, and what reruns after a change."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from support.project import ROOT

ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
pytestmark = pytest.mark.workflow
# Five of the grid, four with shared vocabularies, three of two languages, seven of the scenarios; the modules of the
# three models that are baselines for translation are never used.
MODELS, UNUSED_MODULES = 19, 3


def snakemake(folder, *arguments, check=True):
    """Call Snakemake as a user would, in a copy of the project."""
    command = [sys.executable, "-m", "snakemake", "--workflow-profile", "workflow/profiles/default", "--cores", "2"]
    result = subprocess.run(
        [*command, "--configfile", "config/ci.yaml", *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=1800,
    )
    if check:
        assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return result


def planned(folder, *arguments):
    """Rules that a dry run would execute, with their numbers of jobs."""
    result = snakemake(folder, "--dry-run", *arguments)
    text = result.stdout + result.stderr
    if "Nothing to be done" in text:
        return {}
    table = text.split("Job stats:")[1].split("total")[0]
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE) if name != "all"}


@pytest.fixture(scope="module")
def finished(project):
    """A copy of the project in which the smallest grid has been run."""
    snakemake(project)
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
    run = finished / "results" / "ci"
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
    paths = list((finished / "results" / "ci" / "experiments").glob("*/*/*/*.json"))
    found = Counter(json.loads(path.read_text())["experiment"] for path in paths)
    assert found == {
        "intra_reuse": 5,
        "inter_reuse": 2,
        "intra_replacement": 5,
        "inter_replacement": 2,
        "scenario": 2,
        "variants": 5,
        "removal_sweep": 5,
    }


def test_claims_are_answered_one_by_one(finished):
    answered = json.loads((finished / "results" / "ci" / "tables" / "claims.json").read_text())
    assert len(answered["claims"]) == 40


def test_rules_ask_for_one_to_three_times_what_their_jobs_took(finished):
    command = [sys.executable, "scripts/plan_run.py", "--run", "results/ci"]
    result = subprocess.run(command, cwd=finished, env=ENVIRONMENT, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stdout + result.stderr
    measured = re.findall(r"^(\w+) +\d+ +[\d,]+ +[\d,]+ +\d\.\d\d", result.stdout, re.MULTILINE)
    assert {"fetch_corpus", "train_model", "evaluate_scenario", "tabulate_cases", "write_report"} <= set(measured)
    assert set(measured) == {path.stem for path in finished.glob("results/ci/costs/*")}


def test_every_job_leaves_its_costs(finished):
    executed = json.loads((finished / "results/ci/run.json").read_text())["calls"][0]["executed"]
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


@pytest.mark.parametrize("room", sorted({path.parent for path in (ROOT / "scripts").rglob("*.py")}))
def test_words_and_unused_files_rerun_nothing(finished, room):
    """Comments and docstrings of every file of a room, and a new file that nothing imports."""
    folder = finished / room.relative_to(ROOT)
    originals = {path: path.read_text() for path in folder.glob("*.py")}
    try:
        for path, text in originals.items():
            path.write_text(re.sub('"""', '"""Edited. ', text, count=1) + "\n# A comment.\n")
        (folder / "not_used.py").write_text("print('nothing imports this')\n")
        assert planned(finished) == {}
    finally:
        (folder / "not_used.py").unlink(missing_ok=True)
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
    assert planned(finished) == {"answer_claims": 1, "write_report": 1}


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
    # All languages, and two of them.
    assert jobs["train_model"] == 2 and jobs["decompose_model"] == 2 and jobs["evaluate_scenario"] == 1
    assert not jobs.keys() & {"prepare_dataset", "evaluate_decomposition", "train_baselines"}


def test_another_limit_of_one_architectures_baselines_retrains_these_only(finished, edit):
    edit("config/ci.yaml", "cases_per_job: 2}", "cases_per_job: 2, examples_per_class_of: {many_to_many: 50}}")
    jobs = planned(finished)
    assert jobs["train_baselines"] == 1 and jobs["evaluate_reuse"] == 1
    assert not jobs.keys() & {"train_model", "decompose_model", "evaluate_replacement"}


def test_another_threshold_retrains_nothing(finished, edit):
    edit("config/config.yaml", "parameters: {}", "parameters: {removal_cap: 0.1}")
    jobs = planned(finished)
    assert jobs["decompose_model"] + jobs["decompose_one_timestep"] == MODELS - UNUSED_MODULES
    assert not jobs.keys() & {"train_model", "train_baselines"}


def test_one_more_seed_keeps_the_first(finished, edit):
    edit("config/config.yaml", "seeds: [0]", "seeds: [0, 1]")
    assert planned(finished)["train_model"] == MODELS


@pytest.mark.parametrize(
    "target", ["datasets", "models", "rq1", "rq2", "rq3", "scenarios", "tables", "figures", "report"]
)
def test_named_targets_are_there(finished, target):
    assert planned(finished, target) == {}


def test_an_unknown_key_is_named(finished):
    result = snakemake(finished, "--dry-run", "--config", "epoch=3", check=False)
    assert result.returncode != 0
    assert "'epoch' was unexpected" in result.stdout + result.stderr


def test_a_missing_mirror_is_one_clear_error(finished):
    result = snakemake(finished, "--config", "run=nowhere", "source=mirror", "mirror=no/such/folder", check=False)
    assert result.returncode != 0
    assert re.search(r"error: mirror: no/such/folder is not a folder", result.stdout + result.stderr)
    assert {path.name for path in (finished / "results" / "nowhere").rglob("*.json")} <= {"run.json", "checksums.json"}
