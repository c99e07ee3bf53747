"""What our records say about one claim: the values behind it, before any interval or verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from rnn_modules.names import ARCHITECTURES, INTER, RNN_TYPES
from rnn_modules.reporting.analysis.clusters import ClusterEstimate, Value, cluster_estimate
from rnn_modules.reporting.analysis.statistics import Interval

Statistic = Literal["mean", "median", "share"]


@dataclass(frozen=True)
class Evidence:
    """Values of models or cases, one for each seed.

    Attributes:
        values: percentage points, or Jaccard indices; empty when no record belongs to the claim.
        statistic: the claim's figure; ``share`` is the percentage of the values that are not negative.
        others: name of another measure -> the claim's figure under it, None where no record has it.
        missing: parts of what the claim is about (I/O types, RNN types) that no record is of.

    Example:
        >>> from rnn_modules.reporting.analysis.clusters import Cluster
        >>> values = [Value(x, Cluster("one_to_one", "lstm", 1, seed)) for seed, x in enumerate((-0.5, 0.0, 0.25))]
        >>> evidence = Evidence(tuple(values), "median", missing=("1:N",))
        >>> evidence.figure(), evidence.estimate().n, Evidence((), "mean").estimate()
        (0.0, 3, None)
    """

    values: tuple[Value, ...]
    statistic: Statistic
    others: dict[str, float | None] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def estimate(self) -> ClusterEstimate | None:
        """The claim's figure with its intervals, None without a value."""
        if not self.values:
            return None
        if self.statistic != "share":
            return cluster_estimate(self.values, self.statistic)
        found = cluster_estimate(scored(self.values, self.statistic), "mean")
        if found.interval is None or found.inner_interval is None or found.interval[0] == found.interval[1]:
            # Models that all agree say nothing of how many of others would.
            return replace(found, interval=None, inner_interval=None)
        return replace(found, interval=_percent(found.interval), inner_interval=_percent(found.inner_interval))

    def figure(self) -> float | None:
        """The claim's figure alone."""
        import numpy as np

        values = scored(self.values, self.statistic)
        if not values:
            return None
        if self.statistic == "median":
            return float(np.median([value.value for value in values]))
        return float(np.average([value.value for value in values], weights=[value.weight for value in values]))

    def parts(self) -> dict[str, Evidence]:
        """The same by setting where the claim pools several, otherwise by RNN type; empty for a single part."""
        several = len({value.cluster.setting for value in self.values}) > 1
        names = ARCHITECTURES | INTER if several else RNN_TYPES
        gathered: dict[str, list[Value]] = {}
        for value in self.values:
            key = value.cluster.setting if several else value.cluster.rnn
            gathered.setdefault(key, []).append(value)
        if len(gathered) < 2:
            return {}
        return {
            names.get(key, key): Evidence(tuple(gathered[key]), self.statistic)
            for key in sorted(gathered, key=[*names, *gathered].index)
        }


def _percent(interval: Interval) -> Interval:
    return max(0.0, interval[0]), min(100.0, interval[1])


def scored(values: Sequence[Value], statistic: Statistic) -> list[Value]:
    """The values of which the figure is the mean (or median); a rounding error of a subtraction is no loss.

    Example:
        >>> from rnn_modules.reporting.analysis.clusters import Cluster
        >>> model = Cluster("one_to_one", "lstm", 1, 0)
        >>> [value.value for value in scored([Value(x, model) for x in (-0.5, 0.0, 0.2)], "share")]
        [0.0, 100.0, 100.0]
    """
    if statistic != "share":
        return list(values)
    return [replace(value, value=100.0 * (value.value > -1e-9)) for value in values]
