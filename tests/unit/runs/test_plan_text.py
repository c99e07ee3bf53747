"""The plan's text from a dry run's, and a finished run's memory beside what its rules ask for."""

import re
from types import SimpleNamespace

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.job_costs import JobCost
from rnn_modules.runs.estimate import Cost
from rnn_modules.runs.plan import PlannedJob, compare, describe, read_jobs

DRY_RUN = """[Thu Nov 26 12:46:27 2026] Group job model (jobs in lexicogr. order):
    rule train_model:
        output: b: c.npz
        threads: 2
        resources: tmpdir=/tmp, runtime=18, mem_mb=1736, mem=1.74 GB, mem_mib=1656, core_seconds=217
[Thu Nov 26 12:46:27 2026]
localrule fetch_corpus:
    output: a.json
    resources: tmpdir=<TBD>, mem_mb=46, runtime=10, core_seconds=1
rule all:
    resources: tmpdir=/tmp
total              3
"""


def test_jobs_are_read_with_what_their_rules_say():
    assert read_jobs(DRY_RUN) == [
        PlannedJob("train_model", threads=2, core_seconds=217, memory_mb=1736, minutes=18),
        PlannedJob("fetch_corpus", threads=1, core_seconds=1, memory_mb=46, minutes=10),
    ]
    assert read_jobs("Nothing to be done (all requested files are present and up to date).\n") == []


@pytest.mark.parametrize("old", ["rule all:\n", "total              3\n"])
def test_an_output_in_other_words_is_one_clear_error(old):
    with pytest.raises(InputError, match="jobs described, .* counted; use version 9"):
        read_jobs(DRY_RUN.replace(old, "something else\n"))


def test_many_cores_make_no_job_shorter():
    jobs = [PlannedJob("draw", 1, 1, 90, 10), *(PlannedJob("train", 1, 900 * n, 1000 * n, 30) for n in (4, 2))]
    for cores, expected in ((1, "about 1.5 h"), (2, "about 45 min"), (64, "about 10 min")):
        assert expected in describe(jobs, cores)


@pytest.mark.parametrize(
    ("peaks", "is_outside"), [((1000, 500), False), ((1310, 900), True), ((430, 400), True), ((440, 100), False)]
)
def test_a_rule_is_outside_when_a_job_lacks_memory_or_all_ask_for_too_much(peaks, is_outside):
    asked = SimpleNamespace(job=lambda *_: Cost(10, 10, 1000))
    text, outside = compare([JobCost("train", {"seed": str(peak)}, 3.0, 4.0, peak) for peak in peaks], asked)
    assert outside == ["train"] * is_outside
    assert text.endswith(f"Outside 1 to 3: {'train' if is_outside else 'none'}.")
    assert re.search(rf"^train +2 +1,364 .* 3, 3, {max(peaks)}$", text, re.M)
