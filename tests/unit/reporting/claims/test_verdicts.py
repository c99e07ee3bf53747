"""The rule's four verdicts, at and beside every threshold."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.reporting.analysis.statistics import Estimate, estimate
from rnn_modules.reporting.claims.verdicts import (
    DIRECTION_ONLY,
    NOT_REPRODUCED,
    NOT_TESTED,
    REPRODUCED,
    VERDICTS,
    VerdictRule,
)

POINTS = "percent points"


def figure(value, half, inner=None, n=30):
    """An estimate with symmetric intervals of half-widths ``half`` (95 %) and ``inner`` (90 %)."""
    inner = 0.84 * half if inner is None else inner
    return Estimate(n, value, (value - half, value + half), (value - inner, value + inner))


@pytest.mark.parametrize(
    ("ours", "published", "verdict"),
    [
        # The interval covers the published figure, on the same side.
        (figure(-2.0, 1.5), -0.7, REPRODUCED),
        # Equivalent, though the interval does not cover it.
        (figure(-0.3, 0.2), -0.6, REPRODUCED),
        # Equivalent across zero.
        (figure(0.2, 0.2), -0.2, REPRODUCED),
        (figure(-1.5, 0.5), -25.8, DIRECTION_ONLY),
        (figure(-3.75, 1.5), 0.10, NOT_REPRODUCED),
        (figure(-0.2, 1.2), 0.41, NOT_REPRODUCED),
        # Both within a tenth of a point of zero, but ours is scattered.
        (figure(0.05, 2.0), -0.02, REPRODUCED),
        (figure(0.15, 2.0), -0.02, NOT_REPRODUCED),
        # Covers anything.
        (figure(-6.0, 4.01), -6.22, NOT_TESTED),
        (figure(-6.0, 3.99), -6.22, REPRODUCED),
        # Wide, but away from the figure.
        (figure(-20.0, 9.0), -6.22, DIRECTION_ONLY),
        (figure(-0.6, 0.1, n=2), -0.6, NOT_TESTED),
        (figure(-0.6, 0.1, n=3), -0.6, REPRODUCED),
        (Estimate(1, -0.6, None, None), -0.6, NOT_TESTED),
        (None, -0.6, NOT_TESTED),
    ],
)
def test_verdicts_on_deltas(ours, published, verdict):
    assert VerdictRule().judge(ours, POINTS, published).text == verdict


@pytest.mark.parametrize(
    ("unit", "ours", "published", "verdict"),
    [
        ("percent", figure(40.0, 14.0), 31.25, REPRODUCED),
        ("percent", figure(19.0, 12.0), 52.8, NOT_REPRODUCED),
        ("percent", figure(10.0, 5.0), 31.25, DIRECTION_ONLY),
        ("index", figure(0.78, 0.03), 0.82, DIRECTION_ONLY),
        ("index", figure(0.80, 0.02), 0.82, REPRODUCED),
        ("index", figure(1.0, 0.001), 0.82, NOT_REPRODUCED),
    ],
)
def test_verdicts_on_shares_and_indices(unit, ours, published, verdict):
    assert VerdictRule().judge(ours, unit, published).text == verdict


def test_the_recomputed_figure_may_be_the_reproduced_one():
    verdict = VerdictRule().judge(figure(0.5, 0.3), POINTS, -1.8, 0.54)
    assert (verdict.text, verdict.on) == (REPRODUCED, "recomputed")
    assert VerdictRule().judge(figure(-1.8, 0.3), POINTS, -1.8, 0.54).on == "published"
    assert VerdictRule().judge(figure(-0.6, 0.3), POINTS, -0.6, -0.605).on == "published"


@settings(max_examples=50, deadline=None)
@given(st.floats(-5, 5), st.floats(0.01, 5), st.floats(-5, 5))
def test_a_larger_margin_never_takes_a_reproduction_away(value, half, published):
    rule = VerdictRule()
    wider = dataclasses.replace(rule, margins={POINTS: 2.0}, about_neutral=rule.about_neutral / 2)
    first = rule.judge(figure(value, half), POINTS, published).text
    assert first in VERDICTS
    if first == REPRODUCED:
        assert wider.judge(figure(value, half), POINTS, published).text == REPRODUCED


def test_the_rule_says_its_thresholds():
    text = dataclasses.replace(VerdictRule(), least_values=7, widest=5.5).text()
    assert "fewer than 7 values" in text and "±5.5 margins" in text
    assert all(verdict in text.lower() for verdict in VERDICTS)


def test_the_same_population_is_reproduced_nearly_always():
    generator = np.random.default_rng(3)
    verdicts = [
        VerdictRule().judge(estimate(generator.normal(-2.4, 2.0, 9), "mean"), POINTS, -2.4).text for _ in range(200)
    ]
    assert verdicts.count(REPRODUCED) / len(verdicts) > 0.9
