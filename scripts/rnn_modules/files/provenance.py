"""Where a result came from: commit, versions, checksums of the inputs."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path

from rnn_modules.files.atomic_files import sha256_of_file

PROJECT = Path(__file__).resolve().parents[3]
CODE = ("scripts", "workflow", "config", "envs")
"""Folders of the project whose new files change what a run gives."""
PACKAGES = (
    "numpy",
    "numba",
    "scipy",
    "scikit-learn",
    "sacrebleu",
    "pandas",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "jax",
)


def provenance(inputs: Mapping[str, str | os.PathLike], packages: tuple[str, ...] = PACKAGES) -> dict:
    """Commit of the code, versions of the installed packages among ``packages``, and SHA-256 of the input files.

    Example:
        >>> made = provenance({"code": __file__}, packages=("numpy",))
        >>> sorted(made), sorted(made["versions"]), len(made["inputs"]["code"])
        (['commit', 'inputs', 'versions'], ['numpy', 'python'], 64)
    """
    versions = {"python": platform.python_version()}
    for package in packages:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "commit": commit(),
        "versions": versions,
        "inputs": {name: sha256_of_file(path) for name, path in sorted(inputs.items())},
    }


@functools.cache
def commit() -> str | None:
    """Commit of the project's own checkout, asked once a process; None outside of it.

    A repository that merely holds the project's folder, or an environment that it is installed in, has no say. Changes
    of tracked files and new files of the code add ``-dirty``.

    Example:
        >>> name = commit()
        >>> name is None or len(name.removesuffix("-dirty")) >= 12
        True
    """
    try:
        top = _git("rev-parse", "--show-toplevel")
        if not top or Path(top).resolve() != PROJECT:
            return None
        described = _git("describe", "--always", "--abbrev=12", "--exclude=*")
        changed = _git("status", "--porcelain", "--untracked-files=no")
        new = _git("status", "--porcelain", "--untracked-files=all", "--", *CODE)
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{described}-dirty" if changed or new else described


def _git(*words: str) -> str:
    # Set where git itself started this process, perhaps for another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    called = subprocess.run(
        ["git", *words], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=30, check=True
    )
    return called.stdout.strip()
