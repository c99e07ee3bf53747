"""Training of translation models without work on padding: exact, and faster than ``fit`` on whole sentences.

Batches hold sentences of about one length and are cut to about the longest of them; the output layer, most of the work,
is computed at words alone. Loss and gradients of a batch are those that Keras computes with masks.
"""

from __future__ import annotations

import keras
import numpy as np

from rnn_modules.names import PADDING_ID
from rnn_modules.training.fit import History, Inputs, TrainingSettings, run_fit

WINDOW = 50
"""Number of batches whose sentences are sorted by length together; the order of all is drawn first."""
TOKENS, PLACES = 4, 64
"""Sentences and places are filled up to multiples of these, so that compiled backends meet few shapes."""


class SentenceBatches(keras.utils.PyDataset):
    """Batches of sentences of about one length, in another order in every epoch.

    Args:
        sources: ``(examples, source tokens) int32``, padded on the right.
        fed: ``(examples, target tokens) int32`` what the decoder reads; a step with padding does not count.
        words: ``(examples, target tokens) int32`` what it should say.
        batch_size: sentences of a batch.
        seed: of the order.

    Example:
        >>> sources = np.array([[5, 0, 0], [5, 6, 7], [5, 6, 0]], np.int32)
        >>> fed = np.array([[1, 0], [1, 3], [1, 0]], np.int32)
        >>> batches = SentenceBatches(sources, fed, fed + 1, batch_size=2, seed=0)
        >>> (source, target, places), said, counted = batches[0]
        >>> len(batches), source.shape, target.shape, places[:2].tolist(), int(counted.sum())
        (2, (2, 3), (2, 2), [0, 2], 2)
    """

    def __init__(self, sources: np.ndarray, fed: np.ndarray, words: np.ndarray, batch_size: int, seed: int):
        super().__init__()
        self._arrays = sources, fed, words
        self._lengths = np.stack([_lengths(fed), _lengths(sources)])
        self._size, self._generator = batch_size, np.random.default_rng(seed)
        self._batches = self._cut(np.lexsort(self._lengths[::-1]))

    def _cut(self, order: np.ndarray) -> list[np.ndarray]:
        return [order[start : start + self._size] for start in range(0, len(order), self._size)]

    def _widths(self, index: int) -> np.ndarray:
        """Tokens of a batch's targets and sources."""
        longest = np.maximum(1, self._lengths[:, self._batches[index]].max(axis=1))
        sources, fed, _ = self._arrays
        return np.minimum(TOKENS * np.ceil(longest / TOKENS).astype(int), [fed.shape[1], sources.shape[1]])

    def __len__(self) -> int:
        """Number of batches."""
        return len(self._batches)

    def on_epoch_begin(self) -> None:
        """Draw the order of an epoch."""
        order = self._generator.permutation(len(self._arrays[0]))
        batches = []
        for window in range(0, len(order), WINDOW * self._size):
            part = order[window : window + WINDOW * self._size]
            batches += self._cut(part[np.lexsort(self._lengths[::-1, part])])
        self._batches = [batches[index] for index in self._generator.permutation(len(batches))]

    def __getitem__(self, index: int) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
        """Sources, decoder inputs and places of words; the words there; and which of the places count."""
        rows = self._batches[index]
        widths = self._widths(index)
        if index == 1:
            # Keras takes for fixed what is the same in the first two batches.
            widths += TOKENS * (widths == self._widths(0))
        target_tokens, source_tokens = widths
        sources, fed, words = (array[rows] for array in self._arrays)
        sources, fed, words = _wide(sources, source_tokens), _wide(fed, target_tokens), _wide(words, target_tokens)
        places = np.flatnonzero(fed != PADDING_ID)
        said = words.ravel()[places]
        empty = -len(places) % PLACES
        counted = np.pad(np.ones(len(places), np.float32), (0, empty))
        return (sources, fed, np.pad(places, (0, empty)).astype(np.int32)), np.pad(said, (0, empty)), counted


def _wide(ids: np.ndarray, tokens: int) -> np.ndarray:
    """Ids cut, or filled up, to so many tokens."""
    return np.pad(ids[:, :tokens], [(0, 0), (0, max(0, tokens - ids.shape[1]))], constant_values=PADDING_ID)


