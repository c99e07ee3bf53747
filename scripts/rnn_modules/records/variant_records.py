"""Records of what one choice of the decomposition changes: the removal sweep, and the variants of paper and package."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.files.atomic_files import read_json
from rnn_modules.records.cost_records import (
    MODEL_KEYS,
    Composition,
    ModelReader,
    ModelRecord,
    Scores,
    check_together,
    model_order,
)

SWEEP, VARIANTS = "removal_sweep", "variants"
PAPER, PACKAGE = "paper", "package"
"""Names of the two variants that are presets; every other one is the paper's with one choice changed."""


@dataclass(frozen=True)
class SweepRow:
    """What every mode gave under one cap of removal, a share.

    Example:
        >>> path = "results/reference/laptop/experiments/removal_sweep/many_to_one/lstm/seed-0.json"
        >>> record = read_sweep_record(path)
        >>> [(row.removal_cap, round(row.modes["rolled"].kept_share, 3)) for row in record.rows][:2]
        [(0.0, 0.997), (0.05, 0.99)]
    """

    removal_cap: float
    modes: dict[str, Composition]


@dataclass(frozen=True)
class SweepRecord(ModelRecord):
    """One model, decomposed under several caps.

    Example:
        >>> path = "results/reference/laptop/experiments/removal_sweep/many_to_one/lstm/seed-0.json"
        >>> record = read_sweep_record(path)
        >>> len(record.rows), record.rows[-1].removal_cap, round(record.monolithic["all"]["accuracy"], 3)
        (11, 0.5, 0.951)
    """

    monolithic: Scores
    rows: tuple[SweepRow, ...]


@dataclass(frozen=True)
class Variant:
    """What every mode gave under one set of choices.

    Attributes:
        name: the choice that differs, or "paper" or "package".
        changes: parameter -> value, what differs from the paper preset.
        monolithic: scores of the undecomposed model on the variant's examples.
        evaluated: number of those examples.

    Example:
        >>> scores = {"all": {"accuracy": 0.75}}
        >>> rolled = Composition("mean", {"mean": {"all": {"accuracy": 0.5}}}, 0.8, 0.9, (0.2,))
        >>> variant = Variant("removal_cap", {"removal_cap": 0.05}, scores, {"rolled": rolled}, evaluated=100)
        >>> variant.change("rolled", "all", "accuracy")
        -0.25
    """

    name: str
    changes: dict[str, object]
    monolithic: Scores
    modes: dict[str, Composition]
    evaluated: int

    def change(self, mode: str, scope: str, metric: str) -> float:
        """Composed minus monolithic, in the metric's own unit."""
        composition = self.modes[mode]
        return composition.composed[composition.head][scope][metric] - self.monolithic[scope][metric]


@dataclass(frozen=True)
class VariantRecord(ModelRecord):
    """One model, decomposed under several sets of choices; the variant "paper" is always among them.

    Example:
        >>> record = read_variant_record("results/reference/laptop/experiments/variants/many_to_one/lstm/seed-0.json")
        >>> [(variant.name, variant.changes) for variant in record.variants if len(variant.changes) < 2][:2]
        [('paper', {}), ('negative_sampling', {'negative_sampling': 'first_rows'})]
    """

    variants: tuple[Variant, ...]


def _entries(reader: ModelReader, key: str, keys: tuple[str, ...]) -> list[dict]:
    """The objects of a list, each with ``keys``."""
    entries = reader.value[key]
    if not isinstance(entries, list) or not entries:
        reader.fail(key, "a list with at least one object", entries)
    for place, entry in enumerate(entries):
        missing = [name for name in keys if name not in reader.mapping(f"{key}.{place}", entry)]
        if missing:
            reader.fail(f"{key}.{place}", f"the keys {', '.join(missing)}", list(entry))
    return entries


