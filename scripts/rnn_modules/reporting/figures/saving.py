"""Figures as files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rnn_modules.files.atomic_files import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 150


@contextlib.contextmanager
def plain_text() -> Iterator[None]:
    """Let figures that are drawn meanwhile take texts as they are: a dollar sign begins no formula.

    Example:
        >>> import matplotlib
        >>> with plain_text():
        ...     matplotlib.rcParams["text.parse_math"]
        False
    """
    import matplotlib

    with matplotlib.rc_context({"text.parse_math": False}):
        yield


def save(figure: Figure, png: str | os.PathLike, svg: str | os.PathLike) -> None:
    """Write the figure as PNG and SVG; equal figures give equal bytes (no date, no program version inside).

    Example:
        >>> import tempfile
        >>> from matplotlib.figure import Figure
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(Figure(), f"{folder}/f.png", f"{folder}/f.svg")
        ...     sorted(os.listdir(folder))
        ['f.png', 'f.svg']
    """
    import matplotlib

    with replacing(png) as temporary:
        figure.savefig(temporary, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})
    with matplotlib.rc_context({"svg.hashsalt": "rnn-modules"}), replacing(svg) as temporary:
        figure.savefig(temporary, format="svg", metadata={"Date": None, "Creator": None})
