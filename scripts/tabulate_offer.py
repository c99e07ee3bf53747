"""Write small modules beside networks from scratch by the number of labelled examples that both are made from.

python scripts/tabulate_offer.py results/demo/experiments/offer/*/*/*.json --output-folder results/demo/tables

Written is offer (.csv with every figure; .json, .md, .tex and .html with means, and where networks get ahead).
"""

from __future__ import annotations

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.reporting.tables.written import write_offer_table


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model's offer; of one run")
    parser.add_argument("--output-folder", required=True, help="folder for the tables")
    arguments = parser.parse_args()
    write_offer_table(arguments.records, arguments.output_folder)


if __name__ == "__main__":
    run(main)
