"""Table V: the paper's two scenarios, average BLEU of a retrained translator and of two ways to compose one."""

from __future__ import annotations

from rnn_modules.names import METRICS
from rnn_modules.records.case_records import CaseRecord
from rnn_modules.reporting.analysis.case_deltas import caption, model_name, preset_name, setting_name
from rnn_modules.reporting.analysis.scenario_averages import APPROACHES, PREDICTORS, ScenarioRow
from rnn_modules.reporting.tables.table_model import Cell, Sheet, number, probability, synthetic, texts

_NOTES = (
    "Average: mean over the language pairs of the composed system, each averaged over its seeds; all predictors are "
    "scored on the same sentences. The paper printed unigram BLEU with the tags counted, its figure is in parentheses.",
    "Approach 1 takes the module of another multilingual model, approach 2 that of a bilingual one. Δ: approach − "
    "monolithic, percentage points. p: paired bootstrap of BLEU-4 against the monolithic model, one per seed.",
    "Two averages of the paper's monolithic column mix in values of another model on another test set (audit of the "
    "published package).",
)


CSV_COLUMNS = (
    *("run", "preset", "data_source", "scenario", "rnn", "layers", "seeds"),
    *("modules_preset", "pair", "pairs", "metric"),
    *(*PREDICTORS, "tags_only"),
    *(f"{name}_delta_percent_points" for name in APPROACHES),
    *(f"{name}_bleu_p_values" for name in APPROACHES),
    *(f"paper_{name}" for name in PREDICTORS),
)


def csv_rows(rows: list[ScenarioRow]) -> list[dict[str, object]]:
    """The rows for programs; scores from 0 to 100, p-values of several seeds with blanks between them.

    Example:
        >>> from rnn_modules.reporting.analysis.scenario_averages import scenario_rows
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/scenario/*/*/*.json"))
        >>> csv_rows(scenario_rows(records))[0]["pair"]
        'average'
    """
    written = []
    for row in rows:
        first = row.records[0]
        pairs = len({entry.case for record in row.records for entry in record.rows}) if row.pair is None else 1
        values = (
            *(first.run, first.preset, first.data_source, first.setting, first.rnn, first.layers, len(row.records)),
            *(row.preset, row.pair or "average", pairs, row.metric, *row.scores.values()),
            *map(row.delta, APPROACHES),
            *(" ".join(f"{value:.6f}" for value in row.p_values[name]) for name in APPROACHES),
            *(getattr(row.paper, name) if row.paper else None for name in PREDICTORS),
        )
        written.append(dict(zip(CSV_COLUMNS, values, strict=True)))
    return written


def sheet(records: list[CaseRecord], rows: list[ScenarioRow]) -> Sheet:
    """Table V as it is written.

    Example:
        >>> from rnn_modules.reporting.analysis.scenario_averages import scenario_rows
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/scenario/*/*/*.json"))
        >>> sheet(records, scenario_rows(records)).title
        'Table V: the two scenarios'
    """
    records = [record for record in records if record.experiment == "scenario"]
    written = []
    for row in rows:
        cells = []
        for name in PREDICTORS:
            cells.append(Cell(number(row.scores[name]), number(getattr(row.paper, name)) if row.paper else None))
        for name in APPROACHES:
            delta = row.delta(name)
            paper = None
            if row.paper:
                paper = number(getattr(row.paper, name) - row.paper.monolithic, signed=True)
            cells.append(Cell(number(delta, signed=True), paper, delta))
        cells += texts(*(", ".join(map(probability, row.p_values[name])) for name in APPROACHES))
        cells += texts(number(row.scores["tags_only"]))
        pair = row.pair.upper() if row.pair else "average"
        name = setting_name(row.records[0].setting)
        by = preset_name(row.records, row.preset)
        written.append((*texts(name, model_name(row.records), by, pair, METRICS[row.metric]), *cells))
    return Sheet(
        name="table5",
        title=f"Table V: the two scenarios{synthetic([record.data_source for record in records])}",
        caption=caption(records),
        notes=_NOTES,
        columns=(
            *("Scenario", "RNN", "Preset", "Pair", "Measure", "Monolithic", "Approach 1", "Approach 2"),
            *("Δ approach 1", "Δ approach 2", "p, approach 1", "p, approach 2", "Tags only"),
        ),
        rows=tuple(written),
        leading=5,
    )
