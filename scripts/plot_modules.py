"""Draw the modules of one model: which nodes of the parent each of them lost.

python scripts/plot_modules.py --modules results/demo/models/many_to_one/clinc/lstm-2/seed-0/modules \
    --record results/demo/models/many_to_one/clinc/lstm-2/seed-0/decomposition_cost.json \
    --output results/demo/figures/modules_many_to_one.png --output-svg results/demo/figures/modules_many_to_one.svg
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rnn_modules.decomposition.module_files import read_modules
from rnn_modules.files.command_line import run
from rnn_modules.records.cost_records import read_record
from rnn_modules.reporting.figures.cost_figure import save
from rnn_modules.reporting.figures.modules_figure import draw


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=Path, required=True, help="folder of the modules")
    parser.add_argument("--record", required=True, help="the model's record of research question 1")
    parser.add_argument("--output", required=True, help="the figure as PNG")
    parser.add_argument("--output-svg", required=True, help="the figure as SVG")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    record = read_record(arguments.record)
    modules = {
        mode: read_modules(arguments.modules / f"{mode}.npz", arguments.modules / f"{mode}.json")
        for mode in record.modes
    }
    save(draw(modules, record), arguments.output, arguments.output_svg)


if __name__ == "__main__":
    run(main)
