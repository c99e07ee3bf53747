"""All claims in one picture: the paper's figure and ours with its interval, by section, coloured by verdict."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_modules.files.atomic_files import InputError, read_json
from rnn_modules.reporting.claims.verdicts import DIRECTION_ONLY, INVALID, NOT_REPRODUCED, NOT_TESTED, REPRODUCED
from rnn_modules.reporting.figures.saving import plain_text, save
from rnn_modules.reporting.tables.table_model import synthetic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, told apart with any colour vision; the verdict stands beside each row in words as well.
COLOURS = {
    REPRODUCED: "#009E73",
    DIRECTION_ONLY: "#0072B2",
    NOT_REPRODUCED: "#D55E00",
    INVALID: "#AA4499",
    NOT_TESTED: "#6B6B6B",
}
_PANELS = (
    ("percent points", "percentage points; linear within ±2, logarithmic beyond", 0.0),
    ("percent", "share of models or pairs, percent", 50.0),
    ("index", "Jaccard index", 1.0),
)
_TICKS = (-50, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20)
_LONGEST = 66


def _row(axes: Axes, place: int, answer: dict[str, Any], right: float) -> None:
    colour = COLOURS[answer["verdict"]]
    interval = answer["ours_interval_95"]
    if interval:
        axes.hlines(place, *interval, color=colour, linewidth=2, zorder=2)
    if answer["ours"] is not None:
        axes.plot(answer["ours"], place, "o", color=colour, markersize=5, zorder=3)
    axes.plot(answer["published"], place, "D", color="black", markerfacecolor="none", markersize=6, zorder=4)
    axes.annotate(
        answer["verdict"],
        (right, place),
        xycoords=axes.get_yaxis_transform(),
        xytext=(6, 0),
        textcoords="offset points",
        color=colour,
        fontsize=8,
        va="center",
    )


def _panel(axes: Axes, answers: list[dict[str, Any]], label: str, neutral: float) -> None:
    axes.axvline(neutral, color="#999999", linewidth=0.8, zorder=1)
    for place, answer in enumerate(answers):
        _row(axes, place, answer, 1.0)
        if place and answer["section"] != answers[place - 1]["section"]:
            axes.axhline(place - 0.5, color="#cccccc", linewidth=0.8, zorder=0)
    names = [f"{answer['identifier']}  {_short(answer['claim'])}" for answer in answers]
    axes.set_yticks(range(len(answers)), names, fontsize=8)
    axes.set_ylim(len(answers) - 0.4, -0.6)
    axes.set_xlabel(label, fontsize=8.5)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(axis="x", color="#eeeeee", linewidth=0.6)
    axes.set_axisbelow(True)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip(' ,:')}…"


@plain_text()
def draw(summary: dict[str, Any]) -> Figure:
    """Draw the figure.

    Args:
        summary: ``claims.json``.

    Returns:
        A figure that belongs to no window.

    Example:
        >>> figure = draw(read_json("results/reference/laptop/tables/claims.json"))
        >>> [len(axes.get_yticks()) for axes in figure.axes]
        [36, 2, 2]
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    groups = [[one for one in summary["claims"] if one["unit"] == unit] for unit, _, _ in _PANELS]
    figure = Figure(figsize=(11.0, 12.0), layout="constrained")
    all_axes = figure.subplots(3, 1, height_ratios=[len(group) + 2.0 for group in groups])
    for axes, group, (_, label, neutral) in zip(all_axes, groups, _PANELS, strict=True):
        _panel(axes, group, label, neutral)
    all_axes[0].set_xscale("symlog", linthresh=2.0, linscale=1.2)
    all_axes[0].set_xticks(_TICKS, [f"{tick:+d}".replace("-", "−") if tick else "0" for tick in _TICKS])
    all_axes[0].minorticks_off()
    counts = {text: count for text, count in summary["verdicts"].items() if count}
    marks: dict[str, Any] = {"color": "black", "markerfacecolor": "none", "markersize": 6, "linestyle": "none"}
    handles = [Line2D([], [], marker="D", label="the paper's figure", **marks)]
    for text, count in counts.items():
        handles.append(Line2D([], [], color=COLOURS[text], marker="o", label=f"ours, 95 % interval: {text} ({count})"))
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False, fontsize=8.5)
    origins = [origin for origin in summary["origin"].values() if origin]
    sources = [source for origin in origins for source in origin["data_sources"]]
    figure.suptitle(f"The paper's {len(summary['claims'])} claims{synthetic(sources)}", fontsize=12)
    return figure


def plot(path: str | os.PathLike, png: str | os.PathLike, svg: str | os.PathLike) -> None:
    """Draw the figure from the answers to the claims and write it as PNG and SVG.

    Raises:
        InputError: the file is missing or damaged; as UnwritableError, a figure cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     plot("results/reference/laptop/tables/claims.json", f"{folder}/f.png", f"{folder}/f.svg")
        ...     sorted(os.listdir(folder))
        ['f.png', 'f.svg']
    """
    summary = read_json(Path(path), ("claims", "verdicts", "origin"))
    try:
        figure = draw(summary)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(f"{path}: not the answers to the claims ({error!r}); delete it and make it again") from error
    save(figure, png, svg)