def read_sweep_record(path: str | os.PathLike) -> SweepRecord:
    """Read and check one record of the removal sweep.

    Raises:
        InputError: the file is missing, is no JSON, or a value is missing, of the wrong kind or out of range.

    Example:
        >>> path = "results/reference/laptop/experiments/removal_sweep/many_to_one/lstm/seed-0.json"
        >>> record = read_sweep_record(path)
        >>> [row.removal_cap for row in record.rows][:3]
        [0.0, 0.05, 0.1]
    """
    path = Path(path)
    reader = ModelReader(path, read_json(path, (*MODEL_KEYS, "monolithic", "rows")))
    reader.choice("experiment", (SWEEP,))
    model = reader.model()
    architecture = model["architecture"]
    rows = []
    for place, row in enumerate(_entries(reader, "rows", ("removal_cap", "modes"))):
        key = f"rows.{place}"
        rows.append(
            SweepRow(
                removal_cap=reader.number(f"{key}.removal_cap", row["removal_cap"], 1.0),
                modes=reader.compositions(f"{key}.modes", row["modes"], architecture),
            )
        )
    monolithic = reader.scores("monolithic", reader.value["monolithic"], architecture)
    rows.sort(key=lambda row: row.removal_cap)
    return SweepRecord(path=path, **model, monolithic=monolithic, rows=tuple(rows))


def read_variant_record(path: str | os.PathLike) -> VariantRecord:
    """Read and check one record of the variants.

    Raises:
        InputError: the file is missing, is no JSON, or a value is missing, of the wrong kind or out of range.

    Example:
        >>> record = read_variant_record("results/reference/laptop/experiments/variants/many_to_one/lstm/seed-0.json")
        >>> [variant.name for variant in record.variants][:2]
        ['paper', 'package']
    """
    path = Path(path)
    reader = ModelReader(path, read_json(path, (*MODEL_KEYS, "variants")))
    reader.choice("experiment", (VARIANTS,))
    model = reader.model()
    architecture = model["architecture"]
    variants: list[Variant] = []
    keys = ("name", "changes", "monolithic", "modes", "evaluated")
    for place, entry in enumerate(_entries(reader, "variants", keys)):
        key = f"variants.{place}"
        if not isinstance(entry["name"], str) or entry["name"] in [variant.name for variant in variants]:
            reader.fail(f"{key}.name", "a text, each variant once", entry["name"])
        variants.append(
            Variant(
                name=entry["name"],
                changes=reader.mapping(f"{key}.changes", entry["changes"]),
                monolithic=reader.scores(f"{key}.monolithic", entry["monolithic"], architecture),
                modes=reader.compositions(f"{key}.modes", entry["modes"], architecture),
                evaluated=reader.whole(f"{key}.evaluated", entry["evaluated"]),
            )
        )
    if PAPER not in [variant.name for variant in variants]:
        reader.fail("variants", f"one named {PAPER}", [variant.name for variant in variants])
    return VariantRecord(path=path, **model, variants=tuple(variants))


def read_sweep_records(paths: Iterable[str | os.PathLike]) -> list[SweepRecord]:
    """Read the sweep's records of one run, in the order of Table II; errors as :func:`records.read_records`.

    Example:
        >>> len(read_sweep_records(Path("results/reference/laptop").glob("experiments/removal_sweep/*/*/*.json")))
        5
    """
    records = [read_sweep_record(path) for path in paths]
    check_together(records, lambda record: (record.architecture, record.rnn, record.layers, record.seed))
    return sorted(records, key=model_order)


def read_variant_records(paths: Iterable[str | os.PathLike]) -> list[VariantRecord]:
    """Read the variants' records of one run, in the order of Table II; errors as :func:`records.read_records`.

    Example:
        >>> len(read_variant_records(Path("results/reference/laptop").glob("experiments/variants/*/*/*.json")))
        10
    """
    records = [read_variant_record(path) for path in paths]
    check_together(records, lambda record: (record.architecture, record.rnn, record.layers, record.seed))
    return sorted(records, key=model_order)


def read_changed_records(paths: Iterable[str | os.PathLike]) -> tuple[list[SweepRecord], list[VariantRecord]]:
    """Read records of both experiments, in any order; errors as :func:`records.read_records`.

    Example:
        >>> paths = Path("results/reference/laptop/experiments").glob("[rv]*/*/*/*.json")
        >>> [len(records) for records in read_changed_records(paths)]
        [5, 10]
    """
    by_experiment: dict[str, list[str | os.PathLike]] = {SWEEP: [], VARIANTS: []}
    for path in paths:
        reader = ModelReader(Path(path), read_json(path, ("experiment",)))
        by_experiment[reader.choice("experiment", by_experiment)].append(path)
    sweep = read_sweep_records(by_experiment[SWEEP]) if by_experiment[SWEEP] else []
    variants = read_variant_records(by_experiment[VARIANTS]) if by_experiment[VARIANTS] else []
    check_together([group[0] for group in (sweep, variants) if group], lambda record: (type(record),))
    return sweep, variants
