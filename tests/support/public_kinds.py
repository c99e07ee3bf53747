"""More kinds of recurrent classifiers that people publish: texts, and what stands above recurrent layers.

See :mod:`support.public_models`; those on numbers are in :mod:`support.public_kinds_series`.
"""

from functools import partial

import keras
import numpy as np
from keras import layers, ops

from support import public_models
from support.public_models import WORDS, numbers, public, shaken

TOKENS = 4
"""Few, for unrolled modules have a cell for each."""
text_input, words, padded, sequential, functional = (
    partial(function, tokens=TOKENS)
    for function in (
        public_models.text_input,
        public_models.words,
        public_models.padded,
        public_models.sequential,
        public_models.functional,
    )
)
TEXT_KINDS = {}
"""As :data:`support.public_models.TEXT_MODELS`."""


@public(TEXT_KINDS)
def emojis():
    """Frozen word vectors, two LSTMs with dropout, Dense and Activation (a Coursera assignment on emojis)."""
    parts = [layers.LSTM(5, return_sequences=True), layers.Dropout(0.5), layers.LSTM(4), layers.Dropout(0.5)]
    vectors = keras.initializers.Constant(np.random.default_rng(0).normal(size=(WORDS, 5)))
    frozen = {"embeddings_initializer": vectors, "trainable": False}
    return sequential(*parts, layers.Dense(4), layers.Activation("softmax"), **frozen), words()


@public(TEXT_KINDS)
def two_units():
    """Yes or no as a softmax of two units (many notebooks on sentiment)."""
    hidden = layers.LSTM(5, dropout=0.2, recurrent_dropout=0.2)
    return sequential(layers.SpatialDropout1D(0.4), hidden, layers.Dense(2, "softmax")), words()


@public(TEXT_KINDS)
def regularised():
    """Regularizers, constraints and initializers of every kind; they matter for training alone."""
    settings = {"kernel_regularizer": "l2", "recurrent_regularizer": keras.regularizers.L1L2(0.01, 0.01)}
    settings |= {"recurrent_initializer": "orthogonal", "bias_constraint": "max_norm", "kernel_constraint": "unit_norm"}
    hidden = layers.GRU(5, activity_regularizer="l2", bias_initializer="ones", **settings)
    return sequential(hidden, layers.ActivityRegularization(0.1), layers.Dense(3, "softmax")), words()


@public(TEXT_KINDS)
def gru_for_graphics_cards():
    """The settings that cuDNN asks for, written out."""
    settings = {"activation": "tanh", "recurrent_activation": "sigmoid", "reset_after": True, "use_bias": True}
    parts = [
        layers.GRU(5, return_sequences=True, unroll=False, recurrent_dropout=0, **settings),
        layers.GRU(4, **settings),
    ]
    return sequential(*parts, layers.Dense(3, "softmax")), words()


@public(TEXT_KINDS)
def normalised_bidirectional():
    """LayerNormalization and BatchNormalization between bidirectional layers."""
    parts = [layers.Bidirectional(layers.LSTM(3, return_sequences=True)), layers.LayerNormalization()]
    parts += [layers.Bidirectional(layers.GRU(3)), layers.BatchNormalization(), layers.Dense(4, "relu")]
    return sequential(*parts, layers.Dense(3, "softmax")), words()


@public(TEXT_KINDS)
def text_in_columns():
    """TextVectorization of a column of texts (Keras' example of text classification)."""
    texts = np.array([[" ".join(f"w{word}" for word in row if word)] for row in padded()], dtype=object)
    vectorize = layers.TextVectorization(max_tokens=WORDS, output_mode="int", output_sequence_length=TOKENS)
    vectorize.adapt(texts[:, 0].tolist())
    parts = [keras.Input((1,), dtype="string"), vectorize, layers.Embedding(WORDS, 5, mask_zero=True), layers.GRU(4)]
    return shaken(keras.Sequential([*parts, layers.Dense(3, "softmax")])), texts


@public(TEXT_KINDS)
def words_as_strings():
    """A tagger that looks its words up itself, of any number of them (a Keras example on named entities)."""
    texts = np.array([[f"w{word}" if word else "" for word in row] for row in padded()], dtype=object)
    look_up = layers.StringLookup(vocabulary=[f"w{word}" for word in range(1, 15)], mask_token="")
    source = keras.Input((None,), dtype="string")
    embedded = layers.Embedding(look_up.vocabulary_size(), 5, mask_zero=True)(look_up(source))
    hidden = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(embedded)
    return shaken(keras.Model(source, layers.TimeDistributed(layers.Dense(3, "softmax"))(hidden))), texts


