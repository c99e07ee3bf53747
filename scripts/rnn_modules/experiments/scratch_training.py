"""Models trained from scratch on a problem that modules are reused for (paper section V-B2): what reuse saves.

A chunk of cases builds its model once and sets it back to the same initial weights for each case, so that the cost of
building is paid once and a case's result does not depend on the chunk it is in.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Sequence

import keras
import numpy as np

from rnn_modules.experiments.reuse_tasks import Case, Problem
from rnn_modules.training.architectures import ArchitectureSettings, build
from rnn_modules.training.fit import TrainingSettings, compiled, fit, sizes_of

logger = logging.getLogger(__name__)


def train_baselines(
    problem: Problem, cases: Sequence[Case], architecture: ArchitectureSettings, training: TrainingSettings
) -> list[dict]:
    """Train one model per case, and let it decide on the case's test examples.

    Args:
        problem: fixes training and test examples.
        cases: pairs of classes.
        architecture: of the models.
        training: how each is fitted; also the seed.

    Returns:
        Per case: ``name``, ``train_examples``, ``test_sha256`` (which examples it decided on), ``seconds``, and
        ``decisions``, per kind of decision the answers ``(examples, ...)`` int32.
    """
    start = time.perf_counter()
    keras.utils.set_random_seed(training.seed)
    sizes = dataclasses.replace(sizes_of(problem.datasets[0]), outputs=problem.outputs())
    model = compiled(build(architecture, sizes), training)
    model.optimizer.build(model.trainable_variables)
    initial = [
        (variable, keras.ops.convert_to_numpy(variable)) for variable in [*model.variables, *model.optimizer.variables]
    ]
    results = []
    for number, case in enumerate(cases, start=1):
        for variable, value in initial:
            variable.assign(value)
        keras.utils.set_random_seed(training.seed)
        examples = problem.examples(case, "train")
        fit(model, problem.inputs(examples, "train"), examples.labels, training)
        test = problem.examples(case, "test")
        probabilities = model.predict(problem.inputs(test, "test"), batch_size=1024, verbose=0)
        decisions = {kind: answers.astype(np.int32) for kind, answers in problem.decide(probabilities).items()}
        seconds, start = time.perf_counter() - start, time.perf_counter()
        results.append(
            {
                "name": problem.name(case),
                "train_examples": len(examples.labels),
                "test_sha256": test.sha256,
                "seconds": seconds,
                "decisions": decisions,
            }
        )
        logger.info("%d/%d %s: %.0f s", number, len(cases), problem.name(case), seconds)
    return results
