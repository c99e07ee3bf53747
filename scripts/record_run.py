"""Describe a run for archives and other tools: ro-crate-metadata.json in its folder, made from run.json.

Example:
    python scripts/record_run.py --run results/laptop
"""

import logging
from pathlib import Path

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.runs.crate import write_crate


def main() -> None:
    """Write the crate."""
    parser = parser_of(__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of a run")
    arguments = parser.parse_args()
    listed = write_crate(arguments.run)
    logging.info("%s: %d files described in ro-crate-metadata.json", arguments.run, listed)


if __name__ == "__main__":
    run(main)
