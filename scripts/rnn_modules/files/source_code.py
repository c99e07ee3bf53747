"""A hash of the code that a script runs, by content: what a rule of the workflow depends on.

It covers the script and every module of this project that it imports, directly or not, wherever in a file the import
stands. Comments, docstrings, layout, the time of a file and the version of Python leave it as it is; a change of any
statement, or of a data file whose name such a module holds as a text, does not. A package's public face is left out:
its names are imported when somebody asks for them, which the project's own code never does.
"""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.files.atomic_files import InputError

SCRIPTS = Path(__file__).resolve().parents[2]
_DYNAMIC = {"import_module", "__import__"}
# Nodes that a reading takes note of.
_NOTED = {ast.Attribute, ast.Constant, ast.Import, ast.ImportFrom, ast.Name}
# Fields that say nothing of what the code does.
_NO_FIELDS = {"ctx", "kind", "type_comment"}


def code_of(script: str, folder: Path = SCRIPTS) -> str:
    """SHA-256 over the code that a script can run, its own imports' included, in hexadecimal digits.

    Args:
        script: file name of the script within ``folder``.
        folder: the folder of the scripts and of the packages that they import.

    Raises:
        InputError: a file is missing, is not Python, or imports a module by a name made at run time.

    Example:
        >>> code_of("fetch_corpus.py") == code_of("fetch_corpus.py")
        True
        >>> code_of("fetch_corpus.py") == code_of("train_model.py")
        False
    """
    digest = hashlib.sha256()
    for path in files_of(script, folder):
        digest.update(_source(path).content)
        for data in _data_files(path):
            digest.update(f"{data.name}:{hashlib.sha256(data.read_bytes()).hexdigest()};".encode())
    return digest.hexdigest()


def files_of(script: str, folder: Path = SCRIPTS) -> list[Path]:
    """The files of :func:`code_of`, sorted; the script's own first.

    Example:
        >>> [path.name for path in files_of("fetch_corpus.py")][0]
        'fetch_corpus.py'
    """
    start = folder / script
    found, waiting = {start}, [start]
    while waiting:
        for path in _imported(waiting.pop(), folder):
            if path not in found:
                found.add(path)
                waiting.append(path)
    return [start, *sorted(found - {start})]


@dataclass(frozen=True)
class _Source:
    """What a file of Python says, without its syntax tree: trees of a whole library are a burden to keep."""

    content: bytes
    imports: tuple[tuple[int, str], ...]
    texts: frozenset[str]
    unseen_import: str
    is_face: bool


@functools.cache
def _source(path: Path) -> _Source:
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (SyntaxError, ValueError) as error:
        raise InputError(f"{path}: is not Python ({error})") from error
    reading = _Reading()
    reading.read(tree)
    content = hashlib.sha256("".join(reading.parts).encode()).digest()
    return _Source(content, tuple(reading.imports), frozenset(reading.texts), reading.unseen_import, _is_face(tree))


class _Reading:
    """One pass over the syntax tree of a file.

    ``parts`` is the tree as text that does not depend on the version of Python: empty fields are left out. ``imports``
    (with the number of their leading dots) and ``texts`` are those that are there when the file runs: what is for type
    checkers alone is not. ``unseen_import`` says where a module is imported by a name made at run time.
    """

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.imports: list[tuple[int, str]] = []
        self.texts: set[str] = set()
        self.unseen_import = ""
        self._runs = True

    def read(self, node: ast.AST) -> None:
        kind = type(node)
        note = self.parts.append
        note(kind.__name__)
        note("(")
        for name in kind._fields:
            if name in _NO_FIELDS:
                continue
            value = getattr(node, name, None)
            if value is None:
                continue
            if isinstance(value, ast.AST):
                note(name)
                self.read(value)
            elif isinstance(value, list):
                if name == "body":
                    value = _without_docstring(node, value)
                elif kind is ast.JoinedStr:  # Python 3.12 ends nested formats with an empty text
                    value = [text for text in value if not (isinstance(text, ast.Constant) and text.value == "")]
                if value:
                    note(name)
                    self._read_all(value)
            else:
                note(f"{name}={type(value).__name__}:{value!r};")
        note(")")
        if kind in _NOTED and self._runs:
            self._note(node)

    def _read_all(self, values: Sequence[object]) -> None:
        self.parts.append("[")
        for value in values:
            if not isinstance(value, ast.AST):
                self.parts.append(f"{value!r},")
            elif isinstance(value, ast.If) and ast.unparse(value.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
                before, self._runs = self._runs, False
                self.read(value)
                self._runs = before
            else:
                self.read(value)
        self.parts.append("]")

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                self.texts.add(node.value)
        elif isinstance(node, ast.Import):
            self.imports += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            self.imports += [(node.level, ".".join(filter(None, [node.module, alias.name]))) for alias in node.names]
        elif isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if name in _DYNAMIC:
                self.unseen_import = f"line {node.lineno} imports by {name}"


@functools.cache
def _imported(path: Path, folder: Path) -> frozenset[Path]:
    """Files of the project that a file imports itself, those of the packages around them included."""
    found: set[Path] = set()
    source = _source(path)
    if source.unseen_import:
        raise InputError(f"{path}: {source.unseen_import}; write the import out, so that it is seen")
    for level, name in source.imports:
        around = path.relative_to(folder).parts[:-level] if level else ()
        found.update(_files(".".join((*around, name)), folder))
    return frozenset(found)


@functools.cache
def _files(name: str, folder: Path) -> tuple[Path, ...]:
    """Files that the import of a dotted name runs; the last part may be a name within a module."""
    found, place = [], folder
    for part in name.split("."):
        place = place / part
        if (module := place.with_suffix(".py")).is_file():
            found.append(module)
        if (package := place / "__init__.py").is_file():
            if not _source(package).is_face:
                found.append(package)
        elif not place.is_dir():
            break
    return tuple(found)


def _is_face(tree: ast.Module) -> bool:
    """Whether a package only offers names by a ``__getattr__`` of its own: it holds constants and functions alone."""
    statements = _without_docstring(tree, tree.body)
    functions = {node.name for node in statements if isinstance(node, ast.FunctionDef)}
    return "__getattr__" in functions and all(isinstance(node, ast.Assign | ast.FunctionDef) for node in statements)


@functools.cache
def _data_files(path: Path) -> tuple[Path, ...]:
    """Files beside a module, other than Python, whose names it holds as texts."""
    beside = _beside(path.parent)
    return tuple(beside[name] for name in sorted(_source(path).texts & beside.keys()))


@functools.cache
def _beside(folder: Path) -> dict[str, Path]:
    return {file.name: file for file in folder.iterdir() if file.is_file() and file.suffix != ".py"}


def _without_docstring(node: ast.AST, body: list[ast.stmt]) -> list[ast.stmt]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return body[1:] if ast.get_docstring(node, clean=False) is not None else body
    return body