@public(TEXT_KINDS)
def price_suggestion():
    """A text, a category and numbers (Kaggle's Mercari, made a classifier)."""
    ids, kind, more = text_input(), keras.Input((1,), dtype="int32"), keras.Input((2,))
    hidden = layers.GRU(4)(layers.Embedding(WORDS, 5)(ids))
    joined = layers.concatenate([hidden, layers.Flatten()(layers.Embedding(5, 2)(kind)), more])
    answer = layers.Dense(3, "softmax")(layers.Dropout(0.1)(layers.Dense(5, "relu")(joined)))
    kinds = np.random.default_rng(4).integers(0, 5, (len(words()), 1)).astype("int32")
    return shaken(keras.Model([ids, kind, more], answer)), (words(), kinds, numbers(2))


@public(TEXT_KINDS)
def densely_connected():
    """Each layer reads all that is below it (densely connected bidirectional LSTMs)."""

    def answer(embedded):
        first = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(embedded)
        joined = layers.Concatenate()([embedded, first])
        second = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(joined)
        pooled = layers.GlobalAveragePooling1D()(layers.Concatenate()([joined, second]))
        return layers.Dense(3, "softmax")(pooled)

    return functional(answer, mask_zero=True), padded()


@public(TEXT_KINDS)
def poolings_and_state():
    """All of it side by side: the last state, the average, the maximum (the Jigsaw competition's kernels)."""

    def answer(embedded):
        hidden = layers.Bidirectional(layers.GRU(3, return_sequences=True))(layers.SpatialDropout1D(0.2)(embedded))
        hidden, ahead, back = layers.Bidirectional(layers.GRU(3, return_sequences=True, return_state=True))(hidden)
        pooled = [layers.GlobalAveragePooling1D()(hidden), layers.GlobalMaxPooling1D()(hidden)]
        return layers.Dense(4, "sigmoid")(layers.concatenate([ahead, back, *pooled]))

    return functional(answer), words()


@public(TEXT_KINDS)
def block_with_heads():
    """A transformer's block above an LSTM, in a model of its own, with masks."""
    inner = keras.Input((TOKENS, 4))
    attended = layers.LayerNormalization()(inner + layers.MultiHeadAttention(2, 2)(inner, inner))
    more = layers.Dense(4)(layers.Dense(5, "gelu")(attended))
    block = keras.Model(inner, layers.LayerNormalization()(layers.Add()([attended, more])), name="block")

    def answer(embedded):
        hidden = block(layers.LSTM(4, return_sequences=True)(embedded))
        return layers.Dense(3, "softmax")(layers.GlobalAveragePooling1D()(hidden))

    return functional(answer, mask_zero=True), padded()


@public(TEXT_KINDS)
def attention_between():
    """Attention over the first layer's states is what the second reads, with masks."""

    def answer(embedded):
        hidden = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(embedded)
        asked = layers.AdditiveAttention()([hidden, hidden])
        return layers.Dense(3, "softmax")(layers.GRU(4)(layers.Concatenate()([hidden, asked])))

    return functional(answer, mask_zero=True), padded()


@public(TEXT_KINDS)
def sentences():
    """A document's sentences are averaged word vectors; attention over a GRU of them (hierarchical attention)."""
    document = keras.Input((3, 4), dtype="int32")
    averaged = layers.TimeDistributed(layers.GlobalAveragePooling1D())(
        layers.TimeDistributed(layers.Embedding(WORDS, 5))(document)
    )
    hidden = layers.Bidirectional(layers.GRU(3, return_sequences=True))(averaged)
    weights = ops.softmax(layers.Dense(1, use_bias=False)(layers.Dense(4, "tanh")(hidden)), axis=1)
    answer = layers.Dense(3, "softmax")(ops.sum(hidden * weights, axis=1))
    return shaken(keras.Model(document, answer)), words(tokens=12).reshape(-1, 3, 4)


@public(TEXT_KINDS)
def words_again():
    """An encoder and a decoder through one vector, a word for each place (autoencoders of texts)."""
    parts = [layers.LSTM(5), layers.RepeatVector(TOKENS), layers.LSTM(4, return_sequences=True)]
    return sequential(*parts, layers.TimeDistributed(layers.Dense(7, "softmax")), mask_zero=True), padded()


@public(TEXT_KINDS)
def entities():
    """A tagger with a residual layer and masks, whose softmax is a layer of its own."""

    def answer(embedded):
        first = layers.Bidirectional(layers.LSTM(3, return_sequences=True, recurrent_dropout=0.2))(embedded)
        second = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(first)
        tags = layers.TimeDistributed(layers.Dense(4))(layers.add([first, second]))
        return layers.Activation("softmax")(tags)

    return functional(answer, mask_zero=True), padded(left=True)


@public(TEXT_KINDS)
def several_tags_of_a_word():
    """Sigmoids for each word: several labels may be right at once."""
    hidden = layers.Bidirectional(layers.GRU(3, return_sequences=True))
    return sequential(hidden, layers.Dense(3, "sigmoid"), mask_zero=True), padded()


@public(TEXT_KINDS)
def slots_of_an_intent():
    """Two decisions from one state: their number is no number of timesteps."""
    parts = [layers.GRU(4), layers.Dense(6), layers.Reshape((2, 3)), layers.Softmax()]
    return sequential(*parts), words()


@public(TEXT_KINDS)
def answer_by_name():
    """A dictionary of one output, and of inputs whose names are its keys alone."""
    ids = text_input()
    hidden = layers.LSTM(4)(layers.Embedding(WORDS, 5)(ids))
    return shaken(keras.Model({"text": ids}, {"topic": layers.Dense(3, "softmax")(hidden)})), (words(),)


@public(TEXT_KINDS)
def two_activations():
    """A tanh layer below one of ReLU."""
    parts = [layers.LSTM(4, return_sequences=True), layers.LSTM(4, activation="relu")]
    return sequential(*parts, layers.Dense(3, "softmax")), words()


@public(TEXT_KINDS)
def models_in_models():
    """An encoder in an encoder in a model."""
    inner = keras.Sequential([keras.Input((TOKENS, 5)), layers.LSTM(4, return_sequences=True)], name="inner")
    hidden = keras.Input((TOKENS, 5))
    outer = keras.Model(hidden, layers.GRU(4)(layers.Dropout(0.1)(inner(hidden))), name="outer")
    return functional(lambda embedded: layers.Dense(3, "softmax")(outer(embedded)), mask_zero=True), padded()


@public(TEXT_KINDS)
def shared_front():
    """One encoder without memory for two texts, which an LSTM reads as one."""
    encoder = keras.Sequential([text_input(), layers.Embedding(WORDS, 5), layers.Conv1D(4, 2, activation="relu")])
    one, other = text_input(), text_input()
    both = layers.Concatenate(axis=1)([encoder(one), encoder(other)])
    model = keras.Model([one, other], layers.Dense(1, "sigmoid")(layers.LSTM(4)(both)))
    return shaken(model), (words(), words(seed=1))


@public(TEXT_KINDS)
def transliteration():
    """States of both directions start a decoder of letters."""
    source, target = text_input(), text_input()
    _, *states = layers.Bidirectional(layers.LSTM(3, return_state=True))(layers.Embedding(WORDS, 4)(source))
    states = [layers.Concatenate()(states[index::2]) for index in range(2)]
    decoded = layers.LSTM(6, return_sequences=True)(layers.Embedding(WORDS, 4)(target), initial_state=states)
    return shaken(keras.Model([source, target], layers.Dense(5, "softmax")(decoded))), (words(), words(seed=1))


@public(TEXT_KINDS)
def any_length_with_masks():
    """Input((None,)), masks, and three cells in one layer that is read backwards."""
    cells = [layers.GRUCell(4, dropout=0.1), layers.LSTMCell(3), layers.SimpleRNNCell(3)]
    parts = [layers.RNN(cells, go_backwards=True), layers.Dense(3, "softmax")]
    return sequential(*parts, tokens=None, mask_zero=True), padded()


@public(TEXT_KINDS)
def colder_softmax():
    """Logits divided by a temperature below the softmax."""
    parts = [layers.GRU(4), layers.Dense(3), layers.Rescaling(0.5), layers.Softmax()]
    return sequential(*parts), words()


@public(TEXT_KINDS, file=False)
def sum_by_lambda():
    """A function in a Lambda layer, which no file is read with."""
    hidden = layers.Bidirectional(layers.LSTM(3, return_sequences=True))
    return sequential(
        hidden, layers.Lambda(lambda states: ops.sum(states, axis=1)), layers.Dense(3, "softmax")
    ), words()


class AttentionWithContext(layers.Layer):
    """The layer of the author's own that stands in very many notebooks."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.supports_masking = True

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], shape[-1]), initializer="glorot_uniform", name="kernel")
        self.context = self.add_weight(shape=(shape[-1], 1), initializer="glorot_uniform", name="context")

    def call(self, states, mask=None):
        scores = ops.exp(ops.matmul(ops.tanh(ops.matmul(states, self.kernel)), self.context))
        if mask is not None:
            scores = scores * ops.cast(ops.expand_dims(mask, -1), scores.dtype)
        return ops.sum(states * scores / (ops.sum(scores, axis=1, keepdims=True) + 1e-7), axis=1)

    def compute_mask(self, inputs, mask=None):
        return None


@public(TEXT_KINDS, file=False)
def attention_of_ones_own():
    """Such a layer above masked words."""
    hidden = layers.Bidirectional(layers.GRU(3, return_sequences=True))
    return sequential(hidden, AttentionWithContext(), layers.Dense(3, "softmax"), mask_zero=True), padded()
