"""A graph's identity: what answers depend on changes it, and names, training and files do not."""

import keras
import numpy as np
import pytest
from keras import layers as L  # noqa: N812

from rnn_modules.network.graph import read_graph
from rnn_modules.network.graph_identity import described


def built(pool=None, activation="relu", minus=False, factor=2.0, swapped=False, slope=0.1, **dense):
    """Two inputs, one recurrent layer, and a tail of layers and operations."""
    x, other = keras.Input((6, 3)), keras.Input((4,))
    states = (pool or L.GlobalAveragePooling1D)()(L.GRU(5, return_sequences=True)(x))
    hidden = L.LeakyReLU(negative_slope=slope)(L.Dense(4, activation, **dense)(states))
    both = (hidden - other if minus else hidden + other) * factor
    return keras.Model([other, x] if swapped else [x, other], L.Dense(3, "softmax")(both))


def identity(**changes):
    return described(read_graph(built(**changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"pool": L.GlobalMaxPooling1D},
        {"activation": "tanh"},
        {"minus": True},
        {"factor": 3.0},
        {"swapped": True},
        {"slope": 0.2},
        {"use_bias": False},
    ],
)
def test_what_answers_depend_on(changes):
    assert identity(**changes) != identity()


def test_names_and_training_are_nothing(tmp_path):
    model = built(name="another", kernel_initializer="ones", kernel_regularizer="l2", trainable=False)
    assert described(read_graph(model)) == identity()
    model.save(tmp_path / "model.keras")
    assert described(read_graph(keras.models.load_model(tmp_path / "model.keras"))) == identity()


def test_constants_of_an_operation_count_by_their_values():
    def scaled(constant):
        x = keras.Input((6, 3))
        hidden = L.GRU(4)(x) * keras.ops.convert_to_tensor(np.float32(constant))
        return described(read_graph(keras.Model(x, L.Dense(2, "softmax")(hidden))))

    assert scaled([1, 2, 3, 4]) == scaled([1, 2, 3, 4]) != scaled([1, 2, 3, 5])
