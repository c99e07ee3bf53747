"""Train models from scratch on the problems that modules are reused for, one chunk of the run's cases.

Example:
    python scripts/train_baselines.py --experiment intra_reuse --datasets results/demo/datasets/clinc \
        --architecture many_to_one --rnn lstm --layers 4 --cases 10 --chunk 0 --chunks 2 --output baselines.json
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
from rnn_modules.training import quick_keras  # noqa: F401

# isort: split
import argparse
from pathlib import Path

from rnn_modules.experiments.scratch_training import Draw, write_scratch_models
from rnn_modules.files.command_line import add_settings, parser_of, run, settings_from, whole_number
from rnn_modules.names import FROM_SCRATCH, RATES, TRAINING_LENGTHS
from rnn_modules.training.architectures import ArchitectureSettings
from rnn_modules.training.fit import TrainingSettings


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--experiment", required=True, choices=FROM_SCRATCH)
    parser.add_argument("--datasets", type=Path, nargs="+", required=True, help="one dataset, or an x:1 and an x:N one")
    parser.add_argument("--cases", type=whole_number(1), help="draw at most this many cases; without it all")
    parser.add_argument("--chunk", type=whole_number(0), default=0, help="which chunk of the cases, counted from 0")
    parser.add_argument("--chunks", type=whole_number(1), default=1, help="number of chunks")
    parser.add_argument(
        "--examples-per-class", type=whole_number(1), help="train on at most this many of each class; without it all"
    )
    parser.add_argument("--rates", choices=RATES, default=RATES[0], help="of the classes of a case in training")
    parser.add_argument(
        "--length",
        choices=TRAINING_LENGTHS,
        default=TRAINING_LENGTHS[0],
        help="at least as many gradient steps as a model of the whole dataset takes in --epochs, or --epochs",
    )
    parser.add_argument("--output", type=Path, required=True, help="JSON file; the decisions go beside it, as .npz")
    add_settings(parser, ArchitectureSettings)
    add_settings(parser, TrainingSettings)
    return parser.parse_args()


def main() -> None:
    """Train, decide, write."""
    arguments = parse()
    write_scratch_models(
        arguments.experiment,
        arguments.datasets,
        settings_from(arguments, ArchitectureSettings),
        settings_from(arguments, TrainingSettings),
        Draw(
            arguments.cases,
            arguments.chunk,
            arguments.chunks,
            arguments.examples_per_class,
            arguments.rates,
            arguments.length,
        ),
        arguments.output,
    )


if __name__ == "__main__":
    run(main)
