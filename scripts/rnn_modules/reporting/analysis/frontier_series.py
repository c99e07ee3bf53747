"""Curves of the frontier: figures by the share of the recurrent layers' weights that modules keep."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable

from rnn_modules.names import CURVES, MANY_OUTPUT
from rnn_modules.records.frontier_records import FrontierRecord, FrontierRow
from rnn_modules.records.offer_records import OfferRecord
from rnn_modules.reporting.analysis.sweep_series import score

Series = dict[float, list[float]]
"""Share in percent -> figures of all draws and seeds."""


def composed_figure(row: FrontierRow, architecture: str) -> float:
    """The figure of Table II of all modules together, without padding, 0 to 100.

    Example:
        >>> row = FrontierRow("compact", 0.1, 0, 0.098, {"all": {"accuracy": 0.94}}, 0.96)
        >>> composed_figure(row, "many_to_one")
        94.0
    """
    return score(row.composed, architecture, unpadded=architecture in MANY_OUTPUT)


def _series(records: Iterable[FrontierRecord], figure: Callable[[FrontierRecord, FrontierRow], float | None]):
    found: dict[str, Series] = {}
    for record in records:
        for row in record.rows:
            value = figure(record, row)
            if row.curve in CURVES and value is not None:
                found.setdefault(row.curve, {}).setdefault(100 * row.keep, []).append(value)
    return {curve: dict(sorted(found[curve].items())) for curve in CURVES if curve in found}


def composed_series(records: Iterable[FrontierRecord]) -> dict[str, Series]:
    """By curve, figures of composed models by share.

    Example:
        >>> composed_series([])
        {}
    """
    return _series(records, lambda record, row: composed_figure(row, record.architecture))


def recognition_series(records: Iterable[FrontierRecord]) -> dict[str, Series]:
    """By curve, balanced accuracies of modules' yes or no in percent by share; empty for translation.

    Example:
        >>> recognition_series([])
        {}
    """
    return _series(records, lambda record, row: None if row.recognition is None else 100 * row.recognition)


def monolithic_level(records: Iterable[FrontierRecord | OfferRecord]) -> float:
    """The undecomposed models' figure, mean over the records.

    Example:
        >>> from support.made_up_frontier import frontier_record, written
        >>> from rnn_modules.records.frontier_records import read_frontier_records
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     records = read_frontier_records(written(folder, frontier_record("many_to_one")))
        >>> round(monolithic_level(records), 1) == round(100 * records[0].monolithic["all"]["accuracy"], 1)
        True
    """
    return statistics.fmean(
        score(record.monolithic, record.architecture, record.architecture in MANY_OUTPUT) for record in records
    )
