"""The claims of research questions 2 and 3 and of the scenarios (C19 to C40), from case records."""

from __future__ import annotations

import statistics
from dataclasses import replace

from rnn_modules.names import INTER, MANY_OUTPUT, PAPER_RNN_TYPES, RNN_TYPES, TRANSLATION
from rnn_modules.records.case_records import CaseRecord, is_translation
from rnn_modules.records.cost_records import PUBLISHED_METRIC
from rnn_modules.records.published.tables import case_table
from rnn_modules.reporting.analysis.case_deltas import View, by_model, case_deltas, drawn, setting_name, views_of
from rnn_modules.reporting.analysis.clusters import Cluster, Value
from rnn_modules.reporting.claims.cost_claims import CLASSIFICATION
from rnn_modules.reporting.claims.evidence import Evidence

Part = tuple[str, str]
"""Experiment and setting."""


def _parts(experiment: str, settings) -> tuple[Part, ...]:
    return tuple((experiment, setting) for setting in settings)


_INTRA_REUSE, _INTER_REUSE = _parts("intra_reuse", CLASSIFICATION), _parts("inter_reuse", INTER)
_INTRA_REPLACEMENT = _parts("intra_replacement", CLASSIFICATION)
_INTER_REPLACEMENT = _parts("inter_replacement", INTER)
GROUPS: dict[str, tuple[Part, ...]] = {
    "C19": _parts("intra_reuse", ("one_to_one",)),
    "C20": _parts("intra_reuse", ("one_to_many",)),
    "C21": _parts("intra_reuse", ("many_to_one",)),
    "C22": _parts("intra_reuse", ("many_to_many",)),
    "C23": _INTRA_REUSE,
    "C24": _parts("intra_reuse", (TRANSLATION,)),
    "C25": _INTER_REUSE[:1],
    "C26": _INTER_REUSE[1:],
    "C27": _INTRA_REUSE + _INTER_REUSE,
    "C28": _parts("intra_replacement", ("one_to_one",)),
    "C29": _parts("intra_replacement", ("many_to_one",)),
    "C30": _parts("intra_replacement", ("one_to_many",)),
    "C31": _parts("intra_replacement", ("many_to_many",)),
    "C32": _parts("intra_replacement", (TRANSLATION,)),
    "C33": _INTER_REPLACEMENT[:1],
    "C34": _INTER_REPLACEMENT[1:],
    "C35": _INTER_REPLACEMENT,
    "C36": _INTRA_REPLACEMENT + _INTER_REPLACEMENT,
}
"""Claims about means over all cases of some settings and of the paper's three RNN types."""
SCENARIOS = {
    "C37": ("add_ukrainian", "approach_1"),
    "C38": ("add_ukrainian", "approach_2"),
    "C39": ("update_estonian_english", "approach_1"),
    "C40": ("update_estonian_english", "approach_2"),
}


def other_views(experiment: str, setting: str) -> dict[str, View]:
    """Views beside the primary one that show what its figure rests on, by name.

    Example:
        >>> list(other_views("intra_reuse", "many_to_many"))
        ['with_other', 'all_modules', 'against_parent']
    """
    view = views_of(experiment, setting)[0]
    if is_translation(experiment, setting):
        others = {"bleu": replace(view, metric="bleu"), "chrf": replace(view, metric="chrf")}
    elif experiment == "intra_reuse" and setting in MANY_OUTPUT:
        others = {name: replace(view, decision=name) for name in ("with_other", "all_modules")}
    elif experiment == "intra_replacement" and setting in MANY_OUTPUT:
        others = {"padding_excluded": replace(view, decision="unpadded")}
    else:
        others = {"balanced_accuracy": replace(view, metric="balanced_accuracy")} if setting in INTER else {}
    if experiment == "intra_replacement":
        others["against_composed"] = replace(view, reference="composed")
    elif experiment != "inter_replacement" and experiment != "scenario":
        others["against_parent"] = replace(view, reference="parent")
    return others


