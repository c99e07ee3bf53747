"""One damaged input given to one reader: it takes it, or ends with one clear error, and nothing else happens."""

import contextlib
import io
import os
import resource
import runpy
import signal
import sys
from collections import Counter
from pathlib import Path
from unittest import mock

import hypothesis

from rnn_modules.files.atomic_files import InputError
from support.project import ROOT

SCRIPTS = ROOT / "scripts"
TAKEN, REFUSED = Counter(), Counter()
"""Inputs by reader."""
MORE_MEMORY, CPU_SECONDS = 2**29, 30
"""What a reader may need for one of these small inputs, in bytes and in seconds of a processor."""


def inputs(number):
    """Settings of a test that is given so many inputs, the same ones in every run."""
    return hypothesis.settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        # The inputs are small, and one change away from a valid one, as they are.
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )


def tree(folder):
    """Every file and folder below a folder, with size and time of its last change."""
    found = {}
    for top, folders, files in os.walk(folder):
        found |= {os.path.join(top, name): None for name in folders}
        for name in files:
            facts = os.lstat(os.path.join(top, name))
            found[os.path.join(top, name)] = (facts.st_size, facts.st_mtime_ns)
    return found


@contextlib.contextmanager
def bounded(memory):
    """Little memory and time, so that an absurd size is an error here and not the end of the machine."""

    def late(*_):
        raise TimeoutError(f"more than {CPU_SECONDS} s for one small input")

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def attempt(reader, folder, call, *, output=None, names=(), memory=MORE_MEMORY):
    """Let ``call`` read an input, and check that it takes it or ends with one clear error.

    Args:
        reader: what is tested, for the count.
        folder: everything that the call could touch; whatever it changes there but ``output`` is an error.
        call: takes no argument; any exception but InputError, and the end of a script with status 2, fails the test.
        output: folder or file that may change when the input is taken.
        names: the message must hold one of these words.
        memory: bytes that the call may need beyond what is in use; None for no bound.

    Returns:
        The message; None when the input was taken.
    """
    before = tree(folder)
    printed = io.StringIO()
    message = None
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            with bounded(memory):
                call()
        except InputError as error:
            message = str(error)
        except SystemExit as error:
            text = printed.getvalue()
            assert error.code == 2, f"status {error.code}: {text}"
            assert "Traceback" not in text
            message = text.strip().splitlines()[-1]
            assert "error: " in message, text
    changed = {path for path, _ in before.items() ^ tree(folder).items()}
    if message is None:
        changed = {path for path in changed if output is None or not is_within(path, output)}
        TAKEN[reader] += 1
    else:
        assert message.strip() and "\n" not in message, repr(message)
        assert len(message) < 2000, f"{message[:2000]}..."
        assert not names or any(name in message for name in names), f"{message!r} names none of {names}"
        REFUSED[reader] += 1
    assert not changed, f"changed or made: {sorted(changed)}; {message}"
    return message


def is_within(path, output):
    """Whether a path is the output, lies in it, or is a folder above it that had to be made."""
    path, output = Path(path), Path(output)
    return path == output or output in path.parents or path in output.parents


def script(name, *arguments):
    """Run a script's ``main`` in this process, which saves its imports."""
    with mock.patch.object(sys, "argv", [name, *map(str, arguments)]):
        runpy.run_path(str(SCRIPTS / name), run_name="__main__")
