"""What the jobs of a finished run took, and on what: the recorded benchmarks that ``plan_run.py`` estimates from.

A recording is two files: ``<run>.csv`` with one line per job, and ``<run>.json`` with where it was measured and the
sizes of its datasets.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import os
from dataclasses import dataclass, field
from pathlib import Path

from rnn_modules.files.atomic_files import InputError, read_csv, read_json, replacing, write_json
from rnn_modules.files.benchmark_files import read_benchmark
from rnn_modules.files.checked_json import MOST_ITEMS, RecordReader, is_inside
from rnn_modules.files.command_line import expected_number, took
from rnn_modules.runs.planning.memory import analysis_mib, decomposition_mib, training_mib
from rnn_modules.runs.planning.workload import (
    GATES,
    TRAININGS,
    DatasetSizes,
    ModelSizes,
    Work,
    analysis_work,
    read_dataset_sizes,
    read_training,
    training_work,
)
from rnn_modules.runs.run_record import last_call

_RECORDING_KEYS = ("run", "commit", "machine", "datasets")


@dataclass(frozen=True)
class MeasuredJob:
    """One finished job.

    Attributes:
        rule: the rule that its benchmark is kept under.
        name: wildcards, as in the name of the benchmark file.
        work: how much it was.
        seconds: from start to end.
        cpu_seconds: seconds of computing, less than ``seconds`` on a shared machine; None when they are not known.
        memory_mib: highest resident memory, None when it is not known.
        held_mib: what of it follows from the job's sizes (:mod:`rnn_modules.runs.planning.memory`).
        examples: training examples of one model (others: test examples), None where it does not apply; the same holds
            for the settings that follow.
    """

    rule: str
    name: str
    work: Work
    seconds: float
    cpu_seconds: float | None
    memory_mib: float | None
    held_mib: float = 0.0
    architecture: str | None = None
    rnn: str | None = None
    layers: int | None = None
    units: int | None = None
    embedding: int | None = None
    examples: int | None = None
    epochs: int | None = None
    batch_size: int | None = None

    @property
    def core_seconds(self) -> float:
        """What it needs of a core of its own."""
        return self.cpu_seconds or self.seconds


@dataclass(frozen=True)
class Recording:
    """The jobs of one finished run and where they ran.

    Attributes:
        datasets: name -> ``source``, ``settings`` and ``sizes`` (as :class:`DatasetSizes`).
        machine: as in ``run.json``; None when the run has none.
    """

    run: str
    commit: str | None
    machine: dict | None
    datasets: dict[str, dict]
    jobs: tuple[MeasuredJob, ...]

    def is_synthetic(self, dataset: str) -> bool:
        """Whether a dataset's corpus was generated."""
        return self.datasets.get(dataset, {}).get("source") == "synthetic"

    def write(self, folder: str | os.PathLike) -> None:
        """Write ``<run>.csv`` and ``<run>.json``."""
        columns = [field.name for field in dataclasses.fields(MeasuredJob) if field.name != "work"]
        works = [field.name for field in dataclasses.fields(Work)]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*columns, *works])
        for job in sorted(self.jobs, key=lambda job: (job.rule, job.name)):
            values = [getattr(job, name) for name in columns]
            cells = ["" if value is None else f"{value:.2f}" if isinstance(value, float) else value for value in values]
            writer.writerow([*cells, *(getattr(job.work, name) for name in works)])
        with replacing(Path(folder) / f"{self.run}.csv") as temporary:
            temporary.write_text(text.getvalue(), encoding="utf-8")
        facts = {name: getattr(self, name) for name in _RECORDING_KEYS}
        write_json(Path(folder) / f"{self.run}.json", facts)


def read_recordings(folder: str | os.PathLike) -> list[Recording]:
    """All recordings in a folder.

    Raises:
        InputError: a file is missing or damaged.
    """
    return [_read_recording(path) for path in sorted(Path(folder).glob("*.json"))]


def _read_recording(path: Path) -> Recording:
    facts = read_json(path, _RECORDING_KEYS)
    reader = RecordReader(path, facts)
    reader.name("run")
    for name, value in reader.mapping("datasets", facts["datasets"]).items():
        described = reader.inner(f"datasets.{name}", value, ("source", "settings", "sizes"))
        described.text("source")
        described.mapping("settings", value["settings"])
        sizes = described.counts("sizes", value["sizes"])
        expected = [field.name for field in dataclasses.fields(DatasetSizes)]
        if sizes.keys() != set(expected) or not sizes["train"] or not sizes["classes"]:
            described.fail("sizes", f"{', '.join(expected)}", value["sizes"])
    jobs = tuple(_read_jobs(path.with_suffix(".csv")))
    return Recording(jobs=jobs, **{name: facts[name] for name in _RECORDING_KEYS})


