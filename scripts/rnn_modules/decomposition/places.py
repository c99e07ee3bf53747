"""Which decisions of the training examples each module is made on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rnn_modules.files.atomic_files import InputError


@dataclass(frozen=True, eq=False)
class Places:
    """Some decisions for one class.

    Attributes:
        rows: ``(decisions,) int`` examples.
        steps: ``(decisions,) int`` timestep of each, or None where an example has one decision.
        members: ``(decisions,) bool`` whether it is of the class.
        weights: ``(decisions,)`` how many decisions of training each stands for; None: equally many.
        counted: ``(decisions,) bool`` whether it tells how well a module recognises its class; None: all do.
    """

    rows: np.ndarray
    steps: np.ndarray | None
    members: np.ndarray
    weights: np.ndarray | None = None
    counted: np.ndarray | None = None


def draw_places(
    labels: np.ndarray, classes: int, size: int, seed: int, independent: bool = False, padding: int | None = None
) -> list[Places]:
    """Draw for every class up to half of ``size`` decisions of the class, and as many of the others together.

    Args:
        labels: ``(examples,)`` or ``(examples, timesteps) int`` classes, or ``(examples, [timesteps,] classes)`` of 0
            and 1 where several may be right at once.
        classes: number of classes.
        size: number of decisions of a class.
        seed: of the draw.
        independent: several classes may be right at once.
        padding: the class of positions that are none, on which no other module is judged.

    Returns:
        For every class its decisions; of each other class about equally many.

    Raises:
        InputError: a class, or all else, has no example, or a label is outside the classes.

    Example:
        >>> one, *_ = draw_places(np.array([0, 1, 0, 2, 1, 0, 2]), classes=3, size=4, seed=0)
        >>> one.members.tolist(), one.rows[one.members].tolist(), one.steps
        ([True, True, False, False], [2, 5], None)
        >>> one.weights.tolist()
        [1.5, 1.5, 2.0, 2.0]
    """
    generator = np.random.default_rng(seed)
    half = max(1, size // 2)
    if independent:
        each = labels.reshape(-1, classes)
        order = generator.permutation(len(each))
        has = each[order].astype(bool).T
        steps = labels.shape[1] if labels.ndim == 3 else None
        return [_joined(order[own][:half], order[~own][:half], steps, label) for label, own in enumerate(has)]
    flat = labels.ravel()
    if len(flat) and not 0 <= flat.min() <= flat.max() < classes:
        raise InputError(f"labels: expected classes 0..{classes - 1}, received {flat.min()} to {flat.max()}")
    order = generator.permutation(len(flat))
    by_class = [order[flat[order] == label] for label in range(classes)]
    totals = np.bincount(flat, minlength=classes)
    timesteps = labels.shape[1] if labels.ndim == 2 else None
    found = []
    for label, own in enumerate(by_class):
        others = [part for other, part in enumerate(by_class) if other != label]
        drawn = _joined(own[:half], _evenly(others, half), timesteps, label)
        of_class = flat[_positions(drawn, timesteps)]
        stands_for = totals[of_class] / np.bincount(of_class, minlength=classes)[of_class]
        counted = None if padding is None else (of_class != padding) | drawn.members
        found.append(replace(drawn, weights=stands_for, counted=counted))
    return found


def _positions(places: Places, timesteps: int | None) -> np.ndarray:
    return places.rows if places.steps is None else places.rows * timesteps + places.steps


def _evenly(parts: list[np.ndarray], size: int) -> np.ndarray:
    """Up to ``size`` of all parts together, in turn one of each that has any left."""
    ranks = np.concatenate([np.arange(len(part)) for part in parts])
    return np.concatenate(parts)[np.argsort(ranks, kind="stable")[:size]]


def _joined(own: np.ndarray, other: np.ndarray, timesteps: int | None, label: int) -> Places:
    if not len(own) or not len(other):
        raise InputError(
            f"labels: class {label} has {len(own)} examples, all others {len(other)}; a module is made on both"
        )
    positions = np.concatenate([own, other])
    members = np.arange(len(positions)) < len(own)
    if timesteps is None:
        return Places(positions, None, members)
    return Places(positions // timesteps, positions % timesteps, members)


def hold_back(places: Places, label: int) -> tuple[Places, Places]:
    """Part a class' decisions: three quarters to make a module on, and a quarter to judge it by.

    Args:
        places: the decisions.
        label: the class, for the message.

    Raises:
        InputError: there is but one of the class, or of all others.

    Example:
        >>> places = Places(np.arange(6), None, np.array([True, True, False, False, False, False]))
        >>> [part.rows.tolist() for part in hold_back(places, 0)]
        [[1, 3, 4, 5], [0, 2]]
    """
    held = np.zeros(len(places.rows), bool)
    for side in (places.members, ~places.members):
        own = np.flatnonzero(side)
        if len(own) < 2:
            raise InputError(
                f"decomposition parameter tolerance: class {label} has {places.members.sum()} decisions, all others "
                f"{(~places.members).sum()}; two of each are needed, to hold one back: give keep instead"
            )
        held[own[::4]] = True
    return _part(places, ~held), _part(places, held)


def _part(places: Places, chosen: np.ndarray) -> Places:
    steps = None if places.steps is None else places.steps[chosen]
    weights, counted = (None if part is None else part[chosen] for part in (places.weights, places.counted))
    return Places(places.rows[chosen], steps, places.members[chosen], weights, counted)
