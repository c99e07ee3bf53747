"""Modules as masks: which edges go, what is left, the head, saving and loading."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from rnn_modules.decomposition.composition import module_odds
from rnn_modules.decomposition.heads import head_odds
from rnn_modules.decomposition.parameters import BETWEEN_REMOVED, EDGES
from rnn_modules.network import EncoderDecoder
from support.networks import random_classifier, random_inputs, random_modules, random_translator
from support.reference import embedded, materialised

stable = settings(deadline=None, derandomize=True)
removals = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["rolled", "unrolled"]),
        "seed": st.integers(0, 2**32 - 1),
        "share": st.sampled_from([0.2, 0.6]),
        "per_gate": st.booleans(),
        "removed_edges": st.lists(st.sampled_from([*EDGES, BETWEEN_REMOVED]), unique=True).map(tuple) | st.just(EDGES),
        "unrolled_output_rows": st.sampled_from(["same_timestep", "first_timestep"]),
    }
)


@given(
    st.sampled_from(["vanilla", "gru", "lstm"]), st.integers(1, 2), st.booleans(), st.sampled_from([None, 3]), removals
)
@settings(stable, max_examples=80)
def test_masks_do_what_zeros_in_a_copy_of_the_weights_do(cell, layers, many_output, repeat, removal):
    network = random_classifier(cell=cell, layers=layers, many_output=many_output, repeat=repeat, tokens=3)
    modules = random_modules(network, **removal)
    inputs = random_inputs(network, 3)
    odds = module_odds(network, modules, inputs)["mean"]
    for index in range(3):
        copy = oracle.channel(materialised(network, modules, index), index)
        for row, x in enumerate(embedded(network, inputs)):
            logits = oracle.run_module(copy, x)
            np.testing.assert_allclose(odds[index, row], logits[..., 0] - logits[..., 1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("per_gate", [False, True])
def test_masks_when_the_reset_gate_comes_after_the_product(per_gate):
    network = random_classifier(cell="gru", layers=1)
    (layer,) = network.layers
    layer = dataclasses.replace(layer, reset_after=True, recurrent_bias=np.linspace(-1, 1, 12))
    network = dataclasses.replace(network, layers=(layer,))
    modules = random_modules(network, per_gate=per_gate)
    inputs = random_inputs(network, 4)
    odds = module_odds(network, modules, inputs)["mean"]
    for index in range(3):
        kept = modules.kept[0][index, 0]
        columns = np.broadcast_to(kept, (3, 4)).reshape(-1)
        rows = kept.any(axis=0)[:, None]
        copy = dataclasses.replace(
            layer,
            kernel=layer.kernel * columns,
            recurrent_kernel=layer.recurrent_kernel * columns * rows,
            bias=layer.bias * columns,
            recurrent_bias=layer.recurrent_bias * columns,
        )
        copied = dataclasses.replace(network, layers=(copy,), output_kernel=network.output_kernel * rows)
        logits = np.broadcast_to(copied.logits(inputs), (3, 4, 3))
        np.testing.assert_allclose(odds[index], head_odds(logits, "mean")[index], rtol=0, atol=1e-12)


def test_select_takes_modules_in_the_order_given():
    network = random_classifier(classes=4)
    modules = dataclasses.replace(random_modules(network), thresholds=np.arange(4.0))
    chosen = modules.select([2, 0])
    assert chosen.class_names == ("class 2", "class 0")
    assert chosen.thresholds.tolist() == [2.0, 0.0]
    for kept, all_kept in zip(chosen.kept, modules.kept, strict=True):
        np.testing.assert_array_equal(kept, all_kept[[2, 0]])


def test_modules_of_a_translator_are_masks_of_the_decoder():
    network = random_translator()
    assert isinstance(network, EncoderDecoder)
    masks = random_modules(network, classes=3, mode="unrolled").select([1]).masks(network)
    assert len(masks) == len(network.layers)
    assert len(masks[0].steps) == network.target_tokens
