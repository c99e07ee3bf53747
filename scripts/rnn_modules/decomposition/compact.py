"""Small modules: rank nodes, keep few of them in rounds, fold the others into these, and refit the head.

Without training. The steps, each a parameter of its own, are put together for every class by :func:`compact`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn_modules.decomposition.activity import parts_of
from rnn_modules.decomposition.algorithm import concern_scores
from rnn_modules.decomposition.heads import head_odds
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.places import Places, draw_places, hold_back
from rnn_modules.decomposition.refitting import ModuleHead, recognising, refit
from rnn_modules.decomposition.selection import check_keep, least_share
from rnn_modules.decomposition.sensitivity import decisions
from rnn_modules.decomposition.shrinking import Nodes, Task, allowing_for_drift, shrunk
from rnn_modules.decomposition.small_modules import SmallModules
from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import PARENTS_HEAD, Mode
from rnn_modules.network import Network, translates
from rnn_modules.network.base import rows_of
from rnn_modules.network.batching import share_out

logger = logging.getLogger(__name__)

LEAST_SHARE = 0.01
"""Smallest share of the weights that is tried for a tolerance."""


def compact(
    network: Network,
    inputs: Any,
    labels: np.ndarray,
    class_names: Sequence[str],
    parameters: DecompositionParameters,
    threads: int = 1,
    modes: Sequence[Mode] = ("rolled",),
    padding: int | None = None,
) -> SmallModules:
    """Make one small network per class of a trained network.

    Args:
        network: the trained network; of a graph, what reads nodes and is not recurrent reads all, made of kept ones.
        inputs: training inputs.
        labels: ``(examples,)`` or ``(examples, timesteps)`` classes; target languages for translation.
        class_names: in the order of the output nodes.
        parameters: of small networks: ``keep``, ``ranking``, ``replacement``, ``rounds``, ``node_scope``, and the rest.
        threads: classes are shared out among at most this many.
        modes: rolled alone; an unrolled module has other nodes at each timestep, which no one network of fewer has.
        padding: the class of positions that are none: modules vote there, but what each says by itself does not count.

    Raises:
        InputError: a class has no example, a network is not of this kind, or another mode is asked for.

    Example:
        >>> import dataclasses
        >>> from rnn_modules.decomposition.parameters import preset
        >>> from support.made_up_models import classifier_model
        >>> model = classifier_model(classes=3, cell="vanilla")
        >>> data = model.dataset
        >>> parameters = dataclasses.replace(preset("compact", "many_to_one", "vanilla"), keep=0.3)
        >>> modules = compact(model.network, data.inputs("train"), data.labels("train"), data.class_names, parameters)
        >>> len(modules), modules.networks[0].layers[0].units < model.network.layers[0].units
        (3, True)
    """
    if list(modes) != ["rolled"]:
        raise InputError(
            f"modes: received {', '.join(modes)}; small networks are rolled, for unrolled modules have other nodes at "
            "each timestep: give modes=['rolled'], or make masks: preset='paper', without keep and tolerance"
        )
    classes = len(class_names)
    if translates(network):
        if parameters.tolerance is not None:
            raise InputError(
                "decomposition parameter tolerance: a language's module recognises nothing, so there is no accuracy to "
                "keep to; give keep"
            )
        places = _languages(labels, classes, parameters)
    else:
        sample, seed = parameters.ranking_sample, parameters.seed
        places = draw_places(labels, classes, sample, seed, network.independent, padding)
    groups = [range(classes)] if parameters.node_scope == "shared" else [[label] for label in range(classes)]
    rates = None if translates(network) else _rates(labels, classes, network.independent)
    concern = None
    if parameters.ranking == "concern":
        concern = concern_scores(network, inputs, labels, classes, parameters, threads)

    def made(outputs: Sequence[int]) -> tuple[Nodes, Network, list[ModuleHead]]:
        own = [places[label] for label in outputs]
        scores = None if concern is None else [part[list(outputs)].sum(axis=0) for part in concern]
        kept, small = _smaller(network, inputs, outputs, own, parameters, scores)
        logger.info("%s: %s nodes", class_names[outputs[0]], [len(of_layer) for of_layer in kept])
        heads = []
        if rates is not None:
            heads = [
                _refitted(small, inputs, label, of_class, rates[label])
                for label, of_class in zip(outputs, own, strict=True)
            ]
        return kept, small, heads

    nodes, networks, fitted = zip(*share_out(made, groups, threads), strict=True)
    heads = [head for of_group in fitted for head in of_group]
    return SmallModules(
        class_names=tuple(class_names),
        networks=networks,
        nodes=nodes,
        parent=network.sha256,
        parameters=parameters,
        positions=tuple(range(classes)),
        counts={
            name: {"positive": int(part.members.sum()), "negative": int((~part.members).sum())}
            for name, part in zip(class_names, places, strict=True)
        },
        refitted=ModuleHead.joined(heads) if heads else None,
    )


def _languages(labels: np.ndarray, classes: int, parameters: DecompositionParameters) -> list[Places]:
    """Sentences into each language; a language's module never reads those into another one."""
    order = np.random.default_rng(parameters.seed).permutation(len(labels))
    own = [order[labels[order] == label][: parameters.ranking_sample] for label in range(classes)]
    for label, rows in enumerate(own):
        if not len(rows):
            raise InputError(f"labels: there is no sentence into language {label}, so no module can be made of it")
    return [Places(rows, None, np.ones(len(rows), bool)) for rows in own]


