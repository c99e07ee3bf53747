"""`make` as a user calls it, from folders of odd names: every given setting reaches the jobs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.project import ROOT, copy_project
from support.snakemake_calls import ENDING_AT_ONCE

pytestmark = pytest.mark.workflow
MADE = "results/{}/corpora/clinc.json"


def checkout(folder):
    """A copy of the project with the environment of these tests."""
    folder.mkdir(parents=True)
    copy_project(folder)
    shutil.copy(ROOT / "Makefile", folder)
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    return folder


@pytest.fixture(scope="module")
def beside_a_mirror(tmp_path_factory):
    folder = tmp_path_factory.mktemp("beside")
    (folder / "shared" / "datasets").mkdir(parents=True)
    return checkout(folder / "clone")


def make(folder, *words):
    variables = {name: value for name, value in os.environ.items() if name not in ("MIRROR", "MAKEFLAGS")}
    command = ["make", "-s", "-o", ".venv/.done", *words]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=600)


def source(folder, *words, run="laptop", more=""):
    """Flags of the source of the corpora, as a dry run has them."""
    finished = make(folder, *words, f"ARGS=-np {more} -- {MADE.format(run)}")
    printed = finished.stdout + finished.stderr
    assert finished.returncode == 0, printed
    return re.search(r"--corpus clinc (.*) --output", printed)[1]


def test_the_guess_is_below_everything(beside_a_mirror):
    (beside_a_mirror / "mine.yaml").write_text("mirror: /mine\nrun: mine\n")
    more = "--configfile mine.yaml"
    assert source(beside_a_mirror, "laptop") == "--source=mirror --mirror=../shared/datasets"
    assert source(beside_a_mirror, "laptop", run="mine", more=more) == "--source=mirror --mirror=/mine"
    assert source(beside_a_mirror, "laptop", run="mine", more="--config run=mine").endswith("=../shared/datasets")
    assert source(beside_a_mirror, "demo", run="demo").startswith("--source=synthetic")
    assert source(beside_a_mirror, "laptop", "MIRROR=").startswith("--source=download")


def test_the_command_line_is_above_everything(beside_a_mirror):
    (beside_a_mirror / "mine.yaml").write_text("mirror: /mine\n")
    words = ("laptop", "MIRROR=a b: 'c'", "SETTINGS=run=other", "GPU=")
    assert source(beside_a_mirror, *words, run="other", more="--configfile mine.yaml --config gpu=True") == (
        "--source=mirror '--mirror=a b: '\"'\"'c'\"'\"''"
    )


@pytest.mark.parametrize("cores", ["0", "-1", "x", "1.5", ""])
@pytest.mark.parametrize("target", ["demo", "plan"])
def test_cores_are_checked_at_once(beside_a_mirror, target, cores):
    finished = make(beside_a_mirror, target, f"CORES={cores}")
    error, end = finished.stderr.splitlines()
    assert error == f"error: cores: received {cores!r}; give a number from 1 to 999,999, or all"
    assert end.startswith("make: ***")


@pytest.mark.parametrize("target", ["plan", "laptop"])
def test_a_missing_configuration_says_so(beside_a_mirror, target):
    words = ("CONFIG=missing.yaml",) if target == "plan" else ("ARGS=--configfile missing.yaml",)
    error, _ = make(beside_a_mirror, target, *words).stderr.splitlines()
    assert error == "error: missing.yaml: cannot be read (No such file or directory)"


# In each name several characters that something between make and a job could take as its own.
@pytest.mark.parametrize("name", ["größe it's %s", 'a"b$c', "a&b;c [d]:e"])
def test_odd_paths_work(tmp_path, name):
    folder = checkout(tmp_path / name)
    made = MADE.format("ci")
    arguments = f"ARGS=--configfile config/ci.yaml {' '.join(ENDING_AT_ONCE)} -- {made}"
    finished = make(folder, "demo", arguments, "CORES=1")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert (folder / made).is_file()


def test_other_backends_are_refused_before_anything_runs(beside_a_mirror):
    finished = make(beside_a_mirror, "demo", "KERAS_BACKEND=torch")
    assert finished.returncode != 0
    assert "KERAS_BACKEND: received 'torch'; use tensorflow or jax, or unset it" in finished.stdout + finished.stderr
    assert "Traceback" not in finished.stdout + finished.stderr
    assert not (beside_a_mirror / "results" / "demo").exists()
