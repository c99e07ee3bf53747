"""What a module keeps of its parent, counted: nodes, weights, and the Jaccard index as published."""

from __future__ import annotations

import numpy as np

from rnn_modules.decomposition.masks import ModuleMasks, columns_of
from rnn_modules.decomposition.parameters import BETWEEN_REMOVED
from rnn_modules.network import Network, translates


def removed_share_per_layer(modules: ModuleMasks) -> list[float]:
    """Share of nodes removed in effect, per layer, over modules, timesteps and gates.

    Example:
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> kept = tuple(np.arange(8).reshape(2, 1, 1, 4) < number for number in (6, 8))
        >>> removed_share_per_layer(ModuleMasks("rolled", ("left", "right"), kept, "", DecompositionParameters()))
        [0.25, 0.0]
    """
    return [float(1 - mask.mean()) for mask in modules.kept]


def kept_parameters(modules: ModuleMasks, network: Network) -> dict[str, tuple[np.ndarray, int]]:
    """How many of the parent's weights each module keeps unchanged.

    Unrolled modules have a copy of every recurrent weight per timestep (Algorithm 3, ``initConcern``); the count is
    the mean over the copies.

    Returns:
        For ``kernel``, ``recurrent_kernel``, ``bias``, ``output`` and ``other`` (embeddings, encoder): the number
        kept, ``(modules,) float64``, and the parent's number.

    Example:
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> modules = ModuleMasks("rolled", ("left",), (np.array([[[[True, False]]]]),), "", DecompositionParameters())
        >>> {name: (kept.item(), total) for name, (kept, total) in kept_parameters(modules, network).items()}
        {'kernel': (2.0, 4), 'recurrent_kernel': (1.0, 4), 'bias': (1.0, 2), 'output': (2.0, 4), 'other': (4.0, 4)}
    """
    edges = modules.parameters.edges_of(modules.mode)
    counts = {name: np.zeros(len(modules)) for name in ("kernel", "recurrent_kernel", "bias")}
    totals = dict.fromkeys(counts, 0)
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
        for name, total in (("kernel", inputs * width), ("recurrent_kernel", units * width), ("bias", width)):
            totals[name] += total
    result = {name: (counts[name], totals[name]) for name in counts}
    result["output"] = _kept_output(modules, network, every_row[-1])
    result["other"] = (np.full(len(modules), float(network.other_weights)), network.other_weights)
    return result


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


def kept_share(modules: ModuleMasks, network: Network) -> np.ndarray:
    """Share of all the parent's weights that each module keeps unchanged, ``(modules,) float64``.

    Example:
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> modules = ModuleMasks("rolled", ("left",), (np.array([[[[True, False]]]]),), "", DecompositionParameters())
        >>> kept_share(modules, network).round(3).tolist()
        [0.556]
    """
    kept = kept_parameters(modules, network).values()
    return sum((part for part, _ in kept), np.zeros(len(modules))) / sum(total for _, total in kept)
