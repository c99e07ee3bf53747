"""Say what a run would do and take, before it does: jobs, core-hours, memory and wall time by rule.

Example:
    python scripts/plan_run.py --cores 16 -- --configfile config/laptop.yaml
    python scripts/plan_run.py --run results/laptop

What follows ``--`` are arguments of Snakemake. ``--run`` instead compares the memory that the jobs of a finished run
ask for with what they took, and ends with status 1 when a job asks for less than its peak, or a rule for over three
times as much.
"""

import os
from pathlib import Path

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.command_line import parser_of, run
from rnn_modules.files.job_costs import read_job_costs
from rnn_modules.files.run_folder import RunFolder
from rnn_modules.runs.estimate import CostTable, Estimate
from rnn_modules.runs.plan import compare, describe, dry_run
from rnn_modules.runs.run_record import machine
from rnn_modules.runs.snakemake_call import check_cores, snakemake_words


def main() -> None:
    """Print a plan or a comparison."""
    parser = parser_of(__doc__)
    parser.add_argument("--cores", default="all", help="cores that the wall time is for; all: those of this machine")
    parser.add_argument("--run", type=Path, help="folder of a finished run, to compare with what its rules ask for")
    parser.add_argument("snakemake", nargs="*", metavar="ARGUMENT", help="argument of Snakemake, after --")
    arguments = parser.parse_args()
    if arguments.run is None:
        check_cores(arguments.cores)
        cores = machine()["cores"] if arguments.cores == "all" else int(arguments.cores)
        jobs = dry_run(snakemake_words(arguments.snakemake, os.environ))
        print(describe(jobs, cores) if jobs else "Nothing to be done: every target is there and up to date.")
        return
    folder = RunFolder(arguments.run)
    configuration, measured = folder.configuration(), read_job_costs(folder)
    if configuration is None or not measured:
        raise InputError(f"{arguments.run}: has no run.json, or no costs; name the folder of a run that Snakemake made")
    try:
        estimate = Estimate(CostTable.read(Path(__file__).parents[1] / "config" / "costs.yaml"), configuration)
    except (AttributeError, KeyError, TypeError) as error:
        raise InputError(f"{folder.run_json}: a damaged configuration ({error}); let the run finish again") from error
    text, outside = compare(measured, estimate)
    print(text)
    raise SystemExit(bool(outside))


if __name__ == "__main__":
    run(main)
