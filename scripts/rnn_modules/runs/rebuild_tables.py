"""The tables of a run made again from its records, by the scripts that made them, to compare them byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from rnn_modules.names import EXPERIMENTS
from rnn_modules.runs.run_record import last_call
from rnn_modules.runs.verification import Check, seed_folder

SCRIPTS = Path(__file__).parents[2]


def verify_tables(folder: str | os.PathLike) -> Check:
    """Make the tables again and compare each that the run has.

    Args:
        folder: of a run.
    """
    folder = Path(folder)
    check = Check("tables against the records")
    there = sorted(path for path in folder.glob("tables/*") if path.is_file())
    if not there:
        check.skipped.append(f"{folder / 'tables'}: no tables")
        return check
    with tempfile.TemporaryDirectory() as made:
        # What a script cannot make again is said once, and its tables count as not made.
        for command in commands(folder, Path(made)):
            finished = subprocess.run(command, capture_output=True, text=True, check=False)
            if finished.returncode:
                lines = finished.stderr.strip().splitlines() or ["no message"]
                check.problems.append(f"{Path(command[1]).name}: cannot make its tables again: {lines[-1]}")
        for path in there:
            check.take(_difference, path, Path(made) / path.name)
    return check


def commands(folder: Path, output: Path) -> list[list[str]]:
    """The command lines that make all tables of a run in another folder.

    Raises:
        InputError: ``run.json`` is damaged.
    """
    wanted = _wanted(folder)
    costs = wanted(folder.glob("models/*/*/*/*/decomposition_cost.json"))
    experiments = {path: path.relative_to(folder).parts[1] for path in wanted(folder.glob("experiments/*/*/*/*.json"))}
    cases = [path for path, experiment in experiments.items() if experiment in EXPERIMENTS]
    variants = [path for path, experiment in experiments.items() if experiment == "variants"]
    sweeps = [path for path, experiment in experiments.items() if experiment == "removal_sweep"]
    made = {
        "tabulate_decomposition_cost.py": [*costs, "--output-folder", output] if costs else [],
        "tabulate_cases.py": [*cases, "--output-folder", output] if cases else [],
        "tabulate_variants.py": [*variants, *sweeps, "--output-folder", output] if variants or sweeps else [],
        "answer_claims.py": [
            *("--decomposition-cost", *costs, "--cases", *cases, "--variants", *variants),
            *("--output-folder", output),
        ],
    }
    return [
        [sys.executable, str(SCRIPTS / script), *map(str, arguments)] for script, arguments in made.items() if arguments
    ]


def _wanted(folder: Path) -> Callable[[Iterable[Path]], list[Path]]:
    """A filter of records: those of the run's last configuration, in order; without ``run.json`` all.

    What an earlier configuration left behind is not in the tables.
    """
    configuration = (last_call(folder) or {}).get("configuration", {})

    def allowed(key: str, values: Iterable[str]) -> bool:
        values_of_run = configuration.get(key)
        return not isinstance(values_of_run, list) or set(values) <= set(map(str, values_of_run))

    def fits(path: Path) -> bool:
        parts = path.relative_to(folder).with_suffix("").parts
        seed = seed_folder(parts).removeprefix("seed-")
        if parts[0] == "models":
            rnn, _, layers = parts[3].partition("-")
            wanted = (
                allowed("architectures", [parts[1]]) and allowed("rnn_types", [rnn]) and allowed("layers", [layers])
            )
        else:
            wanted = parts[1] == "scenario" or allowed("architectures", parts[2].split("-"))
        return wanted and allowed("seeds", [seed])

    return lambda paths: sorted(filter(fits, paths))


def _difference(path: Path, made: Path) -> str | None:
    if not made.is_file():
        return f"{path}: no script makes it from the records that are there"
    if path.read_bytes() != made.read_bytes():
        return f"{path}: not what the records give; make the tables again"
    return None
