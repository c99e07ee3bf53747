"""Result records of research question 1: one JSON file per model.

Tables, figures and the answers to claims read these records and the paper's figures, nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from rnn_modules.files.atomic_files import InputError, read_json
from rnn_modules.files.checked_json import RecordReader
from rnn_modules.names import (
    ARCHITECTURES,
    BY_PACKAGE,
    CLASSIFICATION_METRICS,
    COMPACT,
    LANGUAGE_PAIRS,
    MANY_OUTPUT,
    PACKAGE,
    RNN_TYPES,
    TRANSLATION,
    TRANSLATION_METRICS,
    modes_of,
)

EXPERIMENT = "decomposition_cost"
# What Table II prints: accuracy over all positions, and unigram BLEU with the tags counted.
PUBLISHED_METRIC = {name: "bleu1_with_tags" if name == TRANSLATION else "accuracy" for name in ARCHITECTURES}
MODEL_KEYS = (
    *("experiment", "run", "architecture", "dataset", "data_source", "rnn", "layers", "seed", "examples", "preset"),
    "provenance",
)
"""What every record of one model has."""
_KEYS = (*MODEL_KEYS, "monolithic", "controls", "modes")

Scores = dict[str, dict[str, float]]
"""Scope -> metric -> value; shares 0..1 for classification, 0..100 for translation."""


@dataclass(frozen=True)
class Composition:
    """What one mode of decomposition gave.

    Attributes:
        head: the primary module head.
        composed: head -> scores of the composed model.
        jaccard: Jaccard index of model and modules over the weights that the paper counted (translation: the
            decoder's alone).
        kept_share: share of all parameters that the modules keep.
        removed_share_per_layer: share of nodes removed, per recurrent layer.
        recurrent_share: share of the recurrent layers' weights that the modules keep; None in earlier records.
        recognition: head -> mean balanced accuracy of the modules' yes or no; empty for translation.

    Example:
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> rolled = read_record(path).modes["rolled"]
        >>> rolled.head, list(rolled.composed), round(rolled.jaccard, 2), round(rolled.kept_share, 2)
        ('mean', ['mean', 'log_sum_exp', 'calibrated'], 0.83, 0.98)
    """

    head: str
    composed: dict[str, Scores]
    jaccard: float
    kept_share: float
    removed_share_per_layer: tuple[float, ...]
    recurrent_share: float | None = None
    recognition: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class SmallComposition:
    """What small modules gave.

    Attributes:
        head: the primary module head.
        composed: head -> scores of the composed model.
        recognition: head -> mean balanced accuracy of the modules' yes or no; empty for translation.
        recurrent_share: share of the recurrent layers' weights that the modules keep.
        kept_share: share of all parameters that they keep.
        removed_share_per_layer: share of nodes removed, per recurrent layer.

    Example:
        >>> scores = {"refitted": {"all": {"accuracy": 0.93}}}
        >>> small = SmallComposition("refitted", scores, {"refitted": 0.95}, 0.1, 0.4, (0.8,))
        >>> small.composed[small.head]["all"], small.recurrent_share
        ({'accuracy': 0.93}, 0.1)
    """

    head: str
    composed: dict[str, Scores]
    recognition: dict[str, float]
    recurrent_share: float
    kept_share: float
    removed_share_per_layer: tuple[float, ...]


@dataclass(frozen=True)
class RunRecord:
    """What every record says, whether of one model or of cases.

    Example:
        >>> record = RunRecord(Path("record.json"), "demo", "paper", "synthetic", "lstm", 2, 0, "unknown")
        >>> f"{record.run}: {record.rnn}-{record.layers}, seed {record.seed}, {record.data_source} data"
        'demo: lstm-2, seed 0, synthetic data'
    """

    path: Path
    run: str
    preset: str
    data_source: str
    rnn: str
    layers: int
    seed: int
    commit: str


AnyRecord = TypeVar("AnyRecord", bound=RunRecord)


@dataclass(frozen=True)
class ModelRecord(RunRecord):
    """What every record of one model says.

    Example:
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> record = read_record(path)
        >>> record.architecture, record.dataset, record.examples["test"], record.points
        ('many_to_one', 'clinc', 4499, 100.0)
    """

    architecture: str
    dataset: str
    examples: dict[str, int]

    @property
    def points(self) -> float:
        """Percentage points per unit of a metric: classification metrics are shares, translation's are 0..100."""
        return 1.0 if self.architecture == TRANSLATION else 100.0


@dataclass(frozen=True)
class Record(ModelRecord):
    """One model's record.

    Attributes:
        controls: majority, zeroed or tags_only -> scores.
        modes: mode -> what modules by the run's preset gave.
        package: mode -> what modules by the package gave beside them.
        compact: what small modules gave.

    Example:
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> record = read_record(path)
        >>> before = record.monolithic["all"]["accuracy"]
        >>> after = record.modes["unrolled"].composed["mean"]["all"]["accuracy"]
        >>> round(record.points * before, 2), round(record.points * after, 2), list(record.controls)
        (95.13, 94.78, ['majority'])
    """

    monolithic: Scores
    controls: dict[str, Scores]
    modes: dict[str, Composition]
    compact: SmallComposition | None = None
    package: dict[str, Composition] = field(default_factory=dict)


def compositions(record: Record) -> dict[str, Composition | SmallComposition]:
    """What every kind of modules gave, as :data:`rnn_modules.names.MODULES` names them.

    Example:
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> list(compositions(read_record(path)))[:2]
        ['rolled', 'unrolled']
    """
    by_package = {name: record.package[mode] for name, mode in BY_PACKAGE.items() if mode in record.package}
    return {**record.modes, **by_package, **({} if record.compact is None else {COMPACT: record.compact})}


def metrics_of(architecture: str) -> tuple[str, ...]:
    """Metrics of an architecture's records.

    Example:
        >>> metrics_of("many_to_one")
        ('accuracy', 'balanced_accuracy', 'macro_f1')
    """
    return TRANSLATION_METRICS if architecture == TRANSLATION else CLASSIFICATION_METRICS


def scopes_of(architecture: str) -> tuple[str, ...]:
    """Scopes of an architecture's scores.

    Example:
        >>> scopes_of("one_to_many"), scopes_of("encoder_decoder")
        (('all', 'unpadded'), ('en-fr', 'en-de', 'en-it'))
    """
    if architecture == TRANSLATION:
        return LANGUAGE_PAIRS
    return ("all", "unpadded") if architecture in MANY_OUTPUT else ("all",)


def controls_of(architecture: str) -> tuple[str, ...]:
    """Predictors that know nothing, shown beside an architecture's models.

    Example:
        >>> controls_of("one_to_many")
        ('majority', 'zeroed')
    """
    if architecture == TRANSLATION:
        return ("tags_only",)
    return ("majority", "zeroed") if architecture in MANY_OUTPUT else ("majority",)


class ModelReader(RecordReader):
    """Takes the scores and compositions of one model out of a record.

    Example:
        >>> scores = {"all": {"accuracy": 0.9, "balanced_accuracy": 0.8, "macro_f1": 0.85}}
        >>> rolled = {"head": "mean", "composed": {"mean": scores}, "jaccard": 0.8, "kept_share": 0.9}
        >>> rolled["removed_share_per_layer"] = [0.2]
        >>> reader = ModelReader(Path("record.json"), {"modes": {"rolled": rolled}})
        >>> reader.compositions("modes", reader.value["modes"], "many_to_one")["rolled"].removed_share_per_layer
        (0.2,)
    """

    def scores(self, key: str, value: object, architecture: str) -> Scores:
        """Metrics of every scope of the architecture."""
        value = self.mapping(key, value)
        highest = 100.0 if architecture == TRANSLATION else 1.0
        result: Scores = {}
        for scope in scopes_of(architecture):
            metrics = self.mapping(f"{key}.{scope}", value.get(scope))
            result[scope] = {
                name: self.number(f"{key}.{scope}.{name}", metrics.get(name), highest)
                for name in metrics_of(architecture)
            }
        return result

    def composition(self, key: str, value: object, architecture: str) -> Composition:
        """What one mode gave."""
        value = self.mapping(key, value)
        share = value.get("recurrent_share")
        return Composition(
            **self._composed(key, value, architecture),
            jaccard=self.number(f"{key}.jaccard", value.get("jaccard"), 1.0),
            recurrent_share=None if share is None else self.number(f"{key}.recurrent_share", share, 1.0),
        )

    def small_composition(self, key: str, value: object, architecture: str) -> SmallComposition:
        """What small modules gave."""
        value = self.mapping(key, value)
        return SmallComposition(
            **self._composed(key, value, architecture),
            recurrent_share=self.number(f"{key}.recurrent_share", value.get("recurrent_share"), 1.0),
        )

    def _composed(self, key: str, value: dict[str, Any], architecture: str) -> dict[str, Any]:
        """What both kinds of compositions have, as keyword arguments of their classes."""
        composed = self.mapping(f"{key}.composed", value.get("composed"))
        head: Any = value.get("head")
        if not isinstance(head, str) or head not in composed:
            self.fail(f"{key}.head", f"one of {', '.join(composed)}", head)
        removed = self.listed(f"{key}.removed_share_per_layer", value.get("removed_share_per_layer"))
        said = self.mapping(f"{key}.recognition", value.get("recognition", {}))
        return {
            "head": head,
            "composed": {
                name: self.scores(f"{key}.composed.{name}", scores, architecture) for name, scores in composed.items()
            },
            "recognition": {name: self.number(f"{key}.recognition.{name}", share, 1.0) for name, share in said.items()},
            "kept_share": self.number(f"{key}.kept_share", value.get("kept_share"), 1.0),
            "removed_share_per_layer": tuple(
                self.number(f"{key}.removed_share_per_layer", share, 1.0) for share in removed
            ),
        }

    def compositions(self, key: str, value: object, architecture: str) -> dict[str, Composition]:
        """What every mode gave, in the paper's order."""
        modes = self.mapping(key, value)
        if not modes or not set(modes) <= set(modes_of(architecture)):
            self.fail(key, f"some of {', '.join(modes_of(architecture))}", list(modes))
        return {
            mode: self.composition(f"{key}.{mode}", modes[mode], architecture)
            for mode in modes_of(architecture)
            if mode in modes
        }

    def model(self) -> dict[str, Any]:
        """The keys that say which model and data a record is of, as keyword arguments of its class."""
        return {
            "run": self.text("run"),
            "architecture": self.choice("architecture", ARCHITECTURES),
            "dataset": self.text("dataset"),
            "data_source": self.text("data_source"),
            "rnn": self.choice("rnn", RNN_TYPES),
            "layers": self.layers("layers", self.value["layers"]),
            "seed": self.whole("seed", self.value["seed"]),
            "preset": self.text("preset"),
            "commit": self.commit(),
            "examples": self.counts("examples", self.value["examples"]),
        }


def read_record(path: str | os.PathLike) -> Record:
    """Read and check one record.

    Raises:
        InputError: the file is missing, is no JSON, or a value is missing, of the wrong kind or out of range.

    Example:
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> record = read_record(path)
        >>> record.rnn, list(record.modes), record.modes["rolled"].head
        ('lstm', ['rolled', 'unrolled'], 'mean')
    """
    path = Path(path)
    value = read_json(path, _KEYS)
    reader = ModelReader(path, value)
    reader.choice("experiment", (EXPERIMENT,))
    architecture = reader.choice("architecture", ARCHITECTURES)
    controls = reader.mapping("controls", value["controls"])
    known = controls_of(architecture)
    if not set(controls) <= set(known):
        reader.fail("controls", f"some of {', '.join(known)}", list(controls))
    return Record(
        path=path,
        **reader.model(),
        monolithic=reader.scores("monolithic", value["monolithic"], architecture),
        controls={name: reader.scores(f"controls.{name}", scores, architecture) for name, scores in controls.items()},
        modes=reader.compositions("modes", value["modes"], architecture),
        compact=reader.small_composition(COMPACT, value[COMPACT], architecture) if COMPACT in value else None,
        package=reader.compositions(PACKAGE, value[PACKAGE], architecture) if PACKAGE in value else {},
    )


def read_records(paths: Iterable[str | os.PathLike]) -> list[Record]:
    """Read the records of one run, in the order of Table II.

    Raises:
        InputError: no path, a damaged record, records of several runs or presets, or two records of one model and seed.

    Example:
        >>> len(read_records(Path("results/reference/laptop").glob("models/*/*/*/*/decomposition_cost.json")))
        60
    """
    records = [read_record(path) for path in paths]
    check_together(records, lambda record: (record.architecture, record.rnn, record.layers, record.seed))
    return sorted(records, key=model_order)


def check_together(records: Sequence[AnyRecord], key: Callable[[AnyRecord], tuple]) -> None:
    """Check that there are records, that all are of one run and preset, and none has the same ``key`` as another.

    Raises:
        InputError: it is not so.

    Example:
        >>> folder = Path("results/reference/laptop/models")
        >>> check_together(read_records(folder.glob("**/decomposition_cost.json")), model_order)
    """
    if not records:
        raise InputError("no record given, received an empty list; name the JSON files of a run")
    first = records[0]
    seen: dict[tuple, Path] = {}
    for record in records:
        for name in ("run", "preset"):
            if getattr(record, name) != getattr(first, name):
                raise InputError(
                    f"{record.path}: {name}: {getattr(record, name)!r} differs from {getattr(first, name)!r} of "
                    f"{first.path}; give the records of one {name} at a time"
                )
        if key(record) in seen:
            raise InputError(f"{record.path}: same model and seed as {seen[key(record)]}; give each record once")
        seen[key(record)] = record.path


def model_order(record: ModelRecord) -> tuple[int, int, int, int]:
    """Place of a model's record in the order of Table II.

    Example:
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> model_order(read_record(path))
        (1, 0, 1, 0)
    """
    architectures, rnns = list(ARCHITECTURES), list(RNN_TYPES)
    return (architectures.index(record.architecture), rnns.index(record.rnn), record.layers, record.seed)
