"""RQ1: does decomposing a model into modules incur cost? (paper section V-B1, Table II)."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnn_modules.data.dataset import Dataset, tags
from rnn_modules.decomposition.composition import module_odds, translate, vote, zeroed
from rnn_modules.decomposition.counts import jaccard, kept_share, recurrent_share, removed_share_per_layer
from rnn_modules.decomposition.masks import check_parent
from rnn_modules.decomposition.replay import replayed
from rnn_modules.decomposition.small_modules import AnyModules, SmallModules
from rnn_modules.experiments.metrics import (
    majority_metrics,
    recognition,
    scoped_metrics,
    translation_metrics,
    wrong_words,
)
from rnn_modules.experiments.trained_model import TrainedModel
from rnn_modules.names import BY_PACKAGE, COMPACT, PACKAGE
from rnn_modules.network import Classifier, EncoderDecoder, Network, classifies, translates

Scores = dict[str, dict]
"""Metrics by scope: ``all`` and ``unpadded`` positions, or language pairs."""


def decomposition_cost(
    network: Network, dataset: Dataset, modules: Mapping[str, AnyModules], split: str = "test", threads: int = 1
) -> dict[str, Any]:
    """Compare a model with the compositions of its modules, and with controls, on the same examples.

    Args:
        network: the monolithic model.
        dataset: the dataset it was trained on.
        modules: its modules, by kind; those of the first say how many examples of a class are evaluated.
        split: which examples are evaluated.
        threads: examples are shared out among at most this many.

    Returns:
        ``monolithic``, ``controls``, ``modes`` and, where there are such modules, ``package`` (by mode) and ``compact``
        of a result record, and ``examples_evaluated``.

    Example:
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> from rnn_modules.experiments.trained_model import decompose_trained
        >>> from support.made_up_models import classifier_model
        >>> model, nothing_removed = classifier_model(), DecompositionParameters(removal_cap=0)
        >>> modules = decompose_trained(model.network, model.dataset, nothing_removed, ["rolled"])
        >>> cost = decomposition_cost(model.network, model.dataset, modules)
        >>> cost["modes"]["rolled"]["composed"]["mean"] == cost["monolithic"], cost["examples_evaluated"]
        (True, 25)
    """
    first = next(iter(modules.values()))
    evaluation: _Translation | _Classification
    if translates(network):
        evaluation = _Translation(network, dataset, split, first, threads)
    else:
        assert classifies(network)
        evaluation = _Classification(network, dataset, split, first, threads)
    results: dict[str, dict[str, Any]] = {}
    for mode, mode_modules in modules.items():
        start = time.perf_counter()
        results[mode] = {
            "head": evaluation.primary_head(mode_modules),
            **evaluation.scores(mode_modules),
            **kept(mode_modules, network),
            "seconds": time.perf_counter() - start,
        }
    by_package = {mode: results.pop(name) for name, mode in BY_PACKAGE.items() if name in results}
    small = {COMPACT: results.pop(COMPACT)} if COMPACT in results else {}
    return {
        "monolithic": evaluation.monolithic(),
        "controls": evaluation.controls(),
        "modes": results,
        **({PACKAGE: by_package} if by_package else {}),
        **small,
        "examples_evaluated": evaluation.examples,
    }


def kept(modules: AnyModules, network: Network) -> dict[str, Any]:
    """What modules keep of their parent, as a result record has it.

    Example:
        >>> from support.networks import random_classifier, random_small_modules
        >>> network = random_classifier()
        >>> sorted(kept(random_small_modules(network), network))
        ['kept_share', 'recurrent_share', 'removed_share_per_layer']
    """
    counted = {
        "recurrent_share": float(recurrent_share(modules, network).mean()),
        "kept_share": float(kept_share(modules, network).mean()),
        "removed_share_per_layer": removed_share_per_layer(modules, network),
    }
    # No weight of a folded network is the parent's, so it has no Jaccard index.
    return (
        counted if isinstance(modules, SmallModules) else {"jaccard": float(jaccard(modules, network).mean())} | counted
    )


class _Classification:
    """Evaluation of a classifier and its modules by accuracy."""

    def __init__(self, network: Classifier, dataset: Dataset, split: str, modules: AnyModules, threads: int) -> None:
        self.threads = threads
        rows = rows_per_class(dataset.labels(split), modules.parameters.test_examples_per_class)
        self.network, self.reference = network, replayed(network, modules.parameters)
        self.inputs, self.labels = dataset.inputs(split)[rows], dataset.labels(split)[rows]
        self.training_labels = dataset.labels("train")
        self.examples = len(rows)

    def monolithic(self) -> Scores:
        return scoped_metrics(self.labels, self.reference.logits(self.inputs).argmax(axis=-1))

    def controls(self) -> dict[str, Scores]:
        controls = {"majority": majority_metrics(self.labels, self.training_labels)}
        if self.network.many_output:
            decisions = zeroed(self.network).logits(self.inputs).argmax(axis=-1)
            controls["zeroed"] = scoped_metrics(self.labels, decisions)
        return controls

    def scores(self, modules: AnyModules) -> dict[str, Any]:
        found = module_odds(self.network, modules, self.inputs, modules.heads, self.threads)
        return {
            "composed": {head: scoped_metrics(self.labels, vote(odds)) for head, odds in found.items()},
            "recognition": {
                head: recognition(self.labels, odds, modules.yes_from(head)) for head, odds in found.items()
            },
        }

    @staticmethod
    def primary_head(modules: AnyModules) -> str:
        return modules.parameters.head


def rows_per_class(labels: np.ndarray, number: int | None) -> np.ndarray:
    """All rows, or in their order the first ``number`` of every class; a row counts for one of its classes alone.

    That is the first of them, in the order of the classes, which has too few yet.

    Args:
        labels: ``(examples,)`` or ``(examples, timesteps)``.
        number: of each class; None takes all rows.

    Example:
        >>> rows_per_class(np.array([1, 1, 0, 1, 0]), 1).tolist(), rows_per_class(np.array([1, 0]), None).tolist()
        ([0, 2], [0, 1])
    """
    if number is None:
        return np.arange(len(labels))
    by_row = labels.reshape(len(labels), -1)
    missing = np.full(by_row.max(initial=0) + 1, number)
    chosen = []
    for row, present in enumerate(by_row):
        wanted = np.unique(present[missing[present] > 0])
        if len(wanted):
            missing[wanted[0]] -= 1
            chosen.append(row)
    return np.array(chosen, dtype=np.intp)


class _Translation:
    """Evaluation of an encoder-decoder and its modules by BLEU, per pair of languages."""

    def __init__(
        self, network: EncoderDecoder, dataset: Dataset, split: str, modules: AnyModules, threads: int
    ) -> None:
        self.network, self.dataset, self.threads = network, dataset, threads
        self.sources, self.languages = dataset.inputs(split), dataset.labels(split)
        self.references = dataset.references(split)
        self.examples = len(self.sources)
        self.start, self.end = dataset.tag_ids()

    def monolithic(self) -> Scores:
        return self._scores(self._translated(None))

    def scores(self, modules: AnyModules) -> dict[str, Any]:
        check_parent(modules.parent, self.network)
        return {"composed": {"parent": self._scores(self._translated(modules))}}

    def controls(self) -> dict[str, Scores]:
        """Right tags around as many wrong words as the reference has."""
        return {"tags_only": self._scores(np.array(wrong_words(self.references)))}

    @staticmethod
    def primary_head(modules: AnyModules) -> str:
        return "parent"

    def _translated(self, modules: AnyModules | None) -> np.ndarray:
        ids = translate(self.network, self.sources, self.languages, self.start, self.end, modules, self.threads)
        return self.dataset.sentences(ids)

    def _scores(self, hypotheses: np.ndarray) -> Scores:
        source = self.dataset.metadata["source_language"]
        scores = {}
        for index, language in enumerate(self.dataset.class_names):
            rows = np.flatnonzero(self.languages == index)
            scores[f"{source}-{language}"] = translation_metrics(
                hypotheses[rows].tolist(),
                self.references[rows].tolist(),
                *tags(language),
            )
        return scores


def cost_record(model: TrainedModel, modes: Sequence[str], run: str, preset: str, threads: int = 1) -> dict:
    """The result record of a trained model's decomposition.

    Args:
        model: with its modules in its folder.
        modes: ``rolled``, ``unrolled`` or both, then other :data:`rnn_modules.names.MODULES` that there are.
        run: name of the run.
        preset: that the modules were made with.
        threads: examples are shared out among at most this many.

    Raises:
        InputError: the modules are missing, damaged, or another model's.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> from rnn_modules.experiments.trained_model import decompose_trained
        >>> from support.made_up_models import classifier_model, saved
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model = classifier_model(folder=Path(folder, "model"), dataset_folder=Path(folder, "clinc"))
        ...     _ = saved(model, decompose_trained(model.network, model.dataset, DecompositionParameters(), ["rolled"]))
        ...     record = cost_record(model, ["rolled"], "demo", "paper")
        >>> record["experiment"], record["rnn"], sorted(record["modes"]), record["parameters"]["removal_cap"]
        ('decomposition_cost', 'lstm', ['rolled'], 0.2)
    """
    modules = {mode: model.modules(mode) for mode in modes}
    result = decomposition_cost(model.network, model.dataset, modules, threads=threads)
    evaluated = result.pop("examples_evaluated")
    results = {"parameters": dataclasses.asdict(next(iter(modules.values())).parameters), **result}
    return model.record_of("decomposition_cost", run, preset, results, evaluated, modes)
