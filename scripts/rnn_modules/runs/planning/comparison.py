"""What the jobs of a finished run ask for beside what they took, by rule."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rnn_modules.runs.planning.measured_jobs import MeasuredJob
from rnn_modules.runs.planning.planned_jobs import PlannedJob

LARGEST_RATIO = 3
"""Declared memory over the measured peak, at most."""


@dataclass(frozen=True)
class RuleMemory:
    """Declared and measured memory of the jobs of one rule.

    Attributes:
        jobs: ended jobs of the run.
        declared_mib: the most that one of them asks for at its first attempt.
        measured_mib: the highest peak of one of them; None when none was measured.
        tightest: smallest declared memory of a job over that job's own peak.
        declared_minutes, measured_minutes: the same of time, from the longest job.
    """

    rule: str
    jobs: int
    declared_mib: float
    measured_mib: float | None
    tightest: float
    declared_minutes: float
    measured_minutes: float

    @property
    def ratio(self) -> float | None:
        """Declared memory of the rule over its peak."""
        return None if self.measured_mib is None else self.declared_mib / self.measured_mib

    @property
    def verdict(self) -> str:
        """What is wrong with the declared memory, if anything."""
        if self.ratio is None:
            return "not measured"
        if self.tightest < 1:
            return "too little"
        return f"over {LARGEST_RATIO} times" if self.ratio > LARGEST_RATIO else ""


def compare(planned: Iterable[PlannedJob], measured: Iterable[MeasuredJob]) -> list[RuleMemory]:
    """Rules of the jobs that are both planned and measured, in alphabetical order.

    Args:
        planned: all jobs of the run's configuration.
        measured: the jobs of the finished run.
    """
    declared = {job.measured_name: job for job in planned if job.memory_mib is not None}
    by_rule: dict[str, list[tuple[PlannedJob, MeasuredJob]]] = {}
    for job in measured:
        if (job.rule, job.name) in declared:
            by_rule.setdefault(job.rule, []).append((declared[job.rule, job.name], job))
    rules = []
    for rule, pairs in sorted(by_rule.items()):
        peaks = [(asked.memory_mib, job.memory_mib) for asked, job in pairs if job.memory_mib is not None]
        rules.append(
            RuleMemory(
                rule=rule,
                jobs=len(pairs),
                declared_mib=max(asked.memory_mib for asked, _ in pairs),
                measured_mib=max((peak for _, peak in peaks), default=None),
                tightest=min((memory / peak for memory, peak in peaks), default=math.inf),
                declared_minutes=max(asked.minutes or 0 for asked, _ in pairs),
                measured_minutes=max(job.core_seconds for _, job in pairs) / 60,
            )
        )
    return rules


def rows(rules: Sequence[RuleMemory]) -> list[list[str]]:
    """The table's cells, with a heading."""
    heading = ["rule", "jobs", "MB declared", "MB measured", "ratio", "tightest", "min declared", "min measured", ""]
    return [heading] + [
        [
            rule.rule,
            f"{rule.jobs:,}",
            _megabytes(rule.declared_mib),
            _megabytes(rule.measured_mib),
            "" if rule.ratio is None else f"{rule.ratio:.2f}",
            "" if rule.ratio is None else f"{rule.tightest:.2f}",
            f"{rule.declared_minutes:,.0f}",
            f"{rule.measured_minutes:,.1f}",
            rule.verdict,
        ]
        for rule in rules
    ]


def _megabytes(mebibytes: float | None) -> str:
    return "" if mebibytes is None else f"{mebibytes * 1.048576:,.0f}"
