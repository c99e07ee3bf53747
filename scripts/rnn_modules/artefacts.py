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
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np


class InputError(ValueError):
    """An input of the user cannot be used; the message names it, the value received and the mend."""


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
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path)
        # The suffix stays: Keras and Matplotlib choose the format by it.
        descriptor, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise UnwritableError(path, error) from error
    temporary = Path(name)
    try:
        # Tells other writers of the file that this one lives; the lock ends with the process.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield temporary
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if error.filename is not None and Path(error.filename) not in (temporary, path):
            raise
        raise UnwritableError(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
        os.close(descriptor)


def _remove_abandoned(path: Path) -> None:
    """Remove the temporary files of killed writers of ``path``; that of a living writer is locked and stays."""
    for left in path.parent.glob(f".{glob.escape(path.stem)}-????????{glob.escape(path.suffix)}"):
        with contextlib.suppress(OSError), left.open("r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def write_json(path: str | os.PathLike, value: object) -> None:
    """Write ``value`` as indented JSON; not-a-number is an error, not a token that other readers reject."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def read_json(path: str | os.PathLike, keys: tuple[str, ...] = ()) -> dict:
    """Read a JSON object.

    Args:
        path: the file.
        keys: keys that must be there.

    Raises:
        InputError: the file is missing, is no JSON object, or lacks one of ``keys``.
    """
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not a JSON file ({error}); delete it and make it again") from error
    if not isinstance(value, dict):
        raise InputError(f"{path}: expected a JSON object, received {type(value).__name__}")
    missing = [key for key in keys if key not in value]
    if missing:
        raise InputError(f"{path}: lacks {', '.join(missing)}; delete it and make it again")
    return value


def write_arrays(path: str | os.PathLike, arrays: dict[str, np.ndarray], compress: bool = True) -> None:
    """Write arrays as ``.npz``; equal arrays give equal bytes."""
    with replacing(path) as temporary:
        (np.savez_compressed if compress else np.savez)(temporary, **arrays)


def read_arrays(path: str | os.PathLike, names: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
    """Read an ``.npz`` file, never unpickling anything.

    Args:
        path: the file.
        names: arrays that must be there.

    Raises:
        InputError: the file is missing, damaged, holds pickled objects, or lacks one of ``names``.
    """
    try:
        archive = np.load(path, allow_pickle=False)
        if isinstance(archive, np.ndarray):
            raise ValueError("a single array")
        with archive:
            arrays = {name: archive[name] for name in archive.files}
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, EOFError, KeyError, MemoryError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{path}: not an .npz file of plain arrays ({error}); delete it and make it again") from error
    except (zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path}: damaged .npz file ({error}); delete it and make it again") from error
    missing = [name for name in names if name not in arrays]
    if missing:
        raise InputError(f"{path}: lacks the arrays {', '.join(missing)}; delete it and make it again")
    return arrays


def sha256_of_file(path: str | os.PathLike) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of_arrays(arrays: dict[str, np.ndarray]) -> str:
    """SHA-256 over names, dtypes, shapes and values, independent of the order of the dictionary and of file formats."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}:{array.dtype.str}:{array.shape};".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
