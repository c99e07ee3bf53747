"""What a Keras model ends in: the call whose activation is left out to have logits, and its function of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_modules.network.keras_layers import PASSED_ON, holds_recurrent, is_kind, is_of_keras

if TYPE_CHECKING:
    from rnn_modules.network.calls import Call

LINKS = ("softmax", "sigmoid", "linear")
"""What a model may end in."""
_RESHAPING = ("Reshape", "Flatten", "Squeeze", "ExpandDims", "GetItem", "Cropping1D")
_JOINING = (
    *(
        "Add",
        "Subtract",
        "Multiply",
        "Divide",
        "TrueDivide",
        "Negative",
        "Average",
        "Maximum",
        "Minimum",
        "Mean",
        "Sum",
    ),
    *(
        "Max",
        "Min",
        "Amax",
        "Amin",
        "Concatenate",
        "Stack",
        "Dot",
        "Matmul",
        "Einsum",
        "Tensordot",
        "Where",
        "Rescaling",
    ),
    *("GlobalAveragePooling1D", "GlobalMaxPooling1D", "AveragePooling1D", "MaxPooling1D"),
    *("GlobalAveragePooling2D", "GlobalMaxPooling2D", "Permute", "Transpose", "RepeatVector", "Masking"),
)
_NORMALISING = ("BatchNormalization", "LayerNormalization", "LogSoftmax")
_LINEAR = (*PASSED_ON, *_RESHAPING, *_JOINING, *_NORMALISING)
"""Layers and operations that give logits where they end a model."""


@dataclass(frozen=True, eq=False)
class End:
    """What a model ends in.

    Attributes:
        call: the one whose activation is left out, so that all that follows it works on logits; None for linear ones.
        link: one of :data:`LINKS`.
        problem: the operation, or None for the model, and why that cannot be read.

    Example:
        >>> End(None, "linear").problem is None
        True
    """

    call: Call | None
    link: str
    problem: tuple[Any, str] | None = None


def read_end(calls: Sequence[Call], wanted: int, output: Any) -> End:
    """Find what a model ends in.

    Args:
        calls: of all operations.
        wanted: identity of the tensor that the model gives.
        output: the symbolic tensor itself.

    Example:
        >>> read_end([], 5, output=None).problem
        (None, 'gives its input')
    """
    by_output = {tensor: call for call in calls for tensor in call.outputs}
    call = by_output.get(wanted)
    if call is None:
        return End(None, "linear", (None, "gives its input"))
    shape = tuple(output.shape)
    problem = _of_shape(shape)
    if problem:
        return End(None, "linear", (call.operation, problem))
    whole = True
    while is_kind(call.operation, *PASSED_ON, *_RESHAPING) and call.inputs[0] in by_output:
        before = call.arguments.keras_tensors[0].shape
        call = by_output[call.inputs[0]]
        # A softmax of shorter rows, or of rows put together, would be another one.
        whole = whole and len(before) > 0 and before[-1] == shape[-1]
    link = link_of(call.operation)
    if link == "linear":
        mixed = _probabilities_below(call, by_output, shape[-1])
        if mixed is None:
            return End(None, link)
        problem = (
            f"gives a mixture of what {mixed.name!r} gives, which is {link_of(mixed)}, and of more; mix before that, "
            "or end the model in one layer for all classes"
        )
    elif link not in LINKS:
        problem = (
            f"ends the model in {link}; expected softmax, sigmoid or linear: end it in a Dense layer with one of these"
        )
    elif link == "softmax":
        problem = _of_softmax(call, shape, whole)
    return End(call, link if link in LINKS else "linear", (call.operation, problem) if problem else None)


def _of_shape(shape: tuple[int | None, ...]) -> str:
    if len(shape) not in (2, 3):
        return f"gives {shape}; expected (examples, classes) or (examples, timesteps, classes)"
    return (
        ""
        if shape[-1] is not None
        else f"gives {shape}, an unknown number of classes; say it with keras.layers.Reshape"
    )


def _of_softmax(call: Call, shape: tuple[int | None, ...], whole: bool) -> str:
    if is_kind(call.operation, "Softmax") and call.arguments.kwargs.get("mask") is not None:
        return "is a softmax under a mask, so classes come and go; make the last layer a softmax of all classes"
    axis = getattr(call.operation, "axis", -1) if is_kind(call.operation, "Softmax") else -1
    rank = len(call.arguments.keras_tensors[0].shape)
    if axis not in (-1, rank - 1):
        return f"is a softmax over axis {axis}; expected the last one, where the classes are"
    if not whole:
        return "is a softmax whose classes other layers move to other places; make it the last layer"
    return "is a softmax of one unit, which is always 1; use sigmoid" if shape[-1] == 1 else ""


def link_of(layer: Any) -> str:
    """Name of what a model that ends in this layer or operation ends in.

    Example:
        >>> link_of(object())
        'a layer of its own, object, of which nothing is known'
    """
    if is_kind(layer, "TimeDistributed"):
        layer = layer.layer
    if holds_recurrent(layer):
        return "a recurrent layer"
    if not is_of_keras(layer) or is_kind(layer, "Lambda"):
        return f"a layer of its own, {type(layer).__name__}, of which nothing is known"
    if is_kind(layer, "Softmax", "Sigmoid"):
        return type(layer).__name__.lower()
    if hasattr(layer, "activation"):
        return _of_function(layer.activation)
    return "linear" if is_kind(layer, *_LINEAR) else type(layer).__name__


def _of_function(function: Callable | None) -> str:
    """Link of an activation: by what it makes of numbers, for functions of other libraries have names of their own."""
    if function is None:
        return "linear"
    import keras

    name = str(getattr(function, "__name__", type(function).__name__))
    numbers = np.array([[-4.0, 0.5, 2.0], [1.0, 0.0, -0.25]], "float32")
    exponentials = np.exp(numbers)
    expected = {
        "softmax": exponentials / exponentials.sum(axis=-1, keepdims=True),
        "sigmoid": exponentials / (1 + exponentials),
        "linear": numbers,
    }
    given = keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(numbers)))
    if name == "log_softmax":
        return "linear"
    return next((link for link, values in expected.items() if np.allclose(given, values, atol=1e-5)), name)


def _probabilities_below(call: Call, by_output: dict[int, Call], classes: int | None) -> Any:
    """A layer whose probabilities, one for each class, come through sums and the like to the call; or None."""
    waiting = [call]
    while waiting:
        at = waiting.pop()
        if not is_kind(at.operation, *PASSED_ON, *_RESHAPING, *_JOINING):
            continue
        for symbol, tensor in zip(at.arguments.keras_tensors, at.inputs, strict=True):
            below = by_output.get(tensor)
            if below is None:
                continue
            joined = is_kind(at.operation, "Concatenate", "Stack") or (
                len(symbol.shape) and symbol.shape[-1] == classes
            )
            if joined and link_of(below.operation) in ("softmax", "sigmoid"):
                return below.operation
            waiting.append(below)
    return None


def answers_from(logits: np.ndarray, link: str, units: int) -> np.ndarray:
    """What a model answers, from its logits.

    Args:
        logits: ``(..., classes)``.
        link: what the model ends in.
        units: of its output; a single one has two classes.

    Returns:
        ``(..., units)``: probabilities, or the logits of a model that ends in them.

    Example:
        >>> answers_from(np.array([[1.0, 1.0]]), "softmax", 2).tolist()
        [[0.5, 0.5]]
    """
    if units == 1:
        logits = logits[..., 1:]
    if link == "softmax":
        shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return shifted / shifted.sum(axis=-1, keepdims=True)
    return 1 / (1 + np.exp(-logits)) if link == "sigmoid" else logits
