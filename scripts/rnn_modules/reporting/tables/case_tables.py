"""Tables III (reuse) and IV (replacement), their companion with every measure, and the list of all cases."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from rnn_modules.names import (
    CLASSIFICATION_METRICS,
    HEADS,
    METRICS,
    PAPER_HEAD,
    REFITTED,
    RNN_TYPES,
    TRANSLATION_METRICS,
)
from rnn_modules.records.case_records import CaseRecord
from rnn_modules.reporting.analysis.case_deltas import (
    PREDICTOR_NAMES,
    caption,
    decision_name,
    drawn,
    model_name,
    preset_name,
    setting_name,
)
from rnn_modules.reporting.analysis.case_summaries import EXPERIMENTS, LEVELS, DeltaRow
from rnn_modules.reporting.tables.record_links import case_link
from rnn_modules.reporting.tables.table_model import Cell, Sheet, number, probability, synthetic, texts, with_interval

HEAD_NAMES = {**HEADS, REFITTED: REFITTED}
_TITLES = {3: "Table III: reuse of modules", 4: "Table IV: replacement of modules"}
# Printed figures are rounded to two decimals.
_ROUNDING = 0.0101
_NOTES = (
    "Δ: modules − “Against” (Table III: − the model trained from scratch) on the same cases, in percentage points, the "
    "paper's figure in parentheses. A case is a pair of classes, a replaced class, or a language pair of one; its "
    "figure is averaged over the seeds first. In brackets: 95 % bootstrap intervals over the cases (mean of fewer than "
    "ten: Student's). Cases of one model share its modules, so the intervals speak of these models alone.",
    "p (Δ = 0): Wilcoxon's signed-rank test; p (|Δ| ≥ 1): two one-sided t-tests, small when the mean lies within ±1 "
    "point; neither is corrected for the number of rows.",
    "Preset: of the modules; package is what the published package does where that is not what the paper's text says, "
    "compact are small modules with refitted heads.",
    "The columns on the right are means over the cases, percent (translation: scores from 0 to 100). Constant: the "
    "most frequent answer always (translation: start and end tag alone). Undecomposed: the parent, its decision "
    "restricted in the same way.",
)
_OWN_NOTES = {
    3: (
        "1:N and M:N: “either class, their positions” is the paper's text; “all modules vote, all positions” is what "
        "its package evaluated (audit of the published package), with every other label mapped to one; the paper's "
        "figure stands beside both. A module of a yes/no task must also reject: “either class or other”.",
    ),
    4: (
        "Intra: a module of the best model replaces that of the worst one. The paper compares with the worst "
        "monolithic model; against “composed”, the same model's own modules, the replacement alone is measured.",
    ),
}


CSV_COLUMNS = (
    *("run", "preset", "data_source", "experiment", "setting", "io_type", "rnn", "layers", "better_layers", "seeds"),
    *("modules_preset", "decision", "head", "metric", "reference", "values", "cases", "cases_possible"),
    *("mean_delta_percent_points", "mean_low_95", "mean_high_95"),
    *("median_delta_percent_points", "median_low_95", "median_high_95", "p_zero", "p_equivalence"),
    *("paper_mean_percent_points", "paper_median_percent_points"),
    *("paper_recomputed_mean_percent_points", "paper_recomputed_median_percent_points"),
    *(f"{name}_level" for name in LEVELS[4]),
)


def csv_rows(rows: list[DeltaRow]) -> list[dict[str, Any]]:
    """The rows for programs; levels are percent, or scores from 0 to 100.

    Example:
        >>> from rnn_modules.reporting.analysis import case_summaries
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> csv_rows(case_summaries.delta_rows(records[:1], 3))[0]["cases"]
        10
    """
    written = []
    for row in rows:
        first, view, summary = row.records[0], row.view, row.summary
        values = (
            *(first.run, first.preset, first.data_source, first.experiment, first.setting),
            *(setting_name(first.setting), first.rnn, _joined(r.layers for r in row.records)),
            *(_joined(r.better_layers for r in row.records), len(row.records)),
            *(view.preset, view.decision, view.head, view.metric, view.reference, summary.n),
            *(drawn(row.records), max(record.cases_possible for record in row.records)),
            *(summary.mean, *(summary.mean_interval or (None, None))),
            *(summary.median, *(summary.median_interval or (None, None))),
            *(summary.p_zero, summary.p_equivalence),
            *(astuple(row.paper) if row.paper else (None,) * 4),
            *(row.levels.get(name) for name in LEVELS[4]),
        )
        written.append(dict(zip(CSV_COLUMNS, values, strict=True)))
    return written


def _joined(values) -> str | None:
    """Different values in order, blanks between them; None when there is none."""
    known = sorted({value for value in values if value is not None})
    return " ".join(map(str, known)) if known else None


def _paper_text(printed: float, recomputed: float | None) -> str:
    text = number(printed, signed=True)
    differs = recomputed is not None and abs(recomputed - printed) > _ROUNDING
    return text + (f", recomputed {number(recomputed, signed=True)}" if differs else "")


def sheet(records: list[CaseRecord], rows: list[DeltaRow], table: int) -> Sheet:
    """Table III or IV as it is written.

    Example:
        >>> from rnn_modules.reporting.analysis import case_summaries
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> sheet(records, case_summaries.delta_rows(records[:1], 3), 3).title
        'Table III: reuse of modules'
    """
    records = [record for record in records if record.experiment in EXPERIMENTS[table]]
    heading = ("I/O type", "Kind", "Measure", "Decision", "Head" if table == 3 else "Against", "RNN", "Preset")
    written = []
    for row in rows:
        first, summary, paper = row.records[0], row.summary, row.paper
        possible = max(record.cases_possible for record in row.records)
        mean = with_interval(summary.mean, summary.mean_interval)
        median = with_interval(summary.median, summary.median_interval)
        written.append(
            (
                *texts(
                    setting_name(first.setting),
                    first.experiment.split("_")[0],
                    METRICS[row.view.metric],
                    decision_name(row.view.decision),
                    HEAD_NAMES.get(row.view.head or "", "") if table == 3 else PREDICTOR_NAMES[row.view.reference],
                    model_name(row.records),
                    preset_name(row.records, row.view.preset),
                ),
                Cell(
                    mean,
                    _paper_text(paper.mean, paper.recomputed_mean) if paper else None,
                    summary.mean,
                    case_link(row.records),
                ),
                Cell(median, _paper_text(paper.median, paper.recomputed_median) if paper else None),
                *texts(
                    f"{drawn(row.records)} of {possible}",
                    probability(summary.p_zero),
                    probability(summary.p_equivalence),
                    *("" if level is None else number(level) for level in row.levels.values()),
                ),
            )
        )
    return Sheet(
        name=f"table{table}",
        title=_TITLES[table] + synthetic([record.data_source for record in records]),
        caption=caption(records),
        notes=_NOTES + _OWN_NOTES[table],
        columns=(
            *heading,
            *("Mean Δ", "Median Δ", "Cases", "p (Δ = 0)", "p (|Δ| ≥ 1)"),
            *(PREDICTOR_NAMES[name].capitalize() for name in LEVELS[table]),
        ),
        rows=tuple(written),
        leading=len(heading),
    )


def measure_sheets(records: list[CaseRecord], rows: list[dict[str, Any]], table: int) -> tuple[Sheet, ...]:
    """The companion of Table III or IV for people: classification and translation.

    Example:
        >>> from rnn_modules.reporting.analysis import case_summaries
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> [sheet.name for sheet in measure_sheets(records, case_summaries.measure_rows(records, 3), 3)]
        ['table3_measures', 'table3_measures']
    """
    records = [record for record in records if record.experiment in EXPERIMENTS[table]]
    heading = ("I/O type", "Kind", "RNN", "Decision", "Predictor", "Mode", "Head", "Cases")
    sheets = []
    for kind, metrics in (("classification, percent", CLASSIFICATION_METRICS), ("translation", TRANSLATION_METRICS)):
        written = [
            texts(
                setting_name(row["setting"]),
                row["experiment"].split("_")[0],
                RNN_TYPES[row["rnn"]],
                decision_name(row["decision"]),
                PREDICTOR_NAMES[row["predictor"]],
                row["mode"] or "",
                HEAD_NAMES.get(row["head"], ""),
                str(row["cases"]),
                *(number(row[metric]) for metric in metrics),
            )
            for row in rows
            if row[metrics[0]] is not None
        ]
        sheets.append(
            Sheet(
                name=f"table{table}_measures",
                title=f"{_TITLES[table]}: every measure, {kind}{synthetic([r.data_source for r in records])}",
                caption=caption(records),
                notes=(f"Means over the cases, each averaged over its seeds. The paper's head is “{PAPER_HEAD}”.",),
                columns=(*heading, *(METRICS[metric] for metric in metrics)),
                rows=tuple(written),
                leading=len(heading),
            )
        )
    return tuple(sheets)


CASE_COLUMNS = (
    *("run", "preset", "data_source", "experiment", "setting", "rnn", "layers", "better_layers", "seed"),
    *("case", "mode", "decision", "predictor", "head", "examples"),
    *CLASSIFICATION_METRICS,
    *TRANSLATION_METRICS,
    "bleu_p_value",
)


def case_rows(records: list[CaseRecord]) -> list[dict[str, Any]]:
    """Every row of every record; accuracies and F1 from 0 to 1, BLEU and chrF from 0 to 100.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> case_rows(records[:1])[0]["predictor"]
        'modules'
    """
    written = []
    for record in records:
        for row in record.rows:
            values = (
                *(record.run, record.preset, record.data_source, record.experiment, record.setting),
                *(record.rnn, record.layers, record.better_layers, record.seed),
                *(row.case, row.mode, row.decision, row.predictor, row.head, row.examples),
                *(row.metrics.get(metric) for metric in (*CLASSIFICATION_METRICS, *TRANSLATION_METRICS)),
                row.p_value,
            )
            written.append(dict(zip(CASE_COLUMNS, values, strict=True)))
    return written
