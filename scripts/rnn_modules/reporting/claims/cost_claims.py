"""The claims of research question 1 (paper, section V-B1), computed the same way from any set of deltas.

Applied to Table II they give the recomputed figures of the file of claims; applied to records, ours.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from rnn_modules.names import (
    ARCHITECTURES,
    LANGUAGE_PAIRS,
    MANY_OUTPUT,
    PAPER,
    PAPER_LAYERS,
    PAPER_RNN_TYPES,
    RNN_TYPES,
    TRANSLATION,
    modes_of,
)
from rnn_modules.records.cost_records import PUBLISHED_METRIC, Record
from rnn_modules.records.published import tables as published_tables
from rnn_modules.records.published.package_accuracies import package_accuracies
from rnn_modules.records.variant_records import VariantRecord
from rnn_modules.reporting.analysis.cost_deltas import deltas
from rnn_modules.reporting.claims.evidence import Evidence, Statistic

ONE_OUTPUT = ("one_to_one", "many_to_one")
CLASSIFICATION = ONE_OUTPUT + MANY_OUTPUT
# Name of a measure -> scope of the many-output models, metric of the translation models.
MEASURES = {
    "as_published": ("all", PUBLISHED_METRIC[TRANSLATION]),
    "padding_excluded": ("unpadded", PUBLISHED_METRIC[TRANSLATION]),
    "bleu": ("all", "bleu"),
    "chrf": ("all", "chrf"),
}
GATES = "C18"
GATE_VARIANT = "gate_approach"
_GATED = ("lstm", "gru")


@dataclass(frozen=True)
class Point:
    """One delta in percentage points, or one Jaccard index, of one model in one mode (and pair).

    Example:
        >>> points = published_points(jaccard=False)
        >>> min(points, key=lambda point: point.value)
        Point(architecture='one_to_many', mode='rolled', rnn='lstm', value=-94.59)
    """

    architecture: str
    mode: str
    rnn: str
    value: float


@dataclass(frozen=True)
class Group:
    """What a claim is about: the models, the modes, and what is computed from their values.

    Example:
        >>> group = Group(ONE_OUTPUT, ("unrolled",), "mean")
        >>> points = [Point("many_to_one", "unrolled", "lstm", -0.5), Point("many_to_one", "rolled", "gru", 0.1)]
        >>> [group.holds(point) for point in points], group.missing(points)
        ([True, False], ('GRU', 'Vanilla'))
    """

    architectures: tuple[str, ...]
    modes: tuple[str, ...]
    statistic: Statistic
    jaccard: bool = False
    best_mode: bool = False

    def holds(self, point: Point) -> bool:
        """Whether a point belongs to the group; the best mode is rolled for 1:1, unrolled for the others."""
        mode = "rolled" if point.architecture == "one_to_one" else "unrolled"
        return point.architecture in self.architectures and (
            point.mode == mode if self.best_mode else point.mode in self.modes
        )

    def missing(self, points: Iterable[Point]) -> tuple[str, ...]:
        """Names of the group's I/O types and RNN types of which there is no point."""
        points = [point for point in points if self.holds(point)]
        concerned = [name for name in self.architectures if self.best_mode or set(modes_of(name)) & set(self.modes)]
        absent = [ARCHITECTURES[name] for name in concerned if name not in {point.architecture for point in points}]
        return (*absent, *(RNN_TYPES[rnn] for rnn in PAPER_RNN_TYPES if rnn not in {point.rnn for point in points}))

    @property
    def other_measures(self) -> tuple[str, ...]:
        """Measures beside the published one that change the claim's figure."""
        if self.jaccard:
            return ()
        if self.architectures == (TRANSLATION,):
            return ("bleu", "chrf")
        return ("padding_excluded",) if set(self.architectures) & set(MANY_OUTPUT) else ()


_ROLLED, _UNROLLED = ("rolled",), ("unrolled",)
GROUPS = {
    "C01": Group(CLASSIFICATION, (), "mean", best_mode=True),
    "C02": Group(CLASSIFICATION, (), "median", best_mode=True),
    "C03": Group((TRANSLATION,), _ROLLED, "mean"),
    "C04": Group((TRANSLATION,), _ROLLED, "median"),
    "C05": Group(CLASSIFICATION, _ROLLED, "mean"),
    "C06": Group(CLASSIFICATION, _ROLLED, "median"),
    "C07": Group(CLASSIFICATION, _UNROLLED, "mean"),
    "C08": Group(CLASSIFICATION, _UNROLLED, "median"),
    "C09": Group(ONE_OUTPUT, _ROLLED, "mean"),
    "C10": Group(MANY_OUTPUT, _ROLLED, "mean"),
    "C11": Group(ONE_OUTPUT, _UNROLLED, "mean"),
    "C12": Group(MANY_OUTPUT, _UNROLLED, "mean"),
    "C13": Group(CLASSIFICATION, (), "share", best_mode=True),
    "C14": Group((TRANSLATION,), _ROLLED, "share"),
    "C15": Group((TRANSLATION,), _UNROLLED, "mean"),
    "C16": Group((*CLASSIFICATION, TRANSLATION), _ROLLED, "mean", jaccard=True),
    "C17": Group((*CLASSIFICATION, TRANSLATION), _UNROLLED, "mean", jaccard=True),
}


