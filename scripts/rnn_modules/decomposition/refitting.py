"""The refitted head: each module's own logistic regression of its class against the rest.

It reads what the module's nodes send, and the log-odds that the parent's output layer, folded, makes of it: that layer
has seen all training examples, and the regression few.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class RefittedHead:
    """Log-odds of modules from their features.

    Attributes:
        weights: ``(modules, features)`` of what the nodes send.
        trust: ``(modules,)`` weight of the odds by the parent's output layer.
        biases: ``(modules, timesteps or 1)`` for a yes or no of each module by itself, as fitted on a balanced sample;
            where there is a decision per timestep, each has its own.
        rates: ``(modules,)`` what is added for the vote of several modules: the log-odds of the class in training less
            those in the sample, so that modules of one or several parents vote on one scale.
    """

    weights: np.ndarray
    trust: np.ndarray
    biases: np.ndarray
    rates: np.ndarray

    def odds(self, features: np.ndarray, parents: np.ndarray) -> np.ndarray:
        """Log-odds for a yes or no.

        Args:
            features: ``(modules or 1, ..., features)``.
            parents: ``(modules, ...)`` log-odds by the parent's output layer.

        Returns:
            ``(modules, ...)``.

        Example:
            >>> head = RefittedHead(np.array([[1.0, 2.0]]), np.array([0.0]), np.array([[0.5]]), np.array([0.0]))
            >>> features = np.array([[[1.0, 1.0], [0.0, -1.0]]])
            >>> head.odds(features, np.zeros((1, 2))).tolist()
            [[3.5, -1.5]]
            >>> head = RefittedHead(np.array([[1.0, 2.0]]), np.array([2.0]), np.array([[0.5, 3.0]]), np.array([0.0]))
            >>> head.odds(features[:, None], np.ones((1, 1, 2))).tolist()
            [[[5.5, 3.0]]]
        """
        shape = (len(self.weights), *features.shape[1:])
        odds = np.einsum("m...f,mf->m...", np.broadcast_to(features, shape), self.weights)
        odds = odds + parents * self.trust.reshape(-1, *[1] * (odds.ndim - 1))
        return odds + self.biases.reshape(len(self.biases), *[1] * (odds.ndim - 2), -1)

    @staticmethod
    def joined(parts: Sequence[RefittedHead]) -> RefittedHead:
        """Heads of several modules in one; those of fewer features are filled up."""
        widest = max(part.weights.shape[1] for part in parts)
        return RefittedHead(
            np.concatenate([np.pad(part.weights, ((0, 0), (0, widest - part.weights.shape[1]))) for part in parts]),
            *(np.concatenate([getattr(part, name) for part in parts]) for name in ("trust", "biases", "rates")),
        )

    def select(self, indices: list[int], widest: int) -> RefittedHead:
        """Those of some modules, which have at most so many features."""
        weights = self.weights[indices, :widest]
        return RefittedHead(weights, self.trust[indices], self.biases[indices], self.rates[indices])


@dataclass(frozen=True, eq=False)
class ModuleHead:
    """The refitted head of one module: see :class:`RefittedHead`.

    Attributes:
        weights: ``(features,)``.
        trust: of the odds by the parent's output layer.
        biases: ``(timesteps or 1,)``.
        rate: what is added for a vote.
    """

    weights: np.ndarray
    trust: float
    biases: np.ndarray
    rate: float

    def odds(self, features: np.ndarray, parents: np.ndarray, steps: np.ndarray | None) -> np.ndarray:
        """What it says by itself of some decisions, ``(decisions,)``; arguments as of :func:`refit`.

        Example:
            >>> ModuleHead(np.ones(2), 0.5, np.zeros(1), 0.0).odds(np.eye(2), np.array([1.0, 2.0]), None).tolist()
            [1.5, 2.0]
        """
        return features @ self.weights + parents * self.trust + self.biases[0 if steps is None else steps]

    @staticmethod
    def joined(heads: Sequence[ModuleHead]) -> RefittedHead:
        """The heads of several modules; those of fewer features are filled up.

        Example:
            >>> one, other = (ModuleHead(np.ones(size), 1.0, np.zeros(1), 0.0) for size in (2, 3))
            >>> ModuleHead.joined([one, other]).weights.tolist()
            [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
        """
        widest = max(len(head.weights) for head in heads)
        return RefittedHead(
            np.stack([np.pad(head.weights, (0, widest - len(head.weights))) for head in heads]).astype(np.float64),
            np.array([head.trust for head in heads], np.float64),
            np.stack([head.biases for head in heads]).astype(np.float64),
            np.array([head.rate for head in heads], np.float64),
        )


def refit(
    features: np.ndarray,
    parents: np.ndarray,
    members: np.ndarray,
    rate: float,
    steps: np.ndarray | None = None,
    timesteps: int = 1,
    weights: np.ndarray | None = None,
) -> ModuleHead:
    """Fit one module's head: scikit-learn's logistic regression with C = 1, the class and all else counting alike.

    Args:
        features: ``(examples, features)`` what the nodes send.
        parents: ``(examples,)`` log-odds by the parent's output layer.
        members: ``(examples,) bool`` whether the example is of the class; both occur.
        rate: share of the class in training.
        steps: ``(examples,) int`` timestep of each decision, or None where an example has one.
        timesteps: number of these.
        weights: ``(examples,)`` how much each counts among those of the class, or among the others; None: all the same.

    Example:
        >>> features, members = np.array([[-1.0], [1.0], [2.0], [-2.0]]), np.array([False, True, True, False])
        >>> head = refit(features, np.zeros(4), members, rate=0.1)
        >>> head.weights.round(2).tolist(), head.biases.round(2).tolist(), round(head.rate, 2)
        ([1.01], [0.0], -2.2)
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    width = features.shape[1]
    parts = [features, parents[:, None], *([] if steps is None else [np.eye(timesteps)[steps]])]
    counts = np.ones(len(members)) if weights is None else weights.astype(float)
    for side in (members, ~members):
        counts[side] *= len(members) / 2 / counts[side].sum()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = LogisticRegression(C=1.0, max_iter=300).fit(np.concatenate(parts, axis=1), members, counts)
    own, trust, by_step = np.split(fitted.coef_[0], [width, width + 1])
    rate = min(max(rate, 1e-9), 1 - 1e-9)
    added = np.log(rate / (1 - rate))
    return ModuleHead(own, float(trust[0]), fitted.intercept_ + (0 if steps is None else by_step), float(added))


def recognising(head: ModuleHead, odds: np.ndarray, members: np.ndarray, weights: np.ndarray) -> ModuleHead:
    """A head of the same votes that says yes by itself from where its balanced accuracy is highest.

    Args:
        head: of a module.
        odds: ``(decisions,)`` what it says of some.
        members: ``(decisions,) bool`` whether each is of the class; both occur.
        weights: ``(decisions,)`` how many each stands for.

    Example:
        >>> head = ModuleHead(np.ones(1), 0.0, np.zeros(1), rate=-2.0)
        >>> odds, members = np.array([-1.0, 1.0, 2.0, 3.0]), np.array([False, False, True, True])
        >>> shifted = recognising(head, odds, members, np.ones(4))
        >>> shifted.biases.tolist(), shifted.rate
        ([-1.5], -0.5)
    """
    from sklearn.metrics import roc_curve

    wrongly, rightly, limits = roc_curve(members, odds, sample_weight=weights, drop_intermediate=False)
    best = int(np.argmax(rightly - wrongly))
    # Halfway to the next lower odds, which are beyond it; the first limit is infinite, and says no to all.
    limit = limits[best] if best + 1 == len(limits) or best == 0 else (limits[best] + limits[best + 1]) / 2
    shift = float(limit) if np.isfinite(limit) else 0.0
    return ModuleHead(head.weights, head.trust, head.biases - shift, head.rate + shift)
