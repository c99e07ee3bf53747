"""Compiled passes over gates give what the same formulas give, one array at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.network.activations import ACTIVATIONS, activate_gates, gate_activations, next_lstm_state

PLAIN = {
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "linear": lambda x: x,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "keras_2_hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
}
CLOSE = {np.float32: 1e-6, np.float64: 1e-14}


def activated(values, name):
    """An activation of ``(columns,)`` values by the compiled pass."""
    columns, dtype = len(values), values.dtype
    activations = gate_activations((name,), columns, dtype)
    rows, zeros = np.zeros(1, int), np.zeros((1, 1, columns), dtype)
    factors = activations.before[None, None]
    return activate_gates(values[None, None], rows, factors, zeros, rows, factors, np.uintp(0), activations)[0, 0]


def test_plain_formulas_are_there_for_every_activation():
    assert set(PLAIN) == set(ACTIVATIONS)


@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_the_plain_ones(name, dtype):
    values = np.concatenate([np.linspace(-20, 20, 40001), [0.0, 1e-6, -1e-6, 1e4, -1e4]]).astype(dtype)
    with np.errstate(over="ignore"):
        expected = PLAIN[name](values.astype(np.float64))
    received = activated(values, name)
    assert received.dtype == dtype
    np.testing.assert_allclose(received, expected, rtol=CLOSE[dtype], atol=CLOSE[dtype])


@pytest.mark.parametrize("dtype", CLOSE)
def test_tanh_is_odd_and_never_beyond_one(dtype):
    values = np.concatenate([np.geomspace(1e-30, 1e30, 5000), [np.inf]]).astype(dtype)
    received = activated(values, "tanh")
    assert received.max() <= 1
    assert received[-1] == 1
    np.testing.assert_array_equal(activated(-values, "tanh"), -received)
    small = values < 1e-4
    np.testing.assert_allclose(received[small], values[small], rtol=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_not_a_number_stays_so(name):
    received = activated(np.array([1.0, np.nan, -1.0], np.float32), name)
    assert np.isnan(received).tolist() == [False, True, False]


@st.composite
def steps(draw):
    """Arrays of one timestep, each of all modules or the same for all, and rows in any order."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    names = tuple(draw(st.lists(st.sampled_from(sorted(ACTIVATIONS)), min_size=1, max_size=4)))
    units, modules, rows, examples = (draw(st.integers(1, most)) for most in (20, 3, 4, 5))
    later, width = draw(st.integers(0, 2)), len(names) * units
    dtype = draw(st.sampled_from(list(CLOSE)))

    def normal(*shape):
        return generator.normal(size=(draw(st.sampled_from([1, modules])), *shape)).astype(dtype)

    def mask(columns):
        return (normal(1, columns) > 0).astype(dtype)

    whole = width + later * units
    return {
        "names": names,
        "units": units,
        "start": later * units,
        "recurrent": normal(rows, width),
        "parents": generator.integers(0, rows, examples),
        "recurrent_columns": mask(whole),
        "projected": normal(rows, whole),
        "reads": generator.integers(0, rows, examples),
        "kernel_columns": mask(whole),
    }


@given(steps())
@settings(deadline=None, max_examples=200, derandomize=True)
def test_gates_of_many_modules(of):
    dtype, start, units = of["recurrent"].dtype, of["start"], of["units"]
    activations = gate_activations(of["names"], units, dtype)
    # Factors have a column for each gate, of which only those from start count.
    before = np.concatenate([np.full(start, np.nan, dtype), activations.before])
    received = activate_gates(
        of["recurrent"],
        of["parents"],
        of["recurrent_columns"] * before,
        of["projected"],
        of["reads"],
        of["kernel_columns"] * before,
        np.uintp(start),
        activations,
    )
    expected = of["recurrent"][:, of["parents"]] * of["recurrent_columns"][..., start:]
    expected = expected + (of["projected"][:, of["reads"]] * of["kernel_columns"])[..., start:]
    for gate, name in enumerate(of["names"]):
        columns = slice(gate * units, (gate + 1) * units)
        close = CLOSE[dtype.type]
        np.testing.assert_allclose(received[..., columns], PLAIN[name](expected[..., columns]), rtol=close, atol=close)


@given(steps(), st.sampled_from(sorted(ACTIVATIONS)))
@settings(deadline=None, max_examples=100, derandomize=True)
def test_state_of_an_lstm(of, name):
    dtype, units = of["recurrent"].dtype, of["units"]
    cell_state, parents = of["recurrent"][..., :units].copy(), of["parents"]
    generator = np.random.default_rng(0)
    gates = generator.normal(size=(3 if len(cell_state) > 1 else 2, len(parents), 4 * units)).astype(dtype)
    gates = gates[: max(len(cell_state), 1)] if len(cell_state) > 1 else gates
    hidden, new_state = next_lstm_state(gates, cell_state, parents, gate_activations((name,), units, dtype))
    i, f, g, o = np.split(gates, 4, axis=-1)
    expected = f * cell_state[:, parents] + i * g
    close = 5 * CLOSE[dtype.type]
    np.testing.assert_allclose(new_state, expected, rtol=close, atol=close)
    np.testing.assert_allclose(hidden, o * PLAIN[name](expected), rtol=close, atol=close)
