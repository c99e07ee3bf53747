"""Recurrent models that cannot be decomposed: a builder for each, and words that the refusal must hold."""

import keras
from keras import layers, ops

from support.public_models import TOKENS, WORDS, functional, sequential, shaken, text_input, words

REFUSED_MODELS = {}
"""By name: a function that builds a model, with ``words``."""


def refused(*said):
    """Keep a builder with what must be said of its model: layer and reason."""

    def keep(builder):
        builder.words = said
        REFUSED_MODELS[builder.__name__] = builder
        return builder

    return keep


def softmax(hidden):
    return layers.Dense(4, "softmax", name="answer")(hidden)


class Inside(layers.Layer):
    """A layer with an LSTM in its call."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.inner = layers.LSTM(4, name="inner")

    def call(self, sequence):
        return self.inner(sequence)


class OwnCell(layers.LSTMCell):
    """A cell that computes something else."""

    def call(self, inputs, states, training=False):
        hidden, states = super().call(inputs, states, training)
        return hidden * 2, states


@keras.saving.register_keras_serializable()
class OwnLSTM(layers.LSTM):
    """A layer that computes something else."""

    def call(self, sequences, initial_state=None, mask=None, training=False):
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training) * 2


class Subclassed(keras.Model):
    """The form of many notebooks."""

    def __init__(self):
        super().__init__(name="subclassed")
        self.embedding = layers.Embedding(WORDS, 5)
        self.hidden, self.answer = layers.LSTM(4), layers.Dense(4, "softmax")

    def call(self, ids):
        return self.answer(self.hidden(self.embedding(ids)))


class OwnCall(keras.Model):
    """A functional model that is called in another way."""

    def call(self, inputs, training=None, mask=None):
        return super().call(inputs, training=training, mask=mask)[:, ::-1]


@refused("Subclassed model 'subclassed'", "functional", "model.call(x)")
def subclassed():
    model = Subclassed()
    model(words())
    return shaken(model)


@refused("OwnCall model 'own_call'", "call of its own", "functional")
def call_of_its_own():
    ids = text_input()
    hidden = layers.GRU(4)(layers.Embedding(WORDS, 5)(ids))
    return shaken(OwnCall(ids, softmax(hidden), name="own_call"))


@refused("has no input shape yet")
def without_a_shape():
    return keras.Sequential([layers.Embedding(WORDS, 5), layers.LSTM(4), layers.Dense(4, "softmax")])


@refused("expected a Keras 3 model, received dict")
def no_model():
    return {}


@refused("has no recurrent layer", "LSTM")
def nothing_recurrent():
    return sequential(layers.Flatten(), layers.Dense(3, "softmax"))


@refused("GRU layer 'second'", "'first'", "branch", "chain")
def branches():
    return functional(
        lambda x: softmax(layers.concatenate([layers.LSTM(4, name="first")(x), layers.GRU(4, name="second")(x)]))
    )


@refused("LSTM layer 'back'", "'ahead'", "branch", "Bidirectional(forward, backward_layer=backward)")
def directions_by_hand():
    def answer(embedded):
        ahead = layers.LSTM(4, name="ahead")(embedded)
        return softmax(layers.concatenate([ahead, layers.LSTM(4, go_backwards=True, name="back")(embedded)]))

    return functional(answer)


@refused("LSTM layer 'decoder_1'", "'encoder_2'", "branch")
def encoder_that_also_answers():
    """Each layer of a decoder starts from one of the encoder's, the second of which also leads to the output itself."""
    source, target = keras.Input((5, 4)), keras.Input((6, 5))
    hidden, *first = layers.LSTM(4, return_sequences=True, return_state=True, name="encoder_1")(source)
    last, *second = layers.LSTM(4, return_state=True, name="encoder_2")(hidden)
    decoded = layers.LSTM(4, return_sequences=True, name="decoder_1")(target, initial_state=first)
    decoded = layers.LSTM(4, name="decoder_2")(decoded, initial_state=second)
    return shaken(keras.Model([source, target], softmax(layers.concatenate([decoded, last]))))


