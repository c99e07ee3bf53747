"""Whether a module that stands alone as a Keras model answers as it did, on examples that are made up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rnn_modules.decomposition.composition import module_odds
from rnn_modules.decomposition.small_modules import AnyModules
from rnn_modules.files.atomic_files import InputError
from rnn_modules.network import Network, classifies
from rnn_modules.network.graph import Call
from rnn_modules.network.graph_network import GraphNetwork
from rnn_modules.network.read_model import PARITY, answers_of

_EXAMPLES = 6
_SIZE = 5
"""Of axes that may have any."""


def check_export(network: Network, masks: AnyModules, model: Any) -> None:
    """Compare a module with the Keras model that was made of it.

    Args:
        network: the module's parent.
        masks: those of the one module, or its small network.
        model: answers ``(examples, [timesteps,] 2)``.

    Raises:
        InputError: their answers differ by more than rounding; the message has the figure.

    Example:
        >>> import keras
        >>> from rnn_modules.decomposition.export import to_keras
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> from rnn_modules.network.read_model import read_network
        >>> layers = [keras.layers.Embedding(9, 4), keras.layers.GRU(3), keras.layers.Dense(2, "softmax")]
        >>> network = read_network(keras.Sequential([keras.Input((5,)), *layers]))
        >>> ham, spam = (whole_modules(network, ("ham", "spam")).select([index]) for index in range(2))
        >>> check_export(network, spam, to_keras(network, spam, 0))
        >>> check_export(network, ham, to_keras(network, spam, 0))
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: module 'ham': as a Keras model it would answer otherwise, by ...
    """
    head = masks.parameters.head
    try:
        inputs = made_up_examples(network)
        if isinstance(network, GraphNetwork) and masks.mode == "unrolled":
            if network.lengths_of(inputs) != network.layer_timesteps:
                return
        odds = module_odds(network, masks, inputs, (head,))[head][0] - masks.yes_from(head)[0]
    except Exception:  # what a layer of the caller's own raises when it cannot read what was made up
        return
    received = answers_of(model, inputs)[..., 1]
    difference = float(np.nanmax(np.abs(received - 1 / (1 + np.exp(-odds))), initial=0))
    if difference > PARITY:
        raise InputError(
            f"module {masks.class_names[0]!r}: as a Keras model it would answer otherwise, by {difference:.2e}; "
            "something in its parent cannot be copied, so keep the module in its file (save) and its parent beside it"
        )


def made_up_examples(network: Network) -> Any:
    """A few random examples of the form that a network reads, of several lengths where that can be told.

    Returns:
        An array, or a tuple of one for each input.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> made_up_examples(Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)).shape
        (6, 3)
    """
    generator = np.random.default_rng(0)
    if isinstance(network, GraphNetwork):
        ids = _ids(network.graph.calls)
        size = network.layer_timesteps[0] or _SIZE
        found = tuple(
            _made_up(symbol, ids.get(id(symbol)), size, network, generator) for symbol in network.graph.inputs
        )
        return found if len(found) > 1 else found[0]
    assert classifies(network)
    return generator.integers(0, len(network.embedding), (_EXAMPLES, network.tokens)).astype(np.int32)


def _made_up(symbol: Any, ids: int | None, size: int, network: GraphNetwork, generator: np.random.Generator) -> Any:
    shape = (_EXAMPLES, *(own or size for own in symbol.shape[1:]))
    if symbol.dtype == "string":
        known = np.array(list(_words(network)) or ["a", "b", "c"])
        return np.array([" ".join(generator.choice(known, size)) for _ in range(_EXAMPLES)], object).reshape(shape)
    if symbol.dtype == "bool":
        return _cut(generator.random(shape) < 0.7, False)
    if ids is not None:
        return _cut(generator.integers(min(1, ids - 1), ids, shape), 0).astype(symbol.dtype)
    if "int" in symbol.dtype:
        return generator.integers(0, 2, shape).astype(symbol.dtype)
    masked = [call.operation.mask_value for call in network.graph.calls if hasattr(call.operation, "mask_value")]
    return _cut(generator.normal(size=shape), masked[0] if masked else 0.0).astype(symbol.dtype)


def _cut(values: np.ndarray, padding: Any) -> np.ndarray:
    """Each other example is padded, on the right or on the left."""
    if values.ndim > 1:
        half = values.shape[1] // 2
        values[1::4, values.shape[1] - half :] = padding
        values[3::4, :half] = padding
    return values


def _ids(calls: Sequence[Call]) -> dict[int, int]:
    """By tensor the number of ids that a layer above it knows."""
    read: dict[int, set[int]] = {}
    known: dict[int, int] = {}
    for call in calls:
        behind = set(call.inputs).union(*(read.get(tensor, set()) for tensor in call.inputs))
        read.update(dict.fromkeys(call.outputs, behind))
        number = _known(call.operation)
        if number is not None:
            known |= {tensor: min(number, known.get(tensor, number)) for tensor in behind}
    return known


def _known(operation: Any) -> int | None:
    inner = getattr(operation, "layer", operation)
    kinds = {"Embedding": "input_dim", "CategoryEncoding": "num_tokens", "OneHot": "num_classes"}
    return getattr(inner, kinds.get(type(inner).__name__, ""), None)


def _words(network: GraphNetwork) -> Iterator[str]:
    for call in network.graph.calls:
        if hasattr(call.operation, "get_vocabulary"):
            yield from (str(word) for word in call.operation.get_vocabulary()[:50] if word)
