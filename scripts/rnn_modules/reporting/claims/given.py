"""The records that claims are answered from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rnn_modules.records.case_records import CaseRecord
from rnn_modules.records.control_records import ControlRecord
from rnn_modules.records.cost_records import Record, RunRecord, check_together
from rnn_modules.records.frontier_records import FrontierRecord
from rnn_modules.records.offer_records import OfferRecord
from rnn_modules.records.variant_records import VariantRecord
from rnn_modules.reporting.analysis import case_deltas, cost_deltas


@dataclass(frozen=True)
class Given:
    """The records behind the answers; any of the lists may be empty, but not all.

    Example:
        >>> from rnn_modules.records.cost_records import read_record
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> given = Given([read_record(path)], [], [])
        >>> given.sources, given.caption()[:34]
        (['mirror'], 'Cost of decomposition: run laptop,')
    """

    costs: list[Record]
    cases: list[CaseRecord]
    variants: list[VariantRecord]
    controls: list[ControlRecord] = field(default_factory=list)
    offers: list[OfferRecord] = field(default_factory=list)
    frontiers: list[FrontierRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Check that all are of one run and preset; raises :class:`InputError`."""
        firsts = [group[0] for group in self.groups() if group]
        # Small modules have a preset of their own.
        small = (*self.offers, *self.frontiers)
        alike = [replace(record, preset=firsts[0].preset) if record in small else record for record in firsts]
        check_together(alike, lambda record: (type(record),))

    def groups(self) -> tuple[Sequence[RunRecord], ...]:
        """The records of each kind."""
        return self.costs, self.cases, self.variants, self.controls, self.offers, self.frontiers

    @property
    def sources(self) -> list[str]:
        """Data sources of all records."""
        return [record.data_source for group in self.groups() for record in group]

    def caption(self) -> str:
        """Where the figures come from, one paragraph per kind of record."""
        captions = {
            "Cost of decomposition": cost_deltas.caption(self.costs) if self.costs else "",
            "Reuse, replacement and scenarios": case_deltas.caption(self.cases) if self.cases else "",
            "Gate approaches": cost_deltas.caption(self.variants) if self.variants else "",
            "Controls": cost_deltas.caption(self.controls) if self.controls else "",
            "Offer": cost_deltas.caption(self.offers) if self.offers else "",
            "Frontier": cost_deltas.caption(self.frontiers) if self.frontiers else "",
        }
        return "\n\n".join(f"{name}: {text[0].lower()}{text[1:]}" for name, text in captions.items() if text)
