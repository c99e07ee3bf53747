"""The wheel, in an empty environment: it is whole, brings what it says, and the README's example runs."""

import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import rnn_modules
from support.locks import locked_entries
from support.project import ROOT

LIBRARY = ROOT / "scripts" / "rnn_modules"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
# Rooms that networks and their decomposition need.
CORE = f"""
import importlib, pkgutil, sys
import rnn_modules
assert rnn_modules.__version__ == {rnn_modules.__version__!r}
assert rnn_modules.__file__.startswith(sys.prefix), rnn_modules.__file__
for room in ("names", "files", "network", "decomposition", "records"):
    found = importlib.import_module("rnn_modules." + room)
    for module in pkgutil.walk_packages(getattr(found, "__path__", ()), found.__name__ + "."):
        if not module.name.endswith(("export", "derivatives")):
            importlib.import_module(module.name)
from rnn_modules.records.published.tables import scenarios
assert scenarios()
"""
# What the README's example takes as given, the example, and what must have come of it.
BEFORE = """
import keras
import numpy as np

texts = keras.Input((5,), dtype="int32")
states = keras.layers.GRU(6)(keras.layers.Embedding(9, 4)(texts))
keras.Model(texts, keras.layers.Dense(4, activation="softmax")(states)).save("model.keras")
x = x_test = np.random.default_rng(0).integers(0, 9, (40, 5), dtype=np.int32)
y = y_test = np.array(["spam", "news", "work", "home"])[np.arange(40) % 4]
np.savez("examples.npz", x=x, y=y)
"""
AFTER = """
assert few.shape == (40,)
assert keras.models.load_model("spam.keras").output_shape == (None, 2)
print(keras.backend.backend(), set(few.tolist()) <= {"spam", "news"})
"""


def run(*command, **settings):
    """What a command prints; its whole output in the error, where it fails."""
    finished = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **settings)
    if finished.returncode:
        pytest.fail(f"{' '.join(map(str, command))[:300]}\nended with {finished.returncode}:\n{finished.stdout}")
    return finished.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built in a copy of what it is built of, by the locked setuptools."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(LIBRARY, source / "scripts" / "rnn_modules", ignore=shutil.ignore_patterns("__pycache__"))
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", source / "built", source)
    (path,) = (source / "built").iterdir()
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Installs the wheel with extras into an environment that held nothing before; returns its Python."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    locked = folder / "constraints.txt"
    locked.write_text("".join(f"{requirement}\n" for requirement, _ in locked_entries()), encoding="utf-8")

    def install(extras=""):
        # Python compiles what is imported; pip would compile every file, for longer than the rest takes.
        run(*PIP, "--python", python, "install", "--no-compile", "--constraint", locked, f"{wheel}{extras}")
        return python

    yield install
    shutil.rmtree(folder)  # hundreds of megabytes


def test_it_holds_every_file_of_the_library(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("rnn_modules/")}
    assert held == {
        path.relative_to(LIBRARY.parent).as_posix()
        for path in LIBRARY.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_core_runs_with_numpy_and_numba_alone(installed, tmp_path):
    python = installed()
    run(python, "-I", "-c", CORE, cwd=tmp_path)
    packages = run(*PIP, "--python", python, "list", "--format", "freeze").split()
    assert {re.split("==", package)[0] for package in packages} == {"llvmlite", "numba", "numpy", "rnn-modules"}


def test_the_example_of_the_readme_runs(installed, tmp_path):
    """With what the README says to install, and the setting that it names."""
    (extras,) = re.findall(r'^pip install "\.(\[.*\])"', README, re.MULTILINE)
    (backend,) = re.findall(r"^export KERAS_BACKEND=(\w+)", README, re.MULTILINE)
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "example.py").write_text(BEFORE + example + AFTER, encoding="utf-8")
    python = installed(extras)
    variables = os.environ | {"KERAS_BACKEND": backend, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    assert run(python, "-I", "example.py", cwd=tmp_path, env=variables).endswith(f"{backend} True\n")
    command = [python.with_name("rnn-modules"), "report", "model.keras", "modules.npz", "--output", "modules.html"]
    run(*command, "--inputs", "examples.npz:x", "--labels", "examples.npz:y", cwd=tmp_path, env=variables)
    assert {path.name for path in Path(tmp_path).iterdir()} >= {"modules.npz", "spam.keras", "modules.html"}