def _read_jobs(path: Path) -> list[MeasuredJob]:
    kinds = {"name": str, "rule": str, "architecture": str, "rnn": str}
    kinds |= dict.fromkeys(("seconds", "cpu_seconds", "memory_mib", "held_mib"), float)
    columns = [part.name for part in dataclasses.fields(MeasuredJob) if part.name != "work"]
    works = [part.name for part in dataclasses.fields(Work)]
    mend = "record the run again"
    jobs = []
    for number, line in enumerate(read_csv(path, (*columns, *works), mend), start=1):
        try:
            # A rule with one job has no name for it; whatever else is empty is not known.
            values = {name: kinds.get(name, int)(line[name]) if line[name] else None for name in columns}
            values |= {"name": line["name"]}
            job = MeasuredJob(work=Work(*(int(line[name]) for name in works)), **values)
            _check_job(job)
        except ValueError as error:
            raise InputError(f"{path}: not a recording of a run (job {number}: {error}); {mend}") from error
        jobs.append(job)
    return jobs


def _check_job(job: MeasuredJob) -> None:
    """Raise ValueError unless a job has a rule, an RNN type if it trains, and numbers that can be reckoned with."""
    if not job.rule or job.seconds is None:
        raise ValueError("no rule, or no seconds")
    if job.rule in TRAININGS and job.rnn not in GATES:
        raise ValueError(f"rnn {job.rnn!r} is none of {', '.join(GATES)}")
    for name, value in [*vars(job).items(), *vars(job.work).items()]:
        if isinstance(value, int | float) and expected_number(float, value, 0, 2**63):
            raise ValueError(f"{name} is {value}")


def measure_run(folder: str | os.PathLike) -> Recording:
    """Read what a finished run measured.

    Args:
        folder: folder of the run.

    Raises:
        InputError: the folder has neither benchmarks nor trained models, or a file is damaged.
    """
    folder = Path(folder)
    run = _Run(folder)
    jobs = [run.benchmarked(path) for path in sorted(folder.glob("benchmarks/**/*.tsv"))]
    known = {(job.rule, job.name) for job in jobs}
    # A run that is kept without its benchmarks still has the seconds that its records state.
    jobs += [job for job in run.recorded() if (job.rule, job.name) not in known]
    if not jobs:
        raise InputError(f"{folder}: no benchmarks and no trained models; name the folder of a finished run")
    last = last_call(folder) or {}
    datasets = {
        name: {"source": metadata["source"], "settings": metadata["settings"], "sizes": dataclasses.asdict(sizes)}
        for name, (metadata, sizes) in run.all_datasets().items()
    }
    commit = last.get("commit") or next(iter(run.commits), None)
    return Recording(folder.resolve().name, commit, last.get("machine"), datasets, tuple(jobs))


