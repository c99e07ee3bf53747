"""Hold small modules against networks of as few weights that are trained from scratch on the same labelled examples.

Example:
    python scripts/evaluate_offer.py --model model --dataset results/demo/datasets/clinc --examples 20 100 1000 all \
        --keep 0.1 --most 4000 --run demo --output offer.json
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
from rnn_modules.network import quick_jax  # noqa: F401

# isort: split
from rnn_modules.training import quick_keras  # noqa: F401

# isort: split
import argparse
from pathlib import Path

from rnn_modules.decomposition.parameters import DecompositionParameters, preset
from rnn_modules.experiments.offer import LEAST_EXAMPLES, Offer, offer_record
from rnn_modules.experiments.recognisers import RecogniserSettings
from rnn_modules.experiments.trained_model import TrainedModel
from rnn_modules.files.atomic_files import write_json
from rnn_modules.files.command_line import add_settings, add_threads_flag, parser_of, run, settings_from, whole_number
from rnn_modules.names import COMPACT


def number_or_all(text: str) -> int | None:
    """A number of examples, or None for ``all``."""
    return None if text == "all" else whole_number(LEAST_EXAMPLES)(text)


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder that train_model.py wrote")
    parser.add_argument("--dataset", type=Path, required=True, help="folder of the model's dataset")
    parser.add_argument(
        "--examples", type=number_or_all, nargs="+", required=True, help="labelled ones of each class, or all"
    )
    parser.add_argument("--most", type=whole_number(LEAST_EXAMPLES), required=True, help="that a module is made on")
    add_threads_flag(parser)
    parser.add_argument("--run", required=True, help="name of the run, for the record")
    parser.add_argument("--output", type=Path, required=True, help="the record, JSON")
    add_settings(parser, RecogniserSettings)
    add_settings(parser, DecompositionParameters)
    return parser.parse_args()


def main() -> None:
    """Make, train, evaluate, write the record."""
    arguments = parse()
    model = TrainedModel.load(arguments.model, arguments.dataset)
    start = preset(COMPACT, model.record["architecture"], model.record["rnn"])
    parameters = settings_from(arguments, DecompositionParameters, start)
    plan = Offer(tuple(arguments.examples), arguments.most)
    training = settings_from(arguments, RecogniserSettings)
    write_json(arguments.output, offer_record(model, parameters, plan, training, arguments.run, arguments.threads))


if __name__ == "__main__":
    run(main)
