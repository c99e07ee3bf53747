"""Masks and thresholds of modules as arrays in files: a bit for each node, checked when they are read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.files.atomic_files import InputError

_FIX = "decompose the model again"


def packed(modules: ModuleMasks, prefix: str = "") -> dict[str, np.ndarray]:
    """The masks of each layer, and the thresholds where there are any.

    Args:
        modules: what is written.
        prefix: of the arrays' names.

    Example:
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> kept = np.array([[[[True, False, True]]]])
        >>> arrays = packed(ModuleMasks("rolled", ("spam",), (kept,), "", DecompositionParameters()), "0.")
        >>> {name: array.tolist() for name, array in arrays.items()}
        {'0.kept.0': [[[[160]]]]}
    """
    arrays = {f"{prefix}kept.{layer}": np.packbits(kept, axis=-1) for layer, kept in enumerate(modules.kept)}
    return arrays if modules.thresholds is None else arrays | {f"{prefix}thresholds": modules.thresholds}


def unpacked(
    files: str, arrays: dict[str, np.ndarray], modules: int, units: Sequence[int], prefix: str = ""
) -> tuple[np.ndarray, ...]:
    """The masks that :func:`packed` made.

    Args:
        files: what errors call the file.
        arrays: in it.
        modules: number of modules.
        units: of each layer.
        prefix: of the arrays' names.

    Returns:
        For each layer ``(modules, timesteps or 1, gates or 1, units) bool``.

    Raises:
        InputError: an array is missing, or has another shape or type.

    Example:
        >>> bits = {"kept.0": np.array([[[[160]]]], np.uint8)}
        >>> [kept.tolist() for kept in unpacked("modules.npz", bits, 1, [3])]
        [[[[[True, False, True]]]]]
        >>> unpacked("modules.npz", bits, 1, [9])
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: modules.npz: kept.0: expected uint8 (1, timesteps, gates, 2), ...
    """
    return tuple(_layer(files, arrays, f"{prefix}kept.{layer}", modules, size) for layer, size in enumerate(units))


def _layer(files: str, arrays: dict[str, np.ndarray], name: str, modules: int, units: int) -> np.ndarray:
    bits, columns = arrays.get(name), -(-units // 8)
    if (
        bits is None
        or bits.dtype != np.uint8
        or bits.ndim != 4
        or (bits.shape[0], bits.shape[3]) != (modules, columns)
        or not bits.size
    ):
        received = "none" if bits is None else f"{bits.dtype} {bits.shape}"
        raise InputError(
            f"{files}: {name}: expected uint8 ({modules}, timesteps, gates, {columns}), received {received}; {_FIX}"
        )
    return np.unpackbits(bits, axis=-1, count=units).astype(bool)


def thresholds_in(files: str, arrays: dict[str, np.ndarray], modules: int, prefix: str = "") -> np.ndarray | None:
    """The calibrated thresholds, ``(modules,)``, or None; arguments and errors as those of :func:`unpacked`.

    Example:
        >>> thresholds_in("modules.npz", {"thresholds": np.array([0.5])}, 1).tolist()
        [0.5]
    """
    found = arrays.get(f"{prefix}thresholds")
    if found is not None and (found.dtype.kind != "f" or found.shape != (modules,) or not np.isfinite(found).all()):
        raise InputError(
            f"{files}: {prefix}thresholds: expected {modules} finite numbers, received {found.dtype} {found.shape}; "
            f"{_FIX}"
        )
    return found
