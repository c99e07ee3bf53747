"""One recurrent Keras layer as arrays: SimpleRNN, GRU and LSTM, the same inside ``RNN(cell)``, and both directions of a
``Bidirectional``. The layer is only asked, so no backend is imported here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.activations import ACTIVATIONS
from rnn_modules.network.cells import Estimate, RecurrentLayer

CELLS = {"SimpleRNN": "vanilla", "GRU": "gru", "LSTM": "lstm"}
RECURRENT = (*CELLS, "RNN", "Bidirectional")
"""Keras' recurrent layers that can be decomposed."""
PASSED_ON = (
    "Dropout",
    "SpatialDropout1D",
    "GaussianNoise",
    "GaussianDropout",
    "AlphaDropout",
    "ActivityRegularization",
    "Identity",
)
"""Layers that pass on what they read."""
ACTIVATION = ("Activation", "Softmax", "Sigmoid")
"""Layers and operations that are an activation and nothing else."""


@dataclass(frozen=True, eq=False)
class Direction:
    """Layers that read a sequence one after another in the same direction; more than one in ``RNN`` of several cells.

    Attributes:
        layers: the layers; all but the last send their whole sequence on.
        backwards: whether the sequence is read from its end.
        zero_where_masked: whether steps that are masked send zeros, and not what the step before them sent.
        silent_first: whether masked steps before all others send zeros, and not the initial state.
        nodes: of layers of fewer nodes, the positions of these among all, for the state that each starts from.
        units: likewise how many there were.
        estimates: likewise what makes of that which each sends what all nodes would; None where it goes on as it is.

    Example:
        >>> layer = RecurrentLayer("lstm", np.eye(2, 8), np.eye(2, 8), np.zeros(8))
        >>> Direction((layer, layer), backwards=False, zero_where_masked=False).states
        4
    """

    layers: tuple[RecurrentLayer, ...]
    backwards: bool
    zero_where_masked: bool
    silent_first: bool = False
    nodes: tuple[np.ndarray, ...] | None = None
    units: tuple[int, ...] = ()
    estimates: tuple[Estimate | None, ...] | None = None

    @property
    def order(self) -> slice:
        """From places in the text to the order of reading, and back."""
        return slice(None, None, -1) if self.backwards else slice(None)

    def estimate(self, index: int) -> Estimate | None:
        """What makes all nodes of those of a layer, if anything does."""
        return None if self.estimates is None else self.estimates[index]

    @property
    def states(self) -> int:
        """Number of arrays that the state has."""
        return sum(layer.states for layer in self.layers)


@dataclass(frozen=True, eq=False)
class RecurrentCall:
    """A recurrent layer of Keras: what it holds, and what it does with it.

    Attributes:
        directions: one, or the forward and the backward one of a ``Bidirectional``, in its order.
        merge: how two directions become one: ``concat``, ``sum``, ``ave``, ``mul``, or None for two outputs.
        return_sequences: whether it sends every timestep.
        return_state: whether its states follow its outputs.

    Example:
        >>> layer = RecurrentLayer("lstm", np.eye(2, 8), np.eye(2, 8), np.zeros(8))
        >>> both = [Direction((layer,), backwards, zero_where_masked=True) for backwards in (False, True)]
        >>> len(RecurrentCall(tuple(both), "concat", return_sequences=True, return_state=False).layers)
        2
    """

    directions: tuple[Direction, ...]
    merge: str | None
    return_sequences: bool
    return_state: bool

    @property
    def layers(self) -> tuple[RecurrentLayer, ...]:
        """All layers, in the order of directions."""
        return tuple(layer for direction in self.directions for layer in direction.layers)


def is_of_keras(layer: Any) -> bool:
    """Whether a layer is one of Keras' own, and none that was derived from it.

    Example:
        >>> is_of_keras(object())
        False
    """
    return type(layer).__module__.startswith("keras.src.")


def is_kind(layer: Any, *names: str) -> bool:
    """Whether a layer is one of Keras' own of these names, and none that was derived from it.

    Example:
        >>> is_kind(object(), "LSTM")
        False
    """
    return type(layer).__name__ in names and is_of_keras(layer)


def holds_recurrent(layer: Any) -> bool:
    """Whether a layer is, or holds, something that Keras runs over time.

    Example:
        >>> holds_recurrent(object())
        False
    """
    parts = layer._flatten_layers() if hasattr(layer, "_flatten_layers") else [layer]
    return any(
        base.__name__ in ("RNN", "Bidirectional", "DropoutRNNCell", "ConvLSTM")
        for part in parts
        for base in type(part).__mro__
    )


