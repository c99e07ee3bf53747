"""The quantitative claims of the paper's text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rnn_modules.records.published.reading import FOLDER, complete, figure, parsed_rows

UNITS = ("percent points", "percent", "index")
"""Of claims."""


@dataclass(frozen=True)
class Claim:
    """One quantitative claim of the paper's text; ``recomputed`` is what its published data give (None: not known).

    Example:
        >>> claim = claims()["C10"]
        >>> claim.text, claim.quantity, claim.published, claim.recomputed
        ('Rolled, many-output models (1:N, M:N): mean', 'mean delta accuracy', -50.87, -50.87)
    """

    identifier: str
    section: str
    text: str
    quantity: str
    unit: str
    published: float
    recomputed: float | None


@cache
def claims(folder: Path = FOLDER) -> dict[str, Claim]:
    """The 40 quantitative claims of the text, by identifier (C01 to C40).

    Raises:
        InputError: the file is missing or damaged.

    Example:
        >>> claims()["C10"].published
        -50.87
    """
    path = folder / "claims.csv"

    def parse(row: dict[str, str]) -> tuple[str, Claim]:
        recomputed = row["recomputed_from_published_data"]
        if row["unit"] not in UNITS:
            raise ValueError(f"unit {row['unit']!r}")
        return row["id"], Claim(
            identifier=row["id"],
            section=row["section"],
            text=row["claim"],
            quantity=row["quantity"],
            unit=row["unit"],
            published=figure(row["published"]),
            recomputed=figure(recomputed) if recomputed else None,
        )

    columns = ("id", "section", "claim", "quantity", "published", "unit", "recomputed_from_published_data")
    return complete(path, parsed_rows(path, columns, parse), [f"C{number:02d}" for number in range(1, 41)])
