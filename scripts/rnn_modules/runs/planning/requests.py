"""What jobs ask a scheduler for: memory and minutes, from what recorded jobs took, with head-room.

The memory of a job is what its program needs by itself, and what it holds by its sizes. The first is the highest of
the recorded jobs of its rule (measured peak less what that job held), the second follows from the configuration.
Minutes are the estimate that ``plan_run.py`` prints.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rnn_modules.runs.planning.costs import TRAININGS, Costs
from rnn_modules.runs.planning.measured_jobs import Recording
from rnn_modules.runs.planning.workload import Work

MEMORY_HEADROOM = 1.3
TIME_HEADROOM = 3
SHORTEST_MINUTES = 10
UNRECORDED_MIB = 500
"""For the program of a rule of which no job is recorded."""


@dataclass(frozen=True)
class Requests:
    """What jobs of each rule ask for.

    Attributes:
        programs: rule, or rule and kind of job -> MiB that its program needs by itself.
        costs: of time.
    """

    programs: dict[str, float]
    costs: Costs

    @classmethod
    def of(cls, recordings: Sequence[Recording]) -> Requests:
        """From recorded jobs."""
        programs: dict[str, float] = {}
        for recording in recordings:
            for job in recording.jobs:
                if job.memory_mib is not None:
                    for group in _groups(job.rule, job.name, recording.is_synthetic(job.name)):
                        programs[group] = max(programs.get(group, 0.0), job.memory_mib - job.held_mib)
        return cls(programs, Costs.of(job for recording in recordings for job in recording.jobs))

    def memory_mb(self, rule: str, held_mib: float = 0.0, name: str = "", synthetic: bool = False) -> int:
        """Megabytes that a job asks for.

        Args:
            rule: the rule that its benchmark is kept under.
            held_mib: what it holds by its sizes.
            name: its wildcards, as in the name of its benchmark file.
            synthetic: whether the run's corpora are generated.
        """
        known = [self.programs[group] for group in _groups(rule, name, synthetic) if group in self.programs]
        return math.ceil(MEMORY_HEADROOM * ([*known, UNRECORDED_MIB][0] + held_mib) * 2**20 / 10**6)

    def minutes(self, rule: str, rnn: str | None = None, work: Work | None = None) -> int:
        """Minutes that a job asks for: the estimated time of its work, if it has any, with head-room."""
        cost = self.costs.cost(rule, rnn)
        seconds = 0.0 if cost is None else cost.seconds(work or Work())
        return max(SHORTEST_MINUTES, math.ceil(TIME_HEADROOM * seconds / 60))


def _groups(rule: str, name: str, synthetic: bool) -> tuple[str, ...]:
    """Under what the program of a job is kept, the nearest first.

    Trainings are alike; making a dataset takes what its text takes; translations are evaluated without scikit-learn.
    """
    if rule in TRAININGS:
        return (TRAININGS[0],)
    if rule == "prepare_dataset":
        text = "synthetic" if synthetic else "real"
        return f"{rule} {text} {name}", f"{rule} {text}", rule
    return (f"{rule} encoder_decoder", rule) if "encoder_decoder" in name else (rule,)
