"""How much work a job is, from sizes alone: what the estimates of ``plan_run.py`` are scaled by. Needs no Keras.

Three quantities cause nearly all of a job's time beside its start: recurrent steps that wait for one another,
multiply-adds, and parameters that the optimizer visits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.data.dataset import read_metadata
from rnn_modules.files.atomic_files import InputError, read_json
from rnn_modules.files.checked_json import RecordReader

TRAININGS = ("train_model", "train_baselines")
"""The rules that train."""
GATES = {"lstm": 4, "gru": 3, "vanilla": 1, "relu": 1}


@dataclass(frozen=True)
class Work:
    """The work of one job.

    Attributes:
        sequential_steps: recurrent steps one after another: gradient steps x layers x timesteps.
        multiply_adds: of all forward passes; what training adds backwards is part of the cost of one.
        parameter_updates: gradient steps x parameters.
    """

    sequential_steps: int = 0
    multiply_adds: int = 0
    parameter_updates: int = 0

    def __add__(self, other: Work) -> Work:
        return Work(
            self.sequential_steps + other.sequential_steps,
            self.multiply_adds + other.multiply_adds,
            self.parameter_updates + other.parameter_updates,
        )


@dataclass(frozen=True)
class DatasetSizes:
    """What of a dataset decides how much work its models are.

    Attributes:
        train: training examples.
        test: test examples.
        classes: classes without padding; target languages for translation.
        per_class: training examples of a class, on average.
        input_tokens: ids per input.
        output_timesteps: labels per example; ids per target for translation.
        vocabulary: ids of the input vocabulary.
        outputs: output nodes of a model.
    """

    train: int
    test: int
    classes: int
    per_class: int
    input_tokens: int
    output_timesteps: int
    vocabulary: int
    outputs: int

    @property
    def is_translation(self) -> bool:
        """Whether the outputs are words and not classes (and padding)."""
        return self.outputs > self.classes + 1

    @classmethod
    def of(cls, metadata: dict) -> DatasetSizes:
        """Sizes of a prepared dataset, from ``dataset.json``."""
        examples, names = metadata["examples"], metadata["class_names"]
        real = [name for name in names if name != "padding"]
        # Of label sequences every position is counted; an example contains a class once at most.
        counts = [min(metadata["counts"]["train"].get(name, 0), examples["train"]) for name in real]
        return cls(
            train=examples["train"],
            test=examples["test"],
            classes=len(real),
            per_class=round(sum(counts) / len(real)),
            input_tokens=metadata["input_tokens"],
            output_timesteps=metadata["output_timesteps"],
            vocabulary=metadata["vocabulary_size"],
            outputs=metadata.get("target_vocabulary_size") or len(names),
        )


def read_dataset_sizes(path: Path) -> tuple[dict, DatasetSizes]:
    """The content of a ``dataset.json`` and the sizes in it.

    Raises:
        InputError: the file is missing or damaged.
    """
    metadata = read_metadata(path)
    reader = RecordReader(path, metadata)
    reader.inner("counts", metadata["counts"], ("train",))
    reader.mapping("settings", metadata.get("settings"))
    if metadata["class_names"] == ["padding"]:
        reader.fail("class_names", "a class beside padding", metadata["class_names"])
    return metadata, DatasetSizes.of(metadata)


SETTINGS = ("architecture", "rnn", "layers", "units", "embedding", "epochs", "batch_size")
"""Of a training: what decides how much work it is."""


def read_training(path: Path, *keys: str) -> dict:
    """A record of training: ``settings`` with at least :data:`SETTINGS`, and ``keys``.

    Raises:
        InputError: the file is missing or damaged, or a setting is missing or out of range.
    """
    record = read_json(path, ("settings", "provenance", *keys))
    reader = RecordReader(path, record)
    reader.mapping("provenance", record["provenance"])
    settings = reader.inner("settings", record["settings"], SETTINGS)
    settings.name("architecture")
    settings.choice("rnn", GATES)
    settings.layers("layers", settings.value["layers"])
    for name in SETTINGS[3:]:
        settings.whole(name, settings.value[name], least=1)
    return record


@dataclass(frozen=True)
class ModelSizes:
    """What of a model decides how much work it is."""

    architecture: str
    rnn: str
    layers: int
    units: int
    embedding: int
    dataset: DatasetSizes

    def recurrences(self) -> list[tuple[int, int]]:
        """Timesteps and width of the input of each stack of recurrent layers."""
        data = self.dataset
        if self.architecture == "encoder_decoder":
            return [(data.input_tokens, self.embedding), (data.output_timesteps - 1, self.embedding)]
        if self.architecture.startswith("one_to_"):
            return [(data.output_timesteps, data.input_tokens * self.embedding)]
        return [(data.input_tokens, self.embedding)]

    def output_steps(self) -> int:
        """How often the output layer is applied to one example."""
        if self.architecture == "encoder_decoder":
            return self.dataset.output_timesteps - 1
        return self.dataset.output_timesteps

    def words(self) -> int:
        """Rows of all embeddings."""
        return self.dataset.vocabulary + (self.dataset.outputs if self.architecture == "encoder_decoder" else 0)

    def projected_words(self) -> int:
        """Numbers that words send to the gates that read them one by one, for each word once."""
        return 0 if self.architecture.startswith("one_to_") else self.words() * self.units * GATES[self.rnn]

    def kernel_weights(self, width: int) -> int:
        """Weights of a stack of recurrent layers whose input has this width, without biases."""
        own = self.units * GATES[self.rnn]
        return own * (width + self.units) + (self.layers - 1) * own * 2 * self.units

    def sequential_steps(self) -> int:
        """Recurrent steps of one forward pass that wait for one another."""
        return self.layers * sum(timesteps for timesteps, _ in self.recurrences())

    def multiply_adds(self) -> int:
        """Of one forward pass of one example."""
        recurrent = sum(timesteps * self.kernel_weights(width) for timesteps, width in self.recurrences())
        return recurrent + self.output_steps() * self.units * self.dataset.outputs

    def parameters(self) -> int:
        """Parameters, embeddings and biases among them."""
        biases = len(self.recurrences()) * self.layers * self.units * GATES[self.rnn]
        kernels = sum(self.kernel_weights(width) for _, width in self.recurrences())
        return self.words() * self.embedding + kernels + biases + (self.units + 1) * self.dataset.outputs


def training_work(model: ModelSizes, examples: int, epochs: int, batch_size: int) -> Work:
    """Fitting a model once."""
    steps = epochs * math.ceil(examples / batch_size)
    return Work(
        sequential_steps=steps * model.sequential_steps(),
        multiply_adds=epochs * examples * model.multiply_adds(),
        parameter_updates=steps * model.parameters(),
    )


def analysis_work(models: Iterable[ModelSizes], passes: int = 1) -> Work:
    """Running every module of some models over their test splits.

    Jobs that decompose or evaluate do about as much, or a multiple that is the same for all jobs of a rule.

    Args:
        models: whose modules.
        passes: how often.
    """
    each = sum(model.dataset.test * model.dataset.classes * model.multiply_adds() for model in models)
    return Work(multiply_adds=passes * each)


def baseline_examples(experiment: str, datasets: list[DatasetSizes], examples_per_class: int | None) -> int:
    """Training examples of one case of reuse or replacement, at most (see :mod:`rnn_modules.experiments.reuse_tasks`).

    Raises:
        InputError: there is no such experiment.
    """
    first = datasets[0]
    per_class = min(first.per_class, examples_per_class or first.per_class)
    if experiment in ("intra_reuse", "inter_reuse"):
        return 2 * per_class
    if experiment == "inter_replacement":
        return first.classes * per_class
    raise InputError(f"experiment: received {experiment!r}; expected intra_reuse, inter_reuse or inter_replacement")


def possible_cases(experiment: str, datasets: list[DatasetSizes]) -> int:
    """Pairs of classes that an experiment can draw from."""
    if experiment == "intra_reuse":
        return math.comb(datasets[0].classes, 2)
    return math.prod(dataset.classes for dataset in datasets)
