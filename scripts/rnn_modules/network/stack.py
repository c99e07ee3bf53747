"""Stacks of recurrent layers: the forward pass over a sequence, and one timestep of it for decoding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rnn_modules.network.cells import WHOLE, LayerMask, RecurrentLayer, project, step

State = tuple[np.ndarray, ...]


def run_layer(
    layer: RecurrentLayer,
    inputs: np.ndarray,
    timesteps: int,
    mask: LayerMask | None = None,
    state: State | None = None,
    valid: np.ndarray | None = None,
    observe_gates: bool = False,
) -> tuple[np.ndarray, State, np.ndarray | None]:
    """Run one layer over a sequence.

    Args:
        layer: the layer.
        inputs: ``(timesteps or 1, modules or 1, examples, inputs)``; a first axis of 1 is the same input at each step.
        timesteps: number of steps.
        mask: the edges left to each module; its number of modules becomes that of the result.
        state: initial state, zero by default.
        valid: ``(timesteps, examples) bool``; where it is false the state and the output are carried over, as Keras
            does for masked steps.
        observe_gates: also return the activations of all gates.

    Returns:
        What the layer sends on, ``(timesteps, modules, examples, units)``, masked by the edges to the next layer; the
        final state; the gates ``(timesteps, modules, examples, gates * units)`` or None.
    """
    examples = inputs.shape[2]
    if state is None:
        state = layer.initial_state(1, examples)
    repeated = project(layer, inputs[0]) if inputs.shape[0] == 1 else None
    sent = gates = None
    for timestep in range(timesteps):
        step_mask = WHOLE if mask is None else mask.at(timestep)
        projected = project(layer, inputs[timestep]) if repeated is None else repeated
        new_state, step_gates = step(layer, projected, state, step_mask)
        if valid is not None:
            present = valid[timestep][None, :, None]
            new_state = tuple(np.where(present, new, old) for new, old in zip(new_state, state, strict=True))
        state = new_state
        output = state[0] if step_mask.outputs is None else state[0] * step_mask.outputs
        if sent is None:
            sent = np.empty((timesteps, *output.shape), output.dtype)
        sent[timestep] = output
        if observe_gates:
            if gates is None:
                gates = np.empty((timesteps, *step_gates.shape), step_gates.dtype)
            gates[timestep] = step_gates
    return sent, state, gates


def run_stack(
    layers: Sequence[RecurrentLayer],
    inputs: np.ndarray,
    timesteps: int,
    masks: Sequence[LayerMask] | None = None,
    state: State | None = None,
    valid: np.ndarray | None = None,
) -> tuple[np.ndarray, State]:
    """Run all layers over a sequence; arguments as :func:`run_layer`, ``state`` being that of the first layer.

    Returns:
        The last layer's outputs ``(timesteps, modules, examples, units)`` and its final state.
    """
    for index, layer in enumerate(layers):
        inputs, last_state, _ = run_layer(
            layer, inputs, timesteps, None if masks is None else masks[index], state if index == 0 else None, valid
        )
    return inputs, last_state


def observe_stack(
    layers: Sequence[RecurrentLayer],
    inputs: np.ndarray,
    timesteps: int,
    state: State | None = None,
    valid: np.ndarray | None = None,
    gates: bool = False,
) -> Iterator[np.ndarray]:
    """Yield each layer's activations in turn, so that only one layer's are in memory (Algorithm 3, ``monitor``).

    Yields:
        ``(timesteps, examples, 1, units)`` hidden states, or with ``gates`` ``(timesteps, examples, gates, units)``.
    """
    for index, layer in enumerate(layers):
        inputs, _, observed = run_layer(
            layer, inputs, timesteps, None, state if index == 0 else None, valid, observe_gates=gates
        )
        observed = observed if gates else inputs
        yield observed.reshape(timesteps, observed.shape[2], -1, layer.units)


def step_stack(
    layers: Sequence[RecurrentLayer],
    inputs: np.ndarray,
    states: list[State],
    timestep: int,
    masks: Sequence[LayerMask] | None = None,
) -> tuple[np.ndarray, list[State]]:
    """One timestep through all layers: inputs ``(modules or 1, examples, inputs)`` to the last layer's output."""
    new_states = []
    for index, (layer, state) in enumerate(zip(layers, states, strict=True)):
        mask = WHOLE if masks is None else masks[index].at(timestep)
        state, _ = step(layer, project(layer, inputs), state, mask)
        inputs = state[0] if mask.outputs is None else state[0] * mask.outputs
        new_states.append(state)
    return inputs, new_states
