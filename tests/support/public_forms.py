"""Small recurrent classifiers in all the forms that Keras' layers have: directions, cells, states, nesting, endings.

See :mod:`support.public_models`.
"""

import keras
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
    text_input,
    words,
)
from support.public_series import STEPS, WIDTH, on_series

FORMS = {}
"""As :data:`support.public_models.TEXT_MODELS`."""


def _merged(merge):
    def build():
        parts = [layers.Bidirectional(layers.LSTM(4, return_sequences=True), merge_mode=merge)]
        parts += [layers.Bidirectional(layers.GRU(4), merge_mode=merge), layers.Dense(3, "softmax")]
        return sequential(*parts), words()

    build.__name__ = f"directions_{merge}"
    build.__doc__ = f"Keras' merge mode {merge!r}."
    return build


for _mode in ("concat", "sum", "ave", "mul"):
    public(FORMS)(_merged(_mode))


@public(FORMS)
def directions_apart():
    """merge_mode=None: both directions are outputs."""

    def answer(embedded):
        ahead, back = layers.Bidirectional(layers.LSTM(4), merge_mode=None)(embedded)
        return layers.Dense(3, "softmax")(layers.Concatenate()([ahead, ahead * back]))

    return functional(answer), words()


@public(FORMS)
def directions_of_two_kinds():
    """A layer of another kind for the way back."""
    both = layers.Bidirectional(layers.LSTM(4), backward_layer=layers.GRU(4, go_backwards=True))
    return sequential(both, layers.Dense(3, "softmax")), words()


@public(FORMS)
def backwards():
    """go_backwards, below another layer."""
    return sequential(
        layers.LSTM(4, go_backwards=True, return_sequences=True), layers.GRU(4, go_backwards=True), layers.Dense(3)
    ), words()


@public(FORMS)
def gru_of_old():
    """The GRU of Keras 1 and 2: reset before the product, hard_sigmoid gates."""
    hidden = layers.GRU(5, reset_after=False, recurrent_activation="hard_sigmoid")
    return sequential(hidden, layers.Dense(3, "softmax")), words()


@public(FORMS)
def cells():
    """RNN(LSTMCell(...)), as the guides to RNNs show it."""
    parts = [layers.RNN(layers.LSTMCell(4), return_sequences=True), layers.RNN(layers.SimpleRNNCell(4))]
    return sequential(*parts, layers.Dense(3, "softmax")), words()


@public(FORMS)
def cells_in_one_layer():
    """RNN([cell, cell, cell]): a stack in one layer, with masks."""
    stacked = layers.RNN([layers.LSTMCell(4), layers.GRUCell(3), layers.LSTMCell(5)], return_sequences=True)
    parts = [stacked, layers.Bidirectional(layers.RNN([layers.GRUCell(3), layers.LSTMCell(3)]))]
    return sequential(*parts, layers.Dense(3, "softmax"), mask_zero=True), padded(left=True)


@public(FORMS)
def states_of_cells():
    """Such a stack hands its states, which are nested, to another."""

    def answer(embedded):
        def stack():
            return [layers.LSTMCell(4), layers.LSTMCell(3)]

        _, *states = layers.RNN(stack(), return_state=True)(embedded)
        return layers.Dense(3, "softmax")(layers.RNN(stack())(embedded, initial_state=states))

    return functional(answer), words()


@public(FORMS)
def unrolled():
    """unroll=True, ReLU, no bias."""
    parts = [layers.LSTM(4, unroll=True, return_sequences=True, use_bias=False), layers.GRU(4, use_bias=False)]
    parts += [layers.Dense(4, "relu"), layers.RepeatVector(2), layers.SimpleRNN(4, activation="relu", unroll=True)]
    return sequential(*parts, layers.Dense(3, "softmax")), words()


