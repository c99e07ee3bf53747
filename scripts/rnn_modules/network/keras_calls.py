"""Calls of Keras' layers on numbers: tensors and arrays, masks of timesteps, and rows for several modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.keras_layers import ACTIVATION, is_kind

TAKES_MASKS = "MultiHeadAttention"
"""Keras' layer that takes the masks from what it reads, so that nothing else finds them."""


@dataclass(frozen=True, eq=False)
class Value:
    """A tensor of Keras' backend, ``(modules * examples, ...)``, the examples of the first module first.

    Example:
        >>> Value(np.zeros((6, 5)), modules=2).modules
        2
    """

    tensor: Any
    modules: int = 1


def to_input(part: Any, symbol: Any) -> Any:
    """What a model's input reads, as a tensor; a last axis of length 1 may be there or not, as Keras has it.

    Raises:
        InputError: it has another shape.

    Example:
        >>> import keras
        >>> to_input([[1, 2, 3]], keras.Input((5,), dtype="int32", name="ids"))
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: input 'ids': expected shape (None, 5), received (1, 3)
    """
    shape, expected = tuple(np.shape(part)), tuple(symbol.shape)
    if len(shape) == len(expected) - 1 and expected[-1] == 1:
        part, shape = np.expand_dims(part, -1), (*shape, 1)
    elif len(shape) == len(expected) + 1 and shape[-1] == 1:
        part, shape = np.squeeze(part, -1), shape[:-1]
    fits = len(shape) == len(expected) and all(
        size is None or size == own for size, own in zip(expected[1:], shape[1:], strict=True)
    )
    if not fits:
        # Keras' tensors have names of their own, which nobody has given them.
        name = symbol._keras_history.operation.name
        raise InputError(f"input {name!r}: expected shape {(None, *expected[1:])}, received {shape}")
    return to_tensor(part, symbol.dtype)


def to_tensor(part: Any, dtype: str | None = None) -> Any:
    """An array as a tensor of Keras' backend; texts as TensorFlow's.

    Example:
        >>> tuple(to_tensor([[1, 2, 3]], "float32").shape)
        (1, 3)
    """
    import keras

    if dtype == "string":
        # Of TensorFlow alone; other backends have no texts.
        return keras.ops.convert_to_tensor(texts(part).tolist())
    return keras.ops.convert_to_tensor(part, dtype=dtype)


def texts(values: Any) -> np.ndarray:
    """Texts as Python's own, of the shape they came in; TensorFlow hands them over as bytes.

    Raises:
        InputError: bytes that are no text.

    Example:
        >>> texts([b"spam", "ham"]).tolist()
        ['spam', 'ham']
    """
    array = np.asarray(values)
    try:
        found = [part.decode() if isinstance(part, bytes) else str(part) for part in array.ravel().tolist()]
    except UnicodeDecodeError as error:
        raise InputError(f"texts: received bytes that are no UTF-8 ({error}); decode them first") from error
    return np.array(found, dtype=object).reshape(array.shape)


def to_array(tensor: Any) -> np.ndarray:
    """An array of a tensor.

    Example:
        >>> to_array(to_tensor([1, 2])).tolist()
        [1, 2]
    """
    import keras

    return keras.ops.convert_to_numpy(tensor)


def steps_of(tensor: Any) -> Any:
    """The mask of timesteps that Keras' layers hand on beside a tensor, or None.

    Example:
        >>> import keras
        >>> words = keras.layers.Embedding(5, 2, mask_zero=True)(np.array([[3, 0]]))
        >>> to_array(steps_of(words)).tolist()
        [[True, False]]
    """
    from keras.src.backend import get_keras_mask

    return get_keras_mask(tensor)


def with_steps(tensor: Any, mask: Any) -> Any:
    """The tensor with a mask beside it.

    Example:
        >>> steps_of(with_steps(to_tensor([[0.5]]), "mask")), steps_of(with_steps(to_tensor([[0.5]]), None))
        ('mask', None)
    """
    from keras.src.backend import set_keras_mask

    if mask is not None:
        set_keras_mask(tensor, mask)
    return tensor


