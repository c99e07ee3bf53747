"""Result records of every kind, the published figures, histories, costs and run.json."""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fuzz.mutations import csv_files, json_files, or_gone, put
from fuzz.trial import attempt, inputs, script
from rnn_modules.experiments.scratch_models import TrainedBaselines
from rnn_modules.files.atomic_files import sha256_of_arrays, write_arrays
from rnn_modules.files.job_costs import read_job_costs
from rnn_modules.files.run_folder import RunFolder
from rnn_modules.records.case_records import read_case_records
from rnn_modules.records.cost_records import read_records
from rnn_modules.records.published import pairs as published_pairs
from rnn_modules.records.published import tables as published_tables
from rnn_modules.records.published.claims import claims as published_claims
from rnn_modules.records.published.package_accuracies import package_accuracies
from rnn_modules.records.published.reading import FOLDER
from rnn_modules.records.variant_records import read_changed_records
from rnn_modules.reporting.report.content import read_content
from rnn_modules.reporting.report.curves import read_history
from rnn_modules.reporting.tables import cost_tables, rendering
from rnn_modules.runs.estimate import CostTable
from rnn_modules.runs.run_record import begin_call
from rnn_modules.runs.verification import verify_files
from support.made_up_cases import case_record, sweep_record, variants_record
from support.made_up_records import record
from support.made_up_run import job_cost, write_model
from support.made_up_verified_run import CONFIGURATION, write_verified_run
from support.project import ROOT


def given_file(name, damaged):
    """A folder with one damaged file of this name."""
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name) / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    put(path, damaged)
    return folder, path


def use_costs(path):
    """What the table and the claims do with a record."""
    records = read_records([path])
    rendering.markdown(cost_tables.table2(records).sheet())
    cost_tables.absolute_sheets(records)


@pytest.mark.parametrize("architecture", ["many_to_one", "one_to_many", "encoder_decoder"])
def test_decomposition_cost(architecture):
    @inputs(80)
    @given(or_gone(json_files(record(architecture))))
    def check(damaged):
        folder, path = given_file("record.json", damaged)
        with folder:
            attempt("decomposition_cost.json", folder.name, lambda: use_costs(path), names=["record.json"])

    check()


@pytest.mark.parametrize(
    ("experiment", "setting"),
    [("intra_reuse", "many_to_one"), ("intra_replacement", "many_to_one"), ("scenario", "add_ukrainian")],
)
def test_cases(experiment, setting):
    @inputs(70)
    @given(or_gone(json_files(case_record(experiment, setting, count=2))))
    def check(damaged):
        folder, path = given_file("record.json", damaged)
        with folder:
            attempt("records of cases", folder.name, lambda: read_case_records([path]), names=["record.json"])

    check()


@pytest.mark.parametrize("value", [sweep_record(), variants_record()], ids=["removal_sweep", "variants"])
def test_variants(value):
    @inputs(70)
    @given(or_gone(json_files(value)))
    def check(damaged):
        folder, path = given_file("record.json", damaged)
        with folder:
            attempt("records of variants", folder.name, lambda: read_changed_records([path]), names=["record.json"])

    check()


BASELINES = {
    "experiment": "intra_reuse",
    "settings": {"seed": 0, "units": 8},
    "examples_per_class": 20,
    "drawn": ["a + b", "a + c"],
    "cases": [
        {"name": name, "test_sha256": "00", "train_examples": 4, "decisions": ["pair"]} for name in ("a + b", "a + c")
    ],
}
DECISIONS = {f"{number}/pair": np.arange(3, dtype=np.int32) for number in range(2)}


@inputs(60)
@given(or_gone(json_files(BASELINES | {"decisions_sha256": sha256_of_arrays(DECISIONS)})))
def test_baselines(damaged):
    folder, path = given_file("0.json", damaged)
    with folder:
        write_arrays(path.with_suffix(".npz"), DECISIONS)
        attempt("baselines", folder.name, lambda: TrainedBaselines.read([path], "intra_reuse"), names=["0.json"])


@inputs(25)
@given(json_files(record()), st.sampled_from(["table", "claims"]))
def test_scripts_of_tables(damaged, kind):
    folder, path = given_file("record.json", damaged)
    with folder:
        output = Path(folder.name) / "tables"
        call = {
            "table": lambda: script("tabulate_decomposition_cost.py", path, "--output-folder", output),
            "claims": lambda: script("answer_claims.py", "--decomposition-cost", path, "--output-folder", output),
        }[kind]
        attempt("scripts of tables", folder.name, call, output=output, names=["record.json"])


