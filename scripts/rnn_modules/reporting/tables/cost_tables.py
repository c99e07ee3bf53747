"""Table II and its companions, assembled from records: which rows, columns and figures; ``rendering`` writes them.

Every cell has our figure and the paper's side by side.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from rnn_modules.names import (
    ARCHITECTURES,
    MANY_OUTPUT,
    METRICS,
    MODULES,
    RNN_TYPES,
    SCOPES,
    TRANSLATION,
    mode_of,
)
from rnn_modules.records.cost_records import PUBLISHED_METRIC, Record, Scores, compositions, metrics_of, scopes_of
from rnn_modules.records.published import tables as published_tables
from rnn_modules.reporting.analysis.cost_deltas import caption, deltas, model_columns
from rnn_modules.reporting.analysis.cost_rows import (
    MASKS,
    Entry,
    Row,
    compositions_of,
    kind_name,
    mean_or_none,
    table2_rows,
)
from rnn_modules.reporting.tables.record_links import model_link
from rnn_modules.reporting.tables.table_model import Cell, Sheet, number, synthetic, texts

_SIDE_COLUMNS = ("Avg. JI", "Kept")


def entry_cell(entry: Entry, signed: bool = True, coloured: bool = True) -> Cell:
    """As ``−0.13 ± 0.02 (paper −0.10)``, coloured by our figure when that is a delta.

    Example:
        >>> str(entry_cell(Entry(-0.13, 0.02, -0.1)))
        '−0.13 ± 0.02 (paper −0.10)'
    """
    ours = number(entry.ours, signed=signed)
    if entry.deviation is not None:
        ours += f" ± {number(entry.deviation)}"
    record = model_link(entry.records)
    return Cell(ours, number(entry.paper, signed=signed), entry.ours if coloured else None, record)


@dataclass(frozen=True)
class Table:
    """A table of deltas with the lines that explain it.

    Example:
        >>> row = Row(("M:1", "Rolled"), (Entry(-0.5, None, -0.1), None), jaccard=None, kept_share=None)
        >>> table = Table("Title", "Caption.", (), ("I/O type", "Mode"), ("LSTM-1", "LSTM-2"), (row,))
        >>> [str(cell) for cell in table.sheet().rows[0]]
        ['M:1', 'Rolled', '−0.50 (paper −0.10)', '', '', '']
    """

    title: str
    caption: str
    notes: tuple[str, ...]
    heading: tuple[str, ...]
    models: tuple[str, ...]
    rows: tuple[Row, ...]

    def sheet(self) -> Sheet:
        """The table as it is written."""
        rows = []
        for row in self.rows:
            cells = [entry_cell(entry) if entry else Cell("") for entry in row.entries]
            if row.jaccard:
                cells += [entry_cell(row.jaccard, signed=False, coloured=False), Cell(number(row.kept_share))]
            else:
                cells += texts("", "")
            rows.append((*texts(*row.heading), *cells))
        return Sheet(
            name="table2",
            title=self.title,
            caption=self.caption,
            notes=self.notes,
            columns=(*self.heading, *self.models, *_SIDE_COLUMNS),
            rows=tuple(rows),
            leading=len(self.heading),
        )


def _deviation(values: list[float]) -> float | None:
    return statistics.stdev(values) if len(values) > 1 else None


_HEADING = ("I/O type", "Dataset", "Mode", "Pair", "Measure")
_NOTES = (
    "Each cell: composed − monolithic in percentage points (several seeds: mean ± standard deviation), "
    "the paper's figure in parentheses; “–”: no figure; an empty cell: the mode does not apply.",
    "Avg. JI: Jaccard index of model and modules as the paper counted it, mean over the row's models "
    "(translation: over the decoder's recurrent layers). Kept: share of all parameters that the modules keep.",
    "By the package: modules made as the published package makes them, where that is not what the paper's text says; "
    "evaluated on the same examples.",
)


def _names(records: list[Record]) -> tuple[str, ...]:
    return tuple(f"{RNN_TYPES[rnn]}-{layers}" for rnn, layers in model_columns(records))


def _synthetic(records: list[Record]) -> str:
    return synthetic([record.data_source for record in records])


def table2(records: list[Record]) -> Table:
    """Table II with the paper's own measures: accuracy over all positions, unigram BLEU with the tags counted.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> table2(records).title
        'Table II: cost of decomposing an RNN into modules'
    """
    return Table(
        title=f"Table II: cost of decomposing an RNN into modules{_synthetic(records)}",
        caption=caption(records),
        notes=(
            *_NOTES,
            "Many-output models: accuracy over all positions, padding included, as published. Translation: unigram "
            "BLEU with start and end tag counted, which is what the paper printed as BLEU; BLEU-4 and chrF, and "
            "accuracy without padding, are in the companion table.",
            "The published rolled figures of 1:N and M:N come from an evaluation that left the modules' weights out.",
        ),
        heading=_HEADING,
        models=_names(records),
        rows=table2_rows(records, [(name, "all", PUBLISHED_METRIC[name]) for name in ARCHITECTURES]),
    )


def table2_unpadded(records: list[Record]) -> Table:
    """The companion of Table II: many-output models without padding, translation in BLEU-4 and chrF.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> table2_unpadded(records).title
        'Table II with padding excluded, and with BLEU-4 and chrF'
    """
    kinds = [(name, "unpadded", "accuracy") for name in MANY_OUTPUT]
    kinds += [(TRANSLATION, "all", metric) for metric in ("bleu", "chrf")]
    return Table(
        title=f"Table II with padding excluded, and with BLEU-4 and chrF{_synthetic(records)}",
        caption=caption(records),
        notes=(
            *_NOTES,
            "Many-output models: accuracy over the positions that are not padding. Translation: corpus BLEU-4 and chrF "
            "without tags. The paper has no such figures; those in parentheses are its Table II (all positions, "
            "unigram BLEU with tags).",
        ),
        heading=_HEADING,
        models=_names(records),
        rows=table2_rows(records, kinds),
    )


def _model_facts(record: Record) -> dict[str, object]:
    return {
        "run": record.run,
        "preset": record.preset,
        "data_source": record.data_source,
        "architecture": record.architecture,
        "io_type": ARCHITECTURES[record.architecture],
        "dataset": record.dataset,
        "rnn": record.rnn,
        "layers": record.layers,
    }


def _models(records: list[Record]) -> dict[tuple, list[Record]]:
    """Records by model, seeds gathered, in the order given."""
    models: dict[tuple, list[Record]] = {}
    for record in records:
        models.setdefault((record.architecture, record.rnn, record.layers), []).append(record)
    return models


def long_rows(records: list[Record], many_output_scope: str) -> list[dict[str, object]]:
    """Deltas of all metrics, one row per model, mode, scope and metric; ``None`` where there is no figure.

    Args:
        records: the records.
        many_output_scope: "all" (with the one-output models) or "unpadded" (without them); translation in either.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> len(long_rows(records, "all"))
        72
    """
    scopes = {name: scopes_of(name) if name == TRANSLATION else (many_output_scope,) for name in ARCHITECTURES}
    models = _models(records)
    rows = []
    for delta in deltas(records, MASKS):
        if delta.scope not in scopes[delta.architecture]:
            continue
        seeds = models[delta.architecture, delta.rnn, delta.layers]
        compositions = compositions_of(seeds, delta.architecture, delta.mode)
        printed = delta.metric == PUBLISHED_METRIC[delta.architecture] and delta.scope != "unpadded"
        cell = published_tables.cell(delta.architecture, mode_of(delta.mode), delta.pair, delta.rnn, delta.layers)
        removed = zip(*(composition.removed_share_per_layer for composition in compositions), strict=False)
        rows.append(
            {
                **_model_facts(seeds[0]),
                "mode": delta.mode,
                "pair": delta.pair,
                "scope": delta.scope,
                "metric": delta.metric,
                "seeds": len(delta.by_seed),
                "delta_percent_points": delta.mean,
                "delta_percent_points_standard_deviation": delta.deviation,
                "paper_delta_percent_points": cell.delta if cell and printed else None,
                "jaccard_index": mean_or_none(composition.jaccard for composition in compositions),
                "paper_jaccard_index_row_mean": published_tables.row_jaccard(delta.architecture, mode_of(delta.mode)),
                "kept_parameters_share": mean_or_none(composition.kept_share for composition in compositions),
                "removed_nodes_share_per_layer": " ".join(f"{mean_or_none(shares):.6f}" for shares in removed),
            }
        )
    return rows


def absolute_rows(records: list[Record]) -> list[dict[str, object]]:
    """Absolute figures of every predictor, one row per model, scope, predictor and head; seeds as mean and deviation.

    Predictors: monolithic, composed (per mode and head, of small modules too) and the controls. Metrics of the other
    kind of model are None.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> absolute_rows(records)[0]["predictor"]
        'monolithic'
    """
    rows = []
    for seeds in _models(records).values():
        first = seeds[0]
        predictors: dict[tuple[str, str | None, str | None, bool], list[Scores]] = {}
        for record in seeds:
            predictors.setdefault(("monolithic", None, None, False), []).append(record.monolithic)
            for mode, composition in compositions(record).items():
                for head, scores in composition.composed.items():
                    key = ("composed", mode, head, head == composition.head)
                    predictors.setdefault(key, []).append(scores)
            for name, scores in record.controls.items():
                predictors.setdefault((name, None, None, False), []).append(scores)
        for scope in scopes_of(first.architecture):
            for (predictor, shown_mode, shown_head, primary), by_seed in predictors.items():
                row = {
                    **_model_facts(first),
                    "scope": scope,
                    "predictor": predictor,
                    "mode": shown_mode,
                    "head": shown_head,
                    "primary_head": int(primary) if shown_head else None,
                    "seeds": len(by_seed),
                }
                for metric, name in METRICS.items():
                    values = []
                    if metric in metrics_of(first.architecture):
                        values = [first.points * scores[scope][metric] for scores in by_seed]
                    unit = "score_0_to_100" if name[0].isupper() or metric == "chrf" else "percent"
                    row[f"{metric}_{unit}"] = mean_or_none(values)
                    row[f"{metric}_{unit}_standard_deviation"] = _deviation(values)
                rows.append(row)
    return rows


def absolute_sheets(records: list[Record]) -> list[Sheet]:
    """The absolute figures for people: classification and translation, those of which there are models.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> [sheet.title for sheet in absolute_sheets(records)]
        ['Classification models, percent']
    """
    controls = {False: ("majority", "zeroed"), True: ("tags_only",)}
    sheets = []
    for translation in (False, True):
        chosen = [record for record in records if (record.architecture == TRANSLATION) is translation]
        if not chosen:
            continue
        metrics = ("bleu", "chrf", "bleu1_with_tags") if translation else ("accuracy", "balanced_accuracy", "macro_f1")
        kinds = [kind for kind in MODULES if any(kind in compositions(record) for record in chosen)]
        predictors = {"monolithic": "monolithic"} | {kind: kind_name(kind).lower() for kind in kinds}
        predictors |= {name: name.replace("_", " ") for name in controls[translation]}
        heading = ("I/O type", "Dataset", "Pair" if translation else "Positions", "Model")
        columns = tuple(f"{METRICS[m]}: {name}" for m in metrics for name in predictors.values())
        rows = []
        for seeds in _models(chosen).values():
            first = seeds[0]
            for scope in scopes_of(first.architecture):
                cells = [first.dataset, SCOPES.get(scope, scope.upper()), f"{RNN_TYPES[first.rnn]}-{first.layers}"]
                for metric in metrics:
                    for predictor in predictors:
                        values = [
                            record.points * scores[scope][metric]
                            for record in seeds
                            if (scores := _primary(record, predictor)) is not None
                        ]
                        spread = _deviation(values)
                        cells.append(number(mean_or_none(values)) + (f" ± {spread:.2f}" if spread is not None else ""))
                rows.append(texts(ARCHITECTURES[first.architecture], *cells))
        unit = "scores 0 to 100" if translation else "percent"
        title = f"{'Translation' if translation else 'Classification'} models, {unit}{_synthetic(records)}"
        sheets.append(
            Sheet(
                name="decomposition_cost",
                title=title,
                caption=caption(records),
                notes=(),
                columns=(*heading, *columns),
                rows=tuple(rows),
                leading=len(heading),
            )
        )
    return sheets


def _primary(record: Record, predictor: str) -> Scores | None:
    """Scores of a predictor, composed ones by their mode with the primary head; None when the record has none."""
    if predictor == "monolithic":
        return record.monolithic
    found = compositions(record).get(predictor)
    return record.controls.get(predictor) if found is None else found.composed[found.head]
