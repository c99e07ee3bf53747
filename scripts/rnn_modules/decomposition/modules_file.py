"""Modules of one or several parents in one file: masks as bits, and a description as JSON text."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnn_modules.decomposition.examples import Name
from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.packed_masks import packed, thresholds_in, unpacked
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.parents import Module, Parent
from rnn_modules.decomposition.small_module_files import arrays_of, modules_in
from rnn_modules.decomposition.small_modules import SmallModules
from rnn_modules.files.atomic_files import InputError, one_line, parse_json, read_arrays, sha256_of_arrays, write_arrays
from rnn_modules.files.checked_json import RecordReader
from rnn_modules.names import MODES
from rnn_modules.network.graph_network import GraphNetwork

_FORMAT = "rnn-modules 1"


def write(modules: Sequence[Module], path: str | os.PathLike) -> None:
    """Write modules into a ``.npz`` file.

    Example:
        >>> import keras, tempfile
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> from rnn_modules.decomposition.public import read_parent
        >>> layers = [keras.layers.Embedding(9, 4), keras.layers.GRU(6), keras.layers.Dense(2, "softmax")]
        >>> parent = read_parent(keras.Sequential([keras.Input((5,)), *layers]))
        >>> ham, spam = (whole_modules(parent.network, ("ham", "spam")).select([index]) for index in range(2))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write([Module("spam", spam, parent, ("ham", "spam"))], f"{folder}/modules.npz")
        ...     [module.name for module in read(f"{folder}/modules.npz", [parent])]
        ['spam']
    """
    arrays: dict[str, np.ndarray] = {}
    described = []
    for index, module in enumerate(modules):
        masks = module.masks
        arrays |= arrays_of(masks, f"{index}.") if isinstance(masks, SmallModules) else packed(masks, f"{index}.")
        described.append(
            {
                "name": module.name if isinstance(module.name, str) else int(module.name),
                "known": [name if isinstance(name, str) else int(name) for name in module.known],
                "mode": masks.mode,
                "output": masks.outputs[0],
                "parent_sha256": masks.parent,
                "units": [layer.units for layer in module.parent.network.layers],
                "parameters": dataclasses.asdict(masks.parameters),
            }
        )
    text = json.dumps({"format": _FORMAT, "masks_sha256": sha256_of_arrays(arrays), "modules": described})
    write_arrays(path, arrays | {"description": np.array(text)})


def read(path: str | os.PathLike, parents: Sequence[Parent]) -> list[Module]:
    """Modules that :func:`write` wrote, with their parents.

    Raises:
        InputError: the file is missing or damaged, or a parent is not among these.

    Example:
        >>> read("nowhere.npz", [])
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: nowhere.npz: cannot be read (No such file or directory)
    """
    arrays = read_arrays(path, ("description",))
    try:
        described = parse_json(str(arrays.pop("description")))
    except ValueError as error:
        raise InputError(f"{path}: its description is damaged ({error}); save the modules again") from error
    if not isinstance(described, dict) or described.get("format") != _FORMAT:
        raise InputError(f"{path}: no file of modules; save them again")
    reader = RecordReader(Path(path), described)
    if sha256_of_arrays(arrays) != described.get("masks_sha256"):
        raise InputError(f"{path}: its masks are not those that it describes; save the modules again")
    listed = reader.listed("modules", described.get("modules"), least=1)
    return [_module(reader, index, value, arrays, parents) for index, value in enumerate(listed)]


def _module(
    reader: RecordReader, index: int, value: Any, arrays: dict[str, np.ndarray], parents: Sequence[Parent]
) -> Module:
    path = reader.path
    keys = ("name", "known", "mode", "output", "parent_sha256", "units", "parameters")
    inner = reader.inner(f"modules.{index}", value, keys)
    name = _name(inner, "name", value["name"])
    parent = _parent(path, name, inner.text("parent_sha256"), parents)
    known = tuple(
        _name(inner, f"known.{output}", one) for output, one in enumerate(inner.listed("known", value["known"]))
    )
    if len(set(known)) != parent.network.outputs:
        inner.fail("known", f"{parent.network.outputs} names", value["known"])
    try:
        parameters = DecompositionParameters.of_json(value["parameters"])
    except (KeyError, TypeError, ValueError) as error:
        inner.fail("parameters", f"those of a decomposition ({one_line(error)})", value["parameters"])
    units = [
        inner.whole(f"units.{layer}", number, least=1)
        for layer, number in enumerate(inner.listed("units", value["units"], least=1))
    ]
    common: dict[str, Any] = {
        "class_names": (str(name),),
        "parent": parent.network.sha256,
        "parameters": parameters,
        "thresholds": thresholds_in(str(path), arrays, 1, f"{index}."),
        "positions": (inner.whole("output", value["output"]),),
    }
    mode = inner.choice("mode", MODES)
    if parameters.small:
        return Module(name, modules_in(str(path), arrays, parent.network, 1, common, f"{index}."), parent, known)
    masks = ModuleMasks(mode=mode, kept=unpacked(str(path), arrays, 1, units, f"{index}."), **common)
    network = parent.network
    if isinstance(network, GraphNetwork) and network.varies and masks.mode == "unrolled":
        parent = dataclasses.replace(parent, network=network.at([kept.shape[1] for kept in masks.kept]))
    try:
        masks.check_shapes(parent.network)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return Module(name, masks, parent, known)


def _name(reader: RecordReader, key: str, value: Any) -> Name:
    """A class' name or number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        reader.fail(key, "a text or a number", value)
    return value


def _parent(path: Path, name: Name, sha: str, parents: Sequence[Parent]) -> Parent:
    """The one of this checksum."""
    parent = next((one for one in parents if one.network.sha256 == sha), None)
    if parent is None:
        given = ", ".join(one.network.sha256[:12] for one in parents)
        raise InputError(
            f"{path}: module {name!r} was cut from the model {sha[:12]}, received {given}; give all models that the "
            "modules were cut from"
        )
    return parent
