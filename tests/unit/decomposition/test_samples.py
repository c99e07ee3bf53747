"""Which examples are monitored."""

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.samples import Samples, draw_samples

stable = settings(deadline=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)


@given(
    st.integers(2, 4),
    st.integers(1, 4),
    st.integers(0, 30),
    st.booleans(),
    st.integers(1, 12),
    st.sampled_from(["random", "first"]),
    seeds,
)
@settings(stable, max_examples=80)
def test_samples_have_the_size_and_the_classes_asked_for(classes, timesteps, more, sequences, size, order, seed):
    generator = np.random.default_rng(seed)
    examples = classes + more
    shape = (examples, timesteps) if sequences else examples
    labels = generator.integers(0, classes, shape)
    labels.reshape(-1)[:classes] = np.arange(classes)
    chosen = DecompositionParameters(positive_sample=size, sample_order=order, seed=seed % 100)
    samples = draw_samples(labels, classes, timesteps, chosen)
    for step in range(timesteps):
        at_step = labels[:, step] if sequences else labels
        counts = np.bincount(at_step, minlength=classes)
        for label in range(classes):
            positive, negative = samples.positive[label][step], samples.negative[label][step]
            assert len(np.unique(positive)) == len(positive) == min(size, counts[label])
            assert (at_step[positive] == label).all()
            share = max(1, size // (classes - 1))
            expected = [0 if other == label else min(share, counts[other]) for other in range(classes)]
            assert len(np.unique(negative)) == len(negative)
            assert np.bincount(at_step[negative], minlength=classes).tolist() == expected
            assert not set(positive) & set(negative)
            if order == "first":
                if size >= classes - 1:
                    literal = oracle.sample_first(at_step, label, size, classes)
                    assert (sorted(positive), sorted(negative)) == tuple(map(sorted, literal))
                np.testing.assert_array_equal(positive, np.flatnonzero(at_step == label)[:size])
    again = draw_samples(labels, classes, timesteps, chosen)
    for side in ("positive", "negative"):
        for by_step, other in zip(getattr(samples, side), getattr(again, side), strict=True):
            for rows, same in zip(by_step, other, strict=True):
                np.testing.assert_array_equal(rows, same)


def test_another_seed_draws_other_rows():
    labels = np.arange(100) % 2
    drawn = [
        draw_samples(labels, 2, 1, DecompositionParameters(positive_sample=10, seed=seed)).positive[0][0].tolist()
        for seed in (0, 1)
    ]
    assert drawn[0] != drawn[1]


def test_first_rows_takes_negatives_in_file_order_whatever_their_class():
    labels = np.array([0, 1, 1, 1, 2, 0, 2, 0])
    chosen = DecompositionParameters(negative_sampling="first_rows", sample_order="first", positive_sample=4)
    samples = draw_samples(labels, 3, 2, chosen)
    assert [by_step[0].tolist() for by_step in samples.negative] == [[1, 2], [0, 4], [0, 1]]
    assert [by_step[1].tolist() for by_step in samples.positive] == [[0, 5, 7], [1, 2, 3], [4, 6]]


def test_numbers_of_negative_examples_are_rounded_as_asked():
    labels = np.repeat(np.arange(4), 40)
    sizes = {}
    for sampling in ("per_class", "first_rows"):
        for rounding in ("down", "up"):
            chosen = DecompositionParameters(
                positive_sample=20, negative_sampling=sampling, negative_rounding=rounding, sample_order="first"
            )
            drawn = draw_samples(labels, 4, 1, chosen).negative[0][0]
            sizes[sampling, rounding] = np.bincount(labels[drawn], minlength=4).tolist()
    # 20 / 3 of each, or in all.
    assert sizes["per_class", "down"] == [0, 6, 6, 6] and sizes["per_class", "up"] == [0, 7, 7, 7]
    assert sizes["first_rows", "down"] == [0, 6, 0, 0] and sizes["first_rows", "up"] == [0, 7, 0, 0]


def test_negative_examples_by_frequency_are_shared_out_as_often_as_each_class_occurs():
    labels = np.repeat(np.arange(4), [100, 60, 30, 10])
    chosen = DecompositionParameters(positive_sample=50, negative_sampling="by_frequency")
    samples = draw_samples(labels, 4, 1, chosen)
    negative = [np.bincount(labels[of_class[0]], minlength=4).tolist() for of_class in samples.negative]
    # Of 50: 60, 30 and 10 hundredths; for the rarest class 100, 60 and 30 of 190, rounded down.
    assert negative[0] == [0, 30, 15, 5]
    assert negative[3] == [26, 15, 7, 0]
    up = draw_samples(labels, 4, 1, dataclasses.replace(chosen, negative_rounding="up"))
    assert np.bincount(labels[up.negative[3][0]], minlength=4).tolist() == [27, 16, 8, 0]
    # Each class that there is gives one at least.
    few = draw_samples(labels, 4, 1, dataclasses.replace(chosen, positive_sample=4)).negative[0][0]
    assert np.bincount(labels[few], minlength=4).tolist() == [0, 2, 1, 1]


def test_by_frequency_counts_the_classes_of_its_own_timestep():
    labels = np.zeros((40, 2), int)
    labels[:20, 0], labels[20:30, 0] = 1, 2
    labels[:5, 1], labels[5:35, 1] = 1, 2
    chosen = DecompositionParameters(positive_sample=6, negative_sampling="by_frequency")
    by_step = draw_samples(labels, 3, 2, chosen).negative[0]
    assert [np.bincount(labels[rows, step], minlength=3).tolist() for step, rows in enumerate(by_step)] == [
        [0, 4, 2],
        [0, 1, 5],
    ]


def test_counts_are_of_different_examples():
    rows = [np.array([0, 1]), np.array([1, 2])]
    samples = Samples(positive=[rows], negative=[[np.array([4]), np.array([4])]])
    assert samples.counts(["red"]) == {"red": {"positive": 3, "negative": 1}}


def test_decisions_may_be_fewer_than_timesteps_and_several_labels_may_be_right():
    chosen = DecompositionParameters(sample_order="first")
    labels = np.array([[0, 1], [1, 0], [1, 1]])
    samples = draw_samples(labels, 2, 5, chosen)
    assert [rows.tolist() for rows in samples.positive[0]] == [[0], [1]]
    # Of a layer of five timesteps each has the examples of both decisions.
    assert [rows.tolist() for rows in samples.over(5).positive[0]] == [[0, 1]] * 5
    several = np.array([[[1, 0], [0, 0]], [[1, 1], [0, 1]], [[0, 0], [1, 1]]])
    samples = draw_samples(several, 2, 2, chosen, independent=True)
    assert [rows.tolist() for rows in samples.positive[0]] == [[0, 1], [2]]
    assert [rows.tolist() for rows in samples.negative[1]] == [[0, 2], [0]]
