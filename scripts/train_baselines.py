"""Train models from scratch on the problems that modules are reused for, one chunk of the run's cases.

Example:
    python scripts/train_baselines.py --experiment intra_reuse --datasets results/demo/datasets/clinc \
        --architecture many_to_one --rnn lstm --layers 4 --cases 10 --chunk 0 --chunks 2 --output baselines.json
"""

import argparse
import dataclasses
from pathlib import Path

import keras

from rnn_modules.architectures import ArchitectureSettings
from rnn_modules.artefacts import write_json
from rnn_modules.baselines import train_baselines
from rnn_modules.commands import add_settings, run, settings_from
from rnn_modules.dataset import Dataset
from rnn_modules.problems import chunk_of_cases, problem_of
from rnn_modules.provenance import peak_memory_mib, provenance
from rnn_modules.training import TrainingSettings


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiment", required=True, choices=("intra_reuse", "inter_reuse", "inter_replacement"))
    parser.add_argument("--datasets", type=Path, nargs="+", required=True, help="one dataset, or an x:1 and an x:N one")
    parser.add_argument("--cases", type=int, help="draw so many cases; without it all")
    parser.add_argument("--chunk", type=int, default=0, help="which chunk of the cases, counted from 0")
    parser.add_argument("--chunks", type=int, default=1, help="number of chunks")
    parser.add_argument("--examples-per-class", type=int, help="train on at most so many of each class; without it all")
    parser.add_argument("--output", type=Path, required=True, help="JSON file of the results")
    add_settings(parser, ArchitectureSettings)
    add_settings(parser, TrainingSettings)
    return parser.parse_args()


def main() -> None:
    """Train, evaluate, write."""
    arguments = parse()
    architecture = settings_from(arguments, ArchitectureSettings)
    training = settings_from(arguments, TrainingSettings)
    datasets = [Dataset.load(folder) for folder in arguments.datasets]
    problem = problem_of(arguments.experiment, datasets, arguments.examples_per_class, training.seed)
    cases = chunk_of_cases(problem, arguments.cases, arguments.chunk, arguments.chunks)
    results = train_baselines(problem, cases, architecture, training)
    record = {
        "experiment": arguments.experiment,
        "settings": dataclasses.asdict(architecture) | dataclasses.asdict(training),
        "examples_per_class": arguments.examples_per_class,
        "cases": results,
        "backend": keras.backend.backend(),
        "peak_memory_mib": peak_memory_mib(),
        "provenance": provenance({folder.name: folder / "dataset.npz" for folder in arguments.datasets}),
    }
    write_json(arguments.output, record)


if __name__ == "__main__":
    run(main)
