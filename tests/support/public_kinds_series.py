"""More kinds of recurrent classifiers that people publish: numbers, sounds, pictures and events.

See :mod:`support.public_models`.
"""

from functools import partial

import keras
import numpy as np
from keras import layers, ops

from support.public_models import EXAMPLES, numbers, public, shaken
from support.public_series import WIDTH
from support.public_series import on_series as on_any_series

STEPS = 4
"""Few, for unrolled modules have a cell for each."""
on_series = partial(on_any_series, steps=STEPS)

SERIES_KINDS = {}
"""As :data:`support.public_models.TEXT_MODELS`."""


def series_of_any_length(left=False, padding=0.0):
    """Series whose steps end, or begin, with padding."""
    lengths = np.random.default_rng(2).integers(1, STEPS + 1, (EXAMPLES, 1, 1))
    places = np.arange(STEPS)[:: -1 if left else 1, None]
    return np.where(places < lengths, numbers(STEPS, WIDTH), padding).astype("float32")


@public(SERIES_KINDS)
def trigger_words():
    """A convolution of stride 2, two GRUs, one sigmoid for each step that is left (a Coursera assignment on sounds)."""
    front = [layers.Conv1D(4, 3, strides=2), layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.8)]
    hidden = [layers.GRU(4, return_sequences=True), layers.Dropout(0.8), layers.BatchNormalization()]
    hidden += [layers.GRU(4, return_sequences=True), layers.BatchNormalization()]
    return on_series(*front, *hidden, layers.TimeDistributed(layers.Dense(1, "sigmoid")), steps=7), numbers(7, WIDTH)


@public(SERIES_KINDS)
def frames_of_a_video():
    """A CNN for each frame, an LSTM over the frames (tutorials on video classification)."""
    parts = [
        layers.TimeDistributed(layers.Conv2D(3, 3, activation="relu")),
        layers.TimeDistributed(layers.MaxPooling2D()),
    ]
    parts += [layers.TimeDistributed(layers.Flatten()), layers.LSTM(4), layers.Dense(3, "softmax")]
    return shaken(keras.Sequential([keras.Input((3, 6, 6, 1)), *parts])), numbers(3, 6, 6, 1)


@public(SERIES_KINDS)
def music_tags():
    """Convolutions of a spectrogram, axes put in order, GRUs, several tags (CRNN for music)."""
    parts = [
        layers.Conv2D(3, 3, padding="same"),
        layers.BatchNormalization(),
        layers.ELU(),
        layers.MaxPooling2D((2, 1)),
    ]
    parts += [layers.Permute((2, 1, 3)), layers.Reshape((5, 6)), layers.GRU(4, return_sequences=True), layers.GRU(4)]
    return shaken(keras.Sequential([keras.Input((4, 5, 1)), *parts, layers.Dense(4, "sigmoid")])), numbers(4, 5, 1)


@public(SERIES_KINDS)
def convolution_between():
    """A convolution of stride 2 between two LSTMs: the second has fewer steps."""
    parts = [layers.LSTM(4, return_sequences=True), layers.Conv1D(4, 3, strides=2, activation="relu")]
    return on_series(*parts, layers.LSTM(3), layers.Dense(3, "softmax")), numbers(STEPS, WIDTH)


@public(SERIES_KINDS)
def any_length_below_a_convolution():
    """The same where a series has any length."""
    parts = [layers.Conv1D(4, 2), layers.LSTM(4, return_sequences=True), layers.Cropping1D((1, 0)), layers.GRU(3)]
    return on_series(*parts, layers.Dense(3, "softmax"), steps=None), numbers(STEPS, WIDTH)


@public(SERIES_KINDS)
def down_and_up():
    """Pooled and repeated again, a class for each step (sleep stages)."""
    parts = [layers.Bidirectional(layers.LSTM(3, return_sequences=True)), layers.MaxPooling1D(2)]
    parts += [layers.GRU(4, return_sequences=True), layers.UpSampling1D(2), layers.Conv1D(3, 1), layers.Softmax()]
    return on_series(*parts), numbers(STEPS, WIDTH)


@public(SERIES_KINDS)
def last_steps():
    """The last three states, flattened."""
    series = keras.Input((STEPS, WIDTH))
    states = layers.LSTM(4, return_sequences=True)(series)[:, -3:]
    return shaken(keras.Model(series, layers.Dense(3, "softmax")(layers.Flatten()(states)))), numbers(STEPS, WIDTH)


@public(SERIES_KINDS)
def read_from_the_end():
    """The series turned round by a slice."""
    series = keras.Input((STEPS, WIDTH))
    hidden = layers.GRU(4)(series[:, ::-1, :])
    return shaken(keras.Model(series, layers.Dense(3, "softmax")(hidden))), numbers(STEPS, WIDTH)


