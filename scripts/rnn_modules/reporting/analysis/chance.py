"""The paper's order of removal beside chance: modules that lost as many random nodes."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rnn_modules.names import ARCHITECTURES, CAP_READINGS, MANY_OUTPUT, modes_of
from rnn_modules.records.control_records import ControlRecord, Reading
from rnn_modules.reporting.analysis.clusters import Cluster, ClusterEstimate, Value, cluster_estimate

MEASURES = ("accuracy", "balanced_accuracy", "auc")
"""Of the joint decision, positions of padding left out; and the mean one-against-rest area under the ROC curve."""
_ORDERS = ("paper", "random", "reversed", "other_class")


def counted_scope(architecture: str) -> str:
    """The positions on which chance is compared: those that are not padding.

    Example:
        >>> counted_scope("many_to_many"), counted_scope("many_to_one")
        ('unpadded', 'all')
    """
    return "unpadded" if architecture in MANY_OUTPUT else "all"


def over_chance(record: ControlRecord, reading: str, mode: str, measure: str = "accuracy") -> float | None:
    """The paper's order minus the mean of the random draws, in percentage points; None where there is none.

    Example:
        >>> from rnn_modules.records.control_records import read_control_record
        >>> from support.made_up_controls import control_record, written
        >>> record = read_control_record(written(control_record(over_chance=0.05)))
        >>> round(over_chance(record, "nodes", "rolled"))
        5
    """
    found = record.readings[reading].get(mode)
    if found is None:
        return None
    if measure == "auc":
        paper, chance = found.orders["paper"].mean_auc, _mean(draw.mean_auc for draw in found.random)
        return None if paper is None or chance is None else 100 * (paper - chance)
    return 100 * found.over_chance(counted_scope(record.architecture), measure)


def chance_values(
    records: Iterable[ControlRecord], reading: str, mode: str, measure: str = "accuracy"
) -> tuple[Value, ...]:
    """:func:`over_chance` of every trained model that has it.

    Example:
        >>> from rnn_modules.records.control_records import read_control_records
        >>> from support.made_up_controls import control_record, written
        >>> records = read_control_records([written(control_record(rnn=rnn)) for rnn in ("lstm", "gru")])
        >>> [value.cluster.rnn for value in chance_values(records, "nodes", "unrolled")]
        ['lstm', 'gru']
    """
    return tuple(
        Value(difference, Cluster.of(record))
        for record in records
        if (difference := over_chance(record, reading, mode, measure)) is not None
    )


@dataclass(frozen=True)
class ChanceRow:
    """All models of an I/O type in one mode at one reading of the cap.

    Attributes:
        removed: share of the nodes.
        accuracy: order of removal, "undecomposed" or "constant" -> mean accuracy in percent, padding excluded.
        above, below: number of models whose accuracy in the paper's order is above (below) every random draw.
        over: measure of :data:`MEASURES` -> the paper's order minus chance, percentage points.
        auc, recognition: order or "undecomposed" -> one-against-rest figures, percent.

    Example:
        >>> from rnn_modules.records.control_records import read_control_records
        >>> from support.made_up_controls import control_record, written
        >>> row = chance_rows(read_control_records([written(control_record(over_chance=0.05))]))[0]
        >>> row.mode, row.reading, row.models, round(row.accuracy["random"]), row.above
        ('rolled', 'removals', 1, 85, 1)
    """

    architecture: str
    mode: str
    reading: str
    models: int
    removed: float
    accuracy: dict[str, float]
    above: int
    below: int
    over: dict[str, ClusterEstimate]
    auc: dict[str, float | None]
    recognition: dict[str, float | None]


def chance_rows(records: list[ControlRecord]) -> list[ChanceRow]:
    """Rows by I/O type, mode and reading of the cap.

    Example:
        >>> from rnn_modules.records.control_records import read_control_records
        >>> from support.made_up_controls import control_record, written
        >>> len(chance_rows(read_control_records([written(control_record())])))
        6
    """
    rows = []
    for architecture in ARCHITECTURES:
        here = [record for record in records if record.architecture == architecture]
        for mode in modes_of(architecture):
            for reading in CAP_READINGS:
                found = [
                    (record, record.readings[reading][mode]) for record in here if mode in record.readings[reading]
                ]
                if found:
                    rows.append(_row(architecture, mode, reading, found))
    return rows


def _row(architecture: str, mode: str, reading: str, found: list[tuple[ControlRecord, Reading]]) -> ChanceRow:
    scope = counted_scope(architecture)
    records = [record for record, _ in found]
    sets = {name: [_sets(entry, name) for _, entry in found] for name in _ORDERS}
    accuracies = {
        name: [[one.scopes[scope]["accuracy"] for one in of_model] for of_model in by_model]
        for name, by_model in sets.items()
    }
    others = {
        "undecomposed": [[record.parent.scopes[scope]["accuracy"]] for record in records],
        "constant": [[record.majority[scope]["accuracy"]] for record in records],
    }
    pairs = list(zip(accuracies["paper"], accuracies["random"], strict=True))
    parents = [[record.parent] for record in records]

    def means(figure: Callable) -> dict[str, float | None]:
        return {
            name: _percent(_mean(_mean(map(figure, of_model)) for of_model in by_model))
            for name, by_model in {**sets, "undecomposed": parents}.items()
        }

    over = {measure: _estimate(records, reading, mode, measure) for measure in MEASURES}
    return ChanceRow(
        architecture=architecture,
        mode=mode,
        reading=reading,
        models=len(found),
        removed=statistics.fmean(entry.removed_share for _, entry in found),
        accuracy={
            name: 100 * statistics.fmean(statistics.fmean(of_model) for of_model in by_model)
            for name, by_model in (accuracies | others).items()
        },
        above=sum(paper[0] > max(random) for paper, random in pairs),
        below=sum(paper[0] < min(random) for paper, random in pairs),
        over={measure: estimate for measure, estimate in over.items() if estimate is not None},
        auc=means(lambda one: one.mean_auc),
        recognition=means(lambda one: one.mean_recognition),
    )


def _sets(entry: Reading, name: str) -> list:
    return list(entry.random) if name == "random" else [entry.orders[name]]


def _estimate(records: list[ControlRecord], reading: str, mode: str, measure: str) -> ClusterEstimate | None:
    values = chance_values(records, reading, mode, measure)
    return cluster_estimate(values, "mean") if values else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value
