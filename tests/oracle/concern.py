"""INITCONCERN of Algorithm 3, the removal of nodes, and Algorithms 4 (logistic) and 5 (ReLU)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from oracle.network import CANDIDATE, GATES, Model

# Statistics of nodes: table[layer][node].
Table = list[list[float]]
# Observations of one side, positive or negative: observations[layer] is a list of node value lists.
Observations = list[list[list[float]]]


@dataclass
class Concern:
    """The object `con` of Algorithm 3: a full copy of the weights, from which nodes are removed by writing zeros.

    A module is a concern whose output layer has been channelled. Rolled concerns have one copy of the weights,
    unrolled ones a copy per timestep; the output layer has a copy per timestep when it is applied at every timestep.

    Attributes:
        model: the trained model, never changed.
        rolled: whether all timesteps share one copy.
        gate_approach: "hidden_state" or "per_gate".
        kernel: `kernel[layer][copy]` is W, `(inputs, gates * units)` float64.
        recurrent_kernel: `recurrent_kernel[layer][copy]` is U, `(units, gates * units)` float64.
        bias: `bias[layer][copy]` is B, `(gates * units,)` float64.
        output_kernel: `output_kernel[copy]`, `(units, outputs)` float64; two outputs, D and ND, once channelled.
        output_bias: `output_bias[copy]`, `(outputs,)` float64.
        removed_columns: `removed_columns[layer][copy]`, `(gates * units,)` bool, True where the column is removed.
    """

    model: Model
    rolled: bool
    gate_approach: str
    kernel: list[list[np.ndarray]]
    recurrent_kernel: list[list[np.ndarray]]
    bias: list[list[np.ndarray]]
    output_kernel: list[np.ndarray]
    output_bias: list[np.ndarray]
    removed_columns: list[list[np.ndarray]]

    def weights(self, layer: int, ts: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """W, U, B of a layer at a timestep."""
        copy = 0 if self.rolled else ts
        return self.kernel[layer][copy], self.recurrent_kernel[layer][copy], self.bias[layer][copy]

    def output(self, ts: int) -> tuple[np.ndarray, np.ndarray]:
        """Weights and biases of the output layer at a timestep."""
        copy = ts if len(self.output_kernel) > 1 else 0
        return self.output_kernel[copy], self.output_bias[copy]

    def nodes(self, layer: int) -> int:
        """Number of nodes that are judged in a layer: units, or gates * units under "per_gate"."""
        gates = GATES[self.model.layers[layer].cell] if self.gate_approach == "per_gate" else 1
        return gates * self.model.layers[layer].units

    @property
    def removed(self) -> list[np.ndarray]:
        """Removal record by layer, bool: `(units,)`; timesteps lead when unrolled, then gates under "per_gate"."""
        record = []
        for layer, columns in zip(self.model.layers, self.removed_columns, strict=True):
            by_gate = np.array(columns).reshape(len(columns), GATES[layer.cell], layer.units)
            copies = by_gate if self.gate_approach == "per_gate" else by_gate.all(axis=1)
            record.append(copies[0] if self.rolled else copies)
        return record


def init_concern(model: Model, timesteps: int, rolled: bool, gate_approach: str = "hidden_state") -> Concern:
    """INITCONCERN, Algorithm 3 lines 1-8: copies of all weights, one per timestep when unrolled."""
    if gate_approach not in ("hidden_state", "per_gate"):
        raise ValueError(f"gate approach {gate_approach!r}: must be 'hidden_state' or 'per_gate'")
    if not all(layer.return_sequences for layer in model.layers[:-1]):
        raise ValueError("every recurrent layer but the last must return sequences")
    copies = 1 if rolled else timesteps  # line 4
    output_copies = copies if model.layers[-1].return_sequences else 1

    def copied(values: np.ndarray, times: int) -> list[np.ndarray]:
        return [np.array(values, dtype=np.float64) for _ in range(times)]

    return Concern(
        model,
        rolled,
        gate_approach,
        [copied(layer.kernel, copies) for layer in model.layers],
        [copied(layer.recurrent_kernel, copies) for layer in model.layers],
        [copied(layer.bias, copies) for layer in model.layers],
        copied(model.output_kernel, output_copies),
        copied(model.output_bias, output_copies),
        [[np.zeros(layer.bias.shape, dtype=bool) for _ in range(copies)] for layer in model.layers],
    )


def remove_column(concern: Concern, layer: int, column: int) -> None:
    """The pseudo-code's `removeNode(concern, layer, column)` with column = gate * units + node, on a rolled concern.

    The edges out of the hidden unit go with the last of its gates: under "hidden_state" all go at once.
    """
    units = concern.model.layers[layer].units
    node = column % units
    concern.kernel[layer][0][:, column] = 0.0
    concern.recurrent_kernel[layer][0][:, column] = 0.0
    concern.bias[layer][0][column] = 0.0
    concern.removed_columns[layer][0][column] = True
    if all(concern.removed_columns[layer][0][node::units]):
        concern.recurrent_kernel[layer][0][node, :] = 0.0
        if layer + 1 < len(concern.model.layers):
            concern.kernel[layer + 1][0][node, :] = 0.0
        else:
            concern.output_kernel[0][node, :] = 0.0


def columns_of(concern: Concern, layer: int, node: int) -> list[int]:
    """Columns that go with a node: its own under "per_gate", else one per gate (Algorithm 4 lines 9-15)."""
    if concern.gate_approach == "per_gate":
        return [node]
    hunit = concern.model.layers[layer].units
    columns = [node]  # line 9
    if concern.model.layers[layer].cell in ("lstm", "gru"):  # line 10
        columns += [hunit + node, 2 * hunit + node]  # lines 12-13
    if concern.model.layers[layer].cell == "lstm":  # line 14
        columns += [3 * hunit + node]  # line 15
    return columns


def remove_node(concern: Concern, layer: int, node: int) -> None:
    """Remove a judged node: all of its columns."""
    for column in columns_of(concern, layer, node):
        remove_column(concern, layer, column)


def restore_node(concern: Concern, layer: int, node: int) -> None:
    """The pseudo-code's `restoreNode`, on a rolled concern: give back a node's edges, but none of another removed one.

    An edge between two removed nodes stays away until both are back, so the weights are rebuilt from the model.
    """
    for column in columns_of(concern, layer, node):
        concern.removed_columns[layer][0][column] = False
    fresh = init_concern(concern.model, 1, True, concern.gate_approach)
    for number, columns in enumerate(concern.removed_columns):
        for column in np.flatnonzero(columns[0]):
            remove_column(fresh, number, int(column))
    concern.kernel, concern.recurrent_kernel, concern.bias = fresh.kernel, fresh.recurrent_kernel, fresh.bias
    concern.output_kernel = fresh.output_kernel


def median(values: list[float]) -> float:
    """Middle value, or the mean of the two middle values."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else 0.5 * (ordered[middle - 1] + ordered[middle])


