"""Run time and peak memory of a run by rule, from what its jobs say that they took."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

from rnn_modules.files.job_costs import JobCost, read_job_costs
from rnn_modules.files.run_folder import RunFolder


@dataclass(frozen=True)
class RuleCost:
    """What the jobs of one rule took; seconds of wall clock, MiB of resident memory.

    Attributes:
        memory: median and highest peak of the jobs.

    Example:
        >>> cost = RuleCost("train", 12, 20.5, 64.0, 300.0, memory=(900.0, 1200.0))
        >>> f"{cost.jobs} jobs of {cost.rule}: {duration(cost.total_seconds)}, at most {cost.memory[1]:.0f} MiB"
        '12 jobs of train: 5 min 00 s, at most 1200 MiB'
    """

    rule: str
    jobs: int
    median_seconds: float
    highest_seconds: float
    total_seconds: float
    memory: tuple[float, float]


def rule_costs(run: RunFolder) -> list[RuleCost]:
    """Costs by rule, the most expensive first.

    Args:
        run: whose jobs.

    Raises:
        InputError: a file in it is damaged.

    Example:
        >>> rule_costs(RunFolder("no/such/folder"))
        []
    """
    by_rule: dict[str, list[JobCost]] = {}
    for job in read_job_costs(run):
        by_rule.setdefault(job.rule, []).append(job)
    costs = []
    for rule, jobs in by_rule.items():
        seconds, peaks = [job.wall_seconds for job in jobs], [job.memory_mib for job in jobs]
        costs.append(
            RuleCost(
                rule=rule,
                jobs=len(jobs),
                median_seconds=statistics.median(seconds),
                highest_seconds=max(seconds),
                total_seconds=math.fsum(seconds),
                memory=(statistics.median(peaks), max(peaks)),
            )
        )
    return sorted(costs, key=lambda cost: (-cost.total_seconds, cost.rule))


def duration(seconds: float) -> str:
    """As ``1 h 02 min``, ``3 min 20 s`` or ``4.2 s``.

    Example:
        >>> duration(4.23), duration(200), duration(3720)
        ('4.2 s', '3 min 20 s', '1 h 02 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min"
