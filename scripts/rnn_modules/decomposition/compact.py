"""Small modules: rank nodes, keep few of them in rounds, fold the others into these, and refit the head.

Without training. The steps, each a parameter of its own, are put together for every class by :func:`compact`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_modules.decomposition.activity import Rows, activity, rows_sent
from rnn_modules.decomposition.folding import Drift, LayerMoments, fold
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.places import Places, draw_places
from rnn_modules.decomposition.refitting import RefittedHead, refit
from rnn_modules.decomposition.selection import highest, least_lost, numbers_within
from rnn_modules.decomposition.sensitivity import fisher_scores
from rnn_modules.decomposition.small_modules import SmallModules
from rnn_modules.network import ArrayNetwork, translates
from rnn_modules.network.base import rows_of

logger = logging.getLogger(__name__)

Nodes = list[np.ndarray]


@dataclass(frozen=True, eq=False)
class Task:
    """What a module, or one network for several, is made on.

    Attributes:
        outputs: positions of the classes.
        places: of each class.
        inputs: of each class' decisions.
        rows: what the whole network's layers send on all of them.
        moments: of these.
    """

    outputs: tuple[int, ...]
    places: tuple[Places, ...]
    inputs: tuple[Any, ...]
    rows: tuple[list[Rows], ...]
    moments: list[LayerMoments]

    @classmethod
    def of(cls, network: ArrayNetwork, inputs: Any, outputs: Sequence[int], places: Sequence[Places]) -> Task:
        """Run the whole network on the decisions of some classes."""
        parts = tuple(rows_of(inputs, of_class.rows) for of_class in places)
        rows = tuple(_rows(network, part, of_class) for part, of_class in zip(parts, places, strict=True))
        return cls(
            tuple(outputs), tuple(places), parts, rows, [LayerMoments.of(_all(of)) for of in zip(*rows, strict=True)]
        )


def _rows(network: ArrayNetwork, inputs: Any, places: Places) -> list[Rows]:
    return rows_sent(network, activity(network, inputs), inputs, places.steps)


def _all(rows: Sequence[Rows]) -> Rows:
    """Observations of one layer on several inputs."""
    if len(rows) == 1:
        return rows[0]
    resets = [part.reset for part in rows if part.reset is not None]
    return Rows(
        np.concatenate([part.back for part in rows]),
        np.concatenate([part.onward for part in rows]),
        np.concatenate(resets) if resets else None,
    )


def compact(
    network: ArrayNetwork,
    inputs: Any,
    labels: np.ndarray,
    class_names: Sequence[str],
    parameters: DecompositionParameters,
) -> SmallModules:
    """Make one small network per class of a trained network.

    Args:
        network: the trained network.
        inputs: training inputs.
        labels: ``(examples,)`` or ``(examples, timesteps)`` classes; target languages for translation.
        class_names: in the order of the output nodes.
        parameters: of small networks: ``keep``, ``ranking``, ``replacement``, ``rounds``, ``node_scope``, and the rest.

    Raises:
        InputError: a class has no example.

    Example:
        >>> from rnn_modules.decomposition.parameters import preset
        >>> from support.made_up_models import classifier_model
        >>> model = classifier_model(classes=3, cell="vanilla")
        >>> data, parameters = model.dataset, preset("compact", "many_to_one", "vanilla")
        >>> modules = compact(model.network, data.inputs("train"), data.labels("train"), data.class_names, parameters)
        >>> len(modules), modules.networks[0].layers[0].units < model.network.layers[0].units
        (3, True)
    """
    classes = len(class_names)
    if translates(network):
        places = _languages(labels, classes, parameters)
    else:
        places = draw_places(labels, classes, parameters.ranking_sample, parameters.seed, network.independent)
    groups = [range(classes)] if parameters.node_scope == "shared" else [[label] for label in range(classes)]
    generator = np.random.default_rng(parameters.seed)
    rates = None if translates(network) else _rates(labels, classes, network.independent)
    networks, nodes, heads = [], [], []
    for outputs in groups:
        task = Task.of(network, inputs, outputs, [places[label] for label in outputs])
        kept, small = smaller(network, task, parameters, generator)
        networks.append(small)
        nodes.append(kept)
        if rates is not None:
            heads += [
                refit(hidden_at(small, part, of_class), of_class.members, rates[label])
                for label, part, of_class in zip(outputs, task.inputs, task.places, strict=True)
            ]
        logger.info("%s: %s nodes", class_names[outputs[0]], [len(own) for own in kept])
    return SmallModules(
        class_names=tuple(class_names),
        networks=tuple(networks),
        nodes=tuple(nodes),
        parent=network.sha256,
        parameters=parameters,
        positions=tuple(range(classes)),
        counts={
            name: {"positive": int(part.members.sum()), "negative": int((~part.members).sum())}
            for name, part in zip(class_names, places, strict=True)
        },
        refitted=_head(heads) if heads else None,
    )


def _languages(labels: np.ndarray, classes: int, parameters: DecompositionParameters) -> list[Places]:
    """Sentences into each language; a language's module never reads those into another one."""
    order = np.random.default_rng(parameters.seed).permutation(len(labels))
    own = [order[labels[order] == label][: parameters.ranking_sample] for label in range(classes)]
    return [Places(rows, None, np.ones(len(rows), bool)) for rows in own]


