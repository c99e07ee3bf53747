"""Reading a file of a model that may come from anywhere: no code in it is run, and a damaged one gives one error."""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_modules.files.atomic_files import DAMAGED_ARCHIVE, InputError, archive_entries, one_line, parse_json
from rnn_modules.network.keras_2 import cudnn_layers, hard_sigmoid, is_keras_2, modern
from rnn_modules.network.keras_checks import WITH_WORDS, Refused, check_objects, least_weights, objects
from rnn_modules.network.keras_weights import give_weights, renamed_assets, renamed_weights

if TYPE_CHECKING:
    import h5py
    import keras

MEMBERS = ("config.json", "metadata.json", "model.weights.h5")
"""What an archive holds, beside vocabularies under ``assets/``."""
LARGEST_TEXT = 2 * 2**20
"""Bytes; a hundred layers take a tenth of them."""
UNPACKED_PER_BYTE = 100
_WEIGHTS_PER_BYTE = 2
_DAMAGED = (*DAMAGED_ARCHIVE, KeyError, TypeError, AttributeError, IndexError)
_HDF5 = b"\x89HDF\r\n\x1a\n"


def load_model(path: str | os.PathLike) -> keras.Model:
    """Load a Keras model in safe mode, as Keras 3 or Keras 2 wrote it; it is not compiled.

    Args:
        path: a ``.keras`` or ``.h5`` file. A model of Keras 2 gives what it gave there: its ``hard_sigmoid`` is another
            one than Keras 3's.

    Raises:
        InputError: the file is missing or damaged, unpacks to an absurd size, has a part that is not of Keras or holds
            code (a Lambda layer, a class or function of its author's), or claims more weights than it holds. Losses,
            metrics and optimizers are not read, so those may be anybody's.

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
        with path.open("rb") as stream:
            signature = stream.read(len(_HDF5))
        if signature == _HDF5:
            return _from_hdf5(path)
        with zipfile.ZipFile(path) as archive:
            stored, used, old = _checked(archive, path.stat().st_size)
            if used == stored:
                return _load(path)
            with tempfile.TemporaryDirectory() as folder:
                _copy(archive, used, old, Path(folder, "model.keras"))
                model = _load(Path(folder, "model.keras"))
            if old:
                _check_order(model, used)
            return model
    except Refused as error:
        raise InputError(f"{path}: {one_line(error, 500)}") from error
    except _NotBuilt as error:
        # Where a package is missing, Keras says which, and saving again does not help.
        way_out = "" if isinstance(error.__cause__, ImportError) else "; save it again"
        raise InputError(f"{path}: Keras cannot load it ({one_line(error)}){way_out}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except _DAMAGED as error:
        raise InputError(f"{path}: not a model that can be loaded ({one_line(error)}); save it again") from error


class _NotBuilt(Exception):
    """Keras raises whatever its layers raise when a configuration or the weights do not fit."""


def _load(path: Path) -> keras.Model:
    import keras

    hard_sigmoid()
    try:
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:
        raise _NotBuilt(str(error)) from error


def _checked(archive: zipfile.ZipFile, size: int) -> tuple[dict[str, Any], dict[str, Any], bool]:
    """Check that an archive holds a model's files, of sizes that fit, and no code.

    Returns:
        The configuration in it, the one to load it with, and whether Keras 2 wrote it.
    """
    entries = {entry.filename: entry for entry in archive_entries(archive)}
    if {name for name in entries if not _is_asset(name)} != set(MEMBERS):
        raise ValueError(f"holds {', '.join(sorted(entries)) or 'nothing'}, expected {', '.join(MEMBERS)}")
    for member, entry in entries.items():
        if entry.file_size > (LARGEST_TEXT if member in MEMBERS[:2] else size * UNPACKED_PER_BYTE):
            raise ValueError(f"{member} unpacks to {entry.file_size:,} bytes")
    if damaged := archive.testzip():
        raise ValueError(f"{damaged} is damaged")
    config, metadata = (parse_json(archive.read(member).decode()) for member in MEMBERS[:2])
    if not isinstance(config, dict) or not isinstance(metadata, dict):
        raise ValueError("config.json or metadata.json is no JSON object")
    old = "keras_version" in metadata and is_keras_2(metadata["keras_version"])
    used = modern(config, keras_2=True) if old else config | {"config": _uncompiled(config.get("config"))}
    if old and (layers := cudnn_layers(config)):
        raise Refused(
            f"layer {min(layers)!r} has weights of cuDNN, which are read from .h5 files alone; load the model in "
            "Keras 2 and save it as .h5"
        )
    check_objects(used)
    _check_sizes(used, entries[MEMBERS[-1]].file_size)
    try:
        with _hdf5(io.BytesIO(archive.read(MEMBERS[-1]))) as stored:
            _check_arrays(stored, entries[MEMBERS[-1]].file_size)
    except KeyError as error:
        raise ValueError(f"{MEMBERS[-1]} is damaged ({error})") from error
    return config, used, old


def _is_asset(name: str) -> bool:
    """Whether a member of an archive is a vocabulary, at a place within the archive."""
    parts = name.split("/")
    return parts[0] == "assets" and len(parts) > 2 and ".." not in parts and parts[-1].endswith(".txt")


def _uncompiled(value: Any) -> Any:
    """A configuration without what the models within it were compiled with, which Keras would read."""
    if isinstance(value, dict):
        return {key: None if key == "compile_config" else _uncompiled(part) for key, part in value.items()}
    return [_uncompiled(part) for part in value] if isinstance(value, list) else value


def _copy(archive: zipfile.ZipFile, config: dict[str, Any], old: bool, path: Path) -> None:
    """Write the archive with another configuration, and the weights of Keras 2 under the names of Keras 3."""
    entries = archive_entries(archive)
    names = renamed_assets(entry.filename for entry in entries) if old else {}
    with zipfile.ZipFile(path, "w") as copy:
        for entry in entries:
            content = json.dumps(config).encode() if entry.filename == MEMBERS[0] else archive.read(entry)
            if old and entry.filename == MEMBERS[-1]:
                content = renamed_weights(content)
            copy.writestr(names.get(entry.filename, entry.filename), content)


def _check_order(model: Any, config: Any) -> None:
    """Check that the layers stand as in the file, for an archive counts them instead of naming them."""
    layers = [layer for layer in config["config"]["layers"] if layer["class_name"] != "InputLayer"]
    stand = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    if [layer.name for layer in stand] != [layer["config"]["name"] for layer in layers]:
        raise Refused("Keras 3 has its layers in another order than Keras 2; save it in Keras 2 as .h5")
    for layer, part in zip(stand, layers, strict=True):
        if hasattr(layer, "layers"):
            _check_order(layer, part)


def _check_sizes(config: object, size: int) -> None:
    """Before any layer is built; weights of the smallest type take half a byte."""
    if (weights := least_weights(config)) > _WEIGHTS_PER_BYTE * size:
        raise ValueError(f"its layers need {weights:,} weights or more, which {MEMBERS[-1]} does not hold")


def _hdf5(source: Any) -> h5py.File:
    import h5py

    return h5py.File(source, "r")


def _check_arrays(stored: h5py.File, size: int) -> None:
    """Raise ValueError unless all arrays of an HDF5 file are in it, as they are."""
    import h5py

    links: list[tuple[str, object]] = []
    # An error within the visit would end in one of h5py's own.
    stored.visititems_links(lambda name, link: links.append((name, link)))
    sizes = []
    for name, link in links:
        if not isinstance(link, h5py.HardLink):
            raise ValueError(f"{name!r} is a link, which may lead to another file")
        item = stored[name]
        if isinstance(item, h5py.Dataset):
            if item.is_virtual or item.external:
                raise ValueError(f"{name!r} lies in another file")
            sizes.append(item.nbytes)
    if sum(sizes) > size:
        raise ValueError(f"its arrays unpack to {sum(sizes):,} bytes, which it does not hold")


def _from_hdf5(path: Path) -> keras.Model:
    """The model of a whole ``.h5`` file."""
    import keras

    with _hdf5(path) as stored:
        size = path.stat().st_size
        _check_arrays(stored, size)
        if "model_config" not in stored.attrs:
            raise Refused("holds weights alone; build the model, give it the weights and hand it over live")
        text = _text(stored.attrs["model_config"])
        if len(text) > LARGEST_TEXT:
            raise ValueError(f"model_config has {len(text):,} characters")
        config = parse_json(text)
        if not isinstance(config, dict):
            raise ValueError("model_config is no JSON object")
        version = stored.attrs.get("keras_version")
        used = _uncompiled(modern(config, is_keras_2(None if version is None else _text(version))))
        check_objects(used)
        _check_vocabularies(used)
        _check_sizes(used, size)
        hard_sigmoid()
        try:
            model = keras.saving.deserialize_keras_object(used, safe_mode=True)
            give_weights(model, stored["model_weights"], cudnn_layers(config))
        except Exception as error:
            raise _NotBuilt(str(error)) from error
    return model


def _check_vocabularies(config: object) -> None:
    """Check that layers that look words up have them; files of this kind lose what a layer has learned by itself."""
    for part, layer in objects(config):
        name, settings = part.get("class_name"), part.get("config")
        if name in WITH_WORDS and isinstance(settings, dict) and not settings.get("vocabulary"):
            raise Refused(f"layer {layer!r} ({name}) has no vocabulary, which .h5 files lack; save it as .keras")


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
