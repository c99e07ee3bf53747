"""Write Tables III (reuse), IV (replacement) and V (scenarios) and their companions from result records.

python scripts/tabulate_cases.py results/demo/experiments/{intra_*,inter_*,scenario}/*/*/*.json \
    --output-folder results/demo/tables

Written are table3, table4 and table5 (.csv, .md, .tex, .html), table3_measures and table4_measures with every measure,
head, mode and decision (.csv, .md), and cases.csv with every case. A table whose experiment has no record says so.
"""

from __future__ import annotations

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.reporting.tables.written import write_case_tables


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one experiment; all of one run")
    parser.add_argument("--output-folder", required=True, help="folder for the tables")
    arguments = parser.parse_args()
    write_case_tables(arguments.records, arguments.output_folder)


if __name__ == "__main__":
    run(main)
