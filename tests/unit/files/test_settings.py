"""Settings classes: what a field may hold."""

from dataclasses import dataclass
from typing import Literal

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.settings import check_settings, setting


@dataclass(frozen=True)
class Checked:
    """Fields with ranges."""

    number: int = setting(3, "how many", least=1, most=10**6)
    share: float = setting(0.5, "of all", least=0, most=1)
    limit: int | None = setting(None, "at most", least=1)
    order: Literal["random", "first"] = setting("random", "which first")
    names: tuple[str, ...] = setting((), "whose")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"number": 0}, "number: received 0; use a whole number from 1 to 1,000,000"),
        ({"number": 10**400}, "number: received 1000"),
        ({"number": 2.0}, "number: received 2.0; use a whole number"),
        ({"number": True}, "number: received True"),
        ({"share": float("nan")}, "share: received nan; use a number from 0 to 1"),
        ({"share": "half"}, "share: received 'half'"),
        ({"limit": 0}, "limit: received 0; use a whole number of at least 1"),
        ({"order": "last"}, "order: received 'last'; use one of random, first"),
        ({"names": ["x"]}, "names: received .'x'.; use words"),
    ],
)
def test_settings_out_of_range_are_named(values, message):
    check_settings(Checked())
    check_settings(Checked(number=1, share=1, limit=1, order="first", names=("x",)))
    with pytest.raises(InputError, match=message):
        check_settings(Checked(**values))
