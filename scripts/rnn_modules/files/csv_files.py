"""Reading CSV files: every error names the file and the fix."""

from __future__ import annotations

import csv
import os

from rnn_modules.files.atomic_files import InputError


def read_csv(path: str | os.PathLike, columns: tuple[str, ...], fix: str, delimiter: str = ",") -> list[dict[str, str]]:
    r"""Read a CSV file with a header line.

    Args:
        path: the file.
        columns: columns that must be there.
        fix: what to do about a damaged file, for the error.
        delimiter: between two cells.

    Returns:
        One dictionary per row, column -> text.

    Raises:
        InputError: the file cannot be read, lacks a column or has one twice, or has a row of another length than its
            header.

    Example:
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "history.csv")
        ...     _ = path.write_text("epoch,loss\n0,1.5\n1,1.2\n")
        ...     read_csv(path, ("epoch",), "train the model again")
        [{'epoch': '0', 'loss': '1.5'}, {'epoch': '1', 'loss': '1.2'}]
    """
    try:
        # With or without the mark that spreadsheets write first.
        with open(path, newline="", encoding="utf-8-sig") as stream:
            reader = csv.reader(stream, delimiter=delimiter)
            header = next(reader, [])
            rows = [(reader.line_num, row) for row in reader if row]
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); {fix}") from error
    except (ValueError, csv.Error) as error:
        raise InputError(f"{path}: not a CSV file ({error}); {fix}") from error
    if missing := [name for name in columns if name not in header]:
        raise InputError(f"{path}: lacks the columns {', '.join(missing)}; {fix}")
    if twice := [name for name in dict.fromkeys(header) if header.count(name) > 1]:
        raise InputError(f"{path}: has {', '.join(map(repr, twice))[:200]} twice in its header; {fix}")
    for line, row in rows:
        if len(row) != len(header):
            raise InputError(f"{path}: line {line} has {len(row)} of {len(header)} columns; {fix}")
    return [dict(zip(header, row, strict=True)) for _, row in rows]
