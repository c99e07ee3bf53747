"""Draw the modules of one model: which nodes of the parent each of them lost.

python scripts/plot_modules.py --modules results/demo/models/many_to_one/clinc/lstm-2/seed-0/modules \
    --record results/demo/models/many_to_one/clinc/lstm-2/seed-0/decomposition_cost.json \
    --output results/demo/figures/modules_many_to_one.png --output-svg results/demo/figures/modules_many_to_one.svg
"""

from __future__ import annotations

from rnn_modules.files.command_line import add_figure_flags, parser_of, run
from rnn_modules.reporting.figures.modules_figure import plot


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("--modules", required=True, help="folder of the modules")
    parser.add_argument("--record", required=True, help="the model's record of research question 1")
    add_figure_flags(parser)
    arguments = parser.parse_args()
    plot(arguments.modules, arguments.record, arguments.output, arguments.output_svg)


if __name__ == "__main__":
    run(main)
