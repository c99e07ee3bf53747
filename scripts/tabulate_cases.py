"""Write Tables III (reuse), IV (replacement) and V (scenarios) and their companions from result records.

python scripts/tabulate_cases.py results/demo/experiments/{intra_*,inter_*,scenario}/*/*/*.json \
    --output-folder results/demo/tables

Written are table3, table4 and table5 (.csv, .md, .tex, .html), table3_measures and table4_measures with every measure,
head, mode and decision (.csv, .md), and cases.csv with every case. A table whose experiment has no record says so.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rnn_modules.files.command_line import run
from rnn_modules.records.case_records import read_case_records
from rnn_modules.reporting.tables import case_tables, rendering, scenario_table


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one experiment; all of one run")
    parser.add_argument("--output-folder", type=Path, required=True, help="folder for the tables")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    records = read_case_records(arguments.records)
    folder = arguments.output_folder
    for number in case_tables.EXPERIMENTS:
        rows = case_tables.delta_rows(records, number)
        name = f"table{number}"
        rendering.write_csv(folder / f"{name}.csv", case_tables.csv_rows(rows), case_tables.CSV_COLUMNS)
        rendering.write_sheet(folder / name, case_tables.sheet(records, rows, number))
        measures = case_tables.measure_rows(records, number)
        rendering.write_csv(folder / f"{name}_measures.csv", measures, case_tables.MEASURE_COLUMNS)
        sheets = case_tables.measure_sheets(records, measures, number)
        rendering.write_text(folder / f"{name}_measures.md", "\n".join(map(rendering.markdown, sheets)))
    scenarios = scenario_table.scenario_rows(records)
    rendering.write_csv(folder / "table5.csv", scenario_table.csv_rows(scenarios), scenario_table.CSV_COLUMNS)
    rendering.write_sheet(folder / "table5", scenario_table.sheet(records, scenarios))
    rendering.write_csv(folder / "cases.csv", case_tables.case_rows(records), case_tables.CASE_COLUMNS)


if __name__ == "__main__":
    run(main)
