"""Which decisions a module is made on, and which are held back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.decomposition.places import Places, draw_places, hold_back
from rnn_modules.files.atomic_files import InputError


@given(seed=st.integers(0, 1000), classes=st.integers(2, 5), size=st.integers(4, 40), steps=st.sampled_from([None, 3]))
@settings(max_examples=30, deadline=None)
def test_half_are_of_the_class_and_weights_say_how_many_each_stands_for(seed, classes, size, steps):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, 30 if steps is None else (30, steps))
    # The last class is rare.
    labels[labels == classes - 1] = 0
    labels.flat[:classes] = np.arange(classes)
    for label, places in enumerate(draw_places(labels, classes, size, seed)):
        found = labels[places.rows] if steps is None else labels[places.rows, places.steps]
        np.testing.assert_array_equal(found == label, places.members)
        assert places.members.sum() == min(size // 2, (labels == label).sum())
        assert (~places.members).sum() == min(size // 2, (labels != label).sum())
        for other in np.unique(found):
            total = (labels == other).sum()
            np.testing.assert_allclose(places.weights[found == other].sum(), total)
        pairs = set(zip(places.rows.tolist(), np.ravel(found).tolist(), strict=True))
        assert len(pairs) == len(places.rows) or steps is not None


def test_others_are_drawn_evenly():
    labels = np.repeat([0, 1, 2], [50, 40, 5])
    places = draw_places(labels, 3, 20, 0)[0]
    assert np.bincount(labels[places.rows[~places.members]], minlength=3).tolist() == [0, 5, 5]


def test_several_at_once_are_those_with_and_without_the_class():
    labels = np.array([[1, 0], [1, 1], [0, 1], [0, 0]])
    first, second = draw_places(labels, 2, 4, 0, independent=True)
    assert sorted(first.rows[first.members].tolist()) == [0, 1]
    assert sorted(second.rows[second.members].tolist()) == [1, 2]


def test_several_at_once_at_each_step():
    labels = np.random.default_rng(0).integers(0, 2, (9, 4, 2))
    for label, places in enumerate(draw_places(labels, 2, 10, 0, independent=True)):
        np.testing.assert_array_equal(labels[places.rows, places.steps, label] == 1, places.members)
        assert places.members.sum() == 5 and len(places.rows) == 10


def test_a_class_without_an_example_is_named():
    with pytest.raises(InputError, match="class 1 has 0 examples, all others 3"):
        draw_places(np.array([0, 0, 2]), 3, 10, 0)


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_outside_the_classes_is_refused(label):
    with pytest.raises(InputError, match="labels: expected classes 0..2, received"):
        draw_places(np.array([0, 1, 2, label]), 3, 10, 0)


@given(own=st.integers(2, 30), others=st.integers(2, 30))
def test_what_is_held_back_and_what_is_not_are_all(own, others):
    members = np.arange(own + others) < own
    places = Places(np.arange(own + others), np.arange(own + others) % 3, members, np.ones(own + others))
    kept, held = hold_back(places, 0)
    assert sorted([*kept.rows, *held.rows]) == list(range(own + others))
    for part in (kept, held):
        assert part.members.any()
        assert not part.members.all()
        np.testing.assert_array_equal(part.steps, part.rows % 3)
    assert len(held.rows) <= (own + 3) // 4 + (others + 3) // 4


def test_of_one_decision_none_can_be_held_back():
    with pytest.raises(InputError, match="tolerance: class 3 has 1 decisions, all others 4; two of each"):
        hold_back(Places(np.arange(5), None, np.arange(5) < 1), 3)
