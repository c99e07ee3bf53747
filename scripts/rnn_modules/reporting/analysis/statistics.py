"""Intervals and tests of deltas: what every table and every verdict on a claim says about its figures.

Values are deltas of cases or models, each averaged over its seeds first. Intervals are bootstrap intervals: of a mean
bias-corrected and accelerated, of a median the plain percentiles (acceleration needs a smooth statistic), and the plain
percentiles too where the former does not exist. Below ten values a mean has Student's t interval instead, for
resampling so few is too narrow. "Is there a change?" is answered by Wilcoxon's signed-rank test, for deltas of accuracy
are skewed and have outliers, which a t-test does not bear; :func:`p_zero` gives either. "Is the change smaller than a
margin?" is answered by two one-sided t-tests (TOST).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

CONFIDENCE = 0.95
# Two one-sided tests at 5 % are the same as: the 90 % interval lies within the margin.
EQUIVALENCE_CONFIDENCE = 0.90
RESAMPLES = 9999
FEW = 10
"""Of fewer values the interval of a mean is Student's."""
# Deltas are differences of shares of whole examples; what differs by less than this is a rounding error.
_DIGITS = 9
_STATISTICS: dict[str, Callable[..., Any]] = {"mean": np.mean, "median": np.median}

Interval = tuple[float, float]


@dataclass(frozen=True)
class Summary:
    """Deltas of several cases (or models, or language pairs) in percentage points.

    Attributes:
        n: number of values.
        mean_interval, median_interval: 95 % intervals, None for a single value.
        p_zero: p-value of "no change", None for a single value.
        p_equivalence: p-value of "a change of at least the margin", None for a single value.

    Example:
        >>> one = summarise([-0.5])
        >>> one.n, one.mean, one.mean_interval, one.p_zero
        (1, -0.5, None, None)
    """

    n: int
    mean: float
    mean_interval: Interval | None
    median: float
    median_interval: Interval | None
    p_zero: float | None
    p_equivalence: float | None


@dataclass(frozen=True)
class Estimate:
    """One figure with its 95 % and 90 % intervals, which are None for a single value.

    Example:
        >>> found = estimate([-0.5, -0.5, -0.5], "mean")
        >>> found.n, found.value, found.interval
        (3, -0.5, (-0.5, -0.5))
    """

    n: int
    value: float
    interval: Interval | None
    inner_interval: Interval | None


def summarise(values: Sequence[float], margin: float = 1.0, seed: int = 0) -> Summary:
    """Everything a table says about the deltas of its cases.

    Args:
        values: at least one, in percentage points.
        margin: of the equivalence test, in percentage points.
        seed: of the bootstrap.

    Example:
        >>> summary = summarise([-0.5, -0.3, 0.1, -0.2])
        >>> summary.n, round(summary.mean, 3), round(summary.p_zero, 3)
        (4, -0.225, 0.25)
    """
    mean, median = estimate(values, "mean", seed=seed), estimate(values, "median", seed=seed)
    return Summary(
        n=len(values),
        mean=mean.value,
        mean_interval=mean.interval,
        median=median.value,
        median_interval=median.interval,
        p_zero=p_zero(values),
        p_equivalence=p_equivalence(values, margin),
    )


def estimate(
    values: Sequence[float],
    statistic: Literal["mean", "median"],
    seed: int = 0,
) -> Estimate:
    """Mean or median with its intervals.

    Args:
        values: at least one.
        statistic: which one.
        seed: of the bootstrap.

    Example:
        >>> found = estimate([-0.5, -0.3, 0.1, -0.2], "mean")
        >>> round(found.value, 3), [round(bound, 2) for bound in found.interval]
        (-0.225, [-0.62, 0.17])
    """
    sample = np.round(np.asarray(values, float), _DIGITS)
    function = _STATISTICS[statistic]
    value = float(function(sample))
    if len(sample) == 1:
        return Estimate(1, value, None, None)
    if np.ptp(sample) == 0:
        return Estimate(len(sample), value, (value, value), (value, value))
    if len(sample) < FEW and function is np.mean:
        return Estimate(
            len(sample), value, *(_student(sample, level) for level in (CONFIDENCE, EQUIVALENCE_CONFIDENCE))
        )
    intervals = [(np.nan, np.nan)]
    for method in ("percentile",) if statistic == "median" else ("BCa", "percentile"):
        if not np.isfinite(intervals).all():
            intervals = _bootstrap(sample, function, method, seed)
    return Estimate(len(sample), value, *intervals)


def _student(sample: np.ndarray, confidence: float) -> Interval:
    from scipy.stats import ttest_1samp

    interval = ttest_1samp(sample, 0.0).confidence_interval(confidence)
    return float(interval.low), float(interval.high)


def _bootstrap(sample: np.ndarray, function: Callable, method: str, seed: int) -> list[Interval]:
    """The 95 % and 90 % intervals from one set of resamples."""
    from scipy.stats import bootstrap

    intervals, result = [], None
    for confidence in (CONFIDENCE, EQUIVALENCE_CONFIDENCE):
        with warnings.catch_warnings():
            # A degenerate distribution gives not-a-number and a warning; the percentiles stand in for it.
            warnings.simplefilter("ignore")
            result = bootstrap(
                (sample,),
                function,
                confidence_level=confidence,
                n_resamples=RESAMPLES if result is None else 0,
                bootstrap_result=result,
                method=method,
                rng=np.random.default_rng(seed),
            )
        intervals.append((float(result.confidence_interval.low), float(result.confidence_interval.high)))
    return intervals


def p_zero(values: Sequence[float], test: Literal["wilcoxon", "t"] = "wilcoxon") -> float | None:
    """Two-sided p-value of the hypothesis that paired differences ``values`` are around zero.

    Values that are all zero give 1; a single value gives None.

    Example:
        >>> p_zero([0.0, 0.0]), p_zero([1.0]), p_zero([1.0, 2.0, 3.0])
        (1.0, None, 0.25)
    """
    from scipy.stats import ttest_1samp, wilcoxon

    sample = np.round(np.asarray(values, float), _DIGITS)
    if len(sample) == 1:
        return None
    if not sample.any():
        return 1.0
    if test == "wilcoxon":
        return float(wilcoxon(sample).pvalue)
    if np.ptp(sample) == 0:
        return 0.0
    return float(ttest_1samp(sample, 0.0).pvalue)


def p_equivalence(values: Sequence[float], margin: float = 1.0) -> float | None:
    """p-value of two one-sided t-tests: small when the mean lies within ±``margin``; None for a single value.

    Example:
        >>> p_equivalence([0.5, 0.5]), p_equivalence([1.5, 1.5])
        (0.0, 1.0)
    """
    from scipy.stats import ttest_1samp

    sample = np.round(np.asarray(values, float), _DIGITS)
    if len(sample) == 1:
        return None
    if np.ptp(sample) == 0:
        return 0.0 if abs(sample[0]) < margin else 1.0
    above = ttest_1samp(sample, -margin, alternative="greater").pvalue
    below = ttest_1samp(sample, margin, alternative="less").pvalue
    return float(max(above, below))
