"""The paper's delta of every case of research questions 2 and 3, from the accuracies in its replication package."""

from __future__ import annotations

import statistics
from functools import cache
from pathlib import Path

from rnn_modules.files.atomic_files import InputError
from rnn_modules.records import published
from rnn_modules.records.published import FOLDER

TABLES = {"reuse": 3, "replacement": 4}
"""End of an experiment's name -> the paper's table of its means."""
_QUESTIONS = {3: "rq2", 4: "rq3"}


def table_of(experiment: str) -> int:
    """Number of the table of an experiment, 3 or 4."""
    return TABLES[experiment.rpartition("_")[2]]


def published_mean(experiment: str, setting: str, rnn: str, folder: Path = FOLDER) -> float | None:
    """Mean that Table III or IV prints, None where it has none (ReLU)."""
    summary = published.case_table(table_of(experiment), folder).get((setting, rnn))
    return summary.mean if summary else None


def worst_monolithic(setting: str, rnn: str, folder: Path = FOLDER) -> float:
    """Accuracy of the worst of the package's models of one kind, in which classes are replaced; 0 to 1."""
    return min(
        accuracy.monolithic
        for (architecture, name, _), accuracy in published.package_accuracies(folder).items()
        if (architecture, name) == (setting, rnn)
    )


def published_deltas(experiment: str, setting: str, rnn: str, folder: Path = FOLDER) -> list[float]:
    """The paper's deltas of all cases of one row of Table III or IV, in percentage points.

    Where pairs of several parents are published, those that the table's mean belongs to; replaced classes are set
    against the worst model. An empty list where no case is published (translation, ReLU).

    Raises:
        InputError: a file is missing or damaged.
    """
    if experiment == "intra_replacement":
        accuracies = _replaced(folder).get((setting, rnn), [])
        return [100 * (accuracy - worst_monolithic(setting, rnn, folder)) for accuracy in accuracies]
    number = table_of(experiment)
    by_parent = published.package_cases(_QUESTIONS[number], folder).get((setting, rnn), [])
    mean = published_mean(experiment, setting, rnn, folder)
    return min(by_parent, key=lambda deltas: abs(statistics.fmean(deltas) - mean)) if by_parent else []


@cache
def _replaced(folder: Path) -> dict[tuple[str, str], list[float]]:
    """Accuracies after the replacement of each class, by ``(setting, rnn)``."""
    path = folder / "artifact_rq2_rq3_accuracy.csv"
    gathered: dict[tuple[str, str], list[float]] = {}
    for line, row in enumerate(published.rows_of_file(path, ("rnn", "rq", "kind", "setting", "modular_acc")), start=2):
        if (row["rq"], row["kind"]) == ("rq3", "intra"):
            try:
                key = (published.PACKAGE_SETTINGS[row["setting"]], row["rnn"])
                gathered.setdefault(key, []).append(published.figure(row["modular_acc"]))
            except (KeyError, ValueError, TypeError) as error:
                raise InputError(f"{path}: line {line} is damaged ({error}); restore it from the repository") from error
    return gathered
