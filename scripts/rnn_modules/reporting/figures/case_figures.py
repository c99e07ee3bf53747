"""The figures of research questions 2 and 3: how the deltas of the cases are spread, ours beside the paper's."""

from __future__ import annotations

import math
import os
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import EXPERIMENTS, METRICS, PAPER_RNN_TYPES, RNN_TYPES
from rnn_modules.records.case_records import CaseRecord, read_case_records
from rnn_modules.records.published.pairs import published_deltas, published_mean, table_of
from rnn_modules.reporting.analysis.case_deltas import PREDICTOR_NAMES, caption, case_deltas, setting_name, views_of
from rnn_modules.reporting.figures.saving import plain_text, save
from rnn_modules.reporting.tables.table_model import synthetic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, told apart with any colour vision; place, marker and face say the same once more.
_OURS, _PAPER = ("#0072B2", "o", -0.21), ("#D55E00", "^", 0.21)
_SPREAD = 0.11
_COLUMNS = 4
_LINEAR_POINTS = 2.0
_TICKS = (-100, -50, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20, 50, 100)


def our_deltas(records: list[CaseRecord], rnn: str) -> list[float]:
    """Deltas of the cases of one experiment and setting under the table's primary view, seeds averaged.

    Example:
        >>> from pathlib import Path
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> len(our_deltas(records[:1], "lstm"))
        10
    """
    view = views_of(records[0].experiment, records[0].setting)[0]
    return [delta.mean for delta in case_deltas(records, view) if delta.rnn == rnn]


def spread(count: int) -> np.ndarray:
    """Places of ``count`` points beside each other, the same at every call, neighbours apart; ``(count,)`` in ±1.

    Example:
        >>> spread(3).round(2)
        array([-1.  ,  0.24, -0.53])
    """
    golden = (math.sqrt(5) - 1) / 2
    return 2.0 * ((np.arange(count) * golden) % 1.0) - 1.0


def _strip(axes: Axes, values: list[float], place: float, style: tuple, filled: bool) -> None:
    """Points and a box of one group; few points get no box."""
    colour, marker, shift = style
    if not values:
        return
    ordered = np.sort(values)
    axes.plot(
        place + shift + _SPREAD * spread(len(ordered)),
        ordered,
        color=colour,
        marker=marker,
        markersize=2.6,
        markerfacecolor=colour if filled else "white",
        markeredgewidth=0.5,
        alpha=0.55,
        linestyle="none",
        zorder=2,
    )
    if len(ordered) >= 5:
        lines = {"color": colour, "linewidth": 1.0}
        axes.boxplot(
            [ordered],
            positions=[place + shift],
            widths=0.32,
            showfliers=False,
            manage_ticks=False,
            boxprops=lines,
            whiskerprops=lines,
            capprops=lines,
            medianprops={"color": "black", "linewidth": 1.4},
            zorder=3,
        )


def _mean_mark(axes: Axes, value: float | None, place: float, style: tuple, filled: bool) -> None:
    colour, _, shift = style
    if value is not None:
        face = colour if filled else "white"
        axes.plot([place + shift], [value], marker="D", markersize=6, color="black", markerfacecolor=face, zorder=5)


def _panel(axes: Axes, records: list[CaseRecord], rnns: list[str]) -> None:
    experiment, setting = records[0].experiment, records[0].setting
    view = views_of(experiment, setting)[0]
    axes.axhline(0, color="black", linewidth=0.8, zorder=1)
    for place, rnn in enumerate(rnns):
        ours = our_deltas(records, rnn)
        _strip(axes, ours, place, _OURS, filled=True)
        _mean_mark(axes, float(np.mean(ours)) if ours else None, place, _OURS, filled=True)
        _strip(axes, published_deltas(experiment, setting, rnn), place, _PAPER, filled=False)
        _mean_mark(axes, published_mean(experiment, setting, rnn), place, _PAPER, filled=False)
    kind, reference = EXPERIMENTS[experiment], PREDICTOR_NAMES[view.reference]
    axes.set_title(f"{kind} · {setting_name(setting)}\n{METRICS[view.metric]}: modules − {reference}", fontsize=8.5)
    axes.set_yscale("symlog", linthresh=_LINEAR_POINTS, linscale=1.2)
    axes.set_yticks(_TICKS, [f"{tick:+d}".replace("-", "−") if tick else "0" for tick in _TICKS])
    axes.minorticks_off()
    axes.set_xticks(range(len(rnns)), [RNN_TYPES[rnn] for rnn in rnns])
    axes.set_xlim(-0.6, len(rnns) - 0.4)
    axes.tick_params(labelsize=8)
    axes.grid(axis="y", color="#e5e5e5", linewidth=0.6)
    axes.set_axisbelow(True)


