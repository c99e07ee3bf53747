"""What the page says, section by section, from a run's folder; the template only lays it out."""

from __future__ import annotations

import os
from dataclasses import dataclass

from rnn_modules.files.run_folder import RunFolder
from rnn_modules.names import ARCHITECTURES
from rnn_modules.reporting.report.costs import duration, rule_costs
from rnn_modules.reporting.report.details import Details, details
from rnn_modules.reporting.report.pictures import Picture, read_pictures
from rnn_modules.reporting.report.sections import Section, read_answer, read_sections
from rnn_modules.reporting.report.sources import KINDS, Sources, read_sources
from rnn_modules.reporting.tables.table_model import Sheet, texts

FIRST = ("claims", "controls")
"""Pictures that stand beside the answer in words."""


@dataclass(frozen=True)
class Content:
    """All that the template is given.

    Attributes:
        synthetic: whether any record comes from generated text.
        origin: the page's first line.
        answer: the answer in words, a sentence or two each; empty without answers to the claims.
        first_pictures: those that stand beside the answer.
        facts: names and values that describe the whole run.
        curves: I/O type -> details of its models that have a training curve.
        models: I/O type -> details of all its models.
        total_time: of all jobs, empty without costs.

    Example:
        >>> content = read_content("results/reference/laptop")
        >>> content.facts[0], list(content.models)[:3], content.costs.columns[:2]
        (('Run', 'laptop'), ['1:1', 'M:1', '1:N'], ('Rule', 'Jobs'))
    """

    run: str
    synthetic: bool
    origin: str
    answer: list[str]
    first_pictures: list[Picture]
    facts: list[tuple[str, str]]
    claims: Section
    tables: list[Section]
    pictures: list[Picture]
    curves: dict[str, list[Details]]
    models: dict[str, list[Details]]
    costs: Sheet
    total_time: str
    versions: Sheet
    origins: Sheet


def _distinct(values) -> list[str]:
    return sorted({str(value) for value in values if value is not None})


def _table2_order(record: dict) -> int:
    """Place of a record's I/O type in Table II; records of cases last."""
    architectures = list(ARCHITECTURES)
    name = record.get("architecture", record.get("setting"))
    return architectures.index(name) if name in architectures else len(architectures)


def _dataset_counts(sources: Sources) -> dict[str, dict[str, list[int]]]:
    """Dataset -> part -> numbers of examples that were used."""
    counts: dict[str, dict[str, set[int]]] = {}
    for record in sorted(sources.all_records(), key=_table2_order):
        named = record.get("datasets") or {record.get("dataset"): record.get("examples", {})}
        for name, parts in named.items():
            for part, count in parts.items():
                counts.setdefault(name, {}).setdefault(part, set()).add(count)
    return {name: {part: sorted(values) for part, values in parts.items()} for name, parts in counts.items()}


def _count(values: list[int] | None) -> str:
    if not values:
        return "?"
    return f"{values[0]:,}" if len(values) == 1 else f"{values[0]:,}–{values[-1]:,}"


def run_name(sources: Sources) -> str:
    """Name of the run as the records have it, otherwise the folder's.

    Example:
        >>> run_name(read_sources(RunFolder("results/reference/laptop")))
        'laptop'
    """
    return ", ".join(_distinct(record.get("run") for record in sources.all_records())) or sources.folder.resolve().name


def origin(sources: Sources) -> str:
    """The page's first line: real or synthetic data, and at what scale.

    Example:
        >>> origin(read_sources(RunFolder("results/reference/laptop")))[:28]
        'Real corpora (source: mirror'
    """
    kinds = _distinct(record["data_source"] for record in sources.all_records())
    if "synthetic" in kinds:
        start = "Synthetic data (generated text, no real corpus; the figures say nothing about the paper)"
        if len(kinds) > 1:
            start = "Partly synthetic data (generated text beside real corpora)"
    else:
        start = f"Real corpora (source: {', '.join(kinds)})"
    commits = [text[:12] for text in _distinct(r["provenance"].get("commit") for r in sources.all_records())]
    presets = _distinct(record.get("preset") for record in sources.all_records())
    seeds = ", ".join(sorted(_distinct(record["seed"] for record in sources.all_records()), key=int))
    named = f"preset: {', '.join(presets) or 'none yet'}; commit: {', '.join(commits) or 'unknown'}"
    return f"{start}. Run {run_name(sources)}, {len(sources.models)} models; seeds: {seeds}; {named}."


