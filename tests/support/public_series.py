"""Small recurrent classifiers of the kinds that people publish, with made-up inputs: numbers and pictures.

See :mod:`support.public_models`.
"""

import keras
import numpy as np
from keras import layers, ops

from support.public_models import (
    EXAMPLES,
    numbers,
    padded,
    public,
    shaken,
)

STEPS, WIDTH = 6, 3
SERIES_MODELS = {}
"""As :data:`support.public_models.TEXT_MODELS`."""


def on_series(*parts, steps=STEPS, width=WIDTH):
    return shaken(keras.Sequential([keras.Input((steps, width)), *parts]))


@public(SERIES_MODELS)
def sensors():
    """Windows of a smartphone's sensors (tutorials on human activity recognition)."""
    parts = [layers.LSTM(5), layers.Dropout(0.5), layers.Dense(4, "relu"), layers.Dense(3, "softmax")]
    return on_series(*parts), numbers(STEPS, WIDTH)


@public(SERIES_MODELS)
def convolution_of_each_window():
    """A CNN reads each part of a window, an LSTM the parts (the same tutorials: CNN-LSTM)."""
    parts = [
        layers.TimeDistributed(layers.Conv1D(4, 3, activation="relu")),
        layers.TimeDistributed(layers.MaxPooling1D(2)),
        layers.TimeDistributed(layers.Flatten()),
        layers.LSTM(5),
        layers.Dense(3, "softmax"),
    ]
    return shaken(keras.Sequential([keras.Input((4, 6, 3)), *parts])), numbers(4, 6, 3)


@public(SERIES_MODELS)
def dense_front():
    """A layer for each step below two LSTMs (activity recognition on raw signals)."""
    parts = [layers.TimeDistributed(layers.Dense(5, "relu")), layers.LSTM(4, return_sequences=True), layers.LSTM(4)]
    return on_series(*parts, layers.Dense(3, "softmax")), numbers(STEPS, WIDTH)


@public(SERIES_MODELS)
def dimension_shuffle():
    """LSTM and convolutions side by side, the LSTM on swapped axes (LSTM-FCN for time series)."""
    series = keras.Input((STEPS, 1))
    remembered = layers.Dropout(0.8)(layers.LSTM(4)(layers.Permute((2, 1))(series)))
    seen = layers.Activation("relu")(layers.BatchNormalization()(layers.Conv1D(4, 3, padding="same")(series)))
    joined = layers.concatenate([remembered, layers.GlobalAveragePooling1D()(seen)])
    return shaken(keras.Model(series, layers.Dense(3, "softmax")(joined))), numbers(STEPS, 1)


@public(SERIES_MODELS)
def attention_over_steps():
    """Permute, a softmax over the steps, Permute, Multiply, Flatten (a much starred repository on attention)."""
    series = keras.Input((STEPS, WIDTH))
    hidden = layers.LSTM(4, return_sequences=True)(series)
    weights = layers.Permute((2, 1))(layers.Dense(STEPS, "softmax")(layers.Permute((2, 1))(hidden)))
    answer = layers.Dense(1, "sigmoid")(layers.Flatten()(layers.Multiply()([hidden, weights])))
    return shaken(keras.Model(series, answer)), numbers(STEPS, WIDTH)


@public(SERIES_MODELS)
def rows_of_a_table():
    """A table's rows as sequences of one step (a common notebook on churn)."""
    return on_series(layers.LSTM(5), layers.Dense(1, "sigmoid"), steps=1, width=7), numbers(1, 7)


@public(SERIES_MODELS)
def flat_windows():
    """Windows that come flat and are reshaped in the model."""
    parts = [keras.Input((12,)), layers.Reshape((4, 3)), layers.GRU(4), layers.Dense(2, "softmax")]
    return shaken(keras.Sequential(parts)), numbers(12)


@public(SERIES_MODELS)
def masked_series():
    """Masking on padded numbers, both directions (sign language from key points)."""
    parts = [layers.Masking(0.0), layers.Bidirectional(layers.LSTM(3, return_sequences=True))]
    parts += [layers.Bidirectional(layers.GRU(3)), layers.Dense(3, "softmax")]
    lengths = np.random.default_rng(2).integers(1, STEPS + 1, (EXAMPLES, 1, 1))
    inputs = np.where(np.arange(STEPS)[:, None] < lengths, numbers(STEPS, WIDTH), 0).astype("float32")
    return on_series(*parts), inputs


