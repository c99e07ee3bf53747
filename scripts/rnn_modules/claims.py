"""The claims of research question 1 (paper, section V-B1), computed the same way from any set of deltas.

Applied to Table II they give the recomputed figures of ``config/published/claims.csv``; applied to records, ours.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rnn_modules import published
from rnn_modules.published import LAYERS, MANY_OUTPUT, PAIRS, PAPER_RNNS, TRANSLATION
from rnn_modules.records import PUBLISHED_METRIC, Record, deltas, description, scopes_of
from rnn_modules.rendering import markdown_table
from rnn_modules.sheets import number
from rnn_modules.tables import SCOPE_NAMES

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
    """One delta in percentage points, or one Jaccard index, of one model in one mode (and pair)."""

    architecture: str
    mode: str
    value: float


@dataclass(frozen=True)
class Group:
    """What a claim is about: the models, the modes, and what is computed from their values."""

    architectures: tuple[str, ...]
    modes: tuple[str, ...]
    statistic: Callable[[list[float]], float]
    jaccard: bool = False
    best_mode: bool = False

    def holds(self, point: Point) -> bool:
        """Whether a point belongs to the group; the best mode is rolled for 1:1, unrolled for the others."""
        mode = "rolled" if point.architecture == "one_to_one" else "unrolled"
        return point.architecture in self.architectures and (
            point.mode == mode if self.best_mode else point.mode in self.modes
        )

    @property
    def other_measures(self) -> tuple[str, ...]:
        """Measures beside the published one that change the claim's figure."""
        if self.jaccard:
            return ()
        if self.architectures == (TRANSLATION,):
            return ("bleu", "chrf")
        return ("padding_excluded",) if set(self.architectures) & set(MANY_OUTPUT) else ()


def _share_not_worse(values: list[float]) -> float:
    """Percent of values that are not negative; a rounding error of the subtraction is none."""
    return 100.0 * sum(value > -1e-9 for value in values) / len(values)


_ROLLED, _UNROLLED = ("rolled",), ("unrolled",)
_MEAN, _MEDIAN = statistics.fmean, statistics.median
GROUPS = {
    "C01": Group(CLASSIFICATION, (), _MEAN, best_mode=True),
    "C02": Group(CLASSIFICATION, (), _MEDIAN, best_mode=True),
    "C03": Group((TRANSLATION,), _ROLLED, _MEAN),
    "C04": Group((TRANSLATION,), _ROLLED, _MEDIAN),
    "C05": Group(CLASSIFICATION, _ROLLED, _MEAN),
    "C06": Group(CLASSIFICATION, _ROLLED, _MEDIAN),
    "C07": Group(CLASSIFICATION, _UNROLLED, _MEAN),
    "C08": Group(CLASSIFICATION, _UNROLLED, _MEDIAN),
    "C09": Group(ONE_OUTPUT, _ROLLED, _MEAN),
    "C10": Group(MANY_OUTPUT, _ROLLED, _MEAN),
    "C11": Group(ONE_OUTPUT, _UNROLLED, _MEAN),
    "C12": Group(MANY_OUTPUT, _UNROLLED, _MEAN),
    "C13": Group(CLASSIFICATION, (), _share_not_worse, best_mode=True),
    "C14": Group((TRANSLATION,), _ROLLED, _share_not_worse),
    "C15": Group((TRANSLATION,), _UNROLLED, _MEAN),
    "C16": Group((*CLASSIFICATION, TRANSLATION), _ROLLED, _MEAN, jaccard=True),
    "C17": Group((*CLASSIFICATION, TRANSLATION), _UNROLLED, _MEAN, jaccard=True),
}


def evaluate(group: Group, points: Iterable[Point]) -> float | None:
    """The claim's figure over the points that belong to it; None when there is none."""
    values = [point.value for point in points if group.holds(point)]
    return group.statistic(values) if values else None


def published_points(jaccard: bool) -> list[Point]:
    """Points of Table II; the Jaccard index counts once per model, a translation model's pairs share it."""
    return [
        Point(cell.architecture, cell.mode, cell.jaccard if jaccard else cell.delta)
        for cell in published.table2().values()
        if not jaccard or cell.pair in (None, PAIRS[0])
    ]


