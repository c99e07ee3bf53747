"""Write Table II and its companions from result records.

python scripts/tabulate_decomposition_cost.py results/demo/models/*/*/*/*/decomposition_cost.json \
    --output-folder results/demo/tables

Written are table2 and table2_unpadded (.csv long with all metrics, .md, .tex, .html) and the absolute figures,
decomposition_cost (.csv, .md).
"""

from __future__ import annotations

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.reporting.tables.written import write_cost_tables


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model; all of one run")
    parser.add_argument("--output-folder", required=True, help="folder for the tables")
    arguments = parser.parse_args()
    write_cost_tables(arguments.records, arguments.output_folder)


if __name__ == "__main__":
    run(main)
