"""Deltas of one I/O type and mode by model, ours and the paper's, to be drawn beside each other."""

from __future__ import annotations

import statistics

from rnn_modules.records.cost_records import PUBLISHED_METRIC, Record
from rnn_modules.records.published import tables as published_tables
from rnn_modules.reporting.analysis.cost_deltas import Delta, deltas

Series = dict[tuple[str, int], float]
"""(rnn, layers) -> delta in percentage points."""


def our_series(records: list[Record], architecture: str, mode: str) -> tuple[Series, Series]:
    """Our deltas and their standard deviations over seeds, translation's pairs averaged.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> means, deviations = our_series(records, "many_to_one", "unrolled")
        >>> round(means["lstm", 1], 2), deviations
        (-0.36, {})
    """
    by_model: dict[tuple[str, int], list[Delta]] = {}
    for delta in deltas(records):
        scope = delta.pair or "all"
        if (delta.architecture, delta.mode, delta.metric, delta.scope) == (
            architecture,
            mode,
            PUBLISHED_METRIC[architecture],
            scope,
        ):
            by_model.setdefault((delta.rnn, delta.layers), []).append(delta)
    means = {model: statistics.fmean(delta.mean for delta in found) for model, found in by_model.items()}
    deviations: Series = {}
    for model, found in by_model.items():
        if len(found[0].by_seed) > 1:
            over_pairs = [statistics.fmean(delta.by_seed[seed] for delta in found) for seed in found[0].by_seed]
            deviations[model] = statistics.stdev(over_pairs)
    return means, deviations


def published_series(architecture: str, mode: str) -> Series:
    """The paper's deltas, translation's pairs averaged.

    Example:
        >>> published_series("many_to_one", "unrolled")["lstm", 1]
        0.96
    """
    by_model: dict[tuple[str, int], list[float]] = {}
    for cell in published_tables.table2().values():
        if (cell.architecture, cell.mode) == (architecture, mode):
            by_model.setdefault((cell.rnn, cell.layers), []).append(cell.delta)
    return {model: statistics.fmean(values) for model, values in by_model.items()}


def zeroed_series(records: list[Record], architecture: str) -> Series:
    """A network of zeros minus the monolithic model, where the records have that control, seeds averaged.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/one_to_many")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> round(zeroed_series(records, "one_to_many")["lstm", 1], 2)
        -13.91
    """
    by_model: dict[tuple[str, int], list[float]] = {}
    for record in records:
        if record.architecture == architecture and "zeroed" in record.controls:
            difference = record.controls["zeroed"]["all"]["accuracy"] - record.monolithic["all"]["accuracy"]
            by_model.setdefault((record.rnn, record.layers), []).append(record.points * difference)
    return {model: statistics.fmean(values) for model, values in by_model.items()}
