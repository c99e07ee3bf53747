"""Call Snakemake so that every setting that is given holds: of repeated options it takes the last alone.

Example:
    python scripts/run_workflow.py --configfile config/laptop.yaml --config run=mine --cores 2 --config gpu=True

The variable MIRROR names a folder with the corpora's files, as ``--config source=mirror mirror=FOLDER`` does.
"""

import os
import sys

from rnn_modules.files.command_line import run
from rnn_modules.runs.snakemake_call import snakemake_words


def main() -> None:
    """Become Snakemake."""
    command = [sys.executable, "-m", "snakemake", *snakemake_words(sys.argv[1:], os.environ)]
    os.execv(sys.executable, command)


if __name__ == "__main__":
    run(main)
