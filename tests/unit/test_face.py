"""``import rnn_modules``: a light face of the library, which offers what the documents name."""

import re
import subprocess
import sys

import pytest
import yaml

import rnn_modules
from support.project import ROOT

HEAVY = ("keras", "tensorflow", "jax", "numba", "numpy", "scipy", "pandas")
PROGRAM = f"""
import sys, time
start = time.perf_counter()
import rnn_modules
taken = time.perf_counter() - start
print(taken, *(name for name in {HEAVY} if name in sys.modules))
"""


def test_it_is_light():
    command = [sys.executable, "-c", PROGRAM]
    printed = subprocess.run(command, cwd=ROOT / "scripts", capture_output=True, text=True, check=True).stdout.split()
    assert printed[1:] == []
    assert float(printed[0]) <= 0.3


def test_it_offers_the_names_to_begin_with():
    """Those of the table in scripts/README.md, each the same object as in its room."""
    text = (ROOT / "scripts" / "README.md").read_text(encoding="utf-8")
    (part,) = re.findall(r"## Names to begin with\n(.*?)\n## ", text, re.DOTALL)
    named = re.findall(r"`(rnn_modules(?:\.\w+)+)\.(\w+)`", part)
    assert {name for _, name in named} == set(rnn_modules.__all__) - {"__version__"}
    for room, name in named:
        assert getattr(rnn_modules, name) is getattr(sys.modules[room], name)
    assert set(rnn_modules.__all__) <= set(dir(rnn_modules))


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match=r"module 'rnn_modules' has no attribute 'cut'"):
        rnn_modules.cut  # noqa: B018


def test_the_version_is_that_of_the_citation_and_of_the_changelog():
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"] == rnn_modules.__version__
    releases = re.findall(r"^## (\d\S+) - ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert releases[0] == rnn_modules.__version__
