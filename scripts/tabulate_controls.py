"""Write the controls of the method as a table, from result records.

python scripts/tabulate_controls.py results/demo/models/*/*/*/*/controls.json --output-folder results/demo/tables

Written is controls (.csv with every level, .json, .md, .tex and .html).
"""

from __future__ import annotations

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.reporting.tables.written import write_control_tables


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model's controls; of one run")
    parser.add_argument("--output-folder", required=True, help="folder for the table")
    arguments = parser.parse_args()
    write_control_tables(arguments.records, arguments.output_folder)


if __name__ == "__main__":
    run(main)
