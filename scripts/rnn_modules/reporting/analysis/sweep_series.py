"""Scores and Jaccard indices by the cap of removal."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rnn_modules.names import TRANSLATION
from rnn_modules.records.cost_records import PUBLISHED_METRIC, Scores, scopes_of

if TYPE_CHECKING:
    from rnn_modules.records.variant_records import SweepRecord


Series = dict[float, float]
"""Removal cap in percent -> value."""


def score(scores: Scores, architecture: str, unpadded: bool = False) -> float:
    """The figure that Table II has of a model, 0 to 100; translation's pairs averaged.

    Args:
        scores: of one predictor.
        architecture: input/output type.
        unpadded: many-output models: over the positions that are not padding.

    Example:
        >>> score({"all": {"accuracy": 0.93}}, "many_to_one")
        93.0
    """
    metric = PUBLISHED_METRIC[architecture]
    if architecture == TRANSLATION:
        return statistics.fmean(scores[pair][metric] for pair in scopes_of(architecture))
    return 100.0 * scores["unpadded" if unpadded else "all"][metric]


def _means(pairs: Iterable[tuple[float, float]]) -> Series:
    gathered: dict[float, list[float]] = {}
    for cap, value in pairs:
        gathered.setdefault(cap, []).append(value)
    return {cap: statistics.fmean(values) for cap, values in sorted(gathered.items())}


def score_series(records: list[SweepRecord], mode: str, unpadded: bool = False) -> Series:
    """Composed figure by cap for one architecture's records, models and seeds averaged.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.variant_records import read_sweep_records
        >>> folder = Path("results/reference/laptop/experiments")
        >>> records = read_sweep_records(folder.glob("removal_sweep/many_to_one/*/*.json"))
        >>> list(score_series(records, "rolled"))[:3]
        [0.0, 5.0, 10.0]
    """
    return _means(
        (
            round(100 * row.removal_cap, 6),
            score(composition.composed[composition.head], record.architecture, unpadded),
        )
        for record in records
        for row in record.rows
        if (composition := row.modes.get(mode))
    )


def jaccard_series(records: list[SweepRecord], mode: str) -> Series:
    """Jaccard index of parent and modules by cap, models and seeds averaged.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.variant_records import read_sweep_records
        >>> folder = Path("results/reference/laptop/experiments")
        >>> records = read_sweep_records(folder.glob("removal_sweep/many_to_one/*/*.json"))
        >>> jaccard_series(records, "rolled")[0.0]
        0.9178082191780824
    """
    return _means(
        (round(100 * row.removal_cap, 6), row.modes[mode].jaccard)
        for record in records
        for row in record.rows
        if mode in row.modes
    )
