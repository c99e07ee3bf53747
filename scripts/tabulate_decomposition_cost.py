"""Write Table II and its companions from result records.

python scripts/tabulate_decomposition_cost.py results/demo/models/*/*/*/*/decomposition_cost.json \
    --output-folder results/demo/tables

Written are table2 and table2_unpadded (.csv long with all metrics, .md, .tex, .html) and the absolute figures,
decomposition_cost (.csv, .md).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rnn_modules.files.command_line import run
from rnn_modules.records.cost_records import caption, read_records
from rnn_modules.reporting.tables import cost_tables, rendering


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model; all of one run")
    parser.add_argument("--output-folder", type=Path, required=True, help="folder for the tables")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    records = read_records(arguments.records)
    folder = arguments.output_folder
    for name, sheet, scope in (
        ("table2", cost_tables.table2(records).sheet(), "all"),
        ("table2_unpadded", cost_tables.table2_unpadded(records).sheet(), "unpadded"),
    ):
        rendering.write_csv(folder / f"{name}.csv", cost_tables.long_rows(records, scope))
        rendering.write_sheet(folder / name, sheet)
    rendering.write_csv(folder / "decomposition_cost.csv", cost_tables.absolute_rows(records))
    parts = [
        f"### {title}\n\n{caption(records)}\n\n{rendering.markdown_table(columns, rows)}"
        for title, columns, rows in cost_tables.absolute_tables(records)
    ]
    rendering.write_text(folder / "decomposition_cost.md", "\n".join(parts))


if __name__ == "__main__":
    run(main)
