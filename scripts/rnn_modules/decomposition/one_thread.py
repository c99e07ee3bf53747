"""Linear algebra on one thread."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def on_one_thread(function: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """A function in which linear algebra has one thread.

    Of the small products of recurrent networks several threads make slower ones, and far slower ones on a busy machine.

    Example:
        >>> on_one_thread(sum)([1, 2])
        3
    """

    @functools.wraps(function)
    def limited(*words: _Given.args, **named: _Given.kwargs) -> _Result:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=1, user_api="blas"):
            return function(*words, **named)

    return limited
