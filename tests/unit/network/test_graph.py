"""What is read of a Keras model's graph, what is refused by name, and the ways out that refusals name."""

import keras
import numpy as np
import pytest
from keras import layers

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.graph import BETWEEN, DECOMPOSED, FRONT, TAIL, UnsupportedModel, read_graph
from support.public_models import EXAMPLES, TOKENS, WORDS, functional, sequential, shaken, text_input, words
from support.public_networks import PUBLIC_MODELS, asked, public_model, read, same
from support.refused_models import REFUSED_MODELS, Inside, softmax


def findings(name):
    return [(finding.kind, finding.part) for finding in public_model(name).network.graph.findings]


def test_there_are_models_of_many_kinds():
    assert len(PUBLIC_MODELS) >= 60 and len(REFUSED_MODELS) >= 40


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("news_topics", [("Embedding", FRONT), ("LSTM", DECOMPOSED), ("Dense", TAIL)]),
        (
            "normalised_between",
            [
                ("LSTM", DECOMPOSED),
                ("BatchNormalization", BETWEEN),
                ("GaussianNoise", BETWEEN),
                ("LSTM", DECOMPOSED),
                ("LayerNormalization", BETWEEN),
                ("LSTM", DECOMPOSED),
                ("BatchNormalization", TAIL),
                ("Dense", TAIL),
            ],
        ),
        (
            "story_and_question",
            [
                ("Embedding", FRONT),
                ("LSTM", DECOMPOSED),
                ("Embedding", FRONT),
                ("RepeatVector", BETWEEN),
                ("Add", BETWEEN),
                ("Dropout", BETWEEN),
                ("LSTM", DECOMPOSED),
                ("Dense", TAIL),
            ],
        ),
        (
            "nested_in_sequential",
            [("Embedding", FRONT), ("Bidirectional", DECOMPOSED), ("Dense", TAIL)],
        ),
    ],
)
def test_what_happens_to_each_layer(name, expected):
    assert findings(name) == expected


@pytest.mark.parametrize(
    ("name", "link", "outputs", "many", "independent"),
    [
        ("news_topics", "softmax", 4, False, False),
        ("film_reviews", "sigmoid", 2, False, False),
        ("toxic_comments", "sigmoid", 6, False, True),
        ("strings", "linear", 2, False, False),
        ("logits", "linear", 4, False, False),
        ("softmax_twice", "softmax", 4, False, False),
        ("nested_encoder", "softmax", 3, False, False),
        ("operations", "softmax", 3, False, False),
        ("names_in_texts", "softmax", 4, True, False),
        ("steps_of_any_number", "sigmoid", 2, True, False),
        ("labels_reshaped", "sigmoid", 6, False, True),
        ("answer_reshaped", "softmax", 3, True, False),
        ("functions_of_others", "softmax", 3, False, False),
        ("convolution_as_output", "softmax", 3, True, False),
    ],
)
def test_what_models_end_in(name, link, outputs, many, independent):
    network = public_model(name).network
    assert network.graph.link == link
    assert (network.outputs, network.many_output, network.independent) == (outputs, many, independent)


def test_functions_of_others_are_known_by_what_they_do():
    (layer,) = public_model("functions_of_others").network.layers
    assert layer.activations == ("sigmoid", "sigmoid", "tanh", "sigmoid")


@pytest.mark.parametrize("name", REFUSED_MODELS)
def test_refusals_name_the_layer_and_the_reason(name):
    with pytest.raises(UnsupportedModel) as refusal:
        read_graph(REFUSED_MODELS[name]())
    for part in REFUSED_MODELS[name].words:
        assert part in str(refusal.value)
    assert isinstance(refusal.value, InputError)
    assert [finding for finding in refusal.value.findings if finding.problem]


def test_what_would_happen_to_the_other_layers_is_said_too():
    with pytest.raises(UnsupportedModel) as refusal:
        read_graph(REFUSED_MODELS["tanh_at_the_end"]())
    assert [finding.part for finding in refusal.value.findings] == [FRONT, DECOMPOSED, ""]


def way_out(model, inputs, expected):
    """The model that a refusal advises is read, and is the same function."""
    same(asked(model, inputs), expected)
    same(read(model).probabilities(inputs), expected)


@pytest.mark.parametrize("name", ["subclassed", "call_of_its_own"])
def test_a_call_becomes_a_graph(name):
    model = REFUSED_MODELS[name]()
    ids = text_input()
    way_out(keras.Model(ids, model.call(ids)), words(), asked(model, words()))


def test_a_sequential_model_has_its_shape_from_examples():
    model = REFUSED_MODELS["without_a_shape"]()
    model(words())
    way_out(model, words(), asked(model, words()))


