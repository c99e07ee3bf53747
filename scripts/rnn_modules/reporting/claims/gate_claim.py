"""The claim that both ways to decompose gates cost about the same (C18), from records of the variants."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from rnn_modules.names import LANGUAGE_PAIRS, MANY_OUTPUT, PAPER, TRANSLATION, modes_of
from rnn_modules.records.cost_records import PUBLISHED_METRIC
from rnn_modules.records.published.package_accuracies import package_accuracies
from rnn_modules.records.variant_records import Variant, VariantRecord
from rnn_modules.reporting.analysis.clusters import Cluster, Value
from rnn_modules.reporting.claims.cost_claims import ONE_OUTPUT
from rnn_modules.reporting.claims.evidence import Evidence

GATES = "C18"
PER_GATE = "gate_approach"
EQUAL_SHARES = "cap_counts"
"""The hidden state's verdicts under a cap of nodes, which removes as many columns as ``PER_GATE`` under its own cap.

Under the paper's cap of removals a node judged by its hidden state counts once for each gate, so it removes a quarter
(GRU: a third) of what gates judged one by one do.
"""
_GATED = ("lstm", "gru")


@dataclass(frozen=True)
class _Comparison:
    """What the approach of each gate by itself is compared with, and where."""

    baseline: str
    scope: str
    translation: bool = False


_COMPARISONS = {
    "equal_shares": _Comparison(EQUAL_SHARES, "all"),
    "padding_excluded": _Comparison(EQUAL_SHARES, "unpadded"),
    "translation": _Comparison(EQUAL_SHARES, "all", translation=True),
    "unequal_shares": _Comparison(PAPER, "all"),
}


def gate_evidence(records: list[VariantRecord]) -> Evidence:
    """Evidence on C18: delta with each gate judged by itself minus delta with all judged by the hidden state.

    Every classification model with gates and every mode in the records is one value; both remove equal shares.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.variant_records import read_variant_records
        >>> folder = Path("results/reference/laptop/experiments")
        >>> records = read_variant_records(folder.glob("variants/many_to_one/*/*.json"))
        >>> len(gate_evidence(records).values)
        4
    """
    found = {name: Evidence(_values(records, how), "mean") for name, how in _COMPARISONS.items()}
    others = {name: evidence.figure() for name, evidence in found.items() if name != "equal_shares"}
    return Evidence(found["equal_shares"].values, "mean", others)


def _values(records: list[VariantRecord], how: _Comparison) -> tuple[Value, ...]:
    values = []
    for record in records:
        variants = {variant.name: variant for variant in record.variants}
        if record.rnn not in _GATED or not {PER_GATE, how.baseline} <= variants.keys():
            continue
        if (record.architecture == TRANSLATION) is not how.translation:
            continue
        cluster = Cluster.of(record)
        for mode in variants[how.baseline].modes:
            difference = _change(record, variants[PER_GATE], mode, how) - _change(
                record, variants[how.baseline], mode, how
            )
            values.append(Value(record.points * difference, cluster))
    return tuple(values)


def _change(record: VariantRecord, variant: Variant, mode: str, how: _Comparison) -> float:
    metric = PUBLISHED_METRIC[record.architecture]
    if how.translation:
        return statistics.fmean(variant.change(mode, pair, metric) for pair in LANGUAGE_PAIRS)
    return variant.change(mode, how.scope if record.architecture in MANY_OUTPUT else "all", metric)


def published_gate_difference() -> float:
    """What the package's files give for C18, over the figures whose evaluation is sound: all but rolled x:N.

    Example:
        >>> round(published_gate_difference(), 2)
        -0.53
    """
    per_gate = package_accuracies(gate_approach="per_gate")
    hidden_state = package_accuracies()
    differences = []
    for key, accuracy in per_gate.items():
        for mode in modes_of(key[0]):
            if mode == "unrolled" or key[0] in ONE_OUTPUT:
                differences.append(100 * (getattr(accuracy, mode) - getattr(hidden_state[key], mode)))
    return statistics.fmean(differences)
