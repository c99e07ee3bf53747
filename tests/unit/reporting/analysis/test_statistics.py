"""Intervals cover, tests agree with their definitions, and degenerate data have plain answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.reporting.analysis import statistics
from rnn_modules.reporting.analysis.statistics import estimate, p_equivalence, p_zero, summarise


def test_a_single_value_has_no_interval_and_no_test():
    summary = summarise([-0.7])
    assert (summary.n, summary.mean, summary.median) == (1, -0.7, -0.7)
    assert (summary.mean_interval, summary.median_interval) == (None, None)
    assert (summary.p_zero, summary.p_equivalence) == (None, None)


@pytest.mark.parametrize(("value", "zero", "equivalent"), [(0.0, 1.0, 0.0), (0.5, 0.0625, 0.0), (-2.0, 0.0625, 1.0)])
def test_constant_values(value, zero, equivalent):
    summary = summarise([value] * 5)
    assert summary.mean_interval == summary.median_interval == (value, value)
    assert summary.p_zero == pytest.approx(zero)
    assert summary.p_equivalence == equivalent


def test_rounding_errors_are_ties_and_zeros():
    assert p_zero([1e-13, -2e-14, 0.0]) == 1.0
    assert estimate([0.1 + 0.2, 0.3, 0.3], "mean").interval == (0.3, 0.3)


def test_interval_of_the_mean_covers_as_often_as_it_says(monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 999)
    generator = np.random.default_rng(5)
    samples = generator.normal(-1.0, 2.0, (200, 30))
    covered = [low <= -1.0 <= high for low, high in (estimate(sample, "mean").interval for sample in samples)]
    assert 0.89 <= np.mean(covered) <= 0.99


def test_few_values_have_students_interval():
    values = [0.5, 1.5, 1.0, 3.0]
    low, high = estimate(values, "mean").interval
    half = 3.182446 * np.std(values, ddof=1) / 2
    assert (low, high) == pytest.approx((1.5 - half, 1.5 + half), abs=1e-5)
    assert high > max(values)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-20, 20), min_size=10, max_size=20), st.sampled_from(["mean", "median"]))
def test_intervals_are_nested_within_the_data(values, statistic):
    result = estimate(values, statistic)
    (low, high), (inner_low, inner_high) = result.interval, result.inner_interval
    tolerance = 1e-6
    assert min(values) - tolerance <= low <= inner_low + tolerance
    assert inner_high - tolerance <= high <= max(values) + tolerance
    assert estimate(values, statistic) == result


def test_one_far_case_leaves_the_median_where_it_is():
    summary = summarise([0.0, 0.1, -0.1, 0.05, -0.05, 0.02, -60.0])
    assert summary.mean < -8 and abs(summary.median) < 0.1
    assert summary.p_zero > 0.05 and summary.p_equivalence > 0.05


@pytest.mark.parametrize("test", ["wilcoxon", "t"])
def test_tests_tell_a_shift_from_noise(test):
    noise = np.random.default_rng(1).normal(0, 1, 40)
    assert p_zero(noise - noise.mean(), test) > 0.5
    assert p_zero(noise + 2, test) < 1e-4
    assert p_zero([0.0, 0.0], test) == 1.0


@pytest.mark.parametrize(("shift", "margin", "equivalent"), [(0.0, 1.0, True), (0.9, 1.0, False), (0.9, 2.0, True)])
def test_equivalence_is_the_ninety_percent_interval_within_the_margin(shift, margin, equivalent):
    values = np.random.default_rng(2).normal(0, 1, 60)
    values += shift - values.mean()
    assert (p_equivalence(values, margin) < 0.05) is equivalent
    low, high = estimate(values, "mean").inner_interval
    assert (-margin < low and high < margin) is equivalent
