"""Rolled many-output models beside the controls that show where the paper's figure comes from."""

from __future__ import annotations

import statistics
from typing import Any

from rnn_modules.names import ARCHITECTURES, MANY_OUTPUT, PAPER_LAYERS, PAPER_RNN_TYPES
from rnn_modules.records.cost_records import Record, scopes_of
from rnn_modules.records.published import tables as published_tables
from rnn_modules.records.published.package_accuracies import package_accuracies


def rolled_many_output(records: list[Record]) -> list[dict[str, Any]]:
    """Rolled decomposition of the many-output models beside the controls that show where the paper's figure comes from.

    The published package evaluated rolled many-output modules without their weights. A network of zeros shows what that
    gives, the majority constant what no model at all gives.

    Returns:
        One dictionary per dataset and scope, models and seeds averaged. Accuracies in percent: monolithic, composed
        (ours), majority constant, zeroed network, and the published composed one (median; all positions only).
        Deltas in percentage points against the monolithic model: ours, majority, zeroed, and the published ones.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/one_to_many")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> row = rolled_many_output(records)[0]
        >>> row["scope"], row["models"], round(row["published_delta_percent_points_mean"], 2)
        ('all', 12, -22.92)
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
            published_deltas = [published_tables.table2()[architecture, "rolled", None, *key].delta for key in keys]
            published_accuracies = [100 * package_accuracies()[architecture, *key].rolled for key in keys]
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
