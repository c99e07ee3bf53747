"""Public models as networks: the function that Keras computes, whole and with nodes removed."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import layers

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.base import rows_of
from rnn_modules.network.read_model import answers_of, check_parity
from support.public_models import EXAMPLES, TEXT_MODELS, functional, padded, sequential, words
from support.public_networks import PUBLIC_MODELS, asked, node_masks, public_model, read, same, without_nodes

OF_TEXTS = tuple(TEXT_MODELS)
OF_FILES = [name for name, builder in PUBLIC_MODELS.items() if builder.file]
PARTS = (np.arange(3), np.arange(3, EXAMPLES))


def probabilities(network, logits):
    """Answers from logits of one module."""
    if network.graph.output.shape[-1] == 1:
        logits = logits[..., 1:]
    if network.graph.link == "softmax":
        exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return exponentials / exponentials.sum(axis=-1, keepdims=True)
    return 1 / (1 + np.exp(-logits)) if network.graph.link == "sigmoid" else logits


@pytest.mark.parametrize("name", PUBLIC_MODELS)
def test_the_same_function_as_keras_however_examples_come(name):
    public = public_model(name)
    same(public.network.probabilities(public.inputs), public.expected)
    parts = [public.network.module_logits(rows_of(public.inputs, rows))[0] for rows in PARTS]
    same(probabilities(public.network, np.concatenate(parts)), public.expected)


@pytest.mark.parametrize("name", OF_FILES)
def test_a_saved_model_is_the_same_network(name, tmp_path):
    public = public_model(name)
    public.model.save(tmp_path / "model.keras")
    loaded = read(keras.models.load_model(tmp_path / "model.keras"))
    same(loaded.probabilities(public.inputs), public.expected)
    assert loaded.sha256 == public.network.sha256


@pytest.mark.parametrize("name", PUBLIC_MODELS)
def test_modules_that_lost_nothing_are_the_parent(name):
    public = public_model(name)
    network = public.network
    whole = [np.ones((3, layer.units), bool) for layer in network.layers]
    received = network.module_logits(public.inputs, node_masks(network, whole))
    assert received.shape == (3, EXAMPLES, *received.shape[2:-1], network.outputs)
    for logits in received:
        same(probabilities(network, logits), public.expected)


@pytest.mark.parametrize(
    "name",
    [
        "news_topics",
        "hidden_layer",
        "film_reviews_of_any_length",
        "padded_on_the_left",
        "last_state_asks",
        "masks_through_layers",
        "text_and_metadata",
        "nested_above_masks",
        "operations",
        "directions_mul",
        "directions_apart",
        "backwards",
        "gru_of_old",
        "cells_in_one_layer",
        "states_of_cells",
        "unrolled",
        "translator_with_attention",
        "translator_padded_on_the_left",
        "states_layer_by_layer",
    ],
)
def test_removed_nodes_are_zeros_in_keras(name):
    network = public_model(name).network
    generator = np.random.default_rng(3)
    kept = [generator.random((2, layer.units)) < 0.6 for layer in network.layers]
    # Removed nodes that start from a state would send it on in Keras.
    recurrent = [call for call in network.graph.calls if call.recurrent is not None]
    started = ["initial_state" in call.arguments.kwargs for call in recurrent for _ in call.recurrent.layers]
    for nodes, starts in zip(kept, started, strict=True):
        nodes[:] |= starts
    received = network.module_logits(public_model(name).inputs, node_masks(network, kept))
    for module, logits in enumerate(received):
        same(probabilities(network, logits), without_nodes(name, [nodes[module] for nodes in kept]))


def test_removed_nodes_keep_the_state_they_start_from_to_themselves():
    name = "translator_padded_on_the_left"
    network, inputs = public_model(name).network, public_model(name).inputs
    kept = [np.ones((1, layer.units), bool) for layer in network.layers]
    kept[1][:, :2] = False
    model, _ = PUBLIC_MODELS[name]()
    for weights in (model.layers[-1].kernel, model.layers[-2].cell.recurrent_kernel):
        weights.assign(np.where(kept[1].T, weights, 0))
    received = network.module_logits(inputs, node_masks(network, kept))[0]
    same(probabilities(network, received), asked(model, inputs))


def test_modules_of_each_timestep():
    """An unrolled module lost a node in the first half of the places, in whatever direction they are read."""
    network = public_model("film_reviews_of_any_length").network
    inputs = public_model("film_reviews_of_any_length").inputs
    whole, less = ([np.ones((1, layer.units), bool) for layer in network.layers] for _ in range(2))
    for nodes in less:
        nodes[:, 0] = False
    steps = [
        dataclasses.replace(one, steps=other.steps * 3 + one.steps * 3)
        for one, other in zip(node_masks(network, whole), node_masks(network, less), strict=True)
    ]
    last = [dataclasses.replace(mask, steps=mask.steps[3:] * 2) for mask in steps]
    same(network.module_logits(inputs, last)[0], network.module_logits(inputs)[0])
    assert np.abs(network.module_logits(inputs, steps) - network.module_logits(inputs)).max() > 1e-3


def observed(network, inputs, gates=False):
    return [np.stack([at.of(np.arange(EXAMPLES)) for at in layer]) for layer in network.observe(inputs, gates=gates)]


@pytest.mark.parametrize("name", PUBLIC_MODELS)
def test_every_layer_is_observed(name):
    network, inputs = public_model(name).network, public_model(name).inputs
    states, gates = observed(network, inputs), observed(network, inputs, gates=True)
    assert len(states) == len(gates) == len(network.layers)
    for layer, at_states, at_gates in zip(network.layers, states, gates, strict=True):
        assert at_states.shape == (len(at_states), EXAMPLES, 1, layer.units)
        assert at_gates.shape == (len(at_states), EXAMPLES, len(layer.gates), layer.units)


def test_observed_states_are_those_that_keras_sends():
    both = layers.Bidirectional(layers.LSTM(4, return_sequences=True))
    back = layers.GRU(5, return_sequences=True, go_backwards=True)
    model = sequential(both, back, layers.SimpleRNN(3), layers.Dense(2))
    ahead, behind, second, last = observed(read(model), words())
    sent = both(model.layers[0](words()))
    same(np.concatenate([ahead, behind], axis=-1)[:, :, 0].swapaxes(0, 1), sent)
    sent = back(sent)
    same(second[::-1, :, 0].swapaxes(0, 1), sent)
    same(last[-1, :, 0], model.layers[-2](sent))


def present(name):
    """By layer the steps that are no padding, ``(examples, timesteps)``, or None."""
    public = public_model(name)
    for layer in public.network.observe(public.inputs):
        steps = [at.present for at in layer]
        yield None if steps[0] is None else np.stack(steps, axis=1)


def test_padding_is_known_by_layer():
    assert list(present("news_topics")) == [None]
    np.testing.assert_array_equal(*present("padded_words"), padded() != 0)
    for steps in present("masks_through_layers"):
        np.testing.assert_array_equal(steps, padded() != 0)
    frames = public_model("frames_and_their_mask").inputs[1]
    np.testing.assert_array_equal(next(present("frames_and_their_mask")), frames)
    # An encoder and a decoder of other lengths, each with the padding of its own words.
    source, target = present("translator_padded_on_the_left")
    np.testing.assert_array_equal(source, padded(left=True) != 0)
    np.testing.assert_array_equal(target, padded(4, left=True, seed=1) != 0)


def test_observed_in_parts_by_several_threads(monkeypatch):
    """Threads change nothing to the last bit, and the size of the parts only how sums are rounded."""
    model = sequential(layers.Bidirectional(layers.LSTM(16)), layers.Dense(2))
    texts = np.random.default_rng(0).integers(1, 20, (700, 6)).astype("int32")
    texts[:600, :3] = texts[0, :3]
    network = read(model)
    whole = list(network.observe(texts))
    monkeypatch.setattr("rnn_modules.network.batching.ROWS_AT_ONCE", 500)
    parts = zip(whole, network.observe(texts), network.observe(texts, threads=2), strict=True)
    for of_layer in parts:
        for at, again, by_two in zip(*of_layer, strict=True):
            np.testing.assert_array_equal(again.values, by_two.values)
            np.testing.assert_allclose(at.values, again.values, atol=1e-6)
    # Examples that are alike up to a step have equal activations there.
    for at in whole[0][:3]:
        np.testing.assert_allclose(at.values[:600], np.broadcast_to(at.values[0], at.values[:600].shape), atol=1e-6)


@pytest.mark.parametrize(
    "name", ["words_and_letters", "nested_encoder", "translator_with_attention", "normalised_between"]
)
def test_a_model_that_was_read_trains_on(name):
    model, inputs = PUBLIC_MODELS[name]()
    network = read(model)
    before = network.probabilities(inputs)
    same(asked(model, inputs), before)
    loss = keras.losses.SparseCategoricalCrossentropy()
    model.compile(keras.optimizers.SGD(0.5), loss, run_eagerly=True)
    given = list(inputs) if isinstance(inputs, tuple) else inputs
    model.train_on_batch(given, np.zeros(before.shape[:-1], int))
    after = asked(model, inputs)
    assert np.abs(after - before).max() > 1e-3
    same(read(model).probabilities(inputs), after)
    # What was read before keeps the recurrent weights that it has read.
    assert read(model).sha256 != public_model(name).network.sha256


def test_inputs_that_do_not_fit_are_named():
    network = public_model("text_and_metadata").network
    ids, more = public_model("text_and_metadata").inputs
    with pytest.raises(InputError, match=r"input 'input_layer.*': expected shape \(None, 6\), received \(10, 5\)"):
        network.logits((ids[:, :5], more))
    with pytest.raises(InputError, match="has 2 inputs, received 1"):
        network.logits(ids)


def test_a_last_axis_of_one_may_be_left_out():
    public = public_model("inputs_by_name")
    same(public.network.probabilities((public.inputs[0][:, 0], public.inputs[1])), public.expected)


@pytest.mark.parametrize("name", ["film_reviews", "inputs_by_name", "strings", "batches_of_a_fixed_size"])
def test_parity_is_measured(name):
    public = public_model(name)
    same(answers_of(public.model, public.inputs), public.expected)
    assert check_parity(public.model, public.network, public.inputs) < 1e-5


def test_mixing_inside_a_function_is_found_by_parity():
    def centred(hidden):
        return hidden - keras.ops.mean(hidden, axis=0, keepdims=True)

    model = functional(lambda x: layers.Dense(3, "softmax")(layers.Lambda(centred)(layers.LSTM(4)(x))))
    with pytest.raises(InputError, match=r"model 'functional.*differs from model.predict by .*mixes the examples"):
        check_parity(model, read(model), words())


def test_windows_of_one_example_are_no_examples():
    """Rows that are made in the model, which nobody has labels for."""
    series = keras.Input((8, 3))
    hidden = layers.LSTM(4)(keras.ops.reshape(series, (-1, 4, 3)))
    model = keras.Model(series, layers.Dense(2, "softmax")(keras.ops.reshape(hidden, (-1, 8))))
    with pytest.raises(InputError, match=r"lstm.*: reads 20 rows for 10 examples"):
        read(model).logits(np.zeros((10, 8, 3), "float32"))


def test_pictures_name_directions_and_cells():
    names = public_model("cells_in_one_layer").network.layer_names
    assert names[:3] == ("layer 1, cell 1", "layer 1, cell 2", "layer 1, cell 3")
    assert names[3:] == (
        "layer 2, forwards, cell 1",
        "layer 2, forwards, cell 2",
        "layer 2, backwards, cell 1",
        "layer 2, backwards, cell 2",
    )
    assert public_model("news_topics").network.layer_names == ("layer 1",)
