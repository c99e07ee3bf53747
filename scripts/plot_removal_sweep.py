"""Draw scores and Jaccard index against the cap of removal, from the records of the removal sweep.

python scripts/plot_removal_sweep.py results/demo/experiments/removal_sweep/*/*/*.json \
    --output results/demo/figures/removal_sweep.png --output-svg results/demo/figures/removal_sweep.svg
"""

from __future__ import annotations

import argparse

from rnn_modules.files.command_line import run
from rnn_modules.records.variant_records import read_sweep_records
from rnn_modules.reporting.figures.cost_figure import save
from rnn_modules.reporting.figures.sweep_figure import draw


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model's sweep; all of one run")
    parser.add_argument("--output", required=True, help="the figure as PNG")
    parser.add_argument("--output-svg", required=True, help="the figure as SVG")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    save(draw(read_sweep_records(arguments.records)), arguments.output, arguments.output_svg)


if __name__ == "__main__":
    run(main)
