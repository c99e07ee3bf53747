"""The benchmark's problem, an LSTM and examples of the size of CLINC OOS, and both ways to work on it."""

import dataclasses

import numpy as np

import oracle
from rnn_modules.decomposition.algorithm import decompose
from rnn_modules.decomposition.composition import module_odds, vote
from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.samples import Samples, draw_samples
from rnn_modules.network import Classifier, RecurrentLayer

TOKENS, UNITS, EMBEDDING, VOCABULARY, CLASSES = 15, 100, 50, 5000, 10
PARAMETERS = DecompositionParameters()


@dataclasses.dataclass(frozen=True)
class Problem:
    """A network and the examples that it is decomposed with and evaluated on."""

    network: Classifier
    inputs: np.ndarray
    labels: np.ndarray
    samples: Samples

    @property
    def class_names(self) -> tuple[str, ...]:
        return tuple(f"domain {label}" for label in range(CLASSES))


def make_problem(examples: int, layers: int = 1) -> Problem:
    """Random weights of the size that training leaves, short texts padded on the left, labels by the network itself."""
    generator = np.random.default_rng(0)

    def normal(scale, *shape):
        return generator.normal(0, scale, shape).astype(np.float32)

    stack = [
        RecurrentLayer(
            cell="lstm",
            kernel=normal(0.15, EMBEDDING if index == 0 else UNITS, 4 * UNITS),
            recurrent_kernel=normal(0.1, UNITS, 4 * UNITS),
            bias=normal(0.2, 4 * UNITS),
            return_sequences=index < layers - 1,
        )
        for index in range(layers)
    ]
    network = Classifier(
        layers=tuple(stack),
        output_kernel=normal(0.3, UNITS, CLASSES),
        output_bias=normal(0.1, CLASSES),
        embedding=normal(0.5, VOCABULARY, EMBEDDING),
        tokens=TOKENS,
    )
    words = generator.integers(1, VOCABULARY, (examples, TOKENS), dtype=np.int32)
    lengths = generator.integers(4, TOKENS + 1, (examples, 1))
    inputs = np.where(np.arange(TOKENS) >= TOKENS - lengths, words, 0).astype(np.int32)
    # Classes of equal size, as in CLINC, and yet related to the activations: by rank of a random projection.
    logits = network.logits(inputs) @ generator.normal(size=CLASSES)
    labels = np.empty(examples, np.int32)
    labels[np.argsort(logits)] = np.arange(examples) * CLASSES // examples
    return Problem(network, inputs, labels, draw_samples(labels, CLASSES, TOKENS, PARAMETERS))


def decompose_by_library(problem: Problem, threads: int = 1, mode: str = "unrolled") -> ModuleMasks:
    return decompose(
        problem.network,
        problem.inputs,
        problem.labels,
        problem.class_names,
        PARAMETERS,
        (mode,),
        problem.samples,
        threads,
    )[mode]


def evaluate_by_library(problem: Problem, modules: ModuleMasks, threads: int = 1) -> np.ndarray:
    return vote(module_odds(problem.network, modules, problem.inputs, threads=threads)["mean"])


def oracle_model(network: Classifier) -> oracle.Model:
    (layer,) = network.layers
    arrays = layer.kernel, layer.recurrent_kernel, layer.bias
    return oracle.Model(
        [oracle.Layer(layer.cell, *arrays, layer.activation, layer.return_sequences)],
        network.output_kernel,
        network.output_bias,
    )


def decompose_by_oracle(problem: Problem) -> list[oracle.Concern]:
    """Unrolled modules, with the library's samples."""
    positives, negatives = (
        [by_step[0].tolist() for by_step in side] for side in (problem.samples.positive, problem.samples.negative)
    )
    return oracle.decompose_one(
        oracle_model(problem.network),
        problem.network.embedding[problem.inputs],
        problem.labels,
        positives,
        negatives,
        CLASSES,
        rolled=False,
        activation="logistic",
        thres=PARAMETERS.removal_cap,
        cap_counts=PARAMETERS.cap_counts,
    )


def evaluate_by_oracle(problem: Problem, modules: list[oracle.Concern], examples: int) -> np.ndarray:
    """Votes on the first ``examples`` examples."""
    return np.array([oracle.vote(modules, problem.network.embedding[row]) for row in problem.inputs[:examples]])
