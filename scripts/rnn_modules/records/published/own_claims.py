"""Claims of our own: what a run is asked beside the paper's claims, stated before it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rnn_modules.records.published.reading import FOLDER, complete, parsed_rows

EXPECTED = ("more", "less", "equal")
"""Than no difference."""


@dataclass(frozen=True)
class OwnClaim:
    """A claim of our own.

    Attributes:
        expected: one of :data:`EXPECTED`.
        evidence: name of the values that answer it.

    Example:
        >>> claim = own_claims()["M09"]
        >>> claim.section, claim.expected, claim.evidence
        ('heads', 'equal', 'heads of all modules')
    """

    identifier: str
    section: str
    text: str
    quantity: str
    unit: str
    expected: str
    evidence: str


@cache
def own_claims(folder: Path = FOLDER) -> dict[str, OwnClaim]:
    """The claims of our own, by identifier (M01 to M12).

    Raises:
        InputError: the file is missing or damaged.

    Example:
        >>> own_claims()["M01"].expected
        'more'
    """
    path = folder / "own_claims.csv"

    def parse(row: dict[str, str]) -> tuple[str, OwnClaim]:
        if row["expected"] not in EXPECTED:
            raise ValueError(f"expected {row['expected']!r}")
        named = [row[name] for name in columns]
        return row["id"], OwnClaim(*named)

    columns = ("id", "section", "claim", "quantity", "unit", "expected", "evidence")
    return complete(path, parsed_rows(path, columns, parse), [f"M{number:02d}" for number in range(1, 13)])
