"""RQ3 within an I/O type: a module of the worst model is replaced by that of the best (paper section V-B3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rnn_modules.decomposition.composition import module_odds, vote
from rnn_modules.decomposition.small_modules import AnyModules
from rnn_modules.experiments.metrics import majority_metrics, scoped_metrics
from rnn_modules.experiments.reuse_tasks import real_classes
from rnn_modules.experiments.trained_model import TrainedModel, common_facts
from rnn_modules.experiments.translations import average_bleu, replace_each_language
from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.provenance import provenance


class Ranked(NamedTuple):
    """A model and what it was chosen by, on validation data.

    Example:
        >>> from support.made_up_models import classifier_model
        >>> Ranked(classifier_model(layers=2), 0.75).described
        {'layers': 2, 'validation': 0.75}
    """

    model: TrainedModel
    score: float

    @property
    def described(self) -> dict:
        """What a result record says of it."""
        return {"layers": self.model.record["layers"], "validation": self.score}


def chosen_by(models: Sequence[TrainedModel]) -> str:
    """What the worst and the best of some models are chosen by: of translators BLEU, else accuracy.

    Translators without a validation split have no sentences that BLEU could be taken of, so the share of right words in
    training, which their records have, stands in.

    Example:
        >>> from support.made_up_models import classifier_model, translator_model
        >>> chosen_by([classifier_model()]), chosen_by([translator_model()])
        ('accuracy', 'bleu')
    """
    dataset = models[0].dataset
    return "bleu" if dataset.is_translation and "validation_references" in dataset.arrays else "accuracy"


def worst_and_best(models: Sequence[TrainedModel], threads: int = 1) -> tuple[Ranked, Ranked]:
    """The models of lowest and highest accuracy, or average BLEU (paper section V-B3), on validation data.

    The test split has no say in the choice.

    Example:
        >>> from support.made_up_models import classifier_model
        >>> accuracies = {1: 0.7, 2: 0.9, 3: 0.8}
        >>> models = [classifier_model(layers=n, validation={"accuracy": share}) for n, share in accuracies.items()]
        >>> [ranked.described for ranked in worst_and_best(models)]
        [{'layers': 1, 'validation': 0.7}, {'layers': 2, 'validation': 0.9}]
    """
    architectures = sorted({model.record["architecture"] for model in models})
    if len(architectures) > 1:
        raise InputError(f"models: received {', '.join(architectures)}; give those of one input/output type")
    if chosen_by(models) == "bleu":
        scored = [Ranked(model, average_bleu(model, threads=threads)) for model in models]
    else:
        scored = [Ranked(model, model.record["validation"]["accuracy"]) for model in models]
    ranked = sorted(scored, key=lambda one: one.score)
    return ranked[0], ranked[-1]


def replace_each_module(
    worst: TrainedModel, best: TrainedModel, modules: Mapping[str, tuple[AnyModules, AnyModules]], threads: int = 1
) -> list[dict]:
    """Replace each class's module in turn and compare with both references.

    Args:
        worst: the model whose modules are replaced.
        best: the model that the new modules come from; trained on the same dataset.
        modules: per mode, the modules of the worst and of the best model.
        threads: for the modules' products.

    Returns:
        Rows of a result record: per class the composition with one module replaced (``modules``), the worst model
        undecomposed (``monolithic``) and composed of its own modules (``composed``), the best model (``better``), and
        the constant predictor.

    Raises:
        InputError: the models were trained on different datasets.

    Example:
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> from rnn_modules.experiments.trained_model import decompose_trained
        >>> from support.made_up_models import classifier_model
        >>> worst = classifier_model(layers=1)
        >>> best = classifier_model(layers=2, dataset=worst.dataset)
        >>> settings = worst.dataset, DecompositionParameters(), ["rolled"]
        >>> parts = tuple(decompose_trained(one.network, *settings)["rolled"] for one in (worst, best))
        >>> rows = replace_each_module(worst, best, {"rolled": parts})
        >>> sorted({row["case"] for row in rows}), sorted({row["predictor"] for row in rows})
        (['blue', 'green', 'grey', 'red'], ['better', 'composed', 'constant', 'modules', 'monolithic'])
    """
    if worst.dataset.metadata["arrays_sha256"] != best.dataset.metadata["arrays_sha256"]:
        raise InputError(f"{best.folder}: not trained on the dataset of {worst.folder}; models must share it")
    dataset = worst.dataset
    inputs, labels = dataset.inputs("test"), dataset.labels("test")
    fixed = [
        _described(scoped_metrics(labels, worst.classifier.logits(inputs).argmax(axis=-1)), "monolithic"),
        _described(scoped_metrics(labels, best.classifier.logits(inputs).argmax(axis=-1)), "better"),
        _described(majority_metrics(labels, dataset.labels("train")), "constant"),
    ]
    by_class: dict[int, list[list[dict]]] = {label: list(fixed) for label in real_classes(dataset)}
    for mode, (worst_modules, best_modules) in modules.items():
        odds = module_odds(worst.classifier, worst_modules, inputs, worst_modules.heads, threads)
        better = module_odds(best.classifier, best_modules, inputs, worst_modules.heads, threads)
        for head in worst_modules.heads:
            composed = _described(scoped_metrics(labels, vote(odds[head])), "composed", mode, head)
            for label, rows in by_class.items():
                changed = odds[head].copy()
                changed[label] = better[head][label]
                rows += [composed, _described(scoped_metrics(labels, vote(changed)), "modules", mode, head)]
    return [
        {"case": dataset.class_names[label]} | row
        for label, parts in by_class.items()
        for part in parts
        for row in part
    ]


def _described(scores: dict[str, dict], predictor: str, mode: str | None = None, head: str | None = None) -> list[dict]:
    return [
        {"decision": scope, "predictor": predictor, "mode": mode, "head": head, **metrics}
        for scope, metrics in scores.items()
    ]


def replacement_record(
    models: Sequence[TrainedModel], modes: Sequence[str], run: str, preset: str, threads: int = 1
) -> dict:
    """The result record of replacing each module of the worst of some models by the best one's.

    Args:
        models: of all depths, on one dataset.
        modes: some of ``rolled``, ``unrolled``, ``compact``.
        run: name of the run.
        preset: that the modules were made with.
        threads: examples are shared out among at most this many.

    Raises:
        InputError: a file is missing or damaged, or the models do not belong together.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> from rnn_modules.experiments.trained_model import decompose_trained
        >>> from support.made_up_models import classifier_model, saved
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     places = [{"folder": Path(folder, name), "dataset_folder": Path(folder, "clinc")} for name in "ab"]
        ...     models = [classifier_model(layers=n, **place) for n, place in enumerate(places, start=1)]
        ...     for one in models:
        ...         _ = saved(one, decompose_trained(one.network, one.dataset, DecompositionParameters(), ["rolled"]))
        ...     record = replacement_record(models, ["rolled"], "demo", "paper")
        >>> record["worst"]["layers"], record["best"]["layers"], record["cases_possible"]
        (1, 2, 4)
    """
    ranked = worst_and_best(models, threads)
    worst, best = (one.model for one in ranked)
    modules = {mode: (worst.modules(mode), best.modules(mode)) for mode in modes}
    replace = replace_each_language if worst.dataset.is_translation else replace_each_module
    return {
        "experiment": "intra_replacement",
        "run": run,
        "preset": preset,
        "setting": worst.record["architecture"],
        **common_facts([worst]),
        "chosen_by": chosen_by(models),
        "worst": ranked[0].described,
        "best": ranked[1].described,
        "cases_possible": len(real_classes(worst.dataset)),
        "rows": replace(worst, best, modules, threads),
        "provenance": provenance(worst.files(modes) | best.files(modes)),
    }