@refused("LSTM layer 'shared'", "is used 2 times", "chain")
def used_twice():
    shared = layers.LSTM(5, return_sequences=True, name="shared")
    return functional(lambda x: softmax(layers.GlobalMaxPooling1D()(shared(shared(x)))))


@refused("Sequential layer 'encoder'", "used more than once")
def shared_encoder():
    """Two texts through the same encoder."""
    one, other = text_input(), text_input()
    encoder = keras.Sequential([text_input(), layers.Embedding(WORDS, 5), layers.LSTM(4)], name="encoder")
    return shaken(keras.Model([one, other], softmax(layers.concatenate([encoder(one), encoder(other)]))))


@refused("LSTM layer 'lasting'", "stateful", "set_weights")
def stateful():
    parts = [keras.Input(batch_shape=(10, TOKENS), dtype="int32"), layers.Embedding(WORDS, 5)]
    parts += [layers.LSTM(4, stateful=True, name="lasting"), layers.Dense(4, "softmax")]
    return shaken(keras.Sequential(parts))


@refused("Bidirectional layer 'both'", "unroll=True", "unroll=False")
def unrolled_under_a_mask():
    """Keras with TensorFlow turns the mask round once too often."""
    both = layers.Bidirectional(layers.LSTM(4, unroll=True, return_sequences=True), name="both")
    return sequential(both, layers.LSTM(3), layers.Dense(3, "softmax"), mask_zero=True)


@refused("ConvLSTM1D layer 'frames'", "is none of")
def convolution_in_time():
    hidden = layers.ConvLSTM1D(3, 2, name="frames")
    return shaken(keras.Sequential([keras.Input((4, 5, 2)), hidden, layers.Flatten(), layers.Dense(3, "softmax")]))


@refused("TimeDistributed layer 'each'", "inner layer")
def layer_in_each_step():
    parts = [layers.TimeDistributed(layers.LSTM(3), name="each"), layers.LSTM(4), layers.Dense(3, "softmax")]
    return shaken(keras.Sequential([keras.Input((4, 5, 2)), *parts]))


@refused("RNN layer 'run'", "OwnCell", "LSTMCell")
def own_cell():
    return sequential(layers.RNN(OwnCell(4), name="run"), layers.Dense(3, "softmax"))


@refused("OwnLSTM layer 'mine'", "code of its own", "LSTM")
def own_layer():
    return sequential(OwnLSTM(4, name="mine"), layers.Dense(3, "softmax"))


@refused("Bidirectional layer 'both'", "OwnLSTM", "is none of")
def own_layer_in_both_directions():
    return sequential(layers.Bidirectional(OwnLSTM(4), name="both"), layers.Dense(3, "softmax"))


@refused("Inside layer 'hiding'", "holds a recurrent layer", "layer.call(x)")
def hidden_in_a_layer():
    return functional(lambda embedded: softmax(Inside(name="hiding")(embedded)))


@refused("LSTM layer 'hidden'", "activation=swish is none of", "tanh")
def own_activation():
    def swish(values):
        return values * ops.sigmoid(values)

    return sequential(layers.LSTM(4, activation=swish, name="hidden"), layers.Dense(3, "softmax"))


@refused("LSTM layer 'hidden'", "bfloat16", "float32")
def mixed_precision():
    hidden = layers.LSTM(4, dtype="mixed_bfloat16", name="hidden")
    return sequential(hidden, layers.Dense(3, "softmax", dtype="float32"))


@refused("Dropout layer 'always'", "training=True", "random")
def dropout_at_all_times():
    return functional(lambda x: softmax(layers.Dropout(0.5, name="always")(layers.LSTM(4)(x), training=True)))


@refused("LSTM layer 'always'", "training=True", "random")
def recurrent_dropout_at_all_times():
    return functional(lambda x: softmax(layers.LSTM(4, recurrent_dropout=0.5, name="always")(x, training=True)))


