"""A trained recurrent network as plain data, its cells, and the procedure MONITOR of Algorithm 3."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# Number of gates by cell, in the order in which Keras lays out the columns of kernel, recurrent kernel and bias:
# LSTM i, f, candidate, o; GRU (reset_after=False) z, r, candidate; vanilla (SimpleRNN) the candidate alone.
GATES = {"lstm": 4, "gru": 3, "vanilla": 1}
CANDIDATE = {"lstm": 2, "gru": 2, "vanilla": 0}

State = tuple[np.ndarray, np.ndarray]
Weights = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass
class Layer:
    """One recurrent layer; gate columns in the order of Keras, the recurrent activation is the sigmoid.

    Attributes:
        cell: "lstm", "gru" (reset_after=False) or "vanilla".
        kernel: W, `(inputs, gates * units)` float.
        recurrent_kernel: U, `(units, gates * units)` float.
        bias: B, `(gates * units,)` float.
        activation: "tanh" or "relu", of the candidate and of the cell's output.
        return_sequences: whether the layer hands on every timestep or the last one.
        reset_after: of a GRU: the reset gate acts on the product with U, as the published package replays it.
    """

    cell: str
    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray
    activation: str
    return_sequences: bool
    reset_after: bool = False

    @property
    def units(self) -> int:
        """Number of hidden units."""
        return self.recurrent_kernel.shape[0]


@dataclass
class Model:
    """Stacked recurrent layers and a dense output layer, on embedded inputs.

    Attributes:
        layers: the recurrent layers; all but the last return sequences, the last does in many-output models.
        output_kernel: `(units, outputs)` float.
        output_bias: `(outputs,)` float.
    """

    layers: list[Layer]
    output_kernel: np.ndarray
    output_bias: np.ndarray


@dataclass
class Step:
    """What a recurrent layer computes at one timestep.

    Attributes:
        hidden: h_t, `(units,)` float64.
        cell: c_t, `(units,)` float64; zeros for cells without one.
        gates: the activation of every gate in column order, `(gates, units)` float64.
        observed: False where the mask skips the step; `gates` is then None.
    """

    hidden: np.ndarray
    cell: np.ndarray
    gates: np.ndarray | None
    observed: bool


def sigmoid(values: np.ndarray) -> np.ndarray:
    """Logistic function, in the form that does not overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * values))


def activate(name: str, values: np.ndarray) -> np.ndarray:
    """Apply the activation "tanh" or "relu"."""
    if name == "tanh":
        return np.tanh(values)
    if name == "relu":
        return np.maximum(values, 0.0)
    raise ValueError(f"activation {name!r}: must be 'tanh' or 'relu'")


def lstm_op(layer: Layer, weights: Weights, x_t: np.ndarray, hidden: np.ndarray, cell: np.ndarray) -> Step:
    """LSTM_OP, Algorithm 3 lines 41-47."""
    kernel, recurrent_kernel, bias = weights
    n = layer.units
    s_t = x_t.dot(kernel) + hidden.dot(recurrent_kernel) + bias  # line 42
    i, f, o = sigmoid(s_t[:n]), sigmoid(s_t[n : 2 * n]), sigmoid(s_t[3 * n :])  # line 44
    candidate = activate(layer.activation, s_t[2 * n : 3 * n])
    c_t = i * candidate + f * cell  # line 45
    h_t = o * activate(layer.activation, c_t)  # line 46
    return Step(h_t, c_t, np.array([i, f, candidate, o]), True)


def gru_op(layer: Layer, weights: Weights, x_t: np.ndarray, hidden: np.ndarray, cell: np.ndarray) -> Step:
    """GRU as Keras defines it with reset_after=False: the reset gate acts on the state before the product with U."""
    kernel, recurrent_kernel, bias = weights
    n = layer.units
    x_part = x_t.dot(kernel) + bias
    z = sigmoid(x_part[:n] + hidden.dot(recurrent_kernel[:, :n]))
    r = sigmoid(x_part[n : 2 * n] + hidden.dot(recurrent_kernel[:, n : 2 * n]))
    if layer.reset_after:
        h_part = r * hidden.dot(recurrent_kernel[:, 2 * n :])
    else:
        h_part = (r * hidden).dot(recurrent_kernel[:, 2 * n :])
    candidate = activate(layer.activation, x_part[2 * n :] + h_part)
    h_t = z * hidden + (1.0 - z) * candidate
    return Step(h_t, cell, np.array([z, r, candidate]), True)


