"""Small modules beside networks from scratch, by the number of labelled examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnn_modules.names import ARCHITECTURES
from rnn_modules.records.offer_records import MAKERS, OfferRecord
from rnn_modules.reporting.analysis.clusters import cluster_estimate
from rnn_modules.reporting.analysis.cost_deltas import caption
from rnn_modules.reporting.analysis.offer_series import (
    MEASURES,
    Crossing,
    advantages,
    crossing,
    estimates,
    figure,
    labelled,
    numbers,
)
from rnn_modules.reporting.tables.table_model import Cell, Sheet, number, synthetic, texts, with_interval

_NOTES = (
    "Examples: labelled ones of a class and of the others, equally many where there are as many; decisions, where each "
    "timestep has one. Both are made from the same ones and have the same share of the recurrent weights; of all, a "
    "module takes some thousand.",
    "Composed: the figure of Table II of all together, without padding, percent. Recognition: balanced accuracy of the "
    "yes or no of each about its own class, mean over the classes, percent. Means over trained models; differences "
    "with their 95 % intervals where an I/O type has several.",
    "Ahead from: the least number of those tried from which on networks from scratch are ahead in the mean; in "
    "brackets, from which on the 95 % interval does not exclude it, and from which on it excludes the contrary.",
)


def offer_sheet(records: list[OfferRecord]) -> Sheet:
    """A row for each I/O type and number of examples, and one that says from how many on networks are ahead.

    Example:
        >>> from support.made_up_offer import offer_record, read
        >>> sheet = offer_sheet(read(offer_record()))
        >>> len(sheet.rows), sheet.columns[:3]
        (5, ('I/O type', 'Examples', 'Composed, small modules'))
    """
    columns = ["I/O type", "Examples"]
    for measure in MEASURES:
        columns += [f"{measure.capitalize()}, {title}" for title in MAKERS.values()] + [f"{measure.capitalize()}, Δ"]
    rows = []
    for architecture, title in ARCHITECTURES.items():
        if chosen := [record for record in records if record.architecture == architecture]:
            rows += _rows(title, chosen)
    return Sheet(
        name="offer",
        title=f"Modules or networks from scratch?{synthetic([record.data_source for record in records])}",
        caption=caption(records),
        notes=_NOTES,
        columns=tuple(columns),
        rows=tuple(rows),
        leading=2,
    )


def _rows(title: str, records: Sequence[OfferRecord]) -> list[tuple[Cell, ...]]:
    means = {measure: estimates(records, measure) for measure in MEASURES}
    rows = []
    for asked in numbers(records):
        count = labelled(records, asked)
        cells = []
        for measure, by_maker in means.items():
            cells += [number(by_number[count].value) for by_number in by_maker.values()]
            difference = cluster_estimate(advantages(records, asked, measure), "mean")
            cells.append(with_interval(difference.value, difference.interval))
        rows.append(texts(title, f"{asked:,}" if asked is not None else f"all ({count:,.0f})", *cells))
    ends = [cell for measure in MEASURES for cell in ("", "", crossing_text(crossing(records, measure)))]
    return [*rows, texts(title, "ahead from", *ends)]


def crossing_text(found: Crossing) -> str:
    """Where networks get ahead, in figures.

    Example:
        >>> from support.made_up_offer import offer_record, read
        >>> [crossing_text(crossing(read(offer_record(ahead_from=number)))) for number in (100, 10**9)]
        ['100', 'nowhere']
    """
    said = "nowhere" if found.number is None else f"{found.number:,.0f}"
    if found.at_most.interval is None:
        return said
    low, high = ("…" if end is None else f"{end:,.0f}" for end in (found.low, found.high))
    return f"{said} [{low}, {high}]"


def csv_rows(records: list[OfferRecord]) -> list[dict[str, Any]]:
    """Every row of every record; shares and recognition from 0 to 1.

    Example:
        >>> csv_rows([])
        []
    """
    return [
        {
            **{name: getattr(record, name) for name in ("run", "data_source", "architecture", "dataset", "rnn")},
            **{name: getattr(record, name) for name in ("layers", "seed", "keep")},
            **{name: getattr(row, name) for name in ("maker", "labelled", "recurrent_share", "recognition")},
            "examples": "all" if row.examples is None else row.examples,
            "composed_percent": figure(record, row, "composed"),
        }
        for record in records
        for row in record.rows
    ]
