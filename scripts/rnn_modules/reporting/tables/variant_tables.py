"""What each choice of paper and package does to the published figures, by I/O type; and the removal sweep."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from rnn_modules.names import ARCHITECTURES, MANY_OUTPUT, METRICS, PACKAGE, PAPER, RNN_TYPES, TRANSLATION, modes_of
from rnn_modules.records import published
from rnn_modules.records.cost_records import PUBLISHED_METRIC, Composition, caption, metrics_of, scopes_of
from rnn_modules.records.variant_records import SweepRecord, Variant, VariantRecord
from rnn_modules.reporting.tables.table_model import Cell, Sheet, number, synthetic, texts

_NOTES = (
    "Δ: composed − monolithic in percentage points, the paper's Table II (of the same models) in parentheses. Effect: "
    "Δ of the variant − Δ of the paper's text, on the same models. Distance: between Δ and the paper's figure.",
    f"“{PAPER}” is the paper's text, “{PACKAGE}” every choice of the published package; every other variant is the "
    "paper's text with one choice changed as shown. Means over models and seeds.",
    "Nodes removed: mean over the recurrent layers. Evaluated: test examples; a variant may score fewer.",
)


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


def _removed(composition: Composition) -> float:
    return _mean(composition.removed_share_per_layer) or 0.0


def _row(records: list[VariantRecord], model: str, mode: str, name: str) -> VariantRow | None:
    """One row over the records that have the variant in this mode."""
    chosen = [
        (record, variant, _variant(record, PAPER))
        for record in records
        if (variant := _variant(record, name)) is not None
        if mode in variant.modes and mode in _variant(record, PAPER).modes
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
        published.cell(architecture, mode, pair, record.rnn, record.layers)
        for record, _, _ in chosen
        for pair in published.pairs_of(architecture)
    ]
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
        removed=statistics.fmean(_removed(variant.modes[mode]) for _, variant, _ in chosen),
        evaluated=(min(evaluated), max(evaluated)),
        # A model that the paper lacks leaves the paper without a figure for the group.
        paper_delta=None if None in cells else _mean(cell.delta for cell in cells),
        paper_jaccard=published.row_jaccard(architecture, mode),
    )


def variant_rows(records: list[VariantRecord]) -> list[VariantRow]:
    """Rows by I/O type, mode, and model; all models of an I/O type come first when there are several."""
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


def changes_text(changes: dict[str, object]) -> str:
    """As ``removal_cap 0.05, cap_counts nodes``."""
    return ", ".join(
        f"{name} {' '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in changes.items()
    )


def sheet(records: list[VariantRecord], rows: list[VariantRow], architecture: str) -> Sheet:
    """The table of one I/O type."""
    here = [record for record in records if record.architecture == architecture]
    measure = METRICS[PUBLISHED_METRIC[architecture]]
    other = {TRANSLATION: "Δ BLEU-4"} | dict.fromkeys(MANY_OUTPUT, "Δ padding excluded")
    columns = ["Mode", "Model", "Variant", "Changed", f"Δ {measure}", "Effect", "Distance"]
    columns += [other[architecture]] if architecture in other else []
    columns += ["Monolithic", "Composed", "Jaccard index", "Nodes removed %", "Evaluated"]
    written = []
    for row in rows:
        if row.architecture != architecture:
            continue
        model = f"all {row.models}" if row.model == "all" else row.model
        changes = changes_text(row.changes) if row.name != PACKAGE else "all of the package's"
        distance = None if row.paper_delta is None else abs(row.delta - row.paper_delta)
        least, most = row.evaluated
        written.append(
            (
                *texts(row.mode, model, row.name, changes),
                Cell(number(row.delta, signed=True), number(row.paper_delta, signed=True), row.delta),
                Cell("") if row.name == PAPER else Cell(number(row.effect, signed=True), change=row.effect),
                *texts(number(distance)),
                *texts(*([number(row.other_delta, signed=True)] if architecture in other else [])),
                *texts(number(row.monolithic), number(row.composed)),
                Cell(number(row.jaccard), number(row.paper_jaccard)),
                *texts(number(100 * row.removed), f"{least:,}" if least == most else f"{least:,}–{most:,}"),
            )
        )
    sources = synthetic([record.data_source for record in here])
    return Sheet(
        name=f"variants_{architecture}",
        title=f"Choices of paper and package: {ARCHITECTURES[architecture]}, "
        f"{published.DATASETS[architecture]}{sources}",
        caption=caption(here) if here else "No record.",
        notes=_NOTES,
        columns=tuple(columns),
        rows=tuple(written),
        leading=4,
    )


_MODEL_COLUMNS = ("run", "preset", "data_source", "architecture", "dataset", "rnn", "layers", "seed")
_COMPOSITION_COLUMNS = (
    *("mode", "head", "scope", "metric", "monolithic", "composed", "delta_percent_points"),
    *("paper_delta_percent_points", "jaccard_index", "kept_parameters_share", "removed_nodes_share"),
    "removed_nodes_share_per_layer",
)
VARIANT_COLUMNS = (*_MODEL_COLUMNS, "variant", "changes", "evaluated", *_COMPOSITION_COLUMNS)
SWEEP_COLUMNS = (*_MODEL_COLUMNS, "removal_cap", *_COMPOSITION_COLUMNS)


def _composition_values(record: VariantRecord | SweepRecord, monolithic: dict, mode: str, composition: Composition):
    """Values of the composition's columns, one tuple per head, scope and metric."""
    for head, scores in composition.composed.items():
        for scope in scopes_of(record.architecture):
            pair = scope if record.architecture == TRANSLATION else None
            cell = published.cell(record.architecture, mode, pair, record.rnn, record.layers)
            for metric in metrics_of(record.architecture):
                printed = metric == PUBLISHED_METRIC[record.architecture] and scope != "unpadded"
                before, after = monolithic[scope][metric], scores[scope][metric]
                yield (
                    *(mode, head, scope, metric, before, after, record.points * (after - before)),
                    *(cell.delta if cell and printed else None, composition.jaccard, composition.kept_share),
                    _removed(composition),
                    " ".join(f"{share:.6f}" for share in composition.removed_share_per_layer),
                )


def _model_values(record: VariantRecord | SweepRecord) -> tuple:
    return tuple(getattr(record, name) for name in _MODEL_COLUMNS)


def variant_csv_rows(records: list[VariantRecord]) -> list[dict[str, object]]:
    """Every variant, mode, head, scope and metric of every record; scores as in the records."""
    rows = []
    for record in records:
        for variant in record.variants:
            facts = (*_model_values(record), variant.name, json.dumps(variant.changes), variant.evaluated)
            for mode, composition in variant.modes.items():
                for values in _composition_values(record, variant.monolithic, mode, composition):
                    rows.append(dict(zip(VARIANT_COLUMNS, (*facts, *values), strict=True)))
    return rows


def sweep_csv_rows(records: list[SweepRecord]) -> list[dict[str, object]]:
    """Every cap, mode, head, scope and metric of every record; scores as in the records."""
    rows = []
    for record in records:
        for row in record.rows:
            for mode, composition in row.modes.items():
                for values in _composition_values(record, record.monolithic, mode, composition):
                    facts = (*_model_values(record), row.removal_cap)
                    rows.append(dict(zip(SWEEP_COLUMNS, (*facts, *values), strict=True)))
    return rows
