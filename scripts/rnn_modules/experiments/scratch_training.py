"""Models trained from scratch on a problem that modules are reused for (paper section V-B2): what reuse saves.

A chunk of cases builds its model once and sets it back to the same initial weights for each case, so that the cost of
building is paid once and a case's result does not depend on the chunk it is in.
"""

from __future__ import annotations

import dataclasses
import logging
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from rnn_modules.data.dataset import Dataset
from rnn_modules.experiments.reuse_kinds import problem_of
from rnn_modules.experiments.reuse_tasks import Case, Problem, chunk_of_cases, drawn_cases
from rnn_modules.files.atomic_files import sha256_of_arrays, write_arrays, write_json
from rnn_modules.files.command_line import peak_memory_mib
from rnn_modules.files.provenance import provenance
from rnn_modules.names import Rates, TrainingLength
from rnn_modules.training.architectures import ArchitectureSettings, build
from rnn_modules.training.fit import (
    MOST_EPOCHS,
    TrainingSettings,
    check_architecture,
    compiled,
    fit,
    restarting,
    sizes_of,
)

logger = logging.getLogger(__name__)


def train_baselines(
    problem: Problem,
    cases: Sequence[Case],
    architecture: ArchitectureSettings,
    training: TrainingSettings,
    length: TrainingLength = "parent_steps",
) -> list[dict]:
    """Train one model per case, and let it decide on the case's test examples.

    Args:
        problem: fixes training and test examples.
        cases: pairs of classes.
        architecture: of the models.
        training: how each is fitted; also the seed.
        length: whether ``training`` has the epochs of each, or those of a model of the whole first dataset that each
            takes at least as many gradient steps as.

    Returns:
        Per case: ``name``, ``train_examples``, ``train_steps``, ``test_sha256`` (which examples it decided on),
        ``seconds``, and ``decisions``, per kind of decision the answers ``(examples, ...)`` int32.

    Example:
        >>> from support.made_up_models import made_up_problem
        >>> problem = made_up_problem("one_output", examples_per_class=3)
        >>> architecture = ArchitectureSettings("many_to_one", "vanilla", units=2, embedding=2)
        >>> training = TrainingSettings(epochs=2, batch_size=8)
        >>> trained = train_baselines(problem, problem.cases()[:1], architecture, training)  # doctest: +ELLIPSIS
        Epoch 1/10...
        >>> trained[0]["name"], trained[0]["train_examples"], trained[0]["train_steps"], list(trained[0]["decisions"])
        ('red + green', 6, 10, ['pair'])
    """
    start = time.perf_counter()
    keras.utils.set_random_seed(training.seed)
    sizes = dataclasses.replace(sizes_of(problem.datasets[0]), outputs=problem.outputs())
    model = compiled(build(architecture, sizes), training)
    restart = restarting(model)
    parent_examples = len(problem.datasets[0].labels("train"))
    results = []
    for number, case in enumerate(cases, start=1):
        restart(training.seed)
        examples = problem.examples(case, "train")
        passes = training
        if length == "parent_steps":
            passes = as_many_steps(training, parent_examples, len(examples.labels))
        passes, validation = _validated(problem, case, passes)
        fit(model, problem.inputs(examples, "train"), examples.labels, passes, validation)
        test = problem.examples(case, "test")
        probabilities = model.predict(problem.inputs(test, "test"), batch_size=1024, verbose=0)
        decisions = {kind: answers.astype(np.int32) for kind, answers in problem.decide(probabilities).items()}
        seconds, start = time.perf_counter() - start, time.perf_counter()
        results.append(
            {
                "name": problem.name(case),
                "train_examples": len(examples.labels),
                "train_steps": passes.epochs * passes.steps(len(examples.labels)),
                "test_sha256": test.sha256,
                "seconds": seconds,
                "decisions": decisions,
            }
        )
        logger.info("%d/%d %s: %.0f s", number, len(cases), problem.name(case), seconds)
    return results


def as_many_steps(training: TrainingSettings, parent_examples: int, examples: int) -> TrainingSettings:
    """Settings of at least as many gradient steps on some examples as a parent's on its own; whole epochs.

    Example:
        >>> as_many_steps(TrainingSettings(epochs=5, batch_size=32), parent_examples=1000, examples=70).epochs
        54
    """
    steps = training.epochs * training.steps(parent_examples)
    return dataclasses.replace(training, epochs=min(MOST_EPOCHS, math.ceil(steps / training.steps(examples))))


