"""The page itself: the template filled, with style and script inside, so that one file is all there is."""

from __future__ import annotations

import logging
import math
import os
from pathlib import Path

from rnn_modules.files.shown_text import shown
from rnn_modules.reporting.claims.own_claims import OWN_VERDICTS
from rnn_modules.reporting.claims.verdicts import VERDICTS
from rnn_modules.reporting.report.content import Content, read_content
from rnn_modules.reporting.tables.rendering import write_text
from rnn_modules.reporting.tables.table_model import Cell

_FOLDER = Path(__file__).parent
# Full colour is reached at the published collapse's order of magnitude; small costs stay readable beside it.
_FULL_COLOUR_POINTS = 50.0


def shade(cell: Cell) -> str:
    """Class and strength of a delta's colour, on a logarithmic scale; empty for a cell that is none.

    Example:
        >>> shade(Cell("−1.00", None, -1.0)), shade(Cell("LSTM-1"))
        (' class="loss" style="--strength: 8%"', '')
    """
    if not cell.change:
        return ""
    strength = min(1.0, math.log1p(abs(cell.change)) / math.log1p(_FULL_COLOUR_POINTS))
    return f' class="{"loss" if cell.change < 0 else "gain"}" style="--strength: {45 * strength:.0f}%"'


def verdict_class(cell: Cell) -> str:
    """The class of a cell that is a verdict, by its first words; empty for every other cell.

    Example:
        >>> verdict_class(Cell("not reproduced (recomputed figure)")), verdict_class(Cell("LSTM-1"))
        ('not-reproduced', '')
    """
    for text in (*VERDICTS, *OWN_VERDICTS):
        if cell.text == text or cell.text == f"{text} (recomputed figure)":
            return text.replace(" ", "-")
    return ""


def render(content: Content) -> str:
    """The page as one self-contained HTML text; equal content gives equal text.

    Example:
        >>> render(read_content("results/reference/laptop")).count("<html")
        1
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        finalize=_shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["shade"] = lambda cell: _safe(shade(cell))
    environment.globals["verdict"] = verdict_class
    return environment.get_template("page.html.jinja").render(
        content=content,
        style=_safe((_FOLDER / "page.css").read_text(encoding="utf-8")),
        script=_safe((_FOLDER / "page.js").read_text(encoding="utf-8")),
        safe=_safe,
    )


def write_report(folder: str | os.PathLike, output: str | os.PathLike) -> None:
    """Write the page of the run in ``folder``.

    Raises:
        InputError: the folder holds no record, or a file in it is damaged; as UnwritableError, the page cannot be
            written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_report("results/reference/laptop", f"{folder}/index.html")
        ...     os.listdir(folder)
        ['index.html']
    """
    page = render(read_content(folder))
    write_text(output, page)
    logging.info("%s: %.1f MB", output, len(page.encode()) / 1e6)


def _shown(value: object) -> object:
    """Texts with control characters written out; what is markup already stays."""
    return shown(value) if type(value) is str else value


def _safe(text: str):
    from markupsafe import Markup

    return Markup(text)
