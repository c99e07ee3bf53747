"""The files of the tables: records read, tables made, everything written into one folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rnn_modules.names import ARCHITECTURES
from rnn_modules.records.case_records import read_case_records
from rnn_modules.records.control_records import read_control_records
from rnn_modules.records.cost_records import read_records
from rnn_modules.records.frontier_records import read_frontier_records
from rnn_modules.records.offer_records import read_offer_records
from rnn_modules.records.variant_records import read_changed_records
from rnn_modules.reporting.analysis import case_summaries, scenario_averages, variant_effects
from rnn_modules.reporting.tables import (
    case_tables,
    control_tables,
    cost_tables,
    frontier_table,
    offer_table,
    rendering,
    scenario_table,
    variant_tables,
)
from rnn_modules.reporting.tables.small_table import small_sheets
from rnn_modules.reporting.tables.table_files import write_sheets

Paths = Sequence[str | os.PathLike]


def write_cost_tables(paths: Paths, folder: str | os.PathLike) -> None:
    """Write Table II, its companion without padding, and the absolute figures.

    Args:
        paths: records of research question 1, all of one run.
        folder: where the tables go.

    Raises:
        InputError: no path, a damaged record, or records of several runs; as UnwritableError, a file cannot be written.

    Example:
        >>> import tempfile
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_cost_tables([path], folder)
        ...     len(list(Path(folder).glob("table2*")))
        10
    """
    records, folder = read_records(paths), Path(folder)
    for name, sheets, scope in (
        ("table2", [cost_tables.table2(records).sheet(), *small_sheets(records)], "all"),
        ("table2_unpadded", [cost_tables.table2_unpadded(records).sheet()], "unpadded"),
    ):
        rendering.write_csv(folder / f"{name}.csv", cost_tables.long_rows(records, scope))
        write_sheets(folder / name, sheets)
    rendering.write_csv(folder / "decomposition_cost.csv", cost_tables.absolute_rows(records))
    write_sheets(folder / "decomposition_cost", cost_tables.absolute_sheets(records), ["md"])


def write_frontier_table(paths: Paths, folder: str | os.PathLike) -> None:
    """Write rankings and parts of small modules at one share, and every figure of the frontier.

    Args:
        paths: records of the frontier, all of one run.
        folder: where the tables go.

    Raises:
        InputError: no path, a damaged record, or records of several runs; as UnwritableError, a file cannot be written.

    Example:
        >>> import tempfile
        >>> from support.made_up_frontier import frontier_record, written
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_frontier_table(written(folder, frontier_record("many_to_one")), folder)
        ...     sorted(path.name for path in Path(folder).glob("frontier.*"))
        ['frontier.csv', 'frontier.html', 'frontier.json', 'frontier.md', 'frontier.tex']
    """
    records, folder = read_frontier_records(paths), Path(folder)
    rendering.write_csv(folder / "frontier.csv", frontier_table.csv_rows(records))
    write_sheets(folder / "frontier", [frontier_table.parts_sheet(records)])


def write_offer_table(paths: Paths, folder: str | os.PathLike) -> None:
    """Write small modules beside networks from scratch by the number of labelled examples, and every figure of it.

    Args:
        paths: records of the offer, all of one run.
        folder: where the tables go.

    Raises:
        InputError: no path, a damaged record, or records of several runs; as UnwritableError, a file cannot be written.

    Example:
        >>> import tempfile
        >>> from support.made_up_offer import offer_record, written
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_offer_table(written(folder, offer_record("many_to_one")), folder)
        ...     sorted(path.name for path in Path(folder).glob("offer.*"))
        ['offer.csv', 'offer.html', 'offer.json', 'offer.md', 'offer.tex']
    """
    records, folder = read_offer_records(paths), Path(folder)
    rendering.write_csv(folder / "offer.csv", offer_table.csv_rows(records))
    write_sheets(folder / "offer", [offer_table.offer_sheet(records)])


def write_case_tables(paths: Paths, folder: str | os.PathLike) -> None:
    """Write Tables III, IV and V, the companions with every measure, and the list of all cases.

    Args:
        paths: records of reuse, replacement and scenarios, all of one run; a table without any says so.
        folder: where the tables go.

    Raises:
        InputError: no path, a damaged record, or records of several runs; as UnwritableError, a file cannot be written.

    Example:
        >>> import tempfile
        >>> path = "results/reference/laptop/experiments/intra_reuse/many_to_one/lstm/seed-0.json"
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_case_tables([path], folder)
        ...     len(list(Path(folder).glob("table3*")))
        8
    """
    records, folder = read_case_records(paths), Path(folder)
    for number in case_summaries.EXPERIMENTS:
        rows = case_summaries.delta_rows(records, number)
        name = f"table{number}"
        rendering.write_csv(folder / f"{name}.csv", case_tables.csv_rows(rows), case_tables.CSV_COLUMNS)
        write_sheets(folder / name, [case_tables.sheet(records, rows, number)])
        measures = case_summaries.measure_rows(records, number)
        rendering.write_csv(folder / f"{name}_measures.csv", measures, case_summaries.MEASURE_COLUMNS)
        write_sheets(folder / f"{name}_measures", case_tables.measure_sheets(records, measures, number), ["md"])
    scenarios = scenario_averages.scenario_rows(records)
    rendering.write_csv(folder / "table5.csv", scenario_table.csv_rows(scenarios), scenario_table.CSV_COLUMNS)
    write_sheets(folder / "table5", [scenario_table.sheet(records, scenarios)])
    rendering.write_csv(folder / "cases.csv", case_tables.case_rows(records), case_tables.CASE_COLUMNS)


def write_variant_tables(paths: Paths, folder: str | os.PathLike) -> None:
    """Write what each choice of paper and package changes, by I/O type, and the removal sweep.

    Args:
        paths: records of the variants and of the sweep, in any order, all of one run.
        folder: where the tables go.

    Raises:
        InputError: a damaged record, or records of several runs; as UnwritableError, a file cannot be written.

    Example:
        >>> import tempfile
        >>> path = "results/reference/laptop/experiments/variants/many_to_one/lstm/seed-0.json"
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_variant_tables([path], folder)
        ...     sorted(path.name for path in Path(folder).iterdir())
        ['removal_sweep.csv', 'variants.csv', 'variants.html', 'variants.json', 'variants.md']
    """
    (sweep, variants), folder = read_changed_records(paths), Path(folder)
    rows = variant_effects.variant_rows(variants)
    # Without any record one empty table says so.
    there = [name for name in ARCHITECTURES if name in {row.architecture for row in rows}] or list(ARCHITECTURES)[:1]
    sheets = [variant_tables.sheet(variants, rows, name) for name in there]
    write_sheets(folder / "variants", sheets, ["md", "html"])
    rendering.write_csv(
        folder / "variants.csv", variant_tables.variant_csv_rows(variants), variant_tables.VARIANT_COLUMNS
    )
    rendering.write_csv(
        folder / "removal_sweep.csv", variant_tables.sweep_csv_rows(sweep), variant_tables.SWEEP_COLUMNS
    )


def write_control_tables(paths: Paths, folder: str | os.PathLike) -> None:
    """Write the controls of the method.

    Args:
        paths: records of the controls, all of one run.
        folder: where the table goes.

    Raises:
        InputError: no path, a damaged record, or records of several runs; as UnwritableError, a file cannot be written.

    Example:
        >>> import tempfile
        >>> from support.made_up_controls import control_record, written
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_control_tables([written(control_record())], folder)
        ...     sorted(path.name for path in Path(folder).iterdir())
        ['controls.csv', 'controls.html', 'controls.json', 'controls.md', 'controls.tex']
    """
    records, folder = read_control_records(paths), Path(folder)
    rendering.write_csv(folder / "controls.csv", control_tables.csv_rows(records), control_tables.CSV_COLUMNS)
    write_sheets(folder / "controls", [control_tables.sheet(records)])