def _rates(labels: np.ndarray, classes: int, independent: bool) -> np.ndarray:
    """Share of each class in training."""
    if independent:
        return labels.mean(axis=0)
    return np.bincount(labels.ravel(), minlength=classes) / labels.size


def _head(heads: list[tuple[np.ndarray, float, float]]) -> RefittedHead:
    widest = max(len(weights) for weights, _, _ in heads)
    return RefittedHead(
        np.stack([np.pad(weights, (0, widest - len(weights))) for weights, _, _ in heads]),
        np.array([bias for _, bias, _ in heads]),
        np.array([added for _, _, added in heads]),
    )


def hidden_at(network: ArrayNetwork, inputs: Any, places: Places) -> np.ndarray:
    """What the last layer sends where each example is decided, ``(examples, units)``.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> places = Places(np.arange(2), None, np.array([True, False]))
        >>> hidden_at(network, np.array([[0, 1, 1], [1, 0, 0]]), places).round(2).tolist()
        [[0.57, 0.94], [0.94, 0.57]]
    """
    return _rows(network, inputs, places)[-1].onward


def smaller(
    network: ArrayNetwork, task: Task, parameters: DecompositionParameters, generator: np.random.Generator
) -> tuple[Nodes, ArrayNetwork]:
    """A network of few of the nodes, for the classes of a task.

    Args:
        network: the whole network.
        task: what it is made on.
        parameters: see :func:`compact`.
        generator: of random rankings.

    Returns:
        For each layer the positions of the nodes that stay, and the network of them.
    """
    kept: Nodes = [np.arange(layer.units) for layer in network.layers]
    small = network
    weights = sum(layer.weights for layer in network.layers)
    assert parameters.keep is not None
    for number in range(1, parameters.rounds + 1):
        scores = _scores(small, kept, task, parameters, generator)
        most = weights * parameters.keep ** (number / parameters.rounds)
        numbers = numbers_within(network.layers, scores, most)
        kept = [
            own[_chosen(part, of_layer, own, count, parameters)]
            for part, of_layer, own, count in zip(scores, task.moments, kept, numbers, strict=True)
        ]
        small = fold(network, kept, task.moments, parameters.replacement)
    for _ in range(parameters.drift_rounds if parameters.replacement == "fold" else 0):
        small = fold(network, kept, task.moments, drift=_drift(small, kept, task))
    return kept, small


def _chosen(
    scores: np.ndarray, moments: LayerMoments, kept: np.ndarray, number: int, parameters: DecompositionParameters
) -> np.ndarray:
    if parameters.ranking == "reconstruction":
        return least_lost(scores, moments.back.of_nodes(kept), number)
    return highest(scores, number)


def _scores(
    small: ArrayNetwork,
    kept: Nodes,
    task: Task,
    parameters: DecompositionParameters,
    generator: np.random.Generator,
) -> list[np.ndarray]:
    """Score of every node that is left, added up over the classes of a task."""
    if parameters.ranking == "random":
        return [generator.random(len(own)) for own in kept]
    found = [
        fisher_scores(small, part, output, places)
        for output, part, places in zip(task.outputs, task.inputs, task.places, strict=True)
    ]
    scores = [np.sum(layer, axis=0) for layer in zip(*found, strict=True)]
    return [-part for part in scores] if parameters.ranking == "reversed" else scores


def _drift(small: ArrayNetwork, kept: Nodes, task: Task) -> list[Drift]:
    """Errors of the kept nodes in the smaller network."""
    own = [_rows(small, part, places) for part, places in zip(task.inputs, task.places, strict=True)]
    return [
        Drift.of(_all(whole), _all(less), nodes)
        for whole, less, nodes in zip(zip(*task.rows, strict=True), zip(*own, strict=True), kept, strict=True)
    ]
