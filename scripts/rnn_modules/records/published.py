"""The paper's figures: Tables II to V, the claims of its text, and the accuracies of its replication package.

The files lie in ``config/published``; units are in their column names.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rnn_modules.files.atomic_files import InputError, read_csv
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

FOLDER = Path(__file__).resolve().parents[3] / "config" / "published"

# Names of the paper, in the order of its Table II.
DATASETS = {
    "one_to_one": "Math QA",
    "many_to_one": "Clinc OOS",
    "one_to_many": "Toxic Comment",
    "many_to_many": "Brown Corpus",
    "encoder_decoder": "Tatoeba",
}
UNITS = ("percent points", "percent", "index")
"""Of claims."""
# Names of the paper's inter experiments, of its Tables III and IV.
# The package's files spell the I/O types out.
_PACKAGE_ARCHITECTURES = {
    "One-to-One": "one_to_one",
    "Many-to-One": "many_to_one",
    "One-to-Many": "one_to_many",
    "Many-to-Many": "many_to_many",
}
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


@dataclass(frozen=True)
class Cell:
    """One cell of Table II.

    Attributes:
        architecture, mode, rnn: names as in ``ARCHITECTURES``, ``MODES``, ``RNN_TYPES``.
        pair: language pair as in ``LANGUAGE_PAIRS``; None for classification.
        layers: 1 to 4.
        delta: composed minus monolithic, percentage points (accuracy, or unigram BLEU with tags).
        jaccard: Jaccard index of model and modules, averaged by the paper over the row.
    """

    architecture: str
    mode: str
    pair: str | None
    rnn: str
    layers: int
    delta: float
    jaccard: float


@dataclass(frozen=True)
class Claim:
    """One quantitative claim of the paper's text; ``recomputed`` is what its published data give (None: not known)."""

    identifier: str
    section: str
    text: str
    quantity: str
    unit: str
    published: float
    recomputed: float | None


@dataclass(frozen=True)
class PackageAccuracy:
    """Accuracies (0 to 1) that the replication package publishes for one model; ``unrolled`` is None for 1:1."""

    monolithic: float
    rolled: float
    unrolled: float | None


@dataclass(frozen=True)
class CaseSummary:
    """Mean and median delta over the cases of a setting, percentage points, as printed in Tables III and IV.

    Attributes:
        mean, median: as printed.
        recomputed_mean, recomputed_median: from the published cases, None where those are not published.
    """

    mean: float
    median: float
    recomputed_mean: float | None
    recomputed_median: float | None


@dataclass(frozen=True)
class Scenario:
    """A row of Table V: average BLEU of the monolithic model and of the two approaches with modules."""

    monolithic: float
    approach_1: float
    approach_2: float


def pairs_of(architecture: str) -> tuple[str | None, ...]:
    """Language pairs of the translation models, a single None for classification."""
    return LANGUAGE_PAIRS if architecture == TRANSLATION else (None,)


def rows_of_file(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a published file; errors as :func:`rnn_modules.files.atomic_files.read_csv`."""
    return read_csv(path, columns, "restore it from the repository")


def complete(path: Path, rows: int, entries: dict, keys: Iterable) -> dict:
    """``entries`` of a published file's rows, when each of ``keys`` has exactly one row and there is no other.

    Raises:
        InputError: it is not so.
    """
    keys = set(keys)
    if entries.keys() != keys or rows != len(keys):
        different = sorted(map(str, entries.keys() ^ keys)) or ["a row stands twice"]
        raise InputError(f"{path}: {rows} rows where {len(keys)} are expected ({different[0]}); restore the file")
    return entries


def figure(text: str) -> float:
    """A number of a published file; ValueError when the text is no finite one."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no figure")
    return value


