"""Cut a classifier in the paper's order of nodes and in orders that know less (random, reversed, another class's).

Example:
    python scripts/evaluate_controls.py --model model --dataset results/demo/datasets/clinc --modes rolled unrolled \
        --draws 20 --run demo --preset paper --output model/controls.json
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
import argparse
from pathlib import Path

from rnn_modules.decomposition.parameters import DecompositionParameters, preset
from rnn_modules.experiments.controls import controls_record
from rnn_modules.experiments.trained_model import TrainedModel
from rnn_modules.files.atomic_files import InputError, write_json
from rnn_modules.files.command_line import (
    add_record_flags,
    add_settings,
    add_threads_flag,
    parser_of,
    run,
    settings_from,
)
from rnn_modules.names import MODES, TRANSLATION


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder that train_model.py wrote")
    parser.add_argument("--dataset", type=Path, required=True, help="folder of the model's dataset")
    parser.add_argument("--modes", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--draws", type=int, default=20, help="sets of modules without random nodes")
    parser.add_argument("--test-examples", type=int, help="judge on at most this many test examples; without it on all")
    add_threads_flag(parser)
    add_record_flags(parser)
    add_settings(parser, DecompositionParameters)
    return parser.parse_args()


def main() -> None:
    """Cut, judge, write the record."""
    arguments = parse()
    for name in ("draws", "test_examples"):
        value = getattr(arguments, name)
        if value is not None and not 1 <= value <= 1_000_000:
            raise InputError(f"--{name.replace('_', '-')}: received {value}; use a number from 1 to 1000000")
    model = TrainedModel.load(arguments.model, arguments.dataset)
    if model.record["architecture"] == TRANSLATION:
        raise InputError(f"{arguments.model}: a translation model, which has no classes; give a classifier")
    start = preset(arguments.preset, model.record["architecture"], model.record["rnn"])
    record = controls_record(
        model,
        settings_from(arguments, DecompositionParameters, start),
        arguments.modes,
        arguments.run,
        arguments.preset,
        arguments.draws,
        arguments.test_examples,
        arguments.threads,
    )
    write_json(arguments.output, record)


if __name__ == "__main__":
    run(main)
