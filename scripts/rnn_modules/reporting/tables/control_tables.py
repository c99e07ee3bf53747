"""The controls of the method as a table: the paper's order of removal beside random, reversed and other classes'."""

from __future__ import annotations

from rnn_modules.names import ARCHITECTURES
from rnn_modules.records.control_records import ControlRecord
from rnn_modules.reporting.analysis.chance import ChanceRow, chance_rows
from rnn_modules.reporting.analysis.cost_deltas import caption
from rnn_modules.reporting.tables.table_model import Cell, Sheet, number, synthetic, texts, with_interval

CSV_COLUMNS = (
    *("architecture", "mode", "cap_counts", "models", "nodes_removed_percent", "measure", "paper", "random"),
    *("reversed", "other_class", "undecomposed", "constant"),
)
_COLUMNS = (
    *("I/O type", "Mode", "Cap counts", "Models", "Nodes removed %", "Δ paper's order − random", "Random %"),
    *("Paper's order %", "Reversed %", "Another class's %", "Undecomposed %", "Constant %", "Above / below all draws"),
    *("Δ balanced accuracy", "Δ AUC", "AUC, paper's order", "AUC, random", "AUC, undecomposed", "One against rest %"),
)


def _change(row: ChanceRow, measure: str) -> Cell:
    found = row.over.get(measure)
    if found is None:
        return Cell(number(None))
    return Cell(with_interval(found.value, found.interval), change=found.value)


def _cells(row: ChanceRow) -> tuple[Cell, ...]:
    levels = (number(row.accuracy[name]) for name in ("random", "paper", "reversed", "other_class"))
    return (
        *texts(ARCHITECTURES[row.architecture], row.mode, row.reading, str(row.models), number(100 * row.removed)),
        _change(row, "accuracy"),
        *texts(*levels, number(row.accuracy["undecomposed"]), number(row.accuracy["constant"])),
        *texts(f"{row.above} / {row.below}"),
        _change(row, "balanced_accuracy"),
        _change(row, "auc"),
        *texts(*(number(row.auc[name]) for name in ("paper", "random", "undecomposed"))),
        *texts(number(row.recognition["paper"])),
    )


def sheet(records: list[ControlRecord]) -> Sheet:
    """The table; ``records`` are of one run.

    Example:
        >>> from rnn_modules.records.control_records import read_control_records
        >>> from support.made_up_controls import control_record, written
        >>> table = sheet(read_control_records([written(control_record())]))
        >>> table.title, len(table.rows), table.rows[0][2].text
        ('Controls of the method: does identification beat chance?', 6, 'removals')
    """
    draws = sorted({record.draws for record in records})
    counts = f"{draws[0]}" if len(draws) == 1 else f"{draws[0]} to {draws[-1]}"
    return Sheet(
        name="controls",
        title=f"Controls of the method: does identification beat chance?{synthetic([r.data_source for r in records])}",
        caption=caption(records),
        notes=(
            f"Random: {counts} sets of modules for each model that lost as many nodes of each layer and timestep as "
            "the paper's, chosen at random. Reversed: the same cap, nodes removed from the other end of the order. "
            "Another class's: each module keeps the nodes of the next class's. Accuracy of the joint decision, padding "
            "excluded; means over models and seeds.",
            "Δ: the paper's order minus the mean of the draws, percentage points, with the 95 % interval over trained "
            "models. Above / below all draws: models whose modules beat, or lose to, every random set.",
            "AUC and one against rest: of each module by itself, its class against all else over all positions (area "
            "under the ROC curve, and balanced accuracy of its yes or no); means over classes and models, percent.",
            "Cap counts: calls of removeNode (an LSTM node has four, so 20 % are 5 % of its nodes), nodes, or edges.",
        ),
        columns=_COLUMNS,
        rows=tuple(map(_cells, chance_rows(records))),
        leading=4,
    )


def csv_rows(records: list[ControlRecord]) -> list[dict[str, object]]:
    """Every level of the table, one measure a row.

    Example:
        >>> from rnn_modules.records.control_records import read_control_records
        >>> from support.made_up_controls import control_record, written
        >>> rows = csv_rows(read_control_records([written(control_record())]))
        >>> tuple(rows[0]) == CSV_COLUMNS, [row["measure"] for row in rows[:3]]
        (True, ['accuracy', 'auc', 'one_against_rest'])
    """
    rows: list[dict[str, object]] = []
    for row in chance_rows(records):
        place = {
            "architecture": row.architecture,
            "mode": row.mode,
            "cap_counts": row.reading,
            "models": row.models,
            "nodes_removed_percent": 100 * row.removed,
        }
        for measure, levels in (("accuracy", row.accuracy), ("auc", row.auc), ("one_against_rest", row.recognition)):
            rows.append(place | {"measure": measure} | {name: levels.get(name) for name in CSV_COLUMNS[6:]})
    return rows