def _lengths(ids: np.ndarray) -> np.ndarray:
    """Number of tokens up to the last word of each sentence."""
    present = ids != PADDING_ID
    return np.where(present.any(axis=1), ids.shape[1] - np.argmax(present[:, ::-1], axis=1), 0)


def at_words(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> keras.Model:
    """A model that shares all layers of a translation model and says words at given places of a batch alone.

    Args:
        model: from :func:`rnn_modules.training.architectures.build`.
        optimizer: that it is compiled with.

    Example:
        >>> from rnn_modules.training.architectures import ArchitectureSettings, DataSizes, build
        >>> model = build(ArchitectureSettings("encoder_decoder", units=4, embedding=3), DataSizes(6, 5, 30, 8))
        >>> trained = at_words(model, keras.optimizers.Adam())
        >>> sentence = np.array([[1, 2]], np.int32)
        >>> tuple(trained([sentence, sentence, np.array([1], np.int32)]).shape)
        (1, 8)
    """
    sources, fed = (keras.Input((None,), dtype="int32", name=name) for name in ("any_source", "any_target"))
    places = keras.Input((), dtype="int32", name="places")
    output = model.get_layer("output")
    # The same layers, called with sentences of any length.
    below = keras.Model(model.inputs, output.input)
    hidden = keras.models.clone_model(below, [sources, fed], clone_function=lambda layer: layer).output
    rows = keras.ops.reshape(hidden, (-1, hidden.shape[-1]))
    trained = keras.Model([sources, fed, places], output(keras.ops.take(rows, places, axis=0)), name=model.name)
    trained.compile(
        optimizer,
        keras.losses.SparseCategoricalCrossentropy(reduction="mean_with_sample_weight"),
        weighted_metrics=[keras.metrics.SparseCategoricalAccuracy("accuracy")],
        jit_compile=keras.backend.backend() == "jax",
    )
    return trained


def fit_translation(
    trained: keras.Model,
    examples: tuple[Inputs, np.ndarray],
    settings: TrainingSettings,
    validation: tuple[Inputs, np.ndarray] | None = None,
) -> History:
    """Fit a translation model in place.

    Args:
        trained: from :func:`at_words`.
        examples: sources and decoder inputs, and the words to be said, see
            :func:`~rnn_modules.training.fit.inputs_and_targets`.
        settings: epochs, batch size, seed.
        validation: the same of sentences whose metrics enter the history, or None.

    Returns:
        The history: loss and accuracy are of words.

    Raises:
        InputError: see :func:`~rnn_modules.training.fit.fit`.

    Example:
        >>> from rnn_modules.training.architectures import ArchitectureSettings, DataSizes, build
        >>> from rnn_modules.training.fit import compiled
        >>> settings = TrainingSettings(epochs=2, batch_size=2)
        >>> model = build(ArchitectureSettings("encoder_decoder", units=4, embedding=3), DataSizes(2, 2, 9, 9))
        >>> words = np.array([[1, 2], [3, 0], [4, 5]], np.int32)
        >>> examples = (words, words), words
        >>> trained = at_words(model, compiled(model, settings).optimizer)
        >>> history = fit_translation(trained, examples, settings)  # doctest: +ELLIPSIS
        Epoch 1/2...
        >>> sorted(history), history["loss"][1] < history["loss"][0]
        (['accuracy', 'loss'], True)
    """
    watched = None if validation is None else batches_of(validation, settings)
    return run_fit(trained, settings, x=batches_of(examples, settings), validation_data=watched)


def batches_of(examples: tuple[Inputs, np.ndarray], settings: TrainingSettings) -> SentenceBatches:
    """Batches of examples as :func:`fit_translation` takes them, for training or evaluation.

    Example:
        >>> words = np.array([[1, 2], [3, 0], [4, 5]], np.int32)
        >>> len(batches_of(((words, words), words), TrainingSettings(batch_size=2)))
        2
    """
    (sources, fed), words = examples
    return SentenceBatches(sources, fed, words, settings.batch_size, settings.seed)