def test_directions_made_by_hand_become_one_layer():
    model = REFUSED_MODELS["directions_by_hand"]()
    ids = text_input()
    both = layers.Bidirectional(model.get_layer("ahead"), backward_layer=model.get_layer("back"))
    embedding = next(layer for layer in model.layers if isinstance(layer, layers.Embedding))
    rebuilt = keras.Model(ids, model.get_layer("answer")(both(embedding(ids))))
    for layer, name in ((both.forward_layer, "ahead"), (both.backward_layer, "back")):
        layer.set_weights(model.get_layer(name).get_weights())
    way_out(rebuilt, words(), asked(model, words()))


def test_a_layer_used_twice_becomes_two():
    model = REFUSED_MODELS["used_twice"]()
    embedding, shared, pooling, answer = model.layers[1:]
    own = [layers.LSTM.from_config({**shared.get_config(), "name": f"use_{use}"}) for use in range(2)]
    ids = text_input()
    rebuilt = keras.Model(ids, answer(pooling(own[1](own[0](embedding(ids))))))
    for layer in own:
        layer.set_weights(shared.get_weights())
    way_out(rebuilt, words(), asked(model, words()))


def test_states_need_not_last():
    model = REFUSED_MODELS["stateful"]()
    expected = asked(model, words())
    rebuilt = sequential(layers.LSTM(4), layers.Dense(4, "softmax"))
    rebuilt.set_weights(model.get_weights())
    way_out(rebuilt, words(), expected)


def test_layers_inside_a_layer_come_into_the_graph():
    model = REFUSED_MODELS["hidden_in_a_layer"]()
    embedding, hiding, answer = model.layers[1:]
    assert isinstance(hiding, Inside)
    ids = text_input()
    way_out(keras.Model(ids, answer(hiding.call(embedding(ids)))), words(), asked(model, words()))


def test_one_precision():
    model = REFUSED_MODELS["mixed_precision"]()
    rebuilt = sequential(layers.LSTM(4), layers.Dense(3, "softmax"))
    rebuilt.set_weights(model.get_weights())
    expected = asked(model, words())
    same(read(rebuilt).probabilities(words()), expected, atol=2e-2)


def test_one_of_two_outputs():
    model = REFUSED_MODELS["two_outputs"]()
    way_out(keras.Model(model.inputs, model.outputs[0]), words(), asked(model, words()))


def test_votes_before_the_softmax():
    def answer(embedded):
        hidden = layers.LSTM(4)(embedded)
        return layers.Softmax()(layers.Average()([layers.Dense(3)(hidden), layers.Dense(3)(hidden)]))

    model = functional(answer)
    way_out(model, words(), asked(model, words()))


def test_loaded_sequential_models_are_read_by_their_own_graph(tmp_path):
    """A layer that has been in another model before has more than one node."""
    model = sequential(layers.LSTM(4), layers.Dense(3, "softmax"))
    embedding, hidden, _ = model.layers
    longer = keras.Sequential([text_input(), embedding, hidden, layers.Dense(5, "relu"), layers.Dense(2, "softmax")])
    assert [call.operation.name for call in read_graph(longer).calls] == [layer.name for layer in longer.layers]
    way_out(longer, words(), asked(longer, words()))
    way_out(model, words(), asked(model, words()))


def test_a_subclass_that_only_trains_in_its_own_way_is_a_functional_model():
    class OwnTraining(keras.Model):
        def train_step(self, data):
            return super().train_step(data)

    ids = text_input()
    model = shaken(OwnTraining(ids, softmax(layers.LSTM(4)(layers.Embedding(WORDS, 5)(ids)))))
    way_out(model, words(), asked(model, words()))


def test_a_nested_model_called_with_a_mask_of_its_own_is_refused():
    sequence = keras.Input((TOKENS, 5))
    encoder = keras.Model(sequence, layers.LSTM(4)(sequence), name="encoder")
    ids, mask = text_input(), keras.Input((TOKENS,), dtype="bool")
    model = keras.Model([ids, mask], softmax(encoder(layers.Embedding(WORDS, 5)(ids), mask=mask)))
    with pytest.raises(UnsupportedModel, match="Functional layer 'encoder': .* arguments of its own"):
        read_graph(model)


def test_reading_leaves_the_model_alone(tmp_path):
    model, inputs = PUBLIC_MODELS["several_heads"]()
    before = (asked(model, inputs), [len(layer._inbound_nodes) for layer in model.layers], model.to_json())
    network = read(model)
    network.probabilities(inputs)
    assert [len(layer._inbound_nodes) for layer in model.layers] == before[1]
    assert model.to_json() == before[2]
    np.testing.assert_array_equal(asked(model, inputs), before[0])
    assert len(inputs) == EXAMPLES
