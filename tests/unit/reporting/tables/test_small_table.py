"""The table of small modules."""

import json

import pytest

from rnn_modules.records.cost_records import read_records
from rnn_modules.reporting.tables.small_table import small_sheets
from rnn_modules.reporting.tables.table_files import read_sheets
from rnn_modules.reporting.tables.written import write_cost_tables
from support.made_up_records import record, with_compact


def written(folder, *values):
    paths = [folder / f"{place}.json" for place in range(len(values))]
    for path, value in zip(paths, values, strict=True):
        path.write_text(json.dumps(value))
    return paths


def test_without_small_modules_there_is_no_table(tmp_path):
    paths = written(tmp_path, record("many_to_one"))
    assert small_sheets(read_records(paths)) == []
    write_cost_tables(paths, tmp_path)
    assert len(read_sheets(tmp_path / "table2.json")) == 1


@pytest.mark.parametrize("architecture", ["many_to_one", "many_to_many", "one_to_one", "encoder_decoder"])
def test_shares_and_costs_are_the_records(tmp_path, architecture):
    value = with_compact(record(architecture, layers=2))
    (sheet,) = small_sheets(read_records(written(tmp_path, value, record(architecture, "gru"))))
    (row,) = sheet.rows
    cells = dict(zip(sheet.columns, row, strict=True))
    assert cells["Kept, %: small"].text == "9.9" and cells["Model"].text == "LSTM-2"
    small, before = value["compact"]["composed"][value["compact"]["head"]], value["monolithic"]
    if architecture == "encoder_decoder":
        pairs = ("en-fr", "en-de", "en-it")
        delta = sum(small[pair]["bleu1_with_tags"] - before[pair]["bleu1_with_tags"] for pair in pairs) / 3
        assert cells["Recognition: small"].text == ""
    else:
        scope = "unpadded" if architecture == "many_to_many" else "all"
        delta = 100 * (small[scope]["accuracy"] - before[scope]["accuracy"])
        expected = 100 * value["compact"]["recognition"]["refitted"]
        assert float(cells["Recognition: small"].text) == pytest.approx(expected, abs=0.01)
    assert cells["Δ: small"].change == pytest.approx(delta)
    assert (cells["Δ: unrolled"].text == "") is (architecture == "one_to_one")


def test_seeds_are_averaged(tmp_path):
    values = [with_compact(record(seed=seed)) for seed in range(2)]
    values[1]["compact"]["recurrent_share"] = 0.1987
    (sheet,) = small_sheets(read_records(written(tmp_path, *values)))
    assert dict(zip(sheet.columns, sheet.rows[0], strict=True))["Kept, %: small"].text == "14.9"


def test_the_table_stands_below_table_2(tmp_path):
    write_cost_tables(written(tmp_path, with_compact(record())), tmp_path)
    _, small = read_sheets(tmp_path / "table2.json")
    assert small.title == "Small modules beside those of Table II"
    assert "compact" in (tmp_path / "decomposition_cost.csv").read_text()