@refused("Sequential layer 'head'", "training=True", "random")
def head_at_all_times():
    head = keras.Sequential([keras.Input((4,)), layers.Dropout(0.5), layers.Dense(3, "softmax")], name="head")
    return functional(lambda embedded: head(layers.LSTM(4)(embedded), training=True))


@refused("has 2 outputs", "keras.Model(model.inputs, model.outputs[0])")
def two_outputs():
    ids = text_input()
    hidden = layers.LSTM(4)(layers.Embedding(WORDS, 5)(ids))
    return shaken(keras.Model(ids, [softmax(hidden), layers.Dense(1, name="more")(hidden)]))


@refused("Mean operation 'mean", "mixes examples")
def mean_of_examples():
    return functional(lambda x: softmax(layers.LSTM(4)(x) - ops.mean(layers.Flatten()(x)[:, :4], axis=0)))


@refused("Flip operation 'flip", "first axis", "mixes examples")
def examples_flipped():
    return functional(lambda x: softmax(ops.flip(layers.LSTM(4)(x), axis=-2)))


@refused("GetItem operation 'get_item", "mixes examples")
def examples_reversed():
    return functional(lambda x: softmax(layers.LSTM(4)(x)[::-1, :]))


@refused("Transpose operation 'transpose", "mixes examples")
def examples_as_steps():
    series = keras.Input((None, 5))
    hidden = layers.LSTM(4)(ops.transpose(series, (1, 0, 2)))
    return shaken(keras.Model(series, softmax(hidden)))


@refused("Dense layer 'last'", "tanh", "softmax, sigmoid or linear")
def tanh_at_the_end():
    return sequential(layers.LSTM(4), layers.Dense(3, "tanh", name="last"))


@refused("ReLU layer 'last'", "ReLU")
def relu_at_the_end():
    return sequential(layers.LSTM(4), layers.Dense(3), layers.ReLU(name="last"))


@refused("Exp operation 'exp", "Exp")
def operation_at_the_end():
    return functional(lambda x: ops.exp(layers.Dense(3)(layers.LSTM(4)(x))))


@refused("LSTM layer 'last'", "a recurrent layer")
def states_at_the_end():
    return sequential(layers.LSTM(4, name="last"))


@refused("Lambda layer 'last'", "of which nothing is known")
def function_at_the_end():
    return sequential(layers.LSTM(4), layers.Dense(3), layers.Lambda(ops.softmax, name="last"))


@refused("Average layer 'vote'", "mixture", "'one'")
def vote():
    def answer(embedded):
        hidden = layers.LSTM(4)(embedded)
        heads = [layers.Dense(3, "softmax", name=name)(hidden) for name in ("one", "other")]
        return layers.Average(name="vote")(heads)

    return functional(answer)


@refused("Concatenate layer 'labels'", "mixture", "'one'", "one layer for all classes")
def head_for_each_label():
    def answer(embedded):
        hidden = layers.LSTM(4)(embedded)
        heads = [layers.Dense(1, "sigmoid", name=name)(hidden) for name in ("one", "other")]
        return layers.Concatenate(name="labels")(heads)

    return functional(answer)


@refused("Softmax layer 'over_time'", "axis 1")
def softmax_over_time():
    return sequential(layers.LSTM(4, return_sequences=True), layers.Dense(3), layers.Softmax(axis=1, name="over_time"))


@refused("Dense layer 'answer'", "other places")
def classes_moved():
    parts = [layers.LSTM(4, return_sequences=True), layers.Dense(4, "softmax", name="answer"), layers.Flatten()]
    return sequential(*parts)


@refused("Dense layer 'last'", "one unit", "sigmoid")
def softmax_of_one():
    return sequential(layers.LSTM(4), layers.Dense(1, "softmax", name="last"))


@refused("(None, 6, 5, 3)", "(examples, classes)")
def four_axes():
    return functional(
        lambda x: layers.Dense(3)(ops.expand_dims(layers.LSTM(4, return_sequences=True)(x), 2) * x[..., None][..., :1])
    )


