"""Rolled many-output models beside the controls that show where the paper's figure comes from."""

from __future__ import annotations

from typing import Any

from rnn_modules.names import SCOPES
from rnn_modules.reporting.tables.table_model import Sheet, number, synthetic, texts


def sheet(rows: list[dict[str, Any]], sources: list[str]) -> Sheet:
    """The rows of :func:`rolled_many_output` as they are written; ``sources`` are the data sources.

    Example:
        >>> sheet([], ["mirror"]).columns[:3]
        ('I/O type', 'Dataset', 'Positions')
    """
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
