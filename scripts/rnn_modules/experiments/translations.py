"""Systems of translators put together from modules: reuse, replacement, and the two scenarios (sections II, V-B).

A system has one translator per target language, each a model (or one of its modules) with its own vocabularies. All
systems translate the same source sentences, and are judged against the same references.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_modules.data.dataset import Dataset, tags
from rnn_modules.decomposition.composition import translate
from rnn_modules.decomposition.small_modules import AnyModules
from rnn_modules.experiments.metrics import bleu_4, bleu_p_value, translation_metrics, wrong_words
from rnn_modules.experiments.trained_model import TrainedModel, common_facts
from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.provenance import provenance


@dataclass(frozen=True, eq=False)
class Translator:
    """What translates into one language.

    Attributes:
        model: the trained encoder-decoder, with the dataset whose vocabularies it reads and writes.
        modules: its modules, of which the language's is used; None uses the undecomposed model.

    Example:
        >>> from support.made_up_models import translator_model
        >>> model = translator_model(languages=("fr", "de"))
        >>> len(Translator(model).translate(model.dataset.sources("test"), "de"))
        12
        >>> Translator(model).translate(model.dataset.sources("test"), "it")
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: model: translates into fr, de, not into 'it'
    """

    model: TrainedModel
    modules: AnyModules | None = None

    def translate(self, sources: np.ndarray, language: str, threads: int = 1) -> list[str]:
        """Translate source sentences.

        Args:
            sources: ``(examples,)`` text, normalised words joined by blanks.
            language: the target language.
            threads: sentences are shared out among at most this many.

        Raises:
            InputError: the model does not translate into that language.
        """
        dataset = self.model.dataset
        if not dataset.is_translation:
            raise InputError(f"{self.model.folder}: is no translation model; give models trained on translations")
        if language not in dataset.class_names:
            raise InputError(
                f"{self.model.folder}: translates into {', '.join(dataset.class_names)}, not into {language!r}"
            )
        languages = np.full(len(sources), dataset.class_names.index(language))
        start, end = dataset.tag_ids()
        encoded = dataset.encode_sources(sources.tolist())
        ids = translate(self.model.translator, encoded, languages, start, end, self.modules, threads)
        return dataset.sentences(ids).tolist()


System = Mapping[str, Translator]
"""Target language -> what translates into it."""


def compare(
    systems: Mapping[str, System],
    test: Dataset,
    reference: str,
    described: Mapping[str, dict] | None = None,
    threads: int = 1,
) -> list[dict]:
    """Translate the test split with every system and compare each with one of them.

    Args:
        systems: by predictor's name; all for the same languages.
        test: the dataset whose test split is common to all.
        reference: the system that the others' BLEU is compared with by paired bootstrap.
        described: per predictor, further values of its rows.
        threads: sentences are shared out among at most this many.

    Returns:
        Rows of a result record without ``case``: one per language and predictor, the tags-only control included.

    Raises:
        InputError: a language is not one of the test split's, or a model does not translate into it.

    Example:
        >>> from support.made_up_models import translator_model
        >>> model = translator_model(languages=("fr", "de"))
        >>> rows = compare({"monolithic": dict.fromkeys(("fr", "de"), Translator(model))}, model.dataset, "monolithic")
        >>> [(row["decision"], row["predictor"]) for row in rows]
        [('en-fr', 'monolithic'), ('en-fr', 'tags_only'), ('en-de', 'monolithic'), ('en-de', 'tags_only')]
    """
    if not test.is_translation:
        raise InputError(f"dataset {test.metadata['corpus']}: holds no translations; give models trained on these")
    unknown = [language for language in systems[reference] if language not in test.class_names]
    if unknown:
        raise InputError(
            f"dataset {test.metadata['corpus']}: translations into {', '.join(test.class_names)}, none into "
            f"{', '.join(unknown)}; compare systems on languages of the test split"
        )
    rows = []
    source = test.metadata["source_language"]
    for language in systems[reference]:
        chosen = np.flatnonzero(test.labels("test") == test.class_names.index(language))
        sources = test.sources("test")[chosen]
        references = test.references("test")[chosen].tolist()
        hypotheses = {name: system[language].translate(sources, language, threads) for name, system in systems.items()}
        hypotheses["tags_only"] = wrong_words(references)
        for name, lines in hypotheses.items():
            row: dict[str, Any] = {"decision": f"{source}-{language}", "predictor": name, "mode": None, "head": None}
            row |= (described or {}).get(name, {})
            row |= translation_metrics(lines, references, *tags(language))
            if name not in (reference, "tags_only"):
                row["bleu_p_value"] = bleu_p_value(lines, hypotheses[reference], references)
            rows.append(row)
    return rows


def average_bleu(model: TrainedModel, split: str = "validation", threads: int = 1) -> float:
    """BLEU-4 of a model on a split, the mean over its target languages.

    Args:
        model: an encoder-decoder.
        split: ``validation`` or ``test``.
        threads: sentences are shared out among at most this many.

    Example:
        >>> from support.made_up_models import translator_model
        >>> 0 <= average_bleu(translator_model(languages=("fr", "de"))) <= 100
        True
    """
    dataset, translator, scores = model.dataset, Translator(model), []
    for number, language in enumerate(dataset.class_names):
        rows = np.flatnonzero(dataset.labels(split) == number)
        hypotheses = translator.translate(dataset.sources(split)[rows], language, threads)
        scores.append(bleu_4(hypotheses, dataset.references(split)[rows].tolist()))
    return float(np.mean(scores))


def reuse(
    model: TrainedModel,
    modules: Mapping[str, AnyModules],
    baselines: Mapping[tuple[str, ...], TrainedModel],
    threads: int = 1,
) -> list[dict]:
    """RQ2 for translation: the modules of some of a model's languages against a model trained on these alone.

    Args:
        model: the model of all languages; its test split is common to all.
        modules: its modules by mode.
        baselines: languages -> model trained on them, with its own vocabularies.
        threads: sentences are shared out among at most this many.

    Example:
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> from support.made_up_models import translator_model
        >>> model = translator_model(languages=("fr", "de"))
        >>> whole = whole_modules(model.network, model.dataset.class_names)
        >>> rows = reuse(model, {"rolled": whole}, {("de",): translator_model(languages=("de",))})
        >>> [(row["case"], row["predictor"]) for row in rows]
        [('de', 'baseline'), ('de', 'parent'), ('de', 'modules'), ('de', 'tags_only')]
    """
    rows = []
    for languages, baseline in baselines.items():
        systems = {
            "baseline": dict.fromkeys(languages, Translator(baseline)),
            "parent": dict.fromkeys(languages, Translator(model)),
        }
        systems |= {mode: dict.fromkeys(languages, Translator(model, part)) for mode, part in modules.items()}
        named = {mode: {"predictor": "modules", "mode": mode} for mode in modules}
        compared = compare(systems, model.dataset, "baseline", named, threads)
        rows += [{"case": " + ".join(languages)} | row for row in compared]
    return rows


def replace_each_language(
    worst: TrainedModel, best: TrainedModel, modules: Mapping[str, tuple[AnyModules, AnyModules]], threads: int = 1
) -> list[dict]:
    """RQ3 for translation: each language's module of the worst model is replaced by the best model's.

    Arguments and rows as :func:`rnn_modules.experiments.replacement.replace_each_module`; a language's score depends on
    its own module alone.

    Example:
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> from support.made_up_models import translator_model
        >>> worst = translator_model(languages=("de",))
        >>> best = translator_model(layers=2, dataset=worst.dataset)
        >>> whole = tuple(whole_modules(model.network, model.dataset.class_names) for model in (worst, best))
        >>> [row["predictor"] for row in replace_each_language(worst, best, {"rolled": whole})]
        ['monolithic', 'better', 'composed', 'modules', 'tags_only']
    """
    languages = worst.dataset.class_names
    systems = {
        "monolithic": dict.fromkeys(languages, Translator(worst)),
        "better": dict.fromkeys(languages, Translator(best)),
    }
    named: dict[str, dict] = {}
    for mode, (worst_modules, best_modules) in modules.items():
        systems[f"composed {mode}"] = dict.fromkeys(languages, Translator(worst, worst_modules))
        systems[f"modules {mode}"] = dict.fromkeys(languages, Translator(best, best_modules))
        named |= {f"{name} {mode}": {"predictor": name, "mode": mode} for name in ("composed", "modules")}
    rows = compare(systems, worst.dataset, "monolithic", named, threads)
    return [{"case": row["decision"]} | row for row in rows]


def translation_reuse_record(
    model: TrainedModel,
    modes: Sequence[str],
    baselines: Sequence[TrainedModel],
    run: str,
    preset: str,
    threads: int = 1,
) -> dict:
    """The result record of a model's modules, some languages at a time, beside models trained on these alone.

    Args:
        model: of all languages.
        modes: some of ``rolled``, ``unrolled``, ``compact``.
        baselines: models of some of the languages.
        run: name of the run.
        preset: that the modules were made with.
        threads: sentences are shared out among at most this many.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> from support.made_up_models import saved, translator_model
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model = translator_model(folder=Path(folder, "model"), dataset_folder=Path(folder, "tatoeba"))
        ...     model = saved(model, {"rolled": whole_modules(model.network, model.dataset.class_names)})
        ...     record = translation_reuse_record(model, ["rolled"], [model], "demo", "paper")
        >>> record["setting"], record["cases_possible"], sorted({row["case"] for row in record["rows"]})
        ('encoder_decoder', 1, ['fr + de'])
    """
    modules = {mode: model.modules(mode) for mode in modes}
    by_languages = {baseline.dataset.class_names: baseline for baseline in baselines}
    files = model.files(modes)
    for baseline in baselines:
        files |= baseline.files()
    return {
        "experiment": "intra_reuse",
        "run": run,
        "preset": preset,
        "setting": model.record["architecture"],
        **common_facts([model, *baselines]),
        "cases_possible": math.comb(len(model.dataset.class_names), 2),
        "rows": reuse(model, modules, by_languages, threads),
        "provenance": provenance(files),
    }


def scenario_record(
    scenario: str,
    models: Mapping[str, TrainedModel],
    monolithic: str,
    approaches: Mapping[str, Mapping[str, str]],
    modes: Sequence[str],
    run: str,
    preset: str,
    threads: int = 1,
) -> dict:
    """The result record of translation systems put together from modules of several models.

    Args:
        scenario: its name.
        models: by name.
        monolithic: name of the model of all languages, whose test split all systems translate.
        approaches: name of an approach -> language -> name of the model whose module translates into it.
        modes: of the modules, each in systems of its own.
        run: name of the run.
        preset: that the modules were made with.
        threads: sentences are shared out among at most this many.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> from support.made_up_models import saved, translator_model
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model = translator_model(folder=Path(folder, "model"), dataset_folder=Path(folder, "ukrainian"))
        ...     model = saved(model, {"rolled": whole_modules(model.network, model.dataset.class_names)})
        ...     parts = {"approach_1": {"fr": "all", "de": "all"}}
        ...     record = scenario_record("add_ukrainian", {"all": model}, "all", parts, ["rolled"], "demo", "paper")
        >>> record["setting"], sorted({row["predictor"] for row in record["rows"]})
        ('add_ukrainian', ['approach_1', 'monolithic', 'tags_only'])
    """
    test = models[monolithic].dataset
    systems = {"monolithic": dict.fromkeys(test.class_names, Translator(models[monolithic]))}
    named = {}
    for mode in modes:
        for approach, parts in approaches.items():
            systems[f"{approach} {mode}"] = {
                language: Translator(models[name], models[name].modules(mode)) for language, name in parts.items()
            }
            named[f"{approach} {mode}"] = {"predictor": approach, "mode": mode}
    rows = compare(systems, test, "monolithic", named, threads)
    used = {name for parts in approaches.values() for name in parts.values()}
    files: dict = {}
    for name, model in models.items():
        files |= model.files(modes if name in used else [])
    return {
        "experiment": "scenario",
        "run": run,
        "preset": preset,
        "setting": scenario,
        **common_facts(list(models.values())),
        "cases_possible": len(test.class_names),
        "rows": [{"case": row["decision"]} | row for row in rows],
        "provenance": provenance(files),
    }
