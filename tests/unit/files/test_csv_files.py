"""CSV files are read with their header, and damaged ones refused."""

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.csv_files import read_csv


def test_tables_are_read_with_their_header(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('a,b\n1,"x, y"\n\n2,z\n')
    assert read_csv(path, ("b",), "delete it") == [{"a": "1", "b": "x, y"}, {"a": "2", "b": "z"}]
    for text, message in (
        ("a,c\n1,2\n", "lacks the columns b; delete it"),
        ("b,b\n1,2\n", "has 'b' twice in its header; delete it"),
        ("b,a,,\n1,2,3,4\n", "has '' twice in its header"),
        ("a,b\n1\n", "line 2 has 1 of 2 columns"),
        ("b\n" + "x" * 200_000, "not a CSV file .field larger"),
        ("", "lacks the columns b"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=f"rows.csv: {message}"):
            read_csv(path, ("b",), "delete it")


def test_the_mark_that_spreadsheets_write_is_no_part_of_a_name(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("label,text\nham,ünder\n", encoding="utf-8-sig")
    assert read_csv(path, ("label",), "delete it") == [{"label": "ham", "text": "ünder"}]
