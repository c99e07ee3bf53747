"""The plan against Snakemake's own dry run."""

import os
import pickle
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rnn_modules.runs.planning.comparison import compare
from rnn_modules.runs.planning.measured_jobs import read_recordings
from support.project import ROOT

ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
WORKFLOW = ["--workflow-profile", "workflow/profiles/default"]
DATASETS = [f"results/ci/datasets/{name}/dataset.json" for name in ("clinc", "brown")]
pytestmark = pytest.mark.workflow


def call(folder, command, *arguments):
    words = [sys.executable, *command, *WORKFLOW, *arguments]
    return subprocess.run(words, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=600)


def snakemake(folder, *arguments):
    return call(folder, ["-m", "snakemake", "--cores", "2"], *arguments)


def plan(folder, *arguments):
    return call(folder, ["scripts/plan_run.py", "--cores", "2", "--"], *arguments)


def jobs_by_rule(text):
    return {name: int(count.replace(",", "")) for name, count in re.findall(r"^(\w+) +([\d,]+)(?: |$)", text, re.M)}


@pytest.mark.parametrize("configuration", ["laptop.yaml", "ci.yaml"])
def test_the_plan_has_the_jobs_of_a_dry_run(project, configuration):
    arguments = ["--configfile", f"config/{configuration}"]
    dry = snakemake(project, "--dry-run", *arguments)
    expected = jobs_by_rule((dry.stdout + dry.stderr).split("Job stats:")[1].split("\ntotal ")[0])
    expected.pop("all")
    planned = plan(project, *arguments)
    assert planned.returncode == 0, planned.stderr
    table, rest = planned.stdout.split("\ntotal ")
    found = jobs_by_rule(table)
    assert found == expected
    assert re.match(rf" *{sum(expected.values()):,} ", rest)
    # Everything that takes time is recorded, and every size is known.
    assert float(re.search(r"^train_model +[\d,]+ +([\d.,]+) ", table, re.M)[1].replace(",", "")) > 0
    assert re.search(r"Wall time on 2 cores: about [1-9\d.]+ (min|h|days)", rest)


@pytest.mark.parametrize("recording", read_recordings(ROOT / "config" / "benchmarks"), ids=lambda one: one.run)
def test_declared_memory_is_one_to_three_times_the_recorded_peak(project, recording):
    configuration = {"ci": "ci.yaml", "laptop": "laptop.yaml"}.get(recording.run, "config.yaml")
    arguments = [*WORKFLOW, "--configfile", f"config/{configuration}", "--cores", "1"]
    code = "import pickle, sys; sys.path.insert(0, 'scripts')\n"
    code += "from rnn_modules.runs.planning.planned_jobs import dry_run\n"
    code += f"jobs = dry_run({arguments!r}); pickle.dump(jobs, sys.stdout.buffer)"
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=ENVIRONMENT, capture_output=True, timeout=600
    )
    assert finished.returncode == 0, finished.stderr.decode()
    rules = compare(pickle.loads(finished.stdout), recording.jobs)
    assert {rule.rule: rule.verdict for rule in rules if rule.verdict not in ("", "not measured")} == {}
    assert all(rule.declared_minutes > rule.measured_minutes for rule in rules)
    assert {rule.rule for rule in rules} == {job.rule for job in recording.jobs}


def test_a_plan_of_five_seeds_is_quick(project):
    (project / "seeds.yaml").write_text("seeds: [0, 1, 2, 3, 4]\n")
    start, before = time.perf_counter(), os.times()
    planned = plan(project, "--configfile", "seeds.yaml")
    computing = os.times().children_user - before.children_user
    assert planned.returncode == 0, planned.stderr
    assert int(re.search(r"^total +([\d,]+)", planned.stdout, re.M)[1].replace(",", "")) > 2000
    # Of a shared machine only the time of computing says something.
    assert min(computing, time.perf_counter() - start) < 15


def test_a_plan_loads_no_training_library(project):
    code = (
        "import runpy, sys; sys.argv = ['scripts/plan_run.py', '--', *sys.argv[1:]]; sys.path.insert(0, 'scripts'); "
        "runpy.run_path('scripts/plan_run.py', run_name='__main__'); print({'keras', 'tensorflow'} & set(sys.modules))"
    )
    finished = call(project, ["-c", code], "--configfile", "config/ci.yaml")
    assert finished.stdout.endswith("\nset()\n"), finished.stderr


def test_an_error_of_snakemake_is_passed_on(project):
    planned = plan(project, "--configfile", "config/ci.yaml", "--cores", "1", "nothing_makes_this")
    assert planned.returncode == 2
    assert "nothing_makes_this" in planned.stderr
