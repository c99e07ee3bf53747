"""A run of a narrower configuration over an older one: tables, report and verification take its own files alone."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
pytestmark = pytest.mark.workflow
RUN = Path("results/ci")
MODEL = RUN / "models" / "many_to_one" / "clinc" / "lstm-1" / "seed-0"


def call(folder, *words):
    return subprocess.run(
        [sys.executable, *map(str, words)], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=900
    )


def snakemake(folder, *architectures):
    (folder / "architectures.yaml").write_text(json.dumps({"architectures": architectures}))
    profile = ("--cores", "2", "--workflow-profile", "workflow/profiles/default")
    done = call(folder, "-m", "snakemake", *profile, "--configfile", "config/ci.yaml", "architectures.yaml")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def verified(folder):
    """Lines of the problems of ``make verify``."""
    done = call(folder, "scripts/verify_run.py", "--run", RUN)
    lines = [line.strip() for line in done.stdout.splitlines() if line.startswith("      ")]
    assert done.returncode == bool(lines), done.stdout + done.stderr
    return lines


@pytest.fixture(scope="module")
def narrower(project):
    snakemake(project, "one_to_one", "many_to_one")
    assert verified(project) == []
    assert "1:1" in (project / RUN / "tables" / "table2.md").read_text()
    snakemake(project, "many_to_one")
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
    snakemake(project, "many_to_one")
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