@cache
def table2(folder: Path = FOLDER) -> dict[tuple[str, str, str | None, str, int], Cell]:
    """Table II by ``(architecture, mode, pair, rnn, layers)``.

    Raises:
        InputError: the file is missing or damaged.
    """
    path = folder / "table2.csv"
    architectures = {label: name for name, label in ARCHITECTURES.items()}
    cells = {}
    rows = rows_of_file(path, ("io", "mode", "pair", "rnn", "layers", "delta_pct", "avg_ji"))
    for line, row in enumerate(rows, start=2):
        try:
            cell = Cell(
                architecture=architectures[row["io"]],
                mode=row["mode"],
                pair=row["pair"].lower() or None,
                rnn=row["rnn"],
                layers=int(row["layers"]),
                delta=figure(row["delta_pct"]),
                jaccard=figure(row["avg_ji"]),
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise InputError(f"{path}: line {line} is damaged ({error}); restore it from the repository") from error
        cells[cell.architecture, cell.mode, cell.pair, cell.rnn, cell.layers] = cell
    keys = [
        (architecture, mode, pair, rnn, layers)
        for architecture in ARCHITECTURES
        for mode in modes_of(architecture)
        for pair in pairs_of(architecture)
        for rnn in PAPER_RNN_TYPES
        for layers in PAPER_LAYERS
    ]
    return complete(path, len(rows), cells, keys)


def cell(architecture: str, mode: str, pair: str | None, rnn: str, layers: int, folder: Path = FOLDER) -> Cell | None:
    """The cell of Table II for a model, or None when the paper has none (1:1 unrolled, ReLU)."""
    return table2(folder).get((architecture, mode, pair, rnn, layers))


def row_jaccard(architecture: str, mode: str, folder: Path = FOLDER) -> float | None:
    """The paper's average Jaccard index of a row of Table II, or None when there is no such row."""
    for (row_architecture, row_mode, *_), entry in table2(folder).items():
        if (row_architecture, row_mode) == (architecture, mode):
            return entry.jaccard
    return None


@cache
def case_table(number: int, folder: Path = FOLDER) -> dict[tuple[str, str], CaseSummary]:
    """Table III (reuse) or IV (replacement) by ``(setting, rnn)``.

    Raises:
        InputError: a file is missing or damaged.
    """
    path = folder / f"table{number}.csv"
    settings = {label: name for name, label in (ARCHITECTURES | INTER).items()}
    cases = package_cases({3: "rq2", 4: "rq3"}[number], folder)
    entries = {}
    for line, row in enumerate(rows_of_file(path, ("kind", "io", "rnn", "mean_pct", "median_pct")), start=2):
        try:
            key = (settings[row["io"]], row["rnn"])
            mean, median = figure(row["mean_pct"]), figure(row["median_pct"])
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(f"{path}: line {line} is damaged ({error}); restore it from the repository") from error
        # Several source models are published for some settings; the table printed one of them.
        samples = sorted(cases.get(key, []), key=lambda values, mean=mean: abs(statistics.fmean(values) - mean))
        entries[key] = CaseSummary(
            mean=mean,
            median=median,
            recomputed_mean=statistics.fmean(samples[0]) if samples else None,
            recomputed_median=statistics.median(samples[0]) if samples else None,
        )
    return entries


def package_cases(question: str, folder: Path) -> dict[tuple[str, str], list[list[float]]]:
    """Deltas of the published cases by ``(setting, rnn)``, one list per source model; those with both accuracies."""
    path = folder / "artifact_rq2_rq3_accuracy.csv"
    columns = ("rnn", "rq", "kind", "setting", "modular_acc", "trained_acc", "source_model")
    gathered: dict[tuple[str, str], dict[str, list[float]]] = {}
    for line, row in enumerate(rows_of_file(path, columns), start=2):
        try:
            if row["rq"] != question or not row["trained_acc"]:
                continue
            delta = 100 * (figure(row["modular_acc"]) - figure(row["trained_acc"]))
            key = (PACKAGE_SETTINGS[row["setting"]], row["rnn"])
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(f"{path}: line {line} is damaged ({error}); restore it from the repository") from error
        gathered.setdefault(key, {}).setdefault(row["source_model"], []).append(delta)
    return {key: list(by_source.values()) for key, by_source in gathered.items()}


@cache
def scenarios(folder: Path = FOLDER) -> dict[str, Scenario]:
    """Table V by scenario.

    Raises:
        InputError: the file is missing or damaged.
    """
    path = folder / "table5.csv"
    columns = ("scenario", "monolithic", "modules_approach1", "modules_approach2")
    entries = {}
    rows = rows_of_file(path, columns)
    for line, row in enumerate(rows, start=2):
        try:
            entries[row["scenario"]] = Scenario(*(figure(row[name]) for name in columns[1:]))
        except (ValueError, TypeError) as error:
            raise InputError(f"{path}: line {line} is damaged ({error}); restore it from the repository") from error
    return complete(path, len(rows), entries, SCENARIOS)


@cache
def claims(folder: Path = FOLDER) -> dict[str, Claim]:
    """The 40 quantitative claims of the text, by identifier (C01 to C40).

    Raises:
        InputError: the file is missing or damaged.
    """
    path = folder / "claims.csv"
    entries = {}
    columns = ("id", "section", "claim", "quantity", "published", "unit", "recomputed_from_published_data")
    rows = rows_of_file(path, columns)
    for line, row in enumerate(rows, start=2):
        try:
            recomputed = row["recomputed_from_published_data"]
            entries[row["id"]] = Claim(
                identifier=row["id"],
                section=row["section"],
                text=row["claim"],
                quantity=row["quantity"],
                unit=row["unit"],
                published=figure(row["published"]),
                recomputed=figure(recomputed) if recomputed else None,
            )
            if row["unit"] not in UNITS:
                raise ValueError(f"unit {row['unit']!r}")
        except (ValueError, TypeError) as error:
            raise InputError(f"{path}: line {line} is damaged ({error}); restore it from the repository") from error
    return complete(path, len(rows), entries, [f"C{number:02d}" for number in range(1, 41)])


@cache
def package_accuracies(
    folder: Path = FOLDER, gate_approach: str = "hidden_state"
) -> dict[tuple[str, str, int], PackageAccuracy]:
    """Accuracies behind Table II by ``(architecture, rnn, layers)`` (classification).

    Args:
        folder: of the published files.
        gate_approach: "hidden_state", or "per_gate" (LSTM and GRU alone).

    Raises:
        InputError: the file is missing or damaged.
    """
    path = folder / "artifact_rq1_accuracy.csv"
    columns = ("io", "rnn", "layers", "gate_approach", "monolithic_acc", "rolled_acc", "unrolled_acc")
    approaches = ("per_gate",) if gate_approach == "per_gate" else ("hidden_state", "")
    rnns = PAPER_RNN_TYPES[:2] if gate_approach == "per_gate" else PAPER_RNN_TYPES
    entries = {}
    # Vanilla networks have no gates, hence no approach.
    rows = [row for row in rows_of_file(path, columns) if row["gate_approach"] in approaches]
    for line, row in enumerate(rows, start=1):
        try:
            entries[_PACKAGE_ARCHITECTURES[row["io"]], row["rnn"], int(row["layers"])] = PackageAccuracy(
                monolithic=figure(row["monolithic_acc"]),
                rolled=figure(row["rolled_acc"]),
                unrolled=figure(row["unrolled_acc"]) if row["unrolled_acc"] else None,
            )
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(
                f"{path}: row {line} of this gate approach is damaged ({error}); restore it from the repository"
            ) from error
    keys = [(name, rnn, layers) for name in _PACKAGE_ARCHITECTURES.values() for rnn in rnns for layers in PAPER_LAYERS]
    return complete(path, len(rows), entries, keys)
