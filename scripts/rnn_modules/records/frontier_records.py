"""Records of the frontier: what modules of a share of the weights can do, by the way they were made."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.files.atomic_files import read_json
from rnn_modules.names import CURVES, PARTS
from rnn_modules.records.cost_records import MODEL_KEYS, ModelReader, ModelRecord, Scores, check_together, model_order

FRONTIER = "frontier"
_KEYS = (*MODEL_KEYS, "monolithic", "rows")
_ROW_KEYS = ("curve", "keep", "draw", "recurrent_share", "composed", "recognition")


@dataclass(frozen=True)
class FrontierRow:
    """Modules of one share, made in one way.

    Attributes:
        curve: one of :data:`rnn_modules.names.CURVES` or :data:`rnn_modules.names.PARTS`.
        keep: share of the recurrent layers' weights that was asked for.
        draw: number of the draw, of random rankings.
        recurrent_share: that the modules keep.
        composed: scores of all modules together.
        recognition: mean balanced accuracy of each module's yes or no; None for translation.

    Example:
        >>> row = FrontierRow("compact", 0.1, 0, 0.098, {"all": {"accuracy": 0.94}}, 0.96)
        >>> row.composed["all"]["accuracy"], row.recurrent_share <= row.keep
        (0.94, True)
    """

    curve: str
    keep: float
    draw: int
    recurrent_share: float
    composed: Scores
    recognition: float | None


@dataclass(frozen=True)
class FrontierRecord(ModelRecord):
    """One model's frontier.

    Example:
        >>> FrontierRecord.__mro__[1].__name__
        'ModelRecord'
    """

    monolithic: Scores
    rows: tuple[FrontierRow, ...]


def read_frontier_record(path: str | os.PathLike) -> FrontierRecord:
    """Read and check one record.

    Raises:
        InputError: the file is missing, is no JSON, or a value is missing, of the wrong kind or out of range.

    Example:
        >>> read_frontier_record("nowhere.json")
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: nowhere.json: cannot be read (No such file or directory)
    """
    path = Path(path)
    value = read_json(path, _KEYS)
    reader = ModelReader(path, value)
    reader.choice("experiment", (FRONTIER,))
    model = reader.model()
    rows = []
    for place, entry in enumerate(reader.listed("rows", value["rows"], least=1)):
        rows.append(_row(reader, f"rows.{place}", entry, model["architecture"]))
    keys = [(row.curve, row.keep, row.draw) for row in rows]
    if len(set(keys)) < len(keys):
        reader.fail("rows", "each curve, share and draw once", len(keys))
    monolithic = reader.scores("monolithic", value["monolithic"], model["architecture"])
    return FrontierRecord(path=path, **model, monolithic=monolithic, rows=tuple(rows))


def _row(reader: ModelReader, key: str, value: object, architecture: str) -> FrontierRow:
    row = reader.inner(key, value, _ROW_KEYS)
    said = row.value["recognition"]
    return FrontierRow(
        curve=row.choice("curve", (*CURVES, *PARTS)),
        keep=row.number("keep", row.value["keep"], 1.0),
        draw=row.whole("draw", row.value["draw"]),
        recurrent_share=row.number("recurrent_share", row.value["recurrent_share"], 1.0),
        composed=reader.scores(f"{key}.composed", row.value["composed"], architecture),
        recognition=None if said is None else row.number("recognition", said, 1.0),
    )


def read_frontier_records(paths: Iterable[str | os.PathLike]) -> list[FrontierRecord]:
    """Read the frontiers of one run, in the order of Table II; errors as :func:`records.read_records`.

    Example:
        >>> read_frontier_records([])
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: no record given, received an empty list; name the JSON files of a run
    """
    records = [read_frontier_record(path) for path in paths]
    check_together(records, lambda record: (record.architecture, record.rnn, record.layers, record.seed))
    return sorted(records, key=model_order)