@public(FORMS)
def sum_of_two_numbers():
    """Sequence to sequence through one vector (Keras' example that adds numbers)."""
    parts = [layers.LSTM(5), layers.RepeatVector(3), layers.LSTM(5, return_sequences=True)]
    return on_series(*parts, layers.Dense(4, "softmax"), steps=5, width=4), numbers(5, 4)


@public(FORMS)
def translator():
    """Encoder states start the decoder (Keras' example lstm_seq2seq)."""
    source, target = keras.Input((None, 4)), keras.Input((None, 5))
    _, *states = layers.LSTM(5, return_state=True)(source)
    decoded, _, _ = layers.LSTM(5, return_sequences=True, return_state=True)(target, initial_state=states)
    model = keras.Model([source, target], layers.Dense(5, "softmax")(decoded))
    return shaken(model), (numbers(5, 4), numbers(STEPS, 5, seed=1))


@public(FORMS)
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


@public(FORMS)
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


@public(FORMS)
def translator_of_two_layers():
    """Each layer of the decoder starts from one of the encoder's, and the states swap places in one."""
    source, target = keras.Input((5, 4)), keras.Input((STEPS, 5))
    hidden, *first = layers.LSTM(5, return_sequences=True, return_state=True)(source)
    _, *second = layers.LSTM(5, return_state=True)(hidden)
    decoded = layers.LSTM(5, return_sequences=True)(target, initial_state=second)
    decoded = layers.LSTM(5, return_sequences=True)(decoded, initial_state=first[::-1])
    model = keras.Model([source, target], layers.Dense(5, "softmax")(decoded))
    return shaken(model), (numbers(5, 4), numbers(STEPS, 5, seed=1))


@public(FORMS)
def states_layer_by_layer():
    """Each layer of a decoder starts from the same layer of the encoder (the deep form of Keras' lstm_seq2seq)."""
    source, target = keras.Input((None, 4)), keras.Input((None, 5))
    hidden, *first = layers.LSTM(4, return_sequences=True, return_state=True)(source)
    _, *second = layers.LSTM(4, return_state=True)(hidden)
    decoded = layers.LSTM(4, return_sequences=True)(target, initial_state=first)
    decoded = layers.LSTM(4, return_sequences=True)(decoded, initial_state=second)
    model = keras.Model([source, target], layers.Dense(5, "softmax")(decoded))
    return shaken(model), (numbers(5, 4), numbers(STEPS, 5, seed=1))


@public(FORMS)
def encoders_of_both_directions():
    """Two layers read a source forwards and backwards, and their states side by side start the decoder."""
    source, target = keras.Input((TOKENS,), dtype="int32"), keras.Input((4,), dtype="int32")
    embedded = layers.Embedding(WORDS, 5, mask_zero=True)(source)
    _, ahead = layers.GRU(3, return_state=True)(embedded)
    _, back = layers.GRU(3, return_state=True, go_backwards=True)(embedded)
    decoded = layers.GRU(6, return_sequences=True)(
        layers.Embedding(WORDS, 5)(target), initial_state=layers.concatenate([ahead, back])
    )
    model = keras.Model([source, target], layers.Dense(7, "softmax")(decoded))
    return shaken(model), (padded(), words(4, seed=1))


@public(FORMS)
def caption():
    """A picture's features start the words (image captioning), in both directions."""
    picture, ids = keras.Input((6,)), keras.Input((TOKENS,), dtype="int32")
    states = [layers.Dense(3, "tanh")(picture) for _ in range(4)]
    read = layers.Bidirectional(layers.LSTM(3))
    answer = layers.Dense(7, "softmax")(read(layers.Embedding(WORDS, 5)(ids), initial_state=states))
    return shaken(keras.Model([picture, ids], answer)), (numbers(6), words())


@public(FORMS)
def answer_reshaped():
    """The output's shape is changed above its softmax."""
    parts = [layers.LSTM(4, return_sequences=True), layers.Dense(3, "softmax"), layers.Cropping1D((1, 0))]
    return sequential(*parts, layers.Reshape((5, 3)), layers.Dropout(0.2)), words()


