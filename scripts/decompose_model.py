"""Decompose a trained model into one module per class.

Example:
    python scripts/decompose_model.py --network model/network.npz --dataset results/demo/datasets/clinc \
        --architecture many_to_one --rnn lstm --output model/modules --removal-cap 0.1
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
import argparse
import dataclasses
import logging
from pathlib import Path

from rnn_modules.data.dataset import Dataset
from rnn_modules.decomposition.counts import removed_share_per_layer
from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.module_files import write_modules
from rnn_modules.decomposition.parameters import DecompositionParameters, preset
from rnn_modules.experiments.trained_model import decompose_trained
from rnn_modules.files.command_line import add_settings, add_threads_flag, parser_of, run, settings_from
from rnn_modules.names import ARCHITECTURES, MASK_PRESETS, MODES, PACKAGE, PAPER, RNN_TYPES
from rnn_modules.network import load_network


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--network", required=True, help="network.npz that train_model.py wrote")
    parser.add_argument("--dataset", required=True, help="folder of the dataset that the model was trained on")
    parser.add_argument("--architecture", choices=ARCHITECTURES, required=True, help="for the preset")
    parser.add_argument("--rnn", choices=RNN_TYPES, required=True, help="for the preset")
    add_threads_flag(parser)
    parser.add_argument("--modes", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--preset", choices=MASK_PRESETS, default=PAPER, help="values that are not given")
    parser.add_argument("--beside", choices=[PACKAGE], help="preset of further modules, without parameters on top")
    parser.add_argument("--output", type=Path, required=True, help="folder of the modules")
    add_settings(parser, DecompositionParameters)
    return parser.parse_args()


def main() -> None:
    """Decompose and write modules and manifests."""
    arguments = parse()
    network, dataset = load_network(arguments.network), Dataset.load(arguments.dataset)
    of_model = arguments.architecture, arguments.rnn, len(network.layers)
    parameters = settings_from(arguments, DecompositionParameters, preset(arguments.preset, *of_model))
    found: dict[str, ModuleMasks] = {}
    found |= decompose_trained(network, dataset, parameters, arguments.modes, arguments.threads)
    if arguments.beside:
        others = dataclasses.replace(preset(arguments.beside, *of_model), seed=parameters.seed)
        made = decompose_trained(network, dataset, others, arguments.modes, arguments.threads)
        found |= {f"{arguments.beside}_{mode}": modules for mode, modules in made.items()}
    for mode, modules in found.items():
        write_modules(modules, arguments.output / f"{mode}.npz", arguments.output / f"{mode}.json")
        shares = ", ".join(f"{share:.1%}" for share in removed_share_per_layer(modules, network))
        logging.info("%s: %d modules, removed per layer: %s", mode, len(modules), shares)


if __name__ == "__main__":
    run(main)
