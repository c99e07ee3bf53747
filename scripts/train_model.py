"""Train one model and leave it as Keras file, as arrays, with its history and a record.

Example:
    python scripts/train_model.py --dataset results/demo/datasets/clinc --architecture many_to_one --rnn lstm \
        --layers 1 --epochs 15 --batch-size 128 --output model
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
from rnn_modules.training import quick_keras  # noqa: F401

# isort: split
import argparse
import logging
from pathlib import Path

from rnn_modules.files.command_line import add_settings, parser_of, run, settings_from
from rnn_modules.training.architectures import ArchitectureSettings
from rnn_modules.training.fit import TrainingSettings
from rnn_modules.training.train_model import train_model


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--dataset", type=Path, required=True, help="folder that prepare_dataset.py wrote")
    parser.add_argument("--output", type=Path, required=True, help="folder of the model")
    add_settings(parser, ArchitectureSettings)
    add_settings(parser, TrainingSettings)
    return parser.parse_args()


def main() -> None:
    """Train and write everything."""
    arguments = parse()
    record = train_model(
        arguments.dataset,
        settings_from(arguments, ArchitectureSettings),
        settings_from(arguments, TrainingSettings),
        arguments.output,
    )
    logging.info("%s-%d: test %s, %.0f s", record["rnn"], record["layers"], record["test"], record["seconds"])


if __name__ == "__main__":
    run(main)
