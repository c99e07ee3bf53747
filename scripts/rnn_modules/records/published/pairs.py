"""The paper's delta of every case of research questions 2 and 3, from the accuracies in its replication package."""

from __future__ import annotations

import statistics
from functools import cache
from pathlib import Path

from rnn_modules.records.published.package_accuracies import package_accuracies
from rnn_modules.records.published.reading import FOLDER, figure, parsed_rows
from rnn_modules.records.published.tables import CASES_FILE, PACKAGE_SETTINGS, case_table, package_cases

TABLES = {"reuse": 3, "replacement": 4}
"""End of an experiment's name -> the paper's table of its means."""


def table_of(experiment: str) -> int:
    """Number of the table of an experiment, 3 or 4.

    Example:
        >>> table_of("inter_replacement")
        4
    """
    return TABLES[experiment.rpartition("_")[2]]


def published_mean(experiment: str, setting: str, rnn: str, folder: Path = FOLDER) -> float | None:
    """Mean that Table III or IV prints, None where it has none (ReLU).

    Example:
        >>> published_mean("intra_reuse", "many_to_one", "relu") is None
        True
    """
    summary = case_table(table_of(experiment), folder).get((setting, rnn))
    return summary.mean if summary else None


def worst_monolithic(setting: str, rnn: str, folder: Path = FOLDER) -> float:
    """Accuracy of the worst of the package's models of one kind, in which classes are replaced; 0 to 1.

    Example:
        >>> 0 < worst_monolithic("many_to_one", "lstm") < 1
        True
    """
    return min(
        accuracy.monolithic
        for (architecture, name, _), accuracy in package_accuracies(folder).items()
        if (architecture, name) == (setting, rnn)
    )


def published_deltas(experiment: str, setting: str, rnn: str, folder: Path = FOLDER) -> list[float]:
    """The paper's deltas of all cases of one row of Table III or IV, in percentage points.

    Where pairs of several parents are published, those that the table's mean belongs to; replaced classes are set
    against the worst model. An empty list where no case is published (translation, ReLU).

    Raises:
        InputError: a file is missing or damaged.

    Example:
        >>> round(statistics.fmean(published_deltas("intra_reuse", "many_to_one", "lstm")), 2)
        -0.82
    """
    if experiment == "intra_replacement":
        accuracies = _replaced(folder).get((setting, rnn), [])
        return [100 * (accuracy - worst_monolithic(setting, rnn, folder)) for accuracy in accuracies]
    number = table_of(experiment)
    by_parent = package_cases(number, folder).get((setting, rnn), [])
    mean = published_mean(experiment, setting, rnn, folder)
    if not by_parent or mean is None:
        return []
    return min(by_parent, key=lambda deltas: abs(statistics.fmean(deltas) - mean))


@cache
def _replaced(folder: Path) -> dict[tuple[str, str], list[float]]:
    """Accuracies after the replacement of each class, by ``(setting, rnn)``."""

    def parse(row: dict[str, str]) -> tuple[tuple[str, str], float] | None:
        if (row["rq"], row["kind"]) != ("rq3", "intra"):
            return None
        return (PACKAGE_SETTINGS[row["setting"]], row["rnn"]), figure(row["modular_acc"])

    gathered: dict[tuple[str, str], list[float]] = {}
    columns = ("rnn", "rq", "kind", "setting", "modular_acc")
    for key, accuracy in filter(None, parsed_rows(folder / CASES_FILE, columns, parse)):
        gathered.setdefault(key, []).append(accuracy)
    return gathered
