"""Draw what modules can do by the share of the recurrent layers' weights that they keep.

python scripts/plot_frontier.py results/demo/experiments/frontier/*/*/*.json \
    --output results/demo/figures/frontier.png --output-svg results/demo/figures/frontier.svg
"""

from __future__ import annotations

from rnn_modules.files.command_line import add_figure_flags, parser_of, run
from rnn_modules.reporting.figures.frontier_figure import plot


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model's frontier; of one run")
    add_figure_flags(parser)
    arguments = parser.parse_args()
    plot(arguments.records, arguments.output, arguments.output_svg)


if __name__ == "__main__":
    run(main)
