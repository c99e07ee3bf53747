"""Records of the frontier, read and checked."""

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.records.frontier_records import read_frontier_record, read_frontier_records
from support.made_up_frontier import frontier_record, written


def test_what_is_read_is_what_was_written(tmp_path):
    value = frontier_record("many_to_many")
    (path,) = written(tmp_path, value)
    record = read_frontier_record(path)
    assert record.architecture == "many_to_many" and len(record.rows) == len(value["rows"])
    for row, entry in zip(record.rows, value["rows"], strict=True):
        for name in ("curve", "keep", "draw", "recurrent_share", "recognition"):
            assert getattr(row, name) == entry[name]


@pytest.mark.parametrize(
    ("name", "value"),
    [("curve", "best"), ("keep", 1.5), ("draw", -1), ("recurrent_share", None), ("composed", {}), ("recognition", 7)],
)
def test_a_value_that_does_not_fit_is_named(tmp_path, name, value):
    record = frontier_record()
    record["rows"][2][name] = value
    with pytest.raises(InputError, match=rf"rows\.2\.{name}"):
        read_frontier_record(written(tmp_path, record)[0])


def test_a_point_that_stands_twice_is_an_error(tmp_path):
    record = frontier_record()
    record["rows"].append(record["rows"][0])
    with pytest.raises(InputError, match="each curve, share and draw once"):
        read_frontier_record(written(tmp_path, record)[0])


def test_records_stand_in_the_order_of_table_2(tmp_path):
    paths = written(tmp_path, frontier_record("many_to_many"), frontier_record("one_to_one"))
    assert [record.architecture for record in read_frontier_records(paths)] == ["one_to_one", "many_to_many"]
    with pytest.raises(InputError, match="same model and seed"):
        read_frontier_records([paths[0], paths[0]])
