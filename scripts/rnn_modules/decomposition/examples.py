"""Examples as people have them: inputs and labels of any usual form, brought into the one that decomposition reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network import Network
from rnn_modules.network.keras_calls import texts

Name = str | int
"""A class: its name, or the number of its output node."""


@dataclass(frozen=True)
class InputForm:
    """What an input of a model looks like.

    Attributes:
        name: its name.
        shape: with None for the examples, and for every size that may be any.
        dtype: ``string``, or of numbers.
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str


def as_inputs(given: Any, forms: Sequence[InputForm]) -> Any:
    """Inputs as an array, or as a tuple of one array for each input of a model.

    Args:
        given: anything that NumPy understands; a list, a tuple, or a dictionary by name, of several.
        forms: of the model's inputs.

    Raises:
        InputError: what does not fit; the message names the argument, the shape or value, and what is expected.

    Example:
        >>> tokens = InputForm("tokens", (None, 3), "int32")
        >>> as_inputs([[1, 2, 3], [4, 5, 6]], [tokens]).dtype.name
        'int32'
        >>> as_inputs([[1, 2], [4, 5]], [tokens])
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: x: expected the shape (examples, 3), received (2, 2)
    """
    if len(forms) == 1:
        name = forms[0].name
        if isinstance(given, dict) and set(given) == {name}:
            given = given[name]
        alone = isinstance(given, list | tuple) and len(given) == 1 and np.ndim(given[0]) == len(forms[0].shape)
        return _as_input("x", given[0] if alone else given, forms[0])
    names = [form.name for form in forms]
    if isinstance(given, dict):
        if set(given) != set(names):
            raise InputError(f"x: expected the inputs {', '.join(names)}, received {', '.join(map(str, given))}")
        given = [given[name] for name in names]
    if not isinstance(given, list | tuple) or len(given) != len(forms):
        received = f"{len(given)}" if isinstance(given, list | tuple) else type(given).__name__
        raise InputError(
            f"x: the model reads {len(forms)} inputs ({', '.join(names)}); expected a list of as many arrays, "
            f"received {received}"
        )
    parts = tuple(
        _as_input(f"x[{index}]", part, form) for index, (part, form) in enumerate(zip(given, forms, strict=True))
    )
    if len({len(part) for part in parts}) > 1:
        raise InputError(
            f"x: inputs of {', '.join(str(len(part)) for part in parts)} examples; expected as many of each"
        )
    return parts


def _as_input(argument: str, given: Any, form: InputForm) -> np.ndarray:
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise InputError(f"{argument}: is no array ({error}); pad all examples to one length") from error
    shape = form.shape
    expected = ", ".join(["examples", *("any" if size is None else str(size) for size in shape[1:])])
    if form.dtype == "string":
        # One text an example may stand in a column or not.
        alone = array.ndim > 0 and {array.shape[1:], shape[1:]} <= {(), (1,)}
        if array.dtype.kind not in "USOT" or not (alone or _fits(array, shape)):
            raise InputError(f"{argument}: expected texts of the shape ({expected}), received {_kind(array)}")
        return texts(array.reshape(len(array), *shape[1:]) if alone else array)
    if array.dtype.kind not in "biuf":
        raise InputError(f"{argument}: expected numbers of the shape ({expected}), received {_kind(array)}")
    if not _fits(array, shape):
        raise InputError(f"{argument}: expected the shape ({expected}), received {array.shape}")
    if not len(array):
        raise InputError(f"{argument}: received no example")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"{argument}: holds values that are not finite")
    whole = form.dtype.startswith(("int", "uint"))
    if whole and array.dtype.kind == "f" and not (array == np.round(array)).all():
        raise InputError(f"{argument}: expected whole numbers, received {_kind(array)} with others")
    return array.astype(form.dtype)


def _fits(array: np.ndarray, shape: tuple[int | None, ...]) -> bool:
    return array.ndim == len(shape) and all(
        size in (None, own) for size, own in zip(shape[1:], array.shape[1:], strict=True)
    )


