"""Draw the deltas of all cases of reuse (or of replacement), ours beside the paper's, from result records.

python scripts/plot_cases.py results/demo/experiments/*_reuse/*/*/*.json \
    --output results/demo/figures/table3.png --output-svg results/demo/figures/table3.svg
"""

from __future__ import annotations

import argparse

from rnn_modules.files.command_line import run
from rnn_modules.records.case_records import read_case_records
from rnn_modules.reporting.figures.case_figures import draw
from rnn_modules.reporting.figures.cost_figure import save


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "records",
        nargs="+",
        metavar="RECORD",
        help="JSON record of one experiment; all of one run, reuse or replacement",
    )
    parser.add_argument("--output", required=True, help="the figure as PNG")
    parser.add_argument("--output-svg", required=True, help="the figure as SVG")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    save(draw(read_case_records(arguments.records)), arguments.output, arguments.output_svg)


if __name__ == "__main__":
    run(main)
