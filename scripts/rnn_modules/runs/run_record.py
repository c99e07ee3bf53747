"""``run.json``: with what, where, when and by which commands a run was made, one entry per call of Snakemake.

A call is ``running``, ``finished`` or ``failed``; one that was killed stays ``running``. The workflow's hooks write it
at the start and the end of each call; no rule reads it, so it makes nothing run again.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import shlex
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rnn_modules.files.atomic_files import InputError, read_json, sha256_of_file, write_json
from rnn_modules.files.checked_json import RecordReader
from rnn_modules.files.provenance import PACKAGES, commit

STATES = ("running", "finished", "failed")
_CALL_KEYS = ("state", "started", "command", "commit", "machine", "configuration")


def begin_call(folder: str | os.PathLike, configuration: dict, lock: str | os.PathLike, command: list[str]) -> None:
    """Add a call that starts now to ``run.json``.

    Args:
        folder: of the run.
        configuration: all of it, as the rules see it.
        lock: file of the locked packages.
        command: Snakemake's command line.

    Raises:
        InputError: there is a damaged ``run.json``; as UnwritableError, it cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     begin_call(folder, {"seeds": [0]}, "none.lock", ["snakemake", "--cores", "2"])
        ...     call = last_call(folder)
        >>> call["state"], call["command"], call["configuration"], call["ended"]
        ('running', 'snakemake --cores 2', {'seeds': [0]}, None)
    """
    folder = Path(folder)
    calls = read_calls(folder)
    described = commit()
    calls.append(
        {
            "state": "running",
            "started": _now(),
            "ended": None,
            "command": shlex.join(command),
            "commit": described and described.removesuffix("-dirty"),
            "dirty": described and described.endswith("-dirty"),
            "lock_sha256": sha256_of_file(lock) if Path(lock).is_file() else None,
            "versions": _versions(),
            "machine": machine(),
            "configuration": configuration,
            "executed": None,
            "planned": None,
            "files": None,
        }
    )
    write_json(folder / "run.json", {"run": folder.name, "calls": calls})


def end_call(folder: str | os.PathLike, state: str, executed: Iterable[str], planned: Iterable[str]) -> None:
    """Complete the last call of ``run.json``.

    Args:
        folder: of the run.
        state: ``finished`` or ``failed``.
        executed: rule of every job that ended well in this call.
        planned: rule of every job that the targets need, whether it had to run or not.

    Raises:
        InputError: ``run.json`` is damaged or has no call; as UnwritableError, it cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     begin_call(folder, {"seeds": [0]}, "none.lock", ["snakemake"])
        ...     end_call(folder, "failed", ["train_model"], ["train_model", "train_model", "write_report"])
        ...     call = last_call(folder)
        >>> call["state"], call["executed"], call["planned"]
        ('failed', {'train_model': 1}, {'train_model': 2, 'write_report': 1})
    """
    folder = Path(folder)
    calls = read_calls(folder)
    if not calls:
        raise InputError(f"{folder / 'run.json'}: has no call that could end; it was not written at the start")
    files = sum(1 for path in folder.rglob("*") if path.is_file())
    calls[-1] |= {
        "state": state,
        "ended": _now(),
        "executed": _counts(executed),
        "planned": _counts(planned),
        "files": files,
    }
    write_json(folder / "run.json", {"run": folder.name, "calls": calls})


def last_call(folder: str | os.PathLike) -> dict | None:
    """The last call of a run; None without ``run.json``.

    Raises:
        InputError: ``run.json`` is damaged.

    Example:
        >>> last_call("results/reference/laptop")["state"]
        'finished'
        >>> last_call("results/nowhere") is None
        True
    """
    calls = read_calls(folder)
    return calls[-1] if calls else None


def was_killed(folder: str | os.PathLike) -> bool:
    """Whether the call before the last one never ended.

    Raises:
        InputError: ``run.json`` is damaged.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for _ in range(2):
        ...         begin_call(folder, {"seeds": [0]}, "none.lock", ["snakemake"])
        ...     [call["state"] for call in read_calls(folder)], was_killed(folder)
        (['running', 'running'], True)
    """
    return any(call["state"] == "running" for call in read_calls(folder)[-2:-1])


def read_calls(folder: str | os.PathLike) -> list[dict]:
    """The calls of a run, in order; none without ``run.json``.

    Raises:
        InputError: ``run.json`` is damaged.

    Example:
        >>> read_calls("results/reference/laptop")[-1]["configuration"]["run"]
        'laptop'
        >>> read_calls("results/nowhere")
        []
    """
    path = Path(folder) / "run.json"
    if not path.exists():
        return []
    reader = RecordReader(path, read_json(path, ("calls",)))
    calls = reader.listed("calls", reader.value["calls"])
    for place, call in enumerate(calls):
        inner = reader.inner(f"calls.{place}", call, _CALL_KEYS)
        inner.choice("state", STATES)
        inner.text("command")
        for key in ("started", "ended"):
            if call.get(key) is not None and not _is_time(call[key]):
                inner.fail(key, "a time such as 2026-01-31T12:00:00+00:00", call[key])
        if call["started"] is None or not isinstance(call["commit"], str | None):
            inner.fail("started, commit", "a time, and a text or null", [call["started"], call["commit"]])
        inner.mapping("configuration", call["configuration"])
        for key in ("machine", "versions"):
            inner.mapping(key, call.get(key) or {})
    return calls


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.datetime.fromisoformat(value))
    except ValueError:
        return False


def _counts(rules: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(rules).items()))


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in ("snakemake", *PACKAGES):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def machine() -> dict:
    """Processor, cores that this process may use, memory and operating system of this machine.

    Example:
        >>> sorted(machine())
        ['cores', 'memory_bytes', 'processor', 'system']
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        memory = None
    return {
        "processor": _processor(),
        "cores": allowed,
        "memory_bytes": memory,
        "system": platform.platform(),
    }


def _processor() -> str:
    """Name of the processor's model."""
    if sys.platform == "linux":
        try:
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
                name, _, value = line.partition(":")
                if name.strip() == "model name":
                    return value.strip()
        except OSError:
            pass
    return platform.processor() or platform.machine()
