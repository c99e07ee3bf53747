"""The reference run: what the README shows is what its records give."""

import json
import re
import subprocess
import sys
from collections import Counter
from datetime import datetime

import pytest

from publish_reference import BLOCKS, fill, reference_files
from rnn_modules.files.atomic_files import InputError
from support.project import ROOT

REFERENCE = ROOT / "results" / "reference" / "laptop"


@pytest.mark.parametrize("name", BLOCKS)
def test_readme_shows_the_reference(name):
    block = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block[1].strip() == (REFERENCE / BLOCKS[name]).read_text().strip()


@pytest.mark.parametrize("name", ["demo", "laptop"])
def test_readme_says_how_long_the_runs_took(name):
    calls = json.loads((REFERENCE.parent / name / "run.json").read_text())["calls"]
    times = ((datetime.fromisoformat(call[end]) for end in ("ended", "started")) for call in calls)
    seconds = sum((ended - started).total_seconds() for ended, started in times)
    line = re.search(rf"^make {name} .*", (ROOT / "README.md").read_text(), re.MULTILINE)[0]
    assert f" {seconds / 60:.0f} minutes on two cores" in line
    assert {call["machine"]["cores"] for call in calls} == {2}


def test_figures_of_the_finding_are_in_the_reference():
    finding = re.search(r"<!-- finding -->(.*?)<!-- /finding -->", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    tables = "".join(path.read_text() for path in sorted(REFERENCE.glob("tables/*.md")))
    figures = re.findall(r"[−+]?\d+\.\d+", finding)
    assert len(figures) >= 10
    assert [figure for figure in figures if figure.lstrip("+") not in tables] == []


COSTS = sorted(REFERENCE.glob("models/**/decomposition_cost.json"))
CHANGED = sorted(
    path for name in ("variants", "removal_sweep") for path in REFERENCE.glob(f"experiments/{name}/**/*.json")
)
CASES = sorted(set(REFERENCE.glob("experiments/**/*.json")) - set(CHANGED))
VARIANTS = [path for path in CHANGED if "variants" in path.parts]


@pytest.mark.parametrize(
    ("script", "arguments", "made"),
    [
        (
            "tabulate_decomposition_cost.py",
            ["--output-folder", "{folder}", "--", *COSTS],
            ["table2.md", "table2.csv", "table2.json", "decomposition_cost.md"],
        ),
        (
            "tabulate_cases.py",
            ["--output-folder", "{folder}", "--", *CASES],
            ["table3.md", "table3.csv", "table4.md", "table5.md", "cases.csv"],
        ),
        ("tabulate_variants.py", ["--output-folder", "{folder}", "--", *CHANGED], ["variants.md", "removal_sweep.csv"]),
        (
            "answer_claims.py",
            [
                *("--output-folder", "{folder}"),
                *("--decomposition-cost", *COSTS, "--cases", *CASES, "--variants", *VARIANTS),
            ],
            ["claims.md", "claims.json"],
        ),
    ],
)
def test_reference_tables_come_from_the_reference_records(tmp_path, script, arguments, made):
    words = [str(argument).format(folder=tmp_path) for argument in arguments]
    subprocess.run([sys.executable, ROOT / "scripts" / script, *words], check=True, capture_output=True)
    for name in made:
        assert (tmp_path / name).read_text() == (REFERENCE / "tables" / name).read_text()


def test_the_reference_is_a_whole_run():
    assert len(COSTS) == 60
    assert Counter(path.relative_to(REFERENCE).parts[1] for path in CASES) == {
        "intra_reuse": 15, "inter_reuse": 6, "intra_replacement": 15, "inter_replacement": 6, "scenario": 2,
    }  # fmt: skip
    assert len(VARIANTS) == 10 and len(CHANGED) == 15


def test_reference_is_of_real_corpora_and_one_commit():
    text = (REFERENCE / "tables" / "table2.md").read_text()
    assert "synthetic" not in text
    assert re.search(r"commit: [0-9a-f]{12}\.", text)


def test_fill_replaces_a_block_and_only_that():
    text = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n<!-- y -->\n<!-- /y -->\n"
    filled = fill(text, "x", "new \\1")
    assert filled == "a\n<!-- x -->\n\nnew \\1\n\n<!-- /x -->\nb\n<!-- y -->\n<!-- /y -->\n"
    assert fill(filled, "x", "new \\1") == filled


def test_a_missing_block_or_an_unfinished_run_is_an_error(tmp_path):
    with pytest.raises(InputError, match="<!-- z -->"):
        fill("nothing", "z", "text")
    with pytest.raises(InputError, match="let the run finish"):
        reference_files(tmp_path, tmp_path)
