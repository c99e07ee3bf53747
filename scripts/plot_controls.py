"""Draw modules cut in the paper's order against the band of modules without random nodes.

python scripts/plot_controls.py results/demo/models/*/*/*/*/controls.json \
    --output results/demo/figures/controls.png --output-svg results/demo/figures/controls.svg
"""

from __future__ import annotations

from rnn_modules.files.command_line import add_figure_flags, parser_of, run
from rnn_modules.reporting.figures.controls_figure import plot


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model's controls; of one run")
    add_figure_flags(parser)
    arguments = parser.parse_args()
    plot(arguments.records, arguments.output, arguments.output_svg)


if __name__ == "__main__":
    run(main)
