"""The table of rankings and parts of small modules."""

import csv

from rnn_modules.names import CURVES, PARTS
from rnn_modules.records.frontier_records import read_frontier_records
from rnn_modules.reporting.tables.frontier_table import parts_sheet
from rnn_modules.reporting.tables.written import write_frontier_table
from support.made_up_frontier import frontier_record, written


def test_a_line_for_every_ranking_and_part(tmp_path):
    sheet = parts_sheet(read_frontier_records(written(tmp_path, frontier_record(), frontier_record("encoder_decoder"))))
    assert [row[0].text for row in sheet.rows] == [*CURVES.values(), *PARTS.values()]
    compact = next(row for row in sheet.rows if row[0].text == CURVES["compact"])
    assert compact[1].text == "9.8" and compact[-1].text == "" and len(compact) == 7
    random = next(row for row in sheet.rows if row[0].text == CURVES["random"])
    assert "±" in random[2].text


def test_without_parts_the_least_share_is_shown(tmp_path):
    sheet = parts_sheet(read_frontier_records(written(tmp_path, frontier_record(shares=(1.0, 0.3), parts_at=None))))
    assert "kept %: 30" in sheet.columns[1] and len(sheet.rows) == len(CURVES)


def test_every_figure_is_in_the_csv(tmp_path):
    value = frontier_record()
    write_frontier_table(written(tmp_path, value), tmp_path)
    with (tmp_path / "frontier.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(value["rows"])
    assert {row["curve"] for row in rows} == {*CURVES, *PARTS}