def _kind(array: np.ndarray) -> str:
    return f"{array.dtype} {array.shape}"


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels by output node.

    Attributes:
        values: ``(examples,)`` or ``(examples, timesteps)`` output nodes, −1 where a label is no class of the model;
            or ``(examples, [timesteps,] classes)`` of 0 and 1 where several may be right at once.
        classes: the name or number of each output node.
    """

    values: np.ndarray
    classes: tuple[Name, ...]


def as_labels(given: Any, network: Network, classes: Sequence[Name] | None = None, known: bool = False) -> Labels:
    """Labels of any usual form.

    Args:
        given: integers, texts, one-hot rows, columns, whole floats; ``(examples, [timesteps,] classes)`` of 0 and 1
            where several classes may be right at once.
        network: the model they are of.
        classes: a name for each output node; by default the numbers, or of texts the sorted names.
        known: the classes are those of modules, so labels outside them are allowed.

    Raises:
        InputError: what does not fit; the message names the argument, what was received and what is expected.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> for given in (["b", "a"], [1, 0], [1.0, 0.0], [[1], [0]], [[0, 1], [1, 0]]):
        ...     labels = as_labels(given, network)
        ...     print(labels.values.tolist(), labels.classes)
        [1, 0] ('a', 'b')
        [1, 0] (0, 1)
        [1, 0] (0, 1)
        [1, 0] (0, 1)
        [1, 0] (0, 1)
    """
    array = np.asarray(given)
    if array.dtype.kind == "O":
        array = np.asarray([part if isinstance(part, str) else np.asarray(part) for part in array.tolist()])
    outputs = network.outputs
    if classes is not None and len(set(classes)) != len(list(classes)):
        raise InputError("classes: a name stands twice")
    if classes is not None and not known and len(classes) != outputs:
        raise InputError(f"classes: expected {outputs} names, one for each output, received {len(classes)}")
    if array.dtype.kind not in "biufUST":
        raise InputError(f"y: expected numbers or texts, received {_kind(array)}")
    if array.dtype.kind == "f" and not (np.isfinite(array).all() and (array == np.round(array)).all()):
        raise InputError(f"y: expected classes, received {_kind(array)} of other numbers")
    rank = 2 if network.many_output else 1
    if network.independent:
        return _several(array, rank, outputs, classes)
    if array.ndim == rank + 1 and array.shape[-1] == 1:
        array = array[..., 0]
    elif array.ndim == rank + 1 and array.shape[-1] == outputs and array.dtype.kind in "biuf":
        if not (np.isin(array, (0, 1)).all() and (array.sum(axis=-1) == 1).all()):
            raise InputError(f"y: {array.shape} is read as one-hot rows, but some are not one 1 among zeros")
        array = array.argmax(axis=-1)
    if array.ndim != rank:
        expected = "(examples, timesteps)" if rank == 2 else "(examples,)"
        raise InputError(f"y: expected {expected}, or one-hot rows of {outputs} classes, received {_kind(array)}")
    return _one_of(array, outputs, classes, known)


def _several(array: np.ndarray, rank: int, outputs: int, classes: Sequence[Name] | None) -> Labels:
    fits = array.dtype.kind in "biuf" and array.ndim == rank + 1 and array.shape[-1] == outputs
    if not fits or not np.isin(array, (0, 1)).all():
        expected = "examples, timesteps" if rank == 2 else "examples"
        raise InputError(
            f"y: several classes may be right at once, so ({expected}, {outputs}) of 0 and 1 is expected; received "
            f"{_kind(array)}"
        )
    return Labels(array.astype(np.int64), tuple(range(outputs)) if classes is None else tuple(classes))


def _one_of(array: np.ndarray, outputs: int, classes: Sequence[Name] | None, known: bool) -> Labels:
    if array.dtype.kind in "UST":
        named = texts(array)
        found = sorted(set(named.ravel().tolist()))
        names: tuple[Name, ...] = tuple(found) if classes is None else tuple(classes)
        if len(names) != outputs and not known:
            raise InputError(
                f"y: {len(names)} names ({', '.join(map(str, names[:5]))}…) for {outputs} outputs; name all of them in "
                "order: classes=[…]"
            )
        return Labels(_positions(named, [str(name) for name in names], known), names)
    numbers = array.astype(np.int64)
    if classes is not None and all(not isinstance(name, str) for name in classes):
        return Labels(_positions(numbers, list(classes), known), tuple(classes))
    names = tuple(range(outputs)) if classes is None else tuple(classes)
    low, high = (int(numbers.min()), int(numbers.max())) if numbers.size else (0, 0)
    if (low < 0 or high >= outputs) and not known:
        raise InputError(f"y: expected classes 0 to {outputs - 1}, received {low} to {high}")
    return Labels(np.where((numbers < 0) | (numbers >= outputs), -1, numbers), names)


def _positions(values: np.ndarray, names: list, known: bool) -> np.ndarray:
    place = {name: index for index, name in enumerate(names)}
    positions = np.array([place.get(value, -1) for value in values.ravel().tolist()], np.int64).reshape(values.shape)
    if not known and (positions < 0).any():
        raise InputError(
            f"y: {values[positions < 0].ravel()[0]!r} is none of the classes {', '.join(map(str, names[:10]))}"
        )
    return positions
