"""What a run would do and take before it does, from a dry run of Snakemake; and what a finished one took, beside it."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rnn_modules.files.atomic_files import InputError, one_line
from rnn_modules.files.job_costs import JobCost
from rnn_modules.files.shown_text import columns
from rnn_modules.runs.estimate import SHORTEST_MINUTES, TIME_HEADROOM, Estimate

LARGEST_RATIO = 3


@dataclass(frozen=True)
class PlannedJob:
    """A job of a dry run, and what its rule says that it takes and asks for.

    Example:
        >>> PlannedJob("train_model", threads=2, core_seconds=600, memory_mb=800, minutes=60).longest
        600.0
    """

    rule: str
    threads: int
    core_seconds: float
    memory_mb: float
    minutes: float

    @property
    def longest(self) -> float:
        """Seconds that the longest job of its kind takes."""
        seconds = 60 * self.minutes / TIME_HEADROOM if self.minutes > SHORTEST_MINUTES else self.core_seconds
        return seconds / self.threads


def dry_run(arguments: Sequence[str]) -> list[PlannedJob]:
    """The jobs that ``snakemake`` with these arguments would run.

    Raises:
        InputError: Snakemake ends with an error, or describes its jobs in other words than version 9 does.

    Example:
        >>> dry_run(["--snakefile", "no/such/Snakefile", "--cores", "1"])  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: snakemake: ended with status 1: ...
    """
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--nocolor", *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, errors="replace")
    text = finished.stdout + finished.stderr
    if finished.returncode:
        reason = [line for line in text.splitlines() if line.strip() and not line.startswith(" ")]
        raise InputError(f"snakemake: ended with status {finished.returncode}: {one_line(' '.join(reason[-3:]), 1000)}")
    return read_jobs(text)


def read_jobs(text: str) -> list[PlannedJob]:
    r"""The jobs in the output of a dry run; rules that only name targets are left out.

    Raises:
        InputError: other jobs are described than its table counts.

    Example:
        >>> block = "rule train_model:\n    resources: mem_mb=800, runtime=60, core_seconds=600\ntotal 1\n"
        >>> [(job.rule, job.threads, job.memory_mb) for job in read_jobs(block)]
        [('train_model', 1, 800.0)]
    """
    # Jobs of a group are indented.
    blocks = re.findall(r"^( *)(?:local)?rule (\w+):\n((?:\1 {4}.*\n)*)", text, re.MULTILINE)
    counted = re.findall(r"^total +(\d+)$", text, re.MULTILINE) or ["0"]
    if int(counted[0]) != len(blocks):
        raise InputError(f"snakemake --dry-run: {len(blocks)} jobs described, {counted[0]} counted; use version 9")
    jobs = []
    for _, rule, block in blocks:
        lines = dict(line.strip().split(": ", 1) for line in block.splitlines() if ": " in line)
        asked = dict(part.split("=", 1) for part in lines.get("resources", "").split(", ") if "=" in part)
        if "core_seconds" in asked:
            numbers = (float(asked[name]) for name in ("core_seconds", "mem_mb", "runtime"))
            jobs.append(PlannedJob(rule, int(lines.get("threads", 1)), *numbers))
    return jobs


def describe(jobs: Sequence[PlannedJob], cores: int) -> str:
    """The plan as text: jobs, core-hours, memory and longest job by rule, and the wall time.

    Example:
        >>> training = PlannedJob("train_model", threads=1, core_seconds=7200, memory_mb=800, minutes=480)
        >>> report = PlannedJob("write_report", threads=1, core_seconds=60, memory_mb=300, minutes=10)
        >>> print(describe([training, training, report], cores=2))
        rule          jobs  core-hours  GB each  longest, h
        ------------  ----  ----------  -------  ----------
        train_model      2        4.00      0.8        2.67
        write_report     1        0.02      0.3        0.02
        total            3        4.02      0.8        2.67
        <BLANKLINE>
        Wall time on 2 cores: about 2.7 h, if no other program uses them.
        Memory: at most 1.6 GB asked for by 2 jobs at once.
        From jobs measured at four scales, scaled to the configuration (config/costs.yaml).
    """
    by_rule: dict[str, list[PlannedJob]] = {}
    for job in jobs:
        by_rule.setdefault(job.rule, []).append(job)
    rows = [["rule", "jobs", "core-hours", "GB each", "longest, h"]]
    ordered = sorted(by_rule.items(), key=lambda item: -sum(job.core_seconds for job in item[1]))
    for rule, members in [*ordered, ("total", jobs)]:
        hours = sum(job.core_seconds for job in members) / 3600
        memory, longest = max(job.memory_mb for job in members) / 1000, max(job.longest for job in members) / 3600
        rows.append([rule, f"{len(members):,}", f"{hours:,.2f}", f"{memory:.1f}", f"{longest:.2f}"])
    wall = max(hours / cores, longest)
    largest = sorted((job.memory_mb for job in jobs), reverse=True)[:cores]
    return (
        f"{columns(rows)}\n\n"
        f"Wall time on {cores} core{'s' * (cores > 1)}: about {_duration(wall)}, if no other program uses them.\n"
        f"Memory: at most {sum(largest) / 1000:.1f} GB asked for by {len(largest)} jobs at once.\n"
        "From jobs measured at four scales, scaled to the configuration (config/costs.yaml)."
    )


def _duration(hours: float) -> str:
    if hours < 1:
        return f"{max(1, round(60 * hours))} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"


def compare(measured: Iterable[JobCost], estimate: Estimate) -> tuple[str, list[str]]:
    """What the jobs of a finished run ask for beside what they took, and the row of each rule for the table.

    Returns:
        The text, and the rules of which a job asks for less than its peak, or all for over three times as much.

    Example:
        >>> from types import SimpleNamespace
        >>> estimate = SimpleNamespace(job=lambda rule, values: SimpleNamespace(memory_mb=1364))
        >>> compare([JobCost("train_model", {"seed": "0"}, 3.0, 4.0, 1310.0)], estimate)[1]
        ['train_model']
    """
    by_rule: dict[str, list[JobCost]] = {}
    for job in measured:
        by_rule.setdefault(job.rule, []).append(job)
    rows, outside = [["rule", "jobs", "MB asked for", "MB taken", "ratio", "tightest", "mean s, longest s, MiB"]], []
    for rule, jobs in sorted(by_rule.items()):
        asked = [estimate.job(rule, job.wildcards.values()).memory_mb for job in jobs]
        taken = [job.memory_mib * 2**20 / 10**6 for job in jobs]
        ratio, tightest = max(asked) / max(taken), min(one / peak for one, peak in zip(asked, taken, strict=True))
        seconds = [job.cpu_seconds for job in jobs]
        row = f"{statistics.fmean(seconds):.4g}, {max(seconds):.4g}, {max(job.memory_mib for job in jobs):.0f}"
        numbers = [f"{len(jobs):,}", f"{max(asked):,}", f"{max(taken):,.0f}", f"{ratio:.2f}", f"{tightest:.2f}"]
        rows.append([rule, *numbers, row])
        if tightest < 1 or ratio > LARGEST_RATIO:
            outside.append(rule)
    return f"{columns(rows)}\n\nOutside 1 to {LARGEST_RATIO}: {', '.join(outside) or 'none'}.", outside
