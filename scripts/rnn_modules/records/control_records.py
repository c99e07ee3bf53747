"""Records of the controls of the method: one JSON file per classifier."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.files.atomic_files import read_json
from rnn_modules.names import ARCHITECTURES, CAP_READINGS, TRANSLATION, modes_of
from rnn_modules.records.cost_records import (
    MODEL_KEYS,
    ModelReader,
    ModelRecord,
    check_together,
    model_order,
    scopes_of,
)

EXPERIMENT = "controls"
METRICS = ("accuracy", "balanced_accuracy")
ORDERS = {
    "paper": "the paper's order",
    "reversed": "reversed order",
    "other_class": "another class's mask",
}
"""Orders of removal that are no draw, with their titles; random ones stand beside."""
_KEYS = (*MODEL_KEYS, "draws", "classes", "parent", "majority", "readings")

Figures = dict[str, dict[str, float]]
"""Scope -> accuracy and balanced accuracy, shares."""


@dataclass(frozen=True)
class Judged:
    """What one set of modules reached.

    Attributes:
        scopes: of the joint decision.
        auc: one-against-rest area under the ROC curve by class, None where a class does not occur.
        recognition: one-against-rest balanced accuracy, likewise.

    Example:
        >>> found = Judged({"all": {"accuracy": 0.75}}, auc=(0.5, None, 1.0), recognition=(0.5, None, 0.5))
        >>> found.mean_auc, found.mean_recognition
        (0.75, 0.5)
    """

    scopes: Figures
    auc: tuple[float | None, ...]
    recognition: tuple[float | None, ...]

    @property
    def mean_auc(self) -> float | None:
        """Mean over the classes that occur."""
        return _mean(self.auc)

    @property
    def mean_recognition(self) -> float | None:
        """Mean over the classes that occur."""
        return _mean(self.recognition)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


@dataclass(frozen=True)
class Reading:
    """One mode at one reading of the cap.

    Attributes:
        orders: order of removal (:data:`ORDERS`) -> what its modules reached.
        random: what each draw reached.
        removed_share: share of the nodes that the modules lost.

    Example:
        >>> sets = [Judged({"all": {"accuracy": x}}, (), ()) for x in (0.9, 0.6, 0.8)]
        >>> Reading({"paper": sets[0]}, tuple(sets[1:]), 0.2).over_chance("all", "accuracy")
        0.2
    """

    orders: dict[str, Judged]
    random: tuple[Judged, ...]
    removed_share: float

    def over_chance(self, scope: str, metric: str) -> float:
        """The paper's order minus the mean of the random draws, a share."""
        chance = statistics.fmean(draw.scopes[scope][metric] for draw in self.random)
        return round(self.orders["paper"].scopes[scope][metric] - chance, 12)


@dataclass(frozen=True)
class ControlRecord(ModelRecord):
    """One classifier, cut in several orders at several readings of the cap.

    Attributes:
        majority: figures of the constant answer.
        parent: of the undecomposed model.
        readings: reading of the cap -> mode -> figures.

    Example:
        >>> from support.made_up_controls import control_record, written
        >>> record = read_control_record(written(control_record()))
        >>> record.draws, list(record.readings), list(record.readings["nodes"])
        (3, ['removals', 'nodes', 'edges'], ['rolled', 'unrolled'])
    """

    draws: int
    classes: tuple[str, ...]
    parent: Judged
    majority: Figures
    readings: dict[str, dict[str, Reading]]


class _Reader(ModelReader):
    """Takes the figures of sets of modules out of a record."""

    architecture: str
    classes: int

    def figures(self, key: str, value: object) -> Figures:
        value = self.mapping(key, value)
        return {
            scope: {
                name: self.number(
                    f"{key}.{scope}.{name}", self.mapping(f"{key}.{scope}", value.get(scope)).get(name), 1.0
                )
                for name in METRICS
            }
            for scope in scopes_of(self.architecture)
        }

    def judged(self, key: str, value: object) -> Judged:
        inner = self.mapping(key, value)
        modules = self.mapping(f"{key}.modules", inner.get("modules"))
        lists = {name: tuple(self._shares(f"{key}.modules.{name}", modules.get(name))) for name in ("auc", METRICS[1])}
        return Judged(self.figures(f"{key}.scopes", inner.get("scopes")), lists["auc"], lists[METRICS[1]])

    def _shares(self, key: str, value: object) -> Iterator[float | None]:
        values = self.listed(key, value)
        if len(values) != self.classes:
            self.fail(key, f"{self.classes} numbers, one for each class", len(values))
        return (None if number is None else self.number(key, number, 1.0) for number in values)

    def reading(self, key: str, value: object) -> Reading:
        inner = self.mapping(key, value)
        drawn = self.listed(f"{key}.random", inner.get("random"), 1)
        return Reading(
            orders={name: self.judged(f"{key}.{name}", inner.get(name)) for name in ORDERS},
            random=tuple(self.judged(f"{key}.random.{place}", draw) for place, draw in enumerate(drawn)),
            removed_share=self.number(f"{key}.removed_share", inner.get("removed_share"), 1.0),
        )


def read_control_record(path: str | os.PathLike) -> ControlRecord:
    """Read and check one record.

    Raises:
        InputError: the file is missing, is no JSON, or a value is missing, of the wrong kind or out of range.

    Example:
        >>> from support.made_up_controls import control_record, written
        >>> read_control_record(written(control_record())).parent.scopes["all"]["accuracy"] > 0.9
        True
    """
    path = Path(path)
    reader = _Reader(path, read_json(path, _KEYS))
    reader.choice("experiment", (EXPERIMENT,))
    model = reader.model()
    reader.architecture = reader.choice("architecture", [name for name in ARCHITECTURES if name != TRANSLATION])
    classes = reader.texts("classes", 1)
    reader.classes = len(classes)
    value = reader.value
    readings: dict[str, dict[str, Reading]] = {}
    for name in CAP_READINGS:
        modes = reader.mapping(f"readings.{name}", reader.mapping("readings", value["readings"]).get(name))
        if not modes or not set(modes) <= set(modes_of(reader.architecture)):
            reader.fail(f"readings.{name}", f"some of {', '.join(modes_of(reader.architecture))}", list(modes))
        readings[name] = {
            mode: reader.reading(f"readings.{name}.{mode}", modes[mode])
            for mode in modes_of(reader.architecture)
            if mode in modes
        }
    return ControlRecord(
        path=path,
        **model,
        draws=reader.whole("draws", value["draws"], 1),
        classes=tuple(classes),
        parent=reader.judged("parent", value["parent"]),
        majority=reader.figures("majority", value["majority"]),
        readings=readings,
    )


def read_control_records(paths: Iterable[str | os.PathLike]) -> list[ControlRecord]:
    """Read the records of one run, in the order of Table II; errors as :func:`cost_records.read_records`.

    Example:
        >>> from support.made_up_controls import control_record, written
        >>> [record.rnn for record in read_control_records([written(control_record(rnn="gru"))])]
        ['gru']
    """
    records = [read_control_record(path) for path in paths]
    check_together(records, lambda record: (record.architecture, record.rnn, record.layers, record.seed))
    return sorted(records, key=model_order)