def _costs(run: RunFolder) -> tuple[Sheet, str]:
    rows, total = [], 0.0
    for cost in rule_costs(run):
        memory = [f"{value:,.0f}" for value in cost.memory]
        times = [f"{value:,.1f}" for value in (cost.median_seconds, cost.highest_seconds, cost.total_seconds)]
        rows.append(texts(cost.rule, str(cost.jobs), *times, *memory))
        total += cost.total_seconds
    columns = ("Rule", "Jobs", "Median, s", "Longest, s", "All jobs, s", "Peak memory, median, MiB", "Highest, MiB")
    sheet = Sheet("costs", "Run time and peak memory by rule", "", (), columns, tuple(rows), 1)
    return sheet, duration(total) if rows else ""


def _versions(sources: Sources) -> Sheet:
    found: dict[str, set[str]] = {}
    for record in sources.all_records():
        for package, version in record["provenance"].get("versions", {}).items():
            found.setdefault(package, set()).add(str(version))
    rows = tuple(texts(package, ", ".join(sorted(versions))) for package, versions in sorted(found.items()))
    return Sheet("versions", "Versions of packages", "", (), ("Package", "Version"), rows, 1)


def _origins(sources: Sources) -> Sheet:
    rows = []
    for kind, found in sources.records.items():
        if not found:
            rows.append(texts(KINDS[kind], "0", *[""] * 4))
            continue
        commits = _distinct(record["provenance"].get("commit") for record in found)
        rows.append(
            texts(
                KINDS[kind],
                str(len(found)),
                ", ".join(sorted(_distinct(record["seed"] for record in found), key=int)),
                ", ".join(_distinct(record["data_source"] for record in found)),
                ", ".join(_distinct(record.get("preset") for record in found)),
                ", ".join(commit[:18] for commit in commits) or "unknown",
            )
        )
    columns = ("Records", "Number", "Seeds", "Data source", "Preset", "Commit")
    return Sheet("origins", "Records behind this page", "", (), columns, tuple(rows), 1)


def _by_architecture(found: list[Details]) -> dict[str, list[Details]]:
    grouped: dict[str, list[Details]] = {}
    for one in found:
        grouped.setdefault(ARCHITECTURES[one.key[0]], []).append(one)
    return grouped


def read_content(folder: str | os.PathLike) -> Content:
    """Gather everything that the page says about the run in ``folder``.

    Raises:
        InputError: the folder holds no record, or a file in it is damaged.

    Example:
        >>> content = read_content("results/reference/laptop")
        >>> content.run, content.synthetic, [section.anchor for section in content.tables]
        ('laptop', False, ['table2', 'table3', 'table4', 'table5', 'controls', 'frontier', 'offer', 'variants'])
    """
    run = RunFolder(folder)
    sources = read_sources(run)
    found = details(sources.models)
    costs, total_time = _costs(run)
    counts, data_sources = _dataset_counts(sources), _distinct(r["data_source"] for r in sources.all_records())
    claims, tables = read_sections(run.tables, data_sources)
    pictures = read_pictures(run)
    facts = [("Run", run_name(sources)), ("Models", str(len(sources.models)))]
    for name, parts in counts.items():
        facts.append((f"Examples of {name}", ", ".join(f"{part} {_count(values)}" for part, values in parts.items())))
    return Content(
        run=run_name(sources),
        synthetic="synthetic" in data_sources,
        origin=origin(sources),
        answer=read_answer(run.tables),
        first_pictures=[picture for picture in pictures if picture.name in FIRST],
        facts=facts,
        claims=claims,
        tables=tables,
        pictures=[picture for picture in pictures if picture.name not in FIRST],
        curves=_by_architecture([one for one in found if one.curve]),
        models=_by_architecture(found),
        costs=costs,
        total_time=total_time,
        versions=_versions(sources),
        origins=_origins(sources),
    )
