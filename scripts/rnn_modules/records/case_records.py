"""Result records of research questions 2 and 3 and of the two scenarios: one JSON file per setting, RNN and seed.

A record holds cases (pairs of classes, replaced classes, language pairs) and, for each, one row per predictor.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.files.atomic_files import read_json
from rnn_modules.files.checked_json import RecordReader
from rnn_modules.names import (
    CLASSIFICATION_METRICS,
    HEADS,
    MODULES,
    PACKAGE,
    REFITTED,
    RNN_TYPES,
    SETTINGS,
    TRANSLATION,
    TRANSLATION_METRICS,
)
from rnn_modules.records.cost_records import RunRecord, check_together

PREDICTORS = {
    "intra_reuse": ("modules", "parent", "baseline", "constant"),
    "inter_reuse": ("modules", "parent", "baseline", "constant"),
    "intra_replacement": ("modules", "monolithic", "composed", "better", "constant"),
    "inter_replacement": ("modules", "parent", "baseline", "constant"),
    "scenario": ("monolithic", "approach_1", "approach_2", "tags_only"),
}
"""Of modules; the first is the paper's."""
# Inter settings compose modules of two models, each in its own best mode; for some RNN types also in the other.
ROW_MODES = (*MODULES, "best", "other", PACKAGE)
_KEYS = (
    *("experiment", "run", "preset", "data_source", "setting", "rnn", "layers", "seed", "datasets", "cases_possible"),
    *("rows", "provenance"),
)


@dataclass(frozen=True)
class CaseRow:
    """Figures of one predictor on one case.

    Attributes:
        case: as "banking + travel", a class name, or a language pair.
        mode: mode of the modules, None for predictors without modules.
        decision: which positions are decided, and among what.
        head: module head, None for predictors without one.
        metrics: metric -> value; shares 0..1 for classification, 0..100 for translation.
        p_value: paired bootstrap of BLEU-4 against the reference predictor, None when there is none.

    Example:
        >>> row = CaseRow("banking + travel", "unrolled", "pair", "modules", "mean", {"accuracy": 0.98}, 900, None)
        >>> f"{row.case}: {row.predictor} {row.metrics['accuracy']:.0%} of {row.examples}"
        'banking + travel: modules 98% of 900'
    """

    case: str
    mode: str | None
    decision: str
    predictor: str
    head: str | None
    metrics: dict[str, float]
    examples: int
    p_value: float | None


@dataclass(frozen=True)
class CaseRecord(RunRecord):
    """One experiment of one setting, RNN type and seed.

    Attributes:
        layers: of the model whose modules are taken (intra replacement: of the worst model).
        better_layers: intra replacement: layers of the model that gives the modules; otherwise None.
        datasets: dataset -> part -> number of examples.
        cases_possible: number of cases that there are; the run may have drawn fewer.

    Example:
        >>> record = read_case_record("results/reference/laptop/experiments/intra_reuse/many_to_one/lstm/seed-0.json")
        >>> len({row.case for row in record.rows}), record.cases_possible
        (10, 45)
        >>> record.translation, record.points, record.datasets["clinc"]["train"]
        (False, 100.0, 15000)
    """

    experiment: str
    setting: str
    datasets: dict[str, dict[str, int]]
    cases_possible: int
    rows: tuple[CaseRow, ...]
    better_layers: int | None = None

    @property
    def translation(self) -> bool:
        """Whether the rows have BLEU and chrF and not accuracies."""
        return is_translation(self.experiment, self.setting)

    @property
    def points(self) -> float:
        """Percentage points per unit of a metric."""
        return 1.0 if self.translation else 100.0


def is_translation(experiment: str, setting: str) -> bool:
    """Whether an experiment's cases are translations.

    Example:
        >>> is_translation("intra_reuse", "encoder_decoder"), is_translation("intra_reuse", "many_to_one")
        (True, False)
    """
    return experiment == "scenario" or setting == TRANSLATION


def predictors_of(experiment: str, setting: str) -> tuple[str, ...]:
    """Predictors of an experiment's rows; a translator that knows nothing writes the tags alone.

    Example:
        >>> predictors_of("intra_reuse", "encoder_decoder")
        ('modules', 'parent', 'baseline', 'tags_only')
    """
    names = PREDICTORS[experiment]
    return tuple("tags_only" if name == "constant" and setting == TRANSLATION else name for name in names)


