"""The problems that modules are reused for, what all kinds share: cases, examples, and how decisions count.

A problem is made of the classes of one dataset (two modules of one model, RQ2) or of two datasets that share a
vocabulary (modules of two models, RQ2 and RQ3). Modules, the undecomposed parent and a model trained from scratch are
all judged on the same examples by the same rules (paper section V-B2 and V-B3). The padding id is never a class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn_modules.data.dataset import Dataset
from rnn_modules.files.atomic_files import InputError, sha256_of_arrays
from rnn_modules.names import Rates

Case = tuple[int, int]
"""Class ids of the two modules."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Examples of one split.

    Attributes:
        rows: rows of each dataset's split, ``(examples of that dataset,) int64``; the datasets' examples follow on
            one another.
        labels: ``(examples,)`` or ``(examples, timesteps)`` int32.

    Example:
        >>> examples = Examples((np.array([0, 2]),), np.array([0, 1], np.int32))
        >>> examples.sha256 == Examples((np.array([0, 3]),), np.array([0, 1], np.int32)).sha256
        False
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
        examples_per_class: in training, at most this many examples of each class; None takes all.
        seed: of the choice of examples.
        rates: in training, see :data:`rnn_modules.names.RATES`; of two classes with one label each always natural.

    Example:
        >>> from rnn_modules.experiments.reuse_kinds import OneOutputPair
        >>> arrays = {"test_inputs": np.array([[2], [3], [4]]), "test_labels": np.array([0, 1, 2])}
        >>> dataset = Dataset(arrays, {"class_names": ["red", "green", "blue"]}, {"input": [], "target": None})
        >>> problem = OneOutputPair((dataset,))
        >>> [problem.name(case) for case in problem.cases()]
        ['red + green', 'red + blue', 'green + blue']
        >>> problem.inputs(problem.examples((0, 2), "test"), "test").tolist()
        [[2], [4]]
    """

    datasets: tuple[Dataset, ...]
    examples_per_class: int | None = None
    seed: int = 0
    rates: Rates = "natural"

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

    def occurs(self, case: Case, split: str) -> bool:
        """Whether a split is there and has examples of both classes, as small validation splits may not."""
        ends = zip((self.datasets[0], self.datasets[-1]), case, strict=True)
        return all(
            f"{split}_labels" in dataset.arrays and bool((dataset.labels(split) == label).any())
            for dataset, label in ends
        )

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

    def compose(
        self, case: Case, odds: Sequence[np.ndarray], yes_from: Sequence[np.ndarray] | None = None
    ) -> dict[str, np.ndarray]:
        """Decisions of modules, from the odds ``(modules, examples, ...)`` of each dataset's model on the case.

        ``yes_from`` are for each model the odds ``(modules,)`` from which a module by itself says yes; 0 without them.
        """
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

    def _trained_on(self, parts: Sequence[np.ndarray], case: Case) -> list[np.ndarray]:
        """Training rows of each part: at most ``examples_per_class``, and equally many where rates are balanced."""
        numbers = [len(rows) for rows in parts if self.rates == "balanced"]
        if self.examples_per_class is not None:
            numbers.append(self.examples_per_class)
        number = min(numbers, default=None)
        return [self._drawn(rows, number, *case, index) for index, rows in enumerate(parts)]


def drawn_cases(problem: Problem, number: int | None) -> list[Case]:
    """The cases of a run: all, or ``number`` random ones, in order; others for each seed of the problem's models.

    Example:
        >>> from rnn_modules.experiments.reuse_kinds import OneOutputPair
        >>> facts = {"class_names": ["red", "green", "blue", "grey", "black"]}
        >>> problem = OneOutputPair((Dataset({}, facts, {"input": [], "target": None}),))
        >>> len(drawn_cases(problem, None)), [problem.name(case) for case in drawn_cases(problem, 2)]
        (10, ['green + black', 'blue + grey'])
    """
    cases = problem.cases()
    if number is None or number >= len(cases):
        return cases
    chosen = np.random.default_rng(problem.seed).choice(len(cases), number, replace=False)
    return [cases[index] for index in sorted(chosen)]


def chunk_of_cases(problem: Problem, number: int | None, chunk: int, chunks: int) -> list[Case]:
    """Every ``chunks``-th of the run's cases, from the ``chunk``-th on (counted from 0), so that chunks cost alike.

    Example:
        >>> from rnn_modules.experiments.reuse_kinds import OneOutputPair
        >>> facts = {"class_names": ["red", "green", "blue", "grey"]}
        >>> problem = OneOutputPair((Dataset({}, facts, {"input": [], "target": None}),))
        >>> [chunk_of_cases(problem, None, chunk, chunks=2) for chunk in range(2)]
        [[(0, 1), (0, 3), (1, 3)], [(0, 2), (1, 2), (2, 3)]]
    """
    return drawn_cases(problem, number)[chunk::chunks]


def real_classes(dataset: Dataset) -> list[int]:
    """Class ids without padding.

    Example:
        >>> real_classes(Dataset({}, {"class_names": ["padding", "noun", "verb"]}, {"input": [], "target": None}))
        [1, 2]
    """
    return [index for index, name in enumerate(dataset.class_names) if name != "padding"]


def rows_with(dataset: Dataset, split: str, label: int) -> np.ndarray:
    """Rows of the examples of a class, or that contain it, ``(examples,) int64``.

    Raises:
        InputError: there is none.

    Example:
        >>> facts = {"corpus": "brown", "class_names": ["padding", "noun", "verb"]}
        >>> labels = np.array([[0, 1], [1, 2], [2, 2]])
        >>> rows_with(Dataset({"test_labels": labels}, facts, {"input": [], "target": None}), "test", 2).tolist()
        [1, 2]
    """
    labels = dataset.labels(split).reshape(len(dataset.labels(split)), -1)
    rows = np.flatnonzero((labels == label).any(axis=1))
    if not len(rows):
        raise InputError(
            f"{dataset.metadata['corpus']}: class {dataset.class_names[label]!r} has no {split} example; "
            "use more examples"
        )
    return rows
