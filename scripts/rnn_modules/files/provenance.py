"""Where a result came from: commit, versions, checksums of the inputs."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path

from rnn_modules.files.atomic_files import sha256_of_file

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
    """Commit of the code, versions of the installed packages among ``packages``, and SHA-256 of the input files."""
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


def commit() -> str | None:
    """Commit of the code's checkout, with ``-dirty`` when files differ from it; None outside a checkout."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return described.stdout.strip()
