"""Is a network that was read the function that the Keras model is? Measured on examples."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_modules.network.graph import Finding, UnsupportedModel
from rnn_modules.network.graph_network import GraphNetwork, examples_of, rows_of
from rnn_modules.network.keras_calls import to_array, to_input

MOST = 1e-4
"""Largest difference of two outputs that counts as none."""
_EXAMPLES = 32


def answers_of(model: Any, inputs: Any) -> np.ndarray:
    """What a Keras model answers, as ``model.predict`` gives it, in one batch.

    Args:
        model: a functional or Sequential model.
        inputs: an array, or a tuple of one for each input of the model, in the order of ``model.inputs``.
    """
    import keras

    parts = inputs if isinstance(inputs, tuple) else (inputs,)
    tensors = [to_input(part, symbol) for part, symbol in zip(parts, model.inputs, strict=True)]
    structure = getattr(model, "_functional", model)._inputs_struct
    given = keras.tree.flatten(model(keras.tree.pack_sequence_as(structure, tensors), training=False))
    return to_array(given[0])


def check_parity(network: GraphNetwork, inputs: Any) -> float:
    """Compare a network with its Keras model on at most 32 examples, and see that each is judged by itself.

    Args:
        network: as it was read.
        inputs: an array, or a tuple of one for each input of the model.

    Returns:
        The largest difference of two outputs.

    Raises:
        UnsupportedModel: it is larger than :data:`MOST`.
    """
    model = network.model
    batch = model.inputs[0].shape[0]
    rows = np.arange(min(examples_of(inputs), batch or _EXAMPLES))
    if not len(rows):
        return 0.0
    expected = answers_of(model, rows_of(inputs, rows))
    # One example alone and the others turned round, so that what mixes examples shows.
    order = rows[::-1]
    received = np.concatenate(
        [network.probabilities(rows_of(inputs, part)) for part in (order[:1], order[1:]) if len(part)]
    )
    difference = float(np.abs(received[::-1] - expected).max())
    if not difference <= MOST:
        problem = (
            f"its outputs differ by {difference:.1e} from those of model.predict, where at most {MOST:.0e} is none; a "
            "layer of its own may mix the examples of a batch or be random: keep the first axis for the examples, or "
            "leave it out"
        )
        raise UnsupportedModel(model.name, (Finding(model.name, type(model).__name__, problem=problem, noun="model"),))
    return difference
