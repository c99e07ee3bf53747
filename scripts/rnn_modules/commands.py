"""What every command-line script shares: logging, what it took, flags made from a settings class, one-line errors."""

from __future__ import annotations

import argparse
import dataclasses
import logging
import os
import re
import resource
import sys
import types
import typing
from collections.abc import Callable
from pathlib import Path

from rnn_modules.artefacts import InputError

TOOK = "took %.2f s of computing and %.1f MiB of memory at most"
_TOOK = re.compile(r"took ([\d.]+) s of computing and ([\d.]+) MiB of memory at most$", re.MULTILINE)


def run(main: Callable[[], None]) -> None:
    """Run a script's ``main``; an error of the input ends it with status 2 and one line, not a traceback.

    The last line that it logs says what the script took.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
    try:
        main()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from error
    times = os.times()
    logging.info(TOOK, times.user + times.system, peak_memory_mib())


def peak_memory_mib() -> float:
    """Largest resident memory of this process so far, in MiB."""
    try:
        # What getrusage says can be that of the process which started this one: the two share memory until exec.
        with open("/proc/self/status", encoding="ascii") as stream:
            return next(int(line.split()[1]) for line in stream if line.startswith("VmHWM:")) / 1024
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1024**2 if sys.platform == "darwin" else 1024)


def took(log: str | os.PathLike) -> tuple[float, float] | None:
    """Seconds of computing and peak memory in MiB of the script that wrote a log; None when the log does not say."""
    try:
        found = _TOOK.findall(Path(log).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return (float(found[-1][0]), float(found[-1][1])) if found else None


def setting(default, text: str):
    """A field of a settings class: its default, and the help of its flag."""
    return dataclasses.field(default=default, metadata={"help": text})


def add_settings(parser: argparse.ArgumentParser, settings: type) -> None:
    """Add one flag per field of the dataclass ``settings``; a field's ``help`` metadata is its description.

    A field that is not given keeps the default of the class (or of the preset that the caller starts from).
    """
    hints = typing.get_type_hints(settings)
    for field in dataclasses.fields(settings):
        flag = "--" + field.name.replace("_", "-")
        options: dict = {"default": argparse.SUPPRESS, "help": field.metadata.get("help")}
        kind = hints[field.name]
        if typing.get_origin(kind) in (typing.Union, types.UnionType):
            kind = next(part for part in typing.get_args(kind) if part is not type(None))
        if typing.get_origin(kind) is tuple:
            options.update(nargs="*", type=typing.get_args(kind)[0])
        elif typing.get_origin(kind) is typing.Literal:
            options.update(choices=typing.get_args(kind))
        else:
            options["type"] = kind
        parser.add_argument(flag, **options)


def add_record_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of every script that evaluates modules: what its record says of the run, and where it goes."""
    parser.add_argument("--run", required=True, help="name of the run, for the record")
    parser.add_argument("--preset", required=True, help="preset that the modules were made with, for the record")
    parser.add_argument("--output", type=Path, required=True, help="the record, JSON")


def settings_from(arguments: argparse.Namespace, settings: type, start: object | None = None):
    """The ``settings`` object that the flags of :func:`add_settings` describe.

    Args:
        arguments: parsed arguments.
        settings: the dataclass.
        start: an object of that class whose values stand where no flag was given.
    """
    given = {
        field.name: tuple(value) if isinstance(value, list) else value
        for field in dataclasses.fields(settings)
        if (value := getattr(arguments, field.name, argparse.SUPPRESS)) is not argparse.SUPPRESS
    }
    return settings(**given) if start is None else dataclasses.replace(start, **given)
