"""How many inputs each reader was given; all of them together must be at least 2,000."""

from pathlib import Path

import pytest

from fuzz.trial import REFUSED, TAKEN

LEAST = 2000


def pytest_terminal_summary(terminalreporter):
    total = TAKEN.total() + REFUSED.total()
    for reader in sorted({*TAKEN, *REFUSED}):
        terminalreporter.write_line(
            f"{reader:32} {TAKEN[reader] + REFUSED[reader]:5} inputs, {REFUSED[reader]:5} refused"
        )
    terminalreporter.write_line(f"{'all readers':32} {total:5} inputs, {REFUSED.total():5} refused")


def pytest_sessionfinish(session):
    whole = any(Path(argument).name == "fuzz" for argument in session.config.args)
    if whole and TAKEN.total() + REFUSED.total() < LEAST and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
