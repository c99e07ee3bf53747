"""Rows of Table II and its companion: our deltas and the paper's, by model."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

from rnn_modules.names import (
    ARCHITECTURES,
    BY_PACKAGE,
    COMPACT,
    METRICS,
    MODES,
    mode_of,
    modes_of,
)
from rnn_modules.records.cost_records import Composition, Record, compositions
from rnn_modules.records.published import tables as published_tables
from rnn_modules.reporting.analysis.cost_deltas import Delta, deltas, model_columns


@dataclass(frozen=True)
class Entry:
    """One figure of the table: our mean, standard deviation over seeds, and the paper's; None where there is none.

    ``records`` are the model's, one for each seed.

    Example:
        >>> from rnn_modules.records.cost_records import read_record
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> entry = table2_rows([read_record(path)], [("many_to_one", "all", "accuracy")])[0].entries[0]
        >>> round(entry.ours, 2), entry.deviation, entry.paper
        (-0.11, None, -0.13)
    """

    ours: float | None
    deviation: float | None
    paper: float | None
    records: tuple[Record, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Row:
    """A row; an entry is None where the mode does not apply (1:1 unrolled), and its cell stays empty.

    Example:
        >>> from rnn_modules.records.cost_records import read_record
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> row = table2_rows([read_record(path)], [("many_to_one", "all", "accuracy")])[0]
        >>> row.heading, len(row.entries), round(row.kept_share, 2)
        (('M:1', 'Clinc OOS', 'Rolled', '', 'accuracy'), 12, 0.98)
    """

    heading: tuple[str, ...]
    entries: tuple[Entry | None, ...]
    jaccard: Entry | None
    kept_share: float | None


MASKS = tuple(kind for mode in MODES for kind in (mode, *(name for name, of in BY_PACKAGE.items() if of == mode)))
"""Kinds of modules that are masks, mode by mode."""


def kind_name(kind: str) -> str:
    """What a table calls a kind of modules.

    Example:
        >>> kind_name("rolled"), kind_name("package_unrolled"), kind_name("compact")
        ('Rolled', 'Unrolled, by the package', 'Small')
    """
    if kind == COMPACT:
        return "Small"
    return mode_of(kind).capitalize() + (", by the package" if kind in BY_PACKAGE else "")


def mean_or_none(values: Iterable[float]) -> float | None:
    """Mean of values, None of none.

    Example:
        >>> mean_or_none([1.0, 2.0]), mean_or_none([])
        (1.5, None)
    """
    values = list(values)
    return statistics.fmean(values) if values else None


def compositions_of(records: list[Record], architecture: str, kind: str) -> list[Composition]:
    """What masks of one kind (a mode, or one by the package) gave for the models of one architecture.

    Example:
        >>> compositions_of([], "many_to_one", "rolled")
        []
    """
    here = [compositions(record).get(kind) for record in records if record.architecture == architecture]
    return [composition for composition in here if isinstance(composition, Composition)]


def table2_rows(records: list[Record], kinds: list[tuple[str, str, str]]) -> tuple[Row, ...]:
    """Rows for each ``(architecture, scope of the classification models, metric)``.

    Example:
        >>> row = table2_rows([], [("one_to_one", "all", "accuracy")])[0]
        >>> row.heading, row.entries[0]
        (('1:1', 'Math QA', 'Rolled', '', 'accuracy'), Entry(ours=None, deviation=None, paper=0.13))
    """
    found: dict[tuple, Delta] = {
        (delta.architecture, delta.mode, delta.scope, delta.metric, delta.rnn, delta.layers): delta
        for delta in deltas(records, MASKS)
    }
    models: dict[tuple, list[Record]] = {}
    for record in records:
        models.setdefault((record.architecture, record.rnn, record.layers), []).append(record)
    rows = []
    for architecture, scope, metric in kinds:
        for kind in MASKS:
            masks = compositions_of(records, architecture, kind)
            if kind in BY_PACKAGE and not masks:
                continue
            mode = mode_of(kind)
            applies = mode in modes_of(architecture)
            for pair in published_tables.pairs_of(architecture):
                entries: list[Entry | None] = []
                for rnn, layers in model_columns(records):
                    delta = found.get((architecture, kind, pair or scope, metric, rnn, layers))
                    cell = published_tables.cell(architecture, mode, pair, rnn, layers)
                    entry = Entry(
                        ours=delta.mean if delta else None,
                        deviation=delta.deviation if delta else None,
                        paper=cell.delta if cell else None,
                        records=tuple(models.get((architecture, rnn, layers), ())),
                    )
                    entries.append(entry if applies else None)
                jaccard = Entry(
                    ours=mean_or_none(composition.jaccard for composition in masks),
                    deviation=None,
                    paper=published_tables.row_jaccard(architecture, mode),
                )
                rows.append(
                    Row(
                        heading=(
                            ARCHITECTURES[architecture],
                            published_tables.DATASETS[architecture],
                            kind_name(kind),
                            (pair or "").upper(),
                            METRICS[metric],
                        ),
                        entries=tuple(entries),
                        jaccard=jaccard if applies else None,
                        kept_share=mean_or_none(composition.kept_share for composition in masks),
                    )
                )
    return tuple(rows)
