"""What the jobs of a run took, from the files that :func:`rnn_modules.files.command_line.run` leaves of each."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.files.atomic_files import read_json
from rnn_modules.files.checked_json import RecordReader
from rnn_modules.files.run_folder import Model, RunFolder

_KEYS = ("cpu_seconds", "wall_seconds", "memory_mib")


@dataclass(frozen=True)
class JobCost:
    """What one job took.

    Attributes:
        wildcards: their values by name.
        cpu_seconds: seconds of computing, of all threads together.
        wall_seconds: from start to end.
        memory_mib: largest resident memory.

    Example:
        >>> cost = JobCost("train_model", {"seed": "0"}, cpu_seconds=9.5, wall_seconds=5.0, memory_mib=812.5)
        >>> f"{cost.rule}: {cost.cpu_seconds / cost.wall_seconds} processors at work"
        'train_model: 1.9 processors at work'
    """

    rule: str
    wildcards: dict[str, str]
    cpu_seconds: float
    wall_seconds: float
    memory_mib: float


def read_job_costs(run: RunFolder) -> list[JobCost]:
    """What the jobs of a run took, in alphabetical order; not those of an earlier configuration.

    Args:
        run: with ``costs/<rule>/<name>=<value>,<name>=<value>.json``, or ``costs/<rule>.json`` where there are no
            wildcards; a missing or empty folder has no jobs.

    Raises:
        InputError: a file is damaged.

    Example:
        >>> read_job_costs(RunFolder("no/such/folder"))
        []
    """
    asked = set(itertools.chain.from_iterable(run.found_records().values()))
    costs = []
    # Hidden files are those that a killed job was writing.
    for path in sorted(path for path in run.costs.rglob("*.json") if not path.name.startswith(".")):
        rule, *named = path.relative_to(run.costs).with_suffix("").parts
        wildcards = dict(pair.partition("=")[::2] for name in named for pair in name.split(","))
        record = _record_behind(run, wildcards)
        if record is None or record in asked:
            reader = RecordReader(path, read_json(path, _KEYS))
            numbers = [reader.number(key, reader.value[key], math.inf) for key in _KEYS]
            costs.append(JobCost(rule, wildcards, *numbers))
    return costs


def _record_behind(run: RunFolder, wildcards: dict[str, str]) -> Path | None:
    """The record that a job was done for, of a model or an experiment; None where its wildcards name neither."""
    for place, names in ((run.model, Model._fields), (run.record, ("experiment", "setting", "rnn", "seed"))):
        if all(name in wildcards for name in names):
            path = place(*(wildcards[name] for name in names))
            return path if path.suffix == ".json" else path / "record.json"
    return None
