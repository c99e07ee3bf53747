"""RQ2, and RQ3 between I/O types: modules that solve a problem they were not cut for (paper sections V-B2 and V-B3).

Modules, the undecomposed parents, models trained from scratch and a constant predictor are judged on the same examples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from rnn_modules.decomposition.composition import calibrate, module_odds, parent_odds
from rnn_modules.decomposition.masks import whole_modules
from rnn_modules.decomposition.small_modules import AnyModules
from rnn_modules.experiments.metrics import classification_metrics
from rnn_modules.experiments.reuse_kinds import problem_of
from rnn_modules.experiments.reuse_tasks import Case, Examples, Problem
from rnn_modules.experiments.scratch_models import TrainedBaselines
from rnn_modules.experiments.trained_model import TrainedModel, common_facts
from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.provenance import provenance
from rnn_modules.names import HEADS

Odds = dict[str, list[list[np.ndarray]]]
"""Head -> per model and dataset, ``(modules, test examples, ...)``."""


def compare_with_baselines(
    problem: Problem,
    models: Sequence[TrainedModel],
    modules: Mapping[str, Sequence[AnyModules]],
    baselines: TrainedBaselines,
    threads: int = 1,
) -> list[dict]:
    """Judge everything on the test examples of the cases that the baselines were trained for.

    Args:
        problem: fixes examples and decisions.
        models: one per dataset of the problem.
        modules: per mode, the modules of each model.
        baselines: of the models trained from scratch.
        threads: for the modules' products.

    Returns:
        Rows of a result record, by case.

    Raises:
        InputError: a baseline is of an unknown case, or decided on other examples.

    Example:
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> from rnn_modules.experiments.trained_model import decompose_trained
        >>> from support.made_up_baselines import baselines_of
        >>> from support.made_up_models import classifier_model
        >>> model = classifier_model()
        >>> problem = problem_of("intra_reuse", [model.dataset], examples_per_class=None, seed=0)
        >>> part = decompose_trained(model.network, model.dataset, DecompositionParameters(), ["rolled"])["rolled"]
        >>> rows = compare_with_baselines(problem, [model], {"rolled": [part]}, baselines_of(problem, 2))
        >>> sorted({row["case"] for row in rows}), sorted({row["predictor"] for row in rows})
        (['green + blue', 'green + grey'], ['baseline', 'constant', 'modules', 'parent'])
    """
    composed = {mode: _module_odds(models, parts, threads) for mode, parts in modules.items()}
    parents = _parent_odds(models)
    logits = [
        [np.moveaxis(model.classifier.logits(inputs), -1, 0) for inputs in _test_inputs(models)] for model in models
    ]
    cases = {problem.name(case): case for case in problem.cases()}
    rows = []
    for baseline in baselines.models:
        if baseline.name not in cases:
            raise InputError(f"baselines: unknown case {baseline.name!r}; train them again")
        case = cases[baseline.name]
        test = problem.examples(case, "test")
        shapes = {kind: answers.shape for kind, answers in baseline.decisions.items()}
        if test.sha256 != baseline.test_sha256 or shapes != dict.fromkeys(
            problem.judged(test.labels), test.labels.shape
        ):
            raise InputError(f"baselines: {baseline.name!r} decided on other test examples; train them again")

        def judge(decisions: dict[str, np.ndarray], case: Case = case, test: Examples = test, **described):
            return metric_rows(problem, case, test.labels, decisions, **described)

        for mode, odds in composed.items():
            for head, by_model in odds.items():
                yes_from = [part.yes_from(head) for part in modules[mode]]
                decisions = problem.compose(case, _of_case(by_model, test), yes_from)
                rows += judge(decisions, predictor="modules", mode=mode, head=head)
        rows += judge(problem.restrict(case, _of_case(logits, test)), predictor="parent", mode=None, head=None)
        for head in HEADS:
            decisions = problem.compose(case, _of_case(parents[head], test))
            decisions = {decision: decisions[decision] for decision in problem.parent_heads}
            rows += judge(decisions, predictor="parent", mode=None, head=head)
        constant = {decision: np.array(answer) for decision, answer in problem.constant(case).items()}
        rows += judge(constant, predictor="constant", mode=None, head=None)
        rows += judge(baseline.decisions, predictor="baseline", mode=None, head=None)
    return rows


def metric_rows(
    problem: Problem, case: Case, labels: np.ndarray, decisions: dict[str, np.ndarray], **described: str | None
) -> list[dict]:
    """Rows of a result record: one per kind of decision, with accuracy, balanced accuracy and macro-F1.

    Args:
        problem: fixes which positions count.
        case: the two classes.
        labels: of the test examples.
        decisions: per kind of decision, answers of the shape of ``labels``.
        described: ``predictor``, ``mode`` and ``head`` of the rows.

    Example:
        >>> from support.made_up_models import made_up_problem
        >>> labels, decisions = np.array([0, 0, 1, 1]), {"pair": np.array([0, 0, 0, 1])}
        >>> rows = metric_rows(made_up_problem("one_output"), (0, 2), labels, decisions, predictor="parent", head=None)
        >>> [(row["case"], row["predictor"], row["accuracy"], row["examples"]) for row in rows]
        [('red + blue', 'parent', 0.75, 4)]
    """
    rows = []
    judged = problem.judged(labels)
    for decision, answers in decisions.items():
        counted, right = judged[decision]
        metrics = classification_metrics(right[counted], np.broadcast_to(answers, labels.shape)[counted])
        rows.append({"case": problem.name(case), "decision": decision, **described, **metrics})
    return rows


def _test_inputs(models: Sequence[TrainedModel]) -> list[np.ndarray]:
    return [model.dataset.inputs("test") for model in models]


def _module_odds(models: Sequence[TrainedModel], modules: Sequence[AnyModules], threads: int) -> Odds:
    heads = [head for head in modules[0].heads if all(head in part.heads for part in modules)]
    found = [
        [module_odds(model.classifier, part, inputs, heads, threads) for inputs in _test_inputs(models)]
        for model, part in zip(models, modules, strict=True)
    ]
    return {head: [[odds[head] for odds in of_model] for of_model in found] for head in heads}


def _parent_odds(models: Sequence[TrainedModel]) -> Odds:
    """The parents under every head, with thresholds calibrated as modules' are."""
    found = []
    for model in models:
        dataset = model.dataset
        whole = whole_modules(model.classifier, dataset.class_names)
        seed = whole.parameters.seed
        whole = calibrate(model.classifier, whole, dataset.inputs("train"), dataset.labels("train"), seed)
        found.append(
            [parent_odds(model.classifier, inputs, tuple(HEADS), whole.thresholds) for inputs in _test_inputs(models)]
        )
    return {head: [[odds[head] for odds in of_model] for of_model in found] for head in HEADS}


