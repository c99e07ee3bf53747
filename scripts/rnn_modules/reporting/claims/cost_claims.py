"""The claims of research question 1 (paper, section V-B1), computed the same way from any set of deltas.

Applied to Table II they give the recomputed figures of the file of claims; applied to records, ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rnn_modules.names import (
    ARCHITECTURES,
    LANGUAGE_PAIRS,
    MANY_OUTPUT,
    PAPER_LAYERS,
    PAPER_RNN_TYPES,
    RNN_TYPES,
    TRANSLATION,
    modes_of,
)
from rnn_modules.records.cost_records import PUBLISHED_METRIC, Record
from rnn_modules.records.published import tables as published_tables
from rnn_modules.reporting.analysis.clusters import Cluster, Value
from rnn_modules.reporting.analysis.cost_deltas import deltas
from rnn_modules.reporting.analysis.published_constants import repeated_accuracies
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


@dataclass(frozen=True)
class Point:
    """One delta in percentage points, or one Jaccard index, of one trained model in one mode (and pair).

    Example:
        >>> points = published_points(jaccard=False)
        >>> min(points, key=lambda point: point.value)
        Point(architecture='one_to_many', mode='rolled', rnn='lstm', value=-94.59, layers=3, seed=0)
    """

    architecture: str
    mode: str
    rnn: str
    value: float
    layers: int = 1
    seed: int = 0

    def as_value(self) -> Value:
        """The value and the trained model that it is of."""
        return Value(self.value, Cluster.of(self))


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
        Point(cell.architecture, cell.mode, cell.rnn, cell.jaccard if jaccard else cell.delta, cell.layers)
        for cell in published_tables.table2().values()
        if not jaccard or cell.pair in (None, LANGUAGE_PAIRS[0])
    ]


def delta_points(records: list[Record], measure: str) -> list[Point]:
    """Points of our records (the paper's three RNN types), one per seed, under one of ``MEASURES``.

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
            points += [
                Point(delta.architecture, delta.mode, delta.rnn, value, delta.layers, seed)
                for seed, value in delta.by_seed.items()
            ]
    return points


def jaccard_points(records: list[Record]) -> list[Point]:
    """Jaccard index of every trained model and mode, over the weights that the paper counted.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> len(jaccard_points(records))
        24
    """
    return [
        Point(record.architecture, mode, record.rnn, composition.jaccard, record.layers, record.seed)
        for record in records
        if record.rnn in PAPER_RNN_TYPES and record.layers in PAPER_LAYERS
        for mode, composition in record.modes.items()
    ]


def evidence_of(group: Group, points: list[Point], others: dict[str, list[Point]] | None = None) -> Evidence:
    """Evidence on a claim from points, and from those under other measures.

    Example:
        >>> round(evidence_of(GROUPS["C03"], published_points(jaccard=False)).figure(), 2)
        0.1
    """

    def values(chosen: list[Point]) -> tuple[Value, ...]:
        return tuple(point.as_value() for point in chosen if group.holds(point))

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


def published_parts(identifier: str) -> dict[str, float]:
    """What Table II gives for the settings, or else RNN types, that a claim pools.

    Example:
        >>> {name: round(figure, 2) for name, figure in published_parts("C03").items()}
        {'LSTM': -0.06, 'GRU': 0.35, 'Vanilla': -0.0}
    """
    group = GROUPS[identifier]
    parts = evidence_of(group, published_points(group.jaccard)).parts()
    return {name: figure for name, part in parts.items() if (figure := part.figure()) is not None}


def invalid_reasons(identifier: str) -> tuple[str, ...]:
    """Why the published figure of a claim is no measurement: rows of Table II behind it whose models agree too well.

    Example:
        >>> invalid_reasons("C10")[1][:44], invalid_reasons("C12"), invalid_reasons("C16")
        ('M:N rolled: 10 of 12 accuracies are those of', (), ())
    """
    group = GROUPS[identifier]
    if group.jaccard:
        return ()
    repeated = repeated_accuracies()
    return tuple(
        row.text()
        for (architecture, mode), row in repeated.items()
        if row.invalid and group.holds(Point(architecture, mode, "lstm", 0.0))
    )
