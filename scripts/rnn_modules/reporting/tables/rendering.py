"""Tables as text: CSV, Markdown, LaTeX (booktabs) and HTML."""

from __future__ import annotations

import csv
import math
import os
import re
from collections.abc import Sequence
from html import escape

from rnn_modules.files.atomic_files import replacing
from rnn_modules.files.shown_text import shown
from rnn_modules.reporting.tables.table_model import NOTHING_GIVEN, Cell, Sheet

# Full colour is reached at the published collapse's order of magnitude; small costs stay readable beside it.
_FULL_COLOUR_POINTS = 50.0
_LOSS, _GAIN = (213, 94, 0), (0, 114, 178)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Write a text file under a temporary name, then rename it.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_text(f"{folder}/t.md", "text")
        ...     os.listdir(folder)
        ['t.md']
    """
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_csv(path: str | os.PathLike, rows: Sequence[dict[str, object]], columns: Sequence[str] | None = None) -> None:
    """Write dictionaries with equal keys; floats with six significant decimals, None as an empty field.

    Args:
        path: the file.
        rows: the dictionaries.
        columns: the header; without it the keys of the first row.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_csv(f"{folder}/t.csv", [{"rnn": "lstm", "delta": -0.5}])
        ...     open(f"{folder}/t.csv").read().split()
        ['rnn,delta', 'lstm,-0.500000']
    """
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        if columns or rows:
            writer.writerow(columns or rows[0])
        for row in rows:
            writer.writerow(map(_csv_value, row.values()))


def _csv_value(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.6f}"
    if not isinstance(value, str):
        return value
    text = shown(value)
    # A program for spreadsheets would take it for a formula.
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


# What Markdown (GitHub's) would take for markup: tags, entities, emphasis, code, mathematics, links, bare addresses.
_MARKUP = re.compile(
    r"[\\`*~$]|<(?=[a-z/!?])|&(?=#?\w+;)|\](?=[(\[:])|(?<![^\W_])_|_(?![^\W_])|(?<=:)/(?=/)|(?<=www)\.|@(?=\w)",
    re.IGNORECASE,
)


def _markdown_text(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    r"""A pipe table; what is markup in a text is escaped.

    Example:
        >>> print(markdown_table(("Class",), [("a|b",)]), end="")
        | Class |
        | --- |
        | a\|b |
    """
    lines = [[_markdown_text(cell).replace("|", "\\|") for cell in line] for line in (columns, *rows)]
    lines.insert(1, ["---"] * len(columns))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def markdown(*sheets: Sheet) -> str:
    """Sheets with title, caption and notes.

    Example:
        >>> rows = ((Cell("LSTM-1"), Cell("−0.1", None, -0.1)),)
        >>> sheet = Sheet("t", "Title", "Caption.", (), ("Model", "Delta"), rows, 1)
        >>> print(markdown(sheet), end="")
        ### Title
        <BLANKLINE>
        Caption.
        <BLANKLINE>
        | Model | Delta |
        | --- | --- |
        | LSTM-1 | −0.1 |
    """
    return "\n".join(map(_markdown, sheets))


def _markdown(sheet: Sheet) -> str:
    notes = "".join(f"- {_markdown_text(note)}\n" for note in sheet.notes)
    notes = f"\n{notes}" if notes else ""
    body = markdown_table(sheet.columns, [[str(cell) for cell in row] for row in sheet.rows])
    body = body if sheet.rows else f"{NOTHING_GIVEN}\n"
    return f"### {_markdown_text(sheet.title)}\n\n{_markdown_text(sheet.caption)}\n\n{body}{notes}"


def _latex_text(text: str) -> str:
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "−": "$-$"}
    special |= {"±": r"$\pm$", "–": "--", "“": "``", "”": "''", "Δ": r"$\Delta$", "→": r"$\to$", "<": "$<$", ">": "$>$"}
    special |= {"≥": r"$\geq$", "|": "$|$"} | {character: f"\\{character}" for character in "&%$#_{}"}
    return "".join(special.get(character, character) for character in text)


def _latex_cell(cell: Cell) -> str:
    """Ours above the paper's."""
    ours = _latex_text(cell.text).replace(r" $\pm$ ", r"\,$\pm$\,")
    # The end of the row before would take it for its option.
    ours = f"{{}}{ours}" if ours.startswith(("[", "*")) else ours
    return ours if cell.paper is None else rf"\shortstack{{{ours}\\({_latex_text(cell.paper)})}}"


