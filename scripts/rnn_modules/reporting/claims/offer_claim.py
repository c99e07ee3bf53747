"""From how many labelled examples on networks from scratch are ahead of small modules, as a claim tells it."""

from __future__ import annotations

from collections.abc import Sequence

from rnn_modules.names import ARCHITECTURES
from rnn_modules.records.offer_records import OfferRecord
from rnn_modules.reporting.analysis.clusters import ClusterEstimate, Value
from rnn_modules.reporting.analysis.offer_series import Crossing, advantages, crossing, numbers

OFFER, EXAMPLES = "offer", "examples"
"""The evidence, and the unit of its claim."""


def at_most(records: Sequence[OfferRecord]) -> tuple[Value, ...]:
    """Networks from scratch minus modules at the largest number of examples, percentage points; empty without records.

    Example:
        >>> from support.made_up_offer import offer_record, read
        >>> len(at_most(read(offer_record(), offer_record(seed=1)))), at_most([])
        (2, ())
    """
    return advantages(records, numbers(records)[-1]) if records else ()


def beginnings(
    records: Sequence[OfferRecord],
) -> tuple[ClusterEstimate | None, tuple[tuple[str, ClusterEstimate], ...]]:
    """Numbers of examples from which on networks are ahead: of all models, and by I/O type where there are several.

    Example:
        >>> from support.made_up_offer import offer_record, read
        >>> kinds = [(name, rnn) for name in ("many_to_one", "one_to_one") for rnn in ("lstm", "gru", "vanilla")]
        >>> ours, parts = beginnings(read(*(offer_record(*kind, ahead_from=100) for kind in kinds)))
        >>> ours.value, [name for name, _ in parts]
        (100.0, ['1:1', 'M:1'])
    """
    by_type = {
        title: chosen
        for name, title in ARCHITECTURES.items()
        if (chosen := [record for record in records if record.architecture == name])
    }
    parts = {title: _estimate(crossing(chosen)) for title, chosen in by_type.items() if len(by_type) > 1}
    return _estimate(crossing(records)), tuple((title, part) for title, part in parts.items() if part is not None)


def _estimate(found: Crossing) -> ClusterEstimate | None:
    """None where networks are nowhere ahead; without interval where it is open."""
    if found.number is None:
        return None
    interval = None if found.low is None or found.high is None else (found.low, found.high)
    return ClusterEstimate(found.at_most.n, found.number, interval, None, found.at_most.clusters)


def told(found: Crossing) -> str:
    """Where networks get ahead, in words.

    Example:
        >>> told(Crossing(500.0, 200.0, None, ClusterEstimate(3, 0.5, (-0.2, 1.2), (0.0, 1.0), 3)))
        'ahead from 500 examples on, by the interval not excluded from 200 on and certain nowhere'
        >>> told(Crossing(None, None, None, ClusterEstimate(1, -0.5, None, None, 1)))
        'nowhere ahead'
    """
    if found.number is None:
        return "nowhere ahead"
    said = f"ahead from {found.number:,.0f} examples on"
    if found.at_most.interval is None or found.low is None:
        return said
    certain = "nowhere" if found.high is None else f"from {found.high:,.0f} on"
    return f"{said}, by the interval not excluded from {found.low:,.0f} on and certain {certain}"
