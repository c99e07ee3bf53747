"""Compare the memory and time that the jobs of a finished run ask for with what they took.

Example:
    python scripts/compare_memory.py --run results/laptop

Prints a table by rule and ends with status 1 when a rule asks for less than its jobs' peaks, or for over three times
as much.
"""

import argparse
import json
import tempfile
from pathlib import Path

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.command_line import parser_of, run
from rnn_modules.runs.planning.comparison import LARGEST_RATIO, compare, rows
from rnn_modules.runs.planning.estimates import table
from rnn_modules.runs.planning.measured_jobs import measure_run
from rnn_modules.runs.planning.planned_jobs import dry_run
from rnn_modules.runs.planning.requests import MEMORY_HEADROOM, TIME_HEADROOM
from rnn_modules.runs.run_record import last_call


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of the finished run")
    return parser.parse_args()


def main() -> None:
    """Print the table."""
    folder = parse().run
    call = last_call(folder)
    if call is None:
        raise InputError(f"{folder}: has no run.json; name the folder of a run that Snakemake made")
    measured = measure_run(folder).jobs
    with tempfile.NamedTemporaryFile("w", suffix=".json") as configuration:
        json.dump(call["configuration"], configuration)
        configuration.flush()
        planned = dry_run(["--forceall", "--nolock", "--cores", "1", "--configfile", configuration.name])
    rules = compare(planned, measured)
    print(table(rows(rules)))
    print(
        f"\nDeclared at the first attempt: {MEMORY_HEADROOM} times the memory and {TIME_HEADROOM} times the time that "
        "recorded jobs lead to expect.\ntightest: the smallest declared memory of a job over its own peak."
    )
    outside = [rule.rule for rule in rules if rule.verdict not in ("", "not measured")]
    if outside:
        print(f"Outside 1 to {LARGEST_RATIO}: {', '.join(outside)}.")
        raise SystemExit(1)


if __name__ == "__main__":
    run(main)
