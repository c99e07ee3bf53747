"""The figure that shows what modules are: which nodes of the parent each of them lost."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.module_files import read_modules
from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.shown_text import shown
from rnn_modules.names import ARCHITECTURES, RNN_TYPES
from rnn_modules.records.cost_records import Record, read_record
from rnn_modules.reporting.analysis.captions import name_text
from rnn_modules.reporting.analysis.cost_deltas import caption
from rnn_modules.reporting.analysis.removed_nodes import most_changed_class, node_order, removed_nodes
from rnn_modules.reporting.figures.saving import plain_text, save
from rnn_modules.reporting.tables.table_model import synthetic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Perceptually even and readable in grey: white kept, dark blue removed.
_COLOURS = "Blues"
_LONGEST_NAME = 18


def _short(name: str) -> str:
    name = shown(name)
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _heat_map(axes: Axes, values: np.ndarray):
    """A picture of shares ``(rows, columns)``; columns count from one."""
    rows, columns = values.shape
    return axes.imshow(
        values,
        cmap=_COLOURS,
        vmin=0,
        vmax=1,
        aspect="auto",
        interpolation="nearest",
        extent=(0.5, columns + 0.5, rows - 0.5, -0.5),
    )


def _name_classes(axes: Axes, names: tuple[str, ...]) -> None:
    axes.set_yticks(range(len(names)), [_short(name) for name in names], fontsize=7)


def _draw_classes(axes: list[Axes], modules: ModuleMasks):
    for layer, (place, mask) in enumerate(zip(axes, modules.kept, strict=True)):
        removed = removed_nodes(mask)
        image = _heat_map(place, removed[:, node_order(removed)])
        place.set_title(f"{modules.mode}, layer {layer + 1}: {removed.mean():.1%} removed", fontsize=8)
        place.set_xlabel("nodes, most often removed first", fontsize=7)
        _name_classes(place, modules.class_names if layer == 0 else ("",) * len(modules))
    return image


def _draw_one_class(axes: list[Axes], modules: ModuleMasks):
    chosen = most_changed_class(modules)
    for layer, (place, mask) in enumerate(zip(axes, modules.kept, strict=True)):
        # (timesteps, units): the module's mask as a picture, nodes downwards.
        removed = 1.0 - mask[chosen].mean(axis=1)
        image = _heat_map(place, removed[:, node_order(removed)].T)
        name = _short(modules.class_names[chosen])
        place.set_title(f"unrolled module “{name}”, layer {layer + 1}", fontsize=8)
        place.set_xlabel("timestep", fontsize=7)
        place.set_yticks([])
        if layer == 0:
            place.set_ylabel("nodes, most often removed first", fontsize=7)
    return image


@plain_text()
def draw(modules: dict[str, ModuleMasks], record: Record) -> Figure:
    """Draw the modules of one model: classes by nodes, and of one unrolled module also nodes by timesteps.

    Args:
        modules: mode -> modules of the model; ``rolled``, ``unrolled`` or both.
        record: the model's record of research question 1, for the names and the caption.

    Returns:
        A figure that belongs to no window.

    Raises:
        InputError: no modules, or modules of another number of layers than the record's.

    Example:
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> record = read_record(path)
        >>> kept = (np.ones((2, 1, 1, 4), bool),)
        >>> modules = ModuleMasks("rolled", ("alarm", "banking"), kept, "0" * 64, DecompositionParameters())
        >>> draw({"rolled": modules}, record).get_suptitle()
        'Modules of M:1 · clinc · LSTM-1: what each lost of the parent'
    """
    from matplotlib.figure import Figure

    if not modules:
        raise InputError("no modules given, received an empty mapping; give those of one mode at least")
    for mode, found in modules.items():
        if len(found.kept) != record.layers:
            raise InputError(
                f"{record.path}: layers: {record.layers} differs from the {len(found.kept)} of the {mode} modules; "
                "give the record of the model that they were cut from"
            )
    kinds = [(_draw_classes, "rolled", "share of the node's gates removed")] if "rolled" in modules else []
    if "unrolled" in modules:
        kinds += [(_draw_classes, "unrolled", "share of timesteps at which the node is removed")]
        kinds += [(_draw_one_class, "unrolled", "share of the node's gates removed")]
    heights = [
        max(1.6, 0.16 * len(modules[mode]) + 0.7) if kind is not _draw_one_class else 2.6 for kind, mode, _ in kinds
    ]
    figure = Figure(figsize=(max(7.0, 1.6 + 3.1 * record.layers), sum(heights) + 1.5), layout="constrained")
    grid = figure.subplots(len(kinds), record.layers, squeeze=False, gridspec_kw={"height_ratios": heights})
    for row, (kind, mode, label) in zip(grid, kinds, strict=True):
        image = kind(list(row), modules[mode])
        bar = figure.colorbar(image, ax=list(row), pad=0.01, aspect=15)
        bar.set_label("\n".join(textwrap.wrap(label, 22)), fontsize=7)
        bar.ax.tick_params(labelsize=7)
        for axes in row:
            axes.tick_params(axis="x", labelsize=7)
    model = (
        f"{ARCHITECTURES[record.architecture]} · {name_text(record.dataset)} · {RNN_TYPES[record.rnn]}-{record.layers}"
    )
    figure.suptitle(f"Modules of {model}{synthetic([record.data_source])}: what each lost of the parent", fontsize=10)
    wide = int(17 * figure.get_figwidth())
    figure.supxlabel("\n".join(textwrap.wrap(caption([record]), wide)), fontsize=6.5, color="#444444")
    return figure


def plot(folder: str | os.PathLike, record: str | os.PathLike, png: str | os.PathLike, svg: str | os.PathLike) -> None:
    """Draw the figure of one model and write it as PNG and SVG.

    Args:
        folder: of the modules, one pair of files per mode of the record.
        record: the model's record of research question 1.
        png: the figure as PNG.
        svg: the figure as SVG.

    Raises:
        InputError: a file is missing or damaged, or the modules are of another model than the record; as
            UnwritableError, a file cannot be written.

    Example:
        >>> import tempfile
        >>> from rnn_modules.decomposition.module_files import write_modules
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> path = "results/reference/laptop/models/one_to_one/math_qa/lstm-1/seed-0/decomposition_cost.json"
        >>> kept = (np.ones((2, 1, 1, 4), bool),)
        >>> modules = ModuleMasks("rolled", ("gain", "general"), kept, "0" * 64, DecompositionParameters())
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_modules(modules, f"{folder}/rolled.npz", f"{folder}/rolled.json")
        ...     plot(folder, path, f"{folder}/f.png", f"{folder}/f.svg")
        ...     sorted(os.listdir(folder))
        ['f.png', 'f.svg', 'rolled.json', 'rolled.npz']
    """
    found, folder = read_record(record), Path(folder)
    modules = {mode: read_modules(folder / f"{mode}.npz", folder / f"{mode}.json") for mode in found.modes}
    save(draw(modules, found), png, svg)
