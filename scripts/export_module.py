"""Export one module as a plain stand-alone Keras model.

Example:
    python scripts/export_module.py --network model/network.npz --modules model/modules/rolled.npz \
        --class-name banking --output banking.keras
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
import argparse
import logging
from pathlib import Path

from rnn_modules.decomposition.module_files import read_modules
from rnn_modules.decomposition.small_module_files import read_small_modules
from rnn_modules.decomposition.small_modules import AnyModules
from rnn_modules.files.atomic_files import InputError, read_json, replacing
from rnn_modules.files.command_line import parser_of, run
from rnn_modules.network import load_network


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--network", required=True, help="network.npz of the parent")
    parser.add_argument(
        "--modules", type=Path, required=True, help="rolled.npz, unrolled.npz or compact.npz, its manifest beside it"
    )
    parser.add_argument("--class-name", required=True, help="name of the module's dominant class")
    parser.add_argument("--output", type=Path, required=True, help="the Keras model, *.keras")
    return parser.parse_args()


def main() -> None:
    """Export and write the model."""
    arguments = parse()
    if arguments.output.suffix != ".keras":
        raise InputError(f"--output {arguments.output}: give a name that ends in .keras")
    network = load_network(arguments.network)
    manifest = arguments.modules.with_suffix(".json")
    modules: AnyModules
    if "weights_sha256" in read_json(manifest, ("class_names",)):
        modules = read_small_modules(arguments.modules, manifest, network)
    else:
        modules = read_modules(arguments.modules, manifest, network)
    if arguments.class_name not in modules.class_names:
        raise InputError(f"--class-name {arguments.class_name}: choose from {', '.join(modules.class_names)}")
    from rnn_modules.decomposition.export import (
        to_keras,  # Keras takes seconds to import; errors above need not wait for it.
    )

    model = to_keras(network, modules, modules.class_names.index(arguments.class_name))
    with replacing(arguments.output) as temporary:
        model.save(temporary)
    logging.info("%s: %d parameters", arguments.output, model.count_params())


if __name__ == "__main__":
    run(main)
