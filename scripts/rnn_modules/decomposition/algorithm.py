"""Decomposition into one module per class: sample, monitor, identify (Algorithms 1, 2 and 3).

The two algorithms differ in their samples alone: a one-output model has one sample for all timesteps, a many-output
model one per timestep. Both modes are found from the same activations, observed layer by layer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn_modules.decomposition.concern import (
    LayerShape,
    ShareRemoved,
    active_rate,
    active_share,
    central_tendency,
    open_share,
    removed_by_rate_difference,
    removed_logistic,
    removed_relu,
    share_of_edges,
    share_of_nodes,
    share_of_removals,
)
from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.replay import replayed
from rnn_modules.decomposition.samples import Samples, distinct, draw_samples
from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import MODES, Mode
from rnn_modules.network import SQUASHED_GATES, Network, RecurrentLayer
from rnn_modules.network.base import rows_of
from rnn_modules.network.batching import share_out
from rnn_modules.network.stack import Observed


def decompose(
    network: Network,
    inputs,
    labels: np.ndarray,
    class_names: Sequence[str],
    parameters: DecompositionParameters,
    modes: Sequence[Mode] = MODES,
    samples: Samples | None = None,
    threads: int = 1,
) -> dict[str, ModuleMasks]:
    """Decompose a trained network into one module per class.

    Args:
        network: the parent.
        inputs: training inputs: ``(examples, tokens) int32``, or for translation the pair of sources and decoder
            inputs, both ``(examples, tokens) int32``.
        labels: ``(examples,)`` classes, ``(examples, timesteps)`` for many-output models, target languages for
            translation.
        class_names: one name per class.
        parameters: every choice that the paper leaves open.
        modes: ``rolled`` and/or ``unrolled``.
        samples: examples to monitor, by default drawn by :func:`draw_samples`.
        threads: examples, and then classes, are shared out among at most this many.

    Returns:
        The modules of each mode.

    Raises:
        InputError: a class without examples, or shapes that do not fit the network.

    Example:
        >>> from rnn_modules.network import Classifier
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> inputs, labels = np.array([[0, 0, 1], [0, 0, 0], [1, 1, 0], [1, 1, 1]]), np.array([0, 0, 1, 1])
        >>> parameters = DecompositionParameters(removal_cap=0.5)
        >>> found = decompose(network, inputs, labels, ("left", "right"), parameters, ["rolled"])
        >>> found["rolled"].kept[0].tolist()
        [[[[True, False]]], [[[False, True]]]]
    """
    if parameters.small:
        raise InputError("decomposition parameters keep and tolerance: are of small networks, which are no masks")
    if isinstance(modes, str) or not set(modes) <= set(MODES):
        raise InputError(f"modes: received {modes!r}; expected a list of some of {', '.join(MODES)}")
    modes = list(dict.fromkeys(modes))
    if samples is None:
        samples = draw_samples(labels, len(class_names), network.timesteps, parameters, network.independent)
    statistics = _statistics(network, inputs, samples, parameters, modes, threads)
    counts = samples.counts(class_names)
    return {
        mode: ModuleMasks(
            mode=mode,
            class_names=tuple(class_names),
            kept=_identify(network, statistics[mode], parameters, parameters.cap_of(mode)),
            parent=network.sha256,
            parameters=parameters,
            counts=counts,
        )
        for mode in modes
    }


def concern_scores(
    network: Network, inputs, labels: np.ndarray, classes: int, parameters: DecompositionParameters, threads: int = 1
) -> list[np.ndarray]:
    """The paper's statistics as a score of every node: that of positive less that of negative examples.

    Args: those of :func:`decompose`, with the number of classes in place of their names.

    Returns:
        Per layer ``(classes, units)``; zero where there are no samples.

    Example:
        >>> from rnn_modules.network import Classifier
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> inputs, labels = np.array([[0, 0, 1], [0, 0, 0], [1, 1, 0], [1, 1, 1]]), np.array([0, 0, 1, 1])
        >>> concern_scores(network, inputs, labels, 2, DecompositionParameters())[0].round(1).tolist()
        [[0.7, -0.7], [-0.7, 0.7]]
    """
    samples = draw_samples(labels, classes, network.timesteps, parameters, network.independent)
    found = _statistics(network, inputs, samples, parameters, ("rolled",), threads)["rolled"]
    return [np.nan_to_num(positive - negative)[:, 0, 0] for positive, negative in found]


def _statistics(
    network: Network,
    inputs,
    samples: Samples,
    parameters: DecompositionParameters,
    modes: Sequence[Mode],
    threads: int,
) -> dict[str, list[tuple[np.ndarray, np.ndarray]]]:
    """For each mode and layer the statistics of positive and of negative samples, see :func:`_layer_statistics`."""
    rows = distinct(part for side in (samples.positive, samples.negative) for of_class in side for part in of_class)
    positions = np.zeros(rows[-1] + 1, np.intp)
    positions[rows] = np.arange(len(rows))
    observed_inputs = rows_of(inputs, rows)
    statistics: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {mode: [] for mode in modes}
    # All at once: equal beginnings of texts have equal activations to the last bit, which outliers depend on.
    watched = replayed(network, parameters) if parameters.monitored_network == "replayed" else network
    observing = watched.observe(observed_inputs, parameters.gate_approach == "per_gate", threads)
    for layer, observed in zip(network.layers, observing, strict=True):
        for mode in modes:
            groups = _groups(len(observed), mode == "rolled", not network.many_output, parameters)
            at_steps = samples.over(len(observed))
            statistics[mode].append(
                _layer_statistics(layer, observed, positions, at_steps, groups, parameters, threads)
            )
    return statistics


def _groups(timesteps: int, rolled: bool, one_output: bool, parameters: DecompositionParameters) -> list[Sequence[int]]:
    """Timesteps whose observations are taken together.

    A rolled model's are those of all timesteps (``flatten_obs``), an unrolled one's those of each (``obs_at``).
    """
    if not rolled:
        return [[step] for step in range(timesteps)]
    if one_output and parameters.rolled_observations == "last_timestep":
        return [[timesteps - 1]]
    return [range(timesteps)]


def _layer_statistics(
    layer: RecurrentLayer,
    observed: Sequence[Observed],
    positions: np.ndarray,
    samples: Samples,
    groups: Sequence[Sequence[int]],
    parameters: DecompositionParameters,
    threads: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Statistics of every node of a layer for positive and negative samples.

    Both are ``(classes, groups of timesteps, gates or 1, units) float64``, not-a-number where there are no samples.
    ``observed`` is by timestep and has the sampled example ``row`` at ``positions[row]``.
    """
    sides = samples.positive, samples.negative
    padding = parameters.masked_observations == "count"
    result = np.full((2, len(samples.positive), len(groups), *observed[0].values.shape[1:]), np.nan)

    def fill(side_and_label: tuple[int, int]) -> None:
        side, label = side_and_label
        for index, group in enumerate(groups):
            parts = [observed[step].of(positions[sides[side][label][step]], padding) for step in group]
            values = parts[0] if len(parts) == 1 else np.concatenate(parts)
            if len(values):
                result[side, label, index] = _statistic(layer, values, parameters)

    share_out(fill, np.ndindex(result.shape[:2]), threads)
    return tuple(result)


