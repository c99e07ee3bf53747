"""Rolled many-output models beside the controls that show where the paper's figure comes from."""

from __future__ import annotations

import statistics

from rnn_modules.names import ARCHITECTURES, MANY_OUTPUT, PAPER_LAYERS, PAPER_RNN_TYPES, SCOPES
from rnn_modules.records import published
from rnn_modules.records.cost_records import Record, scopes_of
from rnn_modules.reporting.tables.table_model import Sheet, number, synthetic, texts


def rolled_many_output(records: list[Record]) -> list[dict[str, object]]:
    """Rolled decomposition of the many-output models beside the controls that show where the paper's figure comes from.

    The published package evaluated rolled many-output modules without their weights. A network of zeros shows what that
    gives, the majority constant what no model at all gives.

    Returns:
        One dictionary per dataset and scope, models and seeds averaged. Accuracies in percent: monolithic, composed
        (ours), majority constant, zeroed network, and the published composed one (median; all positions only).
        Deltas in percentage points against the monolithic model: ours, majority, zeroed, and the published ones.
    """
    rows = []
    for architecture in MANY_OUTPUT:
        in_paper = [r for r in records if r.rnn in PAPER_RNN_TYPES and r.layers in PAPER_LAYERS]
        chosen = [r for r in in_paper if r.architecture == architecture and "rolled" in r.modes]
        if not chosen:
            continue
        for scope in scopes_of(architecture):
            accuracies: dict[str, list[float]] = {name: [] for name in ("composed", "majority", "zeroed")}
            differences: dict[str, list[float]] = {name: [] for name in accuracies}
            for record in chosen:
                rolled = record.modes["rolled"]
                for name, scores in {**record.controls, "composed": rolled.composed[rolled.head]}.items():
                    accuracy = scores[scope]["accuracy"]
                    accuracies[name].append(100 * accuracy)
                    differences[name].append(100 * (accuracy - record.monolithic[scope]["accuracy"]))
            keys = [(rnn, layers) for rnn in PAPER_RNN_TYPES for layers in PAPER_LAYERS] if scope == "all" else []
            published_deltas = [published.cell(architecture, "rolled", None, *key).delta for key in keys]
            published_accuracies = [100 * published.package_accuracies()[architecture, *key].rolled for key in keys]
            rows.append(
                {
                    "io_type": ARCHITECTURES[architecture],
                    "dataset": chosen[0].dataset,
                    "scope": scope,
                    "models": len({(record.rnn, record.layers) for record in chosen}),
                    "monolithic_accuracy_percent": _mean([100 * r.monolithic[scope]["accuracy"] for r in chosen]),
                    **{f"{name}_accuracy_percent": _mean(values) for name, values in accuracies.items()},
                    "published_accuracy_percent_median": _median(published_accuracies),
                    **{f"{name}_delta_percent_points": _mean(values) for name, values in differences.items()},
                    "published_delta_percent_points_mean": _mean(published_deltas),
                    "published_delta_percent_points_median": _median(published_deltas),
                }
            )
    return rows


def _mean(values: list[float]) -> float | None:
    return statistics.fmean(values) if values else None


def _median(values: list[float]) -> float | None:
    return statistics.median(values) if values else None


def sheet(rows: list[dict[str, object]], sources: list[str]) -> Sheet:
    """The rows of :func:`rolled_many_output` as they are written; ``sources`` are the data sources."""
    written = []
    for row in rows:
        accuracies = [f"{name}_accuracy_percent" for name in ("monolithic", "composed", "zeroed", "majority")]
        accuracies.append("published_accuracy_percent_median")
        points = [f"{name}_delta_percent_points" for name in ("composed", "zeroed", "majority")]
        points += [f"published_delta_percent_points_{name}" for name in ("mean", "median")]
        written.append(
            texts(
                row["io_type"],
                row["dataset"],
                SCOPES[row["scope"]],
                str(row["models"]),
                *(number(row[name]) for name in accuracies),
                *(number(row[name], signed=True) for name in points),
            )
        )
    return Sheet(
        name="rolled_many_output",
        title=f"Rolled many-output models: where the published figures come from{synthetic(sources)}",
        caption="Means over models and seeds; Δ in percentage points against the monolithic model. A network whose "
        "embedding and recurrent weights are zero predicts a constant: that is what the published evaluation scored.",
        notes=(),
        columns=(
            *("I/O type", "Dataset", "Positions", "Models", "Monolithic %", "Composed %", "Zeroed network %"),
            *("Majority constant %", "Paper's composed %, median", "Δ composed", "Δ zeroed network"),
            *("Δ majority constant", "Paper's Δ, mean", "Paper's Δ, median"),
        ),
        rows=tuple(written),
        leading=4,
    )
