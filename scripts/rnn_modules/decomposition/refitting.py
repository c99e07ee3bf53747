"""The refitted head: each module's own logistic regression of its class against the rest, on what its nodes send."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class RefittedHead:
    """Log-odds of modules from their features.

    Attributes:
        weights: ``(modules, features)``.
        biases: ``(modules, timesteps or 1)`` for a yes or no of each module by itself, as fitted on a balanced sample;
            where there is a decision per timestep, each has its own.
        rates: ``(modules,)`` what is added for the vote of several modules: the log-odds of the class in training less
            those in the sample, so that modules of one or several parents vote on one scale.
    """

    weights: np.ndarray
    biases: np.ndarray
    rates: np.ndarray

    def odds(self, features: np.ndarray) -> np.ndarray:
        """Log-odds ``(modules, ...)`` of ``(modules or 1, ..., features)``, for a yes or no.

        Example:
            >>> head = RefittedHead(np.array([[1.0, 2.0]]), np.array([[0.5]]), np.array([0.0]))
            >>> head.odds(np.array([[[1.0, 1.0], [0.0, -1.0]]])).tolist()
            [[3.5, -1.5]]
            >>> by_timestep = RefittedHead(np.array([[1.0, 2.0]]), np.array([[0.5, 3.0]]), np.array([0.0]))
            >>> by_timestep.odds(np.array([[[[1.0, 1.0], [0.0, -1.0]]]])).tolist()
            [[[3.5, 1.0]]]
        """
        shape = (len(self.weights), *features.shape[1:])
        odds = np.einsum("m...f,mf->m...", np.broadcast_to(features, shape), self.weights)
        return odds + self.biases.reshape(len(self.biases), *[1] * (odds.ndim - 2), -1)

    def select(self, indices: list[int]) -> RefittedHead:
        """Those of some modules."""
        return RefittedHead(self.weights[indices], self.biases[indices], self.rates[indices])


def refit(
    features: np.ndarray, members: np.ndarray, rate: float, steps: np.ndarray | None = None, timesteps: int = 1
) -> tuple[np.ndarray, np.ndarray, float]:
    """Fit one module's head: scikit-learn's logistic regression with C = 1.

    Args:
        features: ``(examples, features)``.
        members: ``(examples,) bool`` whether the example is of the class; both occur.
        rate: share of the class in training.
        steps: ``(examples,) int`` timestep of each decision, or None where an example has one.
        timesteps: number of these.

    Returns:
        Weights ``(features,)``, biases ``(timesteps,)``, and what is added for a vote.

    Example:
        >>> weights, biases, added = refit(np.array([[-1.0], [1.0], [2.0], [-2.0]]), np.array([0, 1, 1, 0]) == 1, 0.1)
        >>> weights.round(2).tolist(), biases.round(2).tolist(), round(added, 2)
        ([1.01], [0.0], -2.2)
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    width = features.shape[1]
    if steps is not None:
        features = np.concatenate([features, np.eye(timesteps)[steps]], axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = LogisticRegression(C=1.0, max_iter=300).fit(features, members)
    weights = fitted.coef_[0]
    biases = fitted.intercept_ + (weights[width:] if steps is not None else 0)
    positives = int(members.sum())
    rate = min(max(rate, 1e-9), 1 - 1e-9)
    added = np.log(rate / (1 - rate)) - np.log(positives / (len(members) - positives))
    return weights[:width], biases, float(added)
