"""Recognisers from scratch: for each class of a trained model a small network of its own, its class against the rest.

They are what small modules are held against: of the model's RNN type and depth, with as many nodes as fit in a share of
its recurrent weights, on its embedding, which stays as it is, and trained on the labelled decisions that a module is
made on. One Keras model is built for all classes and set back to the same start for each.
"""

from __future__ import annotations

import dataclasses
import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from rnn_modules.decomposition.composition import vote
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.places import Places, draw_places
from rnn_modules.decomposition.selection import least_share, recurrent_weights
from rnn_modules.experiments.decomposition_cost import rows_per_class
from rnn_modules.experiments.metrics import recognition, scoped_metrics
from rnn_modules.experiments.trained_model import TrainedModel
from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.settings import check_settings, setting
from rnn_modules.network import Classifier, RecurrentLayer, classifies
from rnn_modules.network.from_keras import from_keras
from rnn_modules.training.architectures import ArchitectureSettings, build
from rnn_modules.training.fit import TrainingSettings, compiled, restarting, run_fit, sizes_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RecogniserSettings:
    """How networks that small modules are held against are trained.

    Example:
        >>> RecogniserSettings(steps=200).batches(examples=100), RecogniserSettings(steps=200).batches(examples=32_000)
        (200, 3000)
        >>> RecogniserSettings(steps=0)
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: steps: received 0; use a whole number from 1 to 1,000,000
    """

    steps: int = setting(300, "gradient steps of a network trained from scratch, at least", least=1, most=1_000_000)
    passes: int = setting(3, "and passes over its examples, at least", least=1, most=10_000)
    batch_size: int = setting(32, "examples of one gradient step", least=1, most=1_000_000)
    learning_rate: float = setting(0.01, "of Adam", least=1e-12, most=100)

    def __post_init__(self) -> None:
        """Check types and ranges; raises :class:`InputError`."""
        check_settings(self)

    def described(self) -> dict[str, Any]:
        """What a result record says of the training."""
        return dataclasses.asdict(self) | {"backend": keras.backend.backend()}

    def batches(self, examples: int) -> int:
        """Gradient steps on so many examples."""
        return max(self.steps, math.ceil(self.passes * examples / self.batch_size))


def units_within(layers: Sequence[RecurrentLayer], share: float) -> int:
    """Most nodes that each of as many layers may have for a share of these layers' weights.

    Raises:
        InputError: one node a layer has more.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(3, 4), np.eye(4), np.zeros(4))
        >>> units_within([layer], 1.0), units_within([layer], 0.4)
        (4, 2)
    """
    most = share * sum(layer.weights for layer in layers)
    if share < (least := least_share(layers)):
        raise InputError(f"shares: received {share}, but one node a layer has {least:.3g}; give at least that")
    units = 1
    while recurrent_weights(layers, [units + 1] * len(layers)) <= most * (1 + 1e-9):
        units += 1
    return units


@dataclass(frozen=True, eq=False)
class Recognisers:
    """Trained networks, one for each class.

    Attributes:
        networks: each of two outputs: the rest, and the class.
        rates: ``(classes,)`` log-odds of each class in training, which are added for a vote; each was trained as if the
            class and the rest were equally frequent.

    Example:
        >>> from support.networks import random_classifier
        >>> one, other = (random_classifier(seed, classes=2) for seed in (0, 1))
        >>> found = Recognisers((one, other), np.array([0.5, -0.5]))
        >>> found.odds(np.zeros((3, one.tokens), np.int32)).shape
        (2, 3)
    """

    networks: tuple[Classifier, ...]
    rates: np.ndarray

    def odds(self, inputs: np.ndarray) -> np.ndarray:
        """Log-odds of each class as they vote, ``(classes, examples, ...)``; alone it says yes from its rate on."""
        found = []
        for network, rate in zip(self.networks, self.rates, strict=True):
            logits = network.logits(inputs)
            found.append(logits[..., 1] - logits[..., 0] + rate)
        return np.stack(found)


