"""Every public function says how it is used; `make test` runs the examples (pytest --doctest-modules)."""

import ast

import pytest

from support.project import ROOT

SCRIPTS = ROOT / "scripts"

MODULES = sorted((SCRIPTS / "rnn_modules").rglob("*.py"))
NEED_NONE = ("Error", "Protocol", "TypedDict", "NamedTuple")


def public(path):
    """Functions and classes of a module, with all their docstrings."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            inner = [part for part in node.body if isinstance(part, ast.FunctionDef)]
            if isinstance(node, ast.ClassDef) and not inner:
                continue
            bases = [ast.unparse(base).split(".")[-1] for base in getattr(node, "bases", ())]
            if not any(base.endswith(NEED_NONE) for base in bases):
                yield node.name, "".join(ast.get_docstring(part) or "" for part in (node, *inner))


def without_example(path):
    return [name for name, text in public(path) if ">>>" not in text]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SCRIPTS).as_posix())
def test_every_public_function_has_an_example(path):
    assert without_example(path) == []


def test_a_function_without_an_example_is_found(tmp_path):
    (tmp_path / "some.py").write_text('def one():\n    """Nothing."""\n\n\ndef two():\n    """>>> two()"""\n')
    assert without_example(tmp_path / "some.py") == ["one"]
