"""What a module keeps of its parent, counted: nodes, weights, and the Jaccard index as published."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

import numpy as np

from rnn_modules.decomposition.masks import ModuleMasks, columns_of
from rnn_modules.decomposition.parameters import BETWEEN_REMOVED
from rnn_modules.decomposition.small_modules import AnyModules, SmallModules
from rnn_modules.names import REFITTED
from rnn_modules.network import Network, RecurrentLayer, translates
from rnn_modules.network.graph_network import GraphNetwork
from rnn_modules.network.graph_nodes import estimates_of

Kept = dict[str, tuple[np.ndarray, int]]
"""Kind of weight -> the number that each module keeps, ``(modules,) float64``, and the parent's number."""
_RECURRENT = ("kernel", "recurrent_kernel", "bias", "recurrent_bias")


@singledispatch
def removed_share_per_layer(modules: AnyModules, network: Network) -> list[float]:
    """Share of the network's nodes removed in effect, per layer, over modules, timesteps and gates.

    Example:
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> from rnn_modules.network import Classifier
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> kept = (np.arange(4).reshape(2, 1, 1, 2) < 3,)
        >>> modules = ModuleMasks("rolled", ("left", "right"), kept, network.sha256, DecompositionParameters())
        >>> removed_share_per_layer(modules, network)
        [0.25]
    """
    raise TypeError(f"modules: received {type(modules).__name__}")


@removed_share_per_layer.register
def _(modules: ModuleMasks, network: Network) -> list[float]:
    return [float(1 - mask.mean()) for mask in modules.kept]


@removed_share_per_layer.register
def _(modules: SmallModules, network: Network) -> list[float]:
    kept = np.array([[len(nodes) for nodes in of_network] for of_network in modules.nodes])
    return (1 - kept.mean(axis=0) / [layer.units for layer in network.layers]).tolist()


@singledispatch
def kept_parameters(modules: AnyModules, network: Network) -> Kept:
    """How many weights each module keeps of the parent's: of a mask's unchanged, of a small network's as many.

    Unrolled modules have a copy of every recurrent weight per timestep (Algorithm 3, ``initConcern``); the count is
    the mean over the copies.

    Returns:
        For ``kernel``, ``recurrent_kernel``, ``bias``, ``recurrent_bias``, ``output`` and ``other`` (embeddings,
        encoder): the number kept, ``(modules,) float64``, and the parent's number.

    Example:
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> modules = ModuleMasks("rolled", ("left",), (np.array([[[[True, False]]]]),), "", DecompositionParameters())
        >>> {name: kept.item() for name, (kept, total) in kept_parameters(modules, network).items()}
        {'kernel': 2.0, 'recurrent_kernel': 1.0, 'bias': 1.0, 'recurrent_bias': 0.0, 'output': 2.0, 'other': 4.0}
    """
    raise TypeError(f"modules: received {type(modules).__name__}")


@kept_parameters.register
def _(modules: ModuleMasks, network: Network) -> Kept:
    edges = modules.parameters.edges_of(modules.mode)
    counts = {name: np.zeros(len(modules)) for name in _RECURRENT}
    every_row = [np.asarray(kept.any(axis=2)) for kept in modules.kept]
    for layer, kept, rows, feeding in zip(network.layers, modules.kept, every_row, network.feeds, strict=True):
        columns = columns_of(kept, len(layer.gates)).sum(axis=2)
        inputs, units = layer.kernel.shape[0], layer.units
        width = len(layer.gates) * units
        sending: np.ndarray | int = inputs
        if feeding is not None and "next_kernel_rows" in edges:
            sending = np.concatenate([every_row[index] for index in feeding], axis=2).sum(axis=2)
        own = columns if "kernel_columns" in edges else np.full_like(columns, width)
        counts["kernel"] += (own * sending).mean(axis=1)
        counts["recurrent_kernel"] += _kept_recurrent(rows.sum(axis=2), columns, units, width, edges).mean(axis=1)
        counts["bias"] += own.mean(axis=1)
        if layer.recurrent_bias is not None:
            receiving = columns if "recurrent_columns" in edges else np.full_like(columns, width)
            counts["recurrent_bias"] += receiving.mean(axis=1)
    totals = _recurrent(network.layers)
    result = {name: (counts[name], totals[name]) for name in counts}
    result["output"] = _kept_output(modules, network, every_row[-1])
    return result | _other(modules, network)