def latex(*sheets: Sheet) -> str:
    r"""Each sheet as a ``table*`` for the packages booktabs and graphicx; ours stands above the paper's figure.

    Example:
        >>> rows = ((Cell("LSTM-1"), Cell("−0.1", None, -0.1)),)
        >>> sheet = Sheet("t", "Title", "Caption.", (), ("Model", "Delta"), rows, 1)
        >>> latex(sheet).splitlines()[1]
        '\\begin{table*}'
    """
    return "\n".join(map(_latex, sheets))


def _latex(sheet: Sheet) -> str:
    caption = " ".join(sheet.caption.split("\n\n"))
    lines = [
        "% needs \\usepackage{booktabs,graphicx}",
        r"\begin{table*}",
        rf"\caption{{{_latex_text(sheet.title)}. {_latex_text(caption)}}}",
        r"\resizebox{\textwidth}{!}{%",
        rf"\begin{{tabular}}{{{'l' * sheet.leading}{'r' * (len(sheet.columns) - sheet.leading)}}}",
        r"\toprule",
        " & ".join(map(_latex_text, sheet.columns)) + r" \\",
    ]
    previous = None
    for row in sheet.rows:
        if row[0] != previous:
            lines.append(r"\midrule")
        previous = row[0]
        lines.append(" & ".join(map(_latex_cell, row)) + r" \\")
    if not sheet.rows:
        lines += [r"\midrule", rf"\multicolumn{{{len(sheet.columns)}}}{{l}}{{{NOTHING_GIVEN}}} \\"]
    notes = " ".join(map(_latex_text, sheet.notes))
    lines += [r"\bottomrule", r"\end{tabular}}", rf"\par\smallskip\footnotesize {notes}", r"\end{table*}"]
    return "\n".join(lines) + "\n"


def _colour(cell: Cell) -> str:
    """Background by the size of our delta, on a logarithmic scale: orange for a loss, blue for a gain."""
    if cell.change is None:
        return ""
    strength = 0.45 * min(1.0, math.log1p(abs(cell.change)) / math.log1p(_FULL_COLOUR_POINTS))
    red, green, blue = _LOSS if cell.change < 0 else _GAIN
    return f"background-color: rgba({red}, {green}, {blue}, {strength:.2f})"


def _html_body(sheet: Sheet) -> str:
    import pandas

    frame = pandas.DataFrame([[str(cell) for cell in row] for row in sheet.rows], columns=sheet.columns)
    colours = [[_colour(cell) for cell in row] for row in sheet.rows]
    styler = (
        frame.style.apply(lambda _: pandas.DataFrame(colours, index=frame.index, columns=sheet.columns), axis=None)
        .hide(axis="index")
        .format(escape="html")
        .set_uuid(sheet.name)
        .set_table_styles(
            [
                {"selector": "", "props": "border-collapse: collapse; font: 13px sans-serif"},
                {"selector": "th, td", "props": "padding: 3px 7px; border: 1px solid #ddd; white-space: nowrap"},
                {"selector": "th", "props": "background: #f4f4f4; text-align: left"},
            ]
        )
    )
    caption = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in sheet.caption.split("\n\n"))
    notes = "".join(f"<li>{escape(note)}</li>\n" for note in sheet.notes)
    table = styler.to_html() if sheet.rows else f"<p>{NOTHING_GIVEN}</p>\n"
    return f"<h1>{escape(sheet.title)}</h1>\n{caption}<div>\n{table}</div>\n<ul>\n{notes}</ul>\n"


def html(*sheets: Sheet) -> str:
    """A self-contained page of one or more sheets; cells are coloured by our delta.

    Example:
        >>> rows = ((Cell("LSTM-1"), Cell("−0.1", None, -0.1)),)
        >>> sheet = Sheet("t", "Title", "Caption.", (), ("Model", "Delta"), rows, 1)
        >>> html(sheet).splitlines()[0]
        '<!DOCTYPE html>'
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(sheets[0].title)}</title>\n"
        "<style>body { font: 14px sans-serif; margin: 2em } div { overflow-x: auto }</style>\n</head>\n<body>\n"
        f"{''.join(map(_html_body, sheets))}</body>\n</html>\n"
    )


FORMATS = {"md": markdown, "tex": latex, "html": html}
"""Ending of a file -> what makes its text of one or more sheets."""
