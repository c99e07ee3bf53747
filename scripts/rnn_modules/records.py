"""Result records of research question 1: one JSON file per model, and the deltas computed from them.

Tables, figures and the summary read these records and the paper's figures, nothing else.
"""

from __future__ import annotations

import math
import os
import statistics
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.artefacts import InputError, read_json
from rnn_modules.published import ARCHITECTURES, LAYERS, MANY_OUTPUT, PAIRS, RNNS, TRANSLATION, modes_of

EXPERIMENT = "decomposition_cost"
CLASSIFICATION_METRICS = ("accuracy", "balanced_accuracy", "macro_f1")
TRANSLATION_METRICS = ("bleu", "chrf", "bleu1", "bleu1_with_tags")
# What Table II prints: accuracy over all positions, and unigram BLEU with the tags counted.
PUBLISHED_METRIC = {name: "bleu1_with_tags" if name == TRANSLATION else "accuracy" for name in ARCHITECTURES}
_KEYS = (
    *("experiment", "run", "architecture", "dataset", "data_source", "rnn", "layers", "seed", "examples", "preset"),
    *("monolithic", "controls", "modes", "provenance"),
)
_MEND = "delete it and make it again"

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
    """

    head: str
    composed: dict[str, Scores]
    jaccard: float
    kept_share: float
    removed_share_per_layer: tuple[float, ...]


@dataclass(frozen=True)
class Record:
    """One model's record; ``controls`` maps majority, zeroed or tags_only to scores."""

    path: Path
    run: str
    architecture: str
    dataset: str
    data_source: str
    rnn: str
    layers: int
    seed: int
    preset: str
    commit: str
    examples: dict[str, int]
    monolithic: Scores
    controls: dict[str, Scores]
    modes: dict[str, Composition]

    @property
    def points(self) -> float:
        """Percentage points per unit of a metric: classification metrics are shares, translation's are 0..100."""
        return 1.0 if self.architecture == TRANSLATION else 100.0


@dataclass(frozen=True)
class Delta:
    """Composed minus monolithic of one model, in percentage points, by seed.

    Attributes:
        pair: language pair, None for classification.
        scope: "all", "unpadded", or the pair.
    """

    architecture: str
    dataset: str
    mode: str
    pair: str | None
    scope: str
    rnn: str
    layers: int
    metric: str
    by_seed: dict[int, float]

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return statistics.fmean(self.by_seed.values())

    @property
    def deviation(self) -> float | None:
        """Sample standard deviation over the seeds; None for a single seed."""
        return statistics.stdev(self.by_seed.values()) if len(self.by_seed) > 1 else None


def metrics_of(architecture: str) -> tuple[str, ...]:
    """Metrics of an architecture's records."""
    return TRANSLATION_METRICS if architecture == TRANSLATION else CLASSIFICATION_METRICS


def scopes_of(architecture: str) -> tuple[str, ...]:
    """Scopes of an architecture's scores."""
    if architecture == TRANSLATION:
        return PAIRS
    return ("all", "unpadded") if architecture in MANY_OUTPUT else ("all",)


def controls_of(architecture: str) -> tuple[str, ...]:
    """Predictors that know nothing, shown beside an architecture's models."""
    if architecture == TRANSLATION:
        return ("tags_only",)
    return ("majority", "zeroed") if architecture in MANY_OUTPUT else ("majority",)


class _Reader:
    """Takes checked values out of one record, naming the file and the key in every error."""

    def __init__(self, path: Path, value: dict):
        self.path = path
        self.value = value

    def fail(self, key: str, expected: str, received: object):
        received = textwrap.shorten(repr(received), 80)
        raise InputError(f"{self.path}: {key}: expected {expected}, received {received}; {_MEND}")

    def choice(self, key: str, choices: Iterable):
        value = self.value[key]
        if type(value) not in (str, int) or value not in tuple(choices):
            self.fail(key, f"one of {', '.join(map(str, choices))}", value)
        return value

    def text(self, key: str) -> str:
        if not isinstance(self.value[key], str) or not self.value[key]:
            self.fail(key, "a text", self.value[key])
        return self.value[key]

    def mapping(self, key: str, value: object) -> dict:
        if not isinstance(value, dict):
            self.fail(key, "an object", value)
        return value

    def number(self, key: str, value: object, highest: float) -> float:
        # A rounding error above the highest value is none of the record's fault.
        if type(value) not in (int, float) or not math.isfinite(value) or not 0 <= value <= highest * (1 + 1e-9):
            self.fail(key, f"a number from 0 to {highest:g}", value)
        return float(value)

    def whole(self, key: str, value: object) -> int:
        if type(value) is not int or value < 0:
            self.fail(key, "a whole number, not negative", value)
        return value

    def scores(self, key: str, value: object, architecture: str) -> Scores:
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

    def composition(self, mode: str, value: object, architecture: str) -> Composition:
        key = f"modes.{mode}"
        value = self.mapping(key, value)
        composed = self.mapping(f"{key}.composed", value.get("composed"))
        head = value.get("head")
        if not isinstance(head, str) or head not in composed:
            self.fail(f"{key}.head", f"one of {', '.join(composed)}", head)
        removed = value.get("removed_share_per_layer")
        if not isinstance(removed, list):
            self.fail(f"{key}.removed_share_per_layer", "a list", removed)
        return Composition(
            head=head,
            composed={
                name: self.scores(f"{key}.composed.{name}", scores, architecture) for name, scores in composed.items()
            },
            jaccard=self.number(f"{key}.jaccard", value.get("jaccard"), 1.0),
            kept_share=self.number(f"{key}.kept_share", value.get("kept_share"), 1.0),
            removed_share_per_layer=tuple(
                self.number(f"{key}.removed_share_per_layer", share, 1.0) for share in removed
            ),
        )


