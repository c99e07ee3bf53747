"""What each choice of paper and package does to the published figures, by I/O type; and the removal sweep."""

from __future__ import annotations

import json

from rnn_modules.names import ARCHITECTURES, MANY_OUTPUT, METRICS, PACKAGE, PAPER, TRANSLATION
from rnn_modules.records.cost_records import PUBLISHED_METRIC, Composition, metrics_of, scopes_of
from rnn_modules.records.published import tables as published_tables
from rnn_modules.records.variant_records import SweepRecord, VariantRecord
from rnn_modules.reporting.analysis.cost_deltas import caption
from rnn_modules.reporting.analysis.variant_effects import VariantRow, nodes_removed
from rnn_modules.reporting.tables.table_model import Cell, Sheet, number, synthetic, texts

_NOTES = (
    "Δ: composed − monolithic in percentage points, the paper's Table II (of the same models) in parentheses. Effect: "
    "Δ of the variant − Δ of the paper's text, on the same models. Distance: between Δ and the paper's figure.",
    f"“{PAPER}” is the paper's text, “{PACKAGE}” every choice of the published package; every other variant is the "
    "paper's text with one choice changed as shown. Means over models and seeds.",
    "Nodes removed: mean over the recurrent layers. Evaluated: test examples; a variant may score fewer.",
)


def changes_text(changes: dict[str, object]) -> str:
    """As ``removal_cap 0.05, cap_counts nodes``.

    Example:
        >>> changes_text({"removal_cap": 0.05, "cap_counts": "nodes"})
        'removal_cap 0.05, cap_counts nodes'
    """
    return ", ".join(
        f"{name} {' '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in changes.items()
    )


def sheet(records: list[VariantRecord], rows: list[VariantRow], architecture: str) -> Sheet:
    """The table of one I/O type.

    Example:
        >>> from rnn_modules.reporting.analysis.variant_effects import variant_rows
        >>> from pathlib import Path
        >>> from rnn_modules.records.variant_records import read_variant_records
        >>> folder = Path("results/reference/laptop/experiments")
        >>> records = read_variant_records(folder.glob("variants/many_to_one/*/*.json"))
        >>> sheet(records, variant_rows(records), "many_to_one").title
        'Choices of paper and package: M:1, Clinc OOS'
    """
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
        f"{published_tables.DATASETS[architecture]}{sources}",
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
            cell = published_tables.cell(record.architecture, mode, pair, record.rnn, record.layers)
            for metric in metrics_of(record.architecture):
                printed = metric == PUBLISHED_METRIC[record.architecture] and scope != "unpadded"
                before, after = monolithic[scope][metric], scores[scope][metric]
                yield (
                    *(mode, head, scope, metric, before, after, record.points * (after - before)),
                    *(cell.delta if cell and printed else None, composition.jaccard, composition.kept_share),
                    nodes_removed(composition),
                    " ".join(f"{share:.6f}" for share in composition.removed_share_per_layer),
                )


def _model_values(record: VariantRecord | SweepRecord) -> tuple:
    return tuple(getattr(record, name) for name in _MODEL_COLUMNS)


def variant_csv_rows(records: list[VariantRecord]) -> list[dict[str, object]]:
    """Every variant, mode, head, scope and metric of every record; scores as in the records.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.variant_records import read_variant_records
        >>> folder = Path("results/reference/laptop/experiments")
        >>> records = read_variant_records(folder.glob("variants/many_to_one/*/*.json"))
        >>> variant_csv_rows(records)[0]["variant"]
        'paper'
    """
    rows = []
    for record in records:
        for variant in record.variants:
            facts = (*_model_values(record), variant.name, json.dumps(variant.changes), variant.evaluated)
            for mode, composition in variant.modes.items():
                for values in _composition_values(record, variant.monolithic, mode, composition):
                    rows.append(dict(zip(VARIANT_COLUMNS, (*facts, *values), strict=True)))
    return rows


def sweep_csv_rows(records: list[SweepRecord]) -> list[dict[str, object]]:
    """Every cap, mode, head, scope and metric of every record; scores as in the records.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.variant_records import read_sweep_records
        >>> folder = Path("results/reference/laptop/experiments")
        >>> records = read_sweep_records(folder.glob("removal_sweep/many_to_one/*/*.json"))
        >>> sweep_csv_rows(records)[0]["removal_cap"]
        0.0
    """
    rows = []
    for record in records:
        for row in record.rows:
            for mode, composition in row.modes.items():
                for values in _composition_values(record, record.monolithic, mode, composition):
                    facts = (*_model_values(record), row.removal_cap)
                    rows.append(dict(zip(SWEEP_COLUMNS, (*facts, *values), strict=True)))
    return rows