def _statistic(layer: RecurrentLayer, values: np.ndarray, parameters: DecompositionParameters) -> np.ndarray:
    """Statistic of each node from ``(observations, gates or 1, units)``, as ``(gates or 1, units)``."""
    observations, gates, units = values.shape
    if layer.activation == "relu":
        rate = active_share if parameters.relu_rule == "rate_difference" else active_rate
        return rate(values.reshape(observations, -1)).reshape(gates, units)
    names = layer.gates if gates > 1 else ("hidden",)
    return np.stack(
        [
            central_tendency(values[:, gate], parameters.outlier_distance)
            if name in SQUASHED_GATES or parameters.sigmoid_gates == "central_tendency"
            else open_share(values[:, gate], parameters.gate_open)
            for gate, name in enumerate(names)
        ]
    )


def _identify(
    network: Network,
    statistics: list[tuple[np.ndarray, np.ndarray]],
    parameters: DecompositionParameters,
    cap: float,
) -> tuple[np.ndarray, ...]:
    """Masks of the kept nodes per layer (``update_concern``), for all classes and timesteps at once."""
    layers = network.layers
    masks: dict[int, np.ndarray] = {}
    for group in _ranked_together(layers, statistics, parameters):
        shapes = [statistics[index][0].shape for index in group]
        positive, negative = (
            np.concatenate([statistics[index][side].reshape(*shapes[0][:2], -1) for index in group], axis=-1)
            for side in (0, 1)
        )
        shape_of_layers = [
            LayerShape(len(layers[index].kernel), layers[index].units, len(layers[index].gates), shape[2])
            for index, shape in zip(group, shapes, strict=True)
        ]
        share_removed = {
            "removals": share_of_removals(shape_of_layers),
            "nodes": share_of_nodes,
            "edges": share_of_edges(
                shape_of_layers,
                [[group.index(sender) for sender in network.feeds[index] or () if sender in group] for index in group],
            ),
        }[parameters.cap_counts]
        relu = layers[group[0]].activation == "relu"
        removed = _removed(positive, negative, relu, parameters, cap, share_removed)
        parts = np.split(removed, np.cumsum([shape[2] * shape[3] for shape in shapes])[:-1], axis=-1)
        masks |= {index: ~part.reshape(shape) for index, part, shape in zip(group, parts, shapes, strict=True)}
    return tuple(masks[index] for index in range(len(layers)))


def _ranked_together(
    layers: Sequence[RecurrentLayer],
    statistics: list[tuple[np.ndarray, np.ndarray]],
    parameters: DecompositionParameters,
) -> list[list[int]]:
    """Layers whose nodes are ranked and capped together.

    Those of one activation, for others have other statistics or rules, and of unrolled modules those of as many
    timesteps.
    """
    groups: dict[object, list[int]] = {}
    for index, (layer, (positive, _)) in enumerate(zip(layers, statistics, strict=True)):
        key = (layer.activation, positive.shape[1]) if parameters.removal_scope == "model" else index
        groups.setdefault(key, []).append(index)
    return list(groups.values())


def _removed(
    positive: np.ndarray,
    negative: np.ndarray,
    relu: bool,
    parameters: DecompositionParameters,
    cap: float,
    share_removed: ShareRemoved,
) -> np.ndarray:
    if not relu:
        return removed_logistic(positive - negative, cap, parameters.always_remove_within, share_removed)
    if parameters.relu_rule == "rate_difference":
        return removed_by_rate_difference(positive, negative, cap, parameters.rate_difference, share_removed)
    return removed_relu(positive, negative, cap, share_removed)
