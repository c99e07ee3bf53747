"""The problems that modules are reused for: which examples they have, how these are labelled, how decisions count.

A problem is made of the classes of one dataset (two modules of one model, RQ2) or of two datasets that share a
vocabulary (modules of two models, RQ2 and RQ3). Modules, the undecomposed parent and a model trained from scratch are
all judged on the same examples by the same rules (paper section V-B2 and V-B3). The padding id is never a class.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn_modules.data.dataset import Dataset
from rnn_modules.files.atomic_files import InputError, sha256_of_arrays
from rnn_modules.names import PADDING_ID

Case = tuple[int, int]
"""Class ids of the two modules."""
FIRST, SECOND, OTHER = 1, 2, 3
"""Labels of a pair of classes in label sequences."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Examples of one split.

    Attributes:
        rows: rows of each dataset's split, ``(examples of that dataset,) int64``; the datasets' examples follow on
            one another.
        labels: ``(examples,)`` or ``(examples, timesteps)`` int32.
    """

    rows: tuple[np.ndarray, ...]
    labels: np.ndarray

    @property
    def sha256(self) -> str:
        """Which examples these are, to make sure that two predictors were judged on the same ones."""
        return sha256_of_arrays({f"rows.{index}": rows for index, rows in enumerate(self.rows)} | {"": self.labels})


@dataclass(frozen=True, eq=False)
class Problem:
    """What all kinds of problems share.

    Attributes:
        datasets: those whose classes take part.
        examples_per_class: in training, at most so many examples of each class; None takes all.
        seed: of the choice of examples.
    """

    datasets: tuple[Dataset, ...]
    examples_per_class: int | None = None
    seed: int = 0

    parent_heads: ClassVar[tuple[str, ...]] = ()
    """Kinds of decision in which the head matters for the undecomposed parent too."""

    def cases(self) -> list[Case]:
        """All pairs of classes."""
        raise NotImplementedError

    def name(self, case: Case) -> str:
        """The two classes' names."""
        first, second = case
        return f"{self.datasets[0].class_names[first]} + {self.datasets[-1].class_names[second]}"

    def outputs(self) -> int:
        """Output nodes of a model trained from scratch."""
        raise NotImplementedError

    def examples(self, case: Case, split: str) -> Examples:
        """Examples of a case; those of the training split may be balanced and limited."""
        raise NotImplementedError

    def inputs(self, examples: Examples, split: str) -> np.ndarray:
        """Input ids ``(examples, tokens)`` int32."""
        parts = [dataset.inputs(split)[rows] for dataset, rows in zip(self.datasets, examples.rows, strict=True)]
        return np.concatenate(parts)

    def judged(self, labels: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Per kind of decision, which positions count (boolean) and their right answers, of the shape of ``labels``."""
        return {"pair": (np.ones(labels.shape, bool), labels)}

    def decide(self, logits: np.ndarray) -> dict[str, np.ndarray]:
        """Decisions of a model trained from scratch, from its outputs ``(..., classes)``."""
        return {"pair": logits.argmax(axis=-1)}

    def compose(self, case: Case, odds: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """Decisions of modules, from the odds ``(modules, examples, ...)`` of each dataset's model on the case."""
        raise NotImplementedError

    def restrict(self, case: Case, logits: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """Decisions of the undecomposed parent without any head, from the logits ``(classes, examples, ...)`` of each.

        Empty where only heads make two parents comparable.
        """
        return {}

    def constant(self, case: Case) -> dict[str, int]:
        """Per kind of decision, the answer that is most frequent in training: a predictor that ignores its input."""
        judged = self.judged(self.examples(case, "train").labels)
        return {decision: int(np.bincount(right[counted]).argmax()) for decision, (counted, right) in judged.items()}

    def _drawn(self, rows: np.ndarray, number: int | None, *purpose: int) -> np.ndarray:
        """``number`` random rows, in order; all when there are no more."""
        if number is None or number >= len(rows):
            return rows
        return np.sort(np.random.default_rng([self.seed, *purpose]).choice(rows, number, replace=False))

    def _balanced(self, parts: Sequence[np.ndarray], case: Case) -> list[np.ndarray]:
        """Equally many rows of each part, at most ``examples_per_class``."""
        number = min(len(rows) for rows in parts)
        if self.examples_per_class is not None:
            number = min(number, self.examples_per_class)
        return [self._drawn(rows, number, *case, index) for index, rows in enumerate(parts)]


def drawn_cases(problem: Problem, number: int | None, seed: int = 0) -> list[Case]:
    """The cases of a run: all, or ``number`` random ones by ``seed``, in order.

    The seed is not the models', so that these have the same cases whatever theirs is.
    """
    cases = problem.cases()
    if number is None or number >= len(cases):
        return cases
    chosen = np.random.default_rng(seed).choice(len(cases), number, replace=False)
    return [cases[index] for index in sorted(chosen)]


def chunk_of_cases(problem: Problem, number: int | None, chunk: int, chunks: int) -> list[Case]:
    """Every ``chunks``-th of the run's cases, from the ``chunk``-th on (counted from 0), so that chunks cost alike."""
    return drawn_cases(problem, number)[chunk::chunks]


def real_classes(dataset: Dataset) -> list[int]:
    """Class ids without padding."""
    return [index for index, name in enumerate(dataset.class_names) if name != "padding"]


def rows_with(dataset: Dataset, split: str, label: int) -> np.ndarray:
    """Rows of the examples of a class, or that contain it, ``(examples,) int64``.

    Raises:
        InputError: there is none.
    """
    labels = dataset.labels(split).reshape(len(dataset.labels(split)), -1)
    rows = np.flatnonzero((labels == label).any(axis=1))
    if not len(rows):
        raise InputError(
            f"{dataset.metadata['corpus']}: class {dataset.class_names[label]!r} has no {split} example; "
            "use more examples"
        )
    return rows


class OneOutputPair(Problem):
    """Two classes of a 1:1 or M:1 dataset: label 0 for the first, 1 for the second."""

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

    def compose(self, case: Case, odds: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """The two modules alone decide."""
        return {"pair": odds[0][list(case)].argmax(axis=0)}

    def restrict(self, case: Case, logits: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """The larger of the two logits."""
        return {"pair": logits[0][list(case)].argmax(axis=0)}


class ManyOutputPair(Problem):
    """Two classes of a 1:N or M:N dataset, with "other" for the other classes; the examples contain one of the two.

    Padding is class 0 of the dataset. The training examples are balanced: as many are drawn for the first class as for
    the second, and one that contains both counts for each.
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
            parts = self._balanced(parts, case)
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

    def compose(self, case: Case, odds: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """The two modules alone decide, or all modules vote (``all_modules``)."""
        two = odds[0][list(case)]
        larger = FIRST + two.argmax(axis=0)
        return {
            "labelled": larger,
            # Odds of 0 are a probability of 0.5.
            "with_other": np.where(two.max(axis=0) >= 0, larger, OTHER),
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

    The training examples are balanced.
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
            parts = self._balanced(parts, case)
        labels = np.repeat(np.arange(2, dtype=np.int32), [len(rows) for rows in parts])
        return Examples(tuple(parts), labels)

    def compose(self, case: Case, odds: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """Both modules' odds on one scale."""
        return {"pair": (_over_timesteps(odds[1], case) > odds[0][case[0]]).astype(np.int32)}


class Replacement(Problem):
    """The classes of an x:1 dataset, the first of the case replaced by texts that contain a class of an x:N dataset.

    As many of these texts come in as examples go out, or all when there are fewer.
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

    def compose(self, case: Case, odds: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """The new module takes its place among the others, on one scale."""
        scores = odds[0].copy()
        scores[case[0]] = _over_timesteps(odds[1], case)
        return {"all": scores.argmax(axis=0)}


def _over_timesteps(odds: np.ndarray, case: Case) -> np.ndarray:
    """Score of an x:N module for a whole example: its largest odds, ``(examples,)``."""
    return odds[case[1]].max(axis=-1)


def problem_of(experiment: str, datasets: Sequence[Dataset], examples_per_class: int | None, seed: int) -> Problem:
    """The problem of an experiment.

    Args:
        experiment: ``intra_reuse`` (one dataset), ``inter_reuse`` or ``inter_replacement`` (an x:1 and an x:N one).
        datasets: one or two classification datasets; two must share a vocabulary and have inputs of one length.
        examples_per_class: see :class:`Problem`.
        seed: of the choice of examples.

    Raises:
        InputError: the datasets do not fit the experiment.
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
    return kind(datasets, examples_per_class, seed)