PUBLISHED = ("table2.csv", "table3.csv", "table4.csv", "table5.csv", "claims.csv", "artifact_rq1_accuracy.csv")


def use_published(folder):
    """Read every published figure."""
    published_tables.table2(folder)
    for number in (3, 4):
        published_tables.case_table(number, folder)
    published_tables.scenarios(folder)
    published_claims(folder)
    for approach in ("hidden_state", "per_gate"):
        package_accuracies(folder, approach)
    published_pairs.published_deltas("intra_replacement", "many_to_one", "lstm", folder)


@inputs(100)
@given(st.sampled_from(PUBLISHED), st.data())
def test_published_figures(name, data):
    # Fields with commas are quoted; what is in them does not matter here.
    damaged = data.draw(or_gone(csv_files((FOLDER / name).read_text().replace('"', ""))))
    folder = tempfile.TemporaryDirectory()
    with folder:
        copy = Path(shutil.copytree(FOLDER, Path(folder.name) / "published"))
        put(copy / name, damaged)
        attempt("published figures", folder.name, lambda: use_published(copy), names=[name])


TABLE = yaml.safe_load((ROOT / "config/costs.yaml").read_text().replace(".inf", "9999"))
HISTORY = "epoch,accuracy,loss,val_accuracy,val_loss\n1,0.5,1.2,0.6,1.1\n2,0.9,0.3,0.85,0.4\n"


@pytest.mark.parametrize(
    ("name", "damages_of_it", "read"),
    [
        ("history.csv", csv_files(HISTORY), read_history),
        ("costs/draw.json", json_files(job_cost(3.5, 800)), lambda path: read_job_costs(RunFolder(path.parents[1]))),
        ("costs.yaml", json_files(TABLE), CostTable.read),
    ],
)
def test_measures(name, damages_of_it, read):
    @inputs(70)
    @given(or_gone(damages_of_it))
    def check(damaged):
        folder, path = given_file(name, damaged)
        with folder:
            attempt("histories, costs", folder.name, lambda: read(path), names=[name])

    check()


CALL = {
    "state": "finished",
    "started": "2026-01-31T12:00:00+00:00",
    "ended": "2026-01-31T12:30:00+00:00",
    "command": "snakemake -n",
    "commit": "0123456789abcdef",
    "dirty": False,
    "versions": {"numpy": "2"},
    "machine": {"processor": "x", "cores": 2},
    "configuration": CONFIGURATION,
}


@inputs(100)
@given(json_files({"run": "made-up", "calls": [CALL, CALL]}))
def test_run_record(damaged):
    folder, path = given_file("run.json", damaged)
    with folder:

        def use():
            RunFolder(path.parent).found_records()
            begin_call(path.parent, {}, "no lock", ["snakemake"])

        attempt("run.json", folder.name, use, output=path, names=["run.json"])


def damages(folder, names):
    """One of some files of a folder, and a damaged version of it."""
    choices = []
    for name in names:
        text = (folder / name).read_text()
        damaged = json_files(json.loads(text)) if name.endswith(".json") else csv_files(text)
        choices.append(st.tuples(st.just(name), or_gone(damaged)))
    return st.one_of(choices)


def test_finished_run(tmp_path):
    run = write_verified_run(tmp_path / "valid" / "run")
    files = sorted(str(path.relative_to(run)) for path in run.rglob("*.json"))

    @inputs(120)
    @given(damages(run, files))
    def check(damage):
        name, damaged = damage
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(shutil.copytree(run, Path(folder) / "run"))
            put(copy / name, damaged)

            def verify():
                # What does not fit is found, not raised.
                for check in verify_files(copy):
                    assert all("\n" not in problem for problem in check.problems)

            attempt("finished run", folder, verify)

    check()


def test_report(tmp_path):
    run = tmp_path / "run"
    write_model(run, "many_to_one")
    files = sorted(str(path.relative_to(run)) for path in run.rglob("*") if path.suffix in (".json", ".csv"))

    @inputs(100)
    @given(damages(run, files))
    def check(damage):
        name, damaged = damage
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(shutil.copytree(run, Path(folder) / "run"))
            put(copy / name, damaged)
            attempt("report", folder, lambda: read_content(copy), names=[Path(name).name, "no result record"])

    check()
