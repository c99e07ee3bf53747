"""From a dataset to the files of a trained model: Keras file, arrays, history and record."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import keras
import numpy as np

from rnn_modules.data.dataset import Dataset
from rnn_modules.files.atomic_files import InputError, replacing, write_json
from rnn_modules.files.command_line import peak_memory_mib
from rnn_modules.files.provenance import provenance
from rnn_modules.network import ArrayNetwork
from rnn_modules.network.from_keras import from_keras
from rnn_modules.training.architectures import ArchitectureSettings, build
from rnn_modules.training.fit import (
    History,
    TrainingSettings,
    check_architecture,
    compiled,
    evaluation_batch,
    fit,
    inputs_and_targets,
    sizes_of,
    write_history,
)
from rnn_modules.training.translation import at_words, batches_of, fit_translation

PARITY = 1e-4
"""Largest difference of probabilities between Keras and the arrays that is put down to rounding."""


def train_model(folder: Path, architecture: ArchitectureSettings, training: TrainingSettings, output: Path) -> dict:
    """Train one model and write its files.

    Args:
        folder: of the dataset.
        architecture: what is built.
        training: how it is fitted; also the seed.
        output: folder of the model.

    Returns:
        The record that was written.

    Raises:
        InputError: the dataset is missing, damaged or does not fit, or the arrays differ from Keras' model.

    Example:
        >>> import tempfile
        >>> from rnn_modules.data.corpora.sources import fetch, load
        >>> from rnn_modules.data.dataset import DatasetSettings
        >>> from rnn_modules.data.preparation import prepare
        >>> manifest = fetch("clinc", "synthetic", examples=300)
        >>> architecture = ArchitectureSettings("many_to_one", "vanilla", units=4, embedding=3)
        >>> with tempfile.TemporaryDirectory() as folder:  # doctest: +ELLIPSIS
        ...     data, model = Path(folder, "clinc"), Path(folder, "model")
        ...     prepare(load(manifest), DatasetSettings(input_tokens=8), manifest).save(data)
        ...     record = train_model(data, architecture, TrainingSettings(epochs=2), model)
        ...     record["dataset"], record["parameters"], sorted(path.name for path in model.iterdir())
        Epoch 1/2...
        ('clinc', ..., ['history.csv', 'model.keras', 'network.npz', 'record.json'])
    """
    dataset = Dataset.load(folder)
    check_architecture(architecture.architecture, dataset)
    keras.utils.set_random_seed(training.seed)
    start = time.perf_counter()
    model = build(architecture, sizes_of(dataset))
    fitted, history = train(model, dataset, training)
    seconds = time.perf_counter() - start
    network = from_keras(model)
    parity = parity_error(model, network, inputs_and_targets(dataset, "test")[0])
    test = evaluate(fitted, dataset, training)
    with replacing(output / "model.keras") as temporary:
        model.save(temporary)
    network.save(output / "network.npz")
    write_history(output / "history.csv", history)
    record = {
        "architecture": architecture.architecture,
        "rnn": architecture.rnn,
        "layers": architecture.layers,
        "seed": training.seed,
        "dataset": folder.resolve().name,
        "data_source": dataset.metadata["source"],
        "examples": dataset.metadata["examples"],
        "settings": dataclasses.asdict(architecture) | dataclasses.asdict(training),
        "parameters": model.count_params(),
        "kept_epoch": training.kept(history),
        "validation": validation_metrics(history, training.kept(history)),
        "test": test,
        "backend": keras.backend.backend(),
        "network_sha256": network.sha256,
        "parity_error": parity,
        "seconds": seconds,
        "peak_memory_mib": peak_memory_mib(),
        "provenance": provenance({"dataset": folder / "dataset.npz"}),
    }
    write_json(output / "record.json", record)
    return record


def train(model: keras.Model, dataset: Dataset, settings: TrainingSettings) -> tuple[keras.Model, History]:
    """Compile ``model`` and fit it on the dataset's training split; its validation split, if any, is watched.

    Returns:
        What was fitted: the model, or of a translation model one that shares its layers and says words alone, see
        :mod:`rnn_modules.training.translation`; and the history.

    Example:
        >>> arrays = {"train_inputs": np.array([[1], [2]], np.int32), "train_labels": np.array([0, 1], np.int32)}
        >>> facts = {"corpus": "math_qa", "class_names": ["gain", "other"], "vocabulary_size": 3}
        >>> dataset = Dataset(arrays, facts, {"input": ["", "[UNK]", "how"], "target": None})
        >>> model = build(ArchitectureSettings("one_to_one", "vanilla", units=2, embedding=2), sizes_of(dataset))
        >>> fitted, history = train(model, dataset, TrainingSettings(epochs=2))  # doctest: +ELLIPSIS
        Epoch 1/2...
        >>> fitted is model, sorted(history)
        (True, ['accuracy', 'loss'])
    """
    examples = inputs_and_targets(dataset, "train")
    validation = inputs_and_targets(dataset, "validation") if "validation_inputs" in dataset.arrays else None
    compiled(model, settings)
    if dataset.is_translation:
        trained = at_words(model, model.optimizer)
        return trained, fit_translation(trained, examples, settings, validation)
    return model, fit(model, *examples, settings, validation)


def evaluate(fitted: keras.Model, dataset: Dataset, settings: TrainingSettings) -> dict[str, float]:
    """Loss and accuracy on the test split, of words where it is a translation.

    Args:
        fitted: from :func:`train`, whose compiled steps are used again.
        dataset: the dataset.
        settings: of the batches of sentences.

    Example:
        >>> from rnn_modules.training.architectures import DataSizes
        >>> arrays = {"test_inputs": np.array([[1], [2]], np.int32), "test_labels": np.array([0, 1], np.int32)}
        >>> facts = {"corpus": "math_qa", "class_names": ["gain", "other"], "vocabulary_size": 3}
        >>> dataset = Dataset(arrays, facts, {"input": ["", "[UNK]", "how"], "target": None})
        >>> settings = ArchitectureSettings("one_to_one", "vanilla", units=2, embedding=2)
        >>> model = compiled(build(settings, DataSizes(1, 1, 3, 2)), TrainingSettings())
        >>> sorted(evaluate(model, dataset, TrainingSettings()))
        ['accuracy', 'loss']
    """
    inputs, targets = inputs_and_targets(dataset, "test")
    if dataset.is_translation:
        found = fitted.evaluate(batches_of((inputs, targets), settings), verbose=0, return_dict=True)
    else:
        size = evaluation_batch(fitted)
        found = fitted.evaluate(inputs, targets, batch_size=size, verbose=0, return_dict=True)
    return {name: float(value) for name, value in found.items()}


def validation_metrics(history: dict[str, list[float]], epoch: int) -> dict[str, float]:
    """Loss and accuracy on the validation split after an epoch, counted from 1; of the training split where none is.

    Example:
        >>> trained = {"loss": [0.9, 0.4], "accuracy": [0.5, 0.8]}
        >>> validation_metrics(trained | {"val_loss": [1.0, 0.7], "val_accuracy": [0.4, 0.6]}, epoch=2)
        {'loss': 0.7, 'accuracy': 0.6, 'held_out': True}
    """
    prefix = "val_" if "val_loss" in history else ""
    found = {name: history[f"{prefix}{name}"][epoch - 1] for name in ("loss", "accuracy")}
    return found | {"held_out": bool(prefix)}


def parity_error(model: keras.Model, network: ArrayNetwork, inputs, examples: int = 64) -> float:
    """Largest difference of the probabilities of Keras and the arrays on the first test examples.

    Raises:
        InputError: it is more than rounding, so nothing that follows would be about this model.

    Example:
        >>> from rnn_modules.training.architectures import DataSizes
        >>> model = build(ArchitectureSettings("many_to_one", units=4, embedding=3), DataSizes(6, 1, 30, 8))
        >>> inputs = np.arange(12, dtype=np.int32).reshape(2, 6)
        >>> parity_error(model, from_keras(model), inputs) < PARITY
        True
        >>> other = build(ArchitectureSettings("many_to_one", units=4, embedding=3), DataSizes(6, 1, 30, 8))
        >>> parity_error(other, from_keras(model), inputs)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: many_to_one: the arrays' probabilities differ from Keras' by ...
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
