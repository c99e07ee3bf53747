import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_modules.network import batching


@given(st.integers(0, 10_000))
def test_parts_hold_every_row_once_and_are_small_and_alike(rows):
    parts = batching.row_parts(rows)
    assert [row for part in parts for row in range(part.start, part.stop)] == list(range(rows))
    sizes = [part.stop - part.start for part in parts]
    assert max(sizes) <= batching.ROWS_AT_ONCE // 2
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_are_in_order(threads):
    assert batching.share_out(lambda part: part * 2, range(20), threads) == list(range(0, 40, 2))
    with batching.workers(threads) as together:
        assert [together(np.square, iter([1, 2, 3])) for _ in range(3)] == [[1, 4, 9]] * 3


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_in_a_part_is_raised(threads):
    with pytest.raises(ZeroDivisionError):
        batching.share_out(lambda part: 1 // part, [1, 0, 1], threads)
