"""What a run would take: jobs, core-hours, memory and wall time by rule, in a form for people."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from rnn_modules.runs.planning.costs import Costs
from rnn_modules.runs.planning.measured_jobs import Recording
from rnn_modules.runs.planning.planned_jobs import PlannedJob, Sizes
from rnn_modules.runs.planning.workload import Work

_COLUMNS = ("rule", "jobs", "core-hours", "GB declared", "GB measured", "beyond")


@dataclass(frozen=True)
class EstimatedJob:
    """A planned job, and what it would take.

    Attributes:
        core_seconds: None when no job of its rule is recorded.
        measured_mib: highest memory that was measured for its rule, None when none was.
        beyond: its multiply-adds over the most that were recorded.
    """

    job: PlannedJob
    core_seconds: float | None
    measured_mib: float | None
    beyond: float


def estimate(jobs: Sequence[PlannedJob], sizes: Sizes, costs: Costs) -> list[EstimatedJob]:
    """Estimate every job.

    Raises:
        InputError: nothing is known of a dataset.
    """
    estimated = []
    for job in jobs:
        cost = costs.cost(job.measured_as, job.options.get("rnn", [None])[0])
        work = Work() if cost is None else sizes.work(job)
        estimated.append(
            EstimatedJob(
                job=job,
                core_seconds=None if cost is None else cost.seconds(work),
                measured_mib=costs.memory_mib.get(job.measured_as),
                beyond=work.multiply_adds / cost.largest if cost is not None and cost.largest else 0.0,
            )
        )
    return estimated


def wall_seconds(jobs: Sequence[EstimatedJob], cores: int) -> float:
    """End of the last job when every job starts as soon as its inputs and its cores are there.

    Args:
        jobs: in an order in which they could run, which is also the order in which waiting jobs start.
        cores: of the machine; a job that asks for more gets all.
    """
    made_by = {path: number for number, job in enumerate(jobs) for path in job.job.outputs}
    waits_for = [{made_by[path] for path in job.job.inputs if path in made_by} for job in jobs]
    needed_by: list[list[int]] = [[] for _ in jobs]
    for number, others in enumerate(waits_for):
        for other in others:
            needed_by[other].append(number)
    ready = [number for number, others in enumerate(waits_for) if not others]
    running: list[tuple[float, int, int]] = []
    free, now = cores, 0.0
    while ready or running:
        while ready and (threads := min(jobs[ready[0]].job.threads, cores)) <= free:
            number = heapq.heappop(ready)
            free -= threads
            # The core-seconds of a job are of all its threads together.
            heapq.heappush(running, (now + (jobs[number].core_seconds or 0.0) / threads, number, threads))
        now, number, threads = heapq.heappop(running)
        free += threads
        for waiting in needed_by[number]:
            waits_for[waiting].discard(number)
            if not waits_for[waiting]:
                heapq.heappush(ready, waiting)
    return now


def describe(jobs: Sequence[EstimatedJob], cores: int, recordings: Sequence[Recording], costs: Costs, sizes: Sizes):
    """The plan as text: a table, the wall time, and what both rest on."""
    by_rule: dict[str, list[EstimatedJob]] = {}
    for job in jobs:
        by_rule.setdefault(job.job.rule, []).append(job)
    rows = [_row(rule, members) for rule, members in sorted(by_rule.items(), key=lambda item: -_core_seconds(item[1]))]
    total = _core_seconds(jobs)
    rows.append(["total", f"{len(jobs):,}", f"{total / 3600:,.1f}", _gigabytes(_declared(jobs)), _largest(jobs), ""])
    hours = wall_seconds(jobs, cores) / 3600
    plan = table([list(_COLUMNS), *rows]).splitlines()
    lines = [
        *plan[:-1],
        plan[1],
        plan[-1],
        "",
        f"Wall time on {cores} core{'s' * (cores > 1)}: about {_duration(hours)}, if no other program uses them.",
        f"Memory: at most {_at_once(jobs, cores):.1f} GB declared by {min(cores, len(jobs))} jobs at once.",
        "",
        *_basis(jobs, recordings, costs, sizes),
    ]
    return "\n".join(lines)


def _row(rule: str, jobs: Sequence[EstimatedJob]) -> list[str]:
    known = [job for job in jobs if job.core_seconds is not None]
    hours = f"{_core_seconds(known) / 3600:,.2f}" if known else "not recorded"
    beyond = max(job.beyond for job in jobs)
    return [
        rule, f"{len(jobs):,}", hours, _gigabytes(_declared(jobs)), _largest(jobs),
        f"{beyond:,.0f}x" if beyond >= 2 else "",
    ]  # fmt: skip


def _core_seconds(jobs: Sequence[EstimatedJob]) -> float:
    return sum(job.core_seconds or 0.0 for job in jobs)


def _declared(jobs: Sequence[EstimatedJob]) -> float | None:
    return max((job.job.memory_mib for job in jobs if job.job.memory_mib is not None), default=None)


def _largest(jobs: Sequence[EstimatedJob]) -> str:
    return _gigabytes(max((job.measured_mib for job in jobs if job.measured_mib is not None), default=None))


def _gigabytes(mebibytes: float | None) -> str:
    return "" if mebibytes is None else f"{mebibytes * 1.048576 / 1000:.1f}"


def _at_once(jobs: Sequence[EstimatedJob], cores: int) -> float:
    declared = sorted((job.job.memory_mib or 0.0 for job in jobs), reverse=True)
    return sum(declared[:cores]) * 1.048576 / 1000


def _duration(hours: float) -> str:
    if hours < 1:
        return f"{max(1, round(hours * 60))} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"


def _basis(jobs: Sequence[EstimatedJob], recordings: Sequence[Recording], costs: Costs, sizes: Sizes) -> list[str]:
    """What the estimate rests on, a line each."""
    lines = ["What this rests on:"]
    for recording in recordings:
        machine = (recording.machine or {}).get("processor") or "a machine that was not recorded"
        lines.append(f"- {len(recording.jobs)} jobs of run {recording.run} (commit {recording.commit}) on {machine}.")
    lines.append(
        "- seconds = start + a x sequential steps + b x multiply-adds + c x parameter updates, fitted to the recorded "
        "jobs: one line per RNN type for trainings, one per rule for the rest."
    )
    if costs.trainings:
        described = ", ".join(f"{rnn} {cost.error:.0%} ({cost.jobs} jobs)" for rnn, cost in costs.trainings.items())
        lines.append(f"- Median error of the fit on recorded trainings: {described}.")
    if any(job.beyond >= 2 for job in jobs):
        lines.append(
            "- beyond: the largest job's multiply-adds over the largest recorded ones; the higher, the rougher."
        )
    if sizes.guessed:
        lines.append(
            f"- Sizes guessed from recorded datasets with other settings: {', '.join(sorted(sizes.guessed))}; prepare "
            "the datasets for exact ones (target: datasets)."
        )
    if missing := sorted({job.job.measured_as for job in jobs if job.core_seconds is None}):
        lines.append(f"- Counted as nothing, for no job of theirs is recorded: {', '.join(missing)}.")
    lines.append(
        "- GB declared: what the largest job of the rule asks for at first, from recorded peaks scaled to its "
        "sizes, with head-room; GB measured: the highest recorded peak, at the recorded sizes."
    )
    return lines


def table(rows: list[list[str]]) -> str:
    """Columns of equal width, the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        first, *others = (
            cell.ljust(width) if not column else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join([first, *others]).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths).rstrip())
    return "\n".join(lines)