class RecogniserTraining:
    """Trains networks of one size for a model's classes.

    Args:
        model: a classifier.
        share: of its recurrent layers' weights that each network may have.
        settings: of the training.
        seed: of initial weights and of the order of examples.

    Raises:
        InputError: one node a layer has more weights.

    Example:
        >>> from support.made_up_models import classifier_model, small_parameters
        >>> model = classifier_model(layers=1)
        >>> training = RecogniserTraining(model, share=0.5, settings=RecogniserSettings(steps=2, passes=1), seed=0)
        >>> trained = training.trained(places_of(model, number=20, seed=0))  # doctest: +ELLIPSIS
        2/2...
        >>> training.units, len(trained.networks), trained.networks[0].outputs
        (2, 4, 2)
    """

    def __init__(self, model: TrainedModel, share: float, settings: RecogniserSettings, seed: int) -> None:
        network = model.classifier
        first = network.layers[0]
        self.units = units_within(network.layers, share)
        self.share = recurrent_weights(network.layers, [self.units] * len(network.layers)) / sum(
            layer.weights for layer in network.layers
        )
        self._dataset, self._settings = model.dataset, settings
        self._training = TrainingSettings(
            epochs=1, batch_size=settings.batch_size, learning_rate=settings.learning_rate, seed=seed
        )
        architecture = ArchitectureSettings(
            model.record["architecture"],
            model.record["rnn"],
            layers=len(network.layers),
            units=self.units,
            embedding=network.embedding.shape[1],
            recurrent_activation=first.recurrent_activation,  # type: ignore[arg-type]
        )
        sizes = sizes_of(model.dataset)
        self._timesteps = sizes.timesteps
        keras.utils.set_random_seed(seed)
        self._model = build(architecture, dataclasses.replace(sizes, outputs=2))
        embedding = self._model.get_layer("embedding")
        embedding.set_weights([network.embedding])
        embedding.trainable = False
        self._restart = restarting(compiled(self._model, self._training))

    def trained(self, places: Sequence[Places]) -> Recognisers:
        """A network for each class, trained on some decisions for it.

        Args:
            places: for each class those of training that it learns from.
        """
        labels = self._dataset.labels("train")
        rates = np.bincount(labels.ravel(), minlength=len(places)) / labels.size
        networks = []
        for label, part in enumerate(places):
            self._restart(self._training.seed)
            run_fit(self._model, self._training, validation_data=None, **self._examples(part, label))
            network = from_keras(self._model)
            assert classifies(network)
            networks.append(network)
        return Recognisers(tuple(networks), np.log(rates) - np.log1p(-rates))

    def _examples(self, places: Places, label: int) -> dict[str, Any]:
        """What ``fit`` takes: a batch for each gradient step, of one pass over the examples after another."""
        inputs, targets, weights = decided_examples(self._dataset.inputs("train"), places, self._timesteps)
        generator = np.random.default_rng([self._training.seed, label])
        number = self._settings.batches(len(inputs)) * self._settings.batch_size
        order = np.concatenate(list(_passes(len(inputs), number, generator)))[:number]
        return {
            "x": inputs[order],
            "y": targets[order],
            "sample_weight": weights[order],
            "batch_size": self._settings.batch_size,
            "shuffle": False,
        }


def _passes(examples: int, number: int, generator: np.random.Generator) -> Iterator[np.ndarray]:
    """Orders of all examples, until there are ``number``."""
    for _ in range(math.ceil(number / examples)):
        yield generator.permutation(examples)


def decided_examples(inputs: np.ndarray, places: Places, timesteps: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Training examples in which nothing but some decisions counts, the class' as much as all others together.

    Args:
        inputs: ``(examples, tokens) int32`` of the training split.
        places: the decisions, of one class and the rest.
        timesteps: number of decisions on an example.

    Returns:
        Inputs; targets, 1 for the class; and weights, both ``(rows,)`` or ``(rows, timesteps)``.

    Example:
        >>> inputs = np.array([[5, 6], [7, 8], [9, 9]], np.int32)
        >>> places = Places(np.array([2, 0, 2]), np.array([0, 1, 1]), np.array([True, False, False]))
        >>> rows, targets, weights = decided_examples(inputs, places, timesteps=2)
        >>> rows.tolist(), targets.tolist(), weights.tolist()
        ([[5, 6], [9, 9]], [[0, 0], [1, 0]], [[0.0, 0.75], [1.5, 0.75]])
    """
    counts = np.ones(len(places.rows)) if places.weights is None else places.weights.astype(float)
    for side in (places.members, ~places.members):
        counts[side] *= len(counts) / 2 / counts[side].sum()
    if places.steps is None:
        return inputs[places.rows], places.members.astype(np.int32), counts.astype(np.float32)
    rows, index = np.unique(places.rows, return_inverse=True)
    targets = np.zeros((len(rows), timesteps), np.int32)
    weights = np.zeros(targets.shape, np.float32)
    targets[index, places.steps], weights[index, places.steps] = places.members, counts
    return inputs[rows], targets, weights


def places_of(model: TrainedModel, number: int | None, seed: int) -> list[Places]:
    """For every class the labelled decisions that a small module of so many (None: of all) is made on.

    Example:
        >>> from support.made_up_models import classifier_model
        >>> model = classifier_model()
        >>> [len(part.rows) for part in places_of(model, 10, seed=0)], len(places_of(model, None, seed=0)[0].rows)
        ([10, 10, 9, 8], 40)
    """
    labels = model.dataset.labels("train")
    return draw_places(labels, len(model.dataset.class_names), number or 2 * labels.size, seed)


def from_scratch(
    training: RecogniserTraining, model: TrainedModel, places: Sequence[Places], parameters: DecompositionParameters
) -> dict[str, Any]:
    """Train networks on some decisions and judge them on the test split; as a row of a result record.

    Args:
        training: of the model's recognisers.
        model: whose embedding and test split they have.
        places: decisions for each class.
        parameters: of the modules that they are compared with, which say what is evaluated.

    Example:
        >>> from support.made_up_models import classifier_model, small_parameters
        >>> model, settings = classifier_model(layers=1), RecogniserSettings(steps=2, passes=1)
        >>> training = RecogniserTraining(model, share=0.5, settings=settings, seed=0)
        >>> row = from_scratch(training, model, places_of(model, 20, 0), small_parameters())  # doctest: +ELLIPSIS
        2/2...
        >>> sorted(row)
        ['composed', 'recognition', 'recurrent_share', 'seconds']
    """
    start = time.perf_counter()
    trained = training.trained(places)
    seconds = time.perf_counter() - start
    labels = model.dataset.labels("test")
    rows = rows_per_class(labels, parameters.test_examples_per_class)
    labels, odds = labels[rows], trained.odds(model.dataset.inputs("test")[rows])
    composed = scoped_metrics(labels, vote(odds))
    logger.info("from scratch, %d nodes a layer: %s", training.units, composed)
    return {
        "recurrent_share": training.share,
        "composed": composed,
        "recognition": recognition(labels, odds, trained.rates),
        "seconds": seconds,
    }
