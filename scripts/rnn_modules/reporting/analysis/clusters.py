"""Figures of values that are not independent: intervals by trained model and not by case.

Cases of one model share its weights, so many of them are still one model: the sample is that of models, each trained
with a seed of its own (a cluster). The paper's settings are fixed and no sample of anything, so where a figure pools
several, each is a stratum: their means are weighted as the figure weights them, and their variances add.

The interval of a mean is Student's over the clusters' means with Welch's and Satterthwaite's degrees of freedom, that
of a median the percentiles of scipy's bootstrap, in which clusters are drawn within their settings.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np

from rnn_modules.reporting.analysis.statistics import (
    CONFIDENCE,
    EQUIVALENCE_CONFIDENCE,
    RESAMPLES,
    Estimate,
    Interval,
)

# Deltas are differences of shares of whole examples; what differs by less than this is a rounding error.
_DIGITS = 9


Intervals = list[Interval] | None
"""Of 95 % and 90 %."""


class OneModel(Protocol):
    """What says which trained model it is about."""

    @property
    def architecture(self) -> str:
        """The I/O architecture."""

    @property
    def rnn(self) -> str:
        """The type of the recurrent layers."""

    @property
    def layers(self) -> int:
        """Their number."""

    @property
    def seed(self) -> int:
        """Of its training."""


class Cluster(NamedTuple):
    """A trained model (in research questions 2 and 3 the models of a setting that are trained with one seed).

    Example:
        >>> Cluster("many_to_one", "lstm", 4, 0).setting
        'many_to_one'
    """

    setting: str
    rnn: str
    layers: int
    seed: int

    @classmethod
    def of(cls, record: OneModel) -> Cluster:
        """The model that a record is about.

        Example:
            >>> from types import SimpleNamespace
            >>> Cluster.of(SimpleNamespace(architecture="many_to_one", rnn="lstm", layers=4, seed=0))
            Cluster(setting='many_to_one', rnn='lstm', layers=4, seed=0)
        """
        return cls(record.architecture, record.rnn, record.layers, record.seed)


@dataclass(frozen=True)
class Value:
    """One value of a figure, and how many of what the figure is about it stands for.

    Example:
        >>> Value(-0.5, Cluster("many_to_one", "lstm", 4, 0)).weight
        1.0
    """

    value: float
    cluster: Cluster
    weight: float = 1.0


@dataclass(frozen=True)
class ClusterEstimate(Estimate):
    """One figure whose intervals are by cluster; they are None where a setting has a single one.

    Attributes:
        clusters: number of trained models behind the values.

    Example:
        >>> ClusterEstimate(n=12, value=-0.4, interval=None, inner_interval=None, clusters=1).clusters
        1
    """

    clusters: int


def cluster_estimate(values: Sequence[Value], statistic: Literal["mean", "median"], seed: int = 0) -> ClusterEstimate:
    """Mean or median of values with intervals by cluster.

    Args:
        values: at least one.
        statistic: which one; a median takes no weights.
        seed: of the bootstrap.

    Example:
        >>> models = [Cluster("many_to_one", "lstm", layers, 0) for layers in (1, 2, 3)]
        >>> found = cluster_estimate([Value(x, model) for model in models for x in (model.layers, 2.0)], "mean")
        >>> found.n, found.clusters, found.value, [round(bound, 2) for bound in found.interval]
        (6, 3, 2.0, [0.76, 3.24])
    """
    numbers = np.round([value.value for value in values], _DIGITS)
    weights = np.array([value.weight for value in values])
    names, index = np.unique([f"{value.cluster}" for value in values], return_inverse=True)
    strata = np.array([value.cluster.setting for value in values])
    if statistic == "median":
        figure = float(np.median(numbers))
        intervals = _median_intervals(numbers, index, strata, seed)
    else:
        figure = float(np.average(numbers, weights=weights))
        intervals = _mean_intervals(numbers, weights, index, strata)
    inner = intervals[1] if intervals else None
    return ClusterEstimate(len(numbers), figure, intervals[0] if intervals else None, inner, len(names))


def _mean_intervals(numbers: np.ndarray, weights: np.ndarray, index: np.ndarray, strata: np.ndarray) -> Intervals:
    """The 95 % and 90 % intervals of a weighted mean, None where a stratum has a single cluster."""
    from scipy.stats import t

    variances, freedoms = [], []
    for stratum in np.unique(strata):
        inside = strata == stratum
        _, of_cluster = np.unique(index[inside], return_inverse=True)
        count = of_cluster.max() + 1
        if count == 1:
            return None
        mass = np.bincount(of_cluster, weights[inside])
        means = np.bincount(of_cluster, weights[inside] * numbers[inside]) / mass
        # With equal masses this is the variance of the clusters' means by their number.
        shares = mass / weights.sum()
        spread = shares * (means - np.average(means, weights=mass))
        variances.append(np.sum(spread**2) * count / (count - 1))
        freedoms.append(count - 1)
    figure, variance = float(np.average(numbers, weights=weights)), sum(variances)
    if variance < 10.0 ** (-2 * _DIGITS):
        return [(figure, figure)] * 2
    freedom = variance**2 / sum(part**2 / own for part, own in zip(variances, freedoms, strict=True))
    bounds = (t.interval(level, freedom, figure, variance**0.5) for level in (CONFIDENCE, EQUIVALENCE_CONFIDENCE))
    return [(float(low), float(high)) for low, high in bounds]


def _median_intervals(numbers: np.ndarray, index: np.ndarray, strata: np.ndarray, seed: int) -> Intervals:
    """The same of a median, from one set of resamples of clusters within strata."""
    from scipy.stats import bootstrap

    clusters = index.max() + 1
    table = np.full((clusters, np.bincount(index).max()), np.nan)
    for cluster in range(clusters):
        own = numbers[index == cluster]
        table[cluster, : len(own)] = own
    groups = [np.unique(index[strata == stratum]) for stratum in np.unique(strata)]
    if min(map(len, groups)) == 1:
        return None
    if np.ptp(numbers) == 0:
        return [(float(numbers[0]), float(numbers[0]))] * 2

    def median(*drawn: np.ndarray, axis: int = -1) -> np.ndarray:
        chosen = table[np.concatenate([np.moveaxis(part, axis, -1) for part in drawn], axis=-1).astype(int)]
        return np.nanmedian(chosen.reshape(*chosen.shape[:-2], -1), axis=-1)

    intervals, result = [], None
    for level in (CONFIDENCE, EQUIVALENCE_CONFIDENCE):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = bootstrap(
                groups,
                median,
                confidence_level=level,
                n_resamples=RESAMPLES if result is None else 0,
                bootstrap_result=result,
                method="percentile",
                vectorized=True,
                rng=np.random.default_rng(seed),
            )
        intervals.append((float(result.confidence_interval.low), float(result.confidence_interval.high)))
    return intervals
