"""Which examples of each class are monitored (Algorithm 1, lines 5 and 6; Algorithm 2, lines 8 and 9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.files.atomic_files import InputError

Rows = list[list[np.ndarray]]
"""Sampled rows by class and timestep."""


@dataclass(frozen=True)
class Samples:
    """Rows of the examples that are monitored, by class and timestep.

    Attributes:
        positive: examples of the dominant class.
        negative: examples of the other classes.

    Example:
        >>> first, other = np.array([0, 2]), np.array([1, 3, 5])
        >>> samples = Samples(positive=[[first, first], [other]], negative=[[other, other], [first]])
        >>> samples.counts(["yes", "no"])
        {'yes': {'positive': 2, 'negative': 3}, 'no': {'positive': 3, 'negative': 2}}
    """

    positive: Rows
    negative: Rows

    def over(self, timesteps: int) -> Samples:
        """The samples of a layer of this many timesteps; of another number than the decisions', each of its timesteps
        has those of all decisions.
        """
        if timesteps == len(self.positive[0]):
            return self
        sides = [[[distinct(of_class)] * timesteps for of_class in side] for side in (self.positive, self.negative)]
        return Samples(*sides)

    def counts(self, class_names: Sequence[str]) -> dict[str, dict[str, int]]:
        """Number of different positive and negative examples of each class."""
        return {
            name: {
                "positive": len(distinct(positive)),
                "negative": len(distinct(negative)),
            }
            for name, positive, negative in zip(class_names, self.positive, self.negative, strict=True)
        }


def distinct(parts: Iterable[np.ndarray]) -> np.ndarray:
    """Different rows in order; one-output models have one and the same array for every timestep.

    Example:
        >>> rows = np.array([4, 1])
        >>> distinct([rows, rows, np.array([1, 2])]).tolist()
        [1, 2, 4]
    """
    return np.unique(np.concatenate(list({id(part): part for part in parts}.values())))


def draw_samples(
    labels: np.ndarray,
    classes: int,
    timesteps: int,
    parameters: DecompositionParameters,
    independent: bool = False,
) -> Samples:
    """Choose positive and negative examples (Algorithm 1, lines 5 and 6; Algorithm 2, lines 8 and 9).

    Args:
        labels: ``(examples,) int`` classes, or ``(examples, decisions) int`` for many-output models, mostly by
            timestep; ``(examples, [decisions,] classes)`` of 0 and 1 where several may be right at once.
        classes: number of classes.
        timesteps: number of recurrent timesteps.
        parameters: sizes and order.
        independent: several classes may be right at once; a class' negative examples are those without it.

    Returns:
        Rows by class and timestep, or by class and decision; a class that never occurs at one has none there.

    Raises:
        InputError: a class has no example at all, or a label is outside the classes.

    Example:
        >>> parameters = DecompositionParameters(positive_sample=2, sample_order="first")
        >>> samples = draw_samples(np.array([0, 1, 0, 2, 1, 0, 2]), classes=3, timesteps=1, parameters=parameters)
        >>> [rows[0].tolist() for rows in samples.positive]
        [[0, 2], [1, 4], [3, 6]]
        >>> [rows[0].tolist() for rows in samples.negative]
        [[1, 3], [0, 3], [0, 1]]
    """
    present = labels.reshape(-1, classes).sum(axis=0) if independent else np.bincount(labels.ravel(), minlength=classes)
    if len(present) > classes:
        raise InputError(f"labels: expected classes 0..{classes - 1}, received {labels.max()}")
    if not present.all():
        raise InputError(f"labels: classes {np.flatnonzero(present == 0).tolist()} have no example to decompose with")
    generator = np.random.default_rng(parameters.seed)

    def drawn_of(decision: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        return (
            _draw_each(decision, parameters, generator)
            if independent
            else _draw(decision, classes, parameters, generator)
        )

    if labels.ndim == 2 + independent:
        per_step = [drawn_of(labels[:, decision]) for decision in range(labels.shape[1])]
    else:
        per_step = [drawn_of(labels)] * timesteps
    return Samples(
        positive=[[drawn[0][label] for drawn in per_step] for label in range(classes)],
        negative=[[drawn[1][label] for drawn in per_step] for label in range(classes)],
    )


def _draw_each(
    labels: np.ndarray, parameters: DecompositionParameters, generator: np.random.Generator
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Rows with and without each class, where several may be right at once."""
    count, size = len(labels), parameters.positive_sample
    order = np.arange(count) if parameters.sample_order == "first" else generator.permutation(count)
    has = labels[order].astype(bool).T
    return [order[own][:size] for own in has], [order[~own][:size] for own in has]


def _draw(
    labels: np.ndarray, classes: int, parameters: DecompositionParameters, generator: np.random.Generator
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Positive and negative rows of every class for one timestep."""
    order = np.arange(len(labels)) if parameters.sample_order == "first" else generator.permutation(len(labels))
    grouped = order[np.argsort(labels[order], kind="stable")]
    bounds = np.searchsorted(labels[grouped], np.arange(classes + 1))
    rows = [grouped[start:stop] for start, stop in zip(bounds[:-1], bounds[1:], strict=True)]
    positive = [of_class[: parameters.positive_sample] for of_class in rows]
    shares = _negative_shares(np.array([len(of_class) for of_class in rows]), parameters)
    if parameters.negative_sampling == "first_rows":
        # Of these only the first are used, so the others need not be looked at.
        negative = [order[labels[order] != label][: of_label.max()] for label, of_label in enumerate(shares)]
    else:
        negative = [
            np.concatenate([order[:0], *(rows[other][: of_label[other]] for other in range(classes) if other != label)])
            for label, of_label in enumerate(shares)
        ]
    return positive, negative


def _negative_shares(counts: np.ndarray, parameters: DecompositionParameters) -> np.ndarray:
    """How many negative examples of each other class a class takes, ``(classes, classes) int``, at least 1."""
    others = np.broadcast_to(np.where(np.eye(len(counts), dtype=bool), 0, counts), (len(counts),) * 2)
    if parameters.negative_sampling == "by_frequency":
        parts, of = others, others.sum(axis=1, keepdims=True)
    else:
        parts, of = np.ones_like(others), np.array(len(counts) - 1)
    shares, rest = np.divmod(parameters.positive_sample * parts, np.maximum(1, of))
    return np.maximum(1, shares + (rest > 0) if parameters.negative_rounding == "up" else shares)
