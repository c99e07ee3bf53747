"""What a call of Snakemake is made of, checked and put together so that every setting that is given holds."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence

from rnn_modules.files.atomic_files import InputError
from rnn_modules.runs.configuration import check_files

MOST_CORES = 999_999


def snakemake_words(words: Sequence[str], variables: Mapping[str, str]) -> list[str]:
    """The arguments of Snakemake, its repeated options joined: it would take the last ``--config`` alone.

    Args:
        words: arguments of Snakemake; ``--config`` and ``--configfile`` may stand in it several times, the later ones
            go before.
        variables: those of the environment; MIRROR is a folder with the corpora's files, which goes before the
            configuration's.

    Raises:
        InputError: a file of the configuration or the number of cores cannot be used.

    Example:
        >>> snakemake_words(["--config", "gpu=True", "--cores", "2", "--config", "run=mine", "--", "rq1"], {})
        ['--cores=2', '--config', 'gpu=True', 'run=mine', '--', 'rq1']
    """
    options, targets = list(words), []
    if "--" in options:
        place = options.index("--")
        options, targets = options[:place], options[place:]
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config", "-C", nargs="*", action="extend", default=[])
    parser.add_argument("--configfile", "--configfiles", nargs="+", action="extend", default=[])
    parser.add_argument("--cores", "-c", nargs="?", const="")
    joined, rest = parser.parse_known_args(options)
    check_files(joined.configfile)
    if joined.cores is not None:
        check_cores(joined.cores)
        rest.append(f"--cores={joined.cores}")
    if mirror := variables.get("MIRROR"):
        # As a text of YAML: Snakemake takes quotes at the edges away, and reads some names as numbers or mappings.
        joined.config[:0] = ["source=mirror", f"mirror=!!str {json.dumps(mirror, ensure_ascii=False)} "]
    for name, values in (("--configfile", joined.configfile), ("--config", joined.config)):
        if values:
            rest += [name, *values]
    return [*rest, *targets] if targets else rest


def check_cores(text: str) -> None:
    """Check a number of cores.

    Args:
        text: as on the command line.

    Raises:
        InputError: it is neither a number from 1 on nor ``all``; Snakemake would wait for ever.

    Example:
        >>> check_cores("all")
        >>> check_cores("0")
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: cores: received '0'; give a number from 1 to 999,999, or all
    """
    if text != "all" and not (text.isascii() and text.isdecimal() and len(text) < 7 and int(text)):
        raise InputError(f"cores: received {text!r}; give a number from 1 to {MOST_CORES:,}, or all")
