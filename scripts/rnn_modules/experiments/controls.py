"""Whether concern identification finds anything: its modules beside modules that lost as many other nodes.

Each classifier is cut at three readings of the cap, in the paper's order of nodes and in four that know less: random
nodes (as many of each layer, timestep and gate as the paper's module of the class lost), the reversed order, another
class's mask, and nothing removed at all. All are judged on the same examples; a constant answer stands beside.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from rnn_modules.decomposition.algorithm import decompose
from rnn_modules.decomposition.composition import calibrate, module_odds, vote
from rnn_modules.decomposition.masks import ModuleMasks, whole_modules
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.samples import Samples, draw_samples
from rnn_modules.experiments.metrics import majority_metrics, scopes
from rnn_modules.experiments.trained_model import TrainedModel
from rnn_modules.names import CAP_READINGS, Mode


def recognition(odds: np.ndarray, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How well each module tells its class from all else.

    Args:
        odds: ``(modules, examples)`` log-odds; above 0 means yes.
        members: ``(modules, examples) bool``, which examples are of the module's class.

    Returns:
        Area under the ROC curve (Mann and Whitney's statistic, ties count half) and balanced accuracy, both
        ``(modules,) float64``; not-a-number where the class, or anything else, does not occur.

    Example:
        >>> odds = np.array([[2.0, 0.5, -1.0, -2.0], [1.0, 1.0, 1.0, 1.0]])
        >>> auc, balanced = recognition(odds, np.array([[True, False, True, False]] * 2))
        >>> auc.tolist(), balanced.tolist()
        ([0.75, 0.5], [0.5, 0.5])
    """
    from scipy.stats import rankdata

    positive = members.sum(axis=1)
    negative = members.shape[1] - positive
    with np.errstate(divide="ignore", invalid="ignore"):
        ranks = np.where(members, rankdata(odds, axis=1), 0.0).sum(axis=1)
        auc = (ranks - positive * (positive + 1) / 2) / (positive * negative)
        right = (odds > 0) == members
        rates = [(right & side).sum(axis=1) / count for side, count in ((members, positive), (~members, negative))]
    return auc, np.where(positive * negative > 0, (rates[0] + rates[1]) / 2, np.nan)


def random_masks(kept: np.ndarray, draws: int, generator: np.random.Generator) -> np.ndarray:
    """Masks with as many removed nodes, chosen at random, in every module, timestep and gate.

    Args:
        kept: ``(modules, timesteps, gates, units) bool`` of one layer.
        draws: how many masks to draw for each.
        generator: of the draws.

    Returns:
        ``(draws, modules, timesteps, gates, units) bool``.

    Example:
        >>> kept = np.array([[[[True, True, False, False]]], [[[True, True, True, False]]]])
        >>> random_masks(kept, 5, np.random.default_rng(0)).sum(axis=-1)[..., 0, 0].tolist()
        [[2, 3], [2, 3], [2, 3], [2, 3], [2, 3]]
    """
    return generator.permuted(np.broadcast_to(kept, (draws, *kept.shape)), axis=-1)


def judged(odds: np.ndarray, labels: np.ndarray) -> list[dict[str, Any]]:
    """Figures of several sets of modules, one module of each class in every set.

    Args:
        odds: ``(sets, classes, examples, ...)``.
        labels: ``(examples, ...)`` classes.

    Returns:
        Per set: by scope accuracy and balanced accuracy of the joint decision; ``modules``, by class the one-against-
        rest ``auc`` and ``balanced_accuracy`` over all positions, None where the class does not occur.

    Example:
        >>> odds = np.array([[[2.0, -1.0, 0.5], [-2.0, 1.0, 0.6]]])
        >>> (found,) = judged(odds, np.array([0, 1, 0]))
        >>> round(found["scopes"]["all"]["accuracy"], 2), found["scopes"]["all"]["balanced_accuracy"]
        (0.67, 0.75)
        >>> found["modules"]["auc"]
        [1.0, 1.0]
    """
    classes = odds.shape[1]
    members = labels.reshape(1, -1) == np.arange(classes)[:, None]
    found = []
    for own in odds:
        decisions = vote(own)
        auc, balanced = recognition(own.reshape(classes, -1), members)
        by_scope = {}
        for scope, counted in scopes(labels).items():
            right, truth = decisions[counted] == labels[counted], labels[counted]
            totals = np.bincount(truth, minlength=classes)
            hits = np.bincount(truth, right, minlength=classes)
            by_scope[scope] = {
                "accuracy": float(right.mean()),
                "balanced_accuracy": float(np.mean(hits[totals > 0] / totals[totals > 0])),
            }
        modules = {"auc": _known(auc), "balanced_accuracy": _known(balanced)}
        found.append({"scopes": by_scope, "modules": modules})
    return found


def _known(values: Iterable[float]) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


