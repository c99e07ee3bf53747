"""Small modules beside those of the preset: how much of the recurrent layers each keeps, and what that costs."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from rnn_modules.names import ARCHITECTURES, METRICS, RNN_TYPES, TRANSLATION
from rnn_modules.records.cost_records import PUBLISHED_METRIC, Composition, Record, Scores, SmallComposition, scopes_of
from rnn_modules.reporting.analysis.cost_deltas import caption
from rnn_modules.reporting.tables.table_model import Cell, Sheet, number, synthetic, texts

_NOTES = (
    "Kept: share of the recurrent layers' weights that a module keeps, mean over the modules; of masks those that are "
    "not removed, of small modules as many as their own networks have.",
    "Δ: composed − monolithic in percentage points, over the positions that are not padding; translation: unigram BLEU "
    "with tags, mean of the pairs. Small modules vote by refitted heads.",
    "Recognition: balanced accuracy of a module's yes or no about its own class, mean over the modules, percent.",
)


def small_sheets(records: list[Record]) -> list[Sheet]:
    """The table of small modules, in a list; empty when no record has any.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> records = read_records(Path("results/reference/laptop/models").glob("**/decomposition_cost.json"))
        >>> small_sheets([record for record in records if record.compact is None])
        []
    """
    chosen = [record for record in records if record.compact is not None]
    if not chosen:
        return []
    models: dict[tuple, list[Record]] = {}
    for record in chosen:
        models.setdefault((record.architecture, record.dataset, record.rnn, record.layers), []).append(record)
    rows = []
    for (architecture, dataset, rnn, layers), seeds in models.items():
        heading = texts(ARCHITECTURES[architecture], dataset, f"{RNN_TYPES[rnn]}-{layers}", _measure(architecture))
        rows.append((*heading, *_cells(seeds)))
    return [
        Sheet(
            name="table2",
            title=f"Small modules beside those of Table II{synthetic([record.data_source for record in chosen])}",
            caption=caption(chosen),
            notes=_NOTES,
            columns=(
                *("I/O type", "Dataset", "Model", "Measure"),
                *("Kept, %: rolled", "Kept, %: unrolled", "Kept, %: small"),
                *("Monolithic", "Δ: rolled", "Δ: unrolled", "Δ: small"),
                *("Recognition: rolled", "Recognition: small"),
            ),
            rows=tuple(rows),
            leading=4,
        )
    ]


def _measure(architecture: str) -> str:
    return METRICS[PUBLISHED_METRIC[architecture]]


def _cells(seeds: Sequence[Record]) -> tuple[Cell, ...]:
    parts = {
        name: [found for record in seeds if (found := _part(record, name)) is not None]
        for name in ("rolled", "unrolled", "compact")
    }
    monolithic = [_figure(record, record.monolithic) for record in seeds]
    kept = [
        _text([100 * part.recurrent_share for part in found if part.recurrent_share is not None], digits=1)
        for found in parts.values()
    ]
    costs = []
    for name in parts:
        deltas = [
            _figure(record, found.composed[found.head]) - _figure(record, record.monolithic)
            for record in seeds
            if (found := _part(record, name)) is not None
        ]
        mean = statistics.fmean(deltas) if deltas else None
        costs.append(Cell("" if mean is None else number(mean, signed=True), None, mean))
    said = [
        _text([100 * part.recognition[part.head] for part in parts[name] if part.head in part.recognition])
        for name in ("rolled", "compact")
    ]
    return (*texts(*kept, _text(monolithic)), *costs, *texts(*said))


def _part(record: Record, name: str) -> Composition | SmallComposition | None:
    return record.compact if name == "compact" else record.modes.get(name)


def _figure(record: Record, scores: Scores) -> float:
    """The published measure, without padding, in percent; translation's pairs averaged."""
    scopes = scopes_of(record.architecture)
    chosen = scopes if record.architecture == TRANSLATION else scopes[-1:]
    return record.points * statistics.fmean(scores[scope][PUBLISHED_METRIC[record.architecture]] for scope in chosen)


def _text(values: Sequence[float], digits: int = 2) -> str:
    return number(statistics.fmean(values), digits=digits) if values else ""
