"""The figure of modules shows what the masks say, and is the same bytes every time."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.module_files import write_modules
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.files.atomic_files import InputError
from rnn_modules.records.cost_records import read_record
from rnn_modules.reporting.analysis import removed_nodes
from rnn_modules.reporting.figures import modules_figure
from support.made_up_records import record
from support.project import ROOT

SCRIPT = ROOT / "scripts" / "plot_modules.py"
CLASSES = ("alarm", "banking", "a name too long to be shown whole")


def modules(mode="rolled", layers=2, units=6, timesteps=4, gates=1, seed=0):
    generator = np.random.default_rng(seed)
    shape = (len(CLASSES), timesteps if mode == "unrolled" else 1, gates, units)
    kept = tuple(generator.random(shape) < 0.7 for _ in range(layers))
    return ModuleMasks(mode, CLASSES, kept, "0" * 64, DecompositionParameters())


def read(folder, *arguments, **changes):
    path = folder / "record.json"
    path.write_text(json.dumps(record(*arguments, **changes)), encoding="utf-8")
    return read_record(path)


def test_shares_over_gates_and_timesteps():
    mask = np.ones((2, 2, 2, 3), bool)
    mask[1, 0, 0, 2] = mask[1, 1, 0, 2] = mask[1, 1, 1, 0] = False
    assert removed_nodes.removed_nodes(mask).tolist() == [[0, 0, 0], [0.25, 0, 0.5]]


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 9))
def test_nodes_are_ordered_by_how_often_they_go(seed, classes, units):
    removed = (np.random.default_rng(seed).random((classes, units)) < 0.4).astype(float)
    order = removed_nodes.node_order(removed)
    assert sorted(order) == list(range(units))
    counts = removed.sum(axis=0)[order]
    assert (np.diff(counts) <= 0).all()


def test_the_class_shown_alone_lost_most():
    found = modules("unrolled")
    found.kept[0][1] = False
    assert removed_nodes.most_changed_class(found) == 1


def test_panels_show_every_layer_of_every_mode(tmp_path):
    both = {mode: modules(mode) for mode in ("rolled", "unrolled")}
    figure = modules_figure.draw(both, read(tmp_path, "many_to_one", "lstm", 2))
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert [title.split(":")[0] for title in titles[:4]] == [
        "rolled, layer 1",
        "rolled, layer 2",
        "unrolled, layer 1",
        "unrolled, layer 2",
    ]
    assert all(title.startswith("unrolled module “") for title in titles[4:]) and len(titles) == 6
    shown = figure.axes[0].images[0].get_array()
    assert shown.shape == (3, 6)
    assert shown.sum() == pytest.approx((~both["rolled"].kept[0]).sum())
    unrolled = figure.axes[2].images[0].get_array()
    assert unrolled.shape == (3, 6)
    assert unrolled.sum() == pytest.approx((~both["unrolled"].kept[0]).sum() / 4)
    assert figure.axes[4].images[0].get_array().shape == (6, 4)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[:2] == ["alarm", "banking"] and labels[2].endswith("…")


def test_modules_that_lost_nothing_can_be_drawn(tmp_path):
    found = modules("unrolled", layers=1)
    found.kept[0][:] = True
    figure = modules_figure.draw({"unrolled": found}, read(tmp_path, "many_to_one"))
    assert "0.0% removed" in figure.axes[0].get_title()


@pytest.mark.parametrize("source", ["synthetic", "mirror"])
def test_says_synthetic_when_the_data_are(tmp_path, source):
    figure = modules_figure.draw({"rolled": modules(layers=1)}, read(tmp_path, "one_to_one", data_source=source))
    assert ("synthetic" in figure.get_suptitle()) is (source == "synthetic")
    assert "made-up" in figure.get_supxlabel() and "0123456789ab" in figure.get_supxlabel()


def test_the_record_of_another_model_is_an_error(tmp_path):
    with pytest.raises(InputError, match="layers: 1 differs from the 2"):
        modules_figure.draw({"rolled": modules()}, read(tmp_path, "many_to_one", "lstm", 1))
    with pytest.raises(InputError, match="no modules"):
        modules_figure.draw({}, read(tmp_path, "many_to_one", "lstm", 1))


def test_script_writes_the_same_bytes_twice(tmp_path):
    read(tmp_path, "many_to_one", "gru", 2)
    for mode in ("rolled", "unrolled"):
        write_modules(modules(mode), tmp_path / f"{mode}.npz", tmp_path / f"{mode}.json")
    outputs = []
    for name in ("one", "two"):
        png, svg = tmp_path / f"{name}.png", tmp_path / f"{name}.svg"
        command = [sys.executable, SCRIPT, "--modules", tmp_path, "--record", tmp_path / "record.json"]
        subprocess.run([*command, "--output", png, "--output-svg", svg], check=True)
        outputs.append((png.read_bytes(), svg.read_bytes()))
    assert outputs[0] == outputs[1]
    assert outputs[0][0].startswith(b"\x89PNG") and b"<svg" in outputs[0][1]