def without_steps(tensor: Any) -> None:
    """Take the mask of timesteps from a tensor.

    Example:
        >>> tensor = with_steps(to_tensor([[0.5]]), "mask")
        >>> without_steps(tensor)
        >>> print(steps_of(tensor))
        None
    """
    from keras.src.backend import set_keras_mask

    set_keras_mask(tensor, None)


def repeated(value: Value, modules: int) -> Any:
    """A tensor that all modules share, once for each, and its mask likewise.

    Example:
        >>> to_array(repeated(Value(to_tensor([[1], [2]])), 2)).tolist()
        [[1], [2], [1], [2]]
    """
    if value.modules == modules:
        return value.tensor
    if value.modules != 1:
        raise InputError(f"{value.modules} modules meet {modules}")
    return with_steps(tiled(value.tensor, modules), tiled(steps_of(value.tensor), modules))


def tiled(tensor: Any, times: int) -> Any:
    """Rows this many times, all of them again and again; None stays so.

    Example:
        >>> to_array(tiled(to_tensor([[1], [2]]), 2)).ravel().tolist(), tiled(None, 2)
        ([1, 2, 1, 2], None)
    """
    import keras

    if tensor is None or times == 1:
        return tensor
    return keras.ops.tile(tensor, (times, *[1] * (len(tensor.shape) - 1)))


def masks_of_call(arguments: Sequence[Any], named: dict[str, Any]) -> tuple[Any, Any]:
    """The mask that a recurrent layer reads by and the one that it hands on, ``(rows, timesteps)`` or None.

    Keras does not look for the mask of a sequence where initial states come with it, but hands it on.

    Example:
        >>> sequence = with_steps(to_tensor([[[0.5]]]), "mask")
        >>> masks_of_call((sequence,), {}), masks_of_call((sequence,), {"initial_state": ["state"]})
        (('mask', 'mask'), (None, 'mask'))
    """
    given = dict(zip(("sequences", "initial_state", "mask"), arguments, strict=False)) | named
    if given.get("mask") is not None:
        return given["mask"], given["mask"]
    beside = steps_of(given["sequences"])
    return (beside if given.get("initial_state") is None else None), beside


def without_activation(layer: Any) -> Any:
    """A layer like this one, which has been called before, with its weights, up to its activation.

    Example:
        >>> import keras
        >>> layer = keras.layers.Dense(2, "softmax", kernel_initializer="ones")
        >>> inputs = to_tensor([[1.0, 1.0, 1.0]])
        >>> [to_array(given).tolist() for given in (layer(inputs), without_activation(layer)(inputs))]
        [[[0.5, 0.5]], [[3.0, 3.0]]]
    """
    import keras

    if is_kind(layer, *ACTIVATION):
        return keras.layers.Identity()
    # Keras' own copy would have weights of its own.
    clone = object.__new__(type(layer))
    clone.__dict__.update(vars(layer))
    if is_kind(layer, "TimeDistributed"):
        clone.__dict__["layer"] = without_activation(layer.layer)
    else:
        clone.__dict__["activation"] = keras.activations.linear
    return clone


def only_after_first(sent: Any, present: np.ndarray, order: slice) -> Any:
    """What a layer sends, with zeros until the first step that is there.

    Args:
        sent: ``(timesteps, modules, examples, units)``.
        present: ``(timesteps, modules or 1, examples, 1) bool``.
        order: of reading.

    Example:
        >>> present = np.array([False, True, False]).reshape(3, 1, 1, 1)
        >>> for order in (slice(None), slice(None, None, -1)):
        ...     only_after_first(np.ones((3, 1, 1, 1)), present, order).ravel().tolist()
        [0.0, 1.0, 1.0]
        [1.0, 1.0, 0.0]
    """
    begun = np.logical_or.accumulate(present[order], axis=0)[order]
    return sent.__array_namespace__().where(begun, sent, 0).astype(sent.dtype)