@public(SERIES_MODELS)
def frames_and_their_mask():
    """The mask is an input of its own (Keras' example of video classification with a CNN and an RNN)."""
    frames, mask = keras.Input((STEPS, WIDTH)), keras.Input((STEPS,), dtype="bool")
    hidden = layers.GRU(4)(layers.GRU(5, return_sequences=True)(frames, mask=mask))
    answer = layers.Dense(3, "softmax")(layers.Dense(4, "relu")(layers.Dropout(0.4)(hidden)))
    return shaken(keras.Model([frames, mask], answer)), (numbers(STEPS, WIDTH), padded(STEPS) > 0)


@public(SERIES_MODELS)
def letters_in_pictures():
    """Convolutions, columns as steps, both directions, a softmax for each (Keras' example that reads captchas)."""
    picture = keras.Input((8, 4, 1))
    seen = layers.MaxPooling2D((2, 2))(layers.Conv2D(3, 3, activation="relu", padding="same")(picture))
    steps = layers.Dense(5, "relu")(layers.Reshape((4, 6))(seen))
    hidden = layers.Bidirectional(layers.LSTM(3, return_sequences=True, dropout=0.25))(steps)
    return shaken(keras.Model(picture, layers.Dense(5, "softmax")(hidden))), numbers(8, 4, 1)


@public(SERIES_MODELS)
def steps_of_any_number():
    """Input((None, width)); a decision of one sigmoid for each step (events in signals)."""
    hidden = layers.Bidirectional(layers.GRU(4, return_sequences=True))
    return on_series(hidden, layers.TimeDistributed(layers.Dense(1, "sigmoid")), steps=None), numbers(STEPS, WIDTH)


@public(SERIES_MODELS)
def convolution_as_output():
    """A convolution of width one is the output of each step."""
    return on_series(layers.LSTM(4, return_sequences=True), layers.Conv1D(3, 1, activation="softmax")), numbers(
        STEPS, WIDTH
    )


@public(SERIES_MODELS)
def normalised_between():
    """Normalisation between the layers (activity recognition)."""
    parts = [layers.LSTM(4, return_sequences=True), layers.BatchNormalization(), layers.GaussianNoise(0.1)]
    parts += [layers.LSTM(4, return_sequences=True), layers.LayerNormalization(), layers.LSTM(4)]
    return on_series(*parts, layers.BatchNormalization(), layers.Dense(3, "softmax")), numbers(STEPS, WIDTH)


@public(SERIES_MODELS)
def pooled_between():
    """The second layer reads half as many steps (speech commands)."""
    parts = [layers.GRU(4, return_sequences=True), layers.MaxPooling1D(2), layers.GRU(4), layers.Dense(3, "softmax")]
    return on_series(*parts), numbers(STEPS, WIDTH)


@public(SERIES_MODELS)
def operations():
    """Sums, products, flips, slices, means and stacks of tensors, without layers."""
    series = keras.Input((STEPS, WIDTH))
    hidden = layers.LSTM(3, return_sequences=True)(ops.flip(series, axis=1) * 0.5 + series)
    hidden = layers.GRU(3, return_sequences=True)(ops.tanh(hidden[:, 1:]) * series[:, :-1])
    parts = ops.stack([hidden[:, -1], ops.mean(hidden, axis=1), ops.max(hidden, axis=1) - hidden[:, 0]], axis=1)
    answer = ops.softmax(layers.Dense(3)(ops.reshape(parts, (-1, 9))) / 2.0)
    return shaken(keras.Model(series, answer)), numbers(STEPS, WIDTH)


@public(SERIES_MODELS)
def gated_by_an_input():
    """What is before the LSTM comes back above it, through a gate."""
    series, gate = keras.Input((STEPS, WIDTH)), keras.Input((4,))
    hidden = layers.Multiply()([layers.LSTM(4)(series), layers.Dense(4, "sigmoid")(gate)])
    answer = layers.Dense(3, "softmax")(layers.concatenate([hidden, layers.Flatten()(series)]))
    return shaken(keras.Model([series, gate], answer)), (numbers(STEPS, WIDTH), numbers(4, seed=1))
