"""Derivatives by what nodes send, against differences of the masked forward pass, which multiplies just that."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.decomposition.sensitivity import class_derivatives
from rnn_modules.network import LayerMask, StepMask
from rnn_modules.network.derivatives import of_layer_alone
from rnn_modules.network.stack import Step, run_layer
from rnn_modules.network.traces import Trace
from support.networks import random_classifier, random_inputs, random_sentences, random_translator
from support.small_networks import with_reset_after

SMALL = 1e-5


def gated(network, layer, timestep, node, factor):
    """Masks that multiply what one node of one layer sends after one timestep, back and onward."""
    masks = []
    for index, own in enumerate(network.layers):
        factors = np.ones((network.timesteps, 1, 1, own.units))
        if index == layer:
            factors[timestep, ..., node] = factor
        masks.append(
            LayerMask(
                tuple(
                    StepMask(recurrent_rows=factors[max(0, at - 1)], outputs=factors[at])
                    for at in range(network.timesteps)
                )
            )
        )
    return masks


def differences(network, answers):
    """What the derivatives by all factors should be, ``(timesteps, examples, units)`` for each layer."""
    found = []
    for index, layer in enumerate(network.layers):
        of_layer = np.stack(
            [
                [
                    answers(gated(network, index, timestep, node, 1 + SMALL))
                    - answers(gated(network, index, timestep, node, 1 - SMALL))
                    for node in range(layer.units)
                ]
                for timestep in range(network.timesteps)
            ]
        )
        found.append(of_layer.transpose(0, 2, 1) / (2 * SMALL))
    return found


def odds(network, inputs, output, steps, masks=None):
    logits = network.module_logits(inputs, masks)[0]
    if steps is not None:
        logits = logits[np.arange(len(logits)), steps]
    return logits[:, output] - np.logaddexp.reduce(np.delete(logits, output, axis=1), axis=1)


def assert_derivatives(network, inputs, output, steps, answers):
    traces = network.trace(inputs)
    found = class_derivatives(network, traces, inputs, output, steps)
    for own, trace, expected in zip(found, traces, differences(network, answers), strict=True):
        np.testing.assert_allclose(own.by_gates(trace), expected, atol=1e-7)


@pytest.mark.parametrize("cell", ["vanilla", "gru", "gru after", "lstm"])
@pytest.mark.parametrize(("many_output", "repeat"), [(False, None), (True, None), (False, 1), (True, 3)])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_derivatives_of_a_classifier_are_differences(cell, many_output, repeat, activation):
    network = random_classifier(
        1, cell.split()[0], 2, 3, 4, many_output=many_output, repeat=repeat, activation=activation
    )
    if "after" in cell:
        network = with_reset_after(network)
    inputs = random_inputs(network, 5)
    steps = np.arange(5) % network.timesteps if many_output else None
    assert_derivatives(network, inputs, 1, steps, lambda masks: odds(network, inputs, 1, steps, masks))


@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
def test_derivatives_of_a_translator_are_differences_and_masked_steps_count_nothing(cell):
    network = random_translator(1, cell, units=3)
    inputs = random_sentences(network, 6)

    def likelihood(masks):
        logits = network.logits(inputs, masks)
        logarithms = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
        words = inputs[1][:, 1:]
        return (np.take_along_axis(logarithms[:, :-1], words[..., None], axis=-1)[..., 0] * (words != 0)).sum(axis=1)

    assert_derivatives(network, inputs, 0, None, likelihood)


@given(
    seed=st.integers(0, 1000),
    cell=st.sampled_from(["vanilla", "gru", "lstm"]),
    layers=st.integers(1, 4),
    gates=st.sampled_from(["sigmoid", "hard_sigmoid"]),
)
@settings(max_examples=8, deadline=None)
def test_derivatives_of_any_depth(seed, cell, layers, gates):
    network = random_classifier(seed, cell, layers, units=2, tokens=3)
    network = network.with_layers([dataclasses.replace(layer, recurrent_activation=gates) for layer in network.layers])
    inputs = random_inputs(network, 3, seed)
    assert_derivatives(network, inputs, 0, None, lambda masks: odds(network, inputs, 0, None, masks))


@pytest.mark.parametrize("cell", ["vanilla", "gru", "gru after", "lstm"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "hard_sigmoid"])
def test_what_sizes_are_filled_up_to_changes_nothing(cell, activation, monkeypatch):
    network = random_classifier(1, cell.split()[0], 1, 3, 4, activation=activation)
    if "after" in cell:
        network = with_reset_after(network)
    inputs = random_inputs(network, 3)
    found = []
    for units, examples in ((1, 1), (5, 4)):
        monkeypatch.setattr("rnn_modules.network.derivatives.UNITS", units)
        monkeypatch.setattr("rnn_modules.network.derivatives.EXAMPLES", examples)
        found.append(class_derivatives(network, network.trace(inputs), inputs, 0, None)[0])
    for name in ("back", "onward", "start"):
        one, other = (getattr(part, name) for part in found)
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
def test_derivatives_by_what_a_layer_starts_from_of_what_it_ends_in(cell):
    """Against differences: of a state after the last timestep, times one factor per number."""
    layer = random_classifier(1, cell, 1, 3).layers[0]
    generator = np.random.default_rng(0)
    entering = generator.normal(size=(4, 5, 3 * len(layer.gates)))
    start, final = ([generator.normal(size=(5, 3)) for _ in range(layer.states)] for _ in range(2))
    present = generator.random((4, 5, 1)) < 0.7

    def run(start):
        steps = [Step(of_step[None], present=here[None]) for of_step, here in zip(entering, present, strict=True)]
        return [tuple(part[0] for part in now) for _, now, _ in run_layer(layer, steps, state=[s[None] for s in start])]

    states = tuple(np.stack(parts) for parts in zip(*run(start), strict=True))
    trace = Trace(states, entering, tuple(start), present)
    found = of_layer_alone(layer, trace, np.zeros((4, 5, 3)), tuple(final))
    for part, own in enumerate(found.start):
        for node in range(3):
            answers = []
            for side in (SMALL, -SMALL):
                moved = [state.copy() for state in start]
                moved[part][:, node] += side
                answers.append(sum((at * by).sum(axis=1) for at, by in zip(run(moved)[-1], final, strict=True)))
            np.testing.assert_allclose(own[:, node], (answers[0] - answers[1]) / (2 * SMALL), atol=1e-8)


@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
def test_a_trace_is_the_forward_pass(cell):
    network = random_classifier(2, cell, layers=2, many_output=True)
    inputs = random_inputs(network, 9)
    np.testing.assert_array_equal(network.trace(inputs)[-1].hidden, network.hidden(inputs)[:, 0])
