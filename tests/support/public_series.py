"""Small recurrent classifiers of the kinds that people publish, with made-up inputs: numbers, translators, and forms.

See :mod:`support.public_models`.
"""

import keras
import numpy as np
from keras import layers, ops

from support.public_models import (
    EXAMPLES,
    TOKENS,
    WORDS,
    functional,
    numbers,
    padded,
    public,
    sequential,
    shaken,
    words,
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


def _merged(merge):
    def build():
        parts = [layers.Bidirectional(layers.LSTM(4, return_sequences=True), merge_mode=merge)]
        parts += [layers.Bidirectional(layers.GRU(4), merge_mode=merge), layers.Dense(3, "softmax")]
        return sequential(*parts), words()

    build.__name__ = f"directions_{merge}"
    build.__doc__ = f"Keras' merge mode {merge!r}."
    return build


for _mode in ("concat", "sum", "ave", "mul"):
    public(SERIES_MODELS)(_merged(_mode))


@public(SERIES_MODELS)
def directions_apart():
    """merge_mode=None: both directions are outputs."""

    def answer(embedded):
        ahead, back = layers.Bidirectional(layers.LSTM(4), merge_mode=None)(embedded)
        return layers.Dense(3, "softmax")(layers.Concatenate()([ahead, ahead * back]))

    return functional(answer), words()


@public(SERIES_MODELS)
def directions_of_two_kinds():
    """A layer of another kind for the way back."""
    both = layers.Bidirectional(layers.LSTM(4), backward_layer=layers.GRU(4, go_backwards=True))
    return sequential(both, layers.Dense(3, "softmax")), words()


@public(SERIES_MODELS)
def backwards():
    """go_backwards, below another layer."""
    return sequential(
        layers.LSTM(4, go_backwards=True, return_sequences=True), layers.GRU(4, go_backwards=True), layers.Dense(3)
    ), words()


@public(SERIES_MODELS)
def gru_of_old():
    """The GRU of Keras 1 and 2: reset before the product, hard_sigmoid gates."""
    hidden = layers.GRU(5, reset_after=False, recurrent_activation="hard_sigmoid")
    return sequential(hidden, layers.Dense(3, "softmax")), words()


@public(SERIES_MODELS)
def cells():
    """RNN(LSTMCell(...)), as the guides to RNNs show it."""
    parts = [layers.RNN(layers.LSTMCell(4), return_sequences=True), layers.RNN(layers.SimpleRNNCell(4))]
    return sequential(*parts, layers.Dense(3, "softmax")), words()


@public(SERIES_MODELS)
def cells_in_one_layer():
    """RNN([cell, cell, cell]): a stack in one layer, with masks."""
    stacked = layers.RNN([layers.LSTMCell(4), layers.GRUCell(3), layers.LSTMCell(5)], return_sequences=True)
    parts = [stacked, layers.Bidirectional(layers.RNN([layers.GRUCell(3), layers.LSTMCell(3)]))]
    return sequential(*parts, layers.Dense(3, "softmax"), mask_zero=True), padded(left=True)


@public(SERIES_MODELS)
def states_of_cells():
    """Such a stack hands its states, which are nested, to another."""

    def answer(embedded):
        def stack():
            return [layers.LSTMCell(4), layers.LSTMCell(3)]

        _, *states = layers.RNN(stack(), return_state=True)(embedded)
        return layers.Dense(3, "softmax")(layers.RNN(stack())(embedded, initial_state=states))

    return functional(answer), words()


@public(SERIES_MODELS)
def unrolled():
    """unroll=True, ReLU, no bias."""
    parts = [layers.LSTM(4, unroll=True, return_sequences=True, use_bias=False), layers.GRU(4, use_bias=False)]
    parts += [layers.Dense(4, "relu"), layers.RepeatVector(2), layers.SimpleRNN(4, activation="relu", unroll=True)]
    return sequential(*parts, layers.Dense(3, "softmax")), words()


@public(SERIES_MODELS)
def sum_of_two_numbers():
    """Sequence to sequence through one vector (Keras' example that adds numbers)."""
    parts = [layers.LSTM(5), layers.RepeatVector(3), layers.LSTM(5, return_sequences=True)]
    return on_series(*parts, layers.Dense(4, "softmax"), steps=5, width=4), numbers(5, 4)


@public(SERIES_MODELS)
def translator():
    """Encoder states start the decoder (Keras' example lstm_seq2seq)."""
    source, target = keras.Input((None, 4)), keras.Input((None, 5))
    _, *states = layers.LSTM(5, return_state=True)(source)
    decoded, _, _ = layers.LSTM(5, return_sequences=True, return_state=True)(target, initial_state=states)
    model = keras.Model([source, target], layers.Dense(5, "softmax")(decoded))
    return shaken(model), (numbers(5, 4), numbers(STEPS, 5, seed=1))


@public(SERIES_MODELS)
def translator_with_attention():
    """Words with masks, the decoder asks the encoder's states (tutorials after Luong)."""
    source, target = keras.Input((TOKENS,), dtype="int32"), keras.Input((4,), dtype="int32")
    embedded = layers.Embedding(WORDS, 5, mask_zero=True)(source)
    states, last = layers.GRU(5, return_sequences=True, return_state=True)(embedded)
    embedded = layers.Embedding(WORDS, 5, mask_zero=True)(target)
    decoded = layers.GRU(5, return_sequences=True)(embedded, initial_state=last)
    joined = layers.concatenate([layers.Attention()([decoded, states]), decoded])
    model = keras.Model([source, target], layers.Dense(7, "softmax")(joined))
    return shaken(model), (padded(), padded(4, seed=1))


@public(SERIES_MODELS)
def translator_padded_on_the_left():
    """Steps before the first word have a state to carry, but nothing to send."""
    source, target = keras.Input((TOKENS,), dtype="int32"), keras.Input((4,), dtype="int32")
    _, *states = layers.LSTM(5, return_state=True)(layers.Embedding(WORDS, 5, mask_zero=True)(source))
    embedding = layers.Embedding(WORDS, 5, mask_zero=True)
    # Keras does not find the mask by itself where there are initial states.
    decoder = layers.LSTM(5, return_sequences=True)
    decoded = decoder(embedding(target), initial_state=states, mask=embedding.compute_mask(target))
    model = keras.Model([source, target], layers.Dense(7, "softmax")(decoded))
    return shaken(model), (padded(left=True), padded(4, left=True, seed=1))


@public(SERIES_MODELS)
def translator_of_two_layers():
    """Each layer of the decoder starts from one of the encoder's, and the states swap places in one."""
    source, target = keras.Input((5, 4)), keras.Input((STEPS, 5))
    hidden, *first = layers.LSTM(5, return_sequences=True, return_state=True)(source)
    _, *second = layers.LSTM(5, return_state=True)(hidden)
    decoded = layers.LSTM(5, return_sequences=True)(target, initial_state=second)
    decoded = layers.LSTM(5, return_sequences=True)(decoded, initial_state=first[::-1])
    model = keras.Model([source, target], layers.Dense(5, "softmax")(decoded))
    return shaken(model), (numbers(5, 4), numbers(STEPS, 5, seed=1))


@public(SERIES_MODELS)
def caption():
    """A picture's features start the words (image captioning), in both directions."""
    picture, ids = keras.Input((6,)), keras.Input((TOKENS,), dtype="int32")
    states = [layers.Dense(3, "tanh")(picture) for _ in range(4)]
    read = layers.Bidirectional(layers.LSTM(3))
    answer = layers.Dense(7, "softmax")(read(layers.Embedding(WORDS, 5)(ids), initial_state=states))
    return shaken(keras.Model([picture, ids], answer)), (numbers(6), words())


@public(SERIES_MODELS)
def answer_reshaped():
    """The output's shape is changed above its softmax."""
    parts = [layers.LSTM(4, return_sequences=True), layers.Dense(3, "softmax"), layers.Cropping1D((1, 0))]
    return sequential(*parts, layers.Reshape((5, 3)), layers.Dropout(0.2)), words()


@public(SERIES_MODELS)
def labels_reshaped():
    """A sigmoid for each step, as columns."""
    parts = [layers.GRU(4, return_sequences=True), layers.Dense(1, "sigmoid"), layers.Reshape((TOKENS,))]
    return sequential(*parts), words()


@public(SERIES_MODELS)
def head_used_twice():
    """The output layer has been used before: there it keeps its activation."""
    head = layers.Dense(4, "softmax")
    return functional(lambda embedded: head(head(layers.LSTM(4)(embedded)))), words()


@public(SERIES_MODELS, file=False)
def functions_of_others():
    """Activations that are no functions of Keras' own, as old tutorials of TensorFlow have them."""

    def squash(values):
        return ops.exp(values) / (1 + ops.exp(values))

    parts = [layers.LSTM(4, activation=ops.tanh, recurrent_activation=squash), layers.Dense(3, activation=ops.softmax)]
    return sequential(*parts), words()


@public(SERIES_MODELS)
def batches_of_a_fixed_size():
    """Input(batch_shape=...) without states that last."""
    parts = [keras.Input(batch_shape=(EXAMPLES, STEPS, WIDTH)), layers.LSTM(4), layers.Dense(3, "softmax")]
    return shaken(keras.Sequential(parts)), numbers(STEPS, WIDTH)


@public(SERIES_MODELS)
def double_precision():
    """Everything in float64."""
    series = keras.Input((STEPS, WIDTH), dtype="float64")
    answer = layers.Dense(3, "softmax", dtype="float64")(layers.GRU(4, dtype="float64")(series))
    return shaken(keras.Model(series, answer)), numbers(STEPS, WIDTH).astype("float64")
