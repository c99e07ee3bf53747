"""Rows of Tables III and IV: deltas of the cases of one setting and RNN type, summarised; and every measure."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Any

from rnn_modules.names import (
    CLASSIFICATION_METRICS,
    TRANSLATION_METRICS,
)
from rnn_modules.records.case_records import CaseRecord
from rnn_modules.records.published import tables as published_tables
from rnn_modules.records.published.tables import CaseSummary
from rnn_modules.reporting.analysis.case_deltas import (
    View,
    by_model,
    case_deltas,
    mean_level,
    views_beside,
    views_of,
)
from rnn_modules.reporting.analysis.statistics import Summary, summarise

EXPERIMENTS = {3: ("intra_reuse", "inter_reuse"), 4: ("intra_replacement", "inter_replacement")}
"""Table -> experiments."""
LEVELS = {
    3: ("modules", "baseline", "parent", "constant"),
    4: ("modules", "monolithic", "composed", "better", "baseline", "parent", "constant"),
}
"""Table -> predictors shown beside the deltas; tags_only is translation's constant."""
MARGIN = 1.0
"""Of the equivalence test, percentage points."""


@dataclass(frozen=True)
class DeltaRow:
    """A row of Table III or IV: one setting and RNN type under one view.

    Example:
        >>> view = views_of("intra_reuse", "many_to_one")[0]
        >>> row = DeltaRow([], view, summarise([-0.5]), {"modules": 97.5, "baseline": 98.0}, paper=None)
        >>> row.view.reference, row.summary.mean, row.levels["modules"]
        ('baseline', -0.5, 97.5)
    """

    records: list[CaseRecord]
    view: View
    summary: Summary
    levels: dict[str, float | None]
    paper: CaseSummary | None


def delta_rows(records: list[CaseRecord], table: int) -> list[DeltaRow]:
    """The rows of Table III or IV that the records give.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> row = delta_rows(records[:1], 3)[0]
        >>> row.summary.n, row.paper.mean
        (10, -0.07)
    """
    rows = []
    for (experiment, setting, rnn), group in by_model(records).items():
        if experiment not in EXPERIMENTS[table]:
            continue
        for view in (*views_of(experiment, setting), *views_beside(experiment, setting)):
            deltas = case_deltas(group, view)
            if not deltas:
                continue
            levels = {name: mean_level(group, name, view) for name in (*LEVELS[table], "tags_only")}
            tags_only = levels.pop("tags_only")
            levels["constant"] = tags_only if levels["constant"] is None else levels["constant"]
            rows.append(
                DeltaRow(
                    records=group,
                    view=view,
                    summary=summarise([delta.mean for delta in deltas], MARGIN),
                    levels=levels,
                    paper=published_tables.case_table(table).get((setting, rnn)) if view.paper else None,
                )
            )
    return rows


MEASURE_COLUMNS = (
    *("experiment", "setting", "rnn", "seeds", "decision", "predictor", "mode", "head", "cases"),
    *CLASSIFICATION_METRICS,
    *TRANSLATION_METRICS,
)


def measure_rows(records: list[CaseRecord], table: int) -> list[dict[str, Any]]:
    """Every predictor, mode, head and decision with every metric: means over the cases, percent or 0 to 100.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> row = measure_rows(records, 3)[0]
        >>> row["predictor"], row["cases"]
        ('modules', 10)
    """
    rows = []
    for (experiment, setting, rnn), group in by_model(records).items():
        if experiment not in EXPERIMENTS[table]:
            continue
        gathered: dict[tuple, dict[tuple, list[dict[str, float]]]] = {}
        for record in group:
            for row in record.rows:
                # Translation's decision is the language pair, which the mean is over.
                decision = None if record.translation else row.decision
                key = (decision, row.predictor, row.mode, row.head)
                gathered.setdefault(key, {}).setdefault((row.case, row.decision), []).append(row.metrics)
        for key, by_case in gathered.items():
            means = {
                metric: group[0].points
                * statistics.fmean(statistics.fmean(m[metric] for m in seeds) for seeds in by_case.values())
                for metric in next(iter(by_case.values()))[0]
            }
            values = (experiment, setting, rnn, len(group), *key, len(by_case))
            metrics = (means.get(metric) for metric in (*CLASSIFICATION_METRICS, *TRANSLATION_METRICS))
            rows.append(dict(zip(MEASURE_COLUMNS, (*values, *metrics), strict=True)))
    return rows
