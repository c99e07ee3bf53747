"""Draw the deltas of all cases of reuse (or of replacement), ours beside the paper's, from result records.

python scripts/plot_cases.py results/demo/experiments/*_reuse/*/*/*.json \
    --output results/demo/figures/table3.png --output-svg results/demo/figures/table3.svg
"""

from __future__ import annotations

from rnn_modules.files.command_line import add_figure_flags, parser_of, run
from rnn_modules.reporting.figures.case_figures import plot


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument(
        "records",
        nargs="+",
        metavar="RECORD",
        help="JSON record of reuse (or replacement); all of one run",
    )
    add_figure_flags(parser)
    arguments = parser.parse_args()
    plot(arguments.records, arguments.output, arguments.output_svg)


if __name__ == "__main__":
    run(main)