@kept_parameters.register
def _(modules: SmallModules, network: Network) -> Kept:
    networks = [modules.network_of(index) for index in range(len(modules))]
    kept, totals = [_recurrent(own.layers) for own in networks], _recurrent(network.layers)
    result = {name: (np.array([float(own[name]) for own in kept]), totals[name]) for name in totals}
    if isinstance(network, GraphNetwork):
        made = [estimates_of(own.graph) for own in networks if isinstance(own, GraphNetwork)]
        more = [sum(one.weights.size + one.constants.size for one in own if one is not None) for own in made]
        result["kernel"] = (result["kernel"][0] + more, totals["kernel"])
        head = network.features + 1 if modules.parameters.head == REFITTED else 0
        return result | {"output": (np.full(len(modules), float(head)), 0)} | _other(modules, network)
    sent = np.array([float(own.layers[-1].units) for own in networks])
    columns = network.outputs
    if not translates(network):
        # A head of its own has one column; see _kept_output about the parent's.
        columns = 2 if network.outputs == 2 and modules.parameters.head != REFITTED else 1
    return result | {"output": (sent * columns, network.output_weights)} | _other(modules, network)


def _recurrent(layers: Sequence[RecurrentLayer]) -> dict[str, int]:
    """Number of the layers' weights by kind."""
    return {
        name: sum(np.size(getattr(layer, name)) for layer in layers if getattr(layer, name) is not None)
        for name in _RECURRENT
    }


def _other(modules: AnyModules, network: Network) -> Kept:
    return {"other": (np.full(len(modules), float(network.other_weights)), network.other_weights)}


def _kept_recurrent(
    rows: np.ndarray, columns: np.ndarray, units: int, width: int, edges: tuple[str, ...]
) -> np.ndarray:
    """Weights left of a recurrent kernel ``(units, width)``, of which so many rows and columns belong to kept nodes."""
    if "recurrent_columns" in edges or "recurrent_rows" in edges:
        sending = rows if "recurrent_rows" in edges else np.full_like(rows, units)
        return sending * (columns if "recurrent_columns" in edges else width)
    gone = (units - rows) * (width - columns) if BETWEEN_REMOVED in edges else np.zeros_like(rows)
    return units * width - gone


def _kept_output(modules: ModuleMasks, network: Network, rows: np.ndarray) -> tuple[np.ndarray, int]:
    """Output weights left: the rows of kept nodes, and of a channelled head only the dominant class's column."""
    total = network.output_weights
    if not total:
        return np.zeros(len(modules)), 0
    sending = rows if network.many_output else rows[:, -1:]
    if network.many_output and modules.parameters.unrolled_output_rows == "first_timestep":
        sending = rows[:, :1]
    kept_rows = sending.sum(axis=2).mean(axis=1)
    if "output_rows" not in modules.parameters.edges_of(modules.mode):
        kept_rows = np.full(len(modules), float(network.layers[-1].units))
    if translates(network):
        return kept_rows * network.outputs, total
    # With two classes the mean of "the others" is the other class's column itself.
    return kept_rows * (2 if network.outputs == 2 else 1), total


def jaccard(modules: ModuleMasks, network: Network) -> np.ndarray:
    """Jaccard index of parent and modules as published: input kernels and output weights, by value.

    With a share f of these weights unchanged it is f / (2 - f). Recurrent kernels, biases and embeddings do not
    count; for translation only the decoder's kernels do.

    Returns:
        ``(modules,) float64``.

    Example:
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> modules = ModuleMasks("rolled", ("left",), (np.array([[[[True, False]]]]),), "", DecompositionParameters())
        >>> jaccard(modules, network).round(3).tolist()
        [0.333]
    """
    kept = kept_parameters(modules, network)
    parts = ("kernel",) if translates(network) else ("kernel", "output")
    none = np.zeros(len(modules))
    share = sum((kept[name][0] for name in parts), none) / sum(kept[name][1] for name in parts)
    return share / (2 - share)


def recurrent_share(modules: AnyModules, network: Network) -> np.ndarray:
    """Share of the recurrent layers' weights that each module keeps, ``(modules,) float64``.

    Example:
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> from rnn_modules.network import Classifier
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> modules = ModuleMasks("rolled", ("left",), (np.array([[[[True, False]]]]),), "", DecompositionParameters())
        >>> recurrent_share(modules, network).tolist()
        [0.4]
    """
    kept = kept_parameters(modules, network)
    return _share({name: kept[name] for name in _RECURRENT})


def _share(kept: Kept) -> np.ndarray:
    return np.sum([part for part, _ in kept.values()], axis=0) / sum(total for _, total in kept.values())


def kept_share(modules: AnyModules, network: Network) -> np.ndarray:
    """Share of all the parent's weights that each module keeps, ``(modules,) float64``.

    Example:
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> modules = ModuleMasks("rolled", ("left",), (np.array([[[[True, False]]]]),), "", DecompositionParameters())
        >>> kept_share(modules, network).round(3).tolist()
        [0.556]
    """
    return _share(kept_parameters(modules, network))
