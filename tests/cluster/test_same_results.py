"""One model of each architecture, from raw text to Table II: the same through Slurm as without."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from support.project import copy_project

TARGETS = ("--configfile", "config/ci.yaml", "--", "results/ci/tables/table2.csv")
pytestmark = pytest.mark.cluster


def run_here(folder):
    """The same jobs by the local executor."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "snakemake", "--workflow-profile", "workflow/profiles/default", "--cores", "2"]
    result = subprocess.run(
        [*command, *TARGETS], cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )
    assert result.returncode == 0, result.stderr[-3000:]


def hashes(folder, pattern):
    """SHA-256 of some files of the run by their names."""
    run = folder / "results" / "ci"
    return {str(path.relative_to(run)): hashlib.sha256(path.read_bytes()).hexdigest() for path in run.glob(pattern)}


def test_slurm_gives_what_the_local_executor_gives(submit, tmp_path):
    here, there = copy_project(tmp_path / "here"), copy_project(tmp_path / "there")
    run = submit(there, *TARGETS)
    run.finish(seconds=900)
    run_here(here)

    for pattern, number in {"models/**/network.npz": 5, "models/**/modules/*.npz": 23, "tables/table2*": 10}.items():
        expected = hashes(here, pattern)
        assert len(expected) == number
        assert hashes(there, pattern) == expected

    # Every job but downloads and tables went through Slurm, once: the four of a model as one, datasets in fours.
    submitted = Counter(job["Comment"] for job in run.jobs())
    assert submitted == {
        "rule_datasets_prepare_dataset": 2,
        "rule_model_compact_model_decompose_model_evaluate_decomposition_train_model": 4,
        "rule_model_compact_model_decompose_one_timestep_evaluate_decomposition_train_model": 1,
    }
    # Each step still has its own log, and says what it took.
    steps = {"train_model": 5, "decompose_model": 4, "decompose_one_timestep": 1, "compact_model": 5}
    steps["evaluate_decomposition"] = 5
    for rule, jobs in steps.items():
        for folder in ("logs", "costs"):
            assert len([path for path in (there / "results/ci" / folder / rule).rglob("*") if path.is_file()]) == jobs
    assert {job["JobState"] for job in run.jobs()} == {"COMPLETED"}
    # Each asked for what its rule says, Snakemake's own memory included, and not for the profile's default.
    memory = {job["Comment"]: int(job["MinMemoryNode"].rstrip("M")) for job in run.jobs()}
    assert 1000 < memory["rule_model_compact_model_decompose_model_evaluate_decomposition_train_model"] < 2000
    assert 400 < memory["rule_datasets_prepare_dataset"] < 1500
