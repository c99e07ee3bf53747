"""Reading a ``.keras`` file that may come from anywhere: no code in it is run, and a damaged one gives one error."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import keras

from rnn_modules.files.atomic_files import DAMAGED_ARCHIVE, InputError, archive_entries, one_line, parse_json

MEMBERS = ("config.json", "metadata.json", "model.weights.h5")
"""What an archive holds: networks of these layers have no other assets."""
MODULES = (
    *("keras", "keras.activations", "keras.constraints", "keras.initializers", "keras.layers", "keras.losses"),
    *("keras.metrics", "keras.optimizers", "keras.optimizers.schedules", "keras.regularizers"),
    *("keras.src.models.functional", "keras.src.models.sequential", "keras.src.ops.numpy", "keras.src.ops.core"),
)
"""Where the classes in ``config.json`` may come from; names without a module are Keras' own."""
LARGEST_TEXT = 64 * 2**20
UNPACKED_PER_BYTE = 100


def load_model(path: str | os.PathLike) -> keras.Model:
    """Load a Keras model in safe mode.

    Args:
        path: a ``.keras`` file.

    Raises:
        InputError: the file is missing or damaged, unpacks to an absurd size, has code (a Lambda layer, a class that is
            not of Keras), or claims more weights than it holds.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive, path.stat().st_size)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except DAMAGED_ARCHIVE as error:
        raise InputError(f"{path}: not a model that can be loaded ({one_line(error)}); save it again") from error
    try:
        return keras.models.load_model(path, compile=False, safe_mode=True)
    # Keras raises whatever its layers raise when a configuration or the weights do not fit.
    except Exception as error:
        raise InputError(f"{path}: Keras cannot load it ({one_line(error)}); save it again") from error


def _check(archive: zipfile.ZipFile, size: int) -> None:
    """Raise ValueError unless the archive holds a model's files, of sizes that fit, and no code."""
    entries = {entry.filename: entry for entry in archive_entries(archive)}
    if entries.keys() != set(MEMBERS):
        raise ValueError(f"holds {', '.join(sorted(entries)) or 'nothing'}, expected {', '.join(MEMBERS)}")
    for name, entry in entries.items():
        if entry.file_size > (size * UNPACKED_PER_BYTE if name == MEMBERS[-1] else LARGEST_TEXT):
            raise ValueError(f"{name} unpacks to {entry.file_size:,} bytes")
    if damaged := archive.testzip():
        raise ValueError(f"{damaged} is damaged")
    weights = 0
    for part in _objects(parse_json(archive.read(MEMBERS[0]).decode())):
        name, module = part.get("class_name"), part.get("module")
        if name == "Lambda":
            raise ValueError("a Lambda layer holds code, which is never run; build the model without it")
        if name is not None and (module not in (None, *MODULES) or part.get("registered_name") not in (None, name)):
            raise ValueError(f"{name!r} of {module!r} is no class of Keras")
        weights += _least_weights(name, part.get("config"))
    # Weights take two bytes at least.
    if 2 * weights > entries[MEMBERS[-1]].file_size:
        raise ValueError(f"its layers need {weights:,} weights or more, which {MEMBERS[-1]} does not hold")


def _objects(value: object) -> Iterator[dict]:
    """All objects within a JSON value."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(part)


def _least_weights(name: object, config: object) -> int:
    """Weights that a layer has at least, from its settings alone."""
    numbers = {
        key: config[key]
        for key in ("units", "input_dim", "output_dim", "n")
        if isinstance(config, dict) and type(config.get(key)) is int
    }
    if name == "RepeatVector" and numbers.get("n", 0) > 100_000:
        raise ValueError(f"a RepeatVector repeats {numbers['n']:,} times")
    if name == "Embedding":
        return numbers.get("input_dim", 0) * numbers.get("output_dim", 0)
    units = numbers.get("units", 0)
    return units * units if name in ("SimpleRNN", "GRU", "LSTM") else units
