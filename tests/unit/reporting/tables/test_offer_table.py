"""The table of modules beside networks from scratch."""

import csv

from rnn_modules.names import RNN_TYPES
from rnn_modules.reporting.tables.offer_table import offer_sheet
from rnn_modules.reporting.tables.written import write_offer_table
from support.made_up_offer import offer_record, read, written


def test_a_line_for_every_number_and_one_that_says_where_networks_get_ahead():
    kinds = [(name, rnn) for name in ("many_to_one", "many_to_many") for rnn in list(RNN_TYPES)[:3]]
    sheet = offer_sheet(read(*(offer_record(*kind, ahead_from=100) for kind in kinds)))
    assert [row[1].text for row in sheet.rows] == 2 * ["20", "100", "1,000", "all (5,000)", "ahead from"]
    assert [row[0].text for row in sheet.rows] == 5 * ["M:1"] + 5 * ["M:N"]
    for row in sheet.rows[3], sheet.rows[8]:
        assert row[4].text.startswith("+") and "[" in row[4].text
    for row in sheet.rows[4], sheet.rows[9]:
        assert row[4].text.startswith("100 [") and row[2].text == ""


def test_padding_is_left_out():
    (record,) = read(offer_record("many_to_many"))
    (first, *_) = offer_sheet([record]).rows
    assert first[2].text == f"{100 * record.rows[0].composed['unpadded']['accuracy']:.2f}"


def test_every_figure_is_in_the_csv(tmp_path):
    value = offer_record()
    write_offer_table(written(tmp_path, value), tmp_path)
    with (tmp_path / "offer.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["maker"], row["examples"]) for row in rows] == [
        (row["maker"], str(row["examples"] or "all")) for row in value["rows"]
    ]
