"""Between the library's networks and the oracle's models: the same weights, embedded inputs and samples."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

import oracle
from oracle.concern import Concern
from oracle.network import CANDIDATE
from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.parameters import BETWEEN_REMOVED
from rnn_modules.decomposition.samples import Samples
from rnn_modules.network import Classifier, EncoderDecoder, Network

MARGIN = 1e-9
"""Differences below this may be turned around by rounding; a decision that hangs on one is no test."""


def to_oracle(network: Network) -> oracle.Model:
    """The recurrent layers that are decomposed, and the output layer."""
    layers = [
        oracle.Layer(
            layer.cell, layer.kernel, layer.recurrent_kernel, layer.bias, layer.activation, layer.return_sequences
        )
        for layer in network.layers
    ]
    return oracle.Model(layers, network.output_kernel, network.output_bias)


def embedded(network: Classifier, inputs: np.ndarray) -> np.ndarray:
    """Embedded inputs of the first recurrent layer, `(examples, timesteps, features)`."""
    values = network.embedding[inputs]
    if network.repeat is None:
        return values
    return np.repeat(values.reshape(len(inputs), 1, -1), network.repeat, axis=1)


def decoder_arguments(network: EncoderDecoder, inputs: tuple[np.ndarray, np.ndarray]) -> dict:
    """What the oracle needs of the examples of a translator: inputs, mask and initial state of the decoder."""
    sources, targets = inputs
    state = tuple(part[0] for part in network.encode(sources))
    return {
        "X": network.target_embedding[targets],
        "mask": targets != 0,
        "initial_state": state if network.layers[0].cell == "lstm" else state[0],
    }


def oracle_modules(
    network: Network, inputs, labels: np.ndarray, samples: Samples, classes: int, rolled: bool, parameters
) -> list[Concern]:
    """Decompose by the oracle, with the library's samples and parameters."""
    if isinstance(network, EncoderDecoder):
        # Masked steps are left out by the oracle itself, so every step may have all of a class's rows.
        arguments = decoder_arguments(network, inputs) | {"channelled": False}
        positive, negative = (
            [np.unique(np.concatenate(by_step)).tolist() for by_step in side]
            for side in (samples.positive, samples.negative)
        )
    else:
        arguments = {"X": embedded(network, inputs)}
        positive, negative = (
            [[rows.tolist() for rows in by_step] for by_step in side] for side in (samples.positive, samples.negative)
        )
        if labels.ndim == 1:
            positive, negative = ([by_step[0] for by_step in side] for side in (positive, negative))
    decompose = oracle.decompose_many if labels.ndim == 2 else oracle.decompose_one
    return decompose(
        to_oracle(network),
        Y=labels,
        positives=positive,
        negatives=negative,
        classes=classes,
        rolled=rolled,
        activation="relu" if network.layers[0].activation == "relu" else "logistic",
        thres=parameters.removal_cap,
        gate_approach=parameters.gate_approach,
        removal_scope=parameters.removal_scope,
        cap_counts=parameters.cap_counts,
        sigmoid_gates=parameters.sigmoid_gates,
        **arguments,
    )


def pooled_jaccard(model: oracle.Model, module: Concern, include_output: bool = True) -> float:
    """The oracle's index over the copies of all timesteps together; `oracle.jaccard` averages the copies' indices."""
    shares = []
    for timestep in range(len(module.kernel[0])):
        copy = dataclasses.replace(
            module,
            rolled=True,
            kernel=[[layer[timestep]] for layer in module.kernel],
            output_kernel=[module.output(timestep)[0]],
            output_bias=[module.output(timestep)[1]],
        )
        index = oracle.jaccard(model, copy, include_output)
        shares.append(2 * index / (1 + index))
    share = sum(shares) / len(shares)
    return share / (2 - share)


