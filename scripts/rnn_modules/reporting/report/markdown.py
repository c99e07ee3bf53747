"""Reading the tables that the table scripts write as Markdown: titles, paragraphs, pipe tables and lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_UNESCAPED_BAR = re.compile(r"(?<!\\)\|")


@dataclass
class Block:
    """One titled part of a file.

    Attributes:
        title: text of the heading.
        paragraphs: lines before and between the tables.
        tables: columns and rows of text.
        notes: items of lists.
    """

    title: str
    paragraphs: list[str] = field(default_factory=list)
    tables: list[tuple[list[str], list[list[str]]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in _UNESCAPED_BAR.split(inner)]


def blocks(text: str) -> list[Block]:
    """Split a file at its headings; what stands before the first one gets an empty title."""
    found = [Block("")]
    in_table = False
    for line in text.splitlines():
        # The line under the columns only draws a rule.
        if in_table and not found[-1].tables[-1][1] and not set(line) - set("|-: "):
            continue
        if line.startswith("#"):
            found.append(Block(line.lstrip("#").strip()))
        elif line.startswith("|"):
            if not in_table:
                found[-1].tables.append((_cells(line), []))
            else:
                found[-1].tables[-1][1].append(_cells(line))
        elif line.startswith(("- ", "* ")):
            found[-1].notes.append(line[2:].strip())
        elif line.strip():
            found[-1].paragraphs.append(line.strip())
        in_table = line.startswith("|")
    return [block for block in found if block != Block("")]
