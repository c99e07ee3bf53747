"""Fitting a compiled model."""

import csv
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.training.architectures import ArchitectureSettings, DataSizes, build
from rnn_modules.training.fit import (
    TrainingSettings,
    compiled,
    evaluation_batch,
    fit,
    inputs_and_targets,
    sizes_of,
    write_history,
)
from rnn_modules.training.train_model import train
from support.made_up_models import many_output_dataset, one_output_dataset, translator_model

SIZES = DataSizes(input_tokens=4, timesteps=1, vocabulary=6, outputs=2)


def small_model(settings, sizes=SIZES, architecture="many_to_one"):
    keras.utils.set_random_seed(settings.seed)
    shape = ArchitectureSettings(architecture=architecture, rnn="vanilla", units=4, embedding=3)
    return compiled(build(shape, sizes), settings)


def examples(number=24):
    inputs = np.random.default_rng(0).integers(0, 6, (number, 4), dtype=np.int32)
    return inputs, (inputs[:, -1] > 2).astype(np.int32)


def test_training_that_diverges_is_an_error_that_names_the_rate():
    settings = TrainingSettings(epochs=2, learning_rate=100.0)
    model = small_model(settings)
    # No rate that is accepted makes so small a model diverge.
    model.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    with pytest.raises(InputError, match=r"training of many_to_one diverged: losses \[.*\]; lower learning_rate .*100"):
        fit(model, *examples(), settings)


def test_sizes_and_targets_of_datasets():
    one, many, translations = one_output_dataset(), many_output_dataset(timesteps=3), translator_model().dataset
    assert sizes_of(one) == DataSizes(5, 1, 7, 3)
    assert sizes_of(many) == DataSizes(5, 3, 7, 4)
    assert sizes_of(translations) == DataSizes(4, 5, len(translations.vocabulary["input"]), 12)
    (sources, fed), targets = inputs_and_targets(translations, "train")
    # Each word is predicted from those before it.
    np.testing.assert_array_equal(fed[:, 1:], targets[:, :-1])
    np.testing.assert_array_equal(sources, translations.inputs("train"))
    np.testing.assert_array_equal(inputs_and_targets(many, "test")[1], many.labels("test"))


@pytest.mark.parametrize(("shape", "examples"), [((None, 10), 1024), ((None, 7, 3000), 1024), ((None, 19, 30_000), 58)])
def test_few_examples_of_many_probabilities_are_evaluated_at_once(shape, examples):
    assert evaluation_batch(SimpleNamespace(output_shape=shape)) == examples


def test_a_split_without_examples_is_an_error():
    dataset = one_output_dataset()
    dataset.arrays["train_inputs"] = dataset.arrays["train_inputs"][:0]
    with pytest.raises(InputError, match="made up: split 'train' has no example"):
        inputs_and_targets(dataset, "train")


def test_a_model_learns_and_its_history_has_a_value_per_epoch(tmp_path):
    settings = TrainingSettings(epochs=8, batch_size=4, learning_rate=0.05)
    dataset = one_output_dataset(classes=2)
    for split in ("train", "validation"):
        dataset.inputs(split)[:, -1] = 2 + dataset.labels(split)
    model = small_model(settings, sizes_of(dataset))
    _, history = train(model, dataset, settings)
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(len(values) == 8 and all(type(value) is float for value in values) for values in history.values())
    assert history["loss"][-1] < history["loss"][0]
    assert history["val_accuracy"][-1] > 0.8
    assert model.optimizer.learning_rate.numpy() == pytest.approx(0.05)
    write_history(tmp_path / "history.csv", history)
    rows = list(csv.DictReader((tmp_path / "history.csv").open()))
    assert [row["epoch"] for row in rows] == [str(epoch) for epoch in range(1, 9)]
    assert [float(row["val_loss"]) for row in rows] == history["val_loss"]


def drifting(epochs, **changes):
    """A model on examples of which the validation ones say the contrary, so that it gets worse on these."""
    settings = TrainingSettings(epochs=epochs, batch_size=4, learning_rate=0.05, **changes)
    inputs, labels = examples()
    model = small_model(settings)
    history = fit(model, inputs, labels, settings, (inputs, 1 - labels))
    return settings, model, history, (inputs, 1 - labels)


def test_the_epoch_of_the_lowest_validation_loss_is_kept_when_asked():
    settings, model, history, validation = drifting(6, kept_epoch="best_validation")
    assert len(history["val_loss"]) == 6
    kept = settings.kept(history)
    assert kept == 1 + int(np.argmin(history["val_loss"])) and kept < 6
    loss = model.evaluate(*validation, verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(history["val_loss"][kept - 1], rel=1e-5)
    # The same training, one epoch after another, and the last one kept.
    settings, model, last, _ = drifting(6)
    assert last == history and settings.kept(last) == 6
    loss = model.evaluate(*validation, verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(history["val_loss"][-1], rel=1e-5)


def test_no_epoch_can_be_chosen_without_validation():
    settings = TrainingSettings(epochs=1, kept_epoch="best_validation")
    with pytest.raises(InputError, match="kept_epoch: received best_validation, but there is no validation split"):
        fit(small_model(settings), *examples(), settings)


@pytest.mark.parametrize(("examples", "steps"), [(1, 1), (4, 1), (5, 2), (8, 2)])
def test_steps_of_a_pass(examples, steps):
    assert TrainingSettings(batch_size=4).steps(examples) == steps


def test_without_a_validation_split_none_is_watched():
    settings = TrainingSettings(epochs=1)
    dataset = one_output_dataset()
    for name in ("validation_inputs", "validation_labels"):
        del dataset.arrays[name]
    _, history = train(small_model(settings, sizes_of(dataset)), dataset, settings)
    assert set(history) == {"loss", "accuracy"}
