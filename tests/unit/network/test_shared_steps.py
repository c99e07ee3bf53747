"""Rows shared by texts that begin alike give what a row for each text gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.network.batching import chunks
from rnn_modules.network.cells import project
from rnn_modules.network.stack import Step, observe_stack, run_stack, shared_steps
from support.networks import random_classifier, random_modules

VOCABULARY, TOKENS = 7, 5


@st.composite
def texts(draw):
    """Texts padded on the left or on the right or not at all, of few words, so that many begin alike or are equal."""
    examples = draw(st.sampled_from([0, 1, 2, 9, 30]))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    ids = generator.integers(1, draw(st.sampled_from([2, 3, VOCABULARY])), (examples, TOKENS), dtype=np.int32)
    padded = np.arange(TOKENS) < generator.integers(0, TOKENS + 1, (examples, 1))
    side = draw(st.sampled_from(["left", "right", "none", "all equal"]))
    if side == "all equal":
        return np.repeat(ids[:1], examples, axis=0)
    if side != "none":
        ids[padded if side == "left" else padded[:, ::-1]] = 0
    return ids


def plain_steps(projected, ids, masked=False):
    return [Step(projected[words][None], present=(words != 0)[None, :, None] if masked else None) for words in ids.T]


@given(texts())
@settings(deadline=None, max_examples=100, derandomize=True)
def test_a_row_for_every_beginning(ids):
    projected = np.random.default_rng(0).normal(size=(VOCABULARY, 3))
    steps = shared_steps(projected, ids, masked=True)
    assert len(steps) == TOKENS
    of_before = np.zeros(1, int)
    for timestep, (at, plain) in enumerate(zip(steps, plain_steps(projected, ids, masked=True), strict=True)):
        assert at.size == len(np.unique(ids[:, : timestep + 1], axis=0))
        np.testing.assert_array_equal(at.of(at.projected[:, at.reads]), plain.projected)
        np.testing.assert_array_equal(at.of(at.present), plain.present)
        if timestep:
            parents = np.arange(at.size) if at.parents is None else at.parents
            np.testing.assert_array_equal(parents[at.rows], of_before)
            assert np.all(np.diff(parents) >= 0)
        of_before = at.rows


@given(
    texts(),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["vanilla", "gru", "lstm"]),
    st.sampled_from(["tanh", "relu"]),
    st.integers(1, 3),
    st.sampled_from([None, "rolled", "unrolled"]),
    st.booleans(),
    st.booleans(),
)
@settings(deadline=None, max_examples=100, derandomize=True)
def test_outputs_and_states_are_those_of_a_row_for_each_text(
    ids, seed, cell, activation, layers, mode, per_gate, masked
):
    network = random_classifier(seed, cell, layers, many_output=True, activation=activation, vocabulary=VOCABULARY)
    masks = None if mode is None else random_modules(network, seed, mode, per_gate=per_gate).masks(network)
    projected = project(network.layers[0], network.embedding)
    steps = shared_steps(projected, ids, masked)
    shared = run_stack(network.layers, steps, masks)
    plain = run_stack(network.layers, plain_steps(projected, ids, masked), masks)
    hidden = []
    for at, (sent, state, _), (plain_sent, plain_state, _) in zip(steps, shared, plain, strict=True):
        for part, expected in zip((sent, *state), (plain_sent, *plain_state), strict=True):
            np.testing.assert_allclose(at.of(part), expected, rtol=1e-9, atol=1e-12)
        hidden.append(plain_sent)
    if not masked:
        np.testing.assert_allclose(network.hidden(ids, masks), np.stack(hidden), rtol=1e-9, atol=1e-12)


@given(texts(), st.sampled_from(["vanilla", "gru", "lstm"]), st.booleans(), st.sampled_from([2, 8, 100]))
@settings(deadline=None, max_examples=60, derandomize=True)
def test_observations_are_those_of_a_row_for_each_text(ids, cell, gates, rows_at_once):
    network = random_classifier(1, cell, 2, many_output=True, vocabulary=VOCABULARY)
    plain = observe_stack(network.layers, plain_steps(project(network.layers[0], network.embedding), ids), gates=gates)
    examples = np.arange(len(ids))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rnn_modules.network.batching.ROWS_AT_ONCE", rows_at_once)
        received, shared_out = (list(network.observe(ids, gates, threads)) for threads in (1, 3))
    for layer, (of_layer, expected) in enumerate(zip(received, plain, strict=True)):
        assert len(of_layer) == TOKENS
        for step, (at, plain_at) in enumerate(zip(of_layer, expected, strict=True)):
            values = at.of(examples)
            assert values.shape == (len(ids), len(network.layers[0].gates) if gates else 1, 4)
            np.testing.assert_allclose(values, plain_at.of(examples), rtol=1e-9, atol=1e-12)
            np.testing.assert_array_equal(values, shared_out[layer][step].of(examples))


@given(texts(), st.integers(1, 40))
@settings(deadline=None, max_examples=50, derandomize=True)
def test_chunks_hold_every_example_once_and_like_ones_together(ids, modules):
    order = np.concatenate([np.arange(0), *chunks(ids, modules)])
    assert sorted(order) == list(range(len(ids)))
    ordered = ids[order].tolist()
    assert ordered == sorted(ordered)
