"""The jobs that Snakemake would run, and how much work each is; found by a dry run, without running or importing any.

What a job works on is read from its own command line, so the plan is about what would really run.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import functools
import io
import logging
import math
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rnn_modules.data.corpora.sources import read_manifest
from rnn_modules.data.dataset import DatasetSettings
from rnn_modules.decomposition.parameters import preset
from rnn_modules.files.atomic_files import InputError, one_line
from rnn_modules.files.command_line import add_settings, settings_from
from rnn_modules.runs.planning.workload import (
    DatasetSizes,
    ModelSizes,
    Work,
    analysis_work,
    baseline_examples,
    possible_cases,
    read_dataset_sizes,
    read_training,
    training_work,
)


@dataclass(frozen=True)
class PlannedJob:
    """One job of a dry run.

    Attributes:
        inputs: files that it reads.
        outputs: files that it makes.
        benchmark: file of its benchmark, None when the rule has none.
        memory_mib: declared memory, None when the rule declares none.
        minutes: declared time, None when the rule declares none.
        command: its command line.
    """

    rule: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    benchmark: str | None
    threads: int
    memory_mib: float | None
    minutes: float | None
    command: str

    @property
    def measured_as(self) -> str:
        """The rule that its benchmarks are kept under; a rule that specialises another one keeps them under that."""
        return self.measured_name[0]

    @functools.cached_property
    def measured_name(self) -> tuple[str, str]:
        """That rule, and the name that :class:`rnn_modules.runs.planning.measured_jobs.MeasuredJob` has."""
        if self.benchmark is None:
            return self.rule, ""
        parts = Path(self.benchmark).with_suffix("").parts
        rule, *name = parts[parts.index("benchmarks") + 1 :]
        return rule, "/".join(name)

    @functools.cached_property
    def options(self) -> dict[str, list[str]]:
        """Flags of the command line and their words."""
        found: dict[str, list[str]] = {}
        words: list[str] = []
        for word in self.words:
            if word.startswith("--"):
                words = found.setdefault(word[2:].replace("-", "_"), [])
            else:
                words.append(word)
        return found

    @functools.cached_property
    def words(self) -> list[str]:
        """Words of the command line up to where its output is sent."""
        # Thousands of commands, hardly one of them quoted.
        quoted = any(mark in self.command for mark in "'\"\\")
        words = shlex.split(self.command) if quoted else self.command.split()
        return words[: words.index(">")] if ">" in words else words


def dry_run(arguments: Sequence[str]) -> list[PlannedJob]:
    """The jobs that ``snakemake`` with these arguments would run, in an order in which they could.

    Raises:
        InputError: Snakemake ends with an error.
    """
    from snakemake.cli import main

    records: list[logging.LogRecord] = []
    # Snakemake replaces the handlers of its logger and keeps the filters; every message passes them first.
    logger = logging.getLogger("snakemake.logging")
    keep = _Keep(records)
    logger.addFilter(keep)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            main([*arguments, "--dry-run"])
    except SystemExit as error:
        if error.code:
            messages = [record.getMessage() for record in records if record.levelno >= logging.ERROR]
            text = one_line(" ".join(messages).strip() or printed.getvalue(), 1000)
            raise InputError(f"snakemake --dry-run: ended with status {error.code}: {text}") from error
    finally:
        logger.removeFilter(keep)
    return [_planned(record) for record in records if _is_job(record)]


class _Keep(logging.Filter):
    """Keeps the descriptions of jobs and the errors, and lets nothing through."""

    def __init__(self, records: list[logging.LogRecord]):
        super().__init__()
        self.records = records

    def filter(self, record: logging.LogRecord) -> bool:
        if _is_job(record) or record.levelno >= logging.ERROR:
            self.records.append(record)
        return False


def _is_job(record: logging.LogRecord) -> bool:
    return getattr(getattr(record, "event", None), "value", None) == "job_info"


def _planned(record: logging.LogRecord) -> PlannedJob:
    declared = {name: value for name, value in record.resources.items() if isinstance(value, int)}
    return PlannedJob(
        rule=record.rule_name,
        inputs=tuple(record.input),
        outputs=tuple(record.output),
        benchmark=record.benchmark,
        threads=record.threads,
        memory_mib=declared.get("mem_mib"),
        minutes=declared.get("runtime"),
        command=record.shellcmd or "",
    )


@dataclass
class Sizes:
    """Sizes of the datasets and models that planned jobs work on.

    A prepared dataset's are exact. Of one that is still to be made, they are those of a recorded one with the same
    settings, or of the largest recorded one, cut to the limits of its settings.

    Attributes:
        recorded: descriptions of recorded datasets, as in :class:`rnn_modules.runs.planning.measured_jobs.Recording`.
        guessed: names of the datasets whose sizes rest on other settings.
    """

    jobs: Sequence[PlannedJob]
    recorded: Iterable[Mapping[str, dict]]
    guessed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._made_by = {path: job for job in self.jobs for path in job.outputs}
        self._datasets: dict[str, DatasetSizes] = {}
        self._models: dict[str, ModelSizes] = {}

    def work(self, job: PlannedJob) -> Work:
        """The work of a job; none for rules whose jobs all cost alike.

        Raises:
            InputError: nothing is known of a dataset.
        """
        options = job.options
        if job.rule == "train_model":
            (dataset,) = options["dataset"]
            model = self._model_of(options, dataset)
            return training_work(model, model.dataset.train, int(options["epochs"][0]), int(options["batch_size"][0]))
        if job.rule == "train_baselines":
            return self._baselines(options)
        networks = [path for path in job.inputs if path.endswith("/network.npz")]
        return analysis_work([self.model(str(Path(path).parent)) for path in networks], _passes(job.rule, options))

    def _baselines(self, options: dict[str, list[str]]) -> Work:
        (experiment,) = options["experiment"]
        datasets = [self.dataset(folder) for folder in options["datasets"]]
        cases, chunks = possible_cases(experiment, datasets), int(options["chunks"][0])
        if "cases" in options:
            cases = min(cases, int(options["cases"][0]))
        in_chunk = len(range(int(options["chunk"][0]), cases, chunks))
        limit = options.get("examples_per_class")
        examples = baseline_examples(experiment, datasets, int(limit[0]) if limit else None)
        model = self._model_of(options, options["datasets"][0])
        one = training_work(model, examples, int(options["epochs"][0]), int(options["batch_size"][0]))
        return sum([one] * in_chunk, Work())

    def model(self, folder: str) -> ModelSizes:
        """Sizes of a trained model, or of one that is to be trained."""
        if folder not in self._models:
            job = self._made_by.get(f"{folder}/network.npz")
            if job is not None:
                options = job.options
                self._models[folder] = self._model_of(options, options["dataset"][0])
            else:
                settings = read_training(Path(folder) / "record.json")["settings"]
                words = {name: [str(value)] for name, value in settings.items()}
                run, dataset = folder.split("/models/")[0], folder.split("/")[-3]
                self._models[folder] = self._model_of(words, f"{run}/datasets/{dataset}")
        return self._models[folder]

    def _model_of(self, options: dict[str, list[str]], dataset: str) -> ModelSizes:
        numbers = {name: int(options[name][0]) for name in ("layers", "units", "embedding")}
        return ModelSizes(options["architecture"][0], options["rnn"][0], dataset=self.dataset(dataset), **numbers)

    def dataset(self, folder: str) -> DatasetSizes:
        """Sizes of the dataset in a folder, or of the one that will be there."""
        if folder not in self._datasets:
            job = self._made_by.get(f"{folder}/dataset.json")
            if job is None:
                _, self._datasets[folder] = read_dataset_sizes(Path(folder) / "dataset.json")
            elif job.rule == "share_vocabulary":
                self._datasets[folder] = self._shared(folder, job)
            else:
                self._datasets[folder] = self._prepared(Path(folder).name, job)
        return self._datasets[folder]

    def _shared(self, folder: str, job: PlannedJob) -> DatasetSizes:
        options = job.options
        own, other = options["first"][0], options["second"][0]
        if options["second_output"][0] == folder:
            own, other = other, own
        mine, others = self.dataset(own), self.dataset(other)
        tokens = max(mine.input_tokens, others.input_tokens)
        each_token = mine.output_timesteps == mine.input_tokens
        return dataclasses.replace(
            mine,
            input_tokens=tokens,
            output_timesteps=tokens if each_token else mine.output_timesteps,
            vocabulary=mine.vocabulary + others.vocabulary,
        )

    def _prepared(self, name: str, job: PlannedJob) -> DatasetSizes:
        (manifest,) = job.options["manifest"]
        synthetic = self._synthetic_examples(manifest)
        sizes, exact = expected_sizes(name, dataset_settings(job.words), synthetic, self.recorded)
        if not exact:
            self.guessed.add(name)
        return sizes

    def _synthetic_examples(self, manifest: str) -> int | None:
        """Examples of a generated corpus; None for a real one."""
        job = self._made_by.get(manifest)
        if job is not None:
            options = job.options
            source, examples = options["source"][0], int(options.get("examples", ["1000"])[0])
        else:
            found = read_manifest(manifest)
            source, examples = found["source"], found.get("examples", 1000)
        return examples if source == "synthetic" else None


def expected_sizes(
    name: str, settings: dict, synthetic: int | None, recorded: Iterable[Mapping[str, dict]]
) -> tuple[DatasetSizes, bool]:
    """Sizes that a dataset will have, and whether they are exact: those of a recorded one with the same settings.

    Args:
        name: of the dataset.
        settings: fields of :class:`rnn_modules.data.dataset.DatasetSettings`.
        synthetic: examples (lines of a parallel corpus) that are generated; None for a real corpus.
        recorded: descriptions of recorded datasets, as in :class:`rnn_modules.runs.planning.measured_jobs.Recording`.

    Raises:
        InputError: no dataset of that name is recorded.
    """
    known = [given[name] for given in recorded if name in given]
    of_source = [one for one in known if (one["source"] == "synthetic") == (synthetic is not None)]
    defaults = dataset_settings([])
    for one in of_source:
        # What an older recording does not name was as it is by default.
        if synthetic is None and defaults | one["settings"] == settings:
            return DatasetSizes(**one["sizes"]), True
    if not known:
        raise InputError(
            f"{name}: no recorded benchmark has this dataset, so nothing can be estimated; prepare the datasets "
            "first (target: datasets)"
        )
    sizes = [DatasetSizes(**one["sizes"]) for one in of_source or known]
    return limited(max(sizes, key=lambda one: one.train), settings, synthetic), False


def limited(sizes: DatasetSizes, settings: dict, synthetic: int | None) -> DatasetSizes:
    """Sizes of a dataset cut to the limits of some settings.

    Args:
        sizes: of a dataset of the same corpus.
        settings: fields of :class:`rnn_modules.data.dataset.DatasetSettings`.
        synthetic: examples (lines of a parallel corpus) that are generated; None for a real corpus.
    """
    # Translations: one example per line and language.
    lines = min(value for value in (settings["lines"], synthetic, math.inf) if value is not None)
    most = lines * (sizes.classes if sizes.is_translation else 1)
    train = int(min(sizes.train, settings["train_examples"] or math.inf, most))
    tokens = settings["input_tokens"]
    timesteps = sizes.output_timesteps
    if sizes.is_translation:
        timesteps = settings["target_tokens"]
    elif sizes.output_timesteps == sizes.input_tokens:
        timesteps = tokens
    return dataclasses.replace(
        sizes,
        train=train,
        test=int(min(sizes.test, settings["test_examples"] or math.inf, most)),
        per_class=round(sizes.per_class * train / sizes.train),
        input_tokens=tokens,
        output_timesteps=timesteps,
        vocabulary=settings["vocabulary_size"] or sizes.vocabulary,
        outputs=settings["target_vocabulary_size"] or sizes.outputs,
    )


def dataset_settings(words: Sequence[str]) -> dict:
    """The settings of a command of ``prepare_dataset.py``, as ``dataset.json`` has them."""
    parser = argparse.ArgumentParser()
    add_settings(parser, DatasetSettings)
    known, _ = parser.parse_known_args(words)
    settings = dataclasses.asdict(settings_from(known, DatasetSettings))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()}


def _passes(rule: str, options: dict[str, list[str]]) -> int:
    """How often a job cuts and evaluates its model."""
    if rule != "evaluate_variants":
        return 1
    if options["experiment"] == ["removal_sweep"]:
        return len(options["removal_caps"])
    # Imported where it is needed: it brings scikit-learn.
    from rnn_modules.experiments.variants import Kind, variants

    architecture, _, depth = Path(options["model"][0]).parts[-4:-1]
    rnn, layers = depth.split("-")
    # Gates of another activation would add one variant, which an estimate can do without.
    kind = Kind(architecture, rnn, int(layers), "sigmoid")
    return len(list(variants(kind, preset("paper", architecture, rnn))))
