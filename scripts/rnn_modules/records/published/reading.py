"""Reading the published files; each is whole, or one error names it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.csv_files import read_csv

FOLDER = Path(__file__).parent
_WAY_OUT = "restore it from the repository"


def parsed_rows(path: Path, columns: tuple[str, ...], parse: Callable[[dict[str, str]], object]) -> list:
    """What ``parse`` makes of each row of a published file.

    Args:
        path: the file.
        columns: columns that must be there.
        parse: takes a row, column -> text; a KeyError or ValueError says that the row is damaged.

    Raises:
        InputError: the file is missing or damaged.

    Example:
        >>> parsed_rows(FOLDER / "table5.csv", ("scenario", "monolithic"), lambda row: figure(row["monolithic"]))
        [32.12, 20.8]
    """
    parsed = []
    for line, row in enumerate(read_csv(path, columns, _WAY_OUT), start=2):
        try:
            parsed.append(parse(row))
        except (KeyError, ValueError) as error:
            raise InputError(f"{path}: line {line} is damaged ({error}); {_WAY_OUT}") from error
    return parsed


def complete(path: Path, entries: list[tuple], keys: Iterable) -> dict:
    """Keys and values of a published file's rows as a dictionary, when each of ``keys`` has exactly one row.

    Raises:
        InputError: it is not so.

    Example:
        >>> complete(Path("table.csv"), [("a", 1), ("b", 2)], "ab")
        {'a': 1, 'b': 2}
    """
    keys, found = set(keys), dict(entries)
    if found.keys() != keys or len(entries) != len(keys):
        different = sorted(map(str, found.keys() ^ keys)) or ["a row stands twice"]
        raise InputError(
            f"{path}: {len(entries)} rows where {len(keys)} are expected ({different[0]}); restore the file"
        )
    return found


def figure(text: str) -> float:
    """A number of a published file.

    Raises:
        ValueError: the text is no finite one.

    Example:
        >>> figure("-0.42")
        -0.42
    """
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no figure")
    return value
