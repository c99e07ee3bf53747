"""The rule's verdicts, each kind at and beside every threshold."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.reporting.analysis.clusters import Cluster, ClusterEstimate, Value, cluster_estimate
from rnn_modules.reporting.claims.verdicts import (
    DIRECTION_ONLY,
    INVALID,
    NOT_REPRODUCED,
    NOT_TESTED,
    REPRODUCED,
    VERDICTS,
    VerdictRule,
)

POINTS = "percent points"


def figure(value, half, inner=None, clusters=12):
    """An estimate with symmetric intervals of half-widths ``half`` (95 %) and ``inner`` (90 %)."""
    inner = 0.84 * half if inner is None else inner
    return ClusterEstimate(30, value, (value - half, value + half), (value - inner, value + inner), clusters)


def verdict(ours, published, unit=POINTS, **others):
    return VerdictRule().judge(ours, unit, published, **others).text


@pytest.mark.parametrize(
    ("ours", "published", "expected"),
    [
        # Covers the figure, excludes no change.
        (figure(-2.0, 1.5), -0.7, REPRODUCED),
        # Covers both: whatever side ours is on.
        (figure(-2.0, 2.1), -0.7, NOT_TESTED),
        (figure(0.2, 1.5), -0.7, NOT_TESTED),
        # The same side alone.
        (figure(-1.5, 0.5), -25.8, DIRECTION_ONLY),
        (figure(-1.5, 0.5), -0.7, DIRECTION_ONLY),
        # Excludes the figure and not no change, or lies on the other side.
        (figure(-0.1, 0.3), -0.6, NOT_REPRODUCED),
        (figure(3.0, 1.0), -0.6, NOT_REPRODUCED),
        # The other sign alone refutes nothing.
        (figure(0.5, 1.2), -0.6, NOT_TESTED),
        # Covers the figure and much else.
        (figure(-6.0, 4.01), -6.22, NOT_TESTED),
        (figure(-6.0, 3.99), -6.22, REPRODUCED),
        # Wide, but away from the figure.
        (figure(-20.0, 9.0), -6.22, DIRECTION_ONLY),
    ],
)
def test_claims_of_a_change(ours, published, expected):
    assert verdict(ours, published) == expected


@pytest.mark.parametrize(
    ("ours", "published", "expected"),
    [
        # Equal to within a point, even where the interval excludes the figure.
        (figure(0.3, 0.2), -0.02, REPRODUCED),
        (figure(0.0, 1.1, inner=0.95), 0.0, REPRODUCED),
        (figure(0.0, 1.3, inner=1.05), 0.0, NOT_TESTED),
        (figure(0.8, 0.9), 0.0, NOT_TESTED),
        (figure(0.8, 0.7), 0.0, NOT_REPRODUCED),
        (figure(-3.75, 1.5), 0.10, NOT_REPRODUCED),
        # A tenth of a point is equality, more is a change.
        (figure(0.5, 0.3), 0.1, REPRODUCED),
        (figure(0.5, 0.3), 0.11, DIRECTION_ONLY),
    ],
)
def test_claims_of_equality(ours, published, expected):
    assert verdict(ours, published) == expected


@pytest.mark.parametrize(
    ("unit", "ours", "published", "expected"),
    [
        ("percent", figure(40.0, 9.0), 31.25, REPRODUCED),
        ("percent", figure(40.0, 14.0), 31.25, NOT_TESTED),
        ("percent", figure(19.0, 12.0), 58.8, NOT_REPRODUCED),
        ("percent", figure(10.0, 5.0), 31.25, DIRECTION_ONLY),
        ("index", figure(0.78, 0.03), 0.82, DIRECTION_ONLY),
        ("index", figure(0.80, 0.02), 0.82, REPRODUCED),
        ("index", figure(1.0, 0.001), 0.82, NOT_REPRODUCED),
    ],
)
def test_shares_and_indices(unit, ours, published, expected):
    assert verdict(ours, published, unit) == expected


def test_too_little_is_no_test():
    for ours in (figure(-0.6, 0.1, clusters=2), ClusterEstimate(4, -0.6, None, None, 3), None):
        assert verdict(ours, -0.6) == NOT_TESTED
    assert verdict(figure(-0.6, 0.1, clusters=3), -0.6) == REPRODUCED
    found = VerdictRule().judge(figure(-0.6, 0.1), POINTS, -0.6, missing=["GRU", "1:N"])
    assert (found.text, found.reason) == (NOT_TESTED, "no record of GRU, 1:N")


def test_a_figure_that_is_no_measurement_has_a_verdict_of_its_own():
    for ours in (figure(-1.0, 0.5), figure(-50.0, 0.5), None):
        found = VerdictRule().judge(ours, POINTS, -50.87, invalid=["twelve equal figures"])
        assert (found.text, found.reason) == (INVALID, "twelve equal figures")


def test_settings_on_both_sides_confirm_nothing():
    apart = [figure(1.5, 0.5), figure(-2.5, 0.5)]
    assert verdict(figure(-0.6, 0.3), -0.6, parts=apart) == NOT_TESTED
    assert verdict(figure(-0.6, 0.3), -0.6, parts=apart[1:]) == REPRODUCED
    assert verdict(figure(-0.6, 0.3), -0.6, parts=[figure(1.5, 1.6), apart[1]]) == REPRODUCED
    assert verdict(figure(3.0, 0.3), -0.6, parts=apart) == NOT_REPRODUCED


def test_the_recomputed_figure_may_be_the_reproduced_one():
    found = VerdictRule().judge(figure(0.5, 0.3), POINTS, -1.8, 0.54)
    assert (found.text, found.on) == (REPRODUCED, "recomputed")
    assert VerdictRule().judge(figure(-1.8, 0.3), POINTS, -1.8, 0.54).on == "published"
    assert VerdictRule().judge(figure(-0.6, 0.3), POINTS, -0.6, -0.605).on == "published"


def test_not_reproduced_takes_both_figures():
    assert verdict(figure(0.5, 1.2), -1.8) == NOT_REPRODUCED
    assert verdict(figure(0.5, 1.2), -1.8, recomputed=0.54) == NOT_TESTED


def test_within_a_margin_is_told_whatever_the_verdict():
    rule = VerdictRule()
    assert rule.within_margin(figure(-0.1, 0.3), POINTS, -0.6) is True
    assert rule.within_margin(figure(-0.1, 0.9), POINTS, -0.6) is False
    assert rule.within_margin(figure(-0.1, 0.3, clusters=2), POINTS, -0.6) is None


@settings(max_examples=50, deadline=None)
@given(st.floats(-5, 5), st.floats(0.01, 5), st.floats(-5, 5))
def test_a_narrower_interval_around_the_figure_never_loses_a_reproduction(value, half, published):
    first = verdict(figure(value, half), published)
    assert first in VERDICTS
    if first == REPRODUCED and abs(published) > 0.1:
        assert verdict(figure(published, abs(published) / 2), published) == REPRODUCED


def test_the_rule_says_its_thresholds():
    text = dataclasses.replace(VerdictRule(), least_clusters=7, widest=5.5).text()
    assert "fewer than 7 trained models" in text and "±5.5 margins" in text
    assert all(name in text.lower() for name in VERDICTS)
    assert "went from 3 to 4 margins" in text


def test_the_same_population_is_hardly_ever_refuted():
    generator = np.random.default_rng(3)
    verdicts = []
    for _ in range(200):
        models = [Cluster("many_to_one", "lstm", 4, seed) for seed in range(9)]
        values = [Value(value, model) for value, model in zip(generator.normal(-2.4, 2.0, 9), models, strict=True)]
        verdicts.append(verdict(cluster_estimate(values, "mean"), -2.4))
    assert verdicts.count(REPRODUCED) / len(verdicts) > 0.8
    assert verdicts.count(NOT_REPRODUCED) / len(verdicts) <= 0.05
