"""What a unit of work costs, fitted to recorded jobs.

One line for every job: seconds = start + a x sequential steps + b x multiply-adds + c x parameter updates, with
coefficients that are not negative. Trainings share one such line per RNN type, whatever their architecture and depth.
Jobs of the other rules have a start of their own and only multiply-adds; a rule whose recorded jobs are too small to
tell what a multiply-add costs it takes what one costs all of them together. The fits minimise relative errors, so that
seconds and hours count alike.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rnn_modules.runs.planning.measured_jobs import MeasuredJob
from rnn_modules.runs.planning.workload import GATES, TRAININGS, Work

FEWEST = 5
"""Recorded jobs from which a rule gets a line of its own."""


@dataclass(frozen=True)
class Cost:
    """The fitted line of some jobs.

    Attributes:
        coefficients: seconds to start, and per sequential step, multiply-add and parameter update.
        jobs: how many it was fitted to.
        error: median relative error on these.
        largest: most multiply-adds of these; beyond, the line is extrapolated.
    """

    coefficients: tuple[float, float, float, float]
    jobs: int
    error: float
    largest: int

    @classmethod
    def of(cls, coefficients: Iterable[float], jobs: Sequence[MeasuredJob]) -> Cost:
        """A line, and how well it describes the jobs that it was fitted to."""
        coefficients = tuple(map(float, coefficients))
        errors = [abs(_seconds(coefficients, job.work) / _measured(job) - 1) for job in jobs]
        largest = max(job.work.multiply_adds for job in jobs)
        return cls(coefficients, len(jobs), statistics.median(errors), largest)

    def seconds(self, work: Work) -> float:
        """Seconds that some work needs of a core of its own."""
        return _seconds(self.coefficients, work)


def _terms(work: Work) -> tuple[int, int, int, int]:
    return 1, work.sequential_steps, work.multiply_adds, work.parameter_updates


def _seconds(coefficients: Sequence[float], work: Work) -> float:
    return math.fsum(map(math.prod, zip(coefficients, _terms(work), strict=True)))


def _measured(job: MeasuredJob) -> float:
    # A job that took no measurable time would have an infinite relative error.
    return max(job.core_seconds, 0.01)


def _fit(terms: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Coefficients ``(terms,)`` that are not negative and make the relative errors of ``seconds`` smallest."""
    from scipy.optimize import nnls

    # Columns of like size: they differ by ten orders of magnitude.
    scale = np.maximum(terms.max(axis=0), 1.0)
    scaled, _ = nnls(terms / scale / seconds[:, None], np.ones(len(seconds)))
    return scaled / scale


def fit_trainings(jobs: Sequence[MeasuredJob]) -> Cost:
    """The line of trainings of one RNN type."""
    terms = np.array([_terms(job.work) for job in jobs], float)
    return Cost.of(_fit(terms, np.array(list(map(_measured, jobs)))), jobs)


def fit_others(by_rule: dict[str, list[MeasuredJob]]) -> dict[str, Cost]:
    """The lines of the rules that do not train."""
    jobs = [(number, job) for number, members in enumerate(by_rule.values()) for job in members]
    terms = np.zeros((len(jobs), len(by_rule) + 1))
    for row, (number, job) in enumerate(jobs):
        terms[row, [number, -1]] = 1.0, job.work.multiply_adds
    *starts, common = _fit(terms, np.array([_measured(job) for _, job in jobs])) if jobs else (0.0,)
    costs = {}
    for start, (rule, members) in zip(starts, by_rule.items(), strict=True):
        largest = max(job.work.multiply_adds for job in members)
        if len(members) >= FEWEST and common * largest > start:
            own = np.array([(1.0, job.work.multiply_adds) for job in members])
            start, slope = _fit(own, np.array(list(map(_measured, members))))
        else:
            slope = common
        costs[rule] = Cost.of((start, 0.0, slope, 0.0), members)
    return costs


@dataclass(frozen=True)
class Costs:
    """Fitted costs and measured memory.

    Attributes:
        trainings: RNN type -> cost.
        others: rule -> cost.
        memory_mib: rule -> highest measured memory.
    """

    trainings: dict[str, Cost]
    others: dict[str, Cost]
    memory_mib: dict[str, float]

    @classmethod
    def of(cls, jobs: Iterable[MeasuredJob]) -> Costs:
        """Fit the lines of recorded jobs."""
        trainings: dict[str, list[MeasuredJob]] = {}
        others: dict[str, list[MeasuredJob]] = {}
        memory: dict[str, float] = {}
        for job in jobs:
            group, name = (trainings, job.rnn) if job.rule in TRAININGS else (others, job.rule)
            group.setdefault(name, []).append(job)
            if job.memory_mib is not None:
                memory[job.rule] = max(job.memory_mib, memory.get(job.rule, 0.0))
        fitted = {rnn: fit_trainings(members) for rnn, members in trainings.items()}
        return cls(fitted, fit_others(others), memory)

    def cost(self, rule: str, rnn: str | None) -> Cost | None:
        """The cost of a rule's jobs, None where none was recorded.

        Trainings of an RNN type without a recorded one cost what those of the type with the nearest number of gates do.
        """
        if rule not in TRAININGS:
            return self.others.get(rule)
        if not self.trainings:
            return None
        return self.trainings[min(self.trainings, key=lambda known: (known != rnn, abs(GATES[known] - GATES[rnn])))]
