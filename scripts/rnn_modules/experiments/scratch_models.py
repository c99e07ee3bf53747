"""What training left of models trained from scratch: their decisions on the test examples of their cases."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnn_modules.files.atomic_files import InputError, one_line, read_arrays, read_json, sha256_of_arrays
from rnn_modules.files.checked_json import RecordReader
from rnn_modules.names import RATES, TRAINING_LENGTHS, Rates

_KEYS = (
    *("experiment", "settings", "examples_per_class", "rates", "training_length", "drawn", "cases"),
    "decisions_sha256",
)
_COMMON = ("settings", "examples_per_class", "rates", "training_length", "drawn")


@dataclass(frozen=True)
class Baseline:
    """One model.

    Attributes:
        name: of its case.
        train_examples: how many it was trained on.
        train_steps: number of its gradient steps.
        test_sha256: which examples it decided on.
        decisions: per kind of decision, the answers ``(examples, ...)`` int32.

    Example:
        >>> Baseline("red + blue", 200, 35, "0a1b", {"pair": np.array([0, 1], np.int32)}).decisions["pair"].tolist()
        [0, 1]
    """

    name: str
    train_examples: int
    train_steps: int
    test_sha256: str
    decisions: dict[str, np.ndarray]


@dataclass(frozen=True)
class TrainedBaselines:
    """The models of an experiment, of all chunks.

    Attributes:
        examples_per_class: limit of their training examples, None without one.
        rates: how often each class occurs among them.
        seed: of their training, and of the choice of its examples.

    Example:
        >>> import tempfile
        >>> from support.made_up_baselines import baselines_of, save_chunk
        >>> from support.made_up_models import made_up_problem
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_chunk(Path(folder, "0.json"), "intra_reuse", baselines_of(made_up_problem("one_output")))
        ...     baselines = TrainedBaselines.read([Path(folder, "0.json")], "intra_reuse")
        >>> [model.name for model in baselines.models]
        ['red + green', 'red + blue', 'green + blue']
    """

    examples_per_class: int | None
    rates: Rates
    seed: int
    models: tuple[Baseline, ...]

    @classmethod
    def read(cls, paths: Sequence[str | os.PathLike], experiment: str) -> TrainedBaselines:
        """Read the files of ``train_baselines.py``.

        Args:
            paths: a JSON file per chunk, with the decisions beside it (``.npz``).
            experiment: that they must be of.

        Raises:
            InputError: a file is missing or damaged, of another experiment or of other settings than the first, or no
                file has a case that was drawn.
        """
        records = [_read_record(Path(path), experiment) for path in paths]
        first = records[0]
        for path, record in zip(paths, records, strict=True):
            for name in _COMMON:
                if record[name] != first[name]:
                    raise InputError(
                        f"{path}: {name} {one_line(repr(record[name]))} differ from {one_line(repr(first[name]))} of "
                        f"{paths[0]}; train both alike"
                    )
        models = tuple(
            model for path, record in zip(paths, records, strict=True) for model in _models(Path(path), record)
        )
        missing = sorted(set(first["drawn"]) - {model.name for model in models})
        if missing:
            raise InputError(
                f"{', '.join(map(str, paths))}: drawn but not there: {one_line(', '.join(missing))}; name all chunks"
            )
        return cls(first["examples_per_class"], first["rates"], first["settings"]["seed"], models)


def _read_record(path: Path, experiment: str) -> dict:
    record = read_json(path, _KEYS)
    reader = RecordReader(path, record)
    reader.choice("experiment", (experiment,))
    reader.choice("rates", RATES)
    reader.choice("training_length", TRAINING_LENGTHS)
    settings = reader.inner("settings", record["settings"], ("seed",))
    settings.whole("seed", settings.value["seed"])
    if record["examples_per_class"] is not None:
        reader.whole("examples_per_class", record["examples_per_class"], least=1)
    reader.texts("drawn", least=1)
    for place, case in enumerate(reader.listed("cases", record["cases"])):
        keys = ("name", "test_sha256", "train_examples", "train_steps", "decisions")
        inner = reader.inner(f"cases.{place}", case, keys)
        inner.text("name")
        inner.text("test_sha256")
        inner.whole("train_examples", case["train_examples"])
        inner.whole("train_steps", case["train_steps"])
        inner.texts("decisions", least=1)
    return record


def _models(path: Path, record: dict) -> list[Baseline]:
    decisions = path.with_suffix(".npz")
    names = [f"{number}/{kind}" for number, case in enumerate(record["cases"]) for kind in case["decisions"]]
    arrays = read_arrays(decisions, tuple(names))
    if sha256_of_arrays(arrays) != record["decisions_sha256"]:
        raise InputError(f"{decisions}: not the decisions that {path} describes; train the baselines again")
    return [
        Baseline(
            case["name"],
            case["train_examples"],
            case["train_steps"],
            case["test_sha256"],
            {kind: arrays[f"{number}/{kind}"] for kind in case["decisions"]},
        )
        for number, case in enumerate(record["cases"])
    ]
