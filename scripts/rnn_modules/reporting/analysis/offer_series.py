"""Small modules beside networks from scratch, by the number of labelled examples that both are made from."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rnn_modules.names import COMPACT, MANY_OUTPUT, SCRATCH
from rnn_modules.records.offer_records import MAKERS, OfferRecord, OfferRow
from rnn_modules.reporting.analysis.clusters import Cluster, ClusterEstimate, Value, cluster_estimate
from rnn_modules.reporting.analysis.sweep_series import score

MEASURES = ("composed", "recognition")
"""What both are judged by, in percent: the figure of Table II of all together without padding, and the balanced
accuracy of the yes or no of each."""


def figure(record: OfferRecord, row: OfferRow, measure: str) -> float:
    """A measure of a row, 0 to 100.

    Example:
        >>> from support.made_up_offer import offer_record, read
        >>> record = read(offer_record())[0]
        >>> round(figure(record, record.rows[0], "recognition"), 1)
        93.0
    """
    if measure == "recognition":
        return 100 * row.recognition
    return score(row.composed, record.architecture, unpadded=record.architecture in MANY_OUTPUT)


def numbers(records: Iterable[OfferRecord]) -> list[int | None]:
    """Numbers of examples that all records have, ascending; None (all) last.

    Example:
        >>> from support.made_up_offer import offer_record, read
        >>> numbers(read(offer_record(), offer_record(seed=1, examples=(20, None, 50))))
        [20, None]
    """
    asked = [{row.examples for row in record.rows} for record in records]
    return sorted(set.intersection(*asked), key=lambda number: float("inf") if number is None else number)


def labelled(records: Iterable[OfferRecord], number: int | None) -> float:
    """How many examples a number stands for: itself, or of all the mean over the records.

    Example:
        >>> from support.made_up_offer import offer_record, read
        >>> records = read(offer_record())
        >>> labelled(records, 20), labelled(records, None)
        (20.0, 5000.0)
    """
    if number is not None:
        return float(number)
    return statistics.fmean(record.row(SCRATCH, None).labelled for record in records)


def estimates(records: Sequence[OfferRecord], measure: str) -> dict[str, dict[float, ClusterEstimate]]:
    """By maker and number of examples the mean over trained models.

    Example:
        >>> from support.made_up_offer import offer_record, read
        >>> {maker: list(found) for maker, found in estimates(read(offer_record()), "composed").items()}["scratch"]
        [20.0, 100.0, 1000.0, 5000.0]
    """
    found: dict[str, dict[float, ClusterEstimate]] = {}
    for maker in MAKERS:
        for number in numbers(records):
            values = [
                Value(figure(record, record.row(maker, number), measure), Cluster.of(record)) for record in records
            ]
            found.setdefault(maker, {})[labelled(records, number)] = cluster_estimate(values, "mean")
    return found


def advantages(records: Iterable[OfferRecord], number: int | None, measure: str = "composed") -> tuple[Value, ...]:
    """Networks from scratch minus modules of every trained model, percentage points.

    Example:
        >>> from support.made_up_offer import offer_record, read
        >>> [round(value.value) for value in advantages(read(offer_record(ahead_from=100)), 100, "recognition")]
        [2]
    """
    found = []
    for record in records:
        ours, modules = (figure(record, record.row(maker, number), measure) for maker in (SCRATCH, COMPACT))
        found.append(Value(ours - modules, Cluster.of(record)))
    return tuple(found)


@dataclass(frozen=True)
class Crossing:
    """From how many examples on networks from scratch are ahead, of the numbers that were tried.

    Attributes:
        number: least one from which on the mean difference is positive; None: it is not at the largest.
        low, high: least one from which on the 95 % interval of the difference is not wholly negative, and wholly
            positive; None where it is not so at the largest, or, of both, without an interval.
        at_most: the difference at the largest number.

    Example:
        >>> from support.made_up_offer import offer_record, read
        >>> records = read(*(offer_record(rnn=rnn, ahead_from=100) for rnn in ("lstm", "gru", "vanilla")))
        >>> found = crossing(records)
        >>> found.number, found.at_most.clusters
        (100.0, 3)
    """

    number: float | None
    low: float | None
    high: float | None
    at_most: ClusterEstimate


def crossing(records: Sequence[OfferRecord], measure: str = "composed") -> Crossing:
    """Where networks from scratch get ahead of small modules.

    Args:
        records: at least one.
        measure: one of :data:`MEASURES`.

    Example:
        >>> from support.made_up_offer import offer_record, read
        >>> crossing(read(offer_record(ahead_from=10**9))).number
    """
    differences = {
        labelled(records, number): cluster_estimate(advantages(records, number, measure), "mean")
        for number in numbers(records)
    }
    return Crossing(
        _from_on(differences, lambda one: one.value > 0),
        _from_on(differences, lambda one: one.interval is not None and one.interval[1] > 0),
        _from_on(differences, lambda one: one.interval is not None and one.interval[0] > 0),
        differences[max(differences)],
    )


def _from_on(differences: dict[float, ClusterEstimate], holds: Callable[[ClusterEstimate], bool]) -> float | None:
    """The least number such that it holds there and at all larger ones."""
    found = None
    for number in sorted(differences, reverse=True):
        if not holds(differences[number]):
            break
        found = number
    return found