@public(SERIES_KINDS)
def logarithms_and_differences():
    """Features by operations below the LSTM."""
    series = keras.Input((STEPS, WIDTH))
    loud = ops.log1p(ops.abs(series))
    joined = ops.concatenate([loud[:, 1:], loud[:, 1:] - loud[:, :-1]], axis=-1)
    hidden = layers.LSTM(4)(joined / (1e-3 + ops.max(ops.abs(joined), axis=1, keepdims=True)))
    return shaken(keras.Model(series, layers.Dense(3, "softmax")(hidden))), numbers(STEPS, WIDTH)


@public(SERIES_KINDS)
def brain_waves():
    """Channels first, brought to the end (EEG)."""
    parts = [
        keras.Input((WIDTH, STEPS)),
        layers.Permute((2, 1)),
        layers.Bidirectional(layers.LSTM(3), merge_mode="ave"),
    ]
    return shaken(keras.Sequential([*parts, layers.Dense(2, "softmax")])), numbers(WIDTH, STEPS)


@public(SERIES_KINDS)
def masked_by_a_value():
    """Padding of -1, a class for each step, two layers with masks."""
    parts = [layers.Masking(-1.0), layers.LSTM(4, return_sequences=True), layers.Dropout(0.2)]
    parts += [layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum")]
    return on_series(*parts, layers.TimeDistributed(layers.Dense(3, "softmax"))), series_of_any_length(padding=-1.0)


@public(SERIES_KINDS)
def logits_of_padded_series():
    """One logit for a series that is padded on the left."""
    parts = [layers.Masking(), layers.LSTM(4, return_sequences=True), layers.LSTM(3), layers.Dense(1)]
    return on_series(*parts), series_of_any_length(left=True)


@public(SERIES_KINDS)
def events():
    """Whole numbers looked up, one-hot, beside numbers that are normalised (clicks on a site)."""
    events, times = keras.Input((STEPS,), dtype="int64"), keras.Input((STEPS, 1))
    looked = layers.IntegerLookup(vocabulary=[3, 7, 11, 20])
    known = layers.Embedding(looked.vocabulary_size(), 3)(looked(events))
    scaled = layers.Normalization(mean=[0.5], variance=[2.0])(times)
    answer = layers.Dense(3, "softmax")(layers.GRU(4)(layers.Concatenate()([known, scaled])))
    made = np.random.default_rng(0).choice([3, 7, 11, 20, 5], (EXAMPLES, STEPS))
    return shaken(keras.Model([events, times], answer)), (made, numbers(STEPS, 1))


@public(SERIES_KINDS)
def convolutions_with_skips():
    """Dilated convolutions with skips below a GRU."""
    series = keras.Input((STEPS, WIDTH))
    hidden = layers.Dense(4)(series)
    skips = []
    for rate in (1, 2):
        seen = layers.Conv1D(4, 2, padding="causal", dilation_rate=rate, activation="tanh")(hidden)
        gate = layers.Conv1D(4, 2, padding="causal", dilation_rate=rate, activation="sigmoid")(hidden)
        skips.append(layers.Conv1D(4, 1)(seen * gate))
        hidden = hidden + skips[-1]
    hidden = layers.GRU(4)(layers.ReLU()(layers.Add()(skips)))
    return shaken(keras.Model(series, layers.Dense(3, "softmax")(hidden))), numbers(STEPS, WIDTH)


@public(SERIES_KINDS)
def depthwise_front():
    """Convolutions that treat channels apart, groups that are normalised, PReLU."""
    parts = [layers.SeparableConv1D(4, 3, padding="same"), layers.GroupNormalization(2), layers.PReLU(shared_axes=[1])]
    parts += [
        layers.DepthwiseConv1D(2, padding="same"),
        layers.GRU(4, return_sequences=True),
        layers.UnitNormalization(),
    ]
    return on_series(*parts, layers.SimpleRNN(3), layers.Dense(3, "softmax")), numbers(STEPS, WIDTH)


@public(SERIES_KINDS)
def einsum_at_the_end():
    """EinsumDense gives the logits of each step."""
    parts = [layers.LSTM(4, return_sequences=True), layers.EinsumDense("btu,uc->btc", (None, 3), bias_axes="c")]
    return on_series(*parts, layers.Softmax()), numbers(STEPS, WIDTH)


@public(SERIES_KINDS)
def rows_of_a_picture():
    """A picture's rows are the steps (tutorials on MNIST)."""
    picture = keras.Input((5, 4, 1))
    hidden = layers.LSTM(4)(
        layers.LSTM(4, return_sequences=True)(layers.Reshape((5, 4))(layers.Rescaling(1 / 255)(picture)))
    )
    return shaken(keras.Model(picture, layers.Dense(3, "softmax")(hidden))), 255 * numbers(5, 4, 1)


@public(SERIES_KINDS)
def experts():
    """Two heads whose logits a gate weighs."""
    series = keras.Input((STEPS, WIDTH))
    hidden = layers.GRU(4)(series)
    heads = ops.stack([layers.Dense(3)(hidden), layers.Dense(3)(hidden)], axis=1)
    gate = layers.Dense(2, "softmax")(hidden)
    return shaken(keras.Model(series, ops.softmax(ops.sum(heads * gate[..., None], axis=1)))), numbers(STEPS, WIDTH)
