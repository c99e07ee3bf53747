"""Scripts start and end without garbage collection, and run with it."""

import subprocess
import sys

import pytest

from support.project import ROOT

PROGRAM = """
import sys; sys.path.insert(0, "scripts")
{first}
import gc
from rnn_modules.files.command_line import run
print(gc.isenabled())
run(lambda: print(gc.isenabled(), gc.get_freeze_count() > 1000))
"""


@pytest.mark.parametrize(
    ("first", "printed"),
    [("from rnn_modules.files import quick_start", "False\nTrue True\n"), ("", "True\nTrue False\n")],
)
def test_collection_is_off_until_the_script_runs(first, printed):
    words = [sys.executable, "-c", PROGRAM.format(first=first)]
    assert subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout == printed


@pytest.mark.parametrize("path", sorted((ROOT / "scripts").glob("*.py")), ids=lambda path: path.name)
def test_scripts_that_import_it_do_so_first(path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(("import ", "from "))]
    places = [place for place, line in enumerate(lines) if "quick_start" in line]
    assert places in ([], [0])
