"""Work shared out: rows of a few at once, and threads that take them in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache

import numpy as np

ROWS_AT_ONCE = 1280
"""Number of rows (modules x examples) of one matrix product: large enough for BLAS, small enough for caches."""


def chunks(inputs: np.ndarray, modules: int = 1) -> Iterator[np.ndarray]:
    """Positions of a few examples each, so that modules x examples is at most about :data:`ROWS_AT_ONCE`.

    Examples ``(examples, tokens)`` that begin alike are together, for these share rows, see
    :func:`~rnn_modules.network.stack.shared_steps`.

    Example:
        >>> inputs = np.array([[2, 1], [0, 5], [2, 0], [0, 4]])
        >>> [positions.tolist() for positions in chunks(inputs, modules=640)]
        [[3, 1], [2, 0]]
    """
    order = np.lexsort(np.atleast_2d(inputs).T[::-1])
    size = max(1, ROWS_AT_ONCE // modules)
    return (order[start : start + size] for start in range(0, len(order), size))


def row_parts(rows: int) -> list[slice]:
    """Slices of about the same size, of half of :data:`ROWS_AT_ONCE` rows at most, for threads to take in turn.

    Example:
        >>> row_parts(1500)
        [slice(0, 500, None), slice(500, 1000, None), slice(1000, 1500, None)]
    """
    parts = max(1, -(-2 * rows // ROWS_AT_ONCE))
    return [slice(rows * part // parts, rows * (part + 1) // parts) for part in range(parts)]


Together = Callable[[Callable, Iterable], list]
"""Calls a function with every part, several at once, and has the results in order."""


@contextmanager
def workers(threads: int) -> Iterator[Together]:
    """So many threads; what does not depend on their number gives equal results with any.

    The linear algebra library should use one thread in each.

    Example:
        >>> with workers(2) as together:
        ...     together(len, ["one", "three"])
        [3, 5]
    """
    _keep_memory()
    if threads == 1:
        yield lambda function, parts: [function(part) for part in parts]
        return
    # NumPy and compiled loops let go of the interpreter, so threads are enough.
    with ThreadPoolExecutor(threads) as pool:
        yield lambda function, parts: list(pool.map(function, parts))


@cache
def _keep_memory() -> None:
    """Have the process keep the memory that it frees, instead of asking the system for it again with each part.

    glibc gives back what is unused beyond twice the largest block that was ever freed (``man mallopt``).
    """
    np.empty(2**24, np.uint8)


def share_out(function: Callable, parts: Iterable, threads: int) -> list:
    """What ``function`` makes of every part, in order, see :func:`workers`.

    Example:
        >>> share_out(sum, [[1, 2], [3, 4], [5]], threads=2)
        [3, 7, 5]
    """
    with workers(threads) as together:
        return together(function, parts)
