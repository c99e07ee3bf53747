"""run.json and checksums.json of real calls."""

import json
import re

import pytest

from rnn_modules.files.run_folder import RunFolder
from rnn_modules.runs.checksums import files_of, read_checksums
from support.snakemake_calls import snakemake

DATASETS = [f"results/ci/datasets/{name}/dataset.json" for name in ("clinc", "brown")]
pytestmark = pytest.mark.workflow


def test_calls_are_recorded_and_rerun_nothing(project):
    record = project / "results" / "ci" / "run.json"
    (project / "three.yaml").write_text("seeds: [3]\n")
    configured = ["--configfile", "config/ci.yaml", "three.yaml"]
    snakemake(project, *configured, "--", *DATASETS)
    (call_,) = json.loads(record.read_text())["calls"]
    assert call_["state"] == "finished" and call_["started"] <= call_["ended"]
    assert call_["executed"] == call_["planned"] == {"fetch_corpus": 2, "prepare_dataset": 2}
    assert call_["configuration"]["seeds"] == [3] and call_["configuration"]["source"] == "synthetic"
    assert "--configfile config/ci.yaml" in call_["command"]
    assert re.fullmatch(r"[0-9a-f]{64}", call_["lock_sha256"])

    # Every file of the run has a checksum but logs, and no other.
    known = read_checksums(record.parent)
    assert set(known) == {path.relative_to(record.parent).as_posix() for path in files_of(RunFolder(record.parent))}
    assert {"run.json", "costs/fetch_corpus/corpus=clinc.json", "datasets/clinc/vocabulary.json"} <= set(known)

    before = record.read_bytes()
    again = snakemake(project, *configured, "--", *DATASETS)
    assert "Nothing to be done" in again.stdout + again.stderr
    assert record.read_bytes() == before

    nowhere = ["--config", "source=mirror", "mirror=no/such/folder"]
    failed = snakemake(project, *configured, *nowhere, "--", "results/ci/datasets/math_qa/dataset.json", check=False)
    assert failed.returncode != 0
    calls = json.loads(record.read_text())["calls"]
    assert [one["state"] for one in calls] == ["finished", "failed"]
    assert calls[0] == call_
    assert calls[1]["configuration"]["mirror"] == "no/such/folder"


@pytest.mark.parametrize("name", ["run.json", "checksums.json"])
def test_a_damaged_record_of_the_run_stops_a_call_at_its_start(project, name):
    path = project / "results" / "other" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("damaged")
    made = "results/other/corpora/clinc.json"
    configured = ("--configfile", "config/ci.yaml", "--config", "run=other")
    stopped = snakemake(project, *configured, "--", made, check=False)
    assert stopped.returncode != 0
    assert f"results/other/{name}: not a JSON file" in stopped.stdout + stopped.stderr
    assert not (project / made).exists()
    assert path.read_text() == "damaged"
    path.unlink()
