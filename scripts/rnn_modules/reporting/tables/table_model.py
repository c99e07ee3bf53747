"""A table for people, whatever it is about: columns, cells of text with the paper's figure, and explaining lines.

The modules of the tables fill sheets; ``rendering`` writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rnn_modules.files.shown_text import shown
from rnn_modules.reporting.analysis.statistics import Interval

NO_FIGURE = "–"
NOTHING_GIVEN = "No record of it was given."
"""Stands in a sheet without rows."""


@dataclass(frozen=True)
class Cell:
    r"""A cell.

    Attributes:
        text: ours.
        paper: the paper's figure that belongs to it, None where there is none to show.
        change: our delta in percentage points, which colours the cell.
        record: the record that it is of, a path within the run's folder; None where there is no single one.

    Example:
        >>> str(Cell("−0.13 ± 0.02", paper="−0.10", change=-0.13)), str(Cell("a\nb"))
        ('−0.13 ± 0.02 (paper −0.10)', 'a\\nb')
    """

    text: str
    paper: str | None = None
    change: float | None = None
    record: str | None = None

    def __post_init__(self) -> None:
        """Write out control characters, whatever file the text is from."""
        object.__setattr__(self, "text", shown(self.text))
        object.__setattr__(self, "paper", None if self.paper is None else shown(self.paper))

    def __str__(self) -> str:
        """As ``−0.13 ± 0.02 (paper −0.10)``."""
        return self.text if self.paper is None else f"{self.text} (paper {self.paper})"


@dataclass(frozen=True)
class Sheet:
    """A table with the lines that explain it.

    Attributes:
        name: identifier in HTML.
        caption: paragraphs, an empty line between them.
        columns: all different.
        leading: number of columns before the figures; the first of them groups the rows.

    Example:
        >>> sheet = Sheet("t", "Title", "Caption.", (), ("Model", "Δ"), (texts("LSTM-1", "−0.10"),), leading=1)
        >>> [dict(zip(sheet.columns, map(str, row))) for row in sheet.rows]
        [{'Model': 'LSTM-1', 'Δ': '−0.10'}]
    """

    name: str
    title: str
    caption: str
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    leading: int

    def __post_init__(self) -> None:
        """Write out control characters, whatever file a text is from."""
        object.__setattr__(self, "title", shown(self.title))
        object.__setattr__(self, "caption", "\n\n".join(map(shown, self.caption.split("\n\n"))))
        object.__setattr__(self, "notes", tuple(map(shown, self.notes)))


def texts(*values: str) -> tuple[Cell, ...]:
    """Cells of plain text.

    Example:
        >>> [cell.text for cell in texts("1:1", "rolled")]
        ['1:1', 'rolled']
    """
    return tuple(Cell(value) for value in values)


def number(value: float | None, digits: int = 2, signed: bool = False) -> str:
    """A number with a true minus sign and no negative zero; a dash for None.

    Example:
        >>> number(-0.126), number(0.5, digits=1, signed=True), number(None)
        ('−0.13', '+0.5', '–')
    """
    if value is None:
        return NO_FIGURE
    value = round(value, digits) + 0.0
    return f"{value:{'+' if signed else ''}.{digits}f}".replace("-", "−")


def with_interval(value: float | None, interval: Interval | None, signed: bool = True) -> str:
    """As ``−0.42 [−0.61, −0.20]``; without brackets where there is no interval.

    Example:
        >>> with_interval(-0.42, (-0.61, -0.2))
        '−0.42 [−0.61, −0.20]'
    """
    text = number(value, signed=signed)
    if value is None or interval is None:
        return text
    return f"{text} [{', '.join(number(bound, signed=signed) for bound in interval)}]"


def probability(value: float | None) -> str:
    """A p-value.

    Example:
        >>> probability(0.0004), probability(0.25)
        ('< 0.001', '0.250')
    """
    if value is None:
        return NO_FIGURE
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def synthetic(sources: Sequence[str]) -> str:
    """What a title says when some data are generated.

    Example:
        >>> synthetic(["synthetic"]), synthetic(["mirror"])
        (' on synthetic data', '')
    """
    return " on synthetic data" if "synthetic" in sources else ""
