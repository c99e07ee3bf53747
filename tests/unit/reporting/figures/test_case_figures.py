"""The figures of reuse and replacement show every case once, beside the paper's, the same bytes every time."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_modules.files.atomic_files import InputError
from rnn_modules.records.case_records import read_case_records
from rnn_modules.reporting.figures import case_figures
from support.made_up_cases import case_record, write_all_cases, write_records
from support.project import ROOT

SCRIPT = ROOT / "scripts" / "plot_cases.py"


def read(folder, *values):
    return read_case_records(write_records(folder, values))


def test_deltas_are_of_the_published_head_mode_and_decision(tmp_path):
    value = case_record("intra_reuse", "one_to_many", count=2)
    levels = {("class 0 + class 1", "modules"): 0.9, ("class 0 + class 1", "baseline"): 0.95}
    levels |= {("class 0 + class 2", "modules"): 0.8, ("class 0 + class 2", "baseline"): 0.7}
    for row in value["rows"]:
        chosen = row["decision"] == "labelled" and row["head"] in ("mean", None) and row["mode"] != "rolled"
        row["accuracy"] = levels.get((row["case"], row["predictor"]), 0.5) if chosen else 0.1
    assert sorted(case_figures.our_deltas(read(tmp_path, value), "lstm")) == pytest.approx([-5.0, 10.0])
    assert case_figures.our_deltas(read(tmp_path, value), "gru") == []


@given(st.integers(0, 300))
def test_points_of_a_group_stand_apart_within_their_place(count):
    places = case_figures.spread(count)
    assert len(places) == count and (np.abs(places) <= 1).all()
    assert len(set(places.round(6))) == count


@pytest.mark.parametrize(("kind", "numeral"), [("reuse", "III"), ("replacement", "IV")])
def test_a_panel_per_setting_with_points_boxes_and_means(tmp_path, kind, numeral):
    records = read_case_records(write_all_cases(tmp_path, rnns=("lstm", "gru"), count=6))
    figure = case_figures.draw([record for record in records if record.experiment.endswith(kind)])
    panels = figure.axes[:7]
    titles = [axes.get_title().splitlines()[0] for axes in panels]
    assert titles[0] == f"intra {kind} · 1:1" and titles[-1] == f"inter {kind} · M:1-M:N"
    # Zero line, then points and a box (6 lines) of ours and of the paper's for two RNN types, Vanilla's of the paper's.
    points = [line for line in panels[1].lines if line.get_marker() in ("o", "^")]
    diamonds = [line for line in panels[1].lines if line.get_marker() == "D"]
    assert [len(line.get_ydata()) for line in points if line.get_marker() == "o"] == [6, 6]
    paper = 45 if kind == "reuse" else 10
    assert [len(line.get_ydata()) for line in points if line.get_marker() == "^"] == [paper] * 3
    assert len(diamonds) == 2 + 3
    assert [label.get_text() for label in panels[0].get_xticklabels()] == ["LSTM", "GRU", "Vanilla"]
    legend = [text.get_text() for text in figure.axes[7].get_legend().get_texts()]
    assert f"paper, mean (Table {numeral})" in legend
    assert "cases drawn of possible" in figure.get_supxlabel()


def test_extreme_values_lie_within_the_axis(tmp_path):
    value = case_record("intra_reuse", "many_to_one")
    for row in value["rows"]:
        row["accuracy"] = {"modules": 0.02, "baseline": 0.98}.get(row["predictor"], 0.5)
    lowest, highest = case_figures.draw(read(tmp_path, value)).axes[0].get_ylim()
    assert lowest < -96 and highest > 0


@pytest.mark.parametrize("source", ["synthetic", "mirror"])
def test_says_synthetic_when_the_data_are(tmp_path, source):
    figure = case_figures.draw(
        read(tmp_path, case_record("inter_replacement", "one_to_one-one_to_many", data_source=source))
    )
    assert ("synthetic" in figure.get_suptitle()) is (source == "synthetic")
    assert ("synthetic" in figure.get_supxlabel()) is (source == "synthetic")


def test_other_experiments_are_named(tmp_path):
    with pytest.raises(InputError, match="received scenario"):
        case_figures.draw(read(tmp_path, case_record("scenario", "add_ukrainian")))
    both = read(tmp_path, case_record("intra_reuse"), case_record("intra_replacement"))
    with pytest.raises(InputError, match="reuse or of replacement alone"):
        case_figures.draw(both)


def test_script_writes_the_same_bytes_twice(tmp_path):
    paths = write_records(tmp_path, [case_record("intra_reuse", name) for name in ("one_to_one", "encoder_decoder")])
    outputs = []
    for name in ("one", "two"):
        png, svg = tmp_path / f"{name}.png", tmp_path / f"{name}.svg"
        subprocess.run([sys.executable, SCRIPT, *paths, "--output", png, "--output-svg", svg], check=True)
        outputs.append((png.read_bytes(), svg.read_bytes()))
    assert outputs[0] == outputs[1]
    assert outputs[0][0].startswith(b"\x89PNG") and b"<svg" in outputs[0][1]
