"""What the published package does where it departs from the paper's text, transcribed as literally as the algorithms.

The facts are those of an audit of the package and were looked up in its scripts where the audit leaves them open
(github.com/sayemimtiaz/DecomposeRNNintoModules, doi 10.5281/zenodo.7578832); no line of the package stands here.
Weights are visited and written in the package's order, so that what its writing back leaves of the zeros, or what its
aliased arrays do, comes about here as it does there and is not assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from oracle.concern import Concern, init_concern, mean, remove_outliers
from oracle.decomposition import channel
from oracle.network import GATES, Layer, Model, State, replay

Weights = tuple[np.ndarray, np.ndarray, np.ndarray]
Rows = list[int]


@dataclass
class Case:
    """A trained model with examples, and what the package's scripts of its input/output type do with it.

    Attributes:
        model: the model; all gates are replayed with the sigmoid, whatever they were trained with.
        X: embedded examples, `(examples, timesteps, features)` float.
        Y: class ids, `(examples,)`, or `(examples, timesteps)` for many outputs.
        classes: number of classes.
        rolled: whether there is one copy of the weights for all timesteps.
        cap: share of a layer's nodes at which removal stops.
        aliased: the scripts for rolled M:1 models remove from the very arrays that they write back from.
        decoder: an encoder-decoder: padded steps count, and the output layer stays as it is.
        mask: `(examples, timesteps)` bool, for decoders.
        initial_state: of the first layer, for decoders.
        M: number of positive examples.
        scores: of every judged layer, as they were found.
        seen: hidden states of examples, by row.
    """

    model: Model
    X: np.ndarray
    Y: np.ndarray
    classes: int
    rolled: bool
    cap: float
    aliased: bool = False
    decoder: bool = False
    mask: np.ndarray | None = None
    initial_state: np.ndarray | State | None = None
    M: int = 500
    scores: list[np.ndarray] = field(default_factory=list)
    seen: dict[int, list[list[np.ndarray]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The model as the package replays it."""
        layers = [Layer(**{**vars(layer), "reset_after": True}) for layer in self.model.layers]
        self.model = Model(layers, self.model.output_kernel, self.model.output_bias)

    @property
    def activation(self) -> str:
        """Of the recurrent layers."""
        return self.model.layers[0].activation

    @property
    def timesteps(self) -> int:
        """Of the recurrent layers."""
        return self.X.shape[1]

    def states(self, row: int) -> list[list[np.ndarray]]:
        """Hidden states of one example by layer and timestep; a masked step has that of the step before."""
        if row in self.seen:
            return self.seen[row]

        def weights(number: int, ts: int) -> Weights:
            layer = self.model.layers[number]
            return layer.kernel, layer.recurrent_kernel, layer.bias

        state = self.initial_state
        if isinstance(state, tuple):
            state = (state[0][row], state[1][row])
        elif state is not None:
            state = state[row]
        mask = None if self.mask is None else self.mask[row]
        trace = replay(self.model.layers, weights, self.X[row], mask, state)
        self.seen[row] = [[step.hidden for step in steps] for steps in trace]
        return self.seen[row]


def first_rows(Y: np.ndarray, label: int, M: int, classes: int) -> tuple[Rows, Rows]:
    """The first M rows of a class, and the first rows of any other class until they are at least M / (classes - 1)."""
    positives = [row for row in range(len(Y)) if Y[row] == label][:M]
    negatives: Rows = []
    for row in range(len(Y)):
        if Y[row] != label and len(negatives) < M / (classes - 1):
            negatives.append(row)
    return positives, negatives


def rows_of_each_language(Y: np.ndarray, label: int, M: int, classes: int) -> tuple[Rows, Rows]:
    """The first M sentences of a language, and the first M / (languages - 1) of each other one."""
    positives = [row for row in range(len(Y)) if Y[row] == label][:M]
    negatives: Rows = []
    for other in range(classes):
        own = 0
        for row in range(len(Y)):
            if other != label and Y[row] == other and own < M / (classes - 1):
                negatives.append(row)
                own += 1
    return positives, negatives


def observations(case: Case, label: int, ts: int | None) -> tuple[list[list[np.ndarray]], list[list[np.ndarray]]]:
    """Hidden states of the positive and of the negative sample by layer, at a timestep, or for all of them at once.

    A rolled model of one output is seen at its last timestep alone; one of many outputs, and a decoder, at all of them.
    """
    sides: tuple[list, list] = ([[] for _ in case.model.layers], [[] for _ in case.model.layers])
    if case.decoder or case.Y.ndim == 1:
        steps = range(case.timesteps) if case.decoder else [case.timesteps - 1]
        samples = (rows_of_each_language if case.decoder else first_rows)(case.Y, label, case.M, case.classes)
        by_step = [(step, samples) for step in (steps if ts is None else [ts])]
    else:
        by_step = [
            (step, first_rows(case.Y[:, step], label, case.M, case.classes))
            for step in (range(case.timesteps) if ts is None else [ts])
        ]
    for step, samples in by_step:
        for side, rows in zip(sides, samples, strict=True):
            for row in rows:
                for layer, states in enumerate(case.states(row)):
                    side[layer].append(states[step])
    return sides


def statistic(case: Case, values: list[np.ndarray], node: int) -> float:
    """How active a node is: the mean without outliers, or how often a ReLU is above 0, as a share."""
    if case.activation == "relu":
        return sum(1 for value in values if value[node] > 0) / len(values)
    return mean(remove_outliers([abs(float(value[node])) for value in values]))


