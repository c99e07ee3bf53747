"""README.md: it is short, and its example of cutting one's own model runs as it stands."""

import re

import keras
import numpy as np

from rnn_modules.decomposition.module_files import read_modules
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
    generator = np.random.default_rng(0)
    names = {
        "inputs": generator.integers(0, 9, (40, 5), dtype=np.int32),
        "labels": np.arange(40) % 4,
        "class_names": ("a", "b", "c", "d"),
    }
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    exec(code, names)
    assert names["decisions"].shape == (40,) and set(names["decisions"]) <= set(range(4))
    assert names["two"].shape == (40,) and set(names["two"]) <= {0, 1}
    assert read_modules("unrolled.npz", "unrolled.json", names["network"]).class_names == names["class_names"]
    assert keras.models.load_model("module.keras").output_shape == (None, 2)
