"""Call Snakemake so that every setting that is given holds: of repeated options it takes the last alone.

Example:
    python scripts/run_workflow.py --configfile config/laptop.yaml --config run=mine --cores 2 --config gpu=True

The variable MIRROR names a folder with the corpora's files, as ``--config source=mirror mirror=FOLDER`` does. A run
shows its progress as workflow/progress has it; dry runs, and calls with --logger or --quiet, show what Snakemake shows.
"""

import logging
import os
import re
import sys
from pathlib import Path

from rnn_modules.files.command_line import run
from rnn_modules.runs.snakemake_call import snakemake_words

PROGRESS = Path(__file__).parents[1] / "workflow" / "progress"
OTHERWISE_SHOWN = re.compile(
    r"-[a-zA-Z]*[nq][a-zA-Z]*|--(dry-?run|quiet|logger|verbose|printshellcmds|help|version)(=.*)?"
)


def main() -> None:
    """Put the call together."""
    words = snakemake_words(sys.argv[1:], os.environ)
    if not any(map(OTHERWISE_SHOWN.fullmatch, words)):
        words = ["--logger=progress", *words]
    sys.argv = ["snakemake", *words]


if __name__ == "__main__":
    run(main)
    # Where Snakemake looks for plugins once it is imported.
    sys.path.insert(0, str(PROGRESS))
    from snakemake.cli import main as snakemake

    logging.getLogger().handlers.clear()
    snakemake(sys.argv[1:])
