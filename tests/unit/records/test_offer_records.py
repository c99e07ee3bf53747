"""Records of the offer, read and checked."""

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.records.offer_records import read_offer_record, read_offer_records
from support.made_up_offer import offer_record, written


def test_what_is_read_is_what_was_written(tmp_path):
    value = offer_record("many_to_many")
    record = read_offer_record(written(tmp_path, value)[0])
    assert record.architecture == "many_to_many" and len(record.rows) == len(value["rows"])
    for row, entry in zip(record.rows, value["rows"], strict=True):
        for name in ("maker", "examples", "labelled", "recurrent_share", "recognition"):
            assert getattr(row, name) == entry[name]
        assert record.row(entry["maker"], entry["examples"]) == row


@pytest.mark.parametrize(
    ("name", "value"),
    [("maker", "best"), ("examples", 0), ("examples", "all"), ("labelled", -1), ("recurrent_share", None)]
    + [("composed", {}), ("recognition", None)],
)
def test_a_value_that_does_not_fit_is_named(tmp_path, name, value):
    record = offer_record()
    record["rows"][2][name] = value
    with pytest.raises(InputError, match=rf"rows\.2\.{name}"):
        read_offer_record(written(tmp_path, record)[0])


@pytest.mark.parametrize("change", [lambda rows: rows.append(rows[0]), lambda rows: rows.pop()])
def test_each_number_stands_once_for_each_maker(tmp_path, change):
    record = offer_record()
    change(record["rows"])
    with pytest.raises(InputError, match="each number of examples once for compact and for scratch"):
        read_offer_record(written(tmp_path, record)[0])


def test_translation_has_none(tmp_path):
    with pytest.raises(InputError, match="architecture: expected a classifier's"):
        read_offer_record(written(tmp_path, offer_record("encoder_decoder"))[0])


def test_records_stand_in_the_order_of_table_2(tmp_path):
    paths = written(tmp_path, offer_record("many_to_many"), offer_record("one_to_one"))
    assert [record.architecture for record in read_offer_records(paths)] == ["one_to_one", "many_to_many"]
    with pytest.raises(InputError, match="same model and seed"):
        read_offer_records([paths[0], paths[0]])
