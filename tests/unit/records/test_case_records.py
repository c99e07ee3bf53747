"""Case records are checked when read."""

import json

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.records.case_records import read_case_record, read_case_records
from support.made_up_cases import ALL_CASES, case_record, write_all_cases, write_records


@pytest.mark.parametrize(("experiment", "setting"), ALL_CASES)
def test_a_complete_record_is_read(tmp_path, experiment, setting):
    value = case_record(experiment, setting)
    (path,) = write_records(tmp_path, [value])
    read = read_case_record(path)
    assert (read.experiment, read.setting, read.rnn, read.commit) == (experiment, setting, "lstm", "0123456789abcdef")
    assert len(read.rows) == len(value["rows"])
    for row, written in zip(read.rows, value["rows"], strict=True):
        assert {name: written[name] for name in row.metrics} == row.metrics
        assert (row.case, row.mode, row.head, row.p_value) == (
            written["case"],
            written["mode"],
            written["head"],
            written.get("bleu_p_value"),
        )
    assert read.better_layers == (1 if experiment == "intra_replacement" else None)
    assert read.points == (1.0 if read.translation else 100.0)


CLASSES, PAIRS = ("intra_reuse", "many_to_one"), ("scenario", "add_ukrainian")


@pytest.mark.parametrize(
    ("kind", "keys", "new", "message"),
    [
        (CLASSES, ("rows",), ..., "lacks rows"),
        (CLASSES, ("experiment",), "reuse", "experiment: expected one of intra_reuse"),
        (CLASSES, ("setting",), "add_ukrainian", "setting: expected one of one_to_one"),
        (CLASSES, ("rows",), [], "rows: expected a list with at least one row"),
        (CLASSES, ("rows", 0), 3, "rows.0: expected an object"),
        (CLASSES, ("rows", 0, "case"), ..., "rows.0: expected the keys case"),
        (CLASSES, ("rows", 0, "decision"), "", "rows.0.decision: expected a text"),
        (CLASSES, ("rows", 0, "predictor"), "tags_only", "rows.0.predictor: expected one of modules"),
        (CLASSES, ("rows", 0, "mode"), "both", "rows.0.mode: expected one of rolled"),
        (CLASSES, ("rows", 0, "head"), "median", "rows.0.head: expected one of mean"),
        (CLASSES, ("rows", 0, "accuracy"), 93.1, "rows.0.accuracy: expected a number from 0 to 1"),
        (CLASSES, ("rows", 0, "macro_f1"), ..., "rows.0.macro_f1: .* received None"),
        (CLASSES, ("rows", 0, "examples"), -1, "rows.0.examples: expected a whole number"),
        (CLASSES, ("cases_possible",), 4.5, "cases_possible: expected a whole number"),
        (CLASSES, ("datasets", "clinc"), 15000, "datasets.clinc: expected an object"),
        (PAIRS, ("rows", 0, "bleu"), 101, "rows.0.bleu: expected a number from 0 to 100"),
        (PAIRS, ("rows", 1, "bleu_p_value"), 1.5, "rows.1.bleu_p_value: expected a number from 0 to 1"),
        (("intra_replacement", "one_to_one"), ("best",), ..., "best: expected an object"),
        (("intra_replacement", "one_to_one"), ("best", "layers"), 0, "best.layers: expected 1 to 100 recurrent layers"),
    ],
)
def test_a_damaged_record_is_one_line_that_names_file_and_key(tmp_path, kind, keys, new, message):
    value = case_record(*kind)
    entry = value
    for key in keys[:-1]:
        entry = entry[key]
    if new is ...:
        del entry[keys[-1]]
    else:
        entry[keys[-1]] = new
    (tmp_path / "record.json").write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        read_case_record(tmp_path / "record.json")
    assert str(error.value).startswith(str(tmp_path)) and "\n" not in str(error.value)


def test_a_row_twice_is_an_error(tmp_path):
    value = case_record()
    value["rows"].append(value["rows"][0])
    with pytest.raises(InputError, match="each case, mode, decision, predictor and head once"):
        read_case_records(write_records(tmp_path, [value]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [({}, "give each record once"), ({"seed": 1, "run": "other"}, "run: 'other'"), ({"preset": "package"}, "preset")],
)
def test_records_that_do_not_belong_together(tmp_path, changes, message):
    with pytest.raises(InputError, match=message):
        read_case_records(write_records(tmp_path, [case_record(), case_record(**changes)]))


def test_records_come_in_the_order_of_the_tables(tmp_path):
    read = read_case_records(reversed(write_all_cases(tmp_path, seeds=(0, 1))))
    assert [(record.experiment, record.setting) for record in read if (record.rnn, record.seed) == ("lstm", 0)] == (
        ALL_CASES
    )
    assert [(record.rnn, record.seed) for record in read[:4]] == [("lstm", 0), ("lstm", 1), ("gru", 0), ("gru", 1)]
    with pytest.raises(InputError, match="no record given"):
        read_case_records([])
