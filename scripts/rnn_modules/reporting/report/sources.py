"""What a run left in its folder: the result records of its present configuration, by kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rnn_modules.files.atomic_files import InputError, read_json
from rnn_modules.files.checked_json import MOST_ITEMS, RecordReader
from rnn_modules.files.run_folder import RunFolder
from rnn_modules.names import ARCHITECTURES, RNN_TYPES
from rnn_modules.records.cost_records import Record, read_records
from rnn_modules.reporting.report.curves import History, read_history

# Kind of record -> what it is called on the page.
KINDS = {
    "training": "trained models",
    "decomposition_cost": "cost of decomposition (RQ1)",
    "controls": "controls of the method",
    "intra_reuse": "reuse within one model (RQ2)",
    "inter_reuse": "reuse across models (RQ2)",
    "intra_replacement": "replacement within one setting (RQ3)",
    "inter_replacement": "replacement across settings (RQ3)",
    "scenario": "evolution scenarios",
    "removal_sweep": "removal sweep",
    "frontier": "frontier of small modules",
    "offer": "modules beside networks from scratch",
    "variants": "variants of the decomposition",
}
_NEEDED = ("data_source", "seed", "provenance")
_TRAINING_KEYS = ("settings", "network_sha256", "test")

ModelKey = tuple[str, str, str, int, int]
"""Architecture, dataset, RNN type, layers, seed."""


@dataclass(frozen=True)
class Model:
    """One model: what its training, its decomposition, or both left.

    Attributes:
        training: the training record, None when it is not there.
        history: the training history, None when it is not there.
        cost: the record of research question 1, None when it is not there.
        parameters: of the decomposition; empty without ``cost``.

    Example:
        >>> model = read_sources(RunFolder("results/reference/laptop")).models[0]
        >>> model.key, model.history.metric, list(model.cost.modes), model.parameters["removal_cap"]
        (('one_to_one', 'math_qa', 'lstm', 1, 0), 'accuracy', ['rolled'], 0.2)
    """

    key: ModelKey
    training: dict | None
    history: History | None
    cost: Record | None
    parameters: dict[str, object]


@dataclass(frozen=True)
class Sources:
    """Everything that the page is made from.

    Attributes:
        records: kind -> the JSON objects of that kind.
        models: in the order of Table II.
        costs: records of research question 1.

    Example:
        >>> sources = Sources(Path("results/demo"), {"training": [{"seed": 0}], "variants": [{"seed": 1}, {"seed": 2}]})
        >>> [record["seed"] for record in sources.all_records()]
        [0, 1, 2]
    """

    folder: Path
    records: dict[str, list[dict]] = field(default_factory=dict)
    models: list[Model] = field(default_factory=list)
    costs: list[Record] = field(default_factory=list)

    def all_records(self) -> Iterable[dict]:
        """The records of every kind."""
        for found in self.records.values():
            yield from found


def _check(reader: RecordReader, kind: str) -> None:
    """Check what the page takes from every record, and from those of trainings."""
    value = reader.value
    if kind != "training":
        reader.choice("experiment", (kind,))
    reader.text("data_source")
    reader.whole("seed", value["seed"])
    provenance = reader.inner("provenance", value["provenance"])
    provenance.mapping("versions", value["provenance"].get("versions", {}))
    for name, counts in reader.mapping("datasets", value.get("datasets", {})).items():
        reader.counts(f"datasets.{name}", counts)
    reader.counts("examples", value.get("examples", {}))
    reader.mapping("parameters", value.get("parameters", {}) if kind != "training" else {})
    if kind == "training":
        reader.text("network_sha256")
        reader.mapping("settings", value["settings"])
        for name, number in reader.mapping("test", value["test"]).items():
            reader.number(f"test.{name}", number, MOST_ITEMS)
        for name in ("seconds", "peak_memory_mib", "parity_error"):
            if name in value:
                reader.number(name, value[name], MOST_ITEMS)


def _model_key(path: Path, value: dict) -> ModelKey:
    names = ("architecture", "dataset", "rnn", "layers", "seed")
    reader = RecordReader(path, {name: None for name in names} | value)
    reader.choice("architecture", ARCHITECTURES)
    reader.text("dataset")
    reader.choice("rnn", RNN_TYPES)
    reader.layers("layers", reader.value["layers"])
    return tuple(reader.value[name] for name in names)


def _order(key: ModelKey) -> tuple:
    architecture, dataset, rnn, layers, seed = key
    return list(ARCHITECTURES).index(architecture), str(dataset), list(RNN_TYPES).index(rnn), layers, seed


def read_sources(run: RunFolder) -> Sources:
    """Read the records of a run's present configuration.

    Raises:
        InputError: the folder does not exist or has no record, or a record is damaged.

    Example:
        >>> sources = read_sources(RunFolder("results/reference/laptop"))
        >>> len(sources.models) >= 60, len(sources.costs)
        (True, 60)
    """
    folder = run.path
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; name the results folder of a run")
    found: dict[str, list[tuple[Path, dict]]] = {kind: [] for kind in KINDS}
    for kind, paths in run.found_records().items():
        needed = (*_NEEDED, *(_TRAINING_KEYS if kind == "training" else ["experiment"]))
        for path in sorted(paths):
            value = read_json(path, needed)
            _check(RecordReader(path, value), kind)
            found[kind].append((path, value))
    if not any(found.values()):
        raise InputError(f"{folder}: holds no result record; let the run make some models first")
    training: dict[ModelKey, tuple[Path, dict]] = {}
    for path, value in found["training"]:
        first, _ = training.setdefault(_model_key(path, value), (path, value))
        if first != path:
            raise InputError(f"{path}: describes the same model as {first}; delete the one that is not of this run")
    cost_paths = [path for path, _ in found["decomposition_cost"]]
    costs = read_records(cost_paths) if cost_paths else []
    parameters = {path: value.get("parameters", {}) for path, value in found["decomposition_cost"]}
    by_key = {(cost.architecture, cost.dataset, cost.rnn, cost.layers, cost.seed): cost for cost in costs}
    models = []
    for key in sorted({*training, *by_key}, key=_order):
        trained = training.get(key)
        history = trained[0].with_name("history.csv") if trained else None
        cost = by_key.get(key)
        models.append(
            Model(
                key=key,
                training=trained[1] if trained else None,
                history=read_history(history) if history and history.exists() else None,
                cost=cost,
                parameters=parameters[cost.path] if cost else {},
            )
        )
    records = {kind: [value for _, value in pairs] for kind, pairs in found.items()}
    return Sources(folder=folder, records=records, models=models, costs=costs)
