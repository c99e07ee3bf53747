"""Networks from scratch that small modules are held against."""

import dataclasses

import numpy as np
import pytest

from rnn_modules.decomposition.compact import compact
from rnn_modules.decomposition.places import draw_places
from rnn_modules.decomposition.selection import recurrent_weights
from rnn_modules.experiments import recognisers
from rnn_modules.experiments.metrics import recognition
from rnn_modules.experiments.recognisers import (
    RecogniserSettings,
    RecogniserTraining,
    decided_examples,
    from_scratch,
    places_of,
    units_within,
)
from rnn_modules.files.atomic_files import InputError
from support.datasets import made_up_dataset
from support.made_up_models import classifier_model, made_up_model, small_parameters
from support.networks import random_classifier

SHORT = RecogniserSettings(steps=3, passes=1, batch_size=8)


def word_model(classes=3, cell="vanilla", examples=60):
    """A model whose dataset is easy: the class is the last word."""
    generator = np.random.default_rng(0)
    inputs, labels = {}, {}
    for split in ("train", "validation", "test"):
        inputs[split] = generator.integers(1, classes + 1, (examples, 4), dtype=np.int32)
        labels[split] = inputs[split][:, -1] - 1
    dataset = made_up_dataset(inputs, labels, ("red", "green", "blue")[:classes], classes + 1)
    network = random_classifier(0, cell, 1, units=6, tokens=4, classes=classes, vocabulary=classes + 1)
    return made_up_model(network, dataset, rnn=cell)


def test_they_learn_their_class_and_vote():
    model = word_model()
    settings = RecogniserSettings(steps=150, passes=1, batch_size=16, learning_rate=0.02)
    training = RecogniserTraining(model, 1.0, settings, seed=0)
    places = places_of(model, 40, seed=0)
    row = from_scratch(training, model, places, small_parameters())
    assert row["composed"]["all"]["accuracy"] > 0.95 and row["recognition"] > 0.95
    trained = training.trained(places)
    odds, labels = trained.odds(model.dataset.inputs("test")), model.dataset.labels("test")
    # For a vote, the classes' rates are added to odds of equally frequent sides.
    rates = np.bincount(model.dataset.labels("train")) / 60
    np.testing.assert_allclose(trained.rates, np.log(rates / (1 - rates)))
    assert row["recognition"] == recognition(labels, odds - trained.rates[:, None], np.zeros(3))


@pytest.mark.parametrize(("cell", "layers"), [("lstm", 1), ("gru", 2), ("vanilla", 2)])
def test_they_are_of_the_models_kind_on_its_embedding(cell, layers):
    model = classifier_model(cell=cell, layers=layers)
    training = RecogniserTraining(model, 0.6, SHORT, seed=0)
    for network in training.trained(places_of(model, 10, seed=0)).networks:
        assert [(layer.cell, layer.units) for layer in network.layers] == [(cell, training.units)] * layers
        np.testing.assert_allclose(network.embedding, model.classifier.embedding, rtol=1e-6)
        assert network.outputs == 2
    weights = sum(layer.weights for layer in model.network.layers)
    fitting = [recurrent_weights(model.network.layers, [units] * layers) <= 0.6 * weights for units in range(1, 5)]
    assert fitting == [units <= training.units for units in range(1, 5)]


def test_no_class_depends_on_those_before_it():
    model = classifier_model(layers=1)
    training = RecogniserTraining(model, 0.5, SHORT, seed=0)
    places = places_of(model, 10, seed=0)
    first, again = training.trained(places), training.trained(places)
    other = RecogniserTraining(model, 0.5, SHORT, seed=0).trained(places)
    for network, same, elsewhere in zip(first.networks, again.networks, other.networks, strict=True):
        np.testing.assert_array_equal(network.output_kernel, same.output_kernel)
        np.testing.assert_array_equal(network.output_kernel, elsewhere.output_kernel)
    another = RecogniserTraining(model, 0.5, SHORT, seed=1).trained(places)
    assert np.abs(another.networks[0].output_kernel - first.networks[0].output_kernel).max() > 1e-3


@pytest.mark.parametrize("many_output", [False, True])
def test_they_learn_from_the_decisions_that_small_modules_are_made_on(many_output, monkeypatch):
    model = classifier_model(many_output, layers=1)
    data, seen = model.dataset, []

    def drawn(*given):
        seen.append(draw_places(*given))
        return seen[-1]

    monkeypatch.setattr("rnn_modules.decomposition.compact.draw_places", drawn)
    parameters = dataclasses.replace(small_parameters(), ranking_sample=10, seed=3)
    compact(model.network, data.inputs("train"), data.labels("train"), data.class_names, parameters)
    for ours, theirs in zip(places_of(model, 10, seed=3), seen[0], strict=True):
        np.testing.assert_array_equal(ours.rows, theirs.rows)
        np.testing.assert_array_equal(ours.members, theirs.members)
    # All decisions, where no number is given.
    (everything, *_) = places_of(model, None, seed=3)
    assert len(everything.rows) == data.labels("train").size


def test_only_drawn_decisions_count_both_sides_alike():
    model = classifier_model(True, layers=1)
    labels = model.dataset.labels("train")
    for label, places in enumerate(places_of(model, 12, seed=0)):
        _, targets, weights = decided_examples(model.dataset.inputs("train"), places, labels.shape[1])
        assert np.count_nonzero(weights) == len(places.rows)
        assert weights[targets == 1].sum() == pytest.approx(weights[targets == 0].sum())
        rows = np.unique(places.rows)
        np.testing.assert_array_equal(targets[weights > 0], labels[rows][weights > 0] == label)


def test_batches_are_passes_over_all_examples(monkeypatch):
    model, fed = word_model(), []
    monkeypatch.setattr(recognisers, "run_fit", lambda model, settings, **data: fed.append(data))
    training = RecogniserTraining(model, 1.0, RecogniserSettings(steps=2, passes=3, batch_size=8), seed=0)
    training.trained(places_of(model, 20, seed=0)[:1])
    (data,) = fed
    # Three passes over 20 examples are more than two steps: 8 batches.
    assert len(data["x"]) == len(data["y"]) == len(data["sample_weight"]) == 64
    counts = np.unique(data["x"][:60], axis=0, return_counts=True)[1]
    assert not (counts % 3).any()


def test_one_node_a_layer_must_fit():
    layers = classifier_model(layers=2).network.layers
    with pytest.raises(InputError, match="shares: received 0.001, but one node a layer has"):
        units_within(layers, 0.001)
    assert units_within(layers, 1.0) == layers[0].units
