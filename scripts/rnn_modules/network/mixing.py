"""Operations that mix the examples of a batch: what such a model answers depends on which examples come together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

_OF_ALL = ("Flip", "Cumsum", "Cumprod", "Roll", "Repeat", "Sort", "Argsort", "Take", "Diff")
"""Operations that work on all axes as one where no axis is named."""


def mixing(operation: Any, arguments: Any, outputs: Sequence[Any], batch: int | None) -> str:
    """How one call of an operation mixes examples, or loses them; nothing where it does not.

    What a function of the user's own does with them cannot be seen here.

    Args:
        operation: Keras' layer or operation.
        arguments: of the call, as Keras keeps them.
        outputs: symbolic tensors that it gives.
        batch: number of examples in the model's inputs, mostly None.

    Example:
        >>> from types import SimpleNamespace as Made
        >>> two_axes = Made(args=(), keras_tensors=[Made(shape=(None, 5))])
        >>> mixing(Made(axis=1), two_axes, [Made(shape=(None, 1))], None)
        ''
        >>> mixing(Made(axis=-2), two_axes, [Made(shape=(None, 5))], None)
        'works along the first axis, which mixes examples; ...'
    """
    for tensor in outputs:
        shape = tuple(getattr(tensor, "shape", (batch,)))
        if not shape or shape[0] != batch:
            return f"gives {shape}, which mixes examples or has none; keep the first axis for the examples"
    ranks = [len(tensor.shape) for tensor in arguments.keras_tensors]
    rank = ranks[0] if ranks else 0
    if any(axis in (0, -rank) for axis in _axes(operation, arguments)):
        return "works along the first axis, which mixes examples; keep that axis for the examples"
    return ""


def _axes(operation: Any, arguments: Any) -> Iterator[int]:
    """Axes along which an operation works."""
    kind = type(operation).__name__
    if kind == "Transpose":
        axes = operation.axes
        yield 1 if axes is not None and axes[0] == 0 else 0
        return
    if kind in ("ExpandDims", "Stack"):
        # Their axis is one of what they give, whose shape says it all.
        return
    if kind == "GetItem":
        yield from _axes_of_key(arguments)
        return
    for name in ("axis", "axis1", "axis2", "source", "destination"):
        axes = getattr(operation, name, ())
        if axes is None and kind in _OF_ALL:
            yield 0
        elif isinstance(axes, int):
            yield axes
        elif isinstance(axes, list | tuple):
            yield from (axis for axis in axes if isinstance(axis, int))


def _axes_of_key(arguments: Any) -> Iterator[int]:
    key = arguments.kwargs.get("key", arguments.args[1] if len(arguments.args) > 1 else ...)
    first = key[0] if isinstance(key, list | tuple) and key else key
    if first is not Ellipsis and first != slice(None):
        yield 0
