"""What each choice of paper and package does to the published figures, by model, mode and variant."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from rnn_modules.names import ARCHITECTURES, MANY_OUTPUT, PAPER, RNN_TYPES, TRANSLATION, modes_of
from rnn_modules.records.cost_records import PUBLISHED_METRIC, Composition, scopes_of
from rnn_modules.records.published import tables as published_tables
from rnn_modules.records.variant_records import Variant, VariantRecord


@dataclass(frozen=True)
class VariantRow:
    """One variant of one model (or of all models of an I/O type) in one mode, seeds averaged.

    Attributes:
        model: as LSTM-1, or "all".
        monolithic, composed: published measure, percent or 0 to 100.
        delta: published measure, translation's pairs averaged.
        effect: delta minus that of the paper's text.
        other_delta: without padding for many-output models, in BLEU-4 for translation, None for the others.
        removed: share of nodes, mean over the layers.
        evaluated: least and most test examples.
        paper_delta, paper_jaccard: Table II, None where it has none.

    Example:
        >>> from rnn_modules.records.variant_records import read_variant_record
        >>> record = read_variant_record("results/reference/laptop/experiments/variants/many_to_one/lstm/seed-0.json")
        >>> row = variant_rows([record])[1]
        >>> row.model, row.name, round(row.delta, 2), round(row.effect, 2), row.paper_delta
        ('LSTM-1', 'package', 0.18, 0.29, -0.13)
    """

    architecture: str
    model: str
    models: int
    mode: str
    name: str
    changes: dict[str, object]
    monolithic: float
    composed: float
    delta: float
    effect: float
    other_delta: float | None
    jaccard: float
    removed: float
    evaluated: tuple[int, int]
    paper_delta: float | None
    paper_jaccard: float | None


def _variant(record: VariantRecord, name: str) -> Variant | None:
    return next((variant for variant in record.variants if variant.name == name), None)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


def _delta(record: VariantRecord, variant: Variant, mode: str, metric: str, padding: bool = True) -> float:
    """Change in percentage points, translation's pairs averaged."""
    scopes = scopes_of(record.architecture)
    if record.architecture != TRANSLATION:
        scopes = scopes[:1] if padding else scopes[1:]
    return record.points * statistics.fmean(variant.change(mode, scope, metric) for scope in scopes)


def _monolithic(record: VariantRecord, variant: Variant, metric: str) -> float:
    """Percent or 0 to 100, translation's pairs averaged."""
    scopes = scopes_of(record.architecture) if record.architecture == TRANSLATION else ("all",)
    return record.points * statistics.fmean(variant.monolithic[scope][metric] for scope in scopes)


def nodes_removed(composition: Composition) -> float:
    """Share of the nodes that the modules lost, mean over the recurrent layers.

    Example:
        >>> round(nodes_removed(Composition("mean", {}, 0.8, 0.9, (0.1, 0.2))), 2)
        0.15
    """
    return _mean(composition.removed_share_per_layer) or 0.0


def _row(records: list[VariantRecord], model: str, mode: str, name: str) -> VariantRow | None:
    """One row over the records that have the variant in this mode."""
    chosen = [
        (record, variant, paper)
        for record in records
        if (variant := _variant(record, name)) is not None
        if (paper := _variant(record, PAPER)) is not None
        if mode in variant.modes and mode in paper.modes
    ]
    if not chosen:
        return None
    architecture = records[0].architecture
    metric = PUBLISHED_METRIC[architecture]
    before = [_monolithic(record, variant, metric) for record, variant, _ in chosen]
    deltas = [_delta(record, variant, mode, metric) for record, variant, _ in chosen]
    paper_preset = [_delta(record, paper, mode, metric) for record, _, paper in chosen]
    other = None
    if architecture == TRANSLATION:
        other = _mean(_delta(record, variant, mode, "bleu") for record, variant, _ in chosen)
    elif architecture in MANY_OUTPUT:
        other = _mean(_delta(record, variant, mode, metric, padding=False) for record, variant, _ in chosen)
    cells = [
        published_tables.cell(architecture, mode, pair, record.rnn, record.layers)
        for record, _, _ in chosen
        for pair in published_tables.pairs_of(architecture)
    ]
    printed = [cell.delta for cell in cells if cell is not None]
    evaluated = [variant.evaluated for _, variant, _ in chosen]
    return VariantRow(
        architecture=architecture,
        model=model,
        models=len({(record.rnn, record.layers) for record, _, _ in chosen}),
        mode=mode,
        name=name,
        changes=chosen[0][1].changes,
        monolithic=statistics.fmean(before),
        composed=statistics.fmean(before) + statistics.fmean(deltas),
        delta=statistics.fmean(deltas),
        effect=statistics.fmean(deltas) - statistics.fmean(paper_preset),
        other_delta=other,
        jaccard=statistics.fmean(variant.modes[mode].jaccard for _, variant, _ in chosen),
        removed=statistics.fmean(nodes_removed(variant.modes[mode]) for _, variant, _ in chosen),
        evaluated=(min(evaluated), max(evaluated)),
        # A model that the paper lacks leaves the paper without a figure for the group.
        paper_delta=_mean(printed) if len(printed) == len(cells) else None,
        paper_jaccard=published_tables.row_jaccard(architecture, mode),
    )


def variant_rows(records: list[VariantRecord]) -> list[VariantRow]:
    """Rows by I/O type, mode, and model; all models of an I/O type come first when there are several.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.variant_records import read_variant_records
        >>> folder = Path("results/reference/laptop/experiments")
        >>> records = read_variant_records(folder.glob("variants/many_to_one/*/*.json"))
        >>> row = variant_rows(records)[0]
        >>> row.model, row.mode, row.name, row.effect
        ('all', 'rolled', 'paper', 0.0)
    """
    rows = []
    for architecture in ARCHITECTURES:
        here = [record for record in records if record.architecture == architecture]
        names = list(dict.fromkeys(variant.name for record in here for variant in record.variants))
        models: dict[str, list[VariantRecord]] = {}
        for record in here:
            models.setdefault(f"{RNN_TYPES[record.rnn]}-{record.layers}", []).append(record)
        groups = ({"all": here} if len(models) > 1 else {}) | models
        for mode in modes_of(architecture):
            for model, group in groups.items():
                rows += [row for name in names if (row := _row(group, model, mode, name)) is not None]
    return rows
