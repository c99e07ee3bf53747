"""Do the arrays and settings of a network fit together, and ids to it? Asked of all that comes from files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.activations import ACTIVATIONS
from rnn_modules.network.cells import GATES, RecurrentLayer

MOST_TIMESTEPS = 100_000


def check_network(network, arrays: Mapping[str, np.ndarray]) -> None:
    """Raise ValueError when the parts of a network do not fit together or hold not-a-number.

    Args:
        network: a ``Classifier`` or an ``EncoderDecoder``.
        arrays: all its arrays by name.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(3), np.zeros(3), embedding=np.eye(2), tokens=4)
        >>> check_network(network, {"output_kernel": network.output_kernel})
        Traceback (most recent call last):
            ...
        ValueError: output kernel has shape (3, 3) above 2 units
    """
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} holds values that are not finite")
        if name != "structure" and (array.dtype.kind != "f" or array.dtype != network.dtype):
            raise ValueError(f"{name} holds {array.dtype}, expected the weights' {network.dtype}")
    _check_stack("layers", network.layers)
    first, units = network.layers[0], network.layers[-1].units
    if network.output_kernel.ndim != 2 or network.output_kernel.shape[0] != units or not network.outputs:
        raise ValueError(f"output kernel has shape {network.output_kernel.shape} above {units} units")
    if network.output_bias.shape != (network.outputs,):
        raise ValueError(f"output bias has shape {network.output_bias.shape}")
    if hasattr(network, "encoder"):
        _check_encoder(network, first)
    else:
        tokens = _whole("tokens", network.tokens)
        if network.repeat is not None:
            _whole("repeat", network.repeat)
        side_by_side = 1 if network.repeat is None else tokens
        _check_embedding("embedding", network.embedding, first.kernel.shape[0], side_by_side)


def check_ids(ids: np.ndarray, tokens: int, vocabulary: int, what: str) -> None:
    """Raise :class:`InputError` unless ``ids`` is ``(examples, tokens)`` of integers in the vocabulary.

    Example:
        >>> check_ids(np.array([[1, 2, 7]]), 3, 5, "inputs")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: inputs: ids must lie in 0..4, received 1..7; ...
    """
    if ids.ndim != 2 or ids.shape[1] != tokens or not np.issubdtype(ids.dtype, np.integer):
        raise InputError(f"{what}: expected integers of shape (examples, {tokens}), received {ids.dtype} {ids.shape}")
    if ids.size and not (0 <= ids.min() and ids.max() < vocabulary):
        raise InputError(
            f"{what}: ids must lie in 0..{vocabulary - 1}, received {ids.min()}..{ids.max()}; "
            "encode them with the model's own vocabulary"
        )


def _check_encoder(network, first: RecurrentLayer) -> None:
    _check_stack("encoder", network.encoder)
    last = network.encoder[-1]
    if last.return_sequences or not network.layers[-1].return_sequences:
        raise ValueError("the encoder must send one state, and the decoder one per step")
    if (last.cell, last.units) != (first.cell, first.units):
        raise ValueError(f"an encoder of {last.units} {last.cell} units, a decoder of {first.units} {first.cell} units")
    _check_embedding("source embedding", network.source_embedding, network.encoder[0].kernel.shape[0])
    _check_embedding("target embedding", network.target_embedding, first.kernel.shape[0])
    if len(network.target_embedding) != network.outputs:
        raise ValueError(f"{len(network.target_embedding)} target words, but {network.outputs} outputs")
    for name in ("source_tokens", "target_tokens"):
        _whole(name, getattr(network, name))


def _check_stack(name: str, layers: Sequence[RecurrentLayer]) -> None:
    if not layers:
        raise ValueError(f"{name}: no recurrent layer")
    for index, layer in enumerate(layers):
        place = f"{name}.{index}"
        for known, value in ((GATES, layer.cell), (ACTIVATIONS, layer.activation)):
            if value not in known:
                raise ValueError(f"{place}: {value!r} is none of {', '.join(known)}")
        if layer.recurrent_activation not in ACTIVATIONS:
            raise ValueError(f"{place}: {layer.recurrent_activation!r} is none of {', '.join(ACTIVATIONS)}")
        if type(layer.return_sequences) is not bool or type(layer.reset_after) is not bool:
            raise ValueError(f"{place}: return_sequences and reset_after must be true or false")
        if not layer.return_sequences and index < len(layers) - 1:
            raise ValueError(f"{place}: sends its last state alone to the layer above")
        columns = len(layer.gates) * layer.units
        if layer.kernel.ndim != 2 or layer.kernel.shape[1] != columns or layer.bias.shape != (columns,) or not columns:
            raise ValueError(f"{place}: shapes do not fit {layer.units} {layer.cell} units")
        if layer.recurrent_kernel.shape != (layer.units, columns):
            raise ValueError(f"{place}: recurrent kernel has shape {layer.recurrent_kernel.shape}")
        if layer.recurrent_bias is not None and layer.recurrent_bias.shape != (columns,):
            raise ValueError(f"{place}: recurrent bias has shape {layer.recurrent_bias.shape}")
        if index and layer.kernel.shape[0] != layers[index - 1].units:
            raise ValueError(f"{place}: kernel has {layer.kernel.shape[0]} rows")


def _check_embedding(name: str, embedding: np.ndarray, rows: int, tokens: int = 1) -> None:
    if embedding.ndim != 2 or not len(embedding) or embedding.shape[1] * tokens != rows:
        raise ValueError(f"{name} has shape {embedding.shape} below a kernel of {rows} rows")


def _whole(name: str, value: object) -> int:
    if type(value) is not int or not 1 <= value <= MOST_TIMESTEPS:
        raise ValueError(f"{name} is {value!r}, expected 1 to {MOST_TIMESTEPS}")
    return value
