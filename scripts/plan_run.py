"""Say what a run would do and take, before it does: jobs, core-hours, memory and wall time by rule.

Example:
    python scripts/plan_run.py --cores 16 -- --configfile config/laptop.yaml
    python scripts/plan_run.py --record results/laptop

What follows ``--`` are arguments of Snakemake. The estimate is scaled from the recorded benchmarks of finished runs;
``--record`` adds those of another one.
"""

import argparse
import logging
import os
from pathlib import Path

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.runs.planning.costs import Costs
from rnn_modules.runs.planning.estimates import describe, estimate
from rnn_modules.runs.planning.measured_jobs import measure_run, read_recordings
from rnn_modules.runs.planning.planned_jobs import Sizes, dry_run
from rnn_modules.runs.run_record import machine
from rnn_modules.runs.snakemake_call import check_cores, snakemake_words

BENCHMARKS = Path(__file__).parents[1] / "config" / "benchmarks"


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--cores", default="all", help="cores that the wall time is for; all: those of this machine")
    parser.add_argument("--benchmarks", type=Path, default=BENCHMARKS, help="folder of the recorded benchmarks")
    parser.add_argument("--record", type=Path, metavar="RUN", help="folder of a finished run to record instead")
    parser.add_argument("snakemake", nargs="*", metavar="ARGUMENT", help="argument of Snakemake, after --")
    return parser.parse_args()


def main() -> None:
    """Record a run, or plan one and print the plan."""
    arguments = parse()
    if arguments.record is not None:
        recording = measure_run(arguments.record)
        recording.write(arguments.benchmarks)
        logging.info("%s: %d jobs recorded in %s", recording.run, len(recording.jobs), arguments.benchmarks)
        return
    cores = _cores(arguments.cores)
    recordings = read_recordings(arguments.benchmarks)
    jobs = [job for job in dry_run(snakemake_words(arguments.snakemake, os.environ)) if job.command]
    if not jobs:
        print("Nothing to be done: every target is there and up to date.")
        return
    costs = Costs.of(job for recording in recordings for job in recording.jobs)
    sizes = Sizes(jobs, [recording.datasets for recording in recordings])
    print(describe(estimate(jobs, sizes, costs), cores, recordings, costs, sizes))


def _cores(text: str) -> int:
    """The number of cores, at least one.

    Raises:
        InputError: it is neither a number nor ``all``.
    """
    if text == "all":
        return machine()["cores"]
    check_cores(text)
    return int(text)


if __name__ == "__main__":
    run(main)
