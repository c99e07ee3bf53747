"""What the page tells about each model: configuration, training curve, scores, and what its modules lost."""

from __future__ import annotations

from dataclasses import dataclass

from rnn_modules.names import ARCHITECTURES, HEADS, METRICS, RNN_TYPES, SCOPES
from rnn_modules.records.cost_records import (
    PUBLISHED_METRIC,
    Composition,
    Record,
    Scores,
    compositions,
    metrics_of,
    scopes_of,
)
from rnn_modules.reporting.report.costs import duration
from rnn_modules.reporting.report.curves import History, curve, shared_range
from rnn_modules.reporting.report.sources import Model, ModelKey
from rnn_modules.reporting.tables.table_model import Cell, Sheet, number, texts

_CONTROLS = {
    "majority": "majority constant",
    "zeroed": "embedding and recurrent weights set to zero",
    "tags_only": "start and end tag alone",
}


@dataclass(frozen=True)
class Details:
    """One model's section.

    Attributes:
        anchor: identifier of the section.
        name: as ``M:1 · clinc · LSTM-2 · seed 0``.
        short: as ``LSTM-2``, with dataset and seed where several are in the run.
        summary: the figures that are worth knowing before one opens the section.
        facts: names and values of the configuration.
        parameters: names and values of the decomposition's parameters.
        curve: SVG, None without a history.
        sheets: scores, and what the modules lost.

    Example:
        >>> key = ("many_to_one", "clinc", "lstm", 1, 0)
        >>> model = details([Model(key, training=None, history=None, cost=None, parameters={})])[0]
        >>> model.anchor, model.short, model.summary
        ('model-many-to-one-clinc-lstm-1-0', 'LSTM-1', 'not decomposed')
    """

    key: ModelKey
    anchor: str
    name: str
    short: str
    summary: str
    facts: list[tuple[str, str]]
    parameters: list[tuple[str, str]]
    curve: str | None
    sheets: list[Sheet]


def _text(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) and value > 9999 else str(value)


def _facts(training: dict | None) -> list[tuple[str, str]]:
    if training is None:
        return []
    identity = ("architecture", "rnn", "layers", "seed")
    facts = [(name.replace("_", " "), _text(value)) for name, value in training["settings"].items()]
    facts = [(name, value) for name, value in facts if name not in identity]
    facts.insert(0, ("trained on", ", ".join(f"{name} {n:,}" for name, n in training.get("examples", {}).items())))
    if type(training.get("parameters")) is int:
        facts.append(("trainable weights", f"{training['parameters']:,}"))
    for name, value in training["test"].items():
        facts.append((f"test {name}", f"{value:.4f}"))
    if "seconds" in training:
        facts.append(("time of training", duration(training["seconds"])))
    if "peak_memory_mib" in training:
        facts.append(("peak memory of training", f"{training['peak_memory_mib']:,.0f} MiB"))
    if "parity_error" in training:
        facts.append(("largest difference of our forward pass from Keras's", f"{training['parity_error']:.1e}"))
    facts.append(("network's checksum", training["network_sha256"][:12]))
    return facts


def _predictors(record: Record) -> list[tuple[str, Scores]]:
    rows = [("monolithic", record.monolithic)]
    for mode, composition in compositions(record).items():
        for head, scores in composition.composed.items():
            # Translation has the parent's own output layer for a head.
            kind = "" if head == "parent" else f", {HEADS.get(head, head)} head"
            rows.append((f"composed, {mode}{kind}", scores))
    rows += [(_CONTROLS.get(name, name), scores) for name, scores in record.controls.items()]
    return rows


def scores_sheet(record: Record, anchor: str) -> Sheet:
    """Absolute figures of every predictor of one model.

    Example:
        >>> from rnn_modules.records.cost_records import read_record
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> scores_sheet(read_record(path), "model").columns
        ('Predictor', 'accuracy, all positions', 'balanced accuracy, all positions', 'macro-F1, all positions')
    """
    columns = [
        (scope, metric) for scope in scopes_of(record.architecture) for metric in metrics_of(record.architecture)
    ]
    named = [f"{METRICS[metric]}, {SCOPES.get(scope, scope.upper())}" for scope, metric in columns]
    rows = []
    for name, scores in _predictors(record):
        values = [number(record.points * scores[scope][metric]) for scope, metric in columns]
        rows.append(texts(name, *values))
    unit = "percent" if record.points == 100.0 else "scores 0 to 100"
    return Sheet(f"{anchor}-scores", f"Scores, {unit}", "", (), ("Predictor", *named), tuple(rows), 1)


