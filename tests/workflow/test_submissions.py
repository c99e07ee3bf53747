"""How many jobs a run submits to Slurm."""

import re
from collections import Counter

import pytest

from support.snakemake_calls import python, snakemake

pytestmark = pytest.mark.workflow
AT_MOST = 200
LOCAL = re.compile(r"^localrules:\n((?:    \w+,\n)+)", re.M)


def submissions(text, local):
    """Jobs of a dry run that are submitted, by group or rule, and the rules of each group in order."""
    groups = [
        (name, sorted(re.findall(r"^    rule (\w+):", jobs, re.M)))
        for name, jobs in re.findall(r"Group job (\w+) .*\n((?:\n| .*\n)+)", text)
    ]
    single = Counter(re.findall(r"^rule (\w+):", text, re.M))
    return Counter(name for name, _ in groups) + Counter(
        {rule: number for rule, number in single.items() if rule not in local | {"all"}}
    ), groups


@pytest.fixture(scope="module")
def paper(project):
    """The paper's scale: submissions, and what the groups hold."""
    local = {
        name
        for path in (project / "workflow" / "rules").glob("*.smk")
        for block in LOCAL.findall(path.read_text())
        for name in re.findall(r"\w+", block)
    }
    finished = python(project, "-m", "snakemake", "--workflow-profile", "workflow/profiles/slurm", "--dry-run")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return submissions(finished.stdout + finished.stderr, local)


def test_the_papers_scale_submits_few_jobs(paper):
    counts, groups = paper
    # Nothing is lost by counting: 88 models with 64 + 15 decompositions, 79 small ones, and 60 evaluations.
    assert Counter(rule for _, rules in groups for rule in rules) >= Counter(
        train_model=88,
        decompose_model=64,
        decompose_one_timestep=15,
        compact_model=79,
        evaluate_decomposition=60,
        train_baselines=153,
    )
    assert counts["model"] == 88
    assert counts.total() <= AT_MOST, counts


def test_one_model_is_one_submission(paper):
    _, groups = paper
    steps = Counter(tuple(rules) for name, rules in groups if name == "model")
    # Translation has no controls.
    decomposed = {
        ("decompose_model", "evaluate_controls"): 36,
        ("decompose_one_timestep", "evaluate_controls"): 12,
        ("decompose_model",): 12,
    }
    for rules, number in decomposed.items():
        assert steps[tuple(sorted([*rules, "train_model", "compact_model", "evaluate_decomposition"]))] == number, steps
    # Models that are reused, but not evaluated by themselves.
    assert all(rules.count("train_model") == 1 for rules in steps)


def test_groups_are_inactive_where_snakemake_runs(project):
    """Each job of a group runs by itself, as if there were none; only a dry run shows groups."""
    target = "results/ci/datasets/math_qa/dataset.json"
    finished = snakemake(project, "--configfile", "config/ci.yaml", "--", target)
    text = finished.stdout + finished.stderr
    assert "Group job" not in text.replace("Group jobs: inactive", "")
    assert re.search(r"^(local)?rule prepare_dataset:", text, re.M), text
