"""Draw all claims in one picture: the paper's figure and ours with its interval, coloured by verdict.

python scripts/plot_claims.py results/demo/tables/claims.json \
    --output results/demo/figures/claims.png --output-svg results/demo/figures/claims.svg
"""

from __future__ import annotations

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.reporting.figures.claims_figure import plot


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("answers", metavar="CLAIMS", help="the answers, claims.json")
    parser.add_argument("--output", required=True, help="the figure as PNG")
    parser.add_argument("--output-svg", required=True, help="the figure as SVG")
    arguments = parser.parse_args()
    plot(arguments.answers, arguments.output, arguments.output_svg)


if __name__ == "__main__":
    run(main)
