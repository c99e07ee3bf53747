"""The paper's accuracies of every class pair of research questions 2 and 3, as its replication package has them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rnn_modules import published
from rnn_modules.artefacts import InputError
from rnn_modules.published import FOLDER

# The package's names of settings; inter replacement goes both ways.
_SETTINGS = {
    "one_to_one": "one_to_one",
    "one_to_many": "one_to_many",
    "many_to_one": "many_to_one",
    "many_to_many_same": "many_to_many",
    "oneOne_oneMany": "one_to_one-one_to_many",
    "oneMany_oneOne": "one_to_one-one_to_many",
    "manyOne_manyMany": "many_to_one-many_to_many",
    "manyMany_manyOne": "many_to_one-many_to_many",
}
_EXPERIMENTS = {"rq2": "reuse", "rq3": "replacement"}
_COLUMNS = ("rnn", "rq", "kind", "setting", "class1", "class2", "modular_acc", "trained_acc", "source_model")


@dataclass(frozen=True)
class PublishedCase:
    """One class pair, or one replaced class: accuracies 0 to 1.

    Attributes:
        experiment: as in the records, ``intra_reuse`` to ``inter_replacement``.
        model: the parent's name in the package (``model1``, ``model4``, ...), empty where it has none.
        reference: accuracy of the model trained from scratch; None for replaced classes.
    """

    experiment: str
    setting: str
    rnn: str
    model: str
    modular: float
    reference: float | None


@cache
def published_cases(folder: Path = FOLDER) -> tuple[PublishedCase, ...]:
    """All pairwise figures of the package.

    Raises:
        InputError: the file is missing or damaged.
    """
    path = folder / "artifact_rq2_rq3_accuracy.csv"
    cases = []
    for line, row in enumerate(published.read_rows(path, _COLUMNS), start=2):
        try:
            cases.append(
                PublishedCase(
                    experiment=f"{row['kind']}_{_EXPERIMENTS[row['rq']]}",
                    setting=_SETTINGS[row["setting"]],
                    rnn=row["rnn"],
                    model=row["source_model"],
                    modular=float(row["modular_acc"]),
                    reference=float(row["trained_acc"]) if row["trained_acc"] else None,
                )
            )
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(f"{path}: line {line} is damaged ({error}); restore it from the repository") from error
    return tuple(cases)


def worst_monolithic(setting: str, rnn: str, folder: Path = FOLDER) -> float:
    """Accuracy of the worst of the package's models of one kind, in which modules are replaced (section V-B3)."""
    return min(
        accuracy.monolithic
        for (architecture, found, _), accuracy in published.package_accuracies(folder).items()
        if (architecture, found) == (setting, rnn)
    )


def published_deltas(experiment: str, setting: str, rnn: str, folder: Path = FOLDER) -> list[float]:
    """The paper's deltas of all cases of one cell of Tables III and IV, in percentage points.

    Where the package has pairs from two parents, those of the parent nearest to the cell's mean are meant.

    Returns:
        An empty list when the package has none (translation, ReLU).
    """
    by_model: dict[str, list[float]] = {}
    for case in published_cases(folder):
        if (case.experiment, case.setting, case.rnn) != (experiment, setting, rnn):
            continue
        reference = case.reference
        if experiment == "intra_replacement":
            reference = worst_monolithic(setting, rnn, folder)
        if reference is not None:
            by_model.setdefault(case.model, []).append(100.0 * (case.modular - reference))
    return by_model
