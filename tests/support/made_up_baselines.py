"""What models from scratch that always answer with the first label would have left."""

from pathlib import Path

import numpy as np

from rnn_modules.experiments.reuse_tasks import Problem, drawn_cases
from rnn_modules.experiments.scratch_models import Baseline, TrainedBaselines
from rnn_modules.files.atomic_files import sha256_of_arrays, write_arrays, write_json


def baselines_of(problem: Problem, number: int | None = None) -> TrainedBaselines:
    models = []
    for case in drawn_cases(problem, number):
        examples = problem.examples(case, "test")
        decisions = {kind: np.zeros_like(examples.labels) for kind in problem.judged(examples.labels)}
        models.append(Baseline(problem.name(case), 1, 2, examples.sha256, decisions))
    return TrainedBaselines(problem.examples_per_class, problem.rates, 0, tuple(models))


def save_chunk(path: Path, experiment: str, baselines: TrainedBaselines, chunk: slice = slice(None)) -> None:
    """Files of ``train_baselines.py``: all of the cases were drawn, those of the chunk were trained."""
    models = baselines.models[chunk]
    arrays = {
        f"{number}/{kind}": answers for number, model in enumerate(models) for kind, answers in model.decisions.items()
    }
    write_arrays(path.with_suffix(".npz"), arrays)
    record = {
        "experiment": experiment,
        "settings": {"seed": baselines.seed},
        "examples_per_class": baselines.examples_per_class,
        "rates": baselines.rates,
        "training_length": "parent_steps",
        "drawn": [model.name for model in baselines.models],
        "cases": [vars(model) | {"decisions": list(model.decisions)} for model in models],
        "decisions_sha256": sha256_of_arrays(arrays),
    }
    write_json(path, record)
