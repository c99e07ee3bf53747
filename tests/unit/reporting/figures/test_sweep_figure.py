"""The figure of the removal sweep shows the records' values, and is the same bytes every time."""

import subprocess
import sys

import pytest

from rnn_modules.names import ARCHITECTURES
from rnn_modules.records.variant_records import read_sweep_records
from rnn_modules.reporting.analysis import sweep_series
from rnn_modules.reporting.figures import sweep_figure
from support.made_up_cases import sweep_record, write_records
from support.project import ROOT

SCRIPT = ROOT / "scripts" / "plot_removal_sweep.py"


def sweep(folder, *values):
    return read_sweep_records(write_records(folder, values))


def test_series_are_percent_and_average_models_and_seeds(tmp_path):
    values = [sweep_record("one_to_many", layers=layers, seed=seed) for layers in (1, 2) for seed in (0, 1)]
    for place, value in enumerate(values):
        for row in value["rows"]:
            entry = row["modes"]["rolled"]
            entry["composed"][entry["head"]]["all"]["accuracy"] = 0.9 - row["removal_cap"] + 0.01 * place
            entry["composed"][entry["head"]]["unpadded"]["accuracy"] = 0.5
            entry["jaccard"] = 1.0 - row["removal_cap"]
    records = sweep(tmp_path, *values)
    assert sweep_series.score_series(records, "rolled") == pytest.approx({0: 91.5, 10: 81.5, 20: 71.5, 50: 41.5})
    assert set(sweep_series.score_series(records, "rolled", unpadded=True).values()) == {50.0}
    assert sweep_series.jaccard_series(records, "rolled") == pytest.approx({0: 1, 10: 0.9, 20: 0.8, 50: 0.5})


def test_translation_is_the_published_measure_averaged_over_pairs(tmp_path):
    value = sweep_record("encoder_decoder")
    for pair, level in (("en-fr", 30.0), ("en-de", 20.0), ("en-it", 10.0)):
        value["monolithic"][pair]["bleu1_with_tags"] = level
    (record,) = sweep(tmp_path, value)
    assert sweep_series.score(record.monolithic, record.architecture) == pytest.approx(20.0)


def test_a_panel_per_architecture_with_the_monolithic_model_as_a_line(tmp_path):
    records = sweep(tmp_path, *(sweep_record(name) for name in ARCHITECTURES))
    figure = sweep_figure.draw(records)
    panels = figure.axes
    assert [axes.get_title().split(" · ")[0] for axes in panels[:5]] == list(ARCHITECTURES.values())
    # 1:1: monolithic and rolled; M:1: unrolled too; many-output: all of it once more without padding.
    assert [len(axes.lines) for axes in panels[:5]] == [2, 3, 6, 6, 3]
    assert panels[0].lines[0].get_ydata()[0] == pytest.approx(100 * records[0].monolithic["all"]["accuracy"])
    assert list(panels[5].lines[0].get_xdata()) == [0, 10, 20, 50]
    assert "commit: 0123456789ab" in figure.get_supxlabel()


@pytest.mark.parametrize("source", ["synthetic", "download"])
def test_says_synthetic_when_the_data_are(tmp_path, source):
    figure = sweep_figure.draw(sweep(tmp_path, sweep_record("many_to_one", data_source=source)))
    assert ("synthetic" in figure.get_suptitle()) is (source == "synthetic")


def test_script_writes_the_same_bytes_twice(tmp_path):
    paths = write_records(tmp_path, [sweep_record("one_to_one"), sweep_record("many_to_many")])
    outputs = []
    for name in ("one", "two"):
        png, svg = tmp_path / f"{name}.png", tmp_path / f"{name}.svg"
        subprocess.run([sys.executable, SCRIPT, *paths, "--output", png, "--output-svg", svg], check=True)
        outputs.append((png.read_bytes(), svg.read_bytes()))
    assert outputs[0] == outputs[1]
    assert outputs[0][0].startswith(b"\x89PNG") and b"<svg" in outputs[0][1]