def _rates(labels: np.ndarray, classes: int, independent: bool) -> np.ndarray:
    """Share of each class in training."""
    if independent:
        return labels.reshape(-1, classes).mean(axis=0)
    return np.bincount(labels.ravel(), minlength=classes) / labels.size


def features_at(network: Network, inputs: Any, output: int, places: Places) -> tuple[np.ndarray, np.ndarray]:
    """What a head reads where each example is decided.

    Args:
        network: the network.
        inputs: training inputs.
        output: position of the class.
        places: some decisions on them.

    Returns:
        What the last weights before the logits read, ``(examples, features)``, and the class' log-odds by the logits,
        ``(examples,)``.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> places = Places(np.array([1, 0]), None, np.array([True, False]))
        >>> [part.round(2).tolist() for part in features_at(network, np.array([[0, 1, 1], [1, 0, 0]]), 0, places)]
        [[[0.94, 0.57], [0.57, 0.94]], [0.38, -0.38]]
    """
    found = []
    for part, steps in parts_of(network, rows_of(inputs, places.rows), places.steps):
        run = network.run(part)
        found.append([values[decisions(values, steps)] for values in (run.features, run.logits)])
    features, logits = (np.concatenate(parts) for parts in zip(*found, strict=True))
    independent = network.independent
    return features, head_odds(logits[None], PARENTS_HEAD, outputs=[output], independent=independent)[0]


def _refitted(network: Network, inputs: Any, output: int, places: Places, rate: float) -> ModuleHead:
    features, parents = features_at(network, inputs, output, places)
    timesteps = network.decision_steps
    steps = None if timesteps == 1 else places.steps
    head = refit(features, parents, places.members, rate, steps, timesteps, places.weights)
    if places.counted is None or not (places.counted & ~places.members).any():
        return head
    weights = np.ones(len(features)) if places.weights is None else places.weights
    odds = head.odds(features, parents, steps)
    return recognising(head, *(part[places.counted] for part in (odds, places.members, weights)))


def _smaller(
    network: Network,
    inputs: Any,
    outputs: Sequence[int],
    places: Sequence[Places],
    parameters: DecompositionParameters,
    concern: list[np.ndarray] | None,
) -> tuple[Nodes, Network]:
    """One network for some classes: of the share to keep, or the smallest that recognises them well enough."""
    generator = np.random.default_rng([parameters.seed, outputs[0]])
    weighed = parameters.weighing == "sensitivity"
    least = least_share(network.layers, network.node_feeds, network.restored)
    if parameters.keep is not None:
        check_keep(parameters.keep, least)
        task = Task.of(network, inputs, outputs, places, weighed, concern)
        rounds = parameters.rounds
        shares = [parameters.keep ** (number / rounds) for number in range(1, rounds + 1)]
        *_, (kept, small) = shrunk(task, shares, parameters, generator)
        return kept, allowing_for_drift(task, kept, small, parameters.drift_rounds)
    assert parameters.tolerance is not None
    own, held = zip(*(hold_back(part, label) for label, part in zip(outputs, places, strict=True)), strict=True)
    task = Task.of(network, inputs, outputs, own, weighed, concern)
    chosen: tuple[Nodes, Network] = [np.arange(layer.units) for layer in network.layers], network
    wanted = _recognition(network, inputs, outputs, own, held) - parameters.tolerance
    for kept, small in shrunk(task, _ladder(least, parameters.rounds), parameters, generator):
        small = allowing_for_drift(task, kept, small, parameters.drift_rounds)
        if _recognition(small, inputs, outputs, own, held) >= wanted:
            chosen = kept, small
    return chosen


def _ladder(least: float, rounds: int) -> list[float]:
    """Shares down to the least, each the tenth of the one so many rounds before."""
    steps = int(np.floor(rounds * np.log10(1 / max(LEAST_SHARE, least)) + 1e-9))
    return [10 ** (-step / rounds) for step in range(1, steps + 1)]


def _recognition(
    network: Network, inputs: Any, outputs: Sequence[int], places: Sequence[Places], held: Sequence[Places]
) -> float:
    """Mean balanced accuracy on held-back decisions with heads fitted on the others."""
    from sklearn.metrics import balanced_accuracy_score

    found = []
    for output, own, other in zip(outputs, places, held, strict=True):
        head = _refitted(network, inputs, output, own, rate=0.5)
        features, parents = features_at(network, inputs, output, other)
        decided = head.odds(features, parents, other.steps if len(head.biases) > 1 else None) > 0
        found.append(balanced_accuracy_score(other.members, decided))
    return float(np.mean(found))
