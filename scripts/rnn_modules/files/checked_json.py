"""Checked reading of JSON files: every error names the file, the key, the value received and the fix."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from rnn_modules.files.atomic_files import InputError, one_line
from rnn_modules.files.settings import expected_number

_FIX = "delete it and make it again"
MOST_LAYERS, MOST_ITEMS = 100, 2**53
"""Of recurrent layers, and of anything that is counted: the largest number that is exact in every JSON reader."""


def is_inside(name: str) -> bool:
    """Whether a name with slashes stays in the folder that it is put behind.

    Example:
        >>> [name for name in ("seed-0/record.json", "../other", "/etc/passwd", "a//b") if is_inside(name)]
        ['seed-0/record.json']
    """
    return bool(name) and not any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in name.split("/"))


class RecordReader:
    """Takes checked values out of one record, naming the file and the key in every error.

    Example:
        >>> record = {"dataset": "clinc", "rnn": "gru", "accuracy": 0.5, "examples": {"train": 300, "test": -1}}
        >>> reader = RecordReader(Path("record.json"), record)
        >>> reader.choice("rnn", ("lstm", "gru")), reader.number("accuracy", record["accuracy"], highest=1)
        ('gru', 0.5)
        >>> examples = reader.inner("examples", record["examples"], ("train", "test"))
        >>> examples.whole("train", examples.value["train"])
        300
        >>> examples.whole("test", examples.value["test"], least=1, most=400)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        rnn_modules...InputError: record.json: examples.test: expected 1 to 400, received -1; delete it...
    """

    def __init__(self, path: Path, value: dict[str, Any]):
        self.path = path
        self.value = value

    def fail(self, key: str, expected: str, received: object) -> NoReturn:
        """Raise the error; ``received`` is cut to a line."""
        raise InputError(f"{self.path}: {key}: expected {expected}, received {one_line(repr(received), 80)}; {_FIX}")

    def inner(self, key: str, value: Any, keys: tuple[str, ...] = ()) -> RecordReader:
        """A reader of the object ``value``, found at ``key``, when it is one and has ``keys``."""
        missing = [name for name in keys if name not in self.mapping(key, value)]
        if missing:
            self.fail(key, f"the keys {', '.join(missing)}", list(value))
        return _Inner(self, key, value)

    def choice(self, key: str, choices: Iterable) -> Any:
        """The value of a key that has few allowed values."""
        value = self.value[key]
        if type(value) not in (str, int) or value not in tuple(choices):
            self.fail(key, f"one of {', '.join(map(str, choices))}", value)
        return value

    def text(self, key: str) -> str:
        """The value of a key that must be a text."""
        if not isinstance(self.value[key], str) or not self.value[key]:
            self.fail(key, "a text", self.value[key])
        return self.value[key]

    def name(self, key: str) -> str:
        """The value of a key that becomes part of a path: a text without anything that leads elsewhere."""
        value = self.text(key)
        if "/" in value or not is_inside(value):
            self.fail(key, "a name without a path", value)
        return value

    def texts(self, key: str, least: int = 0) -> list[str]:
        """The value of a key that must be a list of texts, at least ``least``, none empty, each once."""
        value = self.listed(key, self.value[key], least)
        if not all(isinstance(text, str) and text for text in value) or len(set(value)) < len(value):
            self.fail(key, "texts, each once", value)
        return value

    def listed(self, key: str, value: Any, least: int = 0) -> list:
        """``value``, found at ``key``, when it is a list of at least ``least`` values."""
        if not isinstance(value, list) or len(value) < least:
            self.fail(key, f"a list of at least {least}" if least else "a list", value)
        return value

    def mapping(self, key: str, value: Any) -> dict[str, Any]:
        """``value``, found at ``key``, when it is an object."""
        if not isinstance(value, dict):
            self.fail(key, "an object", value)
        return value

    def number(self, key: str, value: Any, highest: float) -> float:
        """``value`` as a float from 0 to ``highest``."""
        # A rounding error above the highest value is none of the record's fault.
        if expected_number(float, value, 0, highest * (1 + 1e-9)) or value > sys.float_info.max:
            self.fail(key, f"a number from 0 to {highest:g}", value)
        return float(value)

    def whole(self, key: str, value: Any, least: int = 0, most: int = MOST_ITEMS) -> int:
        """``value`` as a whole number, by default any that is not negative."""
        if expected_number(int, value, least, most):
            expected = "a whole number, not negative" if (least, most) == (0, MOST_ITEMS) else f"{least} to {most}"
            self.fail(key, expected, value)
        return value

    def layers(self, key: str, value: Any) -> int:
        """``value`` as a number of recurrent layers."""
        if expected_number(int, value, 1, MOST_LAYERS):
            self.fail(key, f"1 to {MOST_LAYERS} recurrent layers", value)
        return value

    def commit(self) -> str:
        """Commit in the provenance, "unknown" outside a checkout."""
        commit = self.mapping("provenance", self.value["provenance"]).get("commit")
        return commit if isinstance(commit, str) and commit else "unknown"

    def counts(self, key: str, value: Any) -> dict[str, int]:
        """An object of whole numbers."""
        return {name: self.whole(f"{key}.{name}", count) for name, count in self.mapping(key, value).items()}


class _Inner(RecordReader):
    """Reads an object within a record; its keys are named from the record's top."""

    def __init__(self, outer: RecordReader, key: str, value: dict[str, Any]):
        super().__init__(outer.path, value)
        self.outer, self.key = outer, key

    def fail(self, key: str, expected: str, received: object) -> NoReturn:
        self.outer.fail(f"{self.key}.{key}", expected, received)
