"""The tables that the run's table scripts wrote, as sheets: the page shows them and computes nothing anew."""

from __future__ import annotations

import re
from pathlib import Path

from rnn_modules.files.atomic_files import InputError, read_text
from rnn_modules.reporting.report.markdown import Block, blocks
from rnn_modules.reporting.tables.table_model import Cell, Sheet

_WITH_PAPER = re.compile(r"(?P<ours>.*\S)\s+\(paper (?P<paper>[^()]*)\)")
# Only deltas are written with a sign, losses and gains alike.
_DELTA = re.compile(r"(?P<sign>[+−])(?P<size>\d+(\.\d+)?)")
_FIGURE = re.compile(r"[+−<]?\s?\d[\d,]*(\.\d+)?( ?%)?( ± .*| \[.*)?|–")


def cell(text: str, signed: bool = True) -> Cell:
    """A cell from its text: the paper's figure apart, and the delta that colours it where there is one.

    Args:
        text: as the table has it.
        signed: whether a sign says that the figure is a delta.
    """
    match = _WITH_PAPER.fullmatch(text)
    ours, paper = (match["ours"], match["paper"]) if match else (text, None)
    delta = _DELTA.match(ours) if signed else None
    change = None
    if delta:
        change = float(delta["size"]) * (-1 if delta["sign"] == "−" else 1)
    return Cell(ours, paper, change)


def _is_figure(text: str) -> bool:
    return bool(_FIGURE.fullmatch(cell(text).text))


def leading_columns(rows: list[list[str]]) -> int:
    """Number of columns before the first that holds nothing but figures; at least one."""
    if not rows:
        return 1
    for place in range(1, len(rows[0])):
        values = [row[place] for row in rows if row[place]]
        if values and all(map(_is_figure, values)):
            return place
    return len(rows[0])


def sheets_of(block: Block, name: str) -> list[Sheet]:
    """The tables of one titled part of a file; a part without a table gives a sheet without rows."""
    columns_and_rows = block.tables or [([], [])]
    found = []
    for place, (columns, rows) in enumerate(columns_and_rows):
        for row in rows:
            if len(row) != len(columns):
                raise InputError(
                    f"{name}: expected {len(columns)} cells in each row of “{block.title}”, received {len(row)}; "
                    "delete the file and make it again"
                )
        # A claim's figure is no delta only because it is below zero: signs count where gains have one, too.
        signed = any(text.startswith("+") for row in rows for text in row)
        last = place == len(columns_and_rows) - 1
        found.append(
            Sheet(
                name=f"{name}-{place}" if place else name,
                title=block.title if not place else "",
                caption="\n\n".join(block.paragraphs) if not place else "",
                notes=tuple(block.notes) if last else (),
                columns=tuple(columns),
                rows=tuple(tuple(cell(text, signed) for text in row) for row in rows),
                leading=leading_columns(rows),
            )
        )
    return found


def read_table(path: Path) -> list[Sheet]:
    """The sheets of one Markdown file; empty when the run has none.

    Raises:
        InputError: the file cannot be read, or a row has too many or too few cells.
    """
    if not path.exists():
        return []
    found = []
    for place, block in enumerate(blocks(read_text(path))):
        found += sheets_of(block, path.stem if not place else f"{path.stem}-part-{place + 1}")
    return found
