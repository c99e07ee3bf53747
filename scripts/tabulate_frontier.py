"""Write rankings and parts of small modules beside each other, and every figure of the frontier.

python scripts/tabulate_frontier.py results/demo/experiments/frontier/*/*/*.json --output-folder results/demo/tables

Written is frontier (.csv with every figure, .json, .md, .tex and .html with the rankings and parts at one share).
"""

from __future__ import annotations

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.reporting.tables.written import write_frontier_table


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model's frontier; of one run")
    parser.add_argument("--output-folder", required=True, help="folder for the tables")
    arguments = parser.parse_args()
    write_frontier_table(arguments.records, arguments.output_folder)


if __name__ == "__main__":
    run(main)
