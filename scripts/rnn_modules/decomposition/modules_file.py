"""Modules of one or several parents in one file: masks as bits, and a description as JSON text."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.parents import Module, Parent
from rnn_modules.files.atomic_files import InputError, parse_json, read_arrays, sha256_of_arrays, write_arrays
from rnn_modules.files.checked_json import RecordReader
from rnn_modules.names import MODES
from rnn_modules.network.graph_network import GraphNetwork

_FORMAT = "rnn-modules 1"


def write(modules: Sequence[Module], path: str | os.PathLike) -> None:
    """Write modules into a ``.npz`` file.

    Example:
        >>> write.__name__
        'write'
    """
    import json

    arrays: dict[str, np.ndarray] = {}
    described = []
    for index, module in enumerate(modules):
        masks = module.masks
        for layer, kept in enumerate(masks.kept):
            arrays[f"{index}.kept.{layer}"] = np.packbits(kept[0], axis=-1)
        if masks.thresholds is not None:
            arrays[f"{index}.threshold"] = masks.thresholds
        described.append(
            {
                "name": module.name if isinstance(module.name, str) else int(module.name),
                "known": [name if isinstance(name, str) else int(name) for name in module.known],
                "mode": masks.mode,
                "output": masks.outputs[0],
                "parent_sha256": masks.parent,
                "units": [kept.shape[-1] for kept in masks.kept],
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
    sha = inner.text("parent_sha256")
    parent = next((one for one in parents if one.network.sha256 == sha), None)
    if parent is None:
        given = ", ".join(one.network.sha256[:12] for one in parents)
        raise InputError(
            f"{path}: module {value['name']!r} was cut from the model {sha[:12]}, received {given}; give all models "
            "that the modules were cut from"
        )
    try:
        parameters = DecompositionParameters.of_json(value["parameters"])
        units = [int(number) for number in value["units"]]
        kept = tuple(
            np.unpackbits(arrays[f"{index}.kept.{layer}"], axis=-1, count=number).astype(bool)[None]
            for layer, number in enumerate(units)
        )
        names = tuple(name if isinstance(name, str) else int(name) for name in value["known"])
        name = value["name"] if isinstance(value["name"], str) else int(value["name"])
        masks = ModuleMasks(
            mode=inner.choice("mode", MODES),
            class_names=(str(name),),
            kept=kept,
            parent=sha,
            parameters=parameters,
            thresholds=arrays.get(f"{index}.threshold"),
            positions=(int(value["output"]),),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: modules.{index} is damaged ({error}); save the modules again") from error
    network = parent.network
    if isinstance(network, GraphNetwork) and network.varies and masks.mode == "unrolled":
        parent = dataclasses.replace(parent, network=network.at(kept[0].shape[1]))
    try:
        masks.check_shapes(parent.network)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return Module(name, masks, parent, names)
