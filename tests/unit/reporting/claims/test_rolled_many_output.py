"""Where the published figures of the rolled many-output models come from."""

import json

import pytest

from rnn_modules.records.cost_records import read_records
from rnn_modules.reporting.analysis.rolled_many_output import rolled_many_output
from rnn_modules.reporting.claims.rolled_many_output import sheet
from rnn_modules.reporting.tables import rendering
from support.made_up_records import record


def read(folder, value):
    (folder / "r.json").write_text(json.dumps(value), encoding="utf-8")
    return read_records([folder / "r.json"])


def test_controls_stand_beside_the_published_figure(tmp_path):
    value = record("many_to_many")
    value["monolithic"]["all"]["accuracy"] = 0.95
    value["modes"]["rolled"]["composed"]["mean"]["all"]["accuracy"] = 0.94
    value["controls"]["majority"]["all"]["accuracy"] = 0.25
    value["controls"]["zeroed"]["all"]["accuracy"] = 0.20
    rows = rolled_many_output(read(tmp_path, value))
    everywhere, unpadded = rows
    assert everywhere["composed_delta_percent_points"] == pytest.approx(-1.0)
    assert everywhere["majority_delta_percent_points"] == pytest.approx(-70.0)
    assert everywhere["zeroed_delta_percent_points"] == pytest.approx(-75.0)
    assert everywhere["zeroed_accuracy_percent"] == pytest.approx(20.0)
    assert everywhere["published_delta_percent_points_mean"] == pytest.approx(-78.82, abs=0.005)
    assert everywhere["published_accuracy_percent_median"] < 19
    assert unpadded["scope"] == "unpadded" and unpadded["published_delta_percent_points_mean"] is None
    text = rendering.markdown(sheet(rows, ["synthetic"]))
    assert "synthetic" in text and "| −75.00 |" in text


def test_models_without_a_zeroed_control(tmp_path):
    value = record("one_to_many")
    del value["controls"]["zeroed"]
    row = rolled_many_output(read(tmp_path, value))[0]
    assert row["zeroed_delta_percent_points"] is None and row["majority_delta_percent_points"] is not None
