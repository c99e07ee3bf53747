"""The figure of the offer: small modules beside networks from scratch by the number of labelled examples."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rnn_modules.names import ARCHITECTURES, METRICS
from rnn_modules.records.cost_records import PUBLISHED_METRIC
from rnn_modules.records.offer_records import MAKERS, OfferRecord, read_offer_records
from rnn_modules.reporting.analysis.captions import name_text
from rnn_modules.reporting.analysis.frontier_series import monolithic_level
from rnn_modules.reporting.analysis.offer_series import MEASURES, estimates
from rnn_modules.reporting.figures.frontier_figure import STYLES, columns_of
from rnn_modules.reporting.figures.saving import plain_text, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def _draw(axes: Axes, records: Sequence[OfferRecord], measure: str) -> None:
    for maker, by_number in estimates(records, measure).items():
        colour, marker, line = STYLES[maker]
        counts, found = list(by_number), list(by_number.values())
        means = [one.value for one in found]
        axes.plot(counts, means, color=colour, marker=marker, linestyle=line, markersize=4, label=MAKERS[maker])
        if all(one.interval is not None for one in found):
            low, high = zip(*(one.interval for one in found if one.interval is not None), strict=True)
            axes.fill_between(counts, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.set_xscale("log")
    axes.grid(color="#e5e5e5", linewidth=0.6)
    axes.tick_params(labelsize=7.5)
    axes.set_axisbelow(True)


@plain_text()
def draw(records: list[OfferRecord]) -> Figure:
    """Draw the offer: a column per I/O type, all classes together above, recognition of each below.

    Args:
        records: of one run, at least one.

    Returns:
        A figure that belongs to no window.

    Example:
        >>> from support.made_up_offer import offer_record, read
        >>> draw(read(offer_record())).get_suptitle()
        'Modules or networks from scratch, by labelled examples'
    """
    by_architecture, figure, grid = columns_of(records, "Modules or networks from scratch, by labelled examples")
    for column, (architecture, chosen) in enumerate(by_architecture.items()):
        labels = {"composed": METRICS[PUBLISHED_METRIC[architecture]], "recognition": "recognition"}
        for axes, measure in zip(grid[:, column], MEASURES, strict=True):
            _draw(axes, chosen, measure)
            axes.set_ylabel(f"{labels[measure]}, %", fontsize=8)
        grid[0, column].axhline(monolithic_level(chosen), color="black", linewidth=1.0, label="monolithic")
        grid[0, column].set_title(f"{ARCHITECTURES[architecture]} · {name_text(chosen[0].dataset)}", fontsize=8.5)
        grid[-1, column].set_xlabel("labelled examples of a class and the rest", fontsize=8)
    figure.legend(
        *grid[0, 0].get_legend_handles_labels(), ncols=3, frameon=False, fontsize=8, loc="outside lower center"
    )
    return figure


def plot(paths: Sequence[str | os.PathLike], png: str | os.PathLike, svg: str | os.PathLike) -> None:
    """Draw the figure from the records, all of one run, and write it as PNG and SVG.

    Raises:
        InputError: no path, a damaged record, or records of several runs; as UnwritableError, a file cannot be
            written.

    Example:
        >>> plot([], "offer.png", "offer.svg")
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: no record given, received an empty list; name the JSON files of a run
    """
    save(draw(read_offer_records(paths)), png, svg)
