"""Deltas of research question 1: composed minus monolithic by model and mode, and where they come from."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from rnn_modules.names import (
    MODES,
    PAPER_LAYERS,
    PAPER_RNN_TYPES,
    RNN_TYPES,
    TRANSLATION,
)
from rnn_modules.records.cost_records import ModelRecord, Record, compositions, metrics_of, scopes_of
from rnn_modules.reporting.analysis.captions import (
    bounds,
    bounds_text,
    name_text,
    origin,
    run_text,
    seeds_text,
    sources_text,
)


@dataclass(frozen=True)
class Delta:
    """Composed minus monolithic of one model, in percentage points, by seed.

    Attributes:
        mode: or another kind of modules, one of :data:`rnn_modules.names.MODULES`.
        pair: language pair, None for classification.
        scope: "all", "unpadded", or the pair.

    Example:
        >>> delta = Delta("many_to_one", "clinc", "rolled", None, "all", "lstm", 1, "accuracy", {0: -0.5, 1: 0.25})
        >>> delta.mean, round(delta.deviation, 3)
        (-0.125, 0.53)
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


def deltas(records: list[Record], kinds: Collection[str] = MODES) -> list[Delta]:
    """Deltas of every model, mode, scope and metric, for the primary head, the seeds of a model gathered.

    Args:
        records: the records.
        kinds: of modules, some of :data:`rnn_modules.names.MODULES`.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> delta = deltas(records)[0]
        >>> delta.rnn, delta.layers, delta.mode, delta.metric, round(delta.mean, 2)
        ('lstm', 1, 'rolled', 'accuracy', -0.11)
    """
    gathered: dict[tuple[str, str, str, str | None, str, str, int, str], dict[int, float]] = {}
    for record in records:
        for mode, composition in compositions(record).items():
            if mode not in kinds:
                continue
            composed = composition.composed[composition.head]
            for scope in scopes_of(record.architecture):
                pair = scope if record.architecture == TRANSLATION else None
                for metric in metrics_of(record.architecture):
                    difference = composed[scope][metric] - record.monolithic[scope][metric]
                    key = (record.architecture, record.dataset, mode, pair, scope, record.rnn, record.layers, metric)
                    gathered.setdefault(key, {})[record.seed] = record.points * difference
    return [Delta(*key, by_seed=by_seed) for key, by_seed in gathered.items()]


def description(records: Sequence[ModelRecord]) -> dict[str, Any]:
    """Where the figures come from: run, preset, sources, seeds, commits, models, and examples per dataset.

    Examples are ``[least, most]`` over a dataset's models, for each kind of count in the records.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> description(records)["models"]
        12
    """
    return origin(records) | {
        "models": len({(record.architecture, record.rnn, record.layers) for record in records}),
        "examples": bounds((record.dataset, record.examples) for record in records),
    }


def caption(records: Sequence[ModelRecord]) -> str:
    """One line that states run, data, numbers of examples, seeds, preset and commit of ``records``.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> caption(records)[:35]
        'Run laptop, 12 models, preset paper'
    """
    facts = description(records)
    run, preset = run_text(facts)
    sizes = (
        (name, bounds_text(counts.get("train")), bounds_text(counts.get("evaluated", counts.get("test"))))
        for name, counts in facts["examples"].items()
    )
    examples = "; ".join(f"{name_text(name)} {train} / {evaluated}" for name, train, evaluated in sizes)
    return (
        f"{run}, {facts['models']} models, {preset}; data source: {sources_text(facts)}; "
        f"training / evaluated examples: {examples}; {seeds_text(facts)}."
    )


def model_columns(records: list[Record]) -> list[tuple[str, int]]:
    """The table's models: the paper's twelve, and other RNN types and depths when a record has them.

    Example:
        >>> model_columns([])[:5]
        [('lstm', 1), ('lstm', 2), ('lstm', 3), ('lstm', 4), ('gru', 1)]
    """
    shown = [rnn for rnn in RNN_TYPES if rnn in PAPER_RNN_TYPES or any(record.rnn == rnn for record in records)]
    depths = sorted({*PAPER_LAYERS, *(record.layers for record in records)})
    return [(rnn, layers) for rnn in shown for layers in depths]
