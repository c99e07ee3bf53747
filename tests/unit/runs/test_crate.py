"""The crate lists what lies in the folder, and every call with its time, state and code."""

import json
import shutil

import pytest
from rocrate.rocrate import ROCrate

from rnn_modules.files.atomic_files import InputError, sha256_of_file
from rnn_modules.runs.crate import write_crate
from rnn_modules.runs.run_record import begin_call, end_call, last_call
from rnn_modules.runs.verification import verify_files
from support.made_up_verified_run import CONFIGURATION, MODEL, write_call, write_verified_run


@pytest.fixture
def folder(tmp_path):
    folder = write_verified_run(tmp_path / "made-up", tables=True)
    begin_call(folder, CONFIGURATION, "no lock", ["snakemake", "--cores", "2"])
    end_call(folder, "failed", [], ["train"])
    write_call(folder)
    return folder


def test_a_crate_can_be_read_by_others(folder):
    listed = write_crate(folder)
    crate = ROCrate(folder)
    assert crate.name == "Run made-up of rnn-modules"
    files = {entity.id: entity for entity in crate.data_entities}
    assert len(files) == listed
    record = files[f"models/{MODEL}/seed-0/decomposition_cost.json"]
    assert record["sha256"] == sha256_of_file(folder / record.id)
    assert record["encodingFormat"] == "application/json"
    assert {"run.json", "datasets/clinc/dataset.json", "experiments/intra_reuse/many_to_one/lstm/seed-0.json"} <= set(
        files
    )


def test_calls_are_actions(folder):
    write_crate(folder)
    crate = ROCrate(folder)
    first, last = (crate.dereference(f"#call-{number}") for number in (2, 3))
    assert [call["actionStatus"] for call in (first, last)] == [
        "http://schema.org/FailedActionStatus",
        "http://schema.org/CompletedActionStatus",
    ]
    assert first["description"].startswith("snakemake --cores 2 on ")
    assert (last["startTime"], last["endTime"]) == tuple(last_call(folder)[key] for key in ("started", "ended"))
    assert f"models/{MODEL}/seed-0/record.json" in {entity.id for entity in last["result"]}
    assert last["instrument"]["name"] == "rnn-modules"


def test_the_same_run_gives_the_same_crate(folder):
    write_crate(folder)
    before = json.loads((folder / "ro-crate-metadata.json").read_text())
    write_crate(folder)
    assert json.loads((folder / "ro-crate-metadata.json").read_text()) == before


def test_a_crate_is_a_file_of_the_run_and_of_its_present_configuration(folder):
    shutil.copytree(folder / "models" / MODEL / "seed-0", folder / "models" / MODEL / "seed-1")
    write_call(folder)
    write_crate(folder)
    assert not [problem for check in verify_files(folder) for problem in check.problems]
    assert "seed-1" not in (folder / "ro-crate-metadata.json").read_text()


def test_without_run_json_there_is_nothing_to_describe(tmp_path):
    with pytest.raises(InputError, match=r"run\.json: no such file"):
        write_crate(tmp_path)
