"""Parts of the method alone and together, at one share of the weights; and every figure of the frontier."""

from __future__ import annotations

import statistics
from typing import Any

from rnn_modules.names import ARCHITECTURES, CURVES, PARTS, RNN_TYPES
from rnn_modules.records.frontier_records import FrontierRecord, FrontierRow
from rnn_modules.reporting.analysis.cost_deltas import caption
from rnn_modules.reporting.analysis.frontier_series import composed_figure
from rnn_modules.reporting.tables.table_model import Sheet, number, synthetic, texts

_NOTES = (
    "Composed: the figure of Table II of all modules together, without padding. Recognition: balanced accuracy of a "
    "module's yes or no about its own class, mean over the modules, percent. Several draws or seeds: mean ± standard "
    "deviation.",
    "From scratch: a network of as many weights for each class, on the model's embedding, trained on the examples that "
    "a module is made on, as if class and rest were equally frequent; their rates are added for the joint decision. "
    "Translation has none, for its modules recognise no class.",
    "“Folded” rankings have the fold and the refitted head of small modules; each of the other lines changes one part "
    "of these.",
)


def parts_sheet(records: list[FrontierRecord]) -> Sheet:
    """Rankings and parts at the share where parts were left out, or else at the least share that all records have.

    Example:
        >>> from support.made_up_frontier import frontier_record, written
        >>> from rnn_modules.records.frontier_records import read_frontier_records
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     records = read_frontier_records(written(folder, frontier_record("many_to_one")))
        >>> parts_sheet(records).columns[:3]
        ('Modules', 'M:1 LSTM-1, kept %: 10', 'M:1 LSTM-1 composed')
    """
    models: dict[tuple[str, str, int], list[FrontierRecord]] = {}
    for record in records:
        models.setdefault((record.architecture, record.rnn, record.layers), []).append(record)
    columns, by_model = ["Modules"], []
    for (architecture, rnn, layers), seeds in models.items():
        share = _share(seeds)
        model = f"{ARCHITECTURES[architecture]} {RNN_TYPES[rnn]}-{layers}"
        columns += [f"{model}, kept %: {100 * share:g}", f"{model} composed", f"{model} recognition"]
        by_model.append([(record, row) for record in seeds for row in record.rows if row.keep == share])
    rows = []
    for name, title in (CURVES | PARTS).items():
        cells = [cell for pairs in by_model for cell in _cells([pair for pair in pairs if pair[1].curve == name])]
        if any(cells):
            rows.append(texts(title, *cells))
    return Sheet(
        name="frontier",
        title=f"Small modules: rankings and parts{synthetic([record.data_source for record in records])}",
        caption=caption(records),
        notes=_NOTES,
        columns=tuple(columns),
        rows=tuple(rows),
        leading=1,
    )


def _share(records: list[FrontierRecord]) -> float:
    of_parts = [row.keep for record in records for row in record.rows if row.curve in PARTS]
    return min(of_parts or [row.keep for record in records for row in record.rows])


def _cells(pairs: list[tuple[FrontierRecord, FrontierRow]]) -> tuple[str, str, str]:
    return (
        _text([100 * row.recurrent_share for _, row in pairs], 1),
        _text([composed_figure(row, record.architecture) for record, row in pairs]),
        _text([100 * row.recognition for _, row in pairs if row.recognition is not None]),
    )


def _text(values: list[float], digits: int = 2) -> str:
    if not values:
        return ""
    spread = f" ± {number(statistics.stdev(values), digits=digits)}" if len(values) > 1 else ""
    return number(statistics.fmean(values), digits=digits) + spread


def csv_rows(records: list[FrontierRecord]) -> list[dict[str, Any]]:
    """Every row of every record; shares and recognition from 0 to 1.

    Example:
        >>> csv_rows([])
        []
    """
    return [
        {
            **{name: getattr(record, name) for name in ("run", "data_source", "architecture", "dataset", "rnn")},
            **{name: getattr(record, name) for name in ("layers", "seed")},
            **{name: getattr(row, name) for name in ("curve", "keep", "draw", "recurrent_share", "recognition")},
            "composed_percent_or_score": composed_figure(row, record.architecture),
        }
        for record in records
        for row in record.rows
    ]
