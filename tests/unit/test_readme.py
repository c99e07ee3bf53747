"""README.md: it is short, and its example of cutting one's own model runs as it stands."""

import re

import keras
import numpy as np

import rnn_modules
from rnn_modules.training.architectures import ArchitectureSettings, DataSizes, build
from support.project import ROOT

README = ROOT / "README.md"


def test_it_is_short():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 150


def test_the_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    build(ArchitectureSettings("many_to_one", "gru", 1, units=6, embedding=4), DataSizes(5, 1, 9, 4)).save(
        "model.keras"
    )
    x = np.random.default_rng(0).integers(0, 9, (40, 5))
    y = np.array(["spam", "news", "work", "home"])[np.arange(40) % 4]
    names = {"x": x, "y": y, "x_test": x, "y_test": y}
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    exec(code, names)
    assert names["few"].shape == (40,) and set(names["few"]) <= {"spam", "news"}
    assert rnn_modules.load("modules.npz", "model.keras").classes == ("home", "news", "spam", "work")
    assert keras.models.load_model("spam.keras").output_shape == (None, 2)
