"""Weights of files that Keras 2 wrote, given to a model of Keras 3.

Those of an ``.h5`` file by the names of layers, never by their order; those of an archive under the names that Keras 3
looks for.
"""

from __future__ import annotations

import io
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import h5py

_Named = list[tuple[str, np.ndarray]]


def give_weights(model: Any, group: h5py.Group, cudnn: set[str]) -> None:
    """Give a model the weights that an ``.h5`` file holds.

    Args:
        model: built.
        group: ``model_weights`` of the file.
        cudnn: names of layers whose weights lie as cuDNN has them.

    Raises:
        ValueError: layers, numbers or shapes of weights do not fit; the message says which.

    Example:
        >>> import h5py
        >>> import keras
        >>> dense = keras.layers.Dense(1, use_bias=False, name="dense")
        >>> model = keras.Sequential([keras.Input((2,)), dense])
        >>> with h5py.File.in_memory() as file:
        ...     file.attrs["layer_names"] = ["dense"]
        ...     file.create_group("dense").attrs["weight_names"] = ["dense/kernel:0"]
        ...     file["dense/dense/kernel:0"] = [[3.0], [4.0]]
        ...     give_weights(model, file, set())
        >>> dense.get_weights()[0].tolist()
        [[3.0], [4.0]]
    """
    stored = {name: _arrays(group[name]) for name in _texts(group, "layer_names")}
    if "top_level_model_weights" in group and _texts(group["top_level_model_weights"], "weight_names"):
        raise ValueError("has weights that are no layer's")
    for layer in model.layers:
        _give(layer, stored.pop(layer.name, []), cudnn)
    if more := [name for name, arrays in stored.items() if arrays]:
        raise ValueError(f"has weights of {', '.join(more)}, which the model lacks")


def _texts(group: h5py.Group, name: str) -> list[str]:
    """An attribute of several texts, which may be split because it was long."""
    numbered = itertools.takewhile(group.attrs.__contains__, (f"{name}{part}" for part in itertools.count()))
    names = [name] if name in group.attrs else list(numbered)
    if not names:
        raise ValueError(f"{group.name!r} lacks {name}")
    values = [value for part in names for value in group.attrs[part]]
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def _arrays(group: h5py.Group) -> _Named:
    return [(name, np.asarray(group[name])) for name in _texts(group, "weight_names")]


def _give(layer: Any, arrays: _Named, cudnn: set[str]) -> None:
    if hasattr(layer, "layers"):
        _give_inner(layer, arrays, cudnn)
        return
    variables = layer.trainable_weights + layer.non_trainable_weights
    arrays = _from_cudnn(layer, arrays, cudnn)
    own, given = [variable.name for variable in variables], [_last(name) for name, _ in arrays]
    if len(set(given)) == len(given) and sorted(own) == sorted(given):
        arrays = [arrays[given.index(name)] for name in own]
    if len(arrays) != len(variables):
        raise ValueError(f"layer {layer.name!r} has {len(variables)} weights, the file {len(arrays)}")
    for variable, (name, array) in zip(variables, arrays, strict=True):
        if tuple(variable.shape) != array.shape:
            raise ValueError(f"layer {layer.name!r}: {name} is {array.shape}, expected {tuple(variable.shape)}")
        variable.assign(array)
    # What a layer that normalises works out from its weights.
    if variables and hasattr(layer, "finalize_state"):
        layer.finalize_state()


def _last(name: str) -> str:
    return name.split("/")[-1].split(":")[0]


def _give_inner(model: Any, arrays: _Named, cudnn: set[str]) -> None:
    """Give the layers of a model within a model their weights, which lie in one list: by the names within."""
    layers = {layer.name: layer for layer in _leaves(model)}
    parts: dict[str, _Named] = defaultdict(list)
    for name, array in arrays:
        owners = layers.keys() & set(name.split("/"))
        if len(owners) != 1:
            raise ValueError(f"{name!r} of {model.name!r} is a weight of {len(owners)} of its layers, expected one")
        parts[owners.pop()].append((name, array))
    for name, layer in layers.items():
        _give(layer, parts[name], cudnn)


