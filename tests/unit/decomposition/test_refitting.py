"""The refitted head, against scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from rnn_modules.decomposition.refitting import ModuleHead, RefittedHead, refit


def drawn(seed=0, examples=60, timesteps=3):
    generator = np.random.default_rng(seed)
    features, parents = generator.normal(size=(examples, 4)), generator.normal(size=examples)
    members = features[:, 0] + parents + generator.normal(size=examples) > 0.8
    return features, parents, members, generator.integers(0, timesteps, examples), generator.random(examples) + 0.1


def test_odds_are_those_of_a_regression():
    features, parents, members, _, _ = drawn()
    head = ModuleHead.joined([refit(features, parents, members, rate=0.2)])
    both = np.column_stack([features, parents])
    # Fewer are of the class than not, and both sides count alike.
    expected = LogisticRegression(max_iter=300, class_weight="balanced").fit(both, members).decision_function(both)
    np.testing.assert_allclose(head.odds(features[None], parents[None])[0], expected, atol=1e-6)


def test_each_timestep_has_its_bias_and_each_example_its_weight():
    features, parents, members, steps, weights = drawn()
    head = ModuleHead.joined([refit(features, parents, members, 0.2, steps, 3, weights)])
    counts = weights.copy()
    for side in (members, ~members):
        counts[side] *= len(members) / 2 / weights[side].sum()
    both = np.column_stack([features, parents, np.eye(3)[steps]])
    expected = LogisticRegression(max_iter=300).fit(both, members, counts).decision_function(both)
    # As (modules, examples, timesteps, features), with the right timestep of each.
    odds = head.odds(np.repeat(features[None, :, None], 3, axis=2), np.repeat(parents[None, :, None], 3, axis=2))[0]
    np.testing.assert_allclose(odds[np.arange(60), steps], expected, atol=1e-6)


def test_votes_allow_for_the_rate_in_training():
    features, parents, members, _, _ = drawn()
    assert 0.1 < members.mean() < 0.4
    assert refit(features, parents, members, rate=0.5).rate == pytest.approx(0)
    assert refit(features, parents, members, rate=0.2).rate == pytest.approx(np.log(0.2 / 0.8))
    assert np.isfinite([refit(features, parents, members, rate).rate for rate in (0.0, 1.0)]).all()


def test_a_rare_class_is_recognised_as_well_as_all_else():
    features, parents, _, _, _ = drawn(examples=2000)
    members = features[:, 0] + np.random.default_rng(1).normal(size=2000) > 2.5
    assert members.mean() < 0.05
    yes = ModuleHead.joined([refit(features, parents, members, rate=0.5)]).odds(features[None], parents[None])[0] > 0
    assert yes[members].mean() == pytest.approx((~yes)[~members].mean(), abs=0.1)


def test_heads_of_several_modules_are_each_its_own():
    features, parents, members, _, _ = drawn()
    heads = [refit(features[:, :width], parents, members, rate=0.2) for width in (2, 4)]
    joined = ModuleHead.joined(heads)
    filled = np.stack([np.pad(features[:, :2], [(0, 0), (0, 2)]), features])
    odds = joined.odds(filled, np.stack([parents] * 2))
    for index, (head, width) in enumerate(zip(heads, (2, 4), strict=True)):
        alone = ModuleHead.joined([head]).odds(features[None, :, :width], parents[None])[0]
        np.testing.assert_allclose(odds[index], alone)
    second = joined.select([1], 4)
    assert isinstance(second, RefittedHead)
    np.testing.assert_allclose(second.odds(features[None], parents[None])[0], odds[1])


def test_one_example_of_the_class_is_enough():
    features, parents, _, _, _ = drawn()
    head = refit(features, parents, np.arange(60) == 7, rate=0.01)
    assert np.isfinite([*head.weights, head.trust, *head.biases]).all()
