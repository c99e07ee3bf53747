"""Checked reading of result records: every error names the file, the key, the value received and the mend."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from pathlib import Path

from rnn_modules.artefacts import InputError

_MEND = "delete it and make it again"


class RecordReader:
    """Takes checked values out of one record, naming the file and the key in every error."""

    def __init__(self, path: Path, value: dict):
        self.path = path
        self.value = value

    def fail(self, key: str, expected: str, received: object):
        """Raise the error; ``received`` is cut to a line."""
        received = textwrap.shorten(repr(received), 80)
        raise InputError(f"{self.path}: {key}: expected {expected}, received {received}; {_MEND}")

    def choice(self, key: str, choices: Iterable):
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

    def mapping(self, key: str, value: object) -> dict:
        """``value``, found at ``key``, when it is an object."""
        if not isinstance(value, dict):
            self.fail(key, "an object", value)
        return value

    def number(self, key: str, value: object, highest: float) -> float:
        """``value`` as a float from 0 to ``highest``."""
        # A rounding error above the highest value is none of the record's fault.
        if type(value) not in (int, float) or not math.isfinite(value) or not 0 <= value <= highest * (1 + 1e-9):
            self.fail(key, f"a number from 0 to {highest:g}", value)
        return float(value)

    def whole(self, key: str, value: object) -> int:
        """``value`` as a whole number, not negative."""
        if type(value) is not int or value < 0:
            self.fail(key, "a whole number, not negative", value)
        return value

    def layers(self, key: str, value: object) -> int:
        """``value`` as a number of recurrent layers."""
        if type(value) is not int or value < 1:
            self.fail(key, "a number of layers, at least 1", value)
        return value

    def commit(self) -> str:
        """Commit in the provenance, "unknown" outside a checkout."""
        commit = self.mapping("provenance", self.value["provenance"]).get("commit")
        return commit if isinstance(commit, str) and commit else "unknown"

    def counts(self, key: str, value: object) -> dict[str, int]:
        """An object of whole numbers."""
        return {name: self.whole(f"{key}.{name}", count) for name, count in self.mapping(key, value).items()}