def _of_case(odds: list[list[np.ndarray]], test: Examples) -> list[np.ndarray]:
    """Per model, the odds on a case's examples, the datasets' one after the other."""
    return [
        np.concatenate([part[:, rows] for part, rows in zip(of_model, test.rows, strict=True)], axis=1)
        for of_model in odds
    ]


def reuse_record(
    experiment: str,
    models: Sequence[TrainedModel],
    modes: Mapping[str, Sequence[str]],
    scratch: Sequence[Path],
    run: str,
    preset: str,
    threads: int = 1,
) -> dict:
    """The result record of modules on the cases that models from scratch were trained for.

    Args:
        experiment: one of :data:`rnn_modules.names.FROM_SCRATCH`.
        models: one, or an x:1 and an x:N one.
        modes: label of a choice of modes -> the mode of each model's modules.
        scratch: records of the models from scratch.
        run: name of the run.
        preset: that the modules were made with.
        threads: examples are shared out among at most this many.

    Raises:
        InputError: a file is missing or damaged, or the models do not fit the experiment.

    Example:
        >>> import tempfile
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> from rnn_modules.experiments.trained_model import decompose_trained
        >>> from support.made_up_baselines import baselines_of, save_chunk
        >>> from support.made_up_models import classifier_model, saved
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model = classifier_model(folder=Path(folder, "model"), dataset_folder=Path(folder, "clinc"))
        ...     _ = saved(model, decompose_trained(model.network, model.dataset, DecompositionParameters(), ["rolled"]))
        ...     problem, chunk = problem_of("intra_reuse", [model.dataset], None, 0), Path(folder, "0.json")
        ...     save_chunk(chunk, "intra_reuse", baselines_of(problem, 2))
        ...     record = reuse_record("intra_reuse", [model], {"rolled": ["rolled"]}, [chunk], "demo", "paper")
        >>> record["setting"], record["cases_possible"], len(record["train_examples"])
        ('many_to_one', 6, 2)
    """
    baselines = TrainedBaselines.read(scratch, experiment)
    datasets = [model.dataset for model in models]
    problem = problem_of(experiment, datasets, baselines.examples_per_class, baselines.seed, baselines.rates)
    modules = {
        label: [model.modules(mode) for model, mode in zip(models, of_models, strict=True)]
        for label, of_models in modes.items()
    }
    files = {path.stem: path for path in scratch}
    for index, model in enumerate(models):
        files |= model.files({of_models[index] for of_models in modes.values()})
    return {
        "experiment": experiment,
        "run": run,
        "preset": preset,
        "setting": "-".join(model.record["architecture"] for model in models),
        **common_facts(models),
        "cases_possible": len(problem.cases()),
        "train_examples": {model.name: model.train_examples for model in baselines.models},
        "train_steps": {model.name: model.train_steps for model in baselines.models},
        "rows": compare_with_baselines(problem, models, modules, baselines, threads),
        "provenance": provenance(files),
    }
