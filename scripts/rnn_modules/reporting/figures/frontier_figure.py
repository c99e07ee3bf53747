"""The figure of the frontier: how well modules do by the share of the recurrent layers' weights that they keep."""

from __future__ import annotations

import os
import statistics
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from rnn_modules.names import ARCHITECTURES, CURVES, METRICS, RANDOM_CURVES, TRANSLATION
from rnn_modules.records.cost_records import PUBLISHED_METRIC, ModelRecord
from rnn_modules.records.frontier_records import FrontierRecord, read_frontier_records
from rnn_modules.reporting.analysis.captions import name_text
from rnn_modules.reporting.analysis.cost_deltas import caption
from rnn_modules.reporting.analysis.frontier_series import composed_series, monolithic_level, recognition_series
from rnn_modules.reporting.figures.saving import plain_text, save
from rnn_modules.reporting.tables.table_model import synthetic

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rnn_modules.reporting.analysis.frontier_series import Series

_Of = TypeVar("_Of", bound=ModelRecord)

# Told apart by marker and line too, in grey and by those who see no colours.
STYLES = {
    "concern": ("#b2182b", "s", "-"),
    "random": ("#777777", "v", ":"),
    "random_folded": ("#777777", "^", "--"),
    "reversed": ("#e08214", "x", "--"),
    "compact": ("#2166ac", "o", "-"),
    "shared": ("#67a9cf", "D", "-."),
    "scratch": ("#1b7837", "P", "-"),
}


def _draw(axes: Axes, series: dict[str, Series]) -> None:
    for curve, by_share in series.items():
        colour, marker, line = STYLES[curve]
        shares = list(by_share)
        means = [statistics.fmean(values) for values in by_share.values()]
        axes.plot(shares, means, color=colour, marker=marker, linestyle=line, markersize=4, linewidth=1.2, zorder=3)
        if curve in RANDOM_CURVES:
            lowest, highest = ([end(values) for values in by_share.values()] for end in (min, max))
            axes.fill_between(shares, lowest, highest, color=colour, alpha=0.2, linewidth=0, zorder=2)
    axes.set_xscale("log")
    axes.grid(color="#e5e5e5", linewidth=0.6)
    axes.tick_params(labelsize=7.5)
    axes.set_axisbelow(True)


def _legend(figure: Figure, curves: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color="black", linewidth=1.0, label="monolithic")]
    for curve in curves:
        colour, marker, line = STYLES[curve]
        style: dict[str, Any] = {"color": colour, "marker": marker, "linestyle": line, "markersize": 4}
        handles.append(Line2D([], [], label=CURVES[curve], **style))
    figure.legend(handles=handles, ncols=4, frameon=False, fontsize=8, loc="outside lower center")


def columns_of(records: Sequence[_Of], title: str) -> tuple[dict[str, list[_Of]], Figure, np.ndarray]:
    """A figure of two rows with a column per I/O type, its title and caption.

    Returns:
        The records by architecture, the figure, and its axes ``(2, columns)``.

    Example:
        >>> from support.made_up_offer import offer_record, read
        >>> by_architecture, figure, grid = columns_of(read(offer_record()), "Offer")
        >>> list(by_architecture), figure.get_suptitle(), grid.shape
        (['many_to_one'], 'Offer', (2, 1))
    """
    from matplotlib.figure import Figure

    by_architecture = {
        name: chosen for name in ARCHITECTURES if (chosen := [r for r in records if r.architecture == name])
    }
    columns = len(by_architecture)
    figure = Figure(figsize=(max(7.0, 3.0 * columns), 6.0), layout="constrained")
    grid = figure.subplots(2, columns, squeeze=False, sharex="col")
    sources = [record.data_source for record in records]
    figure.suptitle(f"{title}{synthetic(sources)}", fontsize=11)
    wide = int(17 * figure.get_figwidth())
    figure.supxlabel("\n".join(textwrap.wrap(caption(records), wide)), fontsize=6.5, color="#444444")
    return by_architecture, figure, grid


@plain_text()
def draw(records: list[FrontierRecord]) -> Figure:
    """Draw the frontier: a column per I/O type, the composed model above, recognition below.

    Args:
        records: of one run, at least one.

    Returns:
        A figure that belongs to no window.

    Example:
        >>> from support.made_up_frontier import frontier_record, written
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     records = read_frontier_records(written(folder, frontier_record("many_to_one")))
        >>> draw(records).get_suptitle()
        'What modules of few weights can do'
    """
    by_architecture, figure, grid = columns_of(records, "What modules of few weights can do")
    drawn: set[str] = set()
    for column, (architecture, chosen) in enumerate(by_architecture.items()):
        composed = composed_series(chosen)
        drawn |= composed.keys()
        _draw(grid[0, column], composed)
        grid[0, column].axhline(monolithic_level(chosen), color="black", linewidth=1.0, zorder=2)
        grid[0, column].set_title(f"{ARCHITECTURES[architecture]} · {name_text(chosen[0].dataset)}", fontsize=8.5)
        unit = "mean of the pairs" if architecture == TRANSLATION else "%"
        grid[0, column].set_ylabel(f"{METRICS[PUBLISHED_METRIC[architecture]]}, {unit}", fontsize=8)
        if series := recognition_series(chosen):
            _draw(grid[1, column], series)
            grid[1, column].set_ylabel("recognition, %", fontsize=8)
        else:
            grid[1, column].set_axis_off()
        grid[1, column].set_xlabel("recurrent weights kept, %", fontsize=8)
    _legend(figure, [curve for curve in CURVES if curve in drawn])
    return figure


def plot(paths: Sequence[str | os.PathLike], png: str | os.PathLike, svg: str | os.PathLike) -> None:
    """Draw the figure from the records, all of one run, and write it as PNG and SVG.

    Raises:
        InputError: no path, a damaged record, or records of several runs; as UnwritableError, a file cannot be
            written.

    Example:
        >>> plot([], "frontier.png", "frontier.svg")
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: no record given, received an empty list; name the JSON files of a run
    """
    save(draw(read_frontier_records(paths)), png, svg)
