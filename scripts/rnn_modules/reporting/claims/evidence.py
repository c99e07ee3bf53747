"""What our records say about one claim: the values behind it, before any interval or verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rnn_modules.reporting.analysis.statistics import Estimate, estimate

Statistic = Literal["mean", "median", "share"]


@dataclass(frozen=True)
class Evidence:
    """Values of models or cases, each averaged over its seeds.

    Attributes:
        values: percentage points, or Jaccard indices; empty when no record belongs to the claim.
        statistic: the claim's figure; ``share`` is the percentage of the values that are not negative.
        weights: how many cases of the claim each value stands for; None for equal ones.
        others: name of another measure -> the claim's figure under it, None where no record has it.
        missing: parts of what the claim is about (I/O types, RNN types) that no record is of.

    Example:
        >>> evidence = Evidence((-0.5, 0.0, 0.25), "median", missing=("1:N",))
        >>> evidence.figure(), evidence.estimate().n, Evidence((), "mean").estimate()
        (0.0, 3, None)
    """

    values: tuple[float, ...]
    statistic: Statistic
    weights: tuple[float, ...] | None = None
    others: dict[str, float | None] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def estimate(self) -> Estimate | None:
        """The claim's figure with its intervals, None without a value."""
        if not self.values:
            return None
        statistic: Literal["mean", "median"] = "median" if self.statistic == "median" else "mean"
        return estimate(scored(self.values, self.statistic), statistic, self.weights)

    def figure(self) -> float | None:
        """The claim's figure alone."""
        return figure(self.values, self.statistic, self.weights)


def scored(values: tuple[float, ...], statistic: Statistic) -> list[float]:
    """The values of which the figure is the mean (or median); a rounding error of a subtraction is no loss.

    Example:
        >>> scored((-0.5, 0.0, 0.2), "share")
        [0.0, 100.0, 100.0]
    """
    return [100.0 * (value > -1e-9) for value in values] if statistic == "share" else list(values)


def figure(values: tuple[float, ...], statistic: Statistic, weights: tuple[float, ...] | None = None) -> float | None:
    """Mean, median or share of the values that are not negative; None without a value.

    Example:
        >>> figure((-0.5, 0.0, 0.2), "median"), figure((), "mean")
        (0.0, None)
    """
    import numpy as np

    if not values:
        return None
    if statistic == "median":
        return float(np.median(values))
    return float(np.average(scored(values, statistic), weights=weights))