def delta_points(records: list[Record], measure: str) -> list[Point]:
    """Points of our records (the paper's three RNN types), seeds averaged, under one of ``MEASURES``."""
    scope, translation_metric = MEASURES[measure]
    points = []
    for delta in deltas(records):
        many_output = delta.architecture in MANY_OUTPUT
        metric = translation_metric if delta.architecture == TRANSLATION else "accuracy"
        if delta.rnn in PAPER_RNNS and delta.metric == metric and (not many_output or delta.scope == scope):
            points.append(Point(delta.architecture, delta.mode, delta.mean))
    return points


def jaccard_points(records: list[Record]) -> list[Point]:
    """Jaccard index of every model and mode, seeds averaged, over the weights that the paper counted."""
    gathered: dict[tuple, list[float]] = {}
    for record in records:
        if record.rnn in PAPER_RNNS:
            for mode, composition in record.modes.items():
                key = (record.architecture, mode, record.rnn, record.layers)
                gathered.setdefault(key, []).append(composition.jaccard)
    return [
        Point(architecture, mode, statistics.fmean(values)) for (architecture, mode, *_), values in gathered.items()
    ]


def answer_claims(records: list[Record]) -> list[dict[str, object]]:
    """Claims C01 to C17 beside what the records give.

    Returns:
        One dictionary per claim: identifier, claim, quantity, unit, published, recomputed (from the published data),
        ours (None when no record belongs to the claim), ours under the other measures that change it, the standard
        deviation of ours over the seeds (None for a single seed), and the number of values behind ours.
    """
    by_seed = {seed: [record for record in records if record.seed == seed] for seed in {r.seed for r in records}}
    answers = []
    for identifier, group in GROUPS.items():
        claim = published.claims()[identifier]

        def values(subset: list[Record], measure: str, group: Group = group) -> list[Point]:
            return jaccard_points(subset) if group.jaccard else delta_points(subset, measure)

        points = values(records, "as_published")
        per_seed = [evaluate(group, values(subset, "as_published")) for subset in by_seed.values()]
        per_seed = [value for value in per_seed if value is not None]
        answers.append(
            {
                "identifier": identifier,
                "claim": claim.text,
                "quantity": claim.quantity,
                "unit": claim.unit,
                "published": claim.published,
                "recomputed": claim.recomputed,
                "ours": evaluate(group, points),
                "ours_other_measures": {name: evaluate(group, values(records, name)) for name in group.other_measures},
                "deviation_over_seeds": statistics.stdev(per_seed) if len(per_seed) > 1 else None,
                "values": sum(map(group.holds, points)),
            }
        )
    return answers


def _mean(values: list[float]) -> float | None:
    return statistics.fmean(values) if values else None


def _median(values: list[float]) -> float | None:
    return statistics.median(values) if values else None


