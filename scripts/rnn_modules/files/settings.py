"""Settings classes: fields with a help text and a range, and the check of what they hold."""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from typing import TYPE_CHECKING, Any

from rnn_modules.files.atomic_files import InputError, one_line

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

LARGEST_SEED = 2**32 - 1
"""NumPy and Keras take no larger one."""
MOST_EXAMPLES = 10**9
"""Of anything that examples are counted by."""


def setting(default: Any, text: str, least: float = -math.inf, most: float = math.inf) -> Any:
    """A field of a settings class: its default, the help of its flag, and the range that its numbers lie in.

    Example:
        >>> @dataclasses.dataclass
        ... class Sizes:
        ...     units: int = setting(16, "units of each layer", least=1)
        >>> Sizes(), dataclasses.fields(Sizes)[0].metadata["help"]
        (Sizes(units=16), 'units of each layer')
    """
    return dataclasses.field(default=default, metadata={"help": text, "least": least, "most": most})


def check_settings(settings: DataclassInstance) -> None:
    """Check every field of a settings object: its type, a choice among the allowed words, its range.

    Raises:
        InputError: naming the field, the value received and what is allowed.

    Example:
        >>> @dataclasses.dataclass
        ... class Sizes:
        ...     units: int = setting(16, "units of each layer", least=1)
        >>> check_settings(Sizes(units=8))
        >>> check_settings(Sizes(units=0))
        Traceback (most recent call last):
        ...
        rnn_modules.files.atomic_files.InputError: units: received 0; use a whole number of at least 1
    """
    hints = hints_of(type(settings))
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        least, most = field.metadata.get("least", -math.inf), field.metadata.get("most", math.inf)
        expected = _expected(hints[field.name], value, least, most)
        if expected is not None:
            raise InputError(f"{field.name}: received {one_line(repr(value), 80)}; use {expected}")


@functools.cache
def hints_of(settings: type[DataclassInstance]) -> dict[str, Any]:
    """The type of each field of a settings class.

    Example:
        >>> @dataclasses.dataclass
        ... class Sizes:
        ...     units: int = setting(16, "units of each layer", least=1)
        >>> hints_of(Sizes)
        {'units': <class 'int'>}
    """
    return typing.get_type_hints(settings)


def _expected(kind: Any, value: object, least: float, most: float) -> str | None:
    """What is expected of a value of this type; None when it is so."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return None if value is None else _expected(of_optional(kind), value, least, most)
    if typing.get_origin(kind) is typing.Literal:
        choices = typing.get_args(kind)
        return None if isinstance(value, str) and value in choices else f"one of {', '.join(choices)}"
    if typing.get_origin(kind) is tuple:
        known = isinstance(value, tuple) and all(isinstance(part, str) for part in value)
        return None if known else "words"
    return expected_number(kind, value, least, most)


def expected_number(kind: type, value: Any, least: float, most: float) -> str | None:
    """What is expected of a number, as words of an error; None when ``value`` is one.

    Args:
        kind: ``int``, or ``float``, which whole numbers are too; never a truth value, nor one that is not finite.
        value: the number received.
        least: the smallest allowed one.
        most: the largest allowed one.

    Example:
        >>> expected_number(int, 2.5, 0, 1000), expected_number(float, 2, 0, 1000)
        ('a whole number from 0 to 1,000', None)
    """
    allowed = (int,) if kind is int else (int, float)
    # A whole number of thousands of digits has no float to compare with infinity by isfinite.
    finite = isinstance(value, allowed) and not isinstance(value, bool) and value == value and abs(value) != math.inf
    if finite and least <= value <= most:
        return None
    name = "a whole number" if kind is int else "a number"
    if most < math.inf:
        return f"{name} from {least:,} to {most:,}"
    return name if least == -math.inf else f"{name} of at least {least:,}"


def of_optional(kind: Any) -> Any:
    """The type that an optional value has when it is there.

    Example:
        >>> of_optional(int | None)
        <class 'int'>
    """
    return next(part for part in typing.get_args(kind) if part is not type(None))
