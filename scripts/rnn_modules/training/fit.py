"""Fit a model on a dataset (paper section V-A2): Adam, categorical cross-entropy, no early stopping."""

from __future__ import annotations

import csv
import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np

from rnn_modules.data.dataset import Dataset
from rnn_modules.files.atomic_files import InputError, replacing
from rnn_modules.files.settings import LARGEST_SEED, check_settings, setting
from rnn_modules.training.architectures import DataSizes

Inputs = np.ndarray | tuple[np.ndarray, np.ndarray]
"""``(examples, tokens) int32``; for translation a pair of these, the encoder's and the decoder's."""
History = dict[str, list[float]]
"""Metric -> its value after each epoch."""
MOST_EPOCHS = 10_000


@dataclass(frozen=True)
class TrainingSettings:
    """How a model is fitted.

    Example:
        >>> TrainingSettings(epochs=2, batch_size=16).learning_rate
        0.001
        >>> TrainingSettings(epochs=0)
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: epochs: received 0; use a whole number from 1 to 10,000
    """

    epochs: int = setting(15, "passes over the training examples", least=1, most=MOST_EPOCHS)
    batch_size: int = setting(128, "examples of one gradient step", least=1, most=1_000_000)
    learning_rate: float = setting(0.001, "of Adam; the default is Keras'", least=1e-12, most=100)
    kept_epoch: Literal["last", "best_validation"] = setting(
        "last", "whose weights are kept: the last one's, or those of the epoch with the lowest loss on validation data"
    )
    seed: int = setting(0, "of the initial weights and of the order of the examples", least=0, most=LARGEST_SEED)

    def __post_init__(self) -> None:
        """Check types and ranges; raises :class:`InputError`."""
        check_settings(self)

    def steps(self, examples: int) -> int:
        """Gradient steps of a pass over so many examples."""
        return math.ceil(examples / self.batch_size)

    def kept(self, history: History) -> int:
        """Number of the epoch whose weights are kept, counted from 1."""
        if self.kept_epoch == "last":
            return len(history["loss"])
        return 1 + int(np.argmin(history["val_loss"]))


def check_architecture(architecture: str, dataset: Dataset) -> None:
    """Check that models of an input/output type can be trained on a dataset.

    Raises:
        InputError: the dataset's labels are of another kind.

    Example:
        >>> facts = {"corpus": "toxicity", "input_tokens": 20, "output_timesteps": 3}
        >>> arrays = {"train_labels": np.array([[0, 2, 1], [1, 1, 2]], np.int32)}
        >>> dataset = Dataset(arrays, facts, {"input": [], "target": None})
        >>> check_architecture("one_to_many", dataset)
        >>> check_architecture("many_to_one", dataset)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: architecture: received many_to_one, but dataset toxicity ...
    """
    translation, sequences = dataset.is_translation, not dataset.is_translation and dataset.labels("train").ndim == 2
    each_token = sequences and dataset.metadata["output_timesteps"] == dataset.metadata["input_tokens"]
    fitting = {
        "encoder_decoder": translation,
        "one_to_many": sequences,
        "many_to_many": each_token,
    }.get(architecture, not translation and not sequences)
    if not fitting:
        kind = "translations" if translation else "label sequences" if sequences else "one label per example"
        raise InputError(
            f"architecture: received {architecture}, but dataset {dataset.metadata['corpus']} has {kind} "
            f"({dataset.metadata['output_timesteps']} for {dataset.metadata['input_tokens']} input ids); give the "
            "dataset of such models"
        )


def sizes_of(dataset: Dataset) -> DataSizes:
    """What a dataset fixes of a model's shape.

    Example:
        >>> from rnn_modules.data.corpora.sources import fetch, load
        >>> from rnn_modules.data.dataset import DatasetSettings
        >>> from rnn_modules.data.preparation import prepare
        >>> manifest = fetch("clinc", "synthetic", examples=300)
        >>> sizes_of(prepare(load(manifest), DatasetSettings(input_tokens=8, vocabulary_size=100), manifest))
        DataSizes(input_tokens=8, timesteps=1, vocabulary=100, outputs=10)
    """
    labels = dataset.labels("train")
    if dataset.is_translation:
        timesteps, outputs = dataset.model_inputs("train")[1].shape[1], dataset.metadata["target_vocabulary_size"]
    else:
        timesteps, outputs = labels.shape[1] if labels.ndim == 2 else 1, len(dataset.class_names)
    return DataSizes(dataset.inputs("train").shape[1], timesteps, dataset.metadata["vocabulary_size"], outputs)


