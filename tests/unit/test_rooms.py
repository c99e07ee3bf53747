"""The plan of the library: its rooms, and that imports go from a later room to an earlier one."""

import ast
import graphlib
import re

import pytest

from support.project import ROOT

LIBRARY = ROOT / "scripts" / "rnn_modules"
ROOMS = (
    "names",
    "files",
    "network",
    "data",
    "decomposition",
    "training",
    "experiments",
    "records",
    "reporting",
    "runs",
)
REPORTING = ("analysis", "tables", "claims", "figures", "report")


def imported(path):
    """Dotted names that a file of the library imports from it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "rnn_modules":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "rnn_modules")


def files():
    return sorted(LIBRARY.rglob("*.py"))


def test_the_rooms_are_these():
    entries = {path.stem for path in LIBRARY.iterdir() if path.name != "__pycache__"}
    assert entries == {"__init__", *ROOMS}


@pytest.mark.parametrize("path", [path for path in files() if path.parent != LIBRARY], ids=lambda path: path.stem)
def test_imports_go_to_earlier_rooms(path):
    own = ROOMS.index(path.relative_to(LIBRARY).parts[0])
    later = [name for name in imported(path) if ROOMS.index(name.split(".")[1]) > own]
    assert not later
    if path.relative_to(LIBRARY).parts[0] == "reporting" and len(path.relative_to(LIBRARY).parts) > 2:
        inner = REPORTING.index(path.relative_to(LIBRARY).parts[1])
        names = [name.split(".")[2] for name in imported(path) if name.startswith("rnn_modules.reporting.")]
        assert not [name for name in names if REPORTING.index(name) > inner]


def test_no_imports_in_a_circle():
    graph = {}
    for path in files():
        name = ".".join(("rnn_modules", *path.relative_to(LIBRARY).with_suffix("").parts)).removesuffix(".__init__")
        graph[name] = set(imported(path))
    modules = set(graph)
    graph = {
        name: {other if other in modules else other.rpartition(".")[0] for other in others} - {name, "rnn_modules"}
        for name, others in graph.items()
    }
    list(graphlib.TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("path", [*files(), *(ROOT / "scripts").glob("*.py")], ids=lambda path: path.stem)
def test_own_code_imports_from_rooms(path):
    """Never from the public face, which the hash of a script's code leaves out."""
    assert {name.split(".")[1] if "." in name else name for name in imported(path)} <= set(ROOMS)


def test_nothing_in_the_library_calls_a_script():
    scripts = {path.name for path in (ROOT / "scripts").glob("*.py")}
    for path in files():
        texts = [
            node.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        assert not scripts.intersection(texts), path


@pytest.mark.parametrize("path", [*(ROOT / "scripts").rglob("*.py"), *(ROOT / "tests").rglob("*.py")], ids=str)
def test_files_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


def test_kinds_of_networks_are_told_apart_in_one_place():
    asking = [path.relative_to(LIBRARY).as_posix() for path in LIBRARY.rglob("*.py")
              if re.search(r"isinstance\([^)]*(EncoderDecoder|Classifier)", path.read_text())]  # fmt: skip
    assert {name.split("/")[0] for name in asking} == {"network"}
