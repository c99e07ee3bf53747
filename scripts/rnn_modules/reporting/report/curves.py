"""Training curves as small drawings inside the page: a few lines of SVG per model instead of an image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from pathlib import Path

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.csv_files import read_csv
from rnn_modules.files.shown_text import shown

_WIDTH, _HEIGHT = 220, 120
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 8, 8, 20


@dataclass(frozen=True)
class History:
    """A training history: the metric shown, and its value per epoch in training and, if there was any, validation.

    Example:
        >>> history = History("accuracy", training=(0.61, 0.9), validation=(0.65, 0.8))
        >>> f"{history.metric}: {history.validation[-1]} after {len(history.training)} epochs"
        'accuracy: 0.8 after 2 epochs'
    """

    metric: str
    training: tuple[float, ...]
    validation: tuple[float, ...]


def read_history(path: Path) -> History:
    """Read ``history.csv``; accuracy when it has any, otherwise the loss.

    Raises:
        InputError: the file is missing, empty or damaged.

    Example:
        >>> read_history(Path("results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/history.csv")).metric
        'accuracy'
    """
    again = "train the model again"
    rows = read_csv(path, ("epoch",), again)
    try:
        metric = "accuracy" if rows and "accuracy" in rows[0] else "loss"
        training = tuple(float(row[metric]) for row in rows)
        held_out = bool(rows) and f"val_{metric}" in rows[0]
        validation = tuple(float(row[f"val_{metric}"]) for row in rows) if held_out else ()
        if not rows or not all(map(math.isfinite, training + validation)):
            raise ValueError("no epochs, or values that are no numbers")
    except (KeyError, ValueError) as error:
        raise InputError(f"{path}: not a training history ({error}); {again}") from error
    return History(metric, training, validation)


def shared_range(histories: list[History]) -> tuple[float, float]:
    """Lowest and highest value of histories that are compared, with accuracy up to 1.

    Example:
        >>> shared_range([History("accuracy", (0.61, 0.9), (0.65, 0.8))])
        (0.6, 1.0)
    """
    values = [value for history in histories for value in (*history.training, *history.validation)]
    highest = 1.0 if all(history.metric == "accuracy" for history in histories) else max(values)
    lowest = math.floor(10 * min(values)) / 10
    return (lowest, highest) if lowest < highest else (lowest, lowest + 0.1)


def curve(history: History, title: str, values: tuple[float, float]) -> str:
    """An ``<svg>``: validation as a solid line, training as a dashed one; colours come from the page's style.

    Args:
        history: the values.
        title: what a screen reader says before the last values.
        values: lowest and highest value of the vertical axis.

    Example:
        >>> curve(History("accuracy", (0.61, 0.9), (0.65, 0.8)), "LSTM-1", (0.6, 1.0))[:4]
        '<svg'
    """
    lowest, highest = values
    epochs = len(history.training)
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def points(series: tuple[float, ...]) -> str:
        places = []
        for epoch, value in enumerate(series):
            x = _LEFT + width * (epoch / (epochs - 1) if epochs > 1 else 0.5)
            y = _TOP + height * (highest - value) / (highest - lowest)
            places.append(f"{x:.1f},{y:.1f}")
        return " ".join(places)

    def line(series: tuple[float, ...], name: str) -> str:
        if epochs == 1:
            x, y = points(series).split(",")
            return f'<circle class="{name}" cx="{x}" cy="{y}" r="2.5"/>'
        return f'<polyline class="{name}" points="{points(series)}"/>'

    bottom = _HEIGHT - _BOTTOM
    lines = line(history.training, "training") + (line(history.validation, "validation") if history.validation else "")
    label = shown(
        f"{title}: {history.metric} over {epochs} epoch{'s' if epochs > 1 else ''}; at the end "
        f"{history.training[-1]:.3f} in training"
        + (f", {history.validation[-1]:.3f} in validation" if history.validation else "")
    )
    return (
        f'<svg class="curve" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label, quote=True)}">'
        f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{_WIDTH - _RIGHT}"/>'
        f'<text x="{_LEFT - 4}" y="{_TOP + 7}" class="end">{highest:.1f}</text>'
        f'<text x="{_LEFT - 4}" y="{bottom}" class="end">{lowest:.1f}</text>'
        f'<text x="{_LEFT}" y="{_HEIGHT - 6}">1</text>'
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 6}" class="end">{epochs} epochs</text>'
        f"{lines}</svg>"
    )
