"""The tables of a run made again from its records, to compare them byte for byte."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.run_folder import RunFolder
from rnn_modules.names import EXPERIMENTS
from rnn_modules.reporting.claims.written import write_claims
from rnn_modules.reporting.tables.written import (
    write_case_tables,
    write_control_tables,
    write_cost_tables,
    write_frontier_table,
    write_offer_table,
    write_variant_tables,
)
from rnn_modules.runs.verification import Check


def verify_tables(folder: str | os.PathLike) -> Check:
    """Make the tables again from the records of the run's present configuration and compare each that the run has.

    Args:
        folder: of a run.

    Raises:
        InputError: ``run.json`` is damaged.

    Example:
        >>> verify_tables("results/nowhere")
        Check(name='tables against the records', checked=0, problems=[], skipped=['results/nowhere/tables: no tables'])
    """
    run = RunFolder(folder)
    check = Check("tables against the records")
    there = sorted(path for path in run.tables.glob("*") if path.is_file())
    if not there:
        check.skipped.append(f"{run.tables}: no tables")
        return check
    with tempfile.TemporaryDirectory() as made:
        check.problems += rebuild(run.found_records(), made)
        for path in there:
            check.take(_difference, path, Path(made) / path.name)
    return check


def rebuild(records: dict[str, list[Path]], folder: str | os.PathLike) -> list[str]:
    """Make all tables for which there are records.

    Args:
        records: paths by kind, as from :meth:`~rnn_modules.files.run_folder.RunFolder.found_records`.
        folder: where the tables go.

    Returns:
        A line for each group of tables that cannot be made.

    Example:
        >>> rebuild({"decomposition_cost": ["no/such.json"]}, "tables")[0]
        'tables of the cost: cannot be made again: no/such.json: cannot be read (No such file or directory)'
    """
    costs, variants = records.get("decomposition_cost", []), records.get("variants", [])
    cases = [path for kind in EXPERIMENTS for path in records.get(kind, [])]
    controls, frontier, offers = (records.get(kind, []) for kind in ("controls", "frontier", "offer"))
    changed = [*variants, *records.get("removal_sweep", [])]
    groups = (
        ("the cost", costs, lambda: write_cost_tables(costs, folder)),
        ("reuse and replacement", cases, lambda: write_case_tables(cases, folder)),
        ("variants", changed, lambda: write_variant_tables(changed, folder)),
        ("controls", controls, lambda: write_control_tables(controls, folder)),
        ("small modules", frontier, lambda: write_frontier_table(frontier, folder)),
        ("modules or networks from scratch", offers, lambda: write_offer_table(offers, folder)),
        ("claims", True, lambda: write_claims(costs, cases, variants, folder, controls, offers, frontier)),
    )
    problems = []
    for name, wanted, write in groups:
        try:
            if wanted:
                write()
        except InputError as error:
            # Said once; the tables of the group count as not made.
            problems.append(f"tables of {name}: cannot be made again: {error}")
    return problems


def _difference(path: Path, made: Path) -> str | None:
    if not made.is_file():
        return f"{path}: the records that are there do not give it; delete it and make the tables again"
    if path.read_bytes() != made.read_bytes():
        return f"{path}: not what the records give; make the tables again"
    return None
