"""Draw the cost of decomposition, ours beside the paper's, from result records.

python scripts/plot_decomposition_cost.py results/demo/models/*/*/*/*/decomposition_cost.json \
    --output results/demo/figures/table2.png --output-svg results/demo/figures/table2.svg
"""

from __future__ import annotations

from rnn_modules.files.command_line import add_figure_flags, parser_of, run
from rnn_modules.reporting.figures.cost_figure import plot


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model; all of one run")
    add_figure_flags(parser)
    arguments = parser.parse_args()
    plot(arguments.records, arguments.output, arguments.output_svg)


if __name__ == "__main__":
    run(main)
