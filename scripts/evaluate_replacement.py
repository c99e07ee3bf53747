"""Replace each module of the worst model of an I/O type by the best model's (RQ3 within an I/O type).

Example:
    python scripts/evaluate_replacement.py --models lstm-1/seed-0 lstm-4/seed-0 --dataset results/demo/datasets/clinc \
        --modes unrolled --run demo --preset paper --output intra_replacement.json
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
import argparse
import logging
from pathlib import Path

from rnn_modules.experiments.replacement import replacement_record
from rnn_modules.experiments.trained_model import TrainedModel
from rnn_modules.files.atomic_files import write_json
from rnn_modules.files.command_line import add_record_flags, add_threads_flag, parser_of, run
from rnn_modules.names import MODULES


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--models", type=Path, nargs="+", required=True, help="the models of all depths")
    parser.add_argument("--dataset", type=Path, required=True, help="folder of their dataset")
    parser.add_argument("--modes", nargs="+", choices=MODULES, required=True)
    add_threads_flag(parser)
    add_record_flags(parser)
    return parser.parse_args()


def main() -> None:
    """Replace, judge, write the record."""
    arguments = parse()
    models = [TrainedModel.load(folder, arguments.dataset) for folder in arguments.models]
    record = replacement_record(models, arguments.modes, arguments.run, arguments.preset, arguments.threads)
    write_json(arguments.output, record)
    logging.info("worst: %d layers, best: %d layers", record["worst"]["layers"], record["best"]["layers"])


if __name__ == "__main__":
    run(main)
