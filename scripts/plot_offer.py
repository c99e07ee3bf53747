"""Draw small modules beside networks from scratch by the number of labelled examples that both are made from.

python scripts/plot_offer.py results/demo/experiments/offer/*/*/*.json \
    --output results/demo/figures/offer.png --output-svg results/demo/figures/offer.svg
"""

from __future__ import annotations

from rnn_modules.files.command_line import add_figure_flags, parser_of, run
from rnn_modules.reporting.figures.offer_figure import plot


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model's offer; of one run")
    add_figure_flags(parser)
    arguments = parser.parse_args()
    plot(arguments.records, arguments.output, arguments.output_svg)


if __name__ == "__main__":
    run(main)
