"""The paper's Tables II to V."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rnn_modules.names import (
    ARCHITECTURES,
    INTER,
    LANGUAGE_PAIRS,
    PAPER_LAYERS,
    PAPER_RNN_TYPES,
    SCENARIOS,
    TRANSLATION,
    modes_of,
)
from rnn_modules.records.published.reading import FOLDER, complete, figure, parsed_rows

DATASETS = {
    "one_to_one": "Math QA",
    "many_to_one": "Clinc OOS",
    "one_to_many": "Toxic Comment",
    "many_to_many": "Brown Corpus",
    "encoder_decoder": "Tatoeba",
}
"""Names of the paper, in the order of its Table II."""
CASE_TABLES = {3: "table3.csv", 4: "table4.csv"}
_QUESTIONS = {3: "rq2", 4: "rq3"}
PACKAGE_SETTINGS = {
    "one_to_one": "one_to_one",
    "one_to_many": "one_to_many",
    "many_to_one": "many_to_one",
    "many_to_many_same": "many_to_many",
    "oneOne_oneMany": "one_to_one-one_to_many",
    "oneMany_oneOne": "one_to_one-one_to_many",
    "manyOne_manyMany": "many_to_one-many_to_many",
    "manyMany_manyOne": "many_to_one-many_to_many",
}
"""The package's names of settings -> ours."""
CASES_FILE = "artifact_rq2_rq3_accuracy.csv"


@dataclass(frozen=True)
class Cell:
    """One cell of Table II.

    Attributes:
        architecture, mode, rnn: names as in ``ARCHITECTURES``, ``MODES``, ``RNN_TYPES``.
        pair: language pair as in ``LANGUAGE_PAIRS``; None for classification.
        layers: 1 to 4.
        delta: composed minus monolithic, percentage points (accuracy, or unigram BLEU with tags).
        jaccard: Jaccard index of model and modules, averaged by the paper over the row.

    Example:
        >>> found = cell("one_to_many", "rolled", None, "lstm", 3)
        >>> found.delta, found.jaccard
        (-94.59, 0.86)
    """

    architecture: str
    mode: str
    pair: str | None
    rnn: str
    layers: int
    delta: float
    jaccard: float


@dataclass(frozen=True)
class CaseSummary:
    """Mean and median delta over the cases of a setting, percentage points, as printed in Tables III and IV.

    Attributes:
        mean, median: as printed.
        recomputed_mean, recomputed_median: from the published cases, None where those are not published.

    Example:
        >>> summary = case_table(3)["many_to_one", "lstm"]
        >>> summary.mean, round(summary.recomputed_mean, 3), summary.median, round(summary.recomputed_median, 3)
        (-0.82, -0.822, -0.67, -0.667)
    """

    mean: float
    median: float
    recomputed_mean: float | None
    recomputed_median: float | None


@dataclass(frozen=True)
class Scenario:
    """A row of Table V: average BLEU of the monolithic model and of the two approaches with modules.

    Example:
        >>> scenarios()["update_estonian_english"]
        Scenario(monolithic=20.8, approach_1=20.89, approach_2=21.3)
    """

    monolithic: float
    approach_1: float
    approach_2: float


def pairs_of(architecture: str) -> tuple[str | None, ...]:
    """Language pairs of the translation models, a single None for classification.

    Example:
        >>> pairs_of("encoder_decoder"), pairs_of("many_to_one")
        (('en-fr', 'en-de', 'en-it'), (None,))
    """
    return LANGUAGE_PAIRS if architecture == TRANSLATION else (None,)


@cache
def table2(folder: Path = FOLDER) -> dict[tuple[str, str, str | None, str, int], Cell]:
    """Table II by ``(architecture, mode, pair, rnn, layers)``.

    Raises:
        InputError: the file is missing or damaged.

    Example:
        >>> len(table2())
        156
    """
    path = folder / "table2.csv"
    architectures = {label: name for name, label in ARCHITECTURES.items()}

    def parse(row: dict[str, str]) -> tuple[tuple, Cell]:
        key = (architectures[row["io"]], row["mode"], row["pair"].lower() or None, row["rnn"], int(row["layers"]))
        return key, Cell(*key, delta=figure(row["delta_pct"]), jaccard=figure(row["avg_ji"]))

    columns = ("io", "mode", "pair", "rnn", "layers", "delta_pct", "avg_ji")
    keys = [
        (architecture, mode, pair, rnn, layers)
        for architecture in ARCHITECTURES
        for mode in modes_of(architecture)
        for pair in pairs_of(architecture)
        for rnn in PAPER_RNN_TYPES
        for layers in PAPER_LAYERS
    ]
    return complete(path, parsed_rows(path, columns, parse), keys)