def mean(values: list[float]) -> float:
    """Mean, summed about the first value so that the mean of equal values is exactly that value."""
    return values[0] + math.fsum(value - values[0] for value in values) / len(values)


def remove_outliers(values: list[float]) -> list[float]:
    """Keep x where |x - median| / MAD < 2; keep all when MAD = 0 (facts; the paper names no rule)."""
    centre = median(values)
    distances = [abs(value - centre) for value in values]
    deviation = median(distances)
    if deviation == 0.0:
        return values
    return [value for value, distance in zip(values, distances, strict=True) if distance / deviation < 2.0]


def central_tendency(hidden_val: Observations, concern: Concern, sigmoid_gates: str = "central_tendency") -> Table:
    """CENTRAL_TENDENCY, Algorithm 4 lines 19-27.

    Under "per_gate" a sigmoid gate's statistic can be the share of observations with value >= 0.5 instead, as in the
    package ("open_share").
    """
    shares = concern.gate_approach == "per_gate" and sigmoid_gates == "open_share"
    tendency: Table = []  # line 20
    for layer in range(len(concern.model.layers)):  # line 21
        tendency.append([])
        cell, units = concern.model.layers[layer].cell, concern.model.layers[layer].units
        for node in range(concern.nodes(layer)):
            if shares and node // units != CANDIDATE[cell]:
                count_open = 0
                for o in hidden_val[layer]:
                    if o[node] >= 0.5:
                        count_open += 1
                tendency[layer].append(count_open / len(hidden_val[layer]))
                continue
            all_obs = []  # line 22
            for o in hidden_val[layer]:  # line 23
                all_obs.append(abs(o[node]))  # line 24
            d = remove_outliers(all_obs)  # line 25
            tendency[layer].append(mean(d))  # line 26
    return tendency


