"""The figure of the removal sweep: scores of composed models and size of the modules by how much may be removed."""

from __future__ import annotations

import os
import statistics
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rnn_modules.names import ARCHITECTURES, MANY_OUTPUT, METRICS, RNN_TYPES, TRANSLATION, modes_of
from rnn_modules.records.cost_records import PUBLISHED_METRIC
from rnn_modules.records.variant_records import read_sweep_records
from rnn_modules.reporting.analysis.captions import name_text
from rnn_modules.reporting.analysis.cost_deltas import caption
from rnn_modules.reporting.analysis.sweep_series import jaccard_series, score, score_series
from rnn_modules.reporting.figures.cost_figure import STYLES
from rnn_modules.reporting.figures.saving import plain_text, save
from rnn_modules.reporting.tables.table_model import synthetic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rnn_modules.records.variant_records import SweepRecord

_MONOLITHIC_COLOUR = "black"


def _draw_scores(axes: Axes, records: list[SweepRecord], architecture: str) -> None:
    for unpadded in (False, True) if architecture in MANY_OUTPUT else (False,):
        style: dict[str, Any] = {"linestyle": "--", "markerfacecolor": "white"} if unpadded else {"linestyle": "-"}
        level = statistics.fmean(score(record.monolithic, architecture, unpadded) for record in records)
        axes.axhline(level, color=_MONOLITHIC_COLOUR, linewidth=1.0, linestyle=style["linestyle"], zorder=2)
        for mode in modes_of(architecture):
            series = score_series(records, mode, unpadded)
            colour, marker, _ = STYLES[mode]
            axes.plot(list(series), list(series.values()), color=colour, marker=marker, markersize=4, zorder=3, **style)
    axes.set_title(_title(records, architecture), fontsize=8.5)
    measure = METRICS[PUBLISHED_METRIC[architecture]]
    unit = "mean of three pairs" if architecture == TRANSLATION else "%"
    axes.set_ylabel(f"{measure}, {unit}", fontsize=8)


def _title(records: list[SweepRecord], architecture: str) -> str:
    models = sorted({(list(RNN_TYPES).index(record.rnn), record.layers) for record in records})
    names = ", ".join(f"{list(RNN_TYPES.values())[rnn]}-{layers}" for rnn, layers in models)
    if len(models) > 3:
        names = f"mean of {len(models)} models"
    return f"{ARCHITECTURES[architecture]} · {name_text(records[0].dataset)}\n{names}"


def _draw_jaccard(axes: Axes, records: list[SweepRecord], architecture: str) -> None:
    for mode in modes_of(architecture):
        series = jaccard_series(records, mode)
        colour, marker, _ = STYLES[mode]
        axes.plot(list(series), list(series.values()), color=colour, marker=marker, markersize=4, zorder=3)
    axes.set_ylim(-0.02, 1.02)
    axes.set_ylabel("Jaccard index", fontsize=8)
    axes.set_xlabel("removal cap, % of the graph", fontsize=8)


def _legend(figure: Figure, padding: bool) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=_MONOLITHIC_COLOUR, linewidth=1.0, label="monolithic")]
    for mode, (colour, marker, _) in STYLES.items():
        handles.append(Line2D([], [], color=colour, marker=marker, markersize=4, label=f"composed, {mode}"))
    if padding:
        label = "dashed, open: padding excluded"
        handles.append(
            Line2D([], [], color="#555555", linestyle="--", marker="o", markerfacecolor="white", label=label)
        )
    # Under the title, in the empty line that the title keeps free.
    place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.965)}
    figure.legend(handles=handles, ncols=len(handles), frameon=False, fontsize=8, **place)


@plain_text()
def draw(records: list[SweepRecord]) -> Figure:
    """Draw the removal sweep: a column per I/O type, scores above, Jaccard index below.

    Args:
        records: the sweep's records of one run, at least one.

    Returns:
        A figure that belongs to no window.

    Example:
        >>> from pathlib import Path
        >>> folder = Path("results/reference/laptop/experiments")
        >>> records = read_sweep_records(folder.glob("removal_sweep/many_to_one/*/*.json"))
        >>> draw(records).get_suptitle().strip()
        'Composed models and modules by how much may be removed'
    """
    from matplotlib.figure import Figure

    by_architecture = {
        name: chosen for name in ARCHITECTURES if (chosen := [r for r in records if r.architecture == name])
    }
    columns = len(by_architecture)
    figure = Figure(figsize=(max(7.0, 3.0 * columns), 5.6), layout="constrained")
    grid = figure.subplots(2, columns, squeeze=False, sharex=True, gridspec_kw={"height_ratios": [1.5, 1]})
    for column, (architecture, chosen) in enumerate(by_architecture.items()):
        _draw_scores(grid[0, column], chosen, architecture)
        _draw_jaccard(grid[1, column], chosen, architecture)
    for axes in grid.flat:
        axes.tick_params(labelsize=7.5)
        axes.grid(color="#e5e5e5", linewidth=0.6)
        axes.set_axisbelow(True)
    _legend(figure, padding=bool(set(by_architecture) & set(MANY_OUTPUT)))
    sources = [record.data_source for record in records]
    figure.suptitle(f"Composed models and modules by how much may be removed{synthetic(sources)}\n", fontsize=11)
    wide = int(17 * figure.get_figwidth())
    figure.supxlabel("\n".join(textwrap.wrap(caption(records), wide)), fontsize=6.5, color="#444444")
    return figure


def plot(paths: Sequence[str | os.PathLike], png: str | os.PathLike, svg: str | os.PathLike) -> None:
    """Draw the figure from the sweep's records, all of one run, and write it as PNG and SVG.

    Raises:
        InputError: no path, a damaged record, or records of several runs; as UnwritableError, a file cannot be
            written.

    Example:
        >>> import tempfile
        >>> path = "results/reference/laptop/experiments/removal_sweep/many_to_one/lstm/seed-0.json"
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     plot([path], f"{folder}/f.png", f"{folder}/f.svg")
        ...     sorted(os.listdir(folder))
        ['f.png', 'f.svg']
    """
    save(draw(read_sweep_records(paths)), png, svg)
