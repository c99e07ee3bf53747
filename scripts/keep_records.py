r"""Keep the records that a run has come to, so that it can go on from them on another machine.

Example:
    python scripts/keep_records.py --run results/laptop --output results/begun/laptop

and, on the other machine, once its datasets are made, the same with the two folders exchanged.
"""

import logging
from pathlib import Path

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.runs.publishing import keep_records


def main() -> None:
    """Keep them."""
    parser = parser_of(__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of a run, finished or not")
    parser.add_argument("--output", type=Path, required=True, help="folder for its records")
    arguments = parser.parse_args()
    logging.info("%d files kept in %s", keep_records(arguments.run, arguments.output), arguments.output)


if __name__ == "__main__":
    run(main)
