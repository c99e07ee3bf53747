"""Records of the offer: small modules and networks from scratch that are made from the same labelled examples."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.files.atomic_files import read_json
from rnn_modules.files.checked_json import MOST_ITEMS
from rnn_modules.names import COMPACT, SCRATCH, TRANSLATION
from rnn_modules.records.cost_records import MODEL_KEYS, ModelReader, ModelRecord, Scores, check_together, model_order

OFFER = "offer"
MAKERS: dict[str, str] = {COMPACT: "small modules", SCRATCH: "networks from scratch"}
"""What is made from examples, with titles."""
_KEYS = (*MODEL_KEYS, "keep", "monolithic", "rows")
_ROW_KEYS = ("maker", "examples", "labelled", "recurrent_share", "composed", "recognition")


@dataclass(frozen=True)
class OfferRow:
    """Modules, or networks, from one number of examples.

    Attributes:
        maker: one of :data:`MAKERS`.
        examples: labelled decisions for each class that were asked for; None: all.
        labelled: that they were made from, mean over the classes.
        recurrent_share: of the model's recurrent weights that each has.
        composed: scores of all together.
        recognition: mean balanced accuracy of the yes or no of each.

    Example:
        >>> row = OfferRow("scratch", None, 15_000.0, 0.098, {"all": {"accuracy": 0.95}}, 0.96)
        >>> row.composed["all"]["accuracy"], row.examples
        (0.95, None)
    """

    maker: str
    examples: int | None
    labelled: float
    recurrent_share: float
    composed: Scores
    recognition: float


@dataclass(frozen=True)
class OfferRecord(ModelRecord):
    """One model's offer.

    Attributes:
        keep: share of the recurrent weights that was asked for.

    Example:
        >>> OfferRecord.__mro__[1].__name__
        'ModelRecord'
    """

    keep: float
    monolithic: Scores
    rows: tuple[OfferRow, ...]

    def row(self, maker: str, examples: int | None) -> OfferRow:
        """The row of a maker and a number of examples.

        Example:
            >>> from support.made_up_offer import offer_record, written
            >>> import tempfile
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     record = read_offer_record(written(folder, offer_record())[0])
            >>> record.row("compact", 20).maker
            'compact'
        """
        return next(row for row in self.rows if (row.maker, row.examples) == (maker, examples))


def read_offer_record(path: str | os.PathLike) -> OfferRecord:
    """Read and check one record.

    Raises:
        InputError: the file is missing, is no JSON, or a value is missing, of the wrong kind or out of range.

    Example:
        >>> read_offer_record("nowhere.json")
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: nowhere.json: cannot be read (No such file or directory)
    """
    path = Path(path)
    value = read_json(path, _KEYS)
    reader = ModelReader(path, value)
    reader.choice("experiment", (OFFER,))
    model = reader.model()
    if model["architecture"] == TRANSLATION:
        reader.fail("architecture", "a classifier's", model["architecture"])
    rows = []
    for place, entry in enumerate(reader.listed("rows", value["rows"], least=1)):
        rows.append(_row(reader, f"rows.{place}", entry, model["architecture"]))
    keys = {(row.maker, row.examples) for row in rows}
    if len(keys) < len(rows) or keys != {(maker, row.examples) for maker in MAKERS for row in rows}:
        reader.fail("rows", f"each number of examples once for {' and for '.join(MAKERS)}", len(rows))
    return OfferRecord(
        path=path,
        **model,
        keep=reader.number("keep", value["keep"], 1.0),
        monolithic=reader.scores("monolithic", value["monolithic"], model["architecture"]),
        rows=tuple(rows),
    )


def _row(reader: ModelReader, key: str, value: object, architecture: str) -> OfferRow:
    row = reader.inner(key, value, _ROW_KEYS)
    asked = row.value["examples"]
    return OfferRow(
        maker=row.choice("maker", MAKERS),
        examples=None if asked is None else row.whole("examples", asked, least=1),
        labelled=row.number("labelled", row.value["labelled"], MOST_ITEMS),
        recurrent_share=row.number("recurrent_share", row.value["recurrent_share"], 1.0),
        composed=reader.scores(f"{key}.composed", row.value["composed"], architecture),
        recognition=row.number("recognition", row.value["recognition"], 1.0),
    )


def read_offer_records(paths: Iterable[str | os.PathLike]) -> list[OfferRecord]:
    """Read the offers of one run, in the order of Table II; errors as :func:`records.read_records`.

    Example:
        >>> read_offer_records([])
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: no record given, received an empty list; name the JSON files of a run
    """
    records = [read_offer_record(path) for path in paths]
    check_together(records, lambda record: (record.architecture, record.rnn, record.layers, record.seed))
    return sorted(records, key=model_order)