def _leaves(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _leaves(layer)
        else:
            yield layer


def _from_cudnn(layer: Any, arrays: _Named, cudnn: set[str]) -> _Named:
    """Weights in Keras' order where cuDNN had them: each gate transposed, and a bias for either product."""
    if layer.name in cudnn:
        return _one_from_cudnn(arrays)
    if getattr(layer, "forward_layer", layer).name.removeprefix("forward_") in cudnn:
        half = len(arrays) // 2
        return _one_from_cudnn(arrays[:half]) + _one_from_cudnn(arrays[half:])
    return arrays


def _one_from_cudnn(arrays: _Named) -> _Named:
    (kernel_name, kernel), (recurrent_name, recurrent), (bias_name, bias) = arrays
    gates = recurrent.shape[1] // recurrent.shape[0]
    made = np.hstack([part.T.reshape(part.shape, order="F") for part in np.hsplit(kernel, gates)])
    turned = np.hstack([part.T for part in np.hsplit(recurrent, gates)])
    both = bias.reshape(2, -1)
    # LSTM in Keras has one bias.
    return [(kernel_name, made), (recurrent_name, turned), (bias_name, both.sum(axis=0) if gates == 4 else both)]


_LAYERS_OF_2_13 = "_layer_checkpoint_dependencies"


def renamed_weights(weights: bytes) -> bytes:
    """The weights of an archive under the names that Keras 2.14 and later give them.

    Before, layers were counted twice if they had weights, so that the second LSTM was ``lstm_2``.

    Args:
        weights: an HDF5 file.

    Example:
        >>> import h5py
        >>> stream = io.BytesIO()
        >>> with h5py.File(stream, "w") as file:
        ...     for name in ("lstm", "lstm_2", "lstm_4"):
        ...         _ = file.create_group(f"_layer_checkpoint_dependencies/{name}/vars")
        >>> with h5py.File(io.BytesIO(renamed_weights(stream.getvalue()))) as file:
        ...     list(file["layers"])
        ['lstm', 'lstm_1', 'lstm_2']
    """
    import h5py

    stream = io.BytesIO(weights)
    with h5py.File(stream, "r+") as file:
        _rename(file)
    return stream.getvalue()


def _rename(group: h5py.Group) -> None:
    for part in list(group.values()):
        if hasattr(part, "values"):
            _rename(part)
    if _LAYERS_OF_2_13 in group:
        for name, new in _renumbered(group[_LAYERS_OF_2_13]).items():
            group.move(f"{_LAYERS_OF_2_13}/{name}", f"layers/{new}")


def renamed_assets(names: Iterable[str]) -> dict[str, str]:
    """Members of an archive that are vocabularies, and their names by the same count.

    Example:
        >>> folder = "assets/_layer_checkpoint_dependencies"
        >>> renamed_assets([f"{folder}/string_lookup/v.txt", f"{folder}/string_lookup_2/v.txt", "config.json"])[
        ...     f"{folder}/string_lookup_2/v.txt"
        ... ]
        'assets/layers/string_lookup_1/v.txt'
    """
    found = {name: name.split("/") for name in names if name.startswith(f"assets/{_LAYERS_OF_2_13}/")}
    new = _renumbered({parts[2] for parts in found.values()})
    return {name: "/".join(["assets", "layers", new[parts[2]], *parts[3:]]) for name, parts in found.items()}


def _renumbered(names: Iterable[str]) -> dict[str, str]:
    """Names of layers with numbers from 1 on, the first without any."""
    numbered: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for name in names:
        base, number = re.sub(r"_\d+$", "", name), re.search(r"_(\d+)$", name)
        numbered[base].append((int(number[1]) if number else 0, name))
    return {
        name: f"{base}_{place}" if place else base
        for base, own in numbered.items()
        for place, (_, name) in enumerate(sorted(own))
    }
