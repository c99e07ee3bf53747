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
from collections.abc import Iterator
from pathlib import Path

from rnn_modules.files.atomic_files import InputError

SCRIPTS = Path(__file__).resolve().parents[2]
_DYNAMIC = {"import_module", "__import__"}


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
        digest.update(_content(path))
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


@functools.cache
def _tree(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (SyntaxError, ValueError) as error:
        raise InputError(f"{path}: is not Python ({error})") from error


@functools.cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    """The nodes of a file that are there when it runs: those for type checkers are not."""
    return tuple(_running(_tree(path)))


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for child in ast.iter_child_nodes(node):
            if not (isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")):
                waiting.append(child)


@functools.cache
def _imported(path: Path, folder: Path) -> tuple[Path, ...]:
    """Files of the project that a file imports itself, those of the packages around them included."""
    found: set[Path] = set()
    for node in _nodes(path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.update(_files(alias.name, folder))
        elif isinstance(node, ast.ImportFrom):
            around = path.relative_to(folder).parts[: -node.level] if node.level else ()
            name = ".".join((*around, *filter(None, [node.module])))
            for alias in node.names:
                found.update(_files(f"{name}.{alias.name}", folder))
        elif isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if name in _DYNAMIC:
                raise InputError(
                    f"{path}: line {node.lineno} imports by {name}; write the import out, so that it is seen"
                )
    return tuple(found)


def _files(name: str, folder: Path) -> Iterator[Path]:
    """Files that the import of a dotted name runs; the last part may be a name within a module."""
    place = folder
    for part in name.split("."):
        place = place / part
        if (module := place.with_suffix(".py")).is_file():
            yield module
        if (package := place / "__init__.py").is_file():
            if not _is_face(package):
                yield package
        elif not place.is_dir():
            return


@functools.cache
def _is_face(package: Path) -> bool:
    """Whether a package only offers names by a ``__getattr__`` of its own: it holds constants and functions alone."""
    tree = _tree(package)
    statements = _without_docstring(tree, tree.body)
    functions = {node.name for node in statements if isinstance(node, ast.FunctionDef)}
    return "__getattr__" in functions and all(isinstance(node, ast.Assign | ast.FunctionDef) for node in statements)


@functools.cache
def _data_files(path: Path) -> tuple[Path, ...]:
    """Files beside a module, other than Python, whose names it holds as texts."""
    names = {node.value for node in _nodes(path) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    beside = {file.name: file for file in path.parent.iterdir() if file.is_file() and file.suffix != ".py"}
    return tuple(beside[name] for name in sorted(names & beside.keys()))


@functools.cache
def _content(path: Path) -> bytes:
    parts: list[str] = []
    _write(_tree(path), parts)
    return "".join(parts).encode()


def _write(value: object, parts: list[str]) -> None:
    """A syntax tree as text that does not depend on the version of Python: empty fields are left out."""
    if isinstance(value, ast.AST):
        parts.append(f"{type(value).__name__}(")
        for name in value._fields:
            part = getattr(value, name, None)
            if name == "body" and isinstance(part, list):
                part = _without_docstring(value, part)
            if isinstance(value, ast.JoinedStr):  # Python 3.12 ends nested formats with an empty text
                part = [text for text in value.values if not (isinstance(text, ast.Constant) and text.value == "")]
            if part is not None and part != [] and name not in ("ctx", "kind", "type_comment"):
                parts.append(f"{name}=")
                _write(part, parts)
        parts.append(")")
    elif isinstance(value, list):
        for part in value:
            _write(part, parts)
            parts.append(",")
    else:
        parts.append(f"{type(value).__name__}:{value!r};")


def _without_docstring(node: ast.AST, body: list[ast.stmt]) -> list[ast.stmt]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return body[1:] if ast.get_docstring(node, clean=False) is not None else body
    return body
