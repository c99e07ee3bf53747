"""Opening a corpus file in the forms it is handed on in: as it is, gzipped, or alone in a zip archive.

A file is named by its published name ``X``; sizes and checksums are those of its uncompressed content, so they are
the same whether ``X``, ``X.gz`` or ``X.zip`` lies there. No more is ever decompressed than the file may hold.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from rnn_modules.files.atomic_files import DAMAGED_ARCHIVE, InputError, archive_entries, one_line

# The largest published file is 69 MB (train.csv of the toxicity corpus).
LARGEST_CONTENT = 128 * 2**20
BLOCK = 2**20


def find(folder: str | os.PathLike, name: str) -> Path | None:
    """The path of file ``name`` in ``folder``, compressed or not; ``None`` when it is not there.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = Path(folder, "de_train.txt.gz").write_bytes(gzip.compress(b"ja"))
        ...     find(folder, "de_train.txt").name, find(folder, "fr_train.txt")
        ('de_train.txt.gz', None)
    """
    for suffix in ("", ".gz", ".zip"):
        path = Path(folder) / (name + suffix)
        if path.is_file():
            return path
    return None


def require(folder: str | os.PathLike, name: str) -> Path:
    """As :func:`find`, but a missing file is an :class:`InputError`.

    Example:
        >>> require("no/folder", "train.csv")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        rnn_modules.files.atomic_files.InputError: no/folder/train.csv: no such file, nor train.csv.gz ...
    """
    path = find(folder, name)
    if path is None:
        raise InputError(
            f"{Path(folder) / name}: no such file, nor {name}.gz or {name}.zip beside it; "
            "put it there, or take the corpus from another source (download, mirror, synthetic)"
        )
    return path


@contextlib.contextmanager
def _opened(path: Path, name: str) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """The uncompressed content of ``path``, which holds the file ``name``."""
    if path.name == name:
        with open(path, "rb") as stream:
            yield stream
    elif path.suffix == ".gz":
        with gzip.open(path, "rb") as stream:
            yield stream
    else:
        with zipfile.ZipFile(path) as archive, archive.open(_member(archive, path, name)) as stream:
            yield stream


def _member(archive: zipfile.ZipFile, path: Path, name: str) -> zipfile.ZipInfo:
    """The archive's file called ``name``, in whatever folder of the archive it lies."""
    for entry in archive_entries(archive):
        if entry.filename.rsplit("/", 1)[-1] == name and "__MACOSX" not in entry.filename:
            return entry
    raise InputError(f"{path}: holds no file {name}; replace the archive with the published one")


def blocks(path: Path, name: str, limit: int = LARGEST_CONTENT) -> Iterator[bytes]:
    """Yield the uncompressed content of ``path`` block by block.

    Args:
        path: where :func:`find` found the file.
        name: the file's published name.
        limit: bytes the content may have; a longer content is an error as soon as it passes the limit, so that a
            decompression bomb costs no more than one block.

    Raises:
        InputError: the file cannot be read, is damaged, or is too long.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "de_train.txt.gz")
        ...     _ = path.write_bytes(gzip.compress(b"ja" * BLOCK))
        ...     [len(block) // BLOCK for block in blocks(path, "de_train.txt")]
        [1, 1]
    """
    received = 0
    try:
        with _opened(path, name) as stream:
            while block := stream.read(min(BLOCK, limit + 1 - received)):
                received += len(block)
                if received > limit:
                    raise InputError(f"{path}: more than the {limit} bytes that {name} has; replace the file")
                yield block
    except InputError:
        raise
    except DAMAGED_ARCHIVE as error:
        raise InputError(f"{path}: damaged or truncated ({one_line(error)}); replace the file") from error


def digest(path: Path, name: str, limit: int = LARGEST_CONTENT) -> tuple[int, str]:
    """Size in bytes and SHA-256 of the uncompressed content of ``path``.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = Path(folder, "abc.txt.gz").write_bytes(gzip.compress(b"abc"))
        ...     size, checksum = digest(Path(folder, "abc.txt.gz"), "abc.txt")
        >>> size, checksum == hashlib.sha256(b"abc").hexdigest()
        (3, True)
    """
    size, checksum = 0, hashlib.sha256()
    for block in blocks(path, name, limit):
        size += len(block)
        checksum.update(block)
    return size, checksum.hexdigest()


def read_text(folder: str | os.PathLike, name: str) -> tuple[Path, str]:
    r"""Path and whole text of file ``name`` (UTF-8, line ends untouched).

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = Path(folder, "de_train.txt.gz").write_bytes(gzip.compress(b"ja\r\nnein"))
        ...     read_text(folder, "de_train.txt")[1]
        'ja\r\nnein'
    """
    path = require(folder, name)
    return path, _decoded(b"".join(blocks(path, name)), str(path))


def read_members(path: Path, names: tuple[str, ...] | None = None) -> dict[str, str]:
    """Texts of an archive's files by their name without folders.

    Args:
        path: the zip archive.
        names: the files wanted; ``None`` takes all.

    Raises:
        InputError: the archive is damaged, lacks one of ``names``, or its files are larger than any corpus.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with zipfile.ZipFile(f"{folder}/texts.zip", "w") as archive:
        ...         archive.writestr("texts/one.txt", "hello")
        ...         archive.writestr("texts/two.txt", "again")
        ...     read_members(Path(folder, "texts.zip"), ("two.txt",))
        {'two.txt': 'again'}
    """
    texts, room = {}, LARGEST_CONTENT
    try:
        with zipfile.ZipFile(path) as archive:
            if names is None:
                entries = archive_entries(archive)
            else:
                entries = [_member(archive, path, name) for name in names]
            for entry in entries:
                with archive.open(entry) as stream:
                    content = stream.read(room + 1)
                room -= len(content)
                if room < 0:
                    raise InputError(f"{path}: holds more than {LARGEST_CONTENT} bytes; replace the file")
                name = entry.filename.rsplit("/", 1)[-1]
                if name in texts:
                    raise InputError(f"{path}: holds {name} twice; replace the archive with the published one")
                texts[name] = _decoded(content, f"{path}: {name}")
    except InputError:
        raise
    except DAMAGED_ARCHIVE as error:
        raise InputError(f"{path}: damaged or truncated archive ({one_line(error)}); replace the file") from error
    return texts


def _decoded(content: bytes, place: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: not UTF-8 text (byte {error.start}); replace the file") from error


def table(text: str, columns: tuple[str, ...], place: str | os.PathLike) -> Iterator[list[str]]:
    r"""Yield the wanted columns of each row of a CSV text with a header line.

    Args:
        text: the CSV text.
        columns: names of the columns, in the order wanted.
        place: the file's name, for errors.

    Raises:
        InputError: a column is missing, or a row is shorter or longer than the header.

    Example:
        >>> list(table('id,text,domain\n1,"hello, you",8\n', ("domain", "text"), "train.csv"))
        [['8', 'hello, you']]
    """
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        header = next(rows, [])
        missing = [column for column in columns if column not in header]
        if missing:
            raise InputError(f"{place}: lacks the column {missing[0]!r}, has {header}; replace the file")
        wanted = [header.index(column) for column in columns]
        for row in rows:
            if len(row) != len(header):
                raise InputError(
                    f"{place}: line {rows.line_num} has {len(row)} of {len(header)} columns; replace the file"
                )
            yield [row[index] for index in wanted]
    except csv.Error as error:
        raise InputError(f"{place}: line {rows.line_num} is not CSV ({error}); replace the file") from error
