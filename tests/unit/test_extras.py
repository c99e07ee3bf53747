"""What `pip install` brings: rooms import what the core and the extra of their name bring; nothing is superfluous."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from test_rooms import LIBRARY, ROOMS, files

from rnn_modules.files.source_code import files_of
from support.project import ROOT

DISTRIBUTIONS = packages_distributions()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
CORE = {"numpy", "numba"}
# What those need who read, write and show Keras models, but not arrays: imported when it is asked for.
EXCEPTIONS = {
    path: {canonicalize_name(Requirement(line).name) for line in (*EXTRAS["network"], *EXTRAS["decomposition"])}
    for room in ("network", "decomposition")
    for path in (LIBRARY / room).glob("*.py")
}


def required(lines):
    """Names of packages, those of other extras included."""
    for requirement in map(Requirement, lines):
        if requirement.name == PROJECT["name"]:
            for extra in requirement.extras:
                yield from required(EXTRAS[extra])
        else:
            yield canonicalize_name(requirement.name)


def imported(path):
    """Packages that a file imports, at once or later, without those that only type checkers need."""
    waiting = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        waiting += ast.iter_child_nodes(node)
        names = [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in {name.split(".")[0] for name in names} - sys.stdlib_module_names - {LIBRARY.name}:
            yield canonicalize_name(DISTRIBUTIONS[name][0])


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_what_its_extra_brings(room):
    """It, and all that it imports of earlier rooms."""
    brought = CORE | set(required(EXTRAS.get(room, [])))
    own = [path for path in files() if path.relative_to(LIBRARY).with_suffix("").parts[0] == room]
    assert own
    for path in {path for file in own for path in files_of(str(file.relative_to(LIBRARY.parent)))}:
        assert set(imported(path)) <= brought | EXCEPTIONS.get(path, set()), path


def test_nothing_else_is_brought():
    assert {Requirement(line).name for line in PROJECT["dependencies"]} == CORE
    for room, lines in EXTRAS.items():
        if room == "training":
            continue
        own = {package for path in (LIBRARY / room).rglob("*.py") for package in imported(path)}
        assert {canonicalize_name(Requirement(line).name) for line in lines} - {PROJECT["name"]} <= own


def test_documented_extras_are_there():
    for path in (ROOT / "README.md", *(ROOT / "scripts").glob("*.md")):
        for extras in re.findall(r'pip install "?\.\[([^]]*)\]', path.read_text(encoding="utf-8")):
            assert set(extras.split(",")) <= set(EXTRAS), path
