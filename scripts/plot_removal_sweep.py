"""Draw scores and Jaccard index against the cap of removal, from the records of the removal sweep.

python scripts/plot_removal_sweep.py results/demo/experiments/removal_sweep/*/*/*.json \
    --output results/demo/figures/removal_sweep.png --output-svg results/demo/figures/removal_sweep.svg
"""

from __future__ import annotations

from rnn_modules.files.command_line import add_figure_flags, parser_of, run
from rnn_modules.reporting.figures.sweep_figure import plot


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model's sweep; all of one run")
    add_figure_flags(parser)
    arguments = parser.parse_args()
    plot(arguments.records, arguments.output, arguments.output_svg)


if __name__ == "__main__":
    run(main)
