"""``run.json`` says with what a run was made, and keeps every call."""

import datetime
import hashlib
import json
import shlex

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.runs.run_record import begin_call, end_call, last_call, machine

CONFIGURATION = {"run": "made-up", "seeds": [0, 1], "source": "synthetic"}
COMMAND = ["snakemake", "--config", "mirror=a folder"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lock").write_text("numpy==2")
    return tmp_path / "made-up"


def begin(folder, configuration=CONFIGURATION):
    begin_call(folder, configuration, folder.parent / "lock", COMMAND)


def test_a_call_that_runs_says_what_it_was_started_with(folder):
    begin(folder)
    call = last_call(folder)
    assert (call["state"], call["ended"]) == ("running", None)
    assert call["configuration"] == CONFIGURATION
    assert shlex.split(call["command"]) == COMMAND
    assert call["lock_sha256"] == hashlib.sha256(b"numpy==2").hexdigest()
    assert {"python", "numpy", "snakemake"} <= call["versions"].keys()
    # Outside a checkout neither is known.
    assert (call["commit"], call["dirty"]) == (None, None) or not call["commit"].endswith("-dirty")
    assert datetime.datetime.fromisoformat(call["started"]).tzinfo is not None


def test_a_call_that_ended_has_its_jobs_and_files(folder):
    begin(folder)
    (folder / "tables").mkdir()
    (folder / "tables" / "table2.md").touch()
    end_call(folder, "finished", ["train", "train"], iter(["train", "fetch", "train", "train"]))
    call = last_call(folder)
    assert call["state"] == "finished"
    assert call["executed"] == {"train": 2}
    assert call["planned"] == {"fetch": 1, "train": 3}
    assert call["files"] == 2
    assert call["started"] <= call["ended"]


def test_calls_are_kept(folder):
    begin(folder)
    end_call(folder, "failed", ["fetch"], ["fetch", "train"])
    begin(folder, CONFIGURATION | {"seeds": [0]})
    begin(folder)
    end_call(folder, "finished", ["train"], ["fetch", "train"])
    content = json.loads((folder / "run.json").read_text())
    assert content["run"] == "made-up"
    assert [call["state"] for call in content["calls"]] == ["failed", "running", "finished"]
    assert [call["configuration"]["seeds"] for call in content["calls"]] == [[0, 1], [0], [0, 1]]


def test_the_machine_is_described():
    described = machine()
    assert described["processor"] and described["system"]
    assert described["cores"] >= 1
    assert described["memory_bytes"] > 2**28


def test_without_a_lock_or_a_record_nothing_is_made_up(folder):
    assert last_call(folder) is None
    begin_call(folder, {}, folder / "nothing", COMMAND)
    assert last_call(folder)["lock_sha256"] is None


@pytest.mark.parametrize("content", ['{"calls": 3}', '{"calls": [{"state": "finished"}]}', "{}", "nothing"])
def test_a_damaged_record_is_an_error_that_names_it(folder, content):
    folder.mkdir()
    (folder / "run.json").write_text(content)
    with pytest.raises(InputError, match=r"run\.json"):
        begin(folder)
    with pytest.raises(InputError, match=r"run\.json"):
        last_call(folder)
    assert (folder / "run.json").read_text() == content


def test_a_call_that_never_began_cannot_end(folder):
    with pytest.raises(InputError, match="no call that could end"):
        end_call(folder, "finished", [], [])
