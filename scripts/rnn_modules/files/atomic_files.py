"""Reading and writing the files that pass between the stages: JSON, arrays, checksums.

Everything is written under a temporary name and renamed when complete, so that a file that is there is whole;
what a killed writer leaves under such a name goes when the file is written again.
Everything that is read is checked, and a damaged file gets one error that names it.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import hashlib
import json
import math
import os
import re
import secrets
import shutil
import tokenize
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from rnn_modules.files.shown_text import shown


class InputError(ValueError):
    """An input of the user cannot be used; the message names it, the value received and the fix."""


class UnwritableError(InputError):
    """A file cannot be written: its disk is full, or its folder is locked or missing.

    Args:
        path: the file.
        error: what the operating system says.
    """

    def __init__(self, path: str | os.PathLike, error: OSError):
        reason = error.strerror or error
        super().__init__(f"{path}: cannot be written ({reason}); free space on its disk or unlock its folder")


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that takes its place when the block ends without an error.

    Args:
        path: the file to be written; its folder is made when it is missing.

    Raises:
        UnwritableError: the folder cannot be written to, or the disk is full.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with replacing(Path(folder, "record.json")) as temporary:
        ...         _ = temporary.write_text("{}")
        ...         print("within:", Path(folder, "record.json").exists())
        ...     print("after:", os.listdir(folder))
        within: False
        after: ['record.json']
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path)
        # The suffix stays: Keras and Matplotlib choose the format by it.
        temporary = path.with_name(f".{path.stem}-{secrets.token_hex(4)}{path.suffix}")
        # Not by tempfile: its files are their owner's alone, whatever the user's umask.
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    except OSError as error:
        raise UnwritableError(path, error) from error
    try:
        # Tells other writers of the file that this one lives; the lock ends with the process.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        if error.filename is not None and Path(error.filename) not in (temporary, path):
            raise
        raise UnwritableError(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
        os.close(descriptor)


_TEMPORARY = re.compile(r"\..+-[a-z0-9_]{8}(\.\w+)?")


def is_temporary(path: Path) -> bool:
    """Whether a file has a name under which :func:`replacing` writes.

    Example:
        >>> is_temporary(Path(".record-0a1b2c3d.json")), is_temporary(Path("record.json"))
        (True, False)
    """
    return _TEMPORARY.fullmatch(path.name) is not None


@contextlib.contextmanager
def replacing_folder(folder: str | os.PathLike) -> Iterator[Path]:
    """Yield an empty folder beside ``folder`` that takes its place when the block ends without an error.

    Args:
        folder: what it replaces, if it is there; otherwise, and after an error, it stays as it is.

    Raises:
        UnwritableError: the folder around it cannot be written to, or the disk is full.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as around, replacing_folder(Path(around, "kept")) as new:
        ...     _ = (new / "file").write_text("whole")
        ...     Path(around, "kept").exists()
        False
    """
    folder = Path(folder)
    new, old = (folder.with_name(f".{folder.name}-{kind}") for kind in ("new", "old"))
    try:
        if old.exists() and not folder.exists():
            # Left by a call that was killed between the two renamings below.
            os.replace(old, folder)
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
        new.mkdir(parents=True)
        yield new
        if folder.exists():
            os.replace(folder, old)
        try:
            os.replace(new, folder)
        except OSError:
            if old.exists():
                os.replace(old, folder)
            raise
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise UnwritableError(folder, error) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _remove_abandoned(path: Path) -> None:
    """Remove the temporary files of killed writers of ``path``; that of a living writer is locked and stays."""
    for left in path.parent.glob(f".{glob.escape(path.stem)}-????????{glob.escape(path.suffix)}"):
        with contextlib.suppress(OSError), left.open("r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def write_json(path: str | os.PathLike, value: object) -> None:
    """Write ``value`` as indented JSON; not-a-number is an error, not a token that other readers reject.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_json(Path(folder, "record.json"), {"seed": 3})
        ...     print(Path(folder, "record.json").read_text(), end="")
        {
         "seed": 3
        }
    """
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def parse_json(text: str) -> object:
    """The value of a JSON text in which every key stands once and every number and text can be written again.

    Raises:
        ValueError: it is not such a text; the message says why.

    Example:
        >>> parse_json('{"seed": 3}')
        {'seed': 3}
        >>> parse_json('{"seed": 3, "seed": 4}')
        Traceback (most recent call last):
        ...
        ValueError: the key 'seed' stands twice
    """
    try:
        value = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if "\\u" in text:
        # Half of a character, which JSON can escape and no file can hold.
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _once_each(pairs: list[tuple[str, object]]) -> dict:
    value = dict(pairs)
    if len(value) < len(pairs):
        (twice, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key {twice!r} stands twice")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is too large")
    return value


def read_text(path: str | os.PathLike) -> str:
    """Read a file of UTF-8 text.

    Raises:
        InputError: it cannot be read, or is no such file.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = Path(folder, "words.txt").write_bytes("näen tüdrukut".encode())
        ...     read_text(Path(folder, "words.txt"))
        'näen tüdrukut'
    """
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise InputError(f"{path}: not UTF-8 text ({error}); delete it and make it again") from error


def read_json(path: str | os.PathLike, keys: tuple[str, ...] = ()) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        path: the file.
        keys: keys that must be there.

    Raises:
        InputError: the file is missing, is no JSON object, has a key twice or a number that is not finite, or lacks one
            of ``keys``.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_json(Path(folder, "record.json"), {"dataset": "clinc", "seed": 3})
        ...     read_json(Path(folder, "record.json"), ("seed",))
        {'dataset': 'clinc', 'seed': 3}
    """
    try:
        value = parse_json(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise InputError(f"{path}: not a JSON file ({error}); delete it and make it again") from error
    if not isinstance(value, dict):
        raise InputError(f"{path}: expected a JSON object, received {type(value).__name__}")
    missing = [key for key in keys if key not in value]
    if missing:
        raise InputError(f"{path}: lacks {', '.join(missing)}; delete it and make it again")
    return value


def write_arrays(path: str | os.PathLike, arrays: dict[str, np.ndarray], compress: bool = True) -> None:
    """Write arrays as ``.npz``; equal arrays give equal bytes.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_arrays(Path(folder, "dataset.npz"), {"inputs": np.zeros((2, 3)), "labels": np.arange(2)})
        ...     zipfile.ZipFile(Path(folder, "dataset.npz")).namelist()
        ['inputs.npy', 'labels.npy']
    """
    with replacing(path) as temporary:
        # NumPy's stub takes any name for that of its flag allow_pickle.
        (np.savez_compressed if compress else np.savez)(temporary, **arrays)  # type: ignore[arg-type]


# What zipfile, its decompressors and NumPy's reader of headers raise on damaged files.
DAMAGED_ARCHIVE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError)
DAMAGED_HEADER = (SyntaxError, TypeError, KeyError, IndexError, AttributeError, OverflowError, tokenize.TokenError)
UNPACKED_PER_BYTE, ALWAYS_UNPACKED = 100, 64 * 2**20
"""The most bytes that an archive of arrays may unpack to: per byte of its own, and in any case."""