def removed_sheet(record: Record, anchor: str) -> Sheet:
    """What the modules of one model lost, by mode and layer.

    Example:
        >>> from rnn_modules.records.cost_records import read_record
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> removed_sheet(read_record(path), "model").columns[:2]
        ('Mode', 'Layer 1, % of nodes removed')
    """
    layers = tuple(f"Layer {layer + 1}, % of nodes removed" for layer in range(record.layers))
    rows = []
    for mode, composition in compositions(record).items():
        shares = [number(100 * share, digits=1) for share in composition.removed_share_per_layer]
        shares += [""] * (record.layers - len(shares))
        jaccard = number(composition.jaccard, digits=3) if isinstance(composition, Composition) else ""
        recurrent = composition.recurrent_share
        kept = "" if recurrent is None else number(100 * recurrent, digits=1)
        side = (jaccard, kept, number(100 * composition.kept_share, digits=1))
        rows.append((Cell(mode), *texts(*shares, *side)))
    columns = ("Mode", *layers, "Jaccard index", "% of recurrent weights kept", "% of all weights kept")
    return Sheet(f"{anchor}-removed", "What the modules lost", "", (), columns, tuple(rows), 1)


def _summary(model: Model) -> str:
    """The published measure before and after, or the test figure alone."""
    if model.cost is None:
        accuracy = (model.training or {}).get("test", {}).get("accuracy")
        return f"test accuracy {100 * accuracy:.2f} %, not decomposed" if accuracy is not None else "not decomposed"
    record, metric = model.cost, PUBLISHED_METRIC[model.cost.architecture]
    scopes = [scope for scope in scopes_of(record.architecture) if scope != "unpadded"]

    def figure(scores: Scores) -> float:
        return record.points * sum(scores[scope][metric] for scope in scopes) / len(scopes)

    monolithic = figure(record.monolithic)
    parts = []
    for mode, composition in compositions(record).items():
        delta = figure(composition.composed[composition.head]) - monolithic
        parts.append(f"{mode} {number(delta, signed=True)}")
    return f"{METRICS[metric]} {number(monolithic)}; {', '.join(parts)} points"


def details(models: list[Model]) -> list[Details]:
    """Sections of all models, curves of one I/O type drawn on one scale.

    Example:
        >>> from rnn_modules.files.run_folder import RunFolder
        >>> from rnn_modules.reporting.report.sources import read_sources
        >>> found = details(read_sources(RunFolder("results/reference/laptop")).models)
        >>> found[0].name, found[0].summary
        ('1:1 · math_qa · LSTM-1 · seed 0', 'accuracy 97.05; rolled −0.10 points')
    """
    seeds = {model.key[4] for model in models}
    datasets: dict[str, set[str]] = {}
    histories: dict[str, list[History]] = {}
    for model in models:
        datasets.setdefault(model.key[0], set()).add(model.key[1])
        if model.history:
            histories.setdefault(model.key[0], []).append(model.history)
    ranges = {architecture: shared_range(found) for architecture, found in histories.items()}
    result = []
    for model in models:
        architecture, dataset, rnn, layers, seed = model.key
        anchor = f"model-{architecture}-{dataset}-{rnn}-{layers}-{seed}".replace("_", "-")
        name = f"{ARCHITECTURES[architecture]} · {dataset} · {RNN_TYPES[rnn]}-{layers} · seed {seed}"
        short = f"{RNN_TYPES[rnn]}-{layers}"
        short += f" · {dataset}" if len(datasets[architecture]) > 1 else ""
        short += f" · seed {seed}" if len(seeds) > 1 else ""
        sheets = [scores_sheet(model.cost, anchor), removed_sheet(model.cost, anchor)] if model.cost else []
        result.append(
            Details(
                key=model.key,
                anchor=anchor,
                name=name,
                short=short,
                summary=_summary(model),
                facts=_facts(model.training),
                parameters=[(key.replace("_", " "), _text(value)) for key, value in model.parameters.items()],
                curve=curve(model.history, name, ranges[architecture]) if model.history else None,
                sheets=sheets,
            )
        )
    return result
