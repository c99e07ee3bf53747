"""Where the record behind a cell of a table lies in the run's folder."""

from __future__ import annotations

from collections.abc import Sequence

from rnn_modules.files.run_folder import RunFolder
from rnn_modules.records.case_records import CaseRecord
from rnn_modules.records.cost_records import ModelRecord

_RUN = RunFolder("")


def model_link(records: Sequence[ModelRecord], kind: str = "decomposition_cost") -> str | None:
    """The record of a model's first seed; None without a record.

    Example:
        >>> from rnn_modules.records.cost_records import read_record
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> model_link([read_record(path)]), model_link([])
        ('models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json', None)
    """
    if not records:
        return None
    first = min(records, key=lambda record: record.seed)
    folder = _RUN.model(first.architecture, first.dataset, first.rnn, first.layers, first.seed)
    return (folder / f"{kind}.json").as_posix()


def case_link(records: Sequence[CaseRecord]) -> str:
    """The record of the first seed of some cases.

    Example:
        >>> from rnn_modules.records.case_records import read_case_record
        >>> path = "experiments/intra_reuse/many_to_one/lstm/seed-0.json"
        >>> case_link([read_case_record(f"results/reference/laptop/{path}")]) == path
        True
    """
    first = min(records, key=lambda record: record.seed)
    return _RUN.record(first.experiment, first.setting, first.rnn, first.seed).as_posix()
