"""Run time and peak memory of a run by rule, from the benchmark files that Snakemake leaves, and the scripts' logs."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.files.benchmark_files import read_benchmark
from rnn_modules.files.command_line import took


@dataclass(frozen=True)
class RuleCost:
    """What the jobs of one rule took; seconds of wall clock, MiB of resident memory.

    Attributes:
        memory: median and highest peak of the jobs, None when all were too short to be measured.
    """

    rule: str
    jobs: int
    median_seconds: float
    highest_seconds: float
    total_seconds: float
    memory: tuple[float, float] | None


def _measure(path: Path, log: Path) -> tuple[float, float | None]:
    """Seconds and peak memory of one job, repetitions averaged; the script itself knows its peak better."""
    repetitions = read_benchmark(path)
    peaks = [one.memory_mib for one in repetitions if one.memory_mib is not None]
    logged = took(log)
    return statistics.fmean(one.seconds for one in repetitions), logged[1] if logged else max(peaks, default=None)


def rule_costs(folder: Path) -> list[RuleCost]:
    """Costs by rule, the most expensive first.

    Args:
        folder: ``benchmarks`` of a run, with ``<rule>/.../<job>.tsv``; missing or empty gives an empty list. Beside it
            lies ``logs``.

    Raises:
        InputError: a file is no benchmark of Snakemake.
    """
    by_rule: dict[str, list[tuple[float, float | None]]] = {}
    for path in sorted(folder.rglob("*.tsv")):
        job = path.relative_to(folder).with_suffix("")
        by_rule.setdefault(job.parts[0], []).append(_measure(path, folder.parent / "logs" / f"{job}.log"))
    costs = []
    for rule, measures in by_rule.items():
        seconds = [second for second, _ in measures]
        peaks = [peak for _, peak in measures if peak is not None]
        costs.append(
            RuleCost(
                rule=rule,
                jobs=len(measures),
                median_seconds=statistics.median(seconds),
                highest_seconds=max(seconds),
                total_seconds=math.fsum(seconds),
                memory=(statistics.median(peaks), max(peaks)) if peaks else None,
            )
        )
    return sorted(costs, key=lambda cost: (-cost.total_seconds, cost.rule))


def duration(seconds: float) -> str:
    """As ``1 h 02 min``, ``3 min 20 s`` or ``4.2 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min"
