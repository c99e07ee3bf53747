"""Make small modules of a trained model: one network of few nodes per class, without training.

Example:
    python scripts/compact_model.py --network model/network.npz --dataset results/demo/datasets/clinc \
        --architecture many_to_one --rnn lstm --output model/modules --keep 0.1
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
from rnn_modules.network import quick_jax  # noqa: F401

# isort: split
import argparse
import logging
from pathlib import Path

from rnn_modules.data.dataset import Dataset
from rnn_modules.decomposition.counts import recurrent_share
from rnn_modules.decomposition.parameters import DecompositionParameters, preset
from rnn_modules.decomposition.small_module_files import write_small_modules
from rnn_modules.experiments.trained_model import compact_trained
from rnn_modules.files.command_line import add_settings, add_threads_flag, parser_of, run, settings_from
from rnn_modules.names import ARCHITECTURES, COMPACT, RNN_TYPES
from rnn_modules.network import load_network


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--network", required=True, help="network.npz that train_model.py wrote")
    parser.add_argument("--dataset", required=True, help="folder of the dataset that the model was trained on")
    parser.add_argument(
        "--architecture", choices=ARCHITECTURES, required=True, help="for the values that are not given"
    )
    parser.add_argument("--rnn", choices=RNN_TYPES, required=True, help="likewise")
    add_threads_flag(parser)
    parser.add_argument("--output", type=Path, required=True, help="folder of the modules")
    add_settings(parser, DecompositionParameters)
    return parser.parse_args()


def main() -> None:
    """Make small modules and write them with their manifest."""
    arguments = parse()
    start = preset(COMPACT, arguments.architecture, arguments.rnn)
    parameters = settings_from(arguments, DecompositionParameters, start)
    network = load_network(arguments.network)
    modules = compact_trained(network, Dataset.load(arguments.dataset), parameters, arguments.threads)
    write_small_modules(modules, arguments.output / f"{COMPACT}.npz", arguments.output / f"{COMPACT}.json")
    kept = recurrent_share(modules, network).mean()
    logging.info("%d small modules that keep %.1f %% of the recurrent layers' weights", len(modules), 100 * kept)


if __name__ == "__main__":
    run(main)