def hangs_on_rounding(network: Network, inputs, samples: Samples, rolled: bool, parameters) -> bool:
    """Whether some verdict of a decomposition would turn around when activations change by less than the margin."""
    model = to_oracle(network)
    if isinstance(network, EncoderDecoder):
        arguments = decoder_arguments(network, inputs)
    else:
        arguments = {"X": embedded(network, inputs), "mask": None, "initial_state": None}
    records = {}
    for row in {int(row) for side in (samples.positive, samples.negative) for c in side for s in c for row in s}:
        state = arguments["initial_state"]
        if state is not None:
            state = tuple(part[row] for part in state) if isinstance(state, tuple) else state[row]
        mask = None if arguments["mask"] is None else arguments["mask"][row]
        records[row] = oracle.monitor(model, arguments["X"][row], parameters.gate_approach, mask, state)
    for label in range(len(samples.positive)):
        sides = (samples.positive[label], samples.negative[label])
        for steps in [range(network.timesteps)] if rolled else [[step] for step in range(network.timesteps)]:
            observed = [
                [
                    np.array([records[int(row)][layer][step] for step in steps for row in by_step[step]])
                    for layer in range(len(model.layers))
                ]
                for by_step in sides
            ]
            if all(len(side[0]) for side in observed) and _close_call(model, *observed, parameters):
                return True
    return False


def _close_call(model: oracle.Model, positive: list, negative: list, parameters) -> bool:
    """Whether an outlier, a gate, a sign or an order is decided by less than the margin."""
    values = [*positive, *negative]
    if model.layers[0].activation == "relu":
        return any(((side > 0) & (side < MARGIN)).any() for side in values)
    concern = oracle.init_concern(model, 1, True, parameters.gate_approach)
    for side in (positive, negative):
        for layer, observations in zip(model.layers, side, strict=True):
            if any(_doubtful(kind, column) for kind, column in _columns(layer, observations, parameters)):
                return True
    tendencies = [
        oracle.central_tendency([part.tolist() for part in side], concern, parameters.sigmoid_gates)
        for side in (positive, negative)
    ]
    scores = np.concatenate([np.subtract(*pair) for pair in zip(*tendencies, strict=True)])
    gaps = np.diff(np.sort(np.append(scores, 0.0)))
    return bool(((gaps > 0) & (gaps < MARGIN)).any())


def _columns(layer: oracle.Layer, observations: np.ndarray, parameters) -> Iterator[tuple[str, np.ndarray]]:
    for node, column in enumerate(observations.T):
        gate = node // layer.units
        shares = parameters.gate_approach == "per_gate" and parameters.sigmoid_gates == "open_share"
        is_open = shares and gate != CANDIDATE[layer.cell]
        yield "gate" if is_open else "tendency", column


def _doubtful(kind: str, column: np.ndarray) -> bool:
    if kind == "gate":
        distance = np.abs(column - 0.5)
        return bool(((distance > 0) & (distance < MARGIN)).any())
    magnitudes = np.abs(column)
    distances = np.abs(magnitudes - np.median(magnitudes))
    deviation = np.median(distances)
    if deviation == 0:
        return False
    return bool(deviation < MARGIN or (np.abs(distances / deviation - 2) < 1e-6).any())


def materialised(network: Network, modules: ModuleMasks, index: int) -> Concern:
    """A module as a full copy of the weights, one per timestep when unrolled, in which the removed edges are zero."""
    parameters, edges = modules.parameters, modules.parameters.edges_of(modules.mode)
    rolled = modules.mode == "rolled"
    concern = oracle.init_concern(to_oracle(network), network.timesteps, rolled)
    last = len(network.layers) - 1
    for number, layer in enumerate(network.layers):
        for copy, kept in enumerate(modules.kept[number][index]):
            removed = np.flatnonzero(~np.broadcast_to(kept, (len(layer.gates), layer.units)).reshape(-1))
            silent = np.flatnonzero(~kept.any(axis=0))
            if "kernel_columns" in edges:
                concern.kernel[number][copy][:, removed] = 0
                concern.bias[number][copy][removed] = 0
            if "recurrent_columns" in edges:
                concern.recurrent_kernel[number][copy][:, removed] = 0
            if "recurrent_rows" in edges:
                concern.recurrent_kernel[number][copy][silent] = 0
            if BETWEEN_REMOVED in edges:
                concern.recurrent_kernel[number][copy][np.ix_(silent, removed)] = 0
            if number < last and "next_kernel_rows" in edges:
                concern.kernel[number + 1][copy][silent] = 0
            if number == last and "output_rows" in edges:
                if not network.many_output:
                    if copy == len(modules.kept[number][index]) - 1:
                        concern.output_kernel[0][silent] = 0
                elif rolled or parameters.unrolled_output_rows == "same_timestep":
                    concern.output_kernel[copy][silent] = 0
                elif copy == 0:
                    for kernel in concern.output_kernel:
                        kernel[silent] = 0
    return concern
