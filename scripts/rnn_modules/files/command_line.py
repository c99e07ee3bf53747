"""What every command-line script shares: logging, its costs, flags made from a settings class, one-line errors."""

from __future__ import annotations

import argparse
import dataclasses
import gc
import logging
import math
import os
import resource
import shlex
import signal
import sys
import time
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rnn_modules.files.atomic_files import InputError, write_json
from rnn_modules.files.settings import expected_number, hints_of, of_optional
from rnn_modules.files.shown_text import shown

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Settings = TypeVar("Settings", bound="DataclassInstance")

COSTS = "RNN_MODULES_COSTS"
"""Environment variable: a job's log, ``<run>/logs/<rule>/...``, and its wildcards, if it has some."""
_STARTED = time.monotonic()


class _ShownLines(logging.Formatter):
    """One line for each message, whatever text of a file stands in it."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = shown(record.message)
        return super().formatMessage(record)


def run(main: Callable[[], None]) -> None:
    """Run a script's ``main``; an error of the input ends it with status 2 and one line, not a traceback.

    A job of the workflow leaves what it took (see :mod:`rnn_modules.files.job_costs`).

    Example:
        >>> def main():
        ...     raise InputError("seed: received -1; use a whole number of at least 0")
        >>> run(main)
        Traceback (most recent call last):
        ...
        SystemExit: 2
    """
    if not gc.isenabled():  # See quick_start.
        gc.freeze()
        gc.enable()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_ShownLines("%(asctime)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])

    def job() -> None:
        main()
        _write_costs()

    if status := status_of(job, 2, "use smaller sizes, or a machine with more"):
        raise SystemExit(status)


def status_of(action: Callable[[], None], wrong_input: int, smaller: str) -> int:
    """Do something and say how it ended: with one line for what the user can change, without a word where nobody reads.

    Args:
        action: what is done.
        wrong_input: the status after an error of the input, too little memory, or a package that is not there.
        smaller: what helps against too little memory.

    Returns:
        0; ``wrong_input``; or, as shells have it, 128 and the number of the signal of an interrupt or a closed pipe.

    Example:
        >>> status_of(lambda: print("done"), 2, "use smaller sizes")
        done
        0
    """
    try:
        action()
        sys.stdout.flush()
    except InputError as error:
        print(f"error: {shown(error)}", file=sys.stderr)
    except MemoryError as error:
        print(f"error: not enough memory ({error}); {smaller}", file=sys.stderr)
    except ModuleNotFoundError as error:
        print(f"error: {error.name} is not installed; install it, or this library with its extras", file=sys.stderr)
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # What is left in the buffer goes nowhere, so that Python's end is quiet too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    else:
        return 0
    return wrong_input


def _write_costs() -> None:
    """Write what this process took so far, when it is a job."""
    words = os.environ.get(COSTS, "").split()
    if words:
        folder, _, log = words[0].rpartition("/logs/")
        rule = log.removesuffix(".log").split("/")[0]
        times = os.times()
        costs = {
            "cpu_seconds": round(times.user + times.system, 2),
            "wall_seconds": round(time.monotonic() - _STARTED, 2),
            "memory_mib": round(peak_memory_mib(), 1),
        }
        # In an order of its own: Snakemake's differs from process to process.
        named = [",".join(sorted(word.split(","))) for word in words[1:]]
        write_json("/".join([folder, "costs", rule, *named]) + ".json", costs)


def peak_memory_mib() -> float:
    """Largest resident memory of this process so far, in MiB.

    Example:
        >>> 1 < peak_memory_mib() < 1_000_000
        True
    """
    try:
        # What getrusage says can be that of the process which started this one: the two share memory until exec.
        with open("/proc/self/status", encoding="ascii") as stream:
            return next(int(line.split()[1]) for line in stream if line.startswith("VmHWM:")) / 1024
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1024**2 if sys.platform == "darwin" else 1024)


def whole_number(least: int, most: float = math.inf) -> Callable[[str], int]:
    """The ``type`` of a flag that is a whole number from ``least`` to ``most``.

    Example:
        >>> whole_number(1)("3")
        3
        >>> whole_number(1)("0")
        Traceback (most recent call last):
        ...
        argparse.ArgumentTypeError: received 0; use a whole number of at least 1
    """

    def parsed(text: str) -> int:
        value = int(text)
        expected = expected_number(int, value, least, most)
        if expected is not None:
            raise argparse.ArgumentTypeError(f"received {text}; use {expected}")
        return value

    # The name that argparse calls the type by, where the text is no number at all.
    parsed.__name__ = "whole number"
    return parsed


class _EveryValue(argparse.Action):
    """Keeps all values of a flag that takes several and is given several times, where argparse keeps the last ones."""

    def __call__(self, parser, namespace, values, option_string=None):
        given = getattr(namespace, self.dest, self.default)
        more = self.nargs in ("+", "*") and given is not self.default
        setattr(namespace, self.dest, [*given, *values] if more else values)


class Parser(argparse.ArgumentParser):
    """A parser whose text keeps its lines, and whose flags keep every value they are given.

    Example:
        >>> parser = Parser("do-it")
        >>> _ = parser.add_argument("--shares", type=float, nargs="+")
        >>> parser.parse_args(["--shares=0.5", "--shares=0.1"])
        Namespace(shares=[0.5, 0.1])
    """

    def __init__(self, *words: Any, **settings: Any):
        super().__init__(*words, **settings)
        self.formatter_class = argparse.RawDescriptionHelpFormatter
        self.register("action", None, _EveryValue)


def parser_of(text: str | None) -> Parser:
    """A parser whose help is a script's docstring.

    Example:
        >>> parser_of("Do it.").format_help().splitlines()[2]
        'Do it.'
    """
    return Parser(description=text)


def add_threads_flag(parser: argparse.ArgumentParser) -> None:
    """Add ``--threads``.

    Example:
        >>> parser = parser_of("Do it.")
        >>> add_threads_flag(parser)
        >>> parser.parse_args(["--threads", "4"])
        Namespace(threads=4)
    """
    parser.add_argument("--threads", type=whole_number(1), default=1)


def add_figure_flags(parser: argparse.ArgumentParser) -> None:
    """Add ``--output`` and ``--output-svg``, the files of a figure.

    Example:
        >>> parser = parser_of("Draw something.")
        >>> add_figure_flags(parser)
        >>> parser.parse_args(["--output", "a.png", "--output-svg", "a.svg"]).output_svg
        'a.svg'
    """
    parser.add_argument("--output", required=True, help="the figure as PNG")
    parser.add_argument("--output-svg", required=True, help="the figure as SVG")


def add_settings(parser: argparse.ArgumentParser, settings: type[DataclassInstance]) -> None:
    """Add one flag per field of the dataclass ``settings``; a field's ``help`` metadata is its description.

    A field that is not given keeps the default of the class (or of the preset that the caller starts from).

    Example:
        >>> from rnn_modules.files.settings import setting
        >>> @dataclasses.dataclass
        ... class Sizes:
        ...     units: int = setting(16, "units of each layer", least=1)
        ...     languages: tuple[str, ...] = setting((), "languages that are kept")
        >>> parser = parser_of("Do it.")
        >>> add_settings(parser, Sizes)
        >>> parser.parse_args(["--languages", "de", "fr"])
        Namespace(languages=['de', 'fr'])
    """
    hints = hints_of(settings)
    for field in dataclasses.fields(settings):
        flag = "--" + field.name.replace("_", "-")
        options: dict[str, Any] = {"default": argparse.SUPPRESS, "help": field.metadata.get("help")}
        kind = hints[field.name]
        if typing.get_origin(kind) in (typing.Union, types.UnionType):
            kind = of_optional(kind)
        if typing.get_origin(kind) is tuple:
            options.update(nargs="*", type=typing.get_args(kind)[0])
        elif typing.get_origin(kind) is typing.Literal:
            options.update(choices=typing.get_args(kind))
        else:
            options["type"] = kind
        parser.add_argument(flag, **options)


def flags_of(settings: dict[str, Any]) -> str:
    """The flags that describe settings, as words of a shell's command line.

    Args:
        settings: name -> value: a number, a text, or a list of these; None leaves the flag out, an empty list gives it
            without a value.

    Example:
        >>> print(flags_of({"rate_difference": -1e-05, "mirror": "-my files", "edges": ["a", "b"], "lines": None}))
        --rate-difference=-1e-05 '--mirror=-my files' --edges=a --edges=b
        >>> flags_of({"edges": []})
        '--edges'
    """
    words = []
    for name, value in settings.items():
        flag = f"--{name.replace('_', '-')}"
        if value == []:
            words.append(flag)
        elif value is not None:
            # One word each: what begins with a dash would be taken for a flag of its own.
            words += [f"{flag}={one}" for one in (value if isinstance(value, list) else [value])]
    return shlex.join(words)


def add_record_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of every script that evaluates modules: what its record says of the run, and where it goes.

    Example:
        >>> parser = parser_of("Evaluate modules.")
        >>> add_record_flags(parser)
        >>> arguments = parser.parse_args(["--run", "demo", "--preset", "paper", "--output", "record.json"])
        >>> arguments.run, arguments.output.suffix
        ('demo', '.json')
    """
    parser.add_argument("--run", required=True, help="name of the run, for the record")
    parser.add_argument("--preset", required=True, help="preset that the modules were made with, for the record")
    parser.add_argument("--output", type=Path, required=True, help="the record, JSON")


def settings_from(arguments: argparse.Namespace, settings: type[Settings], start: Settings | None = None) -> Settings:
    """The ``settings`` object that the flags of :func:`add_settings` describe.

    Args:
        arguments: parsed arguments.
        settings: the dataclass.
        start: an object of that class whose values stand where no flag was given.

    Example:
        >>> from rnn_modules.files.settings import setting
        >>> @dataclasses.dataclass
        ... class Sizes:
        ...     units: int = setting(16, "units of each layer", least=1)
        ...     layers: int = setting(1, "layers", least=1)
        >>> parser = parser_of("Do it.")
        >>> add_settings(parser, Sizes)
        >>> settings_from(parser.parse_args(["--units", "8"]), Sizes, start=Sizes(layers=2))
        Sizes(units=8, layers=2)
    """
    given = {
        field.name: tuple(value) if isinstance(value, list) else value
        for field in dataclasses.fields(settings)
        if (value := getattr(arguments, field.name, argparse.SUPPRESS)) is not argparse.SUPPRESS
    }
    return settings(**given) if start is None else dataclasses.replace(start, **given)