def inputs_and_targets(dataset: Dataset, split: str) -> tuple[Inputs, np.ndarray]:
    """What ``fit`` receives: inputs (a pair for translation) and the integer targets.

    Raises:
        InputError: the split has no example.

    Example:
        >>> from rnn_modules.data.corpora.sources import fetch, load
        >>> from rnn_modules.data.dataset import DatasetSettings
        >>> from rnn_modules.data.preparation import prepare
        >>> manifest = fetch("tatoeba", "synthetic", examples=300)
        >>> settings = DatasetSettings(input_tokens=8, target_tokens=10, test_examples=30)
        >>> dataset = prepare(load(manifest), settings, manifest)
        >>> (sources, words), targets = inputs_and_targets(dataset, "test")
        >>> sources.shape, words.shape, targets.shape
        ((30, 8), (30, 9), (30, 9))
    """
    if not len(dataset.inputs(split)):
        raise InputError(f"dataset {dataset.metadata['corpus']}: split {split!r} has no example")
    # The decoder reads all words of a target but the last, and predicts all but the first.
    targets = dataset.targets(split)[:, 1:] if dataset.is_translation else dataset.labels(split)
    return dataset.model_inputs(split), targets


def textbook_adam(learning_rate: float) -> keras.optimizers.Adam:
    """Keras' Adam, of which every step is the textbook's (Kingma and Ba 2015, Algorithm 1) on every backend.

    TensorFlow hands over the gradient of an embedding as one part for each word of a batch. Keras 3 squares these parts
    before it adds them up, so that the second moment of a word that occurs eight times is an eighth of what it is on
    JAX, or was in Keras 2. Here they are added up first. All rows take part in each step, those of absent words too.

    Example:
        >>> optimizer = textbook_adam(0.5)
        >>> type(optimizer).__name__, float(optimizer.learning_rate)
        ('Adam', 0.5)
    """
    # No class of its own, which would stand in every saved model.
    optimizer = keras.optimizers.Adam(learning_rate)
    update_step = optimizer.update_step
    optimizer.update_step = lambda gradient, *others: update_step(_added_up(gradient), *others)
    return optimizer


def _added_up(gradient: Any) -> Any:
    """A gradient as one array, which a sum with parts of one is."""
    return keras.ops.add(gradient, 0.0) if hasattr(gradient, "dense_shape") else gradient


def compiled(model: keras.Model, settings: TrainingSettings) -> keras.Model:
    """``model``, made ready for :func:`fit`: Adam, categorical cross-entropy, accuracy.

    Example:
        >>> from rnn_modules.training.architectures import ArchitectureSettings, build
        >>> model = build(ArchitectureSettings("one_to_one", units=2, embedding=2), DataSizes(1, 1, 3, 2))
        >>> type(compiled(model, TrainingSettings(learning_rate=0.5)).optimizer).__name__
        'Adam'
    """
    # XLA compiles for longer than it saves on networks of this size; JAX without it runs operation by operation.
    model.compile(
        textbook_adam(settings.learning_rate),
        "sparse_categorical_crossentropy",
        metrics=[keras.metrics.SparseCategoricalAccuracy("accuracy")],
        jit_compile=keras.backend.backend() == "jax",
    )
    # Here, and as an object above: TensorFlow traces a step twice that makes variables of the optimizer or of metrics.
    model.optimizer.build(model.trainable_variables)
    return model


def restarting(model: keras.Model) -> Callable[[int], None]:
    """What sets a compiled model back to its present weights, and Keras to a seed, however it is trained in between.

    So one model can be trained again and again from the same start, and the cost of building it is paid once.

    Example:
        >>> from rnn_modules.training.architectures import ArchitectureSettings, build
        >>> settings = TrainingSettings(epochs=1, learning_rate=0.5)
        >>> model = build(ArchitectureSettings("one_to_one", "vanilla", units=2, embedding=2), DataSizes(1, 1, 3, 2))
        >>> restart, inputs, targets = restarting(compiled(model, settings)), np.array([[1]], np.int32), np.array([1])
        >>> losses = []
        >>> for _ in range(2):  # doctest: +ELLIPSIS
        ...     restart(0)
        ...     losses += fit(model, inputs, targets, settings)["loss"]
        1/1...
        >>> losses[0] == losses[1]
        True
    """
    initial = [
        (variable, keras.ops.convert_to_numpy(variable)) for variable in [*model.variables, *model.optimizer.variables]
    ]

    def restart(seed: int) -> None:
        for variable, value in initial:
            variable.assign(value)
        keras.utils.set_random_seed(seed)

    return restart