def _validated(
    problem: Problem, case: Case, training: TrainingSettings
) -> tuple[TrainingSettings, tuple[np.ndarray, np.ndarray] | None]:
    """Validation examples, where the epoch is chosen by them; rare classes may have none, whose last epoch is kept."""
    if training.kept_epoch == "last":
        return training, None
    if not problem.occurs(case, "validation"):
        logger.info("%s: a class has no validation example, so the last epoch is kept", problem.name(case))
        return dataclasses.replace(training, kept_epoch="last"), None
    examples = problem.examples(case, "validation")
    return training, (problem.inputs(examples, "validation"), examples.labels)


class Draw(NamedTuple):
    """Which cases a job trains models for, on how many examples, and for how long.

    Attributes:
        cases: number of cases drawn; None takes all.
        chunk: which chunk of them, counted from 0.
        chunks: number of chunks.
        examples_per_class: limit of the training examples of a class; None for no limit.
        rates: how often each class occurs among them.
        length: of the training.

    Example:
        >>> from support.made_up_models import made_up_problem
        >>> draw = Draw(cases=None, chunk=0, chunks=2, examples_per_class=800)
        >>> chunk_of_cases(made_up_problem("one_output"), draw.cases, draw.chunk, draw.chunks)
        [(0, 1), (1, 2)]
    """

    cases: int | None
    chunk: int
    chunks: int
    examples_per_class: int | None
    rates: Rates = "natural"
    length: TrainingLength = "parent_steps"


def write_scratch_models(
    experiment: str,
    folders: Sequence[Path],
    architecture: ArchitectureSettings,
    training: TrainingSettings,
    draw: Draw,
    output: Path,
) -> None:
    """Train the models of a chunk of cases, and write their record (JSON) and, beside it, their decisions (.npz).

    Args:
        experiment: one of :data:`rnn_modules.names.FROM_SCRATCH`.
        folders: of one dataset, or of an x:1 and an x:N one.
        architecture: of the models.
        training: how each is fitted; also the seed.
        draw: which cases, and how many examples.
        output: the JSON file.

    Raises:
        InputError: a dataset is missing, damaged, or does not fit the experiment or the architecture.

    Example:
        >>> import tempfile
        >>> from support.made_up_models import one_output_dataset
        >>> architecture = ArchitectureSettings("many_to_one", "vanilla", units=2, embedding=2)
        >>> training, draw = TrainingSettings(epochs=2), Draw(cases=1, chunk=0, chunks=1, examples_per_class=None)
        >>> with tempfile.TemporaryDirectory() as folder:  # doctest: +ELLIPSIS
        ...     data, output = Path(folder, "clinc"), Path(folder, "baselines", "0.json")
        ...     one_output_dataset().save(data)
        ...     write_scratch_models("intra_reuse", [data], architecture, training, draw, output)
        ...     sorted(path.name for path in output.parent.iterdir())
        Epoch 1/...
        ['0.json', '0.npz']
    """
    datasets = [Dataset.load(folder) for folder in folders]
    problem = problem_of(experiment, datasets, draw.examples_per_class, training.seed, draw.rates)
    check_architecture(architecture.architecture, datasets[0])
    cases = chunk_of_cases(problem, draw.cases, draw.chunk, draw.chunks)
    results = train_baselines(problem, cases, architecture, training, draw.length)
    decisions = {
        f"{number}/{kind}": answers
        for number, result in enumerate(results)
        for kind, answers in result["decisions"].items()
    }
    record = {
        "experiment": experiment,
        "settings": dataclasses.asdict(architecture) | dataclasses.asdict(training),
        "examples_per_class": draw.examples_per_class,
        "rates": draw.rates,
        "training_length": draw.length,
        "drawn": [problem.name(case) for case in drawn_cases(problem, draw.cases)],
        "cases": [result | {"decisions": list(result["decisions"])} for result in results],
        "decisions_sha256": sha256_of_arrays(decisions),
        "backend": keras.backend.backend(),
        "peak_memory_mib": peak_memory_mib(),
        "provenance": provenance({folder.name: folder / "dataset.npz" for folder in folders}),
    }
    write_arrays(output.with_suffix(".npz"), decisions)
    write_json(output, record)
