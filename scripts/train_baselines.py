"""Train models from scratch on the problems that modules are reused for, one chunk of the run's cases.

Example:
    python scripts/train_baselines.py --experiment intra_reuse --datasets results/demo/datasets/clinc \
        --architecture many_to_one --rnn lstm --layers 4 --cases 10 --chunk 0 --chunks 2 --output baselines.json
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
import argparse
import dataclasses
from pathlib import Path

import keras

from rnn_modules.data.dataset import Dataset
from rnn_modules.experiments.reuse_tasks import chunk_of_cases, drawn_cases, problem_of
from rnn_modules.experiments.scratch_training import train_baselines
from rnn_modules.files.atomic_files import sha256_of_arrays, write_arrays, write_json
from rnn_modules.files.command_line import add_settings, peak_memory_mib, run, settings_from, whole_number
from rnn_modules.files.provenance import provenance
from rnn_modules.names import FROM_SCRATCH
from rnn_modules.training.architectures import ArchitectureSettings
from rnn_modules.training.fit import TrainingSettings, check_architecture


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiment", required=True, choices=FROM_SCRATCH)
    parser.add_argument("--datasets", type=Path, nargs="+", required=True, help="one dataset, or an x:1 and an x:N one")
    parser.add_argument("--cases", type=whole_number(1), help="draw so many cases; without it all")
    parser.add_argument("--chunk", type=whole_number(0), default=0, help="which chunk of the cases, counted from 0")
    parser.add_argument("--chunks", type=whole_number(1), default=1, help="number of chunks")
    parser.add_argument(
        "--examples-per-class", type=whole_number(1), help="train on at most so many of each class; without it all"
    )
    parser.add_argument("--output", type=Path, required=True, help="JSON file; the decisions go beside it, as .npz")
    add_settings(parser, ArchitectureSettings)
    add_settings(parser, TrainingSettings)
    return parser.parse_args()


def main() -> None:
    """Train, decide, write."""
    arguments = parse()
    architecture = settings_from(arguments, ArchitectureSettings)
    training = settings_from(arguments, TrainingSettings)
    datasets = [Dataset.load(folder) for folder in arguments.datasets]
    problem = problem_of(arguments.experiment, datasets, arguments.examples_per_class, training.seed)
    check_architecture(architecture.architecture, datasets[0])
    cases = chunk_of_cases(problem, arguments.cases, arguments.chunk, arguments.chunks)
    results = train_baselines(problem, cases, architecture, training)
    decisions = {
        f"{number}/{kind}": answers
        for number, result in enumerate(results)
        for kind, answers in result["decisions"].items()
    }
    record = {
        "experiment": arguments.experiment,
        "settings": dataclasses.asdict(architecture) | dataclasses.asdict(training),
        "examples_per_class": arguments.examples_per_class,
        "drawn": [problem.name(case) for case in drawn_cases(problem, arguments.cases)],
        "cases": [result | {"decisions": list(result["decisions"])} for result in results],
        "decisions_sha256": sha256_of_arrays(decisions),
        "backend": keras.backend.backend(),
        "peak_memory_mib": peak_memory_mib(),
        "provenance": provenance({folder.name: folder / "dataset.npz" for folder in arguments.datasets}),
    }
    write_arrays(arguments.output.with_suffix(".npz"), decisions)
    write_json(arguments.output, record)


if __name__ == "__main__":
    run(main)
