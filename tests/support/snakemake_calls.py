"""Calls of Snakemake as a user makes them, in a copy of the project."""

import os
import subprocess
import sys
from pathlib import Path

PROFILE = ("--workflow-profile", "workflow/profiles/default", "--cores", "2")
# Snakemake ends when its last timer has: after the five seconds of the profile, most of which it would only wait.
ENDING_AT_ONCE = ("--max-jobs-per-timespan", "1000/1s")
SECONDS = 1500


def environment():
    """This one, in which PATH finds the Python that runs the tests."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def python(folder, *words):
    """Run Python with these words; what it printed is text."""
    command = [sys.executable, *map(str, words)]
    return subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False
    )


def snakemake(folder, *arguments, check=True):
    """Call Snakemake with the default profile; where it fails, that is an error unless ``check`` is false."""
    result = python(folder, "-m", "snakemake", *PROFILE, *ENDING_AT_ONCE, *arguments)
    if check:
        assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return result