@public(FORMS)
def labels_reshaped():
    """A sigmoid for each step, as columns."""
    parts = [layers.GRU(4, return_sequences=True), layers.Dense(1, "sigmoid"), layers.Reshape((TOKENS,))]
    return sequential(*parts), words()


@public(FORMS)
def head_used_twice():
    """The output layer has been used before: there it keeps its activation."""
    head = layers.Dense(4, "softmax")
    return functional(lambda embedded: head(head(layers.LSTM(4)(embedded)))), words()


@public(FORMS, file=False)
def functions_of_others():
    """Activations that are no functions of Keras' own, as old tutorials of TensorFlow have them."""

    def squash(values):
        return ops.exp(values) / (1 + ops.exp(values))

    parts = [layers.LSTM(4, activation=ops.tanh, recurrent_activation=squash), layers.Dense(3, activation=ops.softmax)]
    return sequential(*parts), words()


@public(FORMS)
def batches_of_a_fixed_size():
    """Input(batch_shape=...) without states that last."""
    parts = [keras.Input(batch_shape=(EXAMPLES, STEPS, WIDTH)), layers.LSTM(4), layers.Dense(3, "softmax")]
    return shaken(keras.Sequential(parts)), numbers(STEPS, WIDTH)


@public(FORMS)
def double_precision():
    """Everything in float64."""
    series = keras.Input((STEPS, WIDTH), dtype="float64")
    answer = layers.Dense(3, "softmax", dtype="float64")(layers.GRU(4, dtype="float64")(series))
    return shaken(keras.Model(series, answer)), numbers(STEPS, WIDTH).astype("float64")


@public(FORMS)
def nested_encoder():
    """A Sequential encoder as a layer of a functional model, masks and all."""
    encoder = keras.Sequential(
        [text_input(), layers.Embedding(WORDS, 5, mask_zero=True), layers.LSTM(5, return_sequences=True)],
        name="encoder",
    )
    head = keras.Sequential([layers.Dense(4, "relu"), layers.Dense(3, "softmax")], name="head")
    ids = text_input()
    return shaken(keras.Model(ids, head(layers.GlobalAveragePooling1D()(encoder(ids))))), padded()


@public(FORMS)
def nested_above_masks():
    """What is nested reads words with a mask: an embedding below, two layers in a model of their own."""
    inner = keras.Input((TOKENS, 5))
    hidden = layers.GRU(4)(layers.LSTM(5, return_sequences=True)(inner))
    encoder = keras.Model(inner, hidden, name="encoder")
    return functional(lambda embedded: layers.Dense(3, "softmax")(encoder(embedded)), mask_zero=True), padded(left=True)


@public(FORMS)
def nested_in_sequential():
    """Transfer: a trained encoder with a new output."""
    encoder = keras.Sequential([text_input(), layers.Embedding(WORDS, 5), layers.Bidirectional(layers.LSTM(4))])
    encoder.trainable = False
    return shaken(keras.Sequential([text_input(), encoder, layers.Dense(3, "softmax")])), words()


@public(FORMS)
def nested_with_equal_names():
    """Two models as layers whose own layers have the same names."""
    names = {"name": "hidden"}
    below = keras.Sequential([keras.Input((TOKENS, 5)), layers.LSTM(4, return_sequences=True, **names)], name="below")
    above = keras.Sequential(
        [keras.Input((TOKENS, 4)), layers.GRU(4, **names), layers.Dense(3, "softmax")], name="above"
    )
    return functional(lambda embedded: above(below(embedded))), words()


@public(FORMS)
def axes_from_the_end():
    """Negative axes of operations that make an axis."""
    series = keras.Input((STEPS,))
    hidden = layers.LSTM(3)(ops.stack([series, series * 2], axis=-2))
    answer = layers.Dense(2, "softmax")(layers.GRU(3)(ops.expand_dims(hidden, -2)))
    return shaken(keras.Model(series, answer)), numbers(STEPS)