def read_record(path: str | os.PathLike) -> Record:
    """Read and check one record.

    Raises:
        InputError: the file is missing, is no JSON, or a value is missing, of the wrong kind or out of range.
    """
    path = Path(path)
    value = read_json(path, _KEYS)
    reader = _Reader(path, value)
    reader.choice("experiment", (EXPERIMENT,))
    architecture = reader.choice("architecture", ARCHITECTURES)
    modes = reader.mapping("modes", value["modes"])
    if not modes or not set(modes) <= set(modes_of(architecture)):
        reader.fail("modes", f"some of {', '.join(modes_of(architecture))}", list(modes))
    controls = reader.mapping("controls", value["controls"])
    known = controls_of(architecture)
    if not set(controls) <= set(known):
        reader.fail("controls", f"some of {', '.join(known)}", list(controls))
    commit = reader.mapping("provenance", value["provenance"]).get("commit")
    return Record(
        path=path,
        run=reader.text("run"),
        architecture=architecture,
        dataset=reader.text("dataset"),
        data_source=reader.text("data_source"),
        rnn=reader.choice("rnn", RNNS),
        layers=reader.choice("layers", LAYERS),
        seed=reader.whole("seed", value["seed"]),
        preset=reader.text("preset"),
        commit=commit if isinstance(commit, str) and commit else "unknown",
        examples={
            name: reader.whole(f"examples.{name}", count)
            for name, count in reader.mapping("examples", value["examples"]).items()
        },
        monolithic=reader.scores("monolithic", value["monolithic"], architecture),
        controls={name: reader.scores(f"controls.{name}", scores, architecture) for name, scores in controls.items()},
        modes={
            mode: reader.composition(mode, modes[mode], architecture)
            for mode in modes_of(architecture)
            if mode in modes
        },
    )


def read_records(paths: Iterable[str | os.PathLike]) -> list[Record]:
    """Read the records of one run, in the order of Table II.

    Raises:
        InputError: no path, a damaged record, records of several runs or presets, or two records of one model and seed.
    """
    records = [read_record(path) for path in paths]
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
        key = (record.architecture, record.rnn, record.layers, record.seed)
        if key in seen:
            raise InputError(f"{record.path}: same model and seed as {seen[key]}; give each record once")
        seen[key] = record.path
    architectures, rnns = list(ARCHITECTURES), list(RNNS)
    return sorted(
        records,
        key=lambda record: (
            architectures.index(record.architecture),
            rnns.index(record.rnn),
            record.layers,
            record.seed,
        ),
    )


def deltas(records: list[Record]) -> list[Delta]:
    """Deltas of every model, mode, scope and metric, for the primary head, the seeds of a model gathered."""
    gathered: dict[tuple, dict[int, float]] = {}
    for record in records:
        for mode, composition in record.modes.items():
            composed = composition.composed[composition.head]
            for scope in scopes_of(record.architecture):
                pair = scope if record.architecture == TRANSLATION else None
                for metric in metrics_of(record.architecture):
                    difference = composed[scope][metric] - record.monolithic[scope][metric]
                    key = (record.architecture, record.dataset, mode, pair, scope, record.rnn, record.layers, metric)
                    gathered.setdefault(key, {})[record.seed] = record.points * difference
    return [Delta(*key, by_seed=by_seed) for key, by_seed in gathered.items()]


def description(records: list[Record]) -> dict[str, object]:
    """Where the figures come from: run, preset, sources, seeds, commits, models, and examples per dataset.

    Examples are ``[least, most]`` over a dataset's models, for each kind of count in the records.
    """
    examples: dict[str, dict[str, list[int]]] = {}
    for record in records:
        counts = examples.setdefault(record.dataset, {})
        for name, count in record.examples.items():
            least, most = counts.get(name, (count, count))
            counts[name] = [min(least, count), max(most, count)]
    return {
        "run": records[0].run,
        "preset": records[0].preset,
        "data_sources": sorted({record.data_source for record in records}),
        "seeds": sorted({record.seed for record in records}),
        "commits": sorted({record.commit for record in records}),
        "models": len({(record.architecture, record.rnn, record.layers) for record in records}),
        "examples": examples,
    }


def caption(records: list[Record]) -> str:
    """One line that states run, data, numbers of examples, seeds, preset and commit of ``records``."""
    facts = description(records)
    names = {"synthetic": "synthetic (generated text, no real corpus)"}
    sources = ", ".join(names.get(source, f"{source} (real corpora)") for source in facts["data_sources"])

    def count(bounds: list[int] | None) -> str:
        if bounds is None:
            return "?"
        least, most = bounds
        return f"{least:,}" if least == most else f"{least:,}–{most:,}"

    examples = "; ".join(
        f"{dataset} {count(counts.get('train'))} / {count(counts.get('evaluated'))}"
        for dataset, counts in facts["examples"].items()
    )
    return (
        f"Run {facts['run']}, {facts['models']} models, preset {facts['preset']}; data source: {sources}; "
        f"training / evaluated examples: {examples}; seeds: {', '.join(map(str, facts['seeds']))}; "
        f"commit: {', '.join(commit[:12] for commit in facts['commits'])}."
    )