def goes(case: Case, score: float, lowest: float, first: bool, removed: int, units: int) -> bool:
    """Whether a node is removed, which is visited after so many removed ones."""
    if case.activation == "relu":
        return score <= -0.5 and removed / units < case.cap
    if removed / units < case.cap:
        return score < 0
    return not first and score < 0 and lowest / score < 1.1


def cut(
    case: Case,
    number: int,
    scores: list[float],
    own: Weights,
    source: Weights,
    sent: np.ndarray,
    sent_source: np.ndarray,
) -> list[bool]:
    """Visit the nodes of a layer from the lowest score up; zero those that go, write back those that stay.

    Args:
        case: the case.
        number: of the layer.
        scores: of its nodes.
        own: W, U, B of the module; changed in place.
        source: W, U, B that are written back.
        sent: kernel of the layer that reads this one; changed in place.
        sent_source: what is written back there.

    Returns:
        Which nodes went.
    """
    layer = case.model.layers[number]
    units, gates = layer.units, GATES[layer.cell]
    (W, U, B), (from_W, from_U, from_B) = own, source
    order = sorted(range(units), key=lambda node: scores[node])
    gone = [False] * units
    for place, node in enumerate(order):
        gone[node] = goes(case, scores[node], scores[order[0]], place == 0, sum(gone), units)
        columns = [gate * units + node for gate in range(gates)]
        if gone[node]:
            W[:, columns], U[:, columns], B[columns] = 0.0, 0.0, 0.0
            U[node], sent[node] = 0.0, 0.0
        else:
            W[:, columns], U[:, columns], B[columns] = from_W[:, columns], from_U[:, columns], from_B[columns]
            U[node], sent[node] = from_U[node], sent_source[node]
    case.scores.append(np.array(scores))
    return gone


def module_of_step(case: Case, label: int, ts: int | None) -> Concern:
    """A concern of one copy of the weights: that of a timestep, or a rolled module."""
    trained, module = (init_concern(case.model, 1, True) for _ in range(2))
    positive, negative = observations(case, label, ts)
    if not positive[0] or not negative[0]:
        return module
    sources = [
        (trained.kernel[number][0], trained.recurrent_kernel[number][0], trained.bias[number][0])
        for number in range(len(case.model.layers))
    ]
    own = [tuple(np.zeros_like(part) for part in source) for source in sources]
    # The output layer's copy is the very array that it is written back from.
    output = trained.output_kernel[0]
    for number, layer in enumerate(case.model.layers):
        if case.aliased:
            own[number] = sources[number]
        elif not case.rolled:
            own[number] = tuple(part.copy() for part in sources[number])
        scores = [
            statistic(case, positive[number], node) - statistic(case, negative[number], node)
            for node in range(layer.units)
        ]
        last = number == len(case.model.layers) - 1
        sent, sent_source = (output, output) if last else (own[number + 1][0], sources[number + 1][0])
        gone = cut(case, number, scores, own[number], sources[number], sent, sent_source)
        module.kernel[number][0], module.recurrent_kernel[number][0], module.bias[number][0] = own[number]
        module.removed_columns[number][0][:] = gone * GATES[layer.cell]
    if not case.decoder:
        module.output_kernel[0] = output
    return module


def decompose(case: Case) -> list[Concern]:
    """One module for each class, as the package's scripts make them; of a decoder without channelled outputs."""
    modules = []
    for label in range(case.classes):
        if case.rolled:
            module = module_of_step(case, label, None)
        else:
            module = init_concern(case.model, case.timesteps, False)
            for ts in range(case.timesteps):
                step = module_of_step(case, label, ts)
                for number in range(len(case.model.layers)):
                    module.kernel[number][ts] = step.kernel[number][0]
                    module.recurrent_kernel[number][ts] = step.recurrent_kernel[number][0]
                    module.bias[number][ts] = step.bias[number][0]
                    module.removed_columns[number][ts] = step.removed_columns[number][0]
                # Of many outputs the output layer of the first timestep is saved, for all of them.
                if ts == (0 if case.Y.ndim == 2 else case.timesteps - 1):
                    module.output_kernel = [step.output_kernel[0].copy() for _ in module.output_kernel]
        modules.append(module if case.decoder else channel(module, label))
    return modules


def without_weights(module: Concern) -> Concern:
    """What the evaluators of rolled many-output modules run: all recurrent weights zero."""
    for number in range(len(module.model.layers)):
        for array in (module.kernel[number][0], module.recurrent_kernel[number][0], module.bias[number][0]):
            array[:] = 0.0
    return module


def rows_of_test(Y: np.ndarray, classes: int, number: int) -> Rows:
    """Examples that M:N modules are evaluated on: a row counts for the first of its classes that has too few yet."""
    taken = [0] * classes
    rows = []
    for row in range(len(Y)):
        for label in range(classes):
            if label in Y[row] and taken[label] < number:
                taken[label] += 1
                rows.append(row)
                break
    return rows


def margins(scores: Sequence[np.ndarray], relu: bool) -> float:
    """How far the verdicts are from another one: the smallest gap between scores, to 0, or to a ratio of 1.1."""
    smallest = np.inf
    for of_layer in scores:
        special = -0.5 if relu else 0.0
        gaps = np.diff(np.sort(np.append(of_layer, special)))
        ratios = np.abs(of_layer.min() / of_layer[of_layer < 0] - 1.1)
        found = np.concatenate([gaps[gaps > 0], ratios])
        smallest = min(smallest, found.min(initial=np.inf))
    return float(smallest)
