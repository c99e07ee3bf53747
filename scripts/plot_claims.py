"""Draw all claims in one picture: the paper's figure and ours with its interval, coloured by verdict.

python scripts/plot_claims.py results/demo/tables/claims.json \
    --output results/demo/figures/claims.png --output-svg results/demo/figures/claims.svg
"""

from __future__ import annotations

from rnn_modules.files.command_line import add_figure_flags, parser_of, run
from rnn_modules.reporting.figures.claims_figure import plot


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("answers", metavar="CLAIMS", help="the answers, claims.json")
    add_figure_flags(parser)
    arguments = parser.parse_args()
    plot(arguments.answers, arguments.output, arguments.output_svg)


if __name__ == "__main__":
    run(main)
