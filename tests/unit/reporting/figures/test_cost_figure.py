"""The figure shows the records' deltas beside the paper's, and is the same bytes every time."""

import json
import subprocess
import sys

import pytest

from rnn_modules.records.cost_records import read_records
from rnn_modules.reporting.analysis import cost_series
from rnn_modules.reporting.figures import cost_figure
from support.made_up_records import published_record, record, write_all
from support.project import ROOT

SCRIPT = ROOT / "scripts" / "plot_decomposition_cost.py"


def one(folder, value):
    (folder / "r.json").write_text(json.dumps(value), encoding="utf-8")
    return read_records([folder / "r.json"])


@pytest.fixture(scope="module")
def published_records(tmp_path_factory):
    return read_records(write_all(tmp_path_factory.mktemp("published"), published_record))


@pytest.mark.parametrize("architecture", ["one_to_one", "many_to_many", "encoder_decoder"])
def test_with_the_papers_figures_both_series_agree(published_records, architecture):
    ours, deviations = cost_series.our_series(published_records, architecture, "rolled")
    assert len(ours) == 12 and deviations == {}
    assert ours == pytest.approx(cost_series.published_series(architecture, "rolled"))


def test_deviations_of_translation_are_over_seeds_not_pairs(tmp_path):
    paths = []
    for seed in (0, 1):
        value = record("encoder_decoder", seed=seed)
        for pair, change in (("en-fr", 3.0), ("en-de", -3.0), ("en-it", 0.0)):
            value["monolithic"][pair]["bleu1_with_tags"] = 30.0
            composed = value["modes"]["rolled"]["composed"]["parent"][pair]
            composed["bleu1_with_tags"] = 30.0 + change + seed
        paths.append(tmp_path / f"{seed}.json")
        paths[-1].write_text(json.dumps(value), encoding="utf-8")
    means, deviations = cost_series.our_series(read_records(paths), "encoder_decoder", "rolled")
    assert means == pytest.approx({("lstm", 1): 0.5})
    assert deviations == pytest.approx({("lstm", 1): 0.5**0.5})


def test_zeroed_network_minus_monolithic(tmp_path):
    value = record("one_to_many")
    value["monolithic"]["all"]["accuracy"], value["controls"]["zeroed"]["all"]["accuracy"] = 0.96, 0.81
    records = one(tmp_path, value)
    assert cost_series.zeroed_series(records, "one_to_many") == pytest.approx({("lstm", 1): -15.0})
    assert cost_series.zeroed_series(records, "many_to_one") == {}


def test_panels_and_words(tmp_path):
    figure = cost_figure.draw(one(tmp_path, record("many_to_one", "relu", 2, data_source="synthetic")))
    panels = figure.axes
    assert [panel.get_title().split(" · ")[0] for panel in panels[:5]] == [
        "1:1",
        "M:1",
        "1:N",
        "M:N",
        "M:N (encoder-decoder)",
    ]
    assert "synthetic" in figure.get_suptitle() and "synthetic" in figure.get_supxlabel()
    assert [label.get_text() for label in panels[0].get_xticklabels()][-1] == "ReLU-4"
    # The published collapse lies within the axis.
    assert panels[2].get_ylim()[0] < -94.59


def test_a_large_gain_is_not_cut_off(tmp_path):
    value = record("many_to_one")
    value["monolithic"]["all"]["accuracy"] = 0.2
    value["modes"]["rolled"]["composed"]["mean"]["all"]["accuracy"] = 0.9
    assert cost_figure.draw(one(tmp_path, value)).axes[0].get_ylim()[1] > 70


def test_script_writes_the_same_bytes_twice(tmp_path):
    paths = write_all(tmp_path, rnns=("lstm",))
    outputs = []
    for name in ("one", "two"):
        png, svg = tmp_path / f"{name}.png", tmp_path / f"{name}.svg"
        subprocess.run([sys.executable, SCRIPT, *paths, "--output", png, "--output-svg", svg], check=True)
        outputs.append((png.read_bytes(), svg.read_bytes()))
    assert outputs[0] == outputs[1]
    assert outputs[0][0].startswith(b"\x89PNG") and b"<svg" in outputs[0][1]
