"""``checksums.json``: the SHA-256 of every file of a run, as the job that made it left it.

The workflow's hooks bring it up to date when a call of Snakemake ends. What no job wrote keeps its old checksum, so a
file which somebody changed does not pass for a result after the next call. Logs are left out: they carry no results.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from rnn_modules.files.atomic_files import InputError, is_temporary, read_json, sha256_of_file, write_json
from rnn_modules.files.checked_json import RecordReader, is_inside
from rnn_modules.files.run_folder import RunFolder

_DIGITS = frozenset("0123456789abcdef")


Paths = Iterable[str | os.PathLike]


def note_files(folder: str | os.PathLike, needed: Paths, written: Paths | None, whole: bool = False) -> None:
    """Bring ``checksums.json`` up to date.

    Args:
        folder: of the run.
        needed: files of all jobs that the call's targets need.
        written: those of them that jobs of this call wrote. None, after a call that was killed and of which nobody
            knows what it wrote: all files of the folder count as needed and written.
        whole: whether the targets were the whole run and all of it is there; what is gone then is forgotten.

    Raises:
        InputError: ``checksums.json`` is damaged; as UnwritableError, it cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     table = Path(folder, "table.md")
        ...     _ = table.write_text("a table")
        ...     note_files(folder, [table], [table], whole=True)
        ...     sorted(read_checksums(folder))
        ['table.md']
    """
    run = RunFolder(folder)
    known = read_checksums(folder) or {}
    if written is None:
        needed = written = list(files_of(run))
    fresh = set(map(Path, written))
    for path in map(Path, needed):
        if path.is_file() and path.is_relative_to(run.path):
            name = path.relative_to(run.path).as_posix()
            if path in fresh or name not in known:
                known[name] = sha256_of_file(path)
    if whole:
        known = {name: digits for name, digits in known.items() if (run.path / name).is_file()}
    write_json(run.checksums, {"sha256": dict(sorted(known.items()))})


def read_checksums(folder: str | os.PathLike) -> dict[str, str] | None:
    """The SHA-256 of each file by its name within the run's folder; None without ``checksums.json``.

    Raises:
        InputError: the file is damaged.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     table = Path(folder, "table.md")
        ...     _ = table.write_text("a table")
        ...     note_files(folder, [table], [table])
        ...     {name: digits[:12] for name, digits in read_checksums(folder).items()}
        {'table.md': 'ad875d4bcb7f'}
        >>> read_checksums("results/nowhere") is None
        True
    """
    path = RunFolder(folder).checksums
    if not path.exists():
        return None
    reader = RecordReader(path, read_json(path, ("sha256",)))
    known = reader.mapping("sha256", reader.value["sha256"])
    for name, digits in known.items():
        if not is_inside(name) or not (isinstance(digits, str) and len(digits) == 64 and set(digits) <= _DIGITS):
            raise InputError(f"{path}: {name}: expected a file of the run and its SHA-256, received {digits!r:.80}")
    return known


def files_of(run: RunFolder) -> Iterator[Path]:
    """Every file of a run's folder that has a checksum: all but logs, half-written files and ``checksums.json``.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("run.json", "table.md", "checksums.json", ".table-0a1b2c3d.md"):
        ...         Path(folder, name).touch()
        ...     [path.name for path in files_of(RunFolder(folder))]
        ['run.json', 'table.md']
    """
    for path in sorted(run.path.rglob("*")):
        left_out = path == run.checksums or run.logs in path.parents or is_temporary(path)
        if (path.is_file() or path.is_symlink()) and not left_out:
            yield path
