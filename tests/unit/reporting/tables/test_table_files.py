"""Tables as data: what was written is read again, and damage is named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_modules.files.atomic_files import InputError
from rnn_modules.reporting.tables.table_files import read_sheets, write_sheets
from rnn_modules.reporting.tables.table_model import Cell, Sheet

TEXT = st.text(st.characters(codec="utf-8"))
CELL = st.builds(Cell, TEXT, st.none() | TEXT, st.none() | st.floats(allow_nan=False, allow_infinity=False))
SHEET = Sheet("t", "T", "C.", ("n",), ("a", "b"), ((Cell("x"), Cell("−1", "0", -1.0)),), 1)


@given(rows=st.lists(st.tuples(CELL, CELL), max_size=4), texts=st.tuples(TEXT, TEXT, TEXT))
def test_what_was_written_is_read(tmp_path_factory, rows, texts):
    folder = tmp_path_factory.mktemp("tables")
    title, caption, note = texts
    sheet = Sheet("t", title, caption, (note,), ("a", "b"), tuple(rows), 1)
    write_sheets(folder / "t", [sheet, sheet], ["md"])
    first, second = read_sheets(folder / "t.json")
    assert first == sheet
    assert (second.name, second.rows) == ("t-part-2", sheet.rows)
    assert sorted(path.name for path in folder.iterdir()) == ["t.json", "t.md"]


def test_a_table_that_is_not_there_is_none(tmp_path):
    assert read_sheets(tmp_path / "t.json") == []


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("rows", [["x"]], "rows.0: expected 2 cells"),
        ("rows", [["x", 1]], "rows.0.1: expected an object"),
        ("rows", [["x", {"text": "1"}]], "rows.0.1: expected the keys paper, change"),
        ("rows", [["x", {"text": "1", "paper": None, "change": "2"}]], "rows.0.1: expected a cell"),
        ("rows", "x", "rows: expected a list"),
        ("notes", [1], "notes: expected texts"),
        ("columns", ["a", "a"], "columns: expected texts, each once"),
        ("leading", 3, "leading: expected 1 to 2"),
        ("title", None, "title: expected a text"),
    ],
)
def test_damage_is_named(tmp_path, key, value, said):
    path = tmp_path / "t.json"
    write_sheets(tmp_path / "t", [SHEET])
    data = json.loads(path.read_text())
    data["tables"][0][key] = value
    path.write_text(json.dumps(data))
    with pytest.raises(InputError, match=rf"t\.json: tables\.0\.{said}"):
        read_sheets(path)
