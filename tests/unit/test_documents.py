"""The documents: what they link to, call and name is there."""

import importlib
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from test_rooms import LIBRARY, ROOMS, files, imported

from rnn_modules.runs.snakemake_call import snakemake_words
from support.project import ROOT

PLACES = ("*.md", "*/*.md", "results/reference/*/*.md")
DOCUMENTS = sorted(path for place in PLACES for path in ROOT.glob(place) if not path.is_relative_to(ROOT / ".venv"))
named = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def anchors(document):
    """What ``#...`` may name: a document's headings, as they are linked to."""
    headings = re.findall(r"^#+ (.*)", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@named
def test_links_lead_somewhere(document):
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = Path(os.path.normpath(document.parent / path)) if path else document
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        # What git ignores is missing from the next clone.
        assert subprocess.run(["git", "-C", str(ROOT), "check-ignore", "-q", str(target)], check=False).returncode, link
        assert not anchor or anchor in anchors(target), link


@named
def test_tasks_are_the_makefiles(document):
    tasks = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    code = re.findall(r"```sh\n(.*?)```|`(make [^`]*)`", document.read_text(encoding="utf-8"), re.DOTALL)
    for line in "\n".join(block or inline for block, inline in code).splitlines():
        for call in re.findall(r"(?<![\w.])make ([^#\n]*)", line):
            words = re.sub(r'\w+="[^"]*"|\w+=\S*', "", call).split()
            assert {word for word in words if re.fullmatch(r"[a-z-]+", word)} <= tasks, line


@named
def test_settings_and_targets_reach_snakemake(document):
    """What a documented run says is passed on by its command, and taken for what it is."""
    runs = re.compile(r"^make (?:quick|demo|laptop|replication|reproduce)\b.*", re.MULTILINE)
    for line in runs.findall(document.read_text(encoding="utf-8")):
        call = shlex.split(line, comments=True)
        made = subprocess.run([*call, "-n", "-o", ".venv/.done"], cwd=ROOT, capture_output=True, text=True, check=True)
        _, script, *words = shlex.split(made.stdout.splitlines()[-1])
        words = ["config/demo.yaml" if word == "config/mine.yaml" else word for word in words]
        assert script == "scripts/run_workflow.py"
        # A target that is taken for a file of the configuration is an error here.
        passed = snakemake_words(words, {})
        for part in call:
            name, _, value = part.partition("=")
            if name in ("ARGS", "SETTINGS"):
                assert set(value.split()) - {"config/mine.yaml"} <= set(passed), line


@named
def test_names_of_the_library_are_there(document):
    for name in re.findall(r"`(rnn_modules(?:\.\w+)+)`", document.read_text(encoding="utf-8")):
        found, rest = name, []
        while True:
            try:
                value = importlib.import_module(found)
                break
            except ModuleNotFoundError:
                found, _, last = found.rpartition(".")
                rest.insert(0, last)
        for part in rest:
            value = getattr(value, part)


@named
def test_paths_of_the_project_are_there(document):
    """Files named in code, such as ``config/demo.yaml`` or ``scripts/train_model.py``."""
    folders = "config|envs|scripts|tests|workflow"
    for path in re.findall(rf"`((?:{folders})/[\w./-]+)`", document.read_text(encoding="utf-8")):
        assert (ROOT / path).exists() or path == "config/mine.yaml", path


def block(name):
    """Cells of the table between the marks of a block of scripts/README.md, without its head."""
    text = (ROOT / "scripts" / "README.md").read_text(encoding="utf-8")
    lines = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)[1].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_script_has_a_row():
    assert sorted(row[0] for row in block("scripts")) == sorted(
        f"`{path.name}`" for path in (ROOT / "scripts").glob("*.py")
    )


def test_rooms_import_what_their_table_says():
    found = {room: set() for room in ROOMS}
    for path in files():
        room = path.relative_to(LIBRARY).parts[0].removesuffix(".py")
        if room in found:
            found[room] |= {name.split(".")[1] for name in imported(path)} - {room}
    said = {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[2])) for row in block("rooms")}
    assert list(said) == list(ROOMS)
    for room, others in found.items():
        assert others <= said[room], room
