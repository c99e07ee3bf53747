"""Rows of Table V: scores of both scenarios, averaged over language pairs and seeds."""

from __future__ import annotations

import itertools
import statistics
from dataclasses import dataclass

from rnn_modules.names import COMPACT, PAPER, PRESETS, TRANSLATION
from rnn_modules.records.case_records import CaseRecord
from rnn_modules.records.cost_records import PUBLISHED_METRIC
from rnn_modules.records.published import tables as published_tables
from rnn_modules.reporting.analysis.case_deltas import View, best_modes, by_model, levels

APPROACHES = ("approach_1", "approach_2")
MEASURES = (PUBLISHED_METRIC[TRANSLATION], "bleu", "chrf")
PREDICTORS = ("monolithic", *APPROACHES)


@dataclass(frozen=True)
class ScenarioRow:
    """One scenario and measure, averaged over its language pairs (``pair`` None) or of one pair.

    Attributes:
        scores: predictor -> score from 0 to 100, seeds averaged; None where there is none.
        p_values: approach -> one p-value per seed.
        paper: the paper's figures for the average of its measure.
        preset: of the modules, as in :class:`~rnn_modules.reporting.analysis.case_deltas.View`.

    Example:
        >>> from rnn_modules.records.case_records import read_case_record
        >>> record = read_case_record("results/reference/laptop/experiments/scenario/add_ukrainian/lstm/seed-0.json")
        >>> row = scenario_rows([record])[0]
        >>> round(row.scores["monolithic"], 2), round(row.delta("approach_1"), 2), row.paper.monolithic
        (38.38, 0.95, 32.12)
    """

    records: list[CaseRecord]
    pair: str | None
    metric: str
    scores: dict[str, float | None]
    p_values: dict[str, list[float]]
    paper: published_tables.Scenario | None
    preset: str = PAPER

    def delta(self, approach: str) -> float | None:
        """Approach minus monolithic."""
        score, monolithic = self.scores[approach], self.scores["monolithic"]
        return None if score is None or monolithic is None else score - monolithic


def scenario_rows(records: list[CaseRecord]) -> list[ScenarioRow]:
    """The averages of every scenario, then its pairs.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/scenario/*/*/*.json"))
        >>> row = scenario_rows(records)[0]
        >>> row.pair, row.metric, row.paper.approach_1
        (None, 'bleu1_with_tags', 31.94)
    """
    rows = []
    for (experiment, scenario, _), group in by_model(records).items():
        if experiment != "scenario":
            continue
        pairs = list(dict.fromkeys(row.case for record in group for row in record.rows))
        presets = [preset for preset in PRESETS if any(_of_preset(record, preset) for record in group)]
        for preset, pair in itertools.product(presets, (None, *pairs)):
            # Of modules beside the run's own the averages.
            for metric in MEASURES if preset == PAPER or pair is None else ():
                view = View(None, None, metric, "monolithic", True, preset=preset)
                scores = {name: _score(group, name, view, pair) for name in (*PREDICTORS, "tags_only")}
                p_values: dict[str, list[float]] = {name: [] for name in APPROACHES}
                if metric == "bleu" and pair is not None:
                    for record in group:
                        for row in record.rows:
                            counts = row.predictor in APPROACHES and row.mode in best_modes(scenario, preset)
                            if row.case == pair and counts and row.p_value is not None:
                                p_values[row.predictor].append(row.p_value)
                printed = (pair, metric) == (None, MEASURES[0]) and preset != COMPACT
                paper = published_tables.scenarios()[scenario] if printed else None
                rows.append(ScenarioRow(group, pair, metric, scores, p_values, paper, preset))
    return rows


def _of_preset(record: CaseRecord, preset: str) -> bool:
    return any(row.mode in best_modes(record.setting, preset) for row in record.rows)


def _score(records: list[CaseRecord], predictor: str, view: View, pair: str | None) -> float | None:
    """Mean over the pairs (or of one) of the seeds' means."""
    gathered: dict[str, list[float]] = {}
    for record in records:
        for (case, _), level in levels(record, predictor, view).items():
            if pair in (None, case):
                gathered.setdefault(case, []).append(level)
    return statistics.fmean(map(statistics.fmean, gathered.values())) if gathered else None
