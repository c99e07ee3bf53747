"""A picture of modules: which nodes of each recurrent layer each of them kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.small_modules import AnyModules
from rnn_modules.files.shown_text import shown
from rnn_modules.network import Network

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LONGEST_NAME = 18


def kept_nodes(module: AnyModules, network: Network) -> list[np.ndarray]:
    """For each recurrent layer ``(units,)``, how often (over timesteps and gates) a single module keeps each node.

    Example:
        >>> from support.networks import random_classifier, random_small_modules
        >>> network = random_classifier(cell="vanilla", layers=1, units=3)
        >>> module = random_small_modules(network).select([0])
        >>> bool(kept_nodes(module, network)[0].sum() == len(module.nodes[0][0]))
        True
    """
    if isinstance(module, ModuleMasks):
        return [kept[0].mean(axis=(0, 1)) for kept in module.kept]
    pairs = zip(network.layers, module.nodes[0], strict=True)
    return [np.isin(np.arange(layer.units), nodes).astype(float) for layer, nodes in pairs]


def plot(modules: Sequence[tuple[str, Sequence[np.ndarray]]], layers: Sequence[str]) -> Figure:
    """Draw, for each recurrent layer, modules by nodes: how often each node is kept.

    Args:
        modules: the name and the :func:`kept_nodes` of each; a parent may have fewer layers than another.
        layers: a name for each layer of the parent that has most of them.

    Returns:
        A figure that belongs to no window.

    Example:
        >>> [axes.get_title() for axes in plot([("spam", [np.array([1.0, 0.0])])], ["layer 1"]).axes][:1]
        ['layer 1: 50 % kept']
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    height = 1.4 + 0.22 * len(modules)
    figure = Figure(figsize=(max(4.0, 3.2 * len(layers)), height), layout="constrained")
    image = None
    for layer, axes in enumerate(np.atleast_1d(figure.subplots(1, len(layers)))):
        rows: list[Any] = [kept[layer] if layer < len(kept) else [] for _, kept in modules]
        width = max(len(row) for row in rows)
        values = np.full((len(rows), width), np.nan)
        for index, row in enumerate(rows):
            values[index, : len(row)] = row
        values = values[:, np.argsort(np.nanmean(values, axis=0), kind="stable")]
        image = axes.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
        axes.set_title(f"{layers[layer]}: {100 * np.nanmean(values):.0f} % kept", fontsize=9)
        axes.set_xlabel("nodes, least often kept first", fontsize=8)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        names = [_short(name) for name, _ in modules] if layer == 0 else []
        axes.set_yticks(range(len(names)), names, fontsize=8, parse_math=False)
    if image is not None:
        figure.colorbar(image, ax=figure.axes, label="kept", shrink=0.8)
    return figure


def _short(name: str) -> str:
    name = shown(name)
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