def vanilla_op(layer: Layer, weights: Weights, x_t: np.ndarray, hidden: np.ndarray, cell: np.ndarray) -> Step:
    """Plain recurrent cell (Keras SimpleRNN)."""
    kernel, recurrent_kernel, bias = weights
    h_t = activate(layer.activation, x_t.dot(kernel) + hidden.dot(recurrent_kernel) + bias)
    return Step(h_t, cell, np.array([h_t]), True)


CELLS = {"lstm": lstm_op, "gru": gru_op, "vanilla": vanilla_op}


def replay(
    layers: list[Layer],
    weights: Callable[[int, int], Weights],
    x: np.ndarray,
    mask: np.ndarray | None = None,
    initial_state: np.ndarray | State | None = None,
) -> list[list[Step]]:
    """Propagate one example through the recurrent layers, Algorithm 3 lines 12-18.

    Args:
        layers: the recurrent layers, of which only shapes, cells and activations are read.
        weights: W, U, B of layer `l` at timestep `ts`, called as `weights(l, ts)`.
        x: embedded example, `(timesteps, features)` float.
        mask: `(timesteps,)` bool, False where a step is skipped: every layer then keeps its state (Keras).
        initial_state: state of the first layer, h `(units,)`, or (h, c) for an LSTM; zeros when None.

    Returns:
        Steps by layer and timestep.
    """
    inputs = [np.asarray(x_t, dtype=np.float64) for x_t in x]
    trace = []
    for number, layer in enumerate(layers):
        hidden, cell = np.zeros(layer.units), np.zeros(layer.units)
        if number == 0 and initial_state is not None:
            if layer.cell == "lstm":
                hidden, cell = (np.asarray(state, dtype=np.float64) for state in initial_state)
            else:
                hidden = np.asarray(initial_state, dtype=np.float64)
        steps = []
        for ts, x_t in enumerate(inputs):  # line 14
            if mask is None or mask[ts]:
                step = CELLS[layer.cell](layer, weights(number, ts), x_t, hidden, cell)  # lines 15-17
            else:
                step = Step(hidden, cell, None, False)
            hidden, cell = step.hidden, step.cell
            steps.append(step)
        trace.append(steps)
        inputs = [step.hidden for step in steps]
    return trace


def monitor(
    model: Model,
    x: np.ndarray,
    gate_approach: str = "hidden_state",
    mask: np.ndarray | None = None,
    initial_state: np.ndarray | State | None = None,
) -> list[list[list[float] | None]]:
    """MONITOR of Algorithm 3 (lines 9-21) for one example.

    The dense layer of lines 19-21 is not recorded, since only nodes of recurrent layers are ever removed.

    Args:
        model: the trained model.
        x: embedded example, `(timesteps, features)` float.
        gate_approach: "hidden_state" observes h_t; "per_gate" observes every gate's activation, gate by gate.
        mask: `(timesteps,)` bool or None.
        initial_state: state of the first layer or None.

    Returns:
        `values[layer][ts]`: the values of the layer's nodes, or None at a masked step, which is no observation.
    """

    def weights(number: int, ts: int) -> Weights:
        layer = model.layers[number]
        return layer.kernel, layer.recurrent_kernel, layer.bias

    values: list[list[list[float] | None]] = []
    for steps in replay(model.layers, weights, x, mask, initial_state):
        values.append([])
        for step in steps:
            if not step.observed:
                values[-1].append(None)
            elif gate_approach == "per_gate":
                values[-1].append(step.gates.reshape(-1).tolist())
            else:
                values[-1].append(step.hidden.tolist())
    return values
