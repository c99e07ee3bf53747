"""The figure of the controls: the paper's order of removal against the band of chance, model by model."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rnn_modules.names import ARCHITECTURES, CAP_READINGS, RNN_TYPES, TRANSLATION, modes_of
from rnn_modules.records.control_records import ControlRecord, read_control_records
from rnn_modules.records.published.tables import DATASETS
from rnn_modules.reporting.analysis.chance import counted_scope
from rnn_modules.reporting.analysis.cost_deltas import caption
from rnn_modules.reporting.figures.cost_figure import STYLES
from rnn_modules.reporting.figures.saving import plain_text, save
from rnn_modules.reporting.tables.table_model import synthetic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BAND = "#999999"
_TICKS = (-100, -50, -20, -10, -5, -2, -1, 0, 1, 2, 5)
_TITLES = {
    "removals": "cap counts calls of removeNode\n(default)",
    "nodes": "cap counts nodes",
    "edges": "cap counts edges",
}


def _panel(axes: Axes, records: list[ControlRecord], reading: str, models: list[tuple[str, int]]) -> None:
    """Every trained model's modules, and the span of its random sets, relative to the undecomposed model."""
    axes.axhline(0, color="black", linewidth=0.8, zorder=1)
    for place, model in enumerate(models):
        if place and model[0] != models[place - 1][0]:
            axes.axvline(place - 0.5, color="#bbbbbb", linewidth=0.8, zorder=1)
        for record in (record for record in records if (record.rnn, record.layers) == model):
            scope = counted_scope(record.architecture)
            parent = record.parent.scopes[scope]["accuracy"]
            for mode, found in record.readings[reading].items():
                colour, marker, shift = STYLES[mode]
                draws = [100 * (draw.scopes[scope]["accuracy"] - parent) for draw in found.random]
                axes.vlines(place + shift, min(draws), max(draws), color=_BAND, linewidth=5, alpha=0.6, zorder=2)
                for order, face in (("paper", colour), ("reversed", "white")):
                    value = 100 * (found.orders[order].scopes[scope]["accuracy"] - parent)
                    axes.plot(
                        place + shift,
                        value,
                        color=colour,
                        marker=marker if order == "paper" else "v",
                        markerfacecolor=face,
                        markersize=4.5,
                        linestyle="none",
                        zorder=4 if order == "paper" else 3,
                    )
    axes.set_yscale("symlog", linthresh=2.0, linscale=1.2)
    axes.set_yticks(_TICKS, [f"{tick:+d}".replace("-", "−") if tick else "0" for tick in _TICKS])
    axes.minorticks_off()
    axes.set_xticks(range(len(models)), [f"{RNN_TYPES[rnn]}-{layers}" for rnn, layers in models], rotation=90)
    axes.set_xlim(-0.6, max(1, len(models)) - 0.4)
    axes.tick_params(labelsize=8)
    axes.grid(axis="y", color="#e5e5e5", linewidth=0.6)
    axes.set_axisbelow(True)


@plain_text()
def draw(records: list[ControlRecord]) -> Figure:
    """Draw the figure: a row of panels per reading of the cap, a column per I/O type, all on one scale.

    Args:
        records: of one run.

    Returns:
        A figure that belongs to no window.

    Example:
        >>> from support.made_up_controls import control_record, written
        >>> len(draw(read_control_records([written(control_record())])).axes)
        3
    """
    import textwrap

    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    rnns = list(RNN_TYPES)
    models = sorted({(record.rnn, record.layers) for record in records}, key=lambda m: (rnns.index(m[0]), m[1]))
    shown = [name for name in ARCHITECTURES if name != TRANSLATION and any(r.architecture == name for r in records)]
    figure = Figure(figsize=(3.0 + 3.0 * max(2, len(shown)), 9.0), layout="constrained")
    axes = figure.subplots(len(CAP_READINGS), len(shown), sharex=True, sharey=True, squeeze=False)
    for row, reading in zip(axes, CAP_READINGS, strict=True):
        for place, architecture in zip(row, shown, strict=True):
            _panel(place, [record for record in records if record.architecture == architecture], reading, models)
        row[0].set_ylabel(f"{_TITLES[reading]}\nmodules − undecomposed, points", fontsize=8.5)
    for place, architecture in zip(axes[0], shown, strict=True):
        place.set_title(f"{ARCHITECTURES[architecture]} · {DATASETS[architecture]}", fontsize=9)
    handles = [Line2D([], [], color=_BAND, linewidth=5, alpha=0.6, label="as many random nodes: all draws")]
    for mode in modes_of("many_to_one"):
        colour, marker, _ = STYLES[mode]
        for order, shape, face in (("the paper's order", marker, colour), ("reversed", "v", "white")):
            label = f"{mode}, {order}"
            handles.append(
                Line2D([], [], color=colour, marker=shape, markerfacecolor=face, linestyle="none", label=label)
            )
    figure.legend(handles=handles, loc="outside right upper", frameon=False, fontsize=8.5)
    sources = [record.data_source for record in records]
    figure.suptitle(f"Does concern identification beat chance?{synthetic(sources)}", fontsize=12)
    figure.supxlabel("\n".join(textwrap.wrap(caption(records), 130)), fontsize=7.5, color="#444444")
    return figure


def plot(paths: Sequence[str | os.PathLike], png: str | os.PathLike, svg: str | os.PathLike) -> None:
    """Draw the figure from records of the controls, all of one run, and write it as PNG and SVG.

    Raises:
        InputError: no path, a damaged record, or records of several runs; as UnwritableError, a file cannot be
            written.

    Example:
        >>> import tempfile
        >>> from support.made_up_controls import control_record, written
        >>> path = written(control_record("one_to_one"))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     plot([path], f"{folder}/f.png", f"{folder}/f.svg")
        ...     sorted(os.listdir(folder))
        ['f.png', 'f.svg']
    """
    save(draw(read_control_records(paths)), png, svg)