def rolled_many_output(records: list[Record]) -> list[dict[str, object]]:
    """Rolled decomposition of the many-output models beside the controls that show where the paper's figure comes from.

    The published package evaluated rolled many-output modules without their weights. A network of zeros shows what that
    gives, the majority constant what no model at all gives.

    Returns:
        One dictionary per dataset and scope, models and seeds averaged. Accuracies in percent: monolithic, composed
        (ours), majority constant, zeroed network, and the published composed one (median; all positions only).
        Deltas in percentage points against the monolithic model: ours, majority, zeroed, and the published ones.
    """
    rows = []
    for architecture in MANY_OUTPUT:
        chosen = [r for r in records if r.architecture == architecture and r.rnn in PAPER_RNNS and "rolled" in r.modes]
        if not chosen:
            continue
        for scope in scopes_of(architecture):
            accuracies: dict[str, list[float]] = {name: [] for name in ("composed", "majority", "zeroed")}
            differences: dict[str, list[float]] = {name: [] for name in accuracies}
            for record in chosen:
                rolled = record.modes["rolled"]
                for name, scores in {**record.controls, "composed": rolled.composed[rolled.head]}.items():
                    accuracy = scores[scope]["accuracy"]
                    accuracies[name].append(100 * accuracy)
                    differences[name].append(100 * (accuracy - record.monolithic[scope]["accuracy"]))
            keys = [(rnn, layers) for rnn in PAPER_RNNS for layers in LAYERS] if scope == "all" else []
            published_deltas = [published.cell(architecture, "rolled", None, *key).delta for key in keys]
            published_accuracies = [100 * published.package_accuracies()[architecture, *key].rolled for key in keys]
            rows.append(
                {
                    "io_type": published.ARCHITECTURES[architecture],
                    "dataset": chosen[0].dataset,
                    "scope": scope,
                    "models": len({(record.rnn, record.layers) for record in chosen}),
                    "monolithic_accuracy_percent": _mean([100 * r.monolithic[scope]["accuracy"] for r in chosen]),
                    **{f"{name}_accuracy_percent": _mean(values) for name, values in accuracies.items()},
                    "published_accuracy_percent_median": _median(published_accuracies),
                    **{f"{name}_delta_percent_points": _mean(values) for name, values in differences.items()},
                    "published_delta_percent_points_mean": _mean(published_deltas),
                    "published_delta_percent_points_median": _median(published_deltas),
                }
            )
    return rows


def summarise(records: list[Record]) -> dict[str, object]:
    """Everything the summary says: origin of the figures, answered claims, and the rolled many-output models."""
    return {
        "experiment": "decomposition_cost",
        "origin": description(records),
        "claims": answer_claims(records),
        "rolled_many_output": rolled_many_output(records),
    }


def summary_markdown(summary: dict, caption: str) -> str:
    """The summary as Markdown: claims beside the paper's figures, and where the published rolled figures come from."""
    names = {"padding_excluded": "padding excluded", "bleu": "BLEU-4", "chrf": "chrF"}
    claims = []
    for answer in summary["claims"]:
        deviation = answer["deviation_over_seeds"]
        claims.append(
            (
                answer["identifier"],
                answer["claim"],
                answer["quantity"],
                answer["unit"],
                number(answer["published"]),
                number(answer["recomputed"], digits=3),
                number(answer["ours"]) + (f" ± {deviation:.2f}" if deviation is not None else ""),
                ", ".join(f"{names[name]} {number(value)}" for name, value in answer["ours_other_measures"].items()),
                str(answer["values"]),
            )
        )
    rows = []
    for row in summary["rolled_many_output"]:
        accuracies = [f"{name}_accuracy_percent" for name in ("monolithic", "composed", "zeroed", "majority")]
        accuracies.append("published_accuracy_percent_median")
        points = [f"{name}_delta_percent_points" for name in ("composed", "zeroed", "majority")]
        points += [f"published_delta_percent_points_{name}" for name in ("mean", "median")]
        rows.append(
            (
                row["io_type"],
                row["dataset"],
                SCOPE_NAMES[row["scope"]],
                str(row["models"]),
                *(number(row[name]) for name in accuracies),
                *(number(row[name], signed=True) for name in points),
            )
        )
    claim_columns = ("Claim", "About", "Quantity", "Unit", "Paper", "Paper, recomputed", "Ours")
    columns = ("I/O type", "Dataset", "Positions", "Models", "Monolithic %", "Composed %", "Zeroed network %")
    columns += ("Majority constant %", "Paper's composed %, median", "Δ composed", "Δ zeroed network")
    columns += ("Δ majority constant", "Paper's Δ, mean", "Paper's Δ, median")
    synthetic = " on synthetic data" if "synthetic" in summary["origin"]["data_sources"] else ""
    return (
        f"### Cost of decomposition: the paper's claims{synthetic}\n\n{caption}\n\n"
        f"{markdown_table((*claim_columns, 'Ours, measured otherwise', 'Values'), claims)}\n"
        f"### Rolled many-output models: where the published figures come from{synthetic}\n\n"
        "Means over models and seeds; Δ in percentage points against the monolithic model. A network whose embedding "
        "and recurrent weights are zero predicts a constant: that is what the published evaluation scored.\n\n"
        f"{markdown_table(columns, rows)}"
    )
