"""Tables as text: CSV, Markdown, LaTeX (booktabs) and HTML."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Sequence
from html import escape

from rnn_modules.artefacts import replacing
from rnn_modules.tables import Entry, Row, Table, number

_SIDE_COLUMNS = ("Avg. JI", "Kept")
# Full colour is reached at the published collapse's order of magnitude; small costs stay readable beside it.
_FULL_COLOUR_POINTS = 50.0
_LOSS, _GAIN = (213, 94, 0), (0, 114, 178)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Write a text file under a temporary name, then rename it."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_csv(path: str | os.PathLike, rows: Sequence[dict[str, object]]) -> None:
    """Write dictionaries with equal keys; floats with six significant decimals, None as an empty field."""
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        if rows:
            writer.writerow(rows[0])
        for row in rows:
            writer.writerow([f"{value:.6f}" if isinstance(value, float) else value for value in row.values()])


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A pipe table; the bars in a text are escaped."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _columns(table: Table) -> tuple[str, ...]:
    return (*table.heading, *table.models, *_SIDE_COLUMNS)


def _texts(row: Row) -> tuple[str, ...]:
    side = row.jaccard.text(signed=False) if row.jaccard else ""
    kept = number(row.kept_share) if row.jaccard else ""
    return (*row.heading, *(entry.text() if entry else "" for entry in row.entries), side, kept)


def markdown(table: Table) -> str:
    """The table with title, caption and notes."""
    notes = "".join(f"- {note}\n" for note in table.notes)
    body = markdown_table(_columns(table), [_texts(row) for row in table.rows])
    return f"### {table.title}\n\n{table.caption}\n\n{body}\n{notes}"


def _latex_text(text: str) -> str:
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "−": "$-$"}
    special |= {"±": r"$\pm$", "–": "--", "“": "``", "”": "''"} | {
        character: f"\\{character}" for character in "&%$#_{}"
    }
    return "".join(special.get(character, character) for character in text)


def _latex_entry(entry: Entry | None, signed: bool = True) -> str:
    """Ours above the paper's."""
    if entry is None:
        return ""
    ours = _latex_text(number(entry.ours, signed=signed))
    if entry.deviation is not None:
        ours += rf"\,$\pm$\,{entry.deviation:.2f}"
    return rf"\shortstack{{{ours}\\({_latex_text(number(entry.paper, signed=signed))})}}"


def latex(table: Table) -> str:
    r"""A ``table*`` for the packages booktabs and graphicx; each cell has ours above the paper's in parentheses."""
    lines = [
        "% needs \\usepackage{booktabs,graphicx}",
        r"\begin{table*}",
        rf"\caption{{{_latex_text(table.title)}. {_latex_text(table.caption)}}}",
        r"\resizebox{\textwidth}{!}{%",
        rf"\begin{{tabular}}{{{'l' * len(table.heading)}{'r' * (len(table.models) + len(_SIDE_COLUMNS))}}}",
        r"\toprule",
        " & ".join(map(_latex_text, _columns(table))) + r" \\",
    ]
    previous = None
    for row in table.rows:
        if row.heading[0] != previous:
            lines.append(r"\midrule")
        previous = row.heading[0]
        cells = [
            *map(_latex_text, row.heading),
            *map(_latex_entry, row.entries),
            _latex_entry(row.jaccard, signed=False),
        ]
        cells.append(_latex_text(number(row.kept_share)) if row.jaccard else "")
        lines.append(" & ".join(cells) + r" \\")
    notes = " ".join(map(_latex_text, table.notes))
    lines += [r"\bottomrule", r"\end{tabular}}", rf"\par\smallskip\footnotesize {notes}", r"\end{table*}"]
    return "\n".join(lines) + "\n"


def _colour(entry: Entry | None) -> str:
    """Background by the size of our delta, on a logarithmic scale: orange for a loss, blue for a gain."""
    if entry is None or entry.ours is None:
        return ""
    strength = 0.45 * min(1.0, math.log1p(abs(entry.ours)) / math.log1p(_FULL_COLOUR_POINTS))
    red, green, blue = _LOSS if entry.ours < 0 else _GAIN
    return f"background-color: rgba({red}, {green}, {blue}, {strength:.2f})"


def html(table: Table) -> str:
    """A self-contained page; cells are coloured by our delta."""
    import pandas

    columns = _columns(table)
    frame = pandas.DataFrame([_texts(row) for row in table.rows], columns=columns)
    blank = [""] * len(table.heading)
    colours = [[*blank, *map(_colour, row.entries), *[""] * len(_SIDE_COLUMNS)] for row in table.rows]
    styler = (
        frame.style.apply(lambda _: pandas.DataFrame(colours, index=frame.index, columns=columns), axis=None)
        .hide(axis="index")
        .format(escape="html")
        .set_uuid("table2")
        .set_table_styles(
            [
                {"selector": "", "props": "border-collapse: collapse; font: 13px sans-serif"},
                {"selector": "th, td", "props": "padding: 3px 7px; border: 1px solid #ddd; white-space: nowrap"},
                {"selector": "th", "props": "background: #f4f4f4; text-align: left"},
            ]
        )
    )
    notes = "".join(f"<li>{escape(note)}</li>\n" for note in table.notes)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(table.title)}</title>\n'
        "<style>body { font: 14px sans-serif; margin: 2em } div { overflow-x: auto }</style>\n</head>\n<body>\n"
        f"<h1>{escape(table.title)}</h1>\n<p>{escape(table.caption)}</p>\n<div>\n{styler.to_html()}</div>\n"
        f"<ul>\n{notes}</ul>\n</body>\n</html>\n"
    )
