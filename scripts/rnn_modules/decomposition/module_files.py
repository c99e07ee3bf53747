"""Modules in files: the masks as ``.npz``, and a JSON manifest that says what they are of."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rnn_modules.decomposition.masks import ModuleMasks, check_parent
from rnn_modules.decomposition.packed_masks import packed, thresholds_in, unpacked
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.files.atomic_files import (
    InputError,
    read_arrays,
    read_json,
    sha256_of_arrays,
    write_arrays,
    write_json,
)
from rnn_modules.files.checked_json import RecordReader
from rnn_modules.names import MODES
from rnn_modules.network import Network


def write_modules(modules: ModuleMasks, path: str | os.PathLike, manifest: str | os.PathLike) -> None:
    """Write the masks as ``.npz`` and all the rest as a JSON manifest that names the parent.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     files = f"{folder}/rolled.npz", f"{folder}/rolled.json"
        ...     write_modules(whole_modules(network, ("left", "right")), *files)
        ...     manifest = read_json(files[1], ("units",))
        >>> manifest["class_names"], manifest["units"], manifest["removed_share_per_layer"]
        (['left', 'right'], [2], [0.0])
    """
    arrays = packed(modules)
    write_arrays(path, arrays)
    write_json(
        manifest,
        {
            "mode": modules.mode,
            "parent_sha256": modules.parent,
            "masks_sha256": sha256_of_arrays(arrays),
            "class_names": list(modules.class_names),
            "units": [mask.shape[-1] for mask in modules.kept],
            "counts": modules.counts,
            "removed_share_per_layer": [float(1 - mask.mean()) for mask in modules.kept],
            "parameters": dataclasses.asdict(modules.parameters),
            **({} if modules.positions is None else {"positions": list(modules.positions)}),
        },
    )


def read_modules(path: str | os.PathLike, manifest: str | os.PathLike, network: Network | None = None) -> ModuleMasks:
    """Read modules; with ``network``, also check that it is their parent.

    Raises:
        InputError: a file is missing or damaged, the two do not belong together, or another parent.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     files = f"{folder}/rolled.npz", f"{folder}/rolled.json"
        ...     write_modules(whole_modules(network, ("left", "right")), *files)
        ...     read_modules(*files, network).class_names
        ('left', 'right')
    """
    found = read_described(path, manifest, ("mode", "masks_sha256", "units"), "masks")
    reader, names = found.reader, found.common["class_names"]
    units = [
        reader.whole(f"units.{index}", number, least=1)
        for index, number in enumerate(reader.listed("units", reader.value["units"], least=1))
    ]
    modules = ModuleMasks(
        mode=reader.choice("mode", MODES),
        kept=unpacked(f"{path}, {manifest}", found.arrays, len(names), units),
        positions=positions(reader, len(names)) if "positions" in reader.value else None,
        **found.common,
    )
    if network is not None:
        try:
            check_parent(modules.parent, network)
            modules.check_shapes(network)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
    return modules


class Described(NamedTuple):
    """Two files that describe modules, whatever these consist of.

    Attributes:
        arrays: those beside the manifest, checked to be the ones that it describes.
        reader: of the manifest.
        common: what all modules have, as keyword arguments of their class.

    Example:
        >>> Described._fields
        ('arrays', 'reader', 'common')
    """

    arrays: dict[str, np.ndarray]
    reader: RecordReader
    common: dict[str, Any]


def read_described(
    path: str | os.PathLike, manifest: str | os.PathLike, keys: tuple[str, ...], content: str
) -> Described:
    """Read a manifest and the arrays beside it.

    Args:
        path: of the arrays.
        manifest: the JSON file.
        keys: that the manifest must have beside those of all modules.
        content: of the arrays, whose checksum the manifest has as ``<content>_sha256``.

    Raises:
        InputError: a file is missing or damaged, or the two do not belong together.

    Example:
        >>> read_described("rolled.npz", "nowhere.json", (), "masks")
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: nowhere.json: cannot be read (No such file or directory)
    """
    described = read_json(manifest, ("parent_sha256", "class_names", "counts", "parameters", *keys))
    arrays = read_arrays(path)
    if sha256_of_arrays(arrays) != described[f"{content}_sha256"]:
        raise InputError(f"{path}: its {content} are not those that {manifest} describes; decompose the model again")
    try:
        parameters = DecompositionParameters.of_json(described["parameters"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{manifest}: parameters: not those of a decomposition ({error}); decompose the model again"
        ) from error
    reader = RecordReader(Path(manifest), described)
    names = tuple(reader.texts("class_names", least=1))
    common = {
        "class_names": names,
        "parent": reader.text("parent_sha256"),
        "parameters": parameters,
        "counts": {
            name: reader.counts(f"counts.{name}", counts)
            for name, counts in reader.mapping("counts", described["counts"]).items()
        },
        "thresholds": thresholds_in(f"{path}, {manifest}", arrays, len(names)),
    }
    return Described(arrays, reader, common)


def positions(reader: RecordReader, modules: int) -> tuple[int, ...]:
    """Output nodes of some of a network's modules, from a manifest.

    Example:
        >>> positions(RecordReader(Path("rolled.json"), {"positions": [2, 0]}), modules=2)
        (2, 0)
    """
    listed = reader.listed("positions", reader.value["positions"], least=1)
    found = tuple(reader.whole(f"positions.{index}", number, least=0) for index, number in enumerate(listed))
    if len(found) != modules:
        reader.fail("positions", f"{modules} numbers", listed)
    return found
