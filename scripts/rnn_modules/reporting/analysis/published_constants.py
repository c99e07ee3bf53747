"""Published figures that are no measurement: models that cannot agree have one accuracy to the last digit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from rnn_modules.names import ARCHITECTURES, modes_of
from rnn_modules.records.published.package_accuracies import package_accuracies

LEAST_SHARE = 0.5
"""From this share of equal accuracies on, a row of Table II is taken for no measurement."""


@dataclass(frozen=True)
class Repeated:
    """Accuracies of one row of Table II that several of its models have in common.

    Attributes:
        counts: accuracy -> number of models that have it; at least two each.
        models: number of models of the row.

    Example:
        >>> row = Repeated("many_to_many", "rolled", {0.25: 3, 0.5: 2}, models=12)
        >>> row.equal, row.invalid, row.text()
        (5, False, 'M:N rolled: 5 of 12 accuracies are those of other models too (0.25 in 3, 0.5 in 2)')
    """

    architecture: str
    mode: str
    counts: dict[float, int]
    models: int

    @property
    def equal(self) -> int:
        """Number of models whose accuracy another model of the row has as well."""
        return sum(self.counts.values())

    @property
    def invalid(self) -> bool:
        """Whether the row is taken for no measurement."""
        return self.equal >= LEAST_SHARE * self.models

    def text(self) -> str:
        """The evidence in words."""
        counts = ", ".join(f"{accuracy:g} in {count}" for accuracy, count in self.counts.items())
        return (
            f"{ARCHITECTURES[self.architecture]} {self.mode}: {self.equal} of {self.models} accuracies are those of "
            f"other models too ({counts})"
        )


def repeated_accuracies() -> dict[tuple[str, str], Repeated]:
    """Rows of Table II (I/O type and mode) with what their models' published accuracies have in common.

    Example:
        >>> found = repeated_accuracies()
        >>> [key for key, row in found.items() if row.invalid]
        [('one_to_many', 'rolled'), ('many_to_many', 'rolled')]
        >>> found["one_to_many", "rolled"].counts[0.811829], found["one_to_many", "unrolled"].equal
        (6, 0)
    """
    accuracies = package_accuracies()
    found: dict[tuple[str, str], Repeated] = {}
    for architecture in dict.fromkeys(key[0] for key in accuracies):
        for mode in modes_of(architecture):
            values = [getattr(accuracy, mode) for key, accuracy in accuracies.items() if key[0] == architecture]
            counts = {value: count for value, count in Counter(values).most_common() if count > 1}
            found[architecture, mode] = Repeated(architecture, mode, counts, len(values))
    return found
