"""Text from files as people see it: one line in which every control character is written out."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def shown(text: object, most: int | None = None) -> str:
    r"""A text with its control characters written out: it steers no terminal, fakes no line and turns no order.

    Args:
        text: a text, or anything that ``str`` makes one of.
        most: the largest number of characters of the result; what is longer is cut, and says so. None: no limit.

    Returns:
        One line. Escapes, line ends, marks of direction, halves of characters and unassigned ones stand as in Python's
        ``repr``; quotes, backslashes and everything that can be seen stay.

    Example:
        >>> print(shown("red\x1b[31m", most=20), shown("one\ntwo"), shown("naïve “日本”"))
        red\x1b[31m one\ntwo naïve “日本”
        >>> shown("a" * 30, most=12)
        'aaaaaa [...]'
    """
    line = "".join(map(_shown_character, str(text)))
    return line if most is None or len(line) <= most else f"{line[: most - 6]} [...]"


def _shown_character(character: str) -> str:
    seen = character.isprintable() or unicodedata.category(character) == "Zs"
    return character if seen else character.encode("unicode_escape").decode("ascii")


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells, the heading first, in columns: words to the left, numbers to the right.

    Example:
        >>> print(columns([["rule", "jobs"], ["train_model", "60"], ["write_report", "1"]]))
        rule          jobs
        ------------  ----
        train_model     60
        write_report     1
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    aligned = ["<", *">" * (len(widths) - 1)]
    lines = ["  ".join(map("{:{}{}}".format, row, aligned, widths)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