def _pool(records: list[CaseRecord], parts: tuple[Part, ...], other: str | None = None) -> Evidence:
    """Deltas of the primary view of every part, or of its view ``other`` where it has that, by seed.

    Each stands for its share of the cases that there are.
    """
    values: list[Value] = []
    for (experiment, setting, rnn), group in by_model(records).items():
        if (experiment, setting) not in parts or rnn not in PAPER_RNN_TYPES:
            continue
        view = views_of(experiment, setting)[0]
        if other is not None:
            view = other_views(experiment, setting).get(other, view)
        weight = max(record.cases_possible for record in group) / drawn(group)
        values += _values(group, view, setting, weight)
    return Evidence(tuple(values), "mean")


def _values(group: list[CaseRecord], view: View, setting: str, weight: float = 1.0) -> list[Value]:
    """Deltas of one setting and RNN type by case and seed; cases of one seed are of one cluster."""
    layers = group[0].layers if group else 0
    return [
        Value(value, Cluster(setting, delta.rnn, layers, seed), weight)
        for delta in case_deltas(group, view)
        for seed, value in delta.by_seed.items()
    ]


def _missing(records: list[CaseRecord], parts: tuple[Part, ...]) -> tuple[str, ...]:
    """Names of the parts and RNN types of which there is no record."""
    chosen = [record for record in records if (record.experiment, record.setting) in parts]
    there = {(record.experiment, record.setting) for record in chosen}
    absent = [
        f"{experiment.split('_')[0]} {setting_name(setting)}"
        for experiment, setting in parts
        if (experiment, setting) not in there
    ]
    return (*absent, *(RNN_TYPES[rnn] for rnn in PAPER_RNN_TYPES if rnn not in {record.rnn for record in chosen}))


def case_evidence(records: list[CaseRecord]) -> dict[str, Evidence]:
    """Evidence on C19 to C40.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> case_evidence(records)["C21"].missing
        ('GRU', 'Vanilla')
    """
    evidence = {}
    for identifier, parts in GROUPS.items():
        pool = _pool(records, parts)
        others = {}
        # A pooled claim's parts have different other views; those of a single part are told with its own claim.
        if len(parts) == 1:
            others = {name: _pool(records, parts, name).figure() for name in other_views(*parts[0])}
        evidence[identifier] = replace(pool, others=others, missing=_missing(records, parts))
    for identifier, (scenario, approach) in SCENARIOS.items():
        evidence[identifier] = _scenario_evidence(records, scenario, approach)
    return evidence


def published_case_parts(identifier: str) -> dict[str, float]:
    """What Tables III and IV give for the settings, or else RNN types, that a claim pools; nothing for scenarios.

    Example:
        >>> published_case_parts("C22"), {name: round(x, 2) for name, x in published_case_parts("C35").items()}
        ({'LSTM': -0.5, 'GRU': 0.42, 'Vanilla': 0.01}, {'1:1-1:N': -4.64, 'M:1-M:N': -9.81})
    """
    parts = GROUPS.get(identifier, ())
    found: dict[str, dict[str, float]] = {}
    for experiment, setting in parts:
        table = case_table(3 if experiment.endswith("reuse") else 4)
        found[setting_name(setting)] = {RNN_TYPES[rnn]: table[setting, rnn].mean for rnn in PAPER_RNN_TYPES}
    if len(found) == 1:
        return next(iter(found.values()))
    return {name: statistics.fmean(by_rnn.values()) for name, by_rnn in found.items()}


def _scenario_evidence(records: list[CaseRecord], scenario: str, approach: str) -> Evidence:
    """Change of each language pair of a scenario (LSTM alone, as in the paper)."""
    chosen = [record for record in records if record.setting == scenario and record.rnn == "lstm"]

    def values(metric: str) -> tuple[Value, ...]:
        return tuple(_values(chosen, View(None, None, metric, "monolithic", True, predictor=approach), scenario))

    others = {metric: Evidence(values(metric), "mean").figure() for metric in ("bleu", "chrf")}
    missing = () if chosen else (setting_name(scenario),)
    return Evidence(values(PUBLISHED_METRIC[TRANSLATION]), "mean", others=others, missing=missing)
