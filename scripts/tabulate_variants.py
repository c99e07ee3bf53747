"""Write what each choice of paper and package changes, and the removal sweep, from result records.

python scripts/tabulate_variants.py results/demo/experiments/{variants,removal_sweep}/*/*/*.json \
    --output-folder results/demo/tables

Written are variants (.csv with every figure, .md and .html with one table per I/O type) and removal_sweep.csv.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rnn_modules.files.command_line import run
from rnn_modules.names import ARCHITECTURES
from rnn_modules.records.variant_records import read_changed_records
from rnn_modules.reporting.tables import rendering, variant_tables


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model; all of one run")
    parser.add_argument("--output-folder", type=Path, required=True, help="folder for the tables")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    sweep, variants = read_changed_records(arguments.records)
    folder = arguments.output_folder
    rows = variant_tables.variant_rows(variants)
    # Without any record one empty table says so.
    there = [name for name in ARCHITECTURES if name in {row.architecture for row in rows}] or list(ARCHITECTURES)[:1]
    sheets = [variant_tables.sheet(variants, rows, name) for name in there]
    rendering.write_text(folder / "variants.md", "\n".join(map(rendering.markdown, sheets)))
    rendering.write_text(folder / "variants.html", rendering.html(*sheets))
    rendering.write_csv(
        folder / "variants.csv", variant_tables.variant_csv_rows(variants), variant_tables.VARIANT_COLUMNS
    )
    rendering.write_csv(
        folder / "removal_sweep.csv", variant_tables.sweep_csv_rows(sweep), variant_tables.SWEEP_COLUMNS
    )


if __name__ == "__main__":
    run(main)