def controls(
    model: TrainedModel,
    parameters: DecompositionParameters,
    modes: Sequence[Mode],
    draws: int,
    test_examples: int | None = None,
    threads: int = 1,
) -> dict[str, Any]:
    """Cut a classifier at every reading of the cap and judge its modules beside the controls.

    Args:
        model: a trained classifier.
        parameters: of the decomposition; what the cap counts is varied.
        modes: ``rolled`` and/or ``unrolled``.
        draws: sets of random modules.
        test_examples: judge on at most this many test examples, drawn at random; None: on all.
        threads: work is shared out among at most this many.

    Returns:
        ``classes``, ``parent``, ``majority``, ``readings`` and ``evaluated`` of a result record.

    Example:
        >>> from support.made_up_models import classifier_model
        >>> found = controls(classifier_model(), DecompositionParameters(), ["rolled"], draws=3)
        >>> list(found["readings"]), sorted(found["readings"]["nodes"]["rolled"])
        (['removals', 'nodes', 'edges'], ['other_class', 'paper', 'random', 'removed_share', 'reversed'])
        >>> len(found["readings"]["nodes"]["rolled"]["random"])
        3
    """
    network, dataset = model.classifier, model.dataset
    inputs, labels = dataset.inputs("test"), dataset.labels("test")
    generator = np.random.default_rng(parameters.seed)
    if test_examples is not None and test_examples < len(labels):
        rows = np.sort(generator.choice(len(labels), test_examples, replace=False))
        inputs, labels = inputs[rows], labels[rows]
    training = dataset.inputs("train"), dataset.labels("train")
    samples = draw_samples(training[1], len(dataset.class_names), network.timesteps, parameters)
    # What is removed first of these is what the paper's order removes last.
    exchanged = Samples(positive=samples.negative, negative=samples.positive)

    def odds_of(masks: ModuleMasks, sets: int = 1) -> np.ndarray:
        odds = module_odds(network, masks, inputs, (parameters.head,), threads)[parameters.head]
        return odds.reshape(sets, -1, *odds.shape[1:])

    def with_head(masks: ModuleMasks) -> ModuleMasks:
        return calibrate(network, masks, *training, parameters.seed) if parameters.head == "calibrated" else masks

    readings: dict[str, dict[str, Any]] = {}
    for reading in CAP_READINGS:
        changed = dataclasses.replace(parameters, cap_counts=reading)
        paper, reverse = (
            decompose(network, *training, dataset.class_names, changed, modes, drawn, threads)
            for drawn in (samples, exchanged)
        )
        readings[reading] = {}
        for mode in modes:
            masks = paper[mode]
            kept = tuple(np.roll(layer, 1, axis=0) for layer in masks.kept)
            sets = {
                "paper": masks,
                "reversed": reverse[mode],
                "other_class": dataclasses.replace(masks, kept=kept),
            }
            entry: dict[str, Any] = {name: judged(odds_of(with_head(one)), labels)[0] for name, one in sets.items()}
            entry["random"] = judged(odds_of(with_head(_drawn(masks, draws, generator)), draws), labels)
            entry["removed_share"] = float(np.mean([1 - layer.mean() for layer in masks.kept]))
            readings[reading][mode] = entry
    whole = dataclasses.replace(whole_modules(network, dataset.class_names), parameters=parameters)
    constant = majority_metrics(labels, training[1])
    return {
        "classes": list(dataset.class_names),
        "parent": judged(odds_of(with_head(whole)), labels)[0],
        "majority": {
            scope: {name: metrics[name] for name in ("accuracy", "balanced_accuracy")}
            for scope, metrics in constant.items()
        },
        "readings": readings,
        "evaluated": len(labels),
    }


def _drawn(masks: ModuleMasks, draws: int, generator: np.random.Generator) -> ModuleMasks:
    """All draws as one set of modules, so that they run as one batched product."""
    kept = tuple(random_masks(layer, draws, generator).reshape(-1, *layer.shape[1:]) for layer in masks.kept)
    return dataclasses.replace(
        masks, class_names=masks.class_names * draws, kept=kept, positions=masks.outputs * draws, counts={}
    )


def controls_record(
    model: TrainedModel,
    parameters: DecompositionParameters,
    modes: Sequence[Mode],
    run: str,
    preset: str,
    draws: int,
    test_examples: int | None = None,
    threads: int = 1,
) -> dict:
    """The result record of a classifier's controls.

    Args:
        model: a trained classifier.
        parameters: of the decomposition.
        modes: ``rolled`` and/or ``unrolled``.
        run: name of the run.
        preset: that the parameters are of.
        draws: sets of random modules.
        test_examples: judge on at most this many test examples.
        threads: work is shared out among at most this many.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from support.made_up_models import classifier_model, saved
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model = saved(classifier_model(folder=Path(folder, "model"), dataset_folder=Path(folder, "clinc")))
        ...     record = controls_record(model, DecompositionParameters(), ["rolled"], "demo", "paper", draws=2)
        >>> record["experiment"], record["draws"], record["examples"]["evaluated"]
        ('controls', 2, 25)
    """
    found = controls(model, parameters, modes, draws, test_examples, threads)
    evaluated = found.pop("evaluated")
    results = {"parameters": dataclasses.asdict(parameters), "draws": draws, **found}
    return model.record_of("controls", run, preset, results, evaluated)