def _row(reader: RecordReader, key: str, value: object, experiment: str, setting: str) -> CaseRow:
    row = RecordReader(reader.path, reader.mapping(key, value))
    missing = [name for name in ("case", "decision", "predictor", "examples") if name not in row.value]
    if missing:
        reader.fail(key, f"the keys {', '.join(missing)}", list(row.value))
    for name in ("case", "decision"):
        if not isinstance(row.value[name], str) or not row.value[name]:
            reader.fail(f"{key}.{name}", "a text", row.value[name])
    predictor = row.value["predictor"]
    if predictor not in (known := predictors_of(experiment, setting)):
        reader.fail(f"{key}.predictor", f"one of {', '.join(known)}", predictor)
    mode, head, p_value = (row.value.get(name) for name in ("mode", "head", "bleu_p_value"))
    if mode is not None and mode not in ROW_MODES:
        reader.fail(f"{key}.mode", f"one of {', '.join(ROW_MODES)}, or null", mode)
    if head is not None and head not in (*HEADS, REFITTED):
        reader.fail(f"{key}.head", f"one of {', '.join((*HEADS, REFITTED))}, or null", head)
    names: tuple[str, ...] = CLASSIFICATION_METRICS
    highest = 1.0
    if is_translation(experiment, setting):
        names, highest = TRANSLATION_METRICS, 100.0
    return CaseRow(
        case=row.value["case"],
        mode=mode,
        decision=row.value["decision"],
        predictor=predictor,
        head=head,
        metrics={name: reader.number(f"{key}.{name}", row.value.get(name), highest) for name in names},
        examples=reader.whole(f"{key}.examples", row.value["examples"]),
        p_value=None if p_value is None else reader.number(f"{key}.bleu_p_value", p_value, 1.0),
    )


def read_case_record(path: str | os.PathLike) -> CaseRecord:
    """Read and check one record.

    Raises:
        InputError: the file is missing, is no JSON, or a value is missing, of the wrong kind or out of range.

    Example:
        >>> record = read_case_record("results/reference/laptop/experiments/intra_reuse/many_to_one/lstm/seed-0.json")
        >>> record.setting, record.layers, record.rows[0].predictor
        ('many_to_one', 4, 'modules')
    """
    path = Path(path)
    value = read_json(path, _KEYS)
    reader = RecordReader(path, value)
    experiment = reader.choice("experiment", SETTINGS)
    setting = reader.choice("setting", SETTINGS[experiment])
    if not isinstance(value["rows"], list) or not value["rows"]:
        reader.fail("rows", "a list with at least one row", value["rows"])
    rows = tuple(_row(reader, f"rows.{place}", row, experiment, setting) for place, row in enumerate(value["rows"]))
    seen: set[tuple] = set()
    for place, row in enumerate(rows):
        key = (row.case, row.mode, row.decision, row.predictor, row.head)
        if key in seen:
            reader.fail(f"rows.{place}", "each case, mode, decision, predictor and head once", key)
        seen.add(key)
    better = None
    if experiment == "intra_replacement":
        better = reader.layers("best.layers", reader.mapping("best", value.get("best")).get("layers"))
    return CaseRecord(
        path=path,
        experiment=experiment,
        run=reader.text("run"),
        preset=reader.text("preset"),
        data_source=reader.text("data_source"),
        setting=setting,
        rnn=reader.choice("rnn", RNN_TYPES),
        layers=reader.layers("layers", value["layers"]),
        seed=reader.whole("seed", value["seed"]),
        commit=reader.commit(),
        datasets={
            name: reader.counts(f"datasets.{name}", counts)
            for name, counts in reader.mapping("datasets", value["datasets"]).items()
        },
        cases_possible=reader.whole("cases_possible", value["cases_possible"]),
        rows=rows,
        better_layers=better,
    )


def read_case_records(paths: Iterable[str | os.PathLike]) -> list[CaseRecord]:
    """Read the case records of one run, in the order of Tables III to V.

    Raises:
        InputError: no path, a damaged record, records of several runs or presets, or two records of one setting, RNN
            type and seed.

    Example:
        >>> len(read_case_records(Path("results/reference/laptop").glob("experiments/inter_reuse/*/*/*.json")))
        6
    """
    records = [read_case_record(path) for path in paths]
    check_together(records, lambda record: (record.experiment, record.setting, record.rnn, record.seed))
    experiments, rnns = list(SETTINGS), list(RNN_TYPES)
    return sorted(
        records,
        key=lambda record: (
            experiments.index(record.experiment),
            SETTINGS[record.experiment].index(record.setting),
            rnns.index(record.rnn),
            record.seed,
        ),
    )
