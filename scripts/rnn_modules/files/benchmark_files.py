"""Benchmark files of Snakemake: what a job took."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass

from rnn_modules.files.atomic_files import InputError, read_csv

_UNMEASURED = ("", "-", "NA", "nan")
"""What Snakemake writes of a job that ended before it could be measured."""


@dataclass(frozen=True)
class Benchmark:
    """One repetition of a job.

    Attributes:
        seconds: from start to end.
        cpu_seconds: seconds of computing, None when they were not measured.
        memory_mib: highest resident memory, None when it was not measured.
    """

    seconds: float
    cpu_seconds: float | None
    memory_mib: float | None


def read_benchmark(path: str | os.PathLike) -> list[Benchmark]:
    """The repetitions in a benchmark file, at least one.

    Raises:
        InputError: the file cannot be read, or is no benchmark of Snakemake.
    """
    mend = "delete it"
    rows = read_csv(path, ("s", "cpu_time", "max_rss"), mend, delimiter="\t")
    try:
        found = [Benchmark(_number(row["s"]), _measured(row["cpu_time"]), _measured(row["max_rss"])) for row in rows]
    except ValueError as error:
        raise InputError(f"{path}: not a benchmark of Snakemake ({error}); {mend}") from error
    if not found:
        raise InputError(f"{path}: not a benchmark of Snakemake (no row); {mend}")
    return found


def _measured(text: str) -> float | None:
    return None if text in _UNMEASURED else _number(text)


def _number(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{text} measures nothing")
    return value