def node_lists(concern: Concern, removal_scope: str) -> list[list[tuple[int, int]]]:
    """Nodes as (layer, node) in order: one list over the model ("model"), or one per layer ("layer")."""
    by_layer = [[(layer, node) for node in range(concern.nodes(layer))] for layer in range(len(concern.model.layers))]
    if removal_scope == "layer":
        return by_layer
    if removal_scope == "model":
        return [[entry for entries in by_layer for entry in entries]]
    raise ValueError(f"removal scope {removal_scope!r}: must be 'model' or 'layer'")


def removed_percent(concern: Concern, entries: list[tuple[int, int]], count_removed: int, cap_counts: str) -> float:
    """How much of the graph is gone, as a share: calls of removeNode per listed node, nodes, or edges W and U."""
    layers = sorted({layer for layer, _ in entries})
    if cap_counts == "removals":
        return sum(int(concern.removed_columns[layer][0].sum()) for layer in layers) / len(entries)
    if cap_counts == "nodes":
        return count_removed / len(entries)
    if cap_counts != "edges":
        raise ValueError(f"cap counts {cap_counts!r}: must be 'removals', 'nodes' or 'edges'")
    removed = total = 0
    for layer in layers:
        columns = concern.removed_columns[layer][0]
        rows = gone(concern, layer)
        below = np.zeros(len(concern.kernel[layer][0]), dtype=bool)
        if layer - 1 in layers:
            below = gone(concern, layer - 1)
        for sending in (below, rows):
            edges = np.logical_or.outer(sending, columns)
            removed += int(edges.sum())
            total += edges.size
    return removed / total


def gone(concern: Concern, layer: int) -> np.ndarray:
    """Hidden units of a layer that have lost all their gates, `(units,)` bool."""
    return concern.removed_columns[layer][0].reshape(-1, concern.model.layers[layer].units).all(axis=0)


def ci_logistic(
    ct_pos: Table,
    ct_neg: Table,
    concern: Concern,
    thres: float,
    removal_scope: str = "model",
    cap_counts: str = "nodes",
) -> Concern:
    """CI_LOGISTIC, Algorithm 4 lines 1-18; a threshold of 0 removes nothing."""
    if thres == 0:
        return concern
    for entries in node_lists(concern, removal_scope):
        d = {}  # line 2
        for layer, node in entries:  # lines 3-4
            d[layer, node] = ct_pos[layer][node] - ct_neg[layer][node]  # line 5
        order = sorted(d, key=lambda entry: d[entry])  # line 6; stable: ties stay in layer and node order
        count_removed = 0
        for layer, node in order:  # line 7
            if d[layer, node] < 0.0:  # line 8
                remove_node(concern, layer, node)  # lines 9-15
                count_removed += 1
                if removed_percent(concern, entries, count_removed, cap_counts) >= thres:  # line 16
                    break  # line 17
    return concern  # line 18


def active_rate(hidden_val: Observations, concern: Concern) -> Table:
    """ACTIVE_RATE, Algorithm 5 lines 1-9, in percent; a node is active where its value is not 0 (section IV-B2)."""
    rate: Table = []  # line 2
    for layer in range(len(concern.model.layers)):
        rate.append([])
        for node in range(concern.nodes(layer)):  # line 3
            active_counter = 0  # line 4
            for o in hidden_val[layer]:  # line 5
                if o[node] != 0.0:  # line 6
                    active_counter += 1  # line 7
            rate[layer].append(active_counter / len(hidden_val[layer]) * 100.0)  # line 8
    return rate


def ci_relu(
    rate: Table, concern: Concern, thres: float, removal_scope: str = "model", cap_counts: str = "nodes"
) -> Concern:
    """CI_RELU, Algorithm 5 lines 10-16; a threshold of 0 removes nothing."""
    if thres == 0:
        return concern
    for entries in node_lists(concern, removal_scope):
        count_removed = 0
        for layer, node in entries:  # line 11
            if rate[layer][node] == 0.0:  # line 12
                remove_node(concern, layer, node)  # line 13
                count_removed += 1
            if removed_percent(concern, entries, count_removed, cap_counts) >= thres:  # line 14
                break  # line 15
    return concern  # line 16


def ti_relu(rate: Table, concern: Concern) -> Concern:
    """TI_RELU, Algorithm 5 lines 17-21: bring back the removed nodes that are active in some negative example."""
    for layer in range(len(concern.model.layers)):
        for node in range(concern.nodes(layer)):  # line 18
            taken = all(concern.removed_columns[layer][0][column] for column in columns_of(concern, layer, node))
            if rate[layer][node] > 0.0 and taken:  # line 19
                restore_node(concern, layer, node)  # line 20
    return concern  # line 21
