r"""Keep a finished run as the project's reference, and show all of it on one page.

Example:
    python scripts/publish_reference.py --run results/laptop --reference results/reference/laptop \
        --benchmark results/bench --results results/README.md
"""

import logging
from pathlib import Path

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.runs.publishing import publish


def main() -> None:
    """Publish."""
    parser = parser_of(__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of a finished run")
    parser.add_argument("--reference", type=Path, required=True, help="folder to keep it in; replaced")
    parser.add_argument("--benchmark", type=Path, required=True, help="folder that `make bench` wrote")
    parser.add_argument("--results", type=Path, required=True, help="the page of all tables; written whole")
    arguments = parser.parse_args()
    kept = publish(arguments.run, arguments.reference, arguments.benchmark, arguments.results)
    logging.info("%d files kept in %s", kept, arguments.reference)


if __name__ == "__main__":
    run(main)