@dataclass
class _Run:
    """Files of a finished run, read once."""

    folder: Path
    commits: list[str] = field(default_factory=list)
    datasets: dict[str, tuple[dict, DatasetSizes]] = field(default_factory=dict)

    def all_datasets(self) -> dict[str, tuple[dict, DatasetSizes]]:
        for path in sorted(self.folder.glob("datasets/*/dataset.json")):
            self.dataset(path.parent.name)
        return self.datasets

    def dataset(self, name: str) -> DatasetSizes:
        if name not in self.datasets:
            self.datasets[name] = read_dataset_sizes(self.folder / "datasets" / name / "dataset.json")
        return self.datasets[name][1]

    def model(self, name: str) -> tuple[ModelSizes, dict]:
        """Sizes and record of ``architecture/dataset/rnn-layers/seed-n``."""
        path = self.folder / "models" / name / "record.json"
        record = read_training(path, "examples")
        reader = RecordReader(path, record)
        reader.inner("examples", record["examples"], ("train",))
        reader.counts("examples", record["examples"])
        self.commits.append(record["provenance"].get("commit"))
        return self._sizes(record["settings"], name.split("/")[1]), record

    def _sizes(self, settings: dict, dataset: str) -> ModelSizes:
        names = ("architecture", "rnn", "layers", "units", "embedding")
        return ModelSizes(**{name: settings[name] for name in names}, dataset=self.dataset(dataset))

    def benchmarked(self, path: Path) -> MeasuredJob:
        """The job of a benchmark file."""
        rule, *name = path.relative_to(self.folder / "benchmarks").with_suffix("").parts
        return self._job(rule, "/".join(name), *_measured(path))

    def recorded(self) -> list[MeasuredJob]:
        """The jobs whose records state seconds."""
        jobs = []
        for path in sorted(self.folder.glob("models/*/*/*/*/record.json")):
            record = read_json(path, ("seconds", "peak_memory_mib"))
            reader = RecordReader(path, record)
            seconds, memory = (reader.number(name, record[name], MOST_ITEMS) for name in ("seconds", "peak_memory_mib"))
            jobs.append(self._job("train_model", "/".join(path.parts[-5:-1]), seconds, None, memory))
        for path in sorted(self.folder.glob("models/*/*/*/*/decomposition_cost.json")):
            reader = RecordReader(path, read_json(path, ("modes",)))
            seconds = 0.0
            for mode, value in reader.mapping("modes", reader.value["modes"]).items():
                inner = reader.inner(f"modes.{mode}", value, ("seconds",))
                seconds += inner.number("seconds", value["seconds"], MOST_ITEMS)
            jobs.append(self._job("evaluate_decomposition", "/".join(path.parts[-5:-1]), seconds, None, None))
        return jobs

    def _job(self, rule: str, name: str, seconds: float, cpu_seconds: float | None, memory: float | None):
        # What Snakemake samples twice a second misses peaks, and short jobs altogether; the script itself knows.
        log = self.folder / "logs" / rule / f"{name}.log" if name else self.folder / "logs" / f"{rule}.log"
        cpu_seconds, memory = took(log) or (cpu_seconds, memory)
        facts: dict = {"work": Work()}
        if rule == "train_model":
            model, record = self.model(name)
            facts = _training(model, [record["examples"]["train"]], record["settings"])
        elif rule in ("decompose_model", "evaluate_decomposition"):
            model = self.model(name)[0]
            facts = _analysis([model])
            if rule == "decompose_model":
                facts["held_mib"] = decomposition_mib(model)
        elif rule == "train_baselines":
            facts = self._baselines(self.folder / "baselines" / f"{name}.json")
        elif (path := self.folder / "experiments" / f"{name}.json").is_file():
            facts = self._experiment(path, rule)
        facts["held_mib"] = round(facts.get("held_mib", 0.0), 2)
        return MeasuredJob(rule=rule, name=name, seconds=seconds, cpu_seconds=cpu_seconds, memory_mib=memory, **facts)

    def _baselines(self, path: Path) -> dict:
        record = read_training(path, "cases")
        reader = RecordReader(path, record)
        examples = []
        for place, case in enumerate(reader.listed("cases", record["cases"], least=1)):
            inner = reader.inner(f"cases.{place}", case, ("train_examples",))
            examples.append(inner.whole("train_examples", case["train_examples"]))
        # Of two datasets the baseline has the shape of the first one's models, which is the one without sequences.
        dataset = min(_inputs(reader), key=lambda given: self.dataset(given).output_timesteps)
        return _training(self._sizes(record["settings"], dataset), examples, record["settings"])

    def _experiment(self, path: Path, rule: str) -> dict:
        record = read_json(path, ("experiment", "seed", "provenance"))
        reader = RecordReader(path, record)
        seed = reader.whole("seed", record["seed"])
        networks = [given for given in _inputs(reader) if given.endswith("/network")]
        models = [self.model(f"{given.removesuffix('/network')}/seed-{seed}")[0] for given in networks]
        if rule != "evaluate_variants":
            return _analysis(models)
        # Each variant and each threshold is cut and evaluated by itself.
        parts = reader.listed("rows", record.get("variants") or record.get("rows"))
        held = decomposition_mib(models[0], gates=record["experiment"] == "variants")
        return _analysis(models, len(parts)) | {"held_mib": held}


def _inputs(reader: RecordReader) -> list[str]:
    """Names of the files that a record was made from; none leads out of the run's folder."""
    inner = reader.inner("provenance", reader.value["provenance"], ("inputs",))
    names = list(inner.mapping("inputs", inner.value["inputs"]))
    if not names or not all(map(is_inside, names)):
        inner.fail("inputs", "names of the run's files", names)
    return names


def _training(model: ModelSizes, examples: list[int], settings: dict) -> dict:
    works = [training_work(model, number, settings["epochs"], settings["batch_size"]) for number in examples]
    return {
        "work": sum(works, Work()),
        "held_mib": training_mib(model, settings["batch_size"]),
        "examples": round(sum(examples) / len(examples)),
        **{name: settings[name] for name in ("epochs", "batch_size")},
        **{name: getattr(model, name) for name in ("architecture", "rnn", "layers", "units", "embedding")},
    }


def _analysis(models: list[ModelSizes], passes: int = 1) -> dict:
    facts = {"work": analysis_work(models, passes), "held_mib": analysis_mib(models)}
    if len({dataclasses.replace(model, layers=0) for model in models}) == 1:
        model = models[0]
        names = ("architecture", "rnn", "layers", "units", "embedding")
        facts |= {name: getattr(model, name) for name in names} | {"examples": model.dataset.test}
    return facts


def _measured(path: Path) -> tuple[float, float | None, float | None]:
    """Seconds, seconds of computing, and peak memory in MiB of a benchmark file."""
    (first, *_) = read_benchmark(path)
    # Without a second of computing only the shell was there to be sampled.
    measured = (first.cpu_seconds, first.memory_mib) if first.cpu_seconds else (None, None)
    return first.seconds, *measured