def _legend(axes: Axes, table: int) -> None:
    from matplotlib.lines import Line2D

    none: dict[str, Any] = {"linestyle": "none"}
    numeral = {3: "III", 4: "IV"}[table]
    (ours, our_marker, _), (paper, paper_marker, _) = _OURS, _PAPER
    handles = [
        Line2D([], [], color=ours, marker=our_marker, markersize=4, label="ours, one case", **none),
        Line2D([], [], color="black", marker="D", markerfacecolor=ours, label="ours, mean", **none),
        Line2D(
            [],
            [],
            color=paper,
            marker=paper_marker,
            markersize=4,
            markerfacecolor="white",
            label="paper, one case",
            **none,
        ),
        Line2D(
            [], [], color="black", marker="D", markerfacecolor="white", label=f"paper, mean (Table {numeral})", **none
        ),
    ]
    axes.axis("off")
    axes.legend(handles=handles, loc="upper left", frameon=False, fontsize=8.5, bbox_to_anchor=(0.0, 1.0))
    words = (
        "Vertical axis: modules − reference, percentage points; linear within ±2, logarithmic beyond. Boxes: "
        "quartiles, and the values within 1.5 times their distance; the line in a box is the median. The paper "
        "publishes no single cases of translation."
    )
    axes.text(0.02, 0.5, "\n".join(textwrap.wrap(words, 38)), fontsize=8, va="top", transform=axes.transAxes)


@plain_text()
def draw(records: list[CaseRecord]) -> Figure:
    """Draw the deltas of all cases: a panel per experiment and setting, ours and the paper's beside each other.

    Args:
        records: of reuse or of replacement, of one run.

    Returns:
        A figure that belongs to no window.

    Raises:
        InputError: records of the scenarios, or of reuse and replacement together.

    Example:
        >>> from pathlib import Path
        >>> folder = Path("results/reference/laptop/experiments/intra_reuse/many_to_one")
        >>> draw(read_case_records(folder.glob("*/*.json"))).get_suptitle()
        'Reuse of modules, case by case'
    """
    from matplotlib.figure import Figure

    for record in records:
        if record.experiment == "scenario":
            raise InputError(
                f"{record.path}: experiment: expected reuse or replacement, received scenario; leave it out"
            )
    tables = {table_of(record.experiment) for record in records}
    if len(tables) != 1:
        received = sorted({record.experiment for record in records})
        raise InputError(
            f"records: expected those of reuse or of replacement alone, received {received}; give one kind"
        )
    groups: dict[tuple[str, str], list[CaseRecord]] = {}
    for record in records:
        groups.setdefault((record.experiment, record.setting), []).append(record)
    rnns = [rnn for rnn in RNN_TYPES if rnn in PAPER_RNN_TYPES or any(record.rnn == rnn for record in records)]
    rows = math.ceil((len(groups) + 1) / _COLUMNS)
    columns = min(_COLUMNS, len(groups) + 1)
    figure = Figure(figsize=(3.4 * columns, 3.5 * rows + 0.9), layout="constrained")
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axes, group in zip(grid.flat, groups.values(), strict=False):
        _panel(axes, group, rnns)
    values = [axes.dataLim for axes in list(grid.flat)[: len(groups)]]
    grid.flat[0].set_ylim(min(-6.5, 1.3 * min(v.y0 for v in values)), max(6.5, 1.3 * max(v.y1 for v in values)))
    _legend(grid.flat[len(groups)], tables.pop())
    for axes in list(grid.flat)[len(groups) + 1 :]:
        axes.axis("off")
    for row in grid:
        row[0].set_ylabel("modules − reference, percentage points", fontsize=8.5)
    kind = records[0].experiment.rpartition("_")[2]
    sources = [record.data_source for record in records]
    figure.suptitle(f"{kind.capitalize()} of modules, case by case{synthetic(sources)}", fontsize=12)
    wide = int(14 * figure.get_figwidth())
    figure.supxlabel("\n".join(textwrap.wrap(caption(records), wide)), fontsize=7, color="#444444")
    return figure


def plot(paths: Sequence[str | os.PathLike], png: str | os.PathLike, svg: str | os.PathLike) -> None:
    """Draw the figure from records of reuse or of replacement, all of one run, and write it as PNG and SVG.

    Raises:
        InputError: no path, a damaged record, or records of several runs or of both kinds; as UnwritableError, a
            file cannot be written.

    Example:
        >>> import tempfile
        >>> path = "results/reference/laptop/experiments/intra_reuse/many_to_one/lstm/seed-0.json"
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     plot([path], f"{folder}/f.png", f"{folder}/f.svg")
        ...     sorted(os.listdir(folder))
        ['f.png', 'f.svg']
    """
    save(draw(read_case_records(paths)), png, svg)
