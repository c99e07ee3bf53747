"""Make modules of several shares of a model's weights in several ways, and write what they can do as a record.

Example:
    python scripts/evaluate_frontier.py --model model --dataset results/demo/datasets/clinc --shares 0.5 0.1 \
        --draws 5 --parts-at 0.1 --run demo --output frontier.json
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
from rnn_modules.experiments.frontier import Plan, frontier_record
from rnn_modules.experiments.recognisers import RecogniserSettings
from rnn_modules.experiments.trained_model import TrainedModel
from rnn_modules.files.atomic_files import write_json
from rnn_modules.files.command_line import add_settings, add_threads_flag, parser_of, run, settings_from
from rnn_modules.names import COMPACT


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder that train_model.py wrote")
    parser.add_argument("--dataset", type=Path, required=True, help="folder of the model's dataset")
    parser.add_argument("--shares", type=float, nargs="+", required=True, help="of the recurrent layers' weights")
    parser.add_argument("--draws", type=int, required=True, help="of random rankings")
    parser.add_argument("--parts-at", type=float, help="share at which parts of the method are left out one by one")
    add_threads_flag(parser)
    parser.add_argument("--run", required=True, help="name of the run, for the record")
    parser.add_argument("--output", type=Path, required=True, help="the record, JSON")
    add_settings(parser, RecogniserSettings)
    add_settings(parser, DecompositionParameters)
    return parser.parse_args()


def main() -> None:
    """Make, evaluate, write the record."""
    arguments = parse()
    plan = Plan(tuple(arguments.shares), arguments.draws, arguments.parts_at)
    model = TrainedModel.load(arguments.model, arguments.dataset)
    start = preset(COMPACT, model.record["architecture"], model.record["rnn"])
    parameters = settings_from(arguments, DecompositionParameters, start)
    training = settings_from(arguments, RecogniserSettings)
    write_json(arguments.output, frontier_record(model, parameters, plan, training, arguments.run, arguments.threads))


if __name__ == "__main__":
    run(main)