def fit(
    model: keras.Model,
    inputs: Inputs,
    targets: np.ndarray,
    settings: TrainingSettings,
    validation: tuple[Inputs, np.ndarray] | None = None,
) -> History:
    """Fit a compiled model in place.

    Args:
        model: from :func:`compiled`, with the seed already set.
        inputs: ``(examples, tokens) int32``, or for translation a pair of these.
        targets: ``(examples,)`` or ``(examples, timesteps)`` int32 classes, or words.
        settings: epochs and batch size.
        validation: inputs and targets whose metrics enter the history, or None.

    Returns:
        The history: one list per metric, one value per epoch.

    Raises:
        InputError: the training diverged (a loss that is not finite), or the epoch cannot be chosen without validation.

    Example:
        >>> from rnn_modules.training.architectures import ArchitectureSettings, build
        >>> settings = TrainingSettings(epochs=3)
        >>> model = build(ArchitectureSettings("one_to_one", "vanilla", units=2, embedding=2), DataSizes(1, 1, 3, 2))
        >>> inputs, targets = np.array([[1], [2]], np.int32), np.array([0, 1], np.int32)
        >>> history = fit(compiled(model, settings), inputs, targets, settings)  # doctest: +ELLIPSIS
        Epoch 1/3...
        >>> history["loss"][2] < history["loss"][0], len(history["accuracy"])
        (True, 3)
    """
    options = {"batch_size": settings.batch_size, "validation_batch_size": evaluation_batch(model)}
    return run_fit(model, settings, x=inputs, y=targets, validation_data=validation, **options)


def run_fit(model: keras.Model, settings: TrainingSettings, **data: Any) -> History:
    """Keras' ``fit`` with the callbacks and checks of all trainings.

    Args:
        model: compiled.
        settings: epochs, and which one is kept.
        **data: arguments of ``fit`` that say what is learnt from; ``validation_data`` may be None.

    Raises:
        InputError: see :func:`fit`.

    Example:
        >>> settings = TrainingSettings(epochs=1, kept_epoch="best_validation")
        >>> run_fit(None, settings, validation_data=None)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: kept_epoch: received best_validation, but there is no validation ...
    """
    if data["validation_data"] is None and settings.kept_epoch == "best_validation":
        raise InputError(
            "kept_epoch: received best_validation, but there is no validation split; use a validation_share above 0, "
            "or kept_epoch: last"
        )
    verbose = 1 if sys.stderr.isatty() else 2
    history = model.fit(epochs=settings.epochs, callbacks=_keeping(settings), verbose=verbose, **data).history
    if not np.isfinite(history["loss"]).all():
        raise InputError(
            f"training of {model.name} diverged: losses {history['loss']}; lower learning_rate "
            f"(now {settings.learning_rate})"
        )
    return {name: [float(value) for value in values] for name, values in history.items()}


def _keeping(settings: TrainingSettings) -> list[keras.callbacks.Callback]:
    """What gives a model the weights of the epoch to keep; it stops at none."""
    if settings.kept_epoch == "last":
        return []
    return [keras.callbacks.EarlyStopping("val_loss", patience=settings.epochs, restore_best_weights=True)]


def evaluation_batch(model: keras.Model) -> int:
    """Examples at once where nothing is learnt: 1,024, or as many as have 2^25 probabilities (of words) together.

    Example:
        >>> from rnn_modules.training.architectures import ArchitectureSettings, build
        >>> settings = ArchitectureSettings("encoder_decoder", "vanilla", units=2, embedding=2)
        >>> [evaluation_batch(build(settings, DataSizes(10, 19, 30, words))) for words in (300, 30_000)]
        [1024, 58]
    """
    return max(1, min(1024, 2**25 // math.prod(model.output_shape[1:])))


def write_history(path: str | os.PathLike, history: History) -> None:
    """Write a training history as CSV, one row per epoch.

    Example:
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_history(f"{folder}/history.csv", {"loss": [1.5, 0.75], "accuracy": [0.5, 1.0]})
        ...     pathlib.Path(folder, "history.csv").read_text().split()
        ['epoch,loss,accuracy', '1,1.5,0.5', '2,0.75,1.0']
    """
    names = list(history)
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["epoch", *names])
        writer.writerows([epoch, *values] for epoch, values in enumerate(zip(*history.values(), strict=True), start=1))
