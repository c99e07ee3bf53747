"""Loops compiled to machine code, where NumPy's operators would go over the same arrays once each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

# Products may be added without being rounded first, as linear algebra libraries do.
_SETTINGS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}


def compiled(function: Callable) -> Callable:
    """``function`` compiled at its first call, for each type of arguments; it lets other threads run meanwhile.

    The machine code is kept beside the source, or in the user's cache where that cannot be written, or nowhere.

    Example:
        >>> @compiled
        ... def triangle(number):
        ...     total = 0
        ...     for part in range(number + 1):
        ...         total += part
        ...     return total
        >>> triangle(100)
        5050
    """
    try:
        return njit(cache=True, **_SETTINGS)(function)
    except RuntimeError:  # no place for a cache: compile in every process
        return njit(**_SETTINGS)(function)
