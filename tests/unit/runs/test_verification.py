"""A run that is what its records say passes; one in which anything was changed does not, and the line says what."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rnn_modules.decomposition.module_files import write_modules
from rnn_modules.files.atomic_files import InputError, read_arrays, write_arrays
from rnn_modules.runs import run_record
from rnn_modules.runs.checksums import note_files, read_checksums
from rnn_modules.runs.rebuild_tables import verify_tables
from rnn_modules.runs.verification import input_path, verify_files
from support.made_up_verified_run import CONFIGURATION, MODEL, edit_json, write_call, write_verified_run
from support.networks import random_classifier, random_modules
from support.project import ROOT

SCRIPT = ROOT / "scripts" / "verify_run.py"


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return write_verified_run(tmp_path_factory.mktemp("work") / "made-up", tables=True)


@pytest.fixture
def folder(original, tmp_path):
    return shutil.copytree(original, tmp_path / "made-up")


def problems(folder):
    return {check.name: check.problems for check in verify_files(folder) if check.problems}


def test_a_whole_run_passes(folder):
    checks = {check.name: check for check in verify_files(folder)}
    assert [check.problems for check in checks.values()] == [[]] * len(checks)
    # Two inputs of the model's records each need: 1 + 4 of the model, 1 of the baselines, 5 of the experiment.
    assert checks["inputs of records against their checksums"].checked == 11
    assert checks["networks against their records"].checked == 1
    assert checks["modules against their parents"].checked == 2
    assert checks["corpora against their checksums"].checked == 1


def _another_network(folder):
    random_classifier(seed=1, layers=1).save(folder / "models" / MODEL / "seed-0" / "network.npz")


def _modules_of_another_network(folder):
    modules = random_modules(random_classifier(seed=1, layers=1))
    place = folder / "models" / MODEL / "seed-0" / "modules"
    write_modules(modules, place / "rolled.npz", place / "rolled.json")


def _another_label(folder):
    path = folder / "datasets" / "clinc" / "dataset.npz"
    arrays = read_arrays(path)
    arrays["test_labels"] = np.roll(arrays["test_labels"], 1)
    write_arrays(path, arrays)


def _other_baselines(folder):
    edit_json(folder / "baselines/intra_reuse/many_to_one/lstm/seed-0/0.json", lambda value: value["cases"].pop())


def _no_baselines(folder):
    (folder / "baselines/intra_reuse/many_to_one/lstm/seed-0/0.json").unlink()


def _another_corpus(folder):
    def change(manifest):
        manifest["files"][0]["sha256"] = "0" * 64

    edit_json(folder / "corpora" / "clinc.json", change)


def _half_written(folder):
    (folder / "models" / MODEL / "seed-0" / ".network-k3j_9xz2.npz").touch()


def _failed_call(folder):
    write_call(folder, "failed")


def _killed_call(folder):
    run_record.begin_call(folder, CONFIGURATION, "no lock", ["snakemake"])


def _no_call(folder):
    (folder / "run.json").unlink()


def _no_provenance(folder):
    edit_json(folder / "models" / MODEL / "seed-0" / "record.json", lambda value: value.pop("provenance"))


@pytest.mark.parametrize(
    ("tamper", "check", "line"),
    [
        (_another_network, "networks against their records", r"network\.npz: SHA-256 \w{12}, record\.json has"),
        (_another_network, "modules against their parents", r"rolled\.npz: the modules belong to the network"),
        (_another_network, "inputs of records against their checksums", r"made from another .*network\.npz"),
        (_modules_of_another_network, "modules against their parents", r"the modules belong to the network"),
        (_another_label, "datasets against their checksums and corpora", r"SHA-256 of the arrays is"),
        (_another_label, "inputs of records against their checksums", r"record\.json: made from another .*dataset"),
        (_other_baselines, "inputs of records against their checksums", r"seed-0\.json: made from another .*0\.json"),
        (_no_baselines, "inputs of records against their checksums", r"made from 0, but .*0\.json is not there"),
        (_another_corpus, "corpora against their checksums", r"SHA-256 is \w+ instead of 0000"),
        (_another_corpus, "datasets against their checksums and corpora", r"made from other files"),
        (_half_written, "half-written files", r"\.network-k3j_9xz2\.npz: left by a job that was killed"),
        (_failed_call, "last call of Snakemake", r"the last call is failed"),
        (_killed_call, "last call of Snakemake", r"the last call is running"),
        (_no_call, "last call of Snakemake", r"the last call is missing"),
        (_no_provenance, "inputs of records against their checksums", r"record\.json: .*lacks provenance"),
    ],
)
def test_a_changed_run_fails_and_says_where(folder, tamper, check, line):
    tamper(folder)
    found = problems(folder)
    assert re.search(line, "\n".join(found[check]))


def test_a_corpus_elsewhere_is_no_problem(folder):
    def move(manifest):
        manifest["folder"], manifest["files"][0]["path"] = "/no/such", "/no/such/file"

    edit_json(folder / "corpora" / "clinc.json", move)
    (check,) = [check for check in verify_files(folder) if check.name == "corpora against their checksums"]
    assert (check.checked, check.problems, len(check.skipped)) == (0, [], 1)


@pytest.mark.parametrize(
    ("record", "name", "path"),
    [
        ("models/a/clinc_with_brown/gru-4/seed-2/record.json", "dataset", "datasets/clinc_with_brown/dataset.npz"),
        ("models/a/b/gru-4/seed-2/decomposition_cost.json", "b", "datasets/b/dataset.npz"),
        ("models/a/b/gru-4/seed-2/decomposition_cost.json", "a/b/gru-4/network", "models/a/b/gru-4/seed-2/network.npz"),
        (
            "experiments/inter_reuse/a-c/gru/seed-2.json",
            "c/d_with_b/gru-4/unrolled",
            "models/c/d_with_b/gru-4/seed-2/modules/unrolled.npz",
        ),
        ("experiments/inter_reuse/a-c/gru/seed-2.json", "10", "baselines/inter_reuse/a-c/gru/seed-2/10.json"),
        ("baselines/inter_reuse/a-c/gru/seed-2/10.json", "d_with_b", "datasets/d_with_b/dataset.npz"),
    ],
)
def test_names_of_inputs_stand_for_files(record, name, path):
    run = Path("results/made-up")
    assert input_path(run, run / record, name) == run / path


def test_tables_are_made_again(folder):
    check = verify_tables(folder)
    assert check.problems == [] and check.checked == len(list((folder / "tables").iterdir())) > 10
    path = folder / "tables" / "table2.csv"
    path.write_text(path.read_text().replace("lstm", "gru", 1))
    (folder / "tables" / "table9.csv").touch()
    changed, unknown = verify_tables(folder).problems
    assert changed == f"{path}: not what the records give; make the tables again"
    assert "table9.csv: the records that are there do not give it" in unknown


def _swapped_words(folder):
    path = folder / "datasets" / "clinc" / "vocabulary.json"
    edit_json(path, lambda value: value["input"].insert(2, value["input"].pop()))
    return path


def _another_accuracy(folder):
    path = folder / "models" / MODEL / "seed-0" / "record.json"
    edit_json(path, lambda value: value.update(seconds=0.1))
    return path


def _added(name, text):
    def tamper(folder):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text() if path.exists() else "") + text)
        return path

    return tamper


def _gone(name):
    def tamper(folder):
        (folder / name).unlink()
        return folder / name

    return tamper


@pytest.mark.parametrize(
    ("tamper", "problem"),
    [
        (_swapped_words, "changed since it was written"),
        (_another_accuracy, "changed since it was written"),
        (_added("tables/table2.html", "<script>"), "changed since it was written"),
        (_added("run.json", " "), "changed since it was written"),
        (_gone("corpora/clinc.json"), "missing"),
        (_gone("tables/table2.tex"), "missing"),
        (_gone("checksums.json"), "not there"),
        (_added("figures/table2.png", "junk"), "no job of the run wrote it"),
        (_added("models/notes.txt", ""), "no job of the run wrote it"),
        (_added("checksums.json", "}"), "not a JSON file"),
    ],
)
def test_every_file_that_is_not_as_it_was_written_is_named(folder, tamper, problem):
    path = tamper(folder)
    (found,) = problems(folder)["files as they were written"]
    assert found.startswith(f"{path}: ") and problem in found


def test_logs_may_change(folder):
    _added("logs/train_model.log", "again")(folder)
    assert problems(folder) == {}


def test_a_changed_file_does_not_pass_after_the_next_call(folder):
    record, table = (folder / name for name in (f"models/{MODEL}/seed-0/record.json", "tables/table2.md"))
    files = [folder / name for name in read_checksums(folder)]
    _another_accuracy(folder)
    table.write_text("made again by a job")
    (folder / "tables" / "table3.md").unlink()
    note_files(folder, files, [table])
    changed, missing = problems(folder)["files as they were written"]
    assert changed.startswith(f"{record}: changed") and missing.startswith(f"{folder}/tables/table3.md: missing")
    # A call for the whole run leaves nothing missing but what no longer belongs to it.
    note_files(folder, files, [table], whole=True)
    (changed,) = problems(folder)["files as they were written"]
    # Made again by a job.
    note_files(folder, files, [record])
    assert "files as they were written" not in problems(folder)


def test_after_a_killed_call_files_count_as_written(folder):
    _killed_call(folder)
    assert not run_record.was_killed(folder)
    _added("tables/table2.md", "by the killed call")(folder)
    run_record.begin_call(folder, CONFIGURATION, "no lock", ["snakemake"])
    assert run_record.was_killed(folder)
    run_record.end_call(folder, "finished", [], [])
    note_files(folder, [], None)
    assert "files as they were written" not in problems(folder)


def test_a_narrower_configuration_leaves_the_rest_out(folder):
    # A model of seed 1, made from another dataset than there is now, and tables of seed 0 alone.
    model = folder / "models" / MODEL
    shutil.copytree(model / "seed-0", model / "seed-1")
    edit_json(model / "seed-1" / "record.json", lambda value: value["provenance"]["inputs"].update(dataset="0" * 64))
    edit_json(model / "seed-1" / "decomposition_cost.json", lambda value: value.update(seed=1))
    write_call(folder, seeds=[0, 1])
    assert "made from another" in problems(folder)["inputs of records against their checksums"][0]
    assert verify_tables(folder).problems
    write_call(folder)
    assert problems(folder) == {} and verify_tables(folder).problems == []


def test_the_script_ends_with_status_1_on_a_mismatch(folder):
    shutil.rmtree(folder / "tables")
    write_call(folder)
    command = [sys.executable, SCRIPT, "--run", folder]
    whole = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert whole.returncode == 0, whole.stdout
    assert "ok    networks against their records: 1 checked\n" in whole.stdout
    _another_network(folder)
    changed = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert changed.returncode == 1
    assert "FAIL  networks against their records: 1 checked, 1 wrong\n" in changed.stdout


def test_names_cannot_fake_lines_or_steer_the_terminal(folder):
    (folder / "x\n\x1b[31mresults: everything fits").touch()
    found = subprocess.run([sys.executable, SCRIPT, "--run", folder], capture_output=True, text=True, timeout=120)
    assert found.returncode == 1
    assert r"x\n\x1b[31mresults: everything fits: no job of the run wrote it" in found.stdout
    assert not [line for line in found.stdout.splitlines() if line.startswith("results: ")]


def test_a_folder_without_records_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no records of a run"):
        verify_files(tmp_path)
