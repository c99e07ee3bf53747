"""Heads of modules."""

import numpy as np
import pytest

from rnn_modules.decomposition.composition import module_odds
from rnn_modules.decomposition.heads import head_odds
from rnn_modules.decomposition.masks import whole_modules
from rnn_modules.files.atomic_files import InputError
from support.networks import random_classifier, random_inputs


@pytest.mark.parametrize("head", ["mean", "log_sum_exp"])
@pytest.mark.parametrize("mode", ["rolled", "unrolled"])
@pytest.mark.parametrize(("classes", "many_output"), [(2, False), (5, False), (4, True)])
def test_whole_modules_decide_as_the_network_does(classes, many_output, mode, head):
    """Both heads grow with the dominant logit when all modules see the same logits.

    The mean of the others is (sum - dominant) / (classes - 1), their log-sum-exp log(exp(all) - exp(dominant)). So only
    removed nodes, by which each module gets a sum of its own, or thresholds of their own can change the order.
    """
    network = random_classifier(classes=classes, many_output=many_output)
    inputs = random_inputs(network, 200)
    odds = module_odds(network, whole_modules(network, tuple("abcde"[:classes]), mode), inputs, (head,))[head]
    np.testing.assert_array_equal(odds.argmax(axis=0), network.logits(inputs).argmax(axis=-1))


def test_heads_by_their_formula():
    logits = np.random.default_rng(0).normal(0, 3, (4, 6, 2, 4))
    thresholds = np.array([0.5, -1.0, 0.0, 2.0])
    received = {head: head_odds(logits, head, thresholds) for head in ("mean", "log_sum_exp", "calibrated")}
    for module in range(4):
        for row in range(6):
            for step in range(2):
                others = [logits[module, row, step, label] for label in range(4) if label != module]
                dominant = logits[module, row, step, module]
                probability = np.exp(dominant) / np.exp(logits[module, row, step]).sum()
                expected = {
                    "mean": dominant - sum(others) / 3,
                    "log_sum_exp": np.log(probability / (1 - probability)),
                    "calibrated": dominant - sum(others) / 3 - thresholds[module],
                }
                for head, value in expected.items():
                    assert received[head][module, row, step] == pytest.approx(value), head


def test_log_sum_exp_neither_overflows_nor_ties():
    logits = np.broadcast_to(np.array([1000.0, 0.0, -1000.0]), (3, 1, 3))
    np.testing.assert_allclose(head_odds(logits, "log_sum_exp")[:, 0], [1000, -1000, -2000])


def test_calibrated_head_needs_thresholds():
    with pytest.raises(InputError, match="calibrated"):
        head_odds(np.zeros((2, 1, 2)), "calibrated")
