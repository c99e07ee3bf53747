"""Metrics against scikit-learn and on translations whose score is known."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from rnn_modules.experiments.metrics import (
    bleu_p_value,
    classification_metrics,
    majority_metrics,
    recognition,
    scoped_metrics,
    scopes,
    translation_metrics,
    wrong_words,
)

REFERENCES = ["the cat sleeps on the mat", "it rains in the town today", "good morning to you all"]


@given(st.integers(2, 5), st.integers(1, 60), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=60, derandomize=True)
def test_classification_metrics_are_those_of_sklearn(classes, positions, seed):
    generator = np.random.default_rng(seed)
    labels, decisions = generator.integers(0, classes, (2, positions))
    received = classification_metrics(labels, decisions)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert received["accuracy"] == pytest.approx(accuracy_score(labels, decisions))
        assert received["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(labels, decisions))
        expected = f1_score(labels, decisions, labels=np.unique(labels), average="macro", zero_division=0)
        assert received["macro_f1"] == pytest.approx(expected)
    assert received["examples"] == positions


def test_classification_metrics_by_hand():
    labels, decisions = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    # Recalls 2/3 and 1; precisions 1 and 1/2, so F1 4/5 and 2/3.
    assert classification_metrics(labels, decisions) == pytest.approx(
        {"accuracy": 3 / 4, "balanced_accuracy": 5 / 6, "macro_f1": (4 / 5 + 2 / 3) / 2, "examples": 4}
    )


def test_padding_is_left_out_of_the_second_scope():
    labels = np.array([[0, 0, 1], [0, 2, 1]])
    decisions = np.array([[0, 0, 1], [0, 0, 0]])
    scores = scoped_metrics(labels, decisions)
    assert scores["all"]["accuracy"] == pytest.approx(4 / 6)
    assert scores["unpadded"]["accuracy"] == pytest.approx(1 / 3)
    assert (scores["all"]["examples"], scores["unpadded"]["examples"]) == (6, 3)
    assert list(scopes(np.array([0, 1]))) == ["all"]


def test_constant_predictor_is_fitted_on_training_labels_in_every_scope():
    training = np.array([[0, 0, 0, 2], [0, 0, 2, 1]])
    scores = majority_metrics(np.array([[0, 1, 1, 2]]), training)
    assert scores["all"]["accuracy"] == pytest.approx(1 / 4)
    assert scores["unpadded"]["accuracy"] == pytest.approx(1 / 3)
    assert scores["unpadded"]["balanced_accuracy"] == pytest.approx(1 / 2)
    assert majority_metrics(np.array([1, 1, 0]), np.array([1, 0, 1]))["all"]["accuracy"] == pytest.approx(2 / 3)


def test_perfect_translation_scores_100():
    scores = translation_metrics(REFERENCES, REFERENCES, "[starten]", "[enden]")
    for name in ("bleu", "chrf", "bleu1", "bleu1_with_tags"):
        assert scores[name] == pytest.approx(100), name
    assert scores["examples"] == 3


def test_empty_translation_scores_0_without_an_error():
    scores = translation_metrics([""] * 3, REFERENCES, "[starten]", "[enden]")
    for name in ("bleu", "chrf", "bleu1"):
        assert scores[name] == pytest.approx(0), name
    # The two tags are right: precision 1, length 6 of 23.
    assert scores["bleu1_with_tags"] == pytest.approx(100 * np.exp(1 - 23 / 6))


def test_tags_around_wrong_words_are_what_the_unigram_figure_with_tags_rewards():
    wrong = [" ".join(["?"] * len(line.split())) for line in REFERENCES]
    scores = translation_metrics(wrong, REFERENCES, "[starten]", "[enden]")
    assert scores["bleu1"] == pytest.approx(0)
    assert scores["bleu1_with_tags"] == pytest.approx(100 * 6 / 23)


def test_unigram_bleu_by_hand():
    # Three of four words are right, and the length is: no brevity penalty; no pair of neighbours is right but one.
    scores = translation_metrics(["a b x d"], ["a b c d"], "<", ">")
    assert scores["bleu1"] == pytest.approx(75)
    assert scores["bleu1_with_tags"] == pytest.approx(100 * 5 / 6)


def test_words_are_not_tokenized_again():
    assert translation_metrics(["l'eau-de-vie !"], ["l'eau-de-vie ?"], "<", ">")["bleu1"] == pytest.approx(50)


def test_signatures_say_how_it_was_computed():
    scores = translation_metrics(REFERENCES, REFERENCES, "<", ">")
    assert "tok:none" in scores["bleu_signature"] and "version:" in scores["bleu_signature"]
    assert "nc:6" in scores["chrf_signature"]


def sentences(generator, number, words=6):
    return [" ".join(generator.choice(list("abcdef"), generator.integers(4, 4 + words))) for _ in range(number)]


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=15, derandomize=True)
def test_p_values_lie_between_0_and_1_and_equal_systems_have_1(number, seed):
    generator = np.random.default_rng(seed)
    references, one, other = (sentences(generator, number) for _ in range(3))
    assert 0 < bleu_p_value(one, other, references, samples=20) <= 1
    assert bleu_p_value(one, one, references, samples=20) == 1


def test_p_value_tells_a_better_system_from_chance():
    generator = np.random.default_rng(0)
    references = sentences(generator, 40)
    wrong = sentences(generator, 40)
    for better, worse in ((references, wrong), (wrong, references)):
        assert bleu_p_value(better, worse, references, samples=100) == pytest.approx(1 / 101)
    # Right in the first half of the sentences, or in the second: which is better depends on the sample.
    first, second = references[:20] + wrong[20:], wrong[:20] + references[20:]
    assert bleu_p_value(first, second, references, samples=100) > 0.1


def test_systems_of_one_score_have_p_value_1_though_their_sentences_differ():
    references = ["a b c d e", "a b c d e"]
    one, other = ["a b c d e", "f"], ["f", "a b c d e"]
    assert bleu_p_value(one, other, references, samples=20) == 1


def test_wrong_words_are_as_many_as_the_right_ones():
    wrong = wrong_words([*REFERENCES, "", "word"])
    assert [len(line.split()) for line in wrong] == [6, 6, 5, 0, 1]
    assert not {word for line in wrong for word in line.split()} & {
        word for line in REFERENCES for word in line.split()
    }
    scores = translation_metrics(wrong[:3], REFERENCES, "<", ">")
    assert scores["bleu1"] == pytest.approx(0) and scores["bleu1_with_tags"] == pytest.approx(100 * 6 / 23)


def test_recognition_leaves_padding_out():
    labels = np.array([[0, 1, 2], [0, 2, 2]])
    odds = np.array([[[9.0, -1, -1], [9, -1, -1]], [[5, 2, -1], [5, 3, -1]], [[5, -1, 2], [5, 2, 2]]])
    # Of class 1: its one position is right, and of three others two. Of class 2: all are right.
    assert recognition(labels, odds, np.zeros(3)) == pytest.approx(((1 + 2 / 3) / 2 + 1) / 2)
    # A module that says yes from higher odds alone.
    assert recognition(labels, odds, np.array([0, 2.5, 0])) == pytest.approx(((0 + 2 / 3) / 2 + 1) / 2)
