"""Tables as files: as data (JSON), which the report reads, and beside it as Markdown, LaTeX and HTML for people."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rnn_modules.files.atomic_files import read_json, write_json
from rnn_modules.files.checked_json import RecordReader, is_inside
from rnn_modules.reporting.tables import rendering
from rnn_modules.reporting.tables.table_model import Cell, Sheet

_KEYS = ("name", "title", "caption", "notes", "columns", "leading", "rows")
_PEOPLE = ("md", "tex", "html")


def write_sheets(stem: str | os.PathLike, sheets: Sequence[Sheet], kinds: Sequence[str] = _PEOPLE) -> None:
    """Write sheets as data, ``stem`` with .json, and for people.

    Args:
        stem: path without an ending.
        sheets: at least one.
        kinds: endings of the files for people, some of md, tex and html.

    Raises:
        UnwritableError: a file cannot be written.

    Example:
        >>> import tempfile
        >>> sheet = Sheet("t", "T", "A caption.", (), ("Model", "Δ"), ((Cell("LSTM-1"), Cell("−0.1", None, -0.1)),), 1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_sheets(f"{folder}/t", [sheet], ["md"])
        ...     read_sheets(Path(folder) / "t.json") == [sheet]
        True
    """
    write_json(f"{stem}.json", {"tables": [_data(sheet) for sheet in sheets]})
    write_for_people(stem, sheets, kinds)


def write_for_people(stem: str | os.PathLike, sheets: Sequence[Sheet], kinds: Sequence[str] = _PEOPLE) -> None:
    """Write sheets as Markdown, LaTeX and HTML alone; as :func:`write_sheets`.

    Example:
        >>> import tempfile
        >>> rows = ((Cell("LSTM-1"), Cell("−0.1", None, -0.1)),)
        >>> sheet = Sheet("t", "Title", "Caption.", (), ("Model", "Delta"), rows, 1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_for_people(f"{folder}/t", [sheet], ["md", "tex"])
        ...     sorted(path.name for path in Path(folder).iterdir())
        ['t.md', 't.tex']
    """
    for kind in kinds:
        rendering.write_text(f"{stem}.{kind}", rendering.FORMATS[kind](*sheets))


def _data(sheet: Sheet) -> dict[str, object]:
    value = {key: getattr(sheet, key) for key in _KEYS}
    return value | {"rows": [[_cell_data(cell) for cell in row] for row in sheet.rows]}


def _cell_data(cell: Cell) -> str | dict[str, object]:
    """A cell of text alone is that text."""
    if cell.paper is None and cell.change is None and cell.record is None:
        return cell.text
    linked: dict[str, object] = {"record": cell.record} if cell.record else {}
    return {"text": cell.text, "paper": cell.paper, "change": cell.change} | linked


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets that :func:`write_sheets` wrote, each named after the file; empty when it is not there.

    Raises:
        InputError: the file is damaged.

    Example:
        >>> [sheet.title for sheet in read_sheets(Path("results/reference/laptop/tables/table5.json"))]
        ['Table V: the two scenarios']
    """
    if not path.exists():
        return []
    reader = RecordReader(path, read_json(path, ("tables",)))
    found = []
    for place, value in enumerate(reader.listed("tables", reader.value["tables"], 1)):
        sheet = _sheet(reader.inner(f"tables.{place}", value, _KEYS))
        found.append(replace(sheet, name=path.stem if not place else f"{path.stem}-part-{place + 1}"))
    return found


def _sheet(reader: RecordReader) -> Sheet:
    value = reader.value
    for key in ("name", "title", "caption"):
        if not isinstance(value[key], str):
            reader.fail(key, "a text", value[key])
    columns = reader.texts("columns", 1)
    if not all(isinstance(note, str) for note in reader.listed("notes", value["notes"])):
        reader.fail("notes", "texts", value["notes"])
    rows = []
    for number, row in enumerate(reader.listed("rows", value["rows"])):
        if len(reader.listed(f"rows.{number}", row)) != len(columns):
            reader.fail(f"rows.{number}", f"{len(columns)} cells", f"{len(row)}")
        rows.append(tuple(_cell(reader, f"rows.{number}.{place}", cell) for place, cell in enumerate(row)))
    return Sheet(
        name=value["name"],
        title=value["title"],
        caption=value["caption"],
        notes=tuple(value["notes"]),
        columns=tuple(columns),
        rows=tuple(rows),
        leading=reader.whole("leading", value["leading"], 1, len(columns)),
    )


def _cell(reader: RecordReader, key: str, value: object) -> Cell:
    if isinstance(value, str):
        return Cell(value)
    cell = reader.inner(key, value, ("text", "paper", "change")).value
    record = cell.get("record")
    known = isinstance(cell["text"], str) and isinstance(cell["paper"], str | None)
    known = known and (record is None or (isinstance(record, str) and is_inside(record)))
    if not known or type(cell["change"]) not in (int, float, type(None)):
        reader.fail(key, "a cell", value)
    return Cell(cell["text"], cell["paper"], cell["change"], record)
