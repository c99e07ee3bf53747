"""Algorithms 1 and 2, the observation helpers of Algorithm 3, sampling and concern modularization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from oracle.concern import (
    Concern,
    Observations,
    active_rate,
    central_tendency,
    ci_logistic,
    ci_relu,
    init_concern,
    ti_relu,
)
from oracle.network import Model, State, monitor

Samples = Sequence[Sequence[int]] | Mapping[int, Sequence[int]]
SamplesByStep = Sequence[Sequence[Sequence[int]]] | Mapping[int, Sequence[Sequence[int]]]
# What MONITOR records over several examples: record[ts][layer] is a list of node value lists.
Record = list[list[list[list[float]]]]


def sample_first(Y: np.ndarray, label: int, M: int, classes: int) -> tuple[list[int], list[int]]:
    """Sample of Algorithm 1 lines 5-6 that takes rows in their order.

    Args:
        Y: class ids, `(examples,)` int; one timestep's column for many-output models.
        label: the positive class.
        M: number of positive rows; each other class gives M // (classes - 1) negative rows.
        classes: number of classes.

    Returns:
        Rows of the positive and of the negative sample; fewer where a class has fewer.
    """
    positives = [row for row in range(len(Y)) if Y[row] == label][:M]
    negatives: list[int] = []
    for other in range(classes):
        if other != label:
            negatives += [row for row in range(len(Y)) if Y[row] == other][: M // (classes - 1)]
    return positives, negatives


class Monitored:
    """The trained model with its examples: `record(rows)` is MONITOR of Algorithm 3 over several examples."""

    def __init__(
        self,
        model: Model,
        X: np.ndarray,
        gate_approach: str,
        mask: np.ndarray | None,
        initial_state: np.ndarray | State | None,
    ) -> None:
        """Keep the arguments of `decompose_one` that belong to the examples."""
        self.model, self.X, self.gate_approach = model, X, gate_approach
        self.mask, self.initial_state = mask, initial_state

    def record(self, rows: Sequence[int]) -> Record:
        """Hidden values of the examples in `rows` by timestep and layer; masked steps are no observations."""
        record: Record = [[[] for _ in self.model.layers] for _ in range(self.X.shape[1])]  # line 10
        for row in rows:  # line 11
            mask = None if self.mask is None else self.mask[row]
            if isinstance(self.initial_state, tuple):
                state = (self.initial_state[0][row], self.initial_state[1][row])
            else:
                state = None if self.initial_state is None else self.initial_state[row]
            values = monitor(self.model, self.X[row], self.gate_approach, mask, state)
            for layer in range(len(self.model.layers)):  # line 12
                for ts in range(self.X.shape[1]):  # line 14
                    if values[layer][ts] is not None:
                        record[ts][layer].append(values[layer][ts])  # line 18
        return record


def flatten_obs(hidden_val: Record) -> Observations:
    """FLATTEN_OBS, Algorithm 3 lines 22-26: every timestep of every example is an observation."""
    flattened: Observations = [[] for _ in hidden_val[0]]  # line 23
    for step in hidden_val:  # line 24
        for layer in range(len(step)):  # line 25
            flattened[layer] += step[layer]  # line 26
    return flattened


def obs_at(hidden_val: Record, ts: int) -> Observations:
    """OBS_AT, Algorithm 3 lines 27-30: the observations of one timestep."""
    values: Observations = []  # line 28
    for layer in range(len(hidden_val[ts])):  # line 29
        values.append(hidden_val[ts][layer])  # line 30
    return values


def update_concern(
    concern: Concern,
    h_pos: Observations,
    h_neg: Observations,
    activation: str,
    thres: float,
    removal_scope: str = "model",
    cap_counts: str = "nodes",
    sigmoid_gates: str = "central_tendency",
) -> Concern:
    """UPDATE_CONCERN, Algorithm 3 lines 31-40; without observations on either side the concern stays whole."""
    if not h_pos[0] or not h_neg[0]:
        return concern
    if activation == "logistic":  # line 32
        ct_pos = central_tendency(h_pos, concern, sigmoid_gates)  # line 33
        ct_neg = central_tendency(h_neg, concern, sigmoid_gates)  # line 34
        return ci_logistic(ct_pos, ct_neg, concern, thres, removal_scope, cap_counts)  # line 35
    if activation == "relu":  # line 36
        rate_pos = active_rate(h_pos, concern)  # line 37
        rate_neg = active_rate(h_neg, concern)  # line 38
        ci_relu(rate_pos, concern, thres, removal_scope, cap_counts)  # line 39
        return ti_relu(rate_neg, concern)  # line 40
    raise ValueError(f"activation {activation!r}: must be 'logistic' or 'relu'")


def merge(concern_o: Concern, con_ts: Concern, ts: int) -> None:
    """Algorithm 1 line 19 and Algorithm 2 line 20: take over the weights of one timestep.

    An output layer that is applied once, after the last timestep, loses only what that timestep removes.
    """
    for layer in range(len(concern_o.model.layers)):
        concern_o.kernel[layer][ts] = con_ts.kernel[layer][0]
        concern_o.recurrent_kernel[layer][ts] = con_ts.recurrent_kernel[layer][0]
        concern_o.bias[layer][ts] = con_ts.bias[layer][0]
        concern_o.removed_columns[layer][ts] = con_ts.removed_columns[layer][0]
    if concern_o.model.layers[-1].return_sequences:
        concern_o.output_kernel[ts] = con_ts.output_kernel[0]
    elif ts == len(concern_o.kernel[0]) - 1:
        concern_o.output_kernel[0] = con_ts.output_kernel[0]


def channel(concern: Concern, label: int) -> Concern:
    """Concern modularization (section IV-D): outputs D, the class's column, and ND, the mean of the others.

    It comes after the removal of nodes, for every copy of the output layer.
    """
    for copy in range(len(concern.output_kernel)):
        kernel, bias = concern.output_kernel[copy], concern.output_bias[copy]
        others = [column for column in range(len(bias)) if column != label]
        channelled = np.zeros((len(kernel), 2))
        for node in range(len(kernel)):
            channelled[node, 0] = kernel[node, label]
            channelled[node, 1] = sum(kernel[node, column] for column in others) / len(others)
        concern.output_kernel[copy] = channelled
        concern.output_bias[copy] = np.array([bias[label], sum(bias[column] for column in others) / len(others)])
    return concern


def check_sample(Y: np.ndarray, label: int, positives: Sequence[int], negatives: Sequence[int]) -> None:
    """Hold a precomputed sample against the labels: `only = ol`, `not = ol`."""
    if any(Y[row] != label for row in positives) or any(Y[row] == label for row in negatives):
        raise ValueError(f"class {label}: the sample and the labels disagree")


def decompose_one(
    model: Model,
    X: np.ndarray,
    Y: np.ndarray,
    positives: Samples,
    negatives: Samples,
    classes: int,
    rolled: bool,
    activation: str,
    thres: float,
    gate_approach: str = "hidden_state",
    removal_scope: str = "model",
    mask: np.ndarray | None = None,
    initial_state: np.ndarray | State | None = None,
    channelled: bool = True,
    cap_counts: str = "nodes",
    sigmoid_gates: str = "central_tendency",
) -> list[Concern]:
    """Algorithm 1, ONE: decompose a model with one label per example.

    An encoder-decoder model goes in as its decoder, with the target language as label and `channelled=False`.

    Args:
        model: the trained model.
        X: embedded examples, `(examples, timesteps, features)` float.
        Y: class ids, `(examples,)` int; the samples are checked against them.
        positives: rows of the positive sample by class.
        negatives: rows of the negative sample by class.
        classes: number of classes, so of modules.
        rolled: one copy of the weights for all timesteps, else one per timestep.
        activation: "logistic" (Algorithm 4) or "relu" (Algorithm 5).
        thres: removal cap, a share in 0..1.
        gate_approach: "hidden_state" or "per_gate".
        removal_scope: whether order and cap hold over the "model" or in each "layer".
        mask: `(examples, timesteps)` bool, False where a step is skipped.
        initial_state: state of the first layer, h `(examples, units)` or the tuple (h, c).
        channelled: whether the output layer becomes D and ND.
        cap_counts: what the cap is a share of: "removals", "nodes" or "edges".
        sigmoid_gates: statistic of sigmoid gates under "per_gate": "central_tendency" or "open_share".

    Returns:
        One module per class.
    """
    monitored = Monitored(model, X, gate_approach, mask, initial_state)
    choices = removal_scope, cap_counts, sigmoid_gates
    timesteps = X.shape[1]
    modules = []  # line 2
    for ol in range(classes):  # line 3
        concern_o = init_concern(model, timesteps, rolled, gate_approach)  # line 4
        p_in = positives[ol]  # line 5
        n_in = negatives[ol]  # line 6
        check_sample(Y, ol, p_in, n_in)
        h_val_pos = monitored.record(p_in)  # line 7
        h_val_neg = monitored.record(n_in)  # line 8
        if rolled:  # line 9
            flat_p = flatten_obs(h_val_pos)  # line 10
            flat_n = flatten_obs(h_val_neg)  # line 11
            update_concern(concern_o, flat_p, flat_n, activation, thres, *choices)  # line 12
        else:  # line 13
            for ts in range(timesteps):  # line 14
                p_ts = obs_at(h_val_pos, ts)  # line 15
                n_ts = obs_at(h_val_neg, ts)  # line 16
                con_ts = init_concern(model, timesteps, True, gate_approach)  # line 17
                update_concern(con_ts, p_ts, n_ts, activation, thres, *choices)  # line 18
                merge(concern_o, con_ts, ts)  # line 19
        cur_module = channel(concern_o, ol) if channelled else concern_o  # line 20
        modules.append(cur_module)  # line 21
    return modules


def decompose_many(
    model: Model,
    X: np.ndarray,
    Y: np.ndarray,
    positives: SamplesByStep,
    negatives: SamplesByStep,
    classes: int,
    rolled: bool,
    activation: str,
    thres: float,
    gate_approach: str = "hidden_state",
    removal_scope: str = "model",
    mask: np.ndarray | None = None,
    initial_state: np.ndarray | State | None = None,
    channelled: bool = True,
    cap_counts: str = "nodes",
    sigmoid_gates: str = "central_tendency",
) -> list[Concern]:
    """Algorithm 2, MANY: decompose a model with one label per timestep.

    Args and return value are those of `decompose_one`, except that Y is `(examples, timesteps)` int and that the
    samples are given by class and timestep, `positives[class][ts]`.
    """
    monitored = Monitored(model, X, gate_approach, mask, initial_state)
    choices = removal_scope, cap_counts, sigmoid_gates
    timesteps = X.shape[1]
    modules = []  # line 2
    for ol in range(classes):  # line 3
        concern_o = init_concern(model, timesteps, rolled, gate_approach)  # line 4
        flat_p: Observations = [[] for _ in model.layers]  # line 5
        flat_n: Observations = [[] for _ in model.layers]  # line 6
        for ts in range(timesteps):  # line 7
            p_in = positives[ol][ts]  # line 8
            n_in = negatives[ol][ts]  # line 9
            check_sample(Y[:, ts], ol, p_in, n_in)
            h_val_pos = monitored.record(p_in)  # line 10
            h_val_neg = monitored.record(n_in)  # line 11
            p_ts = obs_at(h_val_pos, ts)  # line 12
            n_ts = obs_at(h_val_neg, ts)  # line 13
            if rolled:  # line 14
                for layer in range(len(model.layers)):
                    flat_p[layer] += p_ts[layer]  # line 15
                    flat_n[layer] += n_ts[layer]  # line 16
            else:  # line 17
                con_ts = init_concern(model, timesteps, True, gate_approach)  # line 18
                update_concern(con_ts, p_ts, n_ts, activation, thres, *choices)  # line 19
                merge(concern_o, con_ts, ts)  # line 20
        if rolled:  # line 21
            update_concern(concern_o, flat_p, flat_n, activation, thres, *choices)  # line 22
        cur_module = channel(concern_o, ol) if channelled else concern_o  # line 23
        modules.append(cur_module)  # line 24
    return modules
