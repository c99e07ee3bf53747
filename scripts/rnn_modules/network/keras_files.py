"""Reading a ``.keras`` file that may come from anywhere: no code in it is run, and a damaged one gives one error."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_modules.files.atomic_files import DAMAGED_ARCHIVE, InputError, archive_entries, one_line, parse_json

if TYPE_CHECKING:
    import h5py
    import keras

MEMBERS = ("config.json", "metadata.json", "model.weights.h5")
"""What an archive holds: networks of these layers have no other assets."""
MODULES = (
    *("keras", "keras.activations", "keras.constraints", "keras.initializers", "keras.layers", "keras.losses"),
    *("keras.metrics", "keras.optimizers", "keras.optimizers.schedules", "keras.regularizers"),
    *("keras.src.models.functional", "keras.src.models.sequential", "keras.src.ops.numpy", "keras.src.ops.core"),
)
"""Where the classes in ``config.json`` may come from; names without a module are Keras' own."""
GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}
LAYERS = (
    *("InputLayer", "Embedding", "Flatten", "RepeatVector", *GATES, "Dense", "TimeDistributed"),
    *("Dropout", "SpatialDropout1D", "Activation", "Softmax"),
)
"""Layers of networks that can be decomposed, and what has no weights beside them."""
LONGEST_REPEAT = 10_000
LARGEST_TEXT = 2 * 2**20
"""Bytes; a hundred layers take a tenth of them."""
UNPACKED_PER_BYTE = 100


def load_model(path: str | os.PathLike) -> keras.Model:
    """Load a Keras model in safe mode.

    Args:
        path: a ``.keras`` file.

    Raises:
        InputError: the file is missing or damaged, unpacks to an absurd size, has code (a Lambda layer, a class that is
            not of Keras), or claims more weights than it holds.

    Example:
        >>> import tempfile
        >>> import keras
        >>> layers = [keras.Input((5, 3)), keras.layers.LSTM(4), keras.layers.Dense(2)]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     keras.Sequential(layers).save(f"{folder}/model.keras")
        ...     load_model(f"{folder}/model.keras").output_shape
        (None, 2)
        >>> load_model("README.md")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: README.md: not a model that can be loaded (File is not a zip ...
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive, path.stat().st_size)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except DAMAGED_ARCHIVE as error:
        raise InputError(f"{path}: not a model that can be loaded ({one_line(error)}); save it again") from error
    import keras

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
    for member, entry in entries.items():
        if entry.file_size > (size * UNPACKED_PER_BYTE if member == MEMBERS[-1] else LARGEST_TEXT):
            raise ValueError(f"{member} unpacks to {entry.file_size:,} bytes")
    if damaged := archive.testzip():
        raise ValueError(f"{damaged} is damaged")
    config = parse_json(archive.read(MEMBERS[0]).decode())
    for part in _objects(config):
        name, module = part.get("class_name"), part.get("module")
        if name == "Lambda":
            raise ValueError("a Lambda layer holds code, which is never run; build the model without it")
        if name is not None and (module not in (None, *MODULES) or part.get("registered_name") not in (None, name)):
            raise ValueError(f"{name!r} of {module!r} is no class of Keras")
        if module == "keras.layers" and name not in LAYERS:
            raise ValueError(f"a {name} layer is none of {', '.join(LAYERS)}")
    # Before any layer is built; weights take two bytes at least.
    if 2 * (weights := _weights(config)) > entries[MEMBERS[-1]].file_size:
        raise ValueError(f"its layers need {weights:,} weights or more, which {MEMBERS[-1]} does not hold")
    try:
        _check_arrays(archive.read(MEMBERS[-1]))
    except KeyError as error:
        raise ValueError(f"{MEMBERS[-1]} is damaged ({error})") from error


def _objects(value: object) -> Iterator[dict]:
    """All objects within a JSON value."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(part)


def _weights(config: object) -> int:
    """Weights of all layers of a model, from what ``config.json`` says of their sizes and of what each reads."""
    weights, shape = 0, (0, 0)
    shapes: dict[str, tuple[int, int]] = {}
    for layer in _objects_of(config, "config", "layers"):
        if str(layer.get("module")).startswith("keras.src.models"):
            raise ValueError("a layer is a model of its own; build the model of layers alone")
        name, settings = layer.get("class_name"), layer.get("config")
        while name == "TimeDistributed" and isinstance(settings, dict) and isinstance(settings.get("layer"), dict):
            name, settings = settings["layer"].get("class_name"), settings["layer"].get("config")
        if not isinstance(settings, dict):
            continue
        histories = [part.get("keras_history") for part in _objects(layer.get("inbound_nodes"))]
        sources = [str(history[0]) for history in histories if isinstance(history, list) and history]
        # Without any, the layers follow on one another, as in Sequential models.
        added, shape = _layer(name, settings, shapes.get(sources[0], shape) if sources else shape)
        weights += added
        shapes[str(layer.get("name"))] = shape
    return weights


def _objects_of(value: object, *keys: str) -> list[dict]:
    """The objects of the list that the keys lead to."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _layer(name: str | None, settings: dict, shape: tuple[int, int]) -> tuple[int, tuple[int, int]]:
    """Weights of a layer that reads ``(timesteps, width)``, and the shape of what it gives."""
    timesteps, width = shape

    def size(key: str) -> int:
        value = settings.get(key)
        return value if type(value) is int and value > 0 else 0

    if name == "InputLayer":
        sizes = [value for value in settings.get("batch_shape") or () if type(value) is int]
        return 0, (sizes[0] if sizes else 0, 1)
    if name == "Embedding":
        return size("input_dim") * size("output_dim"), (timesteps, size("output_dim"))
    if name == "Flatten":
        return 0, (1, timesteps * width)
    if name == "RepeatVector":
        if size("n") > LONGEST_REPEAT:
            raise ValueError(f"a RepeatVector repeats {settings['n']:,} times")
        return 0, (size("n"), width)
    units = size("units")
    if name == "Dense":
        return units * width, (timesteps, units)
    if name in GATES:
        return GATES[name] * units * (width + units), (timesteps, units)
    return 0, shape


def _check_arrays(weights: bytes) -> None:
    """Raise ValueError unless all arrays of an HDF5 file are in it, as they are."""
    import h5py

    sizes = []

    def visit(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            if item.is_virtual or item.external:
                raise ValueError(f"{MEMBERS[-1]}: {name!r} lies in another file")
            sizes.append(item.nbytes)

    with h5py.File(io.BytesIO(weights)) as stored:
        stored.visititems(visit)
    if sum(sizes) > len(weights):
        raise ValueError(f"{MEMBERS[-1]} unpacks to {sum(sizes):,} bytes, which it does not hold")
