"""Translation models trained at words alone: the loss and the gradients that Keras computes with masks."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.files.atomic_files import InputError
from rnn_modules.training.architectures import ArchitectureSettings, DataSizes, build
from rnn_modules.training.fit import TrainingSettings, compiled
from rnn_modules.training.translation import TOKENS, SentenceBatches, at_words, fit_translation

SIZES = DataSizes(input_tokens=7, timesteps=6, vocabulary=12, outputs=11)


def sentences(examples, seed=0):
    """Sources, decoder inputs, words: padded on the right, of many lengths, the first of the largest."""
    generator = np.random.default_rng(seed)

    def padded(tokens, words):
        ids = generator.integers(1, words, (examples, tokens), dtype=np.int32)
        lengths = generator.integers(1, tokens + 1, examples)
        return np.where(np.arange(tokens) < lengths[:, None], ids, 0).astype(np.int32)

    target = padded(SIZES.timesteps + 1, SIZES.outputs)
    return padded(SIZES.input_tokens, SIZES.vocabulary), target[:, :-1].copy(), target[:, 1:].copy()


def fitted(model, training):
    return at_words(model, compiled(model, training).optimizer)


def translator(rnn="lstm", layers=1, seed=0):
    keras.utils.set_random_seed(seed)
    return build(ArchitectureSettings("encoder_decoder", rnn, layers, units=5, embedding=4), SIZES)


@pytest.mark.parametrize(("rnn", "layers"), [("lstm", 2), ("gru", 1), ("vanilla", 3)])
def test_a_step_is_the_one_that_keras_takes_with_masks(rnn, layers):
    sources, fed, words = sentences(24)
    plain, fast = translator(rnn, layers), translator(rnn, layers)
    for model in (plain, fast):
        # Whose step is the gradient itself.
        model.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy", jit_compile=False)
    loss = plain.train_on_batch((sources, fed), words)
    ((inputs, said, counted),) = [SentenceBatches(sources, fed, words, batch_size=24, seed=0)[0]]
    received = at_words(fast, fast.optimizer).train_on_batch(inputs, said, counted, return_dict=True)["loss"]
    assert received == pytest.approx(float(loss), rel=1e-5)
    for weights, expected in zip(fast.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(weights, expected, atol=2e-6)


def test_weights_have_the_order_of_the_model_that_is_saved():
    model = translator(layers=2)
    trained = at_words(model, keras.optimizers.Adam())
    assert [weight.path for weight in trained.trainable_variables] == [
        weight.path for weight in model.trainable_variables
    ]


def test_every_epoch_has_each_sentence_once_in_another_order():
    sources, fed, words = sentences(50)
    sources[:, 0] = np.arange(1, 51)  # Names the sentence.
    batches = SentenceBatches(sources, fed, words, batch_size=8, seed=1)
    orders = []
    for _ in range(3):
        batches.on_epoch_begin()
        orders.append(np.concatenate([batches[index][0][0][:, 0] for index in range(len(batches))]).tolist())
    assert all(sorted(order) == list(range(1, 51)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3
    again = SentenceBatches(sources, fed, words, batch_size=8, seed=1)
    again.on_epoch_begin()
    assert np.concatenate([again[index][0][0][:, 0] for index in range(len(again))]).tolist() == orders[0]


def test_batches_are_cut_to_about_their_longest_sentence_and_hold_every_word():
    sources, fed, words = sentences(40)
    batches = SentenceBatches(sources, fed, words, batch_size=8, seed=0)
    batches.on_epoch_begin()
    said, widths = [], set()
    for index in range(len(batches)):
        (source, target, places), there, counted = batches[index]
        # The second one may be wider.
        assert index == 1 or (source[:, -TOKENS:].any() and target[:, -TOKENS:].any())
        widths.add(target.shape[1])
        said += there[counted > 0].tolist()
        assert (target.ravel()[places[counted > 0]] > 0).all()
    assert sorted(said) == sorted(words[fed > 0].tolist())
    assert len(widths) > 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 99), st.integers(2, 30), st.integers(1, 5), st.sampled_from([(1, 1), (1, 9), (9, 1), (9, 9)]))
def test_the_first_two_batches_differ_in_each_size_that_may_vary(seed, examples, size, most):
    generator = np.random.default_rng(seed)
    sources, fed = (
        np.where(np.arange(9) < generator.integers(1, longest + 1, (examples, 1)), 1, 0).astype(np.int32)
        for longest in most
    )
    batches = SentenceBatches(sources, fed, fed, batch_size=size, seed=seed)
    for _ in range(2):
        if len(batches) > 1:
            (first, first_fed, _), (second, second_fed, _) = batches[0][0], batches[1][0]
            assert first.shape[1] != second.shape[1] and first_fed.shape[1] != second_fed.shape[1]
        batches.on_epoch_begin()


def test_sentences_that_are_short_in_one_batch_alone_train():
    # As many words as any sentence of the first and of the last batch by length has.
    sources = np.array([[1] * 8] * 4 + [[1] * 2 + [0] * 6] * 4 + [[1] * 8] * 4, np.int32)
    fed = np.array([[1] * number + [0] * (6 - number) for number in range(1, 7) for _ in range(2)], np.int32)
    training = TrainingSettings(epochs=3, batch_size=4)
    keras.utils.set_random_seed(0)
    model = build(ArchitectureSettings("encoder_decoder", "gru", units=3, embedding=2), DataSizes(8, 6, 4, 4))
    history = fit_translation(fitted(model, training), ((sources, fed), fed), training)
    assert len(history["loss"]) == 3


@pytest.mark.parametrize("examples", [1, 9])
def test_few_sentences_train(examples):
    training = TrainingSettings(epochs=2, batch_size=4, kept_epoch="best_validation")
    sources, fed, words = sentences(examples)
    data = (sources, fed), words
    history = fit_translation(fitted(translator(), training), data, training, validation=data)
    assert sorted(history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    with pytest.raises(InputError, match="kept_epoch: received best_validation, but there is no validation split"):
        fit_translation(fitted(translator(), training), data, training)