def archive_entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members of a zip archive, folders left out.

    Raises:
        ValueError: a member has the name of another one, or is packed by a method that these files never use.

    Example:
        >>> import io
        >>> with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        ...     archive.writestr("texts/", "")
        ...     archive.writestr("texts/one.txt", "hello")
        ...     [entry.filename for entry in archive_entries(archive)]
        ['texts/one.txt']
    """
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    seen: set[str] = set()
    for entry in entries:
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{entry.filename!r} is packed by the method {entry.compress_type}")
        if entry.filename in seen:
            raise ValueError(f"{entry.filename!r} stands twice")
        seen.add(entry.filename)
    return entries


def read_arrays(path: str | os.PathLike, names: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
    """Read an ``.npz`` file, never unpickling anything.

    Args:
        path: the file.
        names: arrays that must be there.

    Raises:
        InputError: the file is missing, damaged, holds pickled objects or anything but arrays, unpacks to an absurd
            size, has an array twice, or lacks one of ``names``.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_arrays(Path(folder, "dataset.npz"), {"labels": np.array([2, 0])})
        ...     read_arrays(Path(folder, "dataset.npz"), ("labels",))["labels"].tolist()
        [2, 0]
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive_entries(archive)
            limit = max(ALWAYS_UNPACKED, UNPACKED_PER_BYTE * os.path.getsize(path))
            unpacked = sum(entry.file_size for entry in entries)
            if unpacked > limit:
                raise ValueError(f"unpacks to {unpacked:,} bytes, more than {limit:,}")
            arrays = {}
            for entry in entries:
                name = entry.filename.removesuffix(".npy")
                if name == entry.filename or name in arrays:
                    raise ValueError(f"{entry.filename!r} is no array, or stands twice")
                with archive.open(entry) as stream:
                    arrays[name] = np.lib.format.read_array(stream, allow_pickle=False)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path}: damaged .npz file ({error}); delete it and make it again") from error
    except (*DAMAGED_ARCHIVE, *DAMAGED_HEADER, MemoryError, RecursionError) as error:
        raise InputError(
            f"{path}: not an .npz file of plain arrays ({one_line(error)}); delete it and make it again"
        ) from error
    missing = [name for name in names if name not in arrays]
    if missing:
        raise InputError(f"{path}: lacks the arrays {', '.join(missing)}; delete it and make it again")
    return arrays


def one_line(error: Exception | str, most: int = 200) -> str:
    r"""What an error or a value says, as one line of at most ``most`` characters without control characters.

    Example:
        >>> one_line(ValueError("no\n  number")), one_line(ValueError())
        ('no number', 'ValueError')
    """
    return shown(" ".join(str(error).split()) or type(error).__name__, most)


def sha256_of_file(path: str | os.PathLike) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits.

    Example:
        >>> sha256_of_file(os.devnull)[:16]
        'e3b0c44298fc1c14'
    """
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of_arrays(arrays: dict[str, np.ndarray]) -> str:
    """SHA-256 over names, dtypes, shapes and values, independent of the order of the dictionary and of file formats.

    Example:
        >>> sums = [sha256_of_arrays({"labels": np.array(ids, np.int32)}) for ids in ([2, 0], [2, 0], [0, 2])]
        >>> sums[0] == sums[1], sums[0] == sums[2]
        (True, False)
    """
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}:{array.dtype.str}:{array.shape};".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
