"""The four kinds of problems that modules are reused for: which examples each has, and how these are labelled."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from rnn_modules.data.dataset import Dataset
from rnn_modules.experiments.reuse_tasks import Case, Examples, Problem, real_classes, rows_with
from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import PADDING_ID, Rates

FIRST, SECOND, OTHER = 1, 2, 3
"""Labels of a pair of classes in label sequences."""


class OneOutputPair(Problem):
    """Two classes of a 1:1 or M:1 dataset: label 0 for the first, 1 for the second.

    Example:
        >>> facts = {"class_names": ["red", "green", "blue"]}
        >>> dataset = Dataset({"test_labels": np.array([2, 0, 1, 2])}, facts, {"input": [], "target": None})
        >>> examples = OneOutputPair((dataset,)).examples((0, 2), "test")
        >>> examples.rows[0].tolist(), examples.labels.tolist()
        ([0, 1, 3], [1, 0, 1])
        >>> odds = np.array([[-1.0, 2.0, 0.5], [9.0, 9.0, 9.0], [3.0, 1.0, 0.0]])
        >>> OneOutputPair((dataset,)).compose((0, 2), [odds])["pair"].tolist()
        [1, 0, 0]
    """

    def cases(self) -> list[Case]:
        """All pairs of classes."""
        return list(itertools.combinations(real_classes(self.datasets[0]), 2))

    def outputs(self) -> int:
        """One per class."""
        return 2

    def examples(self, case: Case, split: str) -> Examples:
        """All test examples of the two classes."""
        (dataset,) = self.datasets
        limit = self.examples_per_class if split == "train" else None
        parts = [self._drawn(rows_with(dataset, split, label), limit, *case, label) for label in case]
        rows = np.sort(np.concatenate(parts))
        return Examples((rows,), (dataset.labels(split)[rows] == case[1]).astype(np.int32))

    def compose(
        self, case: Case, odds: Sequence[np.ndarray], yes_from: Sequence[np.ndarray] | None = None
    ) -> dict[str, np.ndarray]:
        """The two modules alone decide."""
        return {"pair": odds[0][list(case)].argmax(axis=0)}

    def restrict(self, case: Case, logits: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """The larger of the two logits."""
        return {"pair": logits[0][list(case)].argmax(axis=0)}


class ManyOutputPair(Problem):
    """Two classes of a 1:N or M:N dataset, with "other" for the other classes; the examples contain one of the two.

    Padding is class 0 of the dataset. Where training examples are balanced, as many are drawn for the first class as
    for the second, and one that contains both counts for each.

    Example:
        >>> facts = {"class_names": ["padding", "noun", "verb", "mark"]}
        >>> arrays = {"test_labels": np.array([[0, 1, 3], [3, 3, 3], [2, 1, 3]])}
        >>> problem = ManyOutputPair((Dataset(arrays, facts, {"input": [], "target": None}),))
        >>> examples = problem.examples((1, 2), "test")
        >>> examples.rows[0].tolist(), examples.labels.tolist()
        ([0, 2], [[0, 1, 3], [2, 1, 3]])
        >>> {kind: int(counted.sum()) for kind, (counted, right) in problem.judged(examples.labels).items()}
        {'labelled': 3, 'with_other': 5, 'all_modules': 6}
    """

    parent_heads = ("with_other",)

    def cases(self) -> list[Case]:
        """All pairs of classes."""
        return list(itertools.combinations(real_classes(self.datasets[0]), 2))

    def outputs(self) -> int:
        """Padding, the two classes, other."""
        return 4

    def examples(self, case: Case, split: str) -> Examples:
        """Examples that contain one of the two classes."""
        (dataset,) = self.datasets
        parts = [rows_with(dataset, split, label) for label in case]
        if split == "train":
            parts = self._trained_on(parts, case)
        rows = np.unique(np.concatenate(parts))
        labels = dataset.labels(split)[rows]
        relabelled = np.where(labels == PADDING_ID, PADDING_ID, OTHER).astype(np.int32)
        for own, label in zip((FIRST, SECOND), case, strict=True):
            relabelled[labels == label] = own
        return Examples((rows,), relabelled)

    def judged(self, labels: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Positions of the two classes; positions that are not padding; all positions, as the package counts."""
        return {
            "labelled": ((labels == FIRST) | (labels == SECOND), labels),
            "with_other": (labels != PADDING_ID, labels),
            # The published package maps every other label, padding too, to one.
            "all_modules": (np.ones(labels.shape, bool), np.where(labels == PADDING_ID, OTHER, labels)),
        }

    def decide(self, logits: np.ndarray) -> dict[str, np.ndarray]:
        """The largest output of those that the decision may answer with."""
        whole = logits.argmax(axis=-1)
        return {
            "labelled": FIRST + logits[..., FIRST:OTHER].argmax(axis=-1),
            "with_other": FIRST + logits[..., FIRST:].argmax(axis=-1),
            "all_modules": np.where(whole == PADDING_ID, OTHER, whole),
        }

    def compose(
        self, case: Case, odds: Sequence[np.ndarray], yes_from: Sequence[np.ndarray] | None = None
    ) -> dict[str, np.ndarray]:
        """The two modules alone decide, or all modules vote (``all_modules``)."""
        two = odds[0][list(case)]
        larger = FIRST + two.argmax(axis=0)
        # Odds of 0 are a probability of 0.5.
        least = np.zeros(2) if yes_from is None else yes_from[0][list(case)]
        one_says_yes = (two >= least.reshape(2, *[1] * (two.ndim - 1))).any(axis=0)
        return {
            "labelled": larger,
            "with_other": np.where(one_says_yes, larger, OTHER),
            "all_modules": _as_pair(odds[0].argmax(axis=0), case),
        }

    def restrict(self, case: Case, logits: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """The largest logit; other classes become "other"."""
        (classes,) = logits
        return {
            "labelled": FIRST + classes[list(case)].argmax(axis=0),
            "with_other": _as_pair(1 + classes[1:].argmax(axis=0), case),
            "all_modules": _as_pair(classes.argmax(axis=0), case),
        }


def _as_pair(classes: np.ndarray, case: Case) -> np.ndarray:
    """Class ids as labels of a pair; every other class becomes "other"."""
    return np.select([classes == case[0], classes == case[1]], [FIRST, SECOND], OTHER)


class Union(Problem):
    """A class of an x:1 dataset (label 0) against texts of an x:N dataset that contain a class (label 1).

    Example:
        >>> none = {"input": [], "target": None}
        >>> colours = Dataset({"test_labels": np.array([1, 0, 1])}, {"class_names": ["red", "green"]}, none)
        >>> names = ["padding", "noun", "verb"]
        >>> tagged = Dataset({"test_labels": np.array([[0, 1], [2, 1]])}, {"class_names": names}, none)
        >>> problem = Union((colours, tagged))
        >>> [problem.name(case) for case in problem.cases()]
        ['red + noun', 'red + verb', 'green + noun', 'green + verb']
        >>> problem.examples((1, 2), "test").labels.tolist()
        [0, 0, 1]
    """

    parent_heads = ("pair",)

    def cases(self) -> list[Case]:
        """Every class of the first dataset with every class of the second."""
        first, second = self.datasets
        return list(itertools.product(real_classes(first), real_classes(second)))

    def outputs(self) -> int:
        """One per class."""
        return 2

    def examples(self, case: Case, split: str) -> Examples:
        """Examples of the first class, then texts that contain the second."""
        parts = [rows_with(dataset, split, label) for dataset, label in zip(self.datasets, case, strict=True)]
        if split == "train":
            parts = self._trained_on(parts, case)
        labels = np.repeat(np.arange(2, dtype=np.int32), [len(rows) for rows in parts])
        return Examples(tuple(parts), labels)

    def compose(
        self, case: Case, odds: Sequence[np.ndarray], yes_from: Sequence[np.ndarray] | None = None
    ) -> dict[str, np.ndarray]:
        """Both modules' odds on one scale."""
        return {"pair": (_over_timesteps(odds[1], case) > odds[0][case[0]]).astype(np.int32)}


class Replacement(Problem):
    """The classes of an x:1 dataset, the first of the case replaced by texts that contain a class of an x:N dataset.

    As many of these texts come in as examples go out, or all when there are fewer.

    Example:
        >>> none = {"input": [], "target": None}
        >>> colours = Dataset({"test_labels": np.array([1, 0, 1])}, {"class_names": ["red", "green"]}, none)
        >>> names = ["padding", "noun", "verb"]
        >>> tagged = Dataset({"test_labels": np.array([[0, 1], [2, 1]])}, {"class_names": names}, none)
        >>> examples = Replacement((colours, tagged)).examples((0, 2), "test")
        >>> [rows.tolist() for rows in examples.rows], examples.labels.tolist()
        ([[0, 2], [1]], [1, 1, 0])
    """

    parent_heads = ("all",)

    def cases(self) -> list[Case]:
        """Every class of the first dataset with every class of the second."""
        first, second = self.datasets
        return list(itertools.product(real_classes(first), real_classes(second)))

    def outputs(self) -> int:
        """One per class of the first dataset."""
        return len(self.datasets[0].class_names)

    def examples(self, case: Case, split: str) -> Examples:
        """Examples of the classes that stay, then the texts that come in."""
        first, second = self.datasets
        limit = self.examples_per_class if split == "train" else None
        of_class = {
            label: self._drawn(rows_with(first, split, label), limit, *case, label) for label in real_classes(first)
        }
        number = len(of_class.pop(case[0]))
        kept = np.sort(np.concatenate(list(of_class.values())))
        new = self._drawn(rows_with(second, split, case[1]), number, *case, len(first.class_names))
        new_labels = np.full(len(new), case[0], np.int32)
        return Examples((kept, new), np.concatenate([first.labels(split)[kept], new_labels]))

    def judged(self, labels: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """All examples."""
        return {"all": (np.ones(labels.shape, bool), labels)}

    def decide(self, logits: np.ndarray) -> dict[str, np.ndarray]:
        """The largest output."""
        return {"all": logits.argmax(axis=-1)}

    def compose(
        self, case: Case, odds: Sequence[np.ndarray], yes_from: Sequence[np.ndarray] | None = None
    ) -> dict[str, np.ndarray]:
        """The new module takes its place among the others, on one scale."""
        scores = odds[0].copy()
        scores[case[0]] = _over_timesteps(odds[1], case)
        return {"all": scores.argmax(axis=0)}


def _over_timesteps(odds: np.ndarray, case: Case) -> np.ndarray:
    """Score of an x:N module for a whole example: its largest odds, ``(examples,)``."""
    return odds[case[1]].max(axis=-1)


def problem_of(
    experiment: str,
    datasets: Sequence[Dataset],
    examples_per_class: int | None,
    seed: int,
    rates: Rates = "natural",
) -> Problem:
    """The problem of an experiment.

    Args:
        experiment: ``intra_reuse`` (one dataset), ``inter_reuse`` or ``inter_replacement`` (an x:1 and an x:N one).
        datasets: one or two classification datasets; two must share a vocabulary and have inputs of one length.
        examples_per_class: see :class:`Problem`.
        seed: of the choice of examples.
        rates: see :class:`Problem`.

    Raises:
        InputError: the datasets do not fit the experiment.

    Example:
        >>> facts = {"class_names": ["red", "green"]}
        >>> dataset = Dataset({"test_labels": np.array([0, 1])}, facts, {"input": [], "target": None})
        >>> type(problem_of("intra_reuse", [dataset], examples_per_class=800, seed=0)).__name__
        'OneOutputPair'
        >>> problem_of("inter_reuse", [dataset], examples_per_class=800, seed=0)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: inter_reuse: expected one dataset (intra_reuse), or one with ...
    """
    datasets = tuple(datasets)
    for dataset in datasets:
        if dataset.is_translation:
            raise InputError(
                f"{experiment}: dataset {dataset.metadata['corpus']} holds translations; languages are reused by "
                "evaluate_translation_reuse.py"
            )
    many_output = [dataset.labels("test").ndim == 2 for dataset in datasets]
    kind: type[Problem]
    if experiment == "intra_reuse" and len(datasets) == 1:
        kind = ManyOutputPair if many_output[0] else OneOutputPair
    elif experiment in ("inter_reuse", "inter_replacement") and many_output == [False, True]:
        if datasets[0].vocabulary["input"] != datasets[1].vocabulary["input"]:
            raise InputError(f"{experiment}: the two datasets have different vocabularies; share one between them")
        tokens = [dataset.inputs("test").shape[1] for dataset in datasets]
        if tokens[0] != tokens[1]:
            raise InputError(f"{experiment}: expected inputs of one length, received {tokens[0]} and {tokens[1]} ids")
        kind = Union if experiment == "inter_reuse" else Replacement
    else:
        raise InputError(
            f"{experiment}: expected one dataset (intra_reuse), or one with one label and one with label sequences "
            f"(inter_reuse, inter_replacement); received {len(datasets)} datasets"
        )
    return kind(datasets, examples_per_class, seed, rates)
