"""Write what each choice of paper and package changes, and the removal sweep, from result records.

python scripts/tabulate_variants.py results/demo/experiments/{variants,removal_sweep}/*/*/*.json \
    --output-folder results/demo/tables

Written are variants (.csv with every figure, .md and .html with one table per I/O type) and removal_sweep.csv.
"""

from __future__ import annotations

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.reporting.tables.written import write_variant_tables


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model; all of one run")
    parser.add_argument("--output-folder", required=True, help="folder for the tables")
    arguments = parser.parse_args()
    write_variant_tables(arguments.records, arguments.output_folder)


if __name__ == "__main__":
    run(main)
