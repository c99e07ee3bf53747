"""Intervals by trained model: cases of one model are one observation, settings are strata."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from rnn_modules.reporting.analysis import clusters
from rnn_modules.reporting.analysis.clusters import Cluster, Value, cluster_estimate


def values(means, cases=1, setting="many_to_one", weight=1.0, spread=0.0):
    """Cases around the mean of each model."""
    offsets = spread * (np.arange(cases) - (cases - 1) / 2)
    return [
        Value(mean + offset, Cluster(setting, "lstm", 4, seed), weight)
        for seed, mean in enumerate(means)
        for offset in offsets
    ]


def test_equal_clusters_have_students_interval_over_their_means():
    means = [-1.0, 0.5, 2.0, 0.7]
    found = cluster_estimate(values(means, cases=10, spread=3.0), "mean")
    expected = ttest_1samp(means, 0.0).confidence_interval(0.95)
    assert (found.n, found.clusters) == (40, 4)
    assert found.interval == pytest.approx((expected.low, expected.high))


def test_more_cases_of_the_same_models_narrow_nothing():
    few, many = (cluster_estimate(values([1.0, 2.0, 4.0], cases=count), "mean") for count in (1, 100))
    assert few.interval == pytest.approx(many.interval)


def test_a_single_model_has_a_figure_and_no_interval():
    found = cluster_estimate(values([1.5], cases=4, spread=1.0), "mean")
    assert (found.value, found.clusters, found.interval, found.inner_interval) == (1.5, 1, None, None)
    assert cluster_estimate(values([1.5], cases=4), "median").interval is None


def test_settings_are_strata_and_no_spread():
    far_apart = values([-10.0, -10.2, -9.8]) + values([10.0, 10.2, 9.8], setting="one_to_many")
    found = cluster_estimate(far_apart, "mean")
    assert found.value == pytest.approx(0.0) and found.interval[1] < 0.5
    weighted = values([1.0, 2.0, 3.0], weight=3.0) + values([5.0, 6.0, 7.0], setting="one_to_many")
    assert cluster_estimate(weighted, "mean").value == pytest.approx((3 * 2 + 6) / 4)
    one_short = values([1.0, 2.0, 3.0]) + values([5.0], setting="one_to_many")
    assert cluster_estimate(one_short, "mean").interval is None


def test_equal_values_have_a_point():
    assert cluster_estimate(values([0.1 + 0.2, 0.3, 0.3]), "mean").interval == (0.3, 0.3)
    assert cluster_estimate(values([0.3, 0.3, 0.3]), "median").interval == (0.3, 0.3)


def test_medians_draw_whole_models(monkeypatch):
    monkeypatch.setattr(clusters, "RESAMPLES", 999)
    # Nearly all cases are of one model: drawn case by case, the median would stay at its value.
    one_large = [Value(5.0, Cluster("many_to_one", "lstm", 4, 0))] * 50 + values([-1.0, -2.0, -3.0])[1:]
    found = cluster_estimate(one_large, "median")
    assert found.value == 5.0 and found.interval[0] < 0.0
    assert cluster_estimate(one_large, "median") == found


@pytest.mark.parametrize("statistic", ["mean", "median"])
def test_intervals_cover_as_often_as_they_say(statistic, monkeypatch):
    monkeypatch.setattr(clusters, "RESAMPLES", 499)
    generator = np.random.default_rng(4)
    covered = []
    for _ in range(150):
        models = generator.normal(-1.0, 2.0, 12)
        cases = [value for value in values(models, cases=5, spread=0.5)]
        low, high = cluster_estimate(cases, statistic).interval
        covered.append(low <= -1.0 <= high)
    assert 0.88 <= np.mean(covered) <= 0.99
