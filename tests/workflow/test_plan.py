"""The plan against Snakemake's own dry run, and how long it takes."""

import re
import resource

import pytest

from support.processes import slowness
from support.snakemake_calls import PROFILE, python, snakemake

pytestmark = pytest.mark.workflow


def plan(folder, *arguments):
    return python(folder, "scripts/plan_run.py", "--cores", "2", "--", *PROFILE, "--configfile", *arguments)


def jobs_by_rule(text):
    return {name: int(count.replace(",", "")) for name, count in re.findall(r"^(\w+) +([\d,]+)(?: |$)", text, re.M)}


def test_the_plan_has_the_jobs_of_a_dry_run(project):
    dry = snakemake(project, "--dry-run", "--configfile", "config/laptop.yaml")
    expected = jobs_by_rule((dry.stdout + dry.stderr).split("Job stats:")[1].split("\nReasons")[0])
    expected["total"] -= expected.pop("all")
    planned = plan(project, "config/laptop.yaml")
    assert planned.returncode == 0, planned.stderr
    assert jobs_by_rule(planned.stdout) == expected
    assert re.search(r"^train_model +[\d,]+ +(?!0\.00)[\d.,]+ ", planned.stdout, re.M)
    assert re.search(r"Wall time on 2 cores: about [1-9\d.]+ (min|h|days)", planned.stdout)


def test_a_plan_of_five_seeds_is_quick(project):
    (project / "seeds.yaml").write_text("seeds: [0, 1, 2, 3, 4]\n")
    slow = slowness()
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert jobs_by_rule(plan(project, "seeds.yaml").stdout)["total"] > 2000
    # Of a shared machine only the time of computing says something, and that beside another program's.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 15 * slow


def test_a_plan_of_what_is_there_says_so(project):
    target = "results/ci/corpora/clinc.json"
    snakemake(project, "--configfile", "config/ci.yaml", "--", target)
    assert plan(project, "config/ci.yaml", "--", target).stdout.startswith("Nothing to be done")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["config/ci.yaml", "--", "nothing_makes_this"], "nothing_makes_this"),
        (["missing.yaml"], "missing.yaml"),
        (["config/ci.yaml", "--config", "epoch=3"], "'epoch' was unexpected"),
    ],
)
def test_an_error_of_snakemake_is_passed_on(project, arguments, reason):
    planned = plan(project, *arguments)
    assert planned.returncode == 2 and planned.stderr.startswith("error: ") and planned.stderr.count("\n") == 1
    assert reason in planned.stderr