def published_points(jaccard: bool) -> list[Point]:
    """Points of Table II; the Jaccard index counts once per model, a translation model's pairs share it.

    Example:
        >>> len(published_points(jaccard=False)), len(published_points(jaccard=True))
        (156, 108)
    """
    return [
        Point(cell.architecture, cell.mode, cell.rnn, cell.jaccard if jaccard else cell.delta)
        for cell in published_tables.table2().values()
        if not jaccard or cell.pair in (None, LANGUAGE_PAIRS[0])
    ]


def delta_points(records: list[Record], measure: str) -> list[Point]:
    """Points of our records (the paper's three RNN types), seeds averaged, under one of ``MEASURES``.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> len(delta_points(records, "as_published"))
        24
    """
    scope, translation_metric = MEASURES[measure]
    points = []
    for delta in deltas(records):
        many_output = delta.architecture in MANY_OUTPUT
        metric = translation_metric if delta.architecture == TRANSLATION else "accuracy"
        in_paper = delta.rnn in PAPER_RNN_TYPES and delta.layers in PAPER_LAYERS
        if in_paper and delta.metric == metric and (not many_output or delta.scope == scope):
            points.append(Point(delta.architecture, delta.mode, delta.rnn, delta.mean))
    return points


def jaccard_points(records: list[Record]) -> list[Point]:
    """Jaccard index of every model and mode, seeds averaged, over the weights that the paper counted.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> len(jaccard_points(records))
        24
    """
    gathered: dict[tuple, list[float]] = {}
    for record in records:
        if record.rnn in PAPER_RNN_TYPES and record.layers in PAPER_LAYERS:
            for mode, composition in record.modes.items():
                key = (record.architecture, mode, record.rnn, record.layers)
                gathered.setdefault(key, []).append(composition.jaccard)
    return [
        Point(architecture, mode, rnn, statistics.fmean(values))
        for (architecture, mode, rnn, _), values in gathered.items()
    ]


def evidence_of(group: Group, points: list[Point], others: dict[str, list[Point]] | None = None) -> Evidence:
    """Evidence on a claim from points, and from those under other measures.

    Example:
        >>> round(evidence_of(GROUPS["C03"], published_points(jaccard=False)).figure(), 2)
        0.1
    """

    def values(chosen: list[Point]) -> tuple[float, ...]:
        return tuple(point.value for point in chosen if group.holds(point))

    return Evidence(
        values=values(points),
        statistic=group.statistic,
        others={name: Evidence(values(other), group.statistic).figure() for name, other in (others or {}).items()},
        missing=group.missing(points),
    )


def cost_evidence(records: list[Record]) -> dict[str, Evidence]:
    """Evidence on C01 to C17.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> cost_evidence(records)["C09"].missing
        ('1:1',)
    """
    by_measure = {name: delta_points(records, name) for name in MEASURES}
    jaccard = jaccard_points(records)
    return {
        identifier: evidence_of(
            group,
            jaccard if group.jaccard else by_measure["as_published"],
            {name: by_measure[name] for name in group.other_measures},
        )
        for identifier, group in GROUPS.items()
    }


def gate_evidence(records: list[VariantRecord]) -> Evidence:
    """Evidence on C18: delta with each gate judged by itself minus delta with all judged by the hidden state.

    Every classification model with gates and every mode in the records is one value.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.variant_records import read_variant_records
        >>> folder = Path("results/reference/laptop/experiments")
        >>> records = read_variant_records(folder.glob("variants/many_to_one/*/*.json"))
        >>> len(gate_evidence(records).values)
        4
    """
    scopes = {"as_published": "all", "padding_excluded": "unpadded"}
    gathered: dict[str, dict[tuple, list[float]]] = {name: {} for name in (*scopes, "translation")}
    for record in records:
        variants = {variant.name: variant for variant in record.variants}
        if record.rnn not in _GATED or GATE_VARIANT not in variants:
            continue
        for mode in variants[PAPER].modes:
            key = (record.architecture, record.rnn, record.layers, mode)

            def difference(scope: str, mode: str = mode, record=record, variants=variants) -> float:
                metric = PUBLISHED_METRIC[record.architecture]
                changes = [variants[name].change(mode, scope, metric) for name in (GATE_VARIANT, PAPER)]
                return record.points * (changes[0] - changes[1])

            if record.architecture == TRANSLATION:
                mean = statistics.fmean(map(difference, LANGUAGE_PAIRS))
                gathered["translation"].setdefault(key, []).append(mean)
                continue
            for name, scope in scopes.items():
                scope = scope if record.architecture in MANY_OUTPUT else "all"
                gathered[name].setdefault(key, []).append(difference(scope))
    values = {name: tuple(map(statistics.fmean, found.values())) for name, found in gathered.items()}
    others = {name: Evidence(values[name], "mean").figure() for name in ("padding_excluded", "translation")}
    return Evidence(values=values["as_published"], statistic="mean", others=others)


def published_gate_difference() -> float:
    """What the package's files give for C18, over the figures whose evaluation is sound: all but rolled x:N.

    Example:
        >>> round(published_gate_difference(), 2)
        -0.53
    """
    per_gate = package_accuracies(gate_approach="per_gate")
    hidden_state = package_accuracies()
    differences = []
    for key, accuracy in per_gate.items():
        for mode in modes_of(key[0]):
            if mode == "unrolled" or key[0] in ONE_OUTPUT:
                differences.append(100 * (getattr(accuracy, mode) - getattr(hidden_state[key], mode)))
    return statistics.fmean(differences)