@refused("GRU layer 'lasting'", "stateful", "LSTM layer 'run'", "training=True", "Dense layer 'last'", "tanh")
def several_problems():
    ids = keras.Input(batch_shape=(10, TOKENS), dtype="int32")
    hidden = layers.GRU(4, stateful=True, return_sequences=True, name="lasting")(layers.Embedding(WORDS, 5)(ids))
    hidden = layers.LSTM(4, recurrent_dropout=0.5, name="run")(hidden, training=True)
    return shaken(keras.Model(ids, layers.Dense(3, "tanh", name="last")(hidden)))


@refused("LSTM layer 'run'", "training=True", "; and stateful", "; and ends the model in a recurrent layer")
def problems_of_one_layer():
    ids = keras.Input(batch_shape=(10, TOKENS), dtype="int32")
    hidden = layers.LSTM(4, stateful=True, name="run")(layers.Embedding(WORDS, 5)(ids), training=True)
    return shaken(keras.Model(ids, hidden))


@refused("LSTM layer 'spare'", "does not lead to the output")
def spare_output():
    """An encoder gives more than the model uses."""
    sequence = keras.Input((TOKENS, 5))
    hidden = layers.LSTM(4, return_sequences=True)(sequence)
    encoder = keras.Model(sequence, [hidden, layers.LSTM(4, name="spare")(hidden)])
    return functional(lambda embedded: softmax(layers.GlobalMaxPooling1D()(encoder(embedded)[0])))


@refused("TimeDistributed layer 'sentence'", "inner layer", "by itself")
def encoder_of_each_sentence():
    """Hierarchical attention, whose words have a GRU of their own."""
    words_in = keras.Sequential([keras.Input((4,)), layers.Embedding(WORDS, 5), layers.GRU(4)], name="words")
    document = keras.Input((3, 4))
    hidden = layers.GRU(4)(layers.TimeDistributed(words_in, name="sentence")(document))
    return shaken(keras.Model(document, softmax(hidden)))


@refused("LSTM layer 'decoder'", "is used 2 times", "has 2 outputs")
def decoder_step_by_step():
    """Dates for machines (a Coursera assignment on attention): one LSTM, called for each letter of the answer."""
    series, state, cell = keras.Input((TOKENS, 5)), keras.Input((4,)), keras.Input((4,))
    states = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(series)
    decoder, answer, outputs = layers.LSTM(4, return_state=True, name="decoder"), layers.Dense(3, "softmax"), []
    hidden, memory = state, cell
    for _ in range(2):
        weights = ops.softmax(layers.Dense(1)(layers.Concatenate()([states, layers.RepeatVector(TOKENS)(hidden)])), 1)
        _, hidden, memory = decoder(layers.Dot(axes=1)([weights, states]), initial_state=[hidden, memory])
        outputs.append(answer(hidden))
    return shaken(keras.Model([series, state, cell], outputs))


@refused("has 2 outputs", "choose one")
def outputs_by_name():
    """Intent and mood of a text in a dictionary."""
    ids = text_input()
    hidden = layers.GRU(4)(layers.Embedding(WORDS, 5)(ids))
    return shaken(keras.Model(ids, {"intent": softmax(hidden), "mood": layers.Dense(2, "softmax")(hidden)}))


@refused("LSTM layer 'halved'", "float16", "set_dtype_policy('float32')", "set_weights")
def half_precision():
    """All of a model under the policy mixed_float16, its answer in float32 (Keras' guide to mixed precision)."""
    mixed = {"dtype": "mixed_float16"}
    hidden = layers.LSTM(4, name="halved", **mixed)
    return sequential(hidden, layers.Dense(3, **mixed), layers.Activation("softmax", dtype="float32"), **mixed)


@refused("Softmax operation", "axis 1")
def operation_over_time():
    return functional(lambda x: ops.softmax(layers.Dense(3)(layers.LSTM(4, return_sequences=True)(x)), axis=1))
