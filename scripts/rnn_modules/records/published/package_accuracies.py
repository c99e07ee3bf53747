"""The accuracies behind Table II, from the paper's replication package."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rnn_modules.names import PAPER_LAYERS, PAPER_RNN_TYPES
from rnn_modules.records.published.reading import FOLDER, complete, figure, parsed_rows

# The package's files spell the I/O types out.
_PACKAGE_ARCHITECTURES = {
    "One-to-One": "one_to_one",
    "Many-to-One": "many_to_one",
    "One-to-Many": "one_to_many",
    "Many-to-Many": "many_to_many",
}


@dataclass(frozen=True)
class PackageAccuracy:
    """Accuracies (0 to 1) that the replication package publishes for one model; ``unrolled`` is None for 1:1.

    Example:
        >>> accuracy = package_accuracies()["one_to_many", "lstm", 3]
        >>> accuracy.monolithic, accuracy.rolled, accuracy.unrolled
        (0.961802, 0.015865, 0.963469)
    """

    monolithic: float
    rolled: float
    unrolled: float | None


@cache
def package_accuracies(
    folder: Path = FOLDER, gate_approach: str = "hidden_state"
) -> dict[tuple[str, str, int], PackageAccuracy]:
    """Accuracies behind Table II by ``(architecture, rnn, layers)`` (classification).

    Args:
        folder: of the published files.
        gate_approach: "hidden_state", or "per_gate" (LSTM and GRU alone).

    Raises:
        InputError: the file is missing or damaged.

    Example:
        >>> len(package_accuracies()), len(package_accuracies(gate_approach="per_gate"))
        (48, 32)
    """
    path = folder / "artifact_rq1_accuracy.csv"
    # Vanilla networks have no gates, hence no approach.
    approaches = ("per_gate",) if gate_approach == "per_gate" else ("hidden_state", "")
    rnns = PAPER_RNN_TYPES[:2] if gate_approach == "per_gate" else PAPER_RNN_TYPES

    def parse(row: dict[str, str]) -> tuple[tuple[str, str, int], PackageAccuracy] | None:
        if row["gate_approach"] not in approaches:
            return None
        return (_PACKAGE_ARCHITECTURES[row["io"]], row["rnn"], int(row["layers"])), PackageAccuracy(
            monolithic=figure(row["monolithic_acc"]),
            rolled=figure(row["rolled_acc"]),
            unrolled=figure(row["unrolled_acc"]) if row["unrolled_acc"] else None,
        )

    columns = ("io", "rnn", "layers", "gate_approach", "monolithic_acc", "rolled_acc", "unrolled_acc")
    keys = [(name, rnn, layers) for name in _PACKAGE_ARCHITECTURES.values() for rnn in rnns for layers in PAPER_LAYERS]
    return complete(path, list(filter(None, parsed_rows(path, columns, parse))), keys)
