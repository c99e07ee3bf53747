"""A network of few nodes for a class, or for several: rank what is left, keep less of it, fold the rest, and again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rnn_modules.decomposition.activity import Sent, parts_of, sent
from rnn_modules.decomposition.folding import Drift, LayerMoments, fold
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.places import Places
from rnn_modules.decomposition.selection import highest, least_lost, numbers_within
from rnn_modules.decomposition.sensitivity import class_derivatives, fisher_scores, squares_by_gates
from rnn_modules.network import Network
from rnn_modules.network.base import examples_of, rows_of

Nodes = list[np.ndarray]
"""For each layer the positions of nodes, ascending."""


@dataclass(frozen=True, eq=False)
class Task:
    """What a module, or one network for several, is made on.

    Attributes:
        network: the whole network.
        outputs: positions of the classes.
        places: of each class.
        inputs: of each class' decisions.
        sent: what the layers send on all of them.
        scores: Fisher scores of each layer's nodes, added up over the classes.
        concern: scores by the paper's statistics, likewise; None unless nodes are ranked by these.
    """

    network: Network
    outputs: tuple[int, ...]
    places: tuple[Places, ...]
    inputs: tuple[Any, ...]
    sent: list[Sent]
    scores: list[np.ndarray]
    concern: list[np.ndarray] | None = None

    @classmethod
    def of(
        cls,
        network: Network,
        inputs: Any,
        outputs: Sequence[int],
        places: Sequence[Places],
        weighed: bool = False,
        concern: list[np.ndarray] | None = None,
    ) -> Task:
        """Run the whole network on the decisions of some classes, once forth and back.

        Args:
            network: the whole network.
            inputs: training inputs.
            outputs: positions of the classes.
            places: of each class, some decisions.
            weighed: whether observations count as much as the class depends on them.
            concern: scores by the paper's statistics.

        Example:
            >>> from rnn_modules.network import Classifier, RecurrentLayer
            >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
            >>> network = Classifier((layer,), np.array([[1.0, 0], [0, 0]]), np.zeros(2), embedding=np.eye(2), tokens=1)
            >>> places = Places(np.arange(2), None, np.array([True, False]))
            >>> Task.of(network, np.array([[0], [1]]), [0], [places]).scores[0].round(2).tolist()
            [0.29, 0.0]
        """
        of_classes = tuple(rows_of(inputs, of_class.rows) for of_class in places)
        observed, scores = [], [np.zeros(layer.units) for layer in network.layers]
        for output, of_class, own in zip(outputs, places, of_classes, strict=True):
            for part, steps in parts_of(network, own, of_class.steps):
                run = network.run(part)
                found = class_derivatives(network, run, part, output, steps)
                observed.append(sent(network, run, steps, found if weighed else None))
                for total, squares in zip(scores, squares_by_gates(run.traces, found), strict=True):
                    total += squares / examples_of(own)
        joined = [Sent.joined(of_layer) for of_layer in zip(*observed, strict=True)]
        return cls(network, tuple(outputs), tuple(places), of_classes, joined, scores, concern)

    @cached_property
    def moments(self) -> list[LayerMoments]:
        """Moments of what each layer sends."""
        return [LayerMoments.of(of_layer) for of_layer in self.sent]


def sent_at(network: Network, inputs: Any, places: Places) -> list[Sent]:
    """What the layers of a network send on the decisions of a class.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> places = Places(np.arange(2), None, np.array([True, False]))
        >>> sent_at(network, np.array([[0, 1, 1], [1, 0, 0]]), places)[0].onward.values.round(2).tolist()
        [[0.57, 0.94], [0.94, 0.57]]
    """
    parts = [sent(network, network.run(part), steps) for part, steps in parts_of(network, inputs, places.steps)]
    return [Sent.joined(of_layer) for of_layer in zip(*parts, strict=True)]


def shrunk(
    task: Task, shares: Sequence[float], parameters: DecompositionParameters, generator: np.random.Generator
) -> Iterator[tuple[Nodes, Network]]:
    """Smaller and smaller networks.

    Args:
        task: what they are made on.
        shares: of the recurrent layers' weights, descending.
        parameters: ``ranking``, ``replacement`` and ``drift_rounds``.
        generator: of random rankings.

    Yields:
        For each layer the positions of the nodes that stay, and the network of them.

    Example:
        >>> from support.made_up_models import classifier_model
        >>> model = classifier_model(classes=3, cell="vanilla")
        >>> places = Places(np.arange(40), None, model.dataset.labels("train")[:40] == 0)
        >>> task = Task.of(model.network, model.dataset.inputs("train"), [0], [places])
        >>> parameters = DecompositionParameters(keep=0.25, ranking="fisher", replacement="fold")
        >>> found = shrunk(task, [0.5, 0.25], parameters, np.random.default_rng(0))
        >>> sizes = [layer.units for layer in model.network.layers]
        >>> [[len(own) < units for own, units in zip(nodes, sizes)] for nodes, _ in found]
        [[True, True], [True, True]]
    """
    network = task.network
    moments = task.moments
    weights = sum(layer.weights for layer in network.layers)
    kept: Nodes = [np.arange(layer.units) for layer in network.layers]
    small = network
    for share in shares:
        scores = _scores(small, kept, task, parameters, generator)
        numbers = numbers_within(network.layers, scores, weights * share, network.node_feeds, network.restored)
        kept = [
            own[_chosen(part, of_layer, own, number, parameters)]
            for part, of_layer, own, number in zip(scores, moments, kept, numbers, strict=True)
        ]
        small = fold(network, kept, moments, parameters.replacement)
        yield kept, small


def allowing_for_drift(task: Task, kept: Nodes, small: Network, rounds: int) -> Network:
    """The network folded again, so many times, with allowance for the errors of the one before.

    Args:
        task: what it was made on.
        kept: positions of its nodes.
        small: the network.
        rounds: how many times.

    Example:
        >>> allowing_for_drift(None, [], "as it is", rounds=0)
        'as it is'
    """
    for _ in range(rounds):
        parts = [sent_at(small, own, places) for own, places in zip(task.inputs, task.places, strict=True)]
        less = [Sent.joined(of_layer) for of_layer in zip(*parts, strict=True)]
        drift = [Drift.of(*of_layer) for of_layer in zip(task.sent, less, kept, strict=True)]
        small = fold(task.network, kept, task.moments, drift=drift)
    return small


def _chosen(
    scores: np.ndarray, moments: LayerMoments, kept: np.ndarray, number: int, parameters: DecompositionParameters
) -> np.ndarray:
    if parameters.ranking == "reconstruction":
        return least_lost(scores, moments.back.of_nodes(kept), number)
    return highest(scores, number)


def _scores(
    small: Network,
    kept: Nodes,
    task: Task,
    parameters: DecompositionParameters,
    generator: np.random.Generator,
) -> list[np.ndarray]:
    """Score of every node that is left, added up over the classes of a task."""
    if parameters.ranking == "random":
        return [generator.random(len(own)) for own in kept]
    if parameters.ranking == "concern":
        assert task.concern is not None
        return [part[own] for part, own in zip(task.concern, kept, strict=True)]
    scores = task.scores
    if small is not task.network:
        found = [
            fisher_scores(small, part, output, places)
            for output, part, places in zip(task.outputs, task.inputs, task.places, strict=True)
        ]
        scores = [np.sum(layer, axis=0) for layer in zip(*found, strict=True)]
    return [-part for part in scores] if parameters.ranking == "reversed" else scores
