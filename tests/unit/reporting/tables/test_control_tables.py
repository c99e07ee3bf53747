"""The controls' table and figure are written from records of every kind of classifier."""

import csv
import subprocess
import sys

from rnn_modules.records.control_records import read_control_records
from rnn_modules.reporting.figures.controls_figure import draw
from rnn_modules.reporting.tables.control_tables import sheet
from support.made_up_controls import control_record, written
from support.project import ROOT

ARCHITECTURES = ("one_to_one", "many_to_one", "one_to_many", "many_to_many")
PATHS = [written(control_record(name, rnn)) for name in ARCHITECTURES for rnn in ("lstm", "gru")]


def test_a_row_for_each_kind_mode_and_reading():
    table = sheet(read_control_records(PATHS))
    assert len(table.rows) == 3 * (1 + 2 + 2 + 2)
    assert table.rows[0][5].change > 0 and "[" in table.rows[0][5].text


def test_the_figure_has_a_panel_for_each_kind_and_reading():
    figure = draw(read_control_records(PATHS))
    assert len(figure.axes) == 3 * 4
    assert figure.axes[0].get_title() == "1:1 · Math QA"


def test_scripts_write_table_and_figure(tmp_path):
    for script, options in (
        ("tabulate_controls.py", ["--output-folder", tmp_path]),
        ("plot_controls.py", ["--output", tmp_path / "controls.png", "--output-svg", tmp_path / "controls.svg"]),
    ):
        subprocess.run([sys.executable, ROOT / "scripts" / script, *PATHS, *options], check=True)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {f"controls.{kind}" for kind in ("csv", "json", "md", "html", "tex", "png", "svg")}
    with open(tmp_path / "controls.csv", newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["measure"] for row in rows} == {"accuracy", "auc", "one_against_rest"}
