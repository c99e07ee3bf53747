"""Train one model and leave it as Keras file, as arrays, with its history and a record.

Example:
    python scripts/train_model.py --dataset results/demo/datasets/clinc --architecture many_to_one --rnn lstm \
        --layers 1 --epochs 15 --batch-size 128 --output model
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
import argparse
import dataclasses
import logging
import time
from pathlib import Path

import keras
import numpy as np

from rnn_modules.data.dataset import Dataset
from rnn_modules.files.atomic_files import InputError, replacing, write_json
from rnn_modules.files.command_line import add_settings, peak_memory_mib, run, settings_from
from rnn_modules.files.provenance import provenance
from rnn_modules.network import from_keras
from rnn_modules.training.architectures import ArchitectureSettings, build
from rnn_modules.training.fit import (
    TrainingSettings,
    check_architecture,
    evaluation_batch,
    inputs_and_targets,
    sizes_of,
    train,
    write_history,
)

PARITY = 1e-4
"""Largest difference of probabilities between Keras and the arrays that is put down to rounding."""


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", type=Path, required=True, help="folder that prepare_dataset.py wrote")
    parser.add_argument("--output", type=Path, required=True, help="folder of the model")
    add_settings(parser, ArchitectureSettings)
    add_settings(parser, TrainingSettings)
    return parser.parse_args()


def main() -> None:
    """Train, evaluate, and write everything."""
    arguments = parse()
    architecture = settings_from(arguments, ArchitectureSettings)
    training = settings_from(arguments, TrainingSettings)
    dataset = Dataset.load(arguments.dataset)
    check_architecture(architecture.architecture, dataset)
    keras.utils.set_random_seed(training.seed)
    start = time.perf_counter()
    model = build(architecture, sizes_of(dataset))
    history = train(model, dataset, training)
    seconds = time.perf_counter() - start
    network = from_keras(model)
    parity = parity_error(model, network, inputs_and_targets(dataset, "test")[0])
    inputs, targets = inputs_and_targets(dataset, "test")
    test = model.evaluate(inputs, targets, batch_size=evaluation_batch(model), verbose=0, return_dict=True)
    with replacing(arguments.output / "model.keras") as temporary:
        model.save(temporary)
    network.save(arguments.output / "network.npz")
    write_history(arguments.output / "history.csv", history)
    record = {
        "architecture": architecture.architecture,
        "rnn": architecture.rnn,
        "layers": architecture.layers,
        "seed": training.seed,
        "dataset": arguments.dataset.resolve().name,
        "data_source": dataset.metadata["source"],
        "examples": dataset.metadata["examples"],
        "settings": dataclasses.asdict(architecture) | dataclasses.asdict(training),
        "parameters": model.count_params(),
        "validation": validation_metrics(history),
        "test": {name: float(value) for name, value in test.items()},
        "backend": keras.backend.backend(),
        "network_sha256": network.sha256,
        "parity_error": parity,
        "seconds": seconds,
        "peak_memory_mib": peak_memory_mib(),
        "provenance": provenance({"dataset": arguments.dataset / "dataset.npz"}),
    }
    write_json(arguments.output / "record.json", record)
    logging.info("%s-%d: test %s, %.0f s", architecture.rnn, architecture.layers, record["test"], seconds)


def validation_metrics(history: dict[str, list[float]]) -> dict[str, float]:
    """Loss and accuracy on the validation split after the last epoch; of the training split where there is none."""
    prefix = "val_" if "val_loss" in history else ""
    return {name: history[f"{prefix}{name}"][-1] for name in ("loss", "accuracy")} | {"held_out": bool(prefix)}


def parity_error(model: keras.Model, network, inputs, examples: int = 64) -> float:
    """Largest difference of the probabilities of Keras and the arrays on the first test examples.

    Raises:
        InputError: it is more than rounding, so nothing that follows would be about this model.
    """
    few = tuple(part[:examples] for part in inputs) if isinstance(inputs, tuple) else inputs[:examples]
    expected = keras.ops.convert_to_numpy(model(list(few) if isinstance(few, tuple) else few))
    logits = network.logits(few)
    received = np.exp(logits - logits.max(axis=-1, keepdims=True))
    received /= received.sum(axis=-1, keepdims=True)
    valid = network.valid(few)
    difference = np.abs(received - expected)
    error = float((difference if valid is None else difference[valid.T]).max())
    if not error < PARITY:
        raise InputError(f"{model.name}: the arrays' probabilities differ from Keras' by {error:.2e}")
    return error


if __name__ == "__main__":
    run(main)
