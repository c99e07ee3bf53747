"""Compare a model with the composition of its modules (RQ1) and write the result as a record.

Example:
    python scripts/evaluate_decomposition.py --model model --dataset results/demo/datasets/clinc \
        --modules model/modules --modes rolled unrolled --run demo --preset paper --output model/decomposition_cost.json
"""

import argparse
import dataclasses
import logging
from pathlib import Path

from rnn_modules.artefacts import InputError, read_json, write_json
from rnn_modules.commands import run
from rnn_modules.dataset import Dataset
from rnn_modules.experiments.decomposition_cost import decomposition_cost
from rnn_modules.module import MODES, Modules
from rnn_modules.network import load_network
from rnn_modules.provenance import provenance


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder that train_model.py wrote")
    parser.add_argument("--dataset", type=Path, required=True, help="folder of the model's dataset")
    parser.add_argument("--modules", type=Path, required=True, help="folder that decompose_model.py wrote")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--modes", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--run", required=True, help="name of the run, for the record")
    parser.add_argument("--preset", required=True, help="preset that the modules were made with, for the record")
    parser.add_argument("--output", type=Path, required=True, help="the record, JSON")
    return parser.parse_args()


def main() -> None:
    """Evaluate and write the record."""
    arguments = parse()
    files = {"model_record": arguments.model / "record.json", "network": arguments.model / "network.npz"}
    model = read_json(files["model_record"], ("architecture", "rnn", "layers", "seed", "network_sha256"))
    network = load_network(files["network"])
    if network.sha256 != model["network_sha256"]:
        raise InputError(f"{files['network']}: not the network of {files['model_record']}; train the model again")
    dataset = Dataset.load(arguments.dataset)
    modules = {}
    for mode in arguments.modes:
        files[mode] = arguments.modules / f"{mode}.npz"
        modules[mode] = Modules.load(files[mode], files[mode].with_suffix(".json"), network)
    result = decomposition_cost(network, dataset, modules, threads=arguments.threads)
    record = {
        "experiment": "decomposition_cost",
        "run": arguments.run,
        **{name: model[name] for name in ("architecture", "dataset", "data_source", "rnn", "layers", "seed")},
        "examples": dataset.metadata["examples"] | {"evaluated": result.pop("examples_evaluated")},
        "preset": arguments.preset,
        "parameters": dataclasses.asdict(next(iter(modules.values())).parameters),
        **result,
        "provenance": provenance(files | {"dataset": arguments.dataset / "dataset.npz"}),
    }
    write_json(arguments.output, record)
    for mode, scores in record["modes"].items():
        logging.info("%s: Jaccard index %.3f, %s", mode, scores["jaccard"], scores["composed"][scores["head"]])


if __name__ == "__main__":
    run(main)
