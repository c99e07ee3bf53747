"""Copies of the project in which tests call its workflow."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def copy_project(folder):
    """Copy what the workflow consists of, without results, into a folder; returns the folder."""
    for name in ("workflow", "scripts", "config", "envs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder
