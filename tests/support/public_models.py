"""Small recurrent classifiers of the kinds that people publish, with made-up inputs: texts.

Each is written for these tests after the form that a public model has; where such models stand is said in words.
Weights are random and large enough for errors to show. Those on numbers are in :mod:`support.public_series`,
those that show Keras' own forms in :mod:`support.public_forms`.
"""

import keras
import numpy as np
from keras import layers, ops

EXAMPLES, TOKENS, WORDS = 10, 6, 20
TEXT_MODELS = {}
"""By name: a function that builds a model and inputs, an array or a tuple of one for each input of the model."""


def public(models, file=True):
    """Keep a builder under its name; ``file`` says whether Keras can read the model from a file without its code."""

    def keep(builder):
        models[builder.__name__] = builder
        builder.file = file
        return builder

    return keep


def shaken(model, seed=0):
    """The model with random weights; Keras' own start with zero biases."""
    generator = np.random.default_rng(seed)
    for weight in model.trainable_variables:
        weight.assign(generator.normal(0, 0.5, weight.shape))
    for weight in model.non_trainable_variables:
        if "moving" in weight.path:
            weight.assign(generator.uniform(0.5, 2, weight.shape))
    return model


def words(tokens=TOKENS, seed=0):
    return np.random.default_rng(seed).integers(1, WORDS, (EXAMPLES, tokens)).astype("int32")


def padded(tokens=TOKENS, left=False, seed=0):
    """Texts of many lengths, one word at least."""
    kept = np.random.default_rng(seed).integers(1, tokens + 1, (EXAMPLES, 1))
    kept[0] = tokens
    places = np.arange(tokens)[:: -1 if left else 1]
    return np.where(places < kept, words(tokens, seed), 0).astype("int32")


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=(EXAMPLES, *shape)).astype("float32")


def text_input(tokens=TOKENS):
    return keras.Input((tokens,), dtype="int32")


def sequential(*parts, tokens=TOKENS, **embedding):
    """Layers above an embedding."""
    return shaken(keras.Sequential([text_input(tokens), layers.Embedding(WORDS, 5, **embedding), *parts]))


def functional(answer, tokens=TOKENS, **embedding):
    """A function of embedded words."""
    ids = text_input(tokens)
    return shaken(keras.Model(ids, answer(layers.Embedding(WORDS, 5, **embedding)(ids))))


@public(TEXT_MODELS)
def news_topics():
    """The most common form of all: an embedding, an LSTM, a softmax (tutorials on the Reuters and AG news)."""
    return sequential(layers.LSTM(6), layers.Dense(4, "softmax")), words()


@public(TEXT_MODELS)
def hidden_layer():
    """A hidden layer above the recurrent one (many notebooks on tweets)."""
    return sequential(layers.GRU(5), layers.Dense(6, "relu"), layers.Dropout(0.3), layers.Dense(4, "softmax")), words()


@public(TEXT_MODELS)
def film_reviews():
    """One sigmoid unit (Keras' example of an LSTM on IMDB)."""
    return sequential(layers.LSTM(5, dropout=0.2, recurrent_dropout=0.2), layers.Dense(1, "sigmoid")), words()


@public(TEXT_MODELS)
def film_reviews_of_any_length():
    """Two bidirectional layers and texts of any length (Keras' example of a bidirectional LSTM on IMDB)."""

    def answer(embedded):
        hidden = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(embedded)
        return layers.Dense(1, "sigmoid")(layers.Bidirectional(layers.LSTM(4))(hidden))

    return functional(answer, tokens=None), words()


@public(TEXT_MODELS)
def padded_words():
    """Padding left out by mask_zero (TensorFlow's guide to masking)."""
    return sequential(layers.GRU(5), layers.Dense(3, "softmax"), mask_zero=True), padded()


@public(TEXT_MODELS)
def padded_on_the_left():
    """As pad_sequences pads by default."""
    return sequential(layers.SimpleRNN(5), layers.Dense(3, "softmax"), mask_zero=True), padded(left=True)


@public(TEXT_MODELS)
def names_in_texts():
    """A tag for each word (notebooks on named entities)."""
    tags = layers.TimeDistributed(layers.Dense(4, "softmax"))
    return sequential(
        layers.SpatialDropout1D(0.1), layers.Bidirectional(layers.LSTM(4, return_sequences=True)), tags
    ), words()


@public(TEXT_MODELS)
def tags_of_padded_words():
    """The mask goes on to the output (part-of-speech taggers)."""
    hidden = layers.LSTM(5, return_sequences=True)
    tags = layers.TimeDistributed(layers.Dense(4, "softmax"))
    return sequential(hidden, layers.TimeDistributed(layers.Dense(5, "relu")), tags, mask_zero=True), padded()


@public(TEXT_MODELS)
def toxic_comments():
    """The largest value of each unit over time and six sigmoid units (Kaggle's kernels on toxic comments)."""
    hidden = layers.Bidirectional(layers.LSTM(4, return_sequences=True, dropout=0.1))
    parts = [layers.GlobalMaxPooling1D(), layers.Dense(5, "relu"), layers.Dropout(0.1), layers.Dense(6, "sigmoid")]
    return sequential(hidden, *parts), words()


@public(TEXT_MODELS)
def pooled_twice():
    """Average and maximum side by side (the pooled GRU of the same competition)."""

    def answer(embedded):
        hidden = layers.Bidirectional(layers.GRU(4, return_sequences=True))(layers.SpatialDropout1D(0.2)(embedded))
        both = layers.concatenate([layers.GlobalAveragePooling1D()(hidden), layers.GlobalMaxPooling1D()(hidden)])
        return layers.Dense(6, "sigmoid")(both)

    return functional(answer), words()


@public(TEXT_MODELS)
def convolution_above():
    """A convolution over the states (a BiLSTM-CNN of the same competition)."""
    hidden = layers.Bidirectional(layers.LSTM(4, return_sequences=True))
    above = [layers.Conv1D(5, 3, activation="relu"), layers.GlobalMaxPooling1D(), layers.Dense(3, "softmax")]
    return sequential(hidden, *above), words()


@public(TEXT_MODELS)
def convolution_below():
    """Convolution and pooling, then an LSTM (Keras' example imdb_cnn_lstm)."""
    parts = [layers.Dropout(0.25), layers.Conv1D(6, 3, activation="relu"), layers.MaxPooling1D(2), layers.LSTM(5)]
    return sequential(*parts, layers.Dense(1), layers.Activation("sigmoid"), tokens=9), words(9)


@public(TEXT_MODELS)
def residual():
    """An operation that is no layer."""

    def answer(embedded):
        return layers.Dense(4, "softmax")(
            layers.GlobalAveragePooling1D()(embedded + layers.LSTM(5, return_sequences=True)(embedded))
        )

    return functional(answer), words()


@public(TEXT_MODELS)
def residual_layers():
    """Each layer is added to what it reads (taggers after the stacked residual LSTM)."""

    def answer(hidden):
        for _ in range(2):
            hidden = layers.add([hidden, layers.LSTM(5, return_sequences=True)(layers.Dropout(0.2)(hidden))])
        return layers.Dense(4, "softmax")(layers.LSTM(4)(hidden))

    return functional(answer), words()


@public(TEXT_MODELS)
def last_state_by_slice():
    """Questions and answers show this in place of return_sequences=False."""
    return functional(lambda x: layers.Dense(4, "softmax")(layers.LSTM(5, return_sequences=True)(x)[:, -1, :])), words()


@public(TEXT_MODELS)
def activations_as_layers():
    """Models written for Keras 1 and carried on."""
    parts = [layers.LSTM(5), layers.Activation("tanh"), layers.Dense(4), layers.Activation("softmax")]
    return sequential(*parts), words()


@public(TEXT_MODELS)
def strings():
    """TextVectorization inside the model (TensorFlow's tutorial on text classification with an RNN)."""
    texts = np.array([" ".join(f"w{word}" for word in row) for row in words()], dtype=object)
    vectorize = layers.TextVectorization(max_tokens=WORDS, output_sequence_length=TOKENS)
    vectorize.adapt(list(texts))
    embedding = layers.Embedding(WORDS, 5, mask_zero=True)
    hidden = layers.Bidirectional(layers.LSTM(4))
    parts = [keras.Input((), dtype="string"), vectorize, embedding, hidden, layers.Dense(4, "relu"), layers.Dense(1)]
    return shaken(keras.Sequential(parts)), texts


@public(TEXT_MODELS)
def attention_layer():
    """Dot-product attention of the states on themselves (Keras' documentation of Attention)."""

    def answer(embedded):
        hidden = layers.LSTM(5, return_sequences=True)(embedded)
        return layers.Dense(3, "softmax")(layers.GlobalAveragePooling1D()(layers.Attention()([hidden, hidden])))

    return functional(answer, mask_zero=True), padded()


@public(TEXT_MODELS)
def several_heads():
    """MultiHeadAttention above a bidirectional GRU (tutorials that join the two)."""

    def answer(embedded):
        hidden = layers.Bidirectional(layers.GRU(3, return_sequences=True))(embedded)
        hidden = layers.LayerNormalization()(hidden + layers.MultiHeadAttention(2, 3)(hidden, hidden))
        return layers.Dense(3, "softmax")(layers.GlobalMaxPooling1D()(hidden))

    return functional(answer), words()


@public(TEXT_MODELS)
def weighted_states():
    """Weights of the states by a hidden layer and a softmax over time (a tutorial on IMDB and attention)."""

    def answer(embedded):
        hidden = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(embedded)
        weights = layers.Softmax(axis=1)(layers.Dense(1)(layers.Dense(4, "tanh")(hidden)))
        return layers.Dense(1, "sigmoid")(ops.sum(weights * hidden, axis=1))

    return functional(answer), words()


@public(TEXT_MODELS)
def weights_repeated():
    """The same with Flatten, RepeatVector, Permute and Multiply (the most copied form of it)."""

    def answer(embedded):
        hidden = layers.LSTM(5, return_sequences=True)(embedded)
        weights = layers.Activation("softmax")(layers.Flatten()(layers.Dense(1, "tanh")(hidden)))
        weights = layers.Permute([2, 1])(layers.RepeatVector(5)(weights))
        return layers.Dense(3, "softmax")(layers.GlobalAveragePooling1D()(layers.Multiply()([hidden, weights])))

    return functional(answer), words()


@public(TEXT_MODELS)
def weights_dotted():
    """The same as a product of weights and states (layers.Dot)."""

    def answer(embedded):
        hidden = layers.GRU(5, return_sequences=True)(embedded)
        weights = layers.Softmax(axis=1)(layers.Dense(1)(hidden))
        return layers.Dense(3, "softmax")(layers.Flatten()(layers.Dot(axes=1)([weights, hidden])))

    return functional(answer), words()


@public(TEXT_MODELS)
def last_state_asks():
    """The last state is the query and all states are the values (attention after Bahdanau, for classification)."""

    def answer(embedded):
        states, last = layers.GRU(5, return_sequences=True, return_state=True)(embedded)
        context = layers.AdditiveAttention()([layers.Reshape((1, 5))(last), states])
        return layers.Dense(3, "softmax")(layers.concatenate([layers.Flatten()(context), last]))

    return functional(answer, mask_zero=True), padded()


@public(TEXT_MODELS)
def states_as_features():
    """Hidden and cell state side by side (return_state in notebooks on intents)."""

    def answer(embedded):
        _, hidden, cell = layers.LSTM(5, return_state=True)(embedded)
        return layers.Dense(4, "softmax")(layers.Concatenate()([hidden, cell]))

    return functional(answer), words()


@public(TEXT_MODELS)
def states_of_both_directions():
    """Those of a bidirectional layer (question classifiers)."""

    def answer(embedded):
        _, ahead, _, back, _ = layers.Bidirectional(layers.LSTM(4, return_sequences=True, return_state=True))(embedded)
        return layers.Dense(4, "softmax")(layers.Concatenate()([ahead, back]))

    return functional(answer, mask_zero=True), padded()


@public(TEXT_MODELS)
def masks_through_layers():
    """The mask reaches the third layer and the average."""
    parts = [layers.Bidirectional(layers.LSTM(3, return_sequences=True)), layers.Dense(4, "relu"), layers.Dropout(0.1)]
    parts += [layers.GRU(5, return_sequences=True), layers.GlobalAveragePooling1D(), layers.Dense(4, "softmax")]
    return sequential(*parts, mask_zero=True), padded()


@public(TEXT_MODELS)
def text_and_metadata():
    """Numbers join the text above the LSTM (Keras' functional guide, which sorts support tickets)."""
    ids, more = text_input(), keras.Input((3,))
    hidden = layers.LSTM(5)(layers.Embedding(WORDS, 5)(ids))
    joined = layers.Dense(4, "relu")(layers.concatenate([hidden, layers.BatchNormalization()(more)]))
    return shaken(keras.Model([ids, more], layers.Dense(3, "softmax")(joined))), (words(), numbers(3))


@public(TEXT_MODELS)
def inputs_by_name():
    """Inputs in a dictionary, as tf.data gives them."""
    ids, length = keras.Input((TOKENS,), dtype="int32", name="text"), keras.Input((1,), name="length")
    hidden = layers.GRU(5)(layers.Embedding(WORDS, 5)(ids))
    answer = layers.Dense(3, "softmax")(layers.concatenate([hidden, length]))
    return shaken(keras.Model({"text": ids, "length": length}, answer)), (numbers(1), words())


@public(TEXT_MODELS)
def one_embedding_for_two_texts():
    """Title and body share their embedding and are read as one text."""
    title, body = text_input(3), text_input(5)
    embedding = layers.Embedding(WORDS, 5, mask_zero=True)
    both = layers.Concatenate(axis=1)([embedding(title), embedding(body)])
    answer = layers.Dense(3, "softmax")(layers.LSTM(5)(both))
    return shaken(keras.Model([title, body], answer)), (padded(3), padded(5, seed=1))


@public(TEXT_MODELS)
def story_and_question():
    """A question is read first and added to every word of the story (Keras' example babi_rnn)."""
    story, question = text_input(), text_input(4)
    asked = layers.LSTM(5)(layers.Embedding(WORDS, 5)(question))
    both = layers.add([layers.Embedding(WORDS, 5)(story), layers.RepeatVector(TOKENS)(asked)])
    answer = layers.Dense(7, "softmax")(layers.LSTM(5)(layers.Dropout(0.3)(both)))
    return shaken(keras.Model([story, question], answer)), (words(), words(4, seed=1))


@public(TEXT_MODELS)
def softmax_twice():
    """A mistake that is often made, and a function all the same."""
    return sequential(layers.LSTM(5), layers.Dense(4, "softmax"), layers.Softmax()), words()


@public(TEXT_MODELS)
def logits():
    """Trained with from_logits=True."""
    return sequential(layers.LSTM(5), layers.Dense(4)), words()


@public(TEXT_MODELS)
def all_states_flattened():
    """Flatten over all states, then Dense."""
    return sequential(layers.LSTM(3, return_sequences=True), layers.Flatten(), layers.Dense(3, "softmax")), words()


@public(TEXT_MODELS)
def words_and_letters():
    """A convolution over the letters of each word beside its embedding (BiLSTM-CNNs for named entities)."""
    ids, letters = text_input(), keras.Input((TOKENS, 4), dtype="int32")
    spelled = layers.TimeDistributed(layers.Embedding(WORDS, 3))(letters)
    spelled = layers.TimeDistributed(layers.Conv1D(3, 2, activation="tanh"))(spelled)
    spelled = layers.TimeDistributed(layers.GlobalMaxPooling1D())(spelled)
    both = layers.concatenate([layers.Embedding(WORDS, 5)(ids), spelled])
    hidden = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(both)
    inputs = (words(), words(TOKENS * 4, seed=1).reshape(EXAMPLES, TOKENS, 4))
    return shaken(keras.Model([ids, letters], layers.Dense(4, "softmax")(hidden))), inputs