def cell(architecture: str, mode: str, pair: str | None, rnn: str, layers: int, folder: Path = FOLDER) -> Cell | None:
    """The cell of Table II for a model, or None when the paper has none (1:1 unrolled, ReLU).

    Example:
        >>> cell("one_to_many", "rolled", None, "lstm", 3).delta
        -94.59
    """
    return table2(folder).get((architecture, mode, pair, rnn, layers))


def row_jaccard(architecture: str, mode: str, folder: Path = FOLDER) -> float | None:
    """The paper's average Jaccard index of a row of Table II, or None when there is no such row.

    Example:
        >>> row_jaccard("many_to_one", "unrolled")
        0.86
    """
    for (row_architecture, row_mode, *_), entry in table2(folder).items():
        if (row_architecture, row_mode) == (architecture, mode):
            return entry.jaccard
    return None


@cache
def case_table(number: int, folder: Path = FOLDER) -> dict[tuple[str, str], CaseSummary]:
    """Table III (reuse) or IV (replacement) by ``(setting, rnn)``.

    Raises:
        InputError: a file is missing or damaged.

    Example:
        >>> case_table(3)["many_to_one", "lstm"].mean
        -0.82
    """
    settings = {label: name for name, label in (ARCHITECTURES | INTER).items()}
    cases = package_cases(number, folder)

    def parse(row: dict[str, str]) -> tuple[tuple[str, str], CaseSummary]:
        key = (settings[row["io"]], row["rnn"])
        mean, median = figure(row["mean_pct"]), figure(row["median_pct"])
        # Several source models are published for some settings; the table printed one of them.
        samples = sorted(cases.get(key, []), key=lambda values: abs(statistics.fmean(values) - mean))
        recomputed = (statistics.fmean(samples[0]), statistics.median(samples[0])) if samples else (None, None)
        return key, CaseSummary(mean, median, *recomputed)

    columns = ("kind", "io", "rnn", "mean_pct", "median_pct")
    return dict(parsed_rows(folder / CASE_TABLES[number], columns, parse))


def package_cases(table: int, folder: Path = FOLDER) -> dict[tuple[str, str], list[list[float]]]:
    """Deltas of the published cases of a table by ``(setting, rnn)``, one list per source model.

    Cases without both accuracies are left out.

    Raises:
        InputError: the file is missing or damaged.

    Example:
        >>> sorted({rnn for _, rnn in package_cases(3)})
        ['gru', 'lstm', 'vanilla']
    """

    def parse(row: dict[str, str]) -> tuple[tuple[str, str], str, float] | None:
        if row["rq"] != _QUESTIONS[table] or not row["trained_acc"]:
            return None
        delta = 100 * (figure(row["modular_acc"]) - figure(row["trained_acc"]))
        return (PACKAGE_SETTINGS[row["setting"]], row["rnn"]), row["source_model"], delta

    columns = ("rnn", "rq", "kind", "setting", "modular_acc", "trained_acc", "source_model")
    gathered: dict[tuple[str, str], dict[str, list[float]]] = {}
    for key, source, delta in filter(None, parsed_rows(folder / CASES_FILE, columns, parse)):
        gathered.setdefault(key, {}).setdefault(source, []).append(delta)
    return {key: list(by_source.values()) for key, by_source in gathered.items()}


@cache
def scenarios(folder: Path = FOLDER) -> dict[str, Scenario]:
    """Table V by scenario.

    Raises:
        InputError: the file is missing or damaged.

    Example:
        >>> scenarios()["add_ukrainian"].approach_1
        31.94
    """
    path = folder / "table5.csv"
    names = ("monolithic", "modules_approach1", "modules_approach2")

    def parse(row: dict[str, str]) -> tuple[str, Scenario]:
        return row["scenario"], Scenario(*(figure(row[name]) for name in names))

    return complete(path, parsed_rows(path, ("scenario", *names), parse), SCENARIOS)
