"""Heads: what makes the outputs of a network a yes/no answer of each module (concern modularization, section IV-D)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import HEADS


def head_odds(
    logits: np.ndarray,
    head: str,
    thresholds: np.ndarray | None = None,
    outputs: Sequence[int] | None = None,
    independent: bool = False,
) -> np.ndarray:
    """Log-odds of the dominant output D against the non-dominant one ND (concern modularization, section IV-D).

    Args:
        logits: ``(modules, ..., classes)``.
        head: ``mean``: ND is the mean of the other logits, as averaging the other classes' edges makes it;
            ``log_sum_exp``: the parent's one-against-rest odds; ``calibrated``: ``mean`` less the module's threshold.
        thresholds: ``(modules,)``, for ``calibrated``.
        outputs: position of each module's dominant class among the logits; the module's own by default.
        independent: several classes may be right at once, so a class' logit alone are its odds, whatever the head.

    Returns:
        ``(modules, ...)``.

    Raises:
        InputError: an unknown head, or one that needs thresholds where there are none.

    Example:
        >>> logits = np.array([[2.0, 0.5, -1.0]] * 3)
        >>> head_odds(logits, "mean").round(2).tolist()
        [2.25, 0.0, -2.25]
        >>> head_odds(logits, "log_sum_exp").round(2).tolist()
        [1.3, -1.55, -3.2]
    """
    if head not in HEADS:
        raise InputError(f"head: received {head!r}; expected one of {', '.join(HEADS)}")
    modules, classes = logits.shape[0], logits.shape[-1]
    own = np.arange(modules) if outputs is None else np.asarray(outputs)
    index = own.reshape(-1, *[1] * (logits.ndim - 1))
    dominant = np.take_along_axis(logits, np.broadcast_to(index, (*logits.shape[:-1], 1)), axis=-1)[..., 0]
    if head == "log_sum_exp" and not independent:
        others = np.where(np.arange(classes) == index, -np.inf, logits)
        return dominant - np.logaddexp.reduce(others, axis=-1)
    odds = dominant if independent else dominant - (logits.sum(axis=-1) - dominant) / (classes - 1)
    if head == "calibrated":
        odds = odds - known_thresholds(thresholds).astype(odds.dtype).reshape(-1, *[1] * (odds.ndim - 1))
    return odds


def known_thresholds(thresholds: np.ndarray | None) -> np.ndarray:
    """The thresholds that the head ``calibrated`` needs.

    Raises:
        InputError: there are none.

    Example:
        >>> known_thresholds(None)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: head calibrated: these modules have no thresholds; ...
    """
    if thresholds is None:
        raise InputError("head calibrated: these modules have no thresholds; decompose the model again")
    return thresholds


def best_threshold(odds: np.ndarray, positive: np.ndarray) -> float:
    """Middle between the two neighbouring odds at which true less false positive rate is largest.

    Example:
        >>> best_threshold(np.array([-2.0, 0.5, 1.5, 3.0]), np.array([False, False, True, True]))
        1.0
    """
    positives = int(positive.sum())
    if positives in (0, len(positive)):
        return 0.0
    order = np.argsort(-odds, kind="stable")
    sorted_odds = odds[order]
    gain = np.cumsum(np.where(positive[order], 1 / positives, -1 / (len(positive) - positives)))
    gain[:-1][sorted_odds[:-1] == sorted_odds[1:]] = -np.inf
    best = int(np.argmax(gain))
    if gain[best] <= 0:
        return 0.0
    below = sorted_odds[min(best + 1, len(sorted_odds) - 1)]
    return float(sorted_odds[best] + below) / 2
