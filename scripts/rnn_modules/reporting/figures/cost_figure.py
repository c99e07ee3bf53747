"""The figure of research question 1: delta per model, by I/O type and mode, ours beside the paper's."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rnn_modules.names import ARCHITECTURES, METRICS, RNN_TYPES, TRANSLATION, modes_of
from rnn_modules.records.cost_records import PUBLISHED_METRIC, Record, read_records
from rnn_modules.records.published.tables import DATASETS
from rnn_modules.reporting.analysis.cost_deltas import caption, model_columns
from rnn_modules.reporting.analysis.cost_series import our_series, published_series, zeroed_series
from rnn_modules.reporting.figures.saving import plain_text, save
from rnn_modules.reporting.tables.table_model import synthetic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, told apart with any colour vision; the marker's shape says the same once more.
STYLES = {"rolled": ("#0072B2", "o", -0.2), "unrolled": ("#D55E00", "^", 0.2)}
# Ours stands this much left of the mode's place, the paper's this much right of it.
_APART = 0.09
_ZEROED_COLOUR = "#555555"
# Linear within two points, where the costs lie; logarithmic beyond, down to the published collapse.
_LINEAR_POINTS = 2.0
_TICKS = (-100, -50, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20, 50, 100)
_SHOWN_AT_LEAST = (-120.0, 6.5)


def _panel(axes: Axes, records: list[Record], architecture: str, models: list[tuple[str, int]]) -> None:
    places = {model: place for place, model in enumerate(models)}
    axes.axhline(0, color="black", linewidth=0.8, zorder=1)
    for place in range(1, len(models)):
        if models[place][0] != models[place - 1][0]:
            axes.axvline(place - 0.5, color="#bbbbbb", linewidth=0.8, zorder=1)
    for mode in modes_of(architecture):
        colour, marker, shift = STYLES[mode]
        ours, deviations = our_series(records, architecture, mode)
        paper = published_series(architecture, mode)
        marks: dict[str, Any] = {"color": colour, "marker": marker, "linestyle": "none"}
        axes.plot(
            [places[model] + shift + _APART for model in models if model in paper],
            [paper[model] for model in models if model in paper],
            markerfacecolor="white",
            markersize=6,
            zorder=3,
            **marks,
        )
        axes.errorbar(
            [places[model] + shift - _APART for model in ours],
            list(ours.values()),
            yerr=[deviations.get(model, 0.0) for model in ours] if deviations else None,
            elinewidth=0.8,
            markersize=4.5,
            zorder=4,
            **marks,
        )
    zeroed = zeroed_series(records, architecture)
    axes.plot(
        [places[model] + STYLES["rolled"][2] - _APART for model in zeroed],
        list(zeroed.values()),
        color=_ZEROED_COLOUR,
        marker="x",
        linestyle="none",
        markersize=5,
        zorder=5,
    )
    measure = METRICS[PUBLISHED_METRIC[architecture]]
    pairs = ", mean of three pairs" if architecture == TRANSLATION else ""
    axes.set_title(f"{ARCHITECTURES[architecture]} · {DATASETS[architecture]}\n{measure}{pairs}", fontsize=9)
    axes.set_yscale("symlog", linthresh=_LINEAR_POINTS, linscale=1.2)
    axes.set_yticks(_TICKS, [f"{tick:+d}".replace("-", "−") if tick else "0" for tick in _TICKS])
    axes.minorticks_off()
    axes.set_xticks(range(len(models)), [f"{RNN_TYPES[rnn]}-{layers}" for rnn, layers in models], rotation=90)
    axes.set_xlim(-0.6, len(models) - 0.4)
    axes.tick_params(labelsize=8)
    axes.grid(axis="y", color="#e5e5e5", linewidth=0.6)
    axes.set_axisbelow(True)


def _legend(axes: Axes) -> None:
    from matplotlib.lines import Line2D

    handles = []
    for mode, (colour, marker, _) in STYLES.items():
        for owner, face in (("ours", colour), ("paper", "white")):
            label = f"{mode}, {owner}"
            handles.append(
                Line2D([], [], color=colour, marker=marker, linestyle="none", markerfacecolor=face, label=label)
            )
    label = "embedding and recurrent weights\nset to zero (many-output)"
    handles.append(Line2D([], [], color=_ZEROED_COLOUR, marker="x", linestyle="none", label=label))
    axes.axis("off")
    axes.legend(handles=handles, loc="upper left", frameon=False, fontsize=9, bbox_to_anchor=(0.02, 1.0))
    axes.text(
        0.05,
        0.48,
        "Vertical axis: composed − monolithic,\npercentage points; linear within ±2,\nlogarithmic beyond.",
        fontsize=9,
        va="top",
        transform=axes.transAxes,
    )


@plain_text()
def draw(records: list[Record]) -> Figure:
    """Draw the figure: one panel per I/O type, one place per model, all panels on one scale.

    Args:
        records: the records of one run; models without a record show the paper's figure alone.

    Returns:
        A figure that belongs to no window (no display is needed).

    Example:
        >>> from pathlib import Path
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> draw(records).get_suptitle()
        'Cost of decomposing a recurrent network into modules'
    """
    import textwrap

    from matplotlib.figure import Figure

    models = model_columns(records)
    figure = Figure(figsize=(12.5, 8.0), layout="constrained")
    axes = figure.subplots(2, 3, sharey=True)
    for place, architecture in zip(axes.flat, ARCHITECTURES, strict=False):
        _panel(place, records, architecture, models)
    highest = max(place.dataLim.y1 for place in axes.flat)
    axes.flat[0].set_ylim(_SHOWN_AT_LEAST[0], max(_SHOWN_AT_LEAST[1], 1.3 * highest))
    _legend(axes.flat[-1])
    for row in axes:
        row[0].set_ylabel("composed − monolithic, percentage points", fontsize=9)
    sources = [record.data_source for record in records]
    figure.suptitle(f"Cost of decomposing a recurrent network into modules{synthetic(sources)}", fontsize=12)
    figure.supxlabel("\n".join(textwrap.wrap(caption(records), 170)), fontsize=7.5, color="#444444")
    return figure


def plot(paths: Sequence[str | os.PathLike], png: str | os.PathLike, svg: str | os.PathLike) -> None:
    """Draw the figure from records of research question 1, all of one run, and write it as PNG and SVG.

    Raises:
        InputError: no path, a damaged record, or records of several runs; as UnwritableError, a file cannot be
            written.

    Example:
        >>> import tempfile
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     plot([path], f"{folder}/f.png", f"{folder}/f.svg")
        ...     sorted(os.listdir(folder))
        ['f.png', 'f.svg']
    """
    save(draw(read_records(paths)), png, svg)