def read_recurrent(layer: Any) -> RecurrentCall:
    """Read a built recurrent Keras layer.

    Args:
        layer: SimpleRNN, GRU, LSTM, ``RNN`` of their cells, or ``Bidirectional`` of these.

    Raises:
        InputError: it has a setting that decomposition does not cover; the message says which.

    Example:
        >>> from types import SimpleNamespace
        >>> read_recurrent(SimpleNamespace(name="lstm", stateful=True))
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: stateful=True: states last from one batch to the next, so ...
    """
    if getattr(layer, "stateful", False):
        raise InputError(
            "stateful=True: states last from one batch to the next, so examples are not independent; build the model "
            "with stateful=False and give it the weights: model.set_weights(stateful_model.get_weights())"
        )
    for part in layer._flatten_layers():
        if part.compute_dtype != part.variable_dtype:
            raise InputError(
                f"computes in {part.compute_dtype} with weights in {part.variable_dtype}; build the model after "
                "keras.config.set_dtype_policy('float32') and give it the weights: model.set_weights(old.get_weights())"
            )
    if is_kind(layer, "Bidirectional"):
        return RecurrentCall(
            directions=(_direction(layer.forward_layer), _direction(layer.backward_layer)),
            merge=layer.merge_mode,
            return_sequences=bool(layer.return_sequences),
            return_state=bool(layer.return_state),
        )
    return RecurrentCall((_direction(layer),), "concat", bool(layer.return_sequences), bool(layer.return_state))


def check_masked(layer: Any) -> None:
    """Raise :class:`InputError` where Keras sets other steps to zero than those that a mask leaves out.

    Example:
        >>> import keras
        >>> check_masked(keras.layers.Bidirectional(keras.layers.GRU(3, return_sequences=True)))
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        return
    for part in (layer.forward_layer, layer.backward_layer) if is_kind(layer, "Bidirectional") else (layer,):
        if part.go_backwards and part.unroll and getattr(part, "zero_output_for_mask", False):
            raise InputError(
                "unroll=True, read backwards under a mask: Keras gives zeros at other steps than the masked ones; "
                "build the model with unroll=False and give it the weights: model.set_weights(old.get_weights())"
            )


def _direction(layer: Any) -> Direction:
    if not is_kind(layer, *CELLS, "RNN"):
        raise InputError(
            f"{type(layer).__name__} is none of {', '.join((*CELLS, 'RNN'))}; put one of these in its place"
        )
    cells = list(_cells(layer.cell))
    inner = len(cells) - 1
    layers = [layer_of(cell, bool(layer.return_sequences) or index < inner) for index, cell in enumerate(cells)]
    import keras

    # Keras' backends differ at masked steps.
    jax, unroll = keras.backend.backend() == "jax", bool(layer.unroll)
    zero = bool(getattr(layer, "zero_output_for_mask", False)) and not (jax and unroll)
    return Direction(tuple(layers), bool(layer.go_backwards), zero, silent_first=unroll or not jax)


def _cells(cell: Any) -> Iterator[Any]:
    if is_kind(cell, "StackedRNNCells"):
        for part in cell.cells:
            yield from _cells(part)
    elif is_kind(cell, *(f"{name}Cell" for name in CELLS)):
        yield cell
    else:
        kinds = ", ".join(f"{name}Cell" for name in CELLS)
        raise InputError(f"its cell {type(cell).__name__} is none of {kinds}; put one of these in its place")


def layer_of(cell: Any, return_sequences: bool) -> RecurrentLayer:
    """A cell of Keras as arrays.

    Args:
        cell: SimpleRNNCell, GRUCell or LSTMCell, with its weights.
        return_sequences: whether its layer sends every timestep.

    Raises:
        InputError: it has no weights, or an activation that is not known.

    Example:
        >>> import keras
        >>> layer = keras.layers.GRU(3)
        >>> layer.build((None, 5, 2))
        >>> layer_of(layer.cell, True).kernel.shape
        (2, 9)
    """
    kind = CELLS[type(cell).__name__.removesuffix("Cell")]
    weights = [np.array(weight) for weight in cell.get_weights()]
    if not weights:
        raise InputError("has no weights yet; call the model once")
    kernel, recurrent_kernel = weights[:2]
    bias = weights[2] if len(weights) > 2 else np.zeros(kernel.shape[1], kernel.dtype)
    return RecurrentLayer(
        cell=kind,
        kernel=kernel,
        recurrent_kernel=recurrent_kernel,
        bias=bias[0].copy() if bias.ndim == 2 else bias,
        recurrent_bias=bias[1].copy() if bias.ndim == 2 else None,
        return_sequences=return_sequences,
        activation=_activation(cell, "activation"),
        recurrent_activation=_activation(cell, "recurrent_activation") if kind != "vanilla" else "sigmoid",
        reset_after=bool(getattr(cell, "reset_after", False)),
    )


def _activation(cell: Any, attribute: str) -> str:
    """Name of an activation: by what it makes of numbers, where it is no function of Keras' own."""
    function = getattr(cell, attribute)
    name = str(getattr(function, "__name__", type(function).__name__))
    if name in ACTIVATIONS and getattr(function, "__module__", "").startswith("keras.src.activations"):
        return name
    import keras

    numbers = np.linspace(-7, 7, 57, dtype="float32")
    given = keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(numbers)))
    for known, activation in ACTIVATIONS.items():
        x = activation.before * numbers
        core = np.tanh(x) if activation.squashed else np.clip(x, activation.low, activation.high)
        if np.allclose(given, activation.after * core + activation.shift, atol=1e-6):
            return known
    raise InputError(
        f"{attribute}={name} is none of {', '.join(sorted(ACTIVATIONS))}; train the layer with one of these"
    )
