"""Derivatives through graphs of all kinds, against differences of the masked forward pass."""

import numpy as np
import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network import LayerMask, StepMask
from rnn_modules.network.graph import read_graph
from rnn_modules.network.graph_network import GraphNetwork
from support.public_forms import FORMS
from support.public_models import TEXT_MODELS
from support.public_series import SERIES_MODELS

MODELS = TEXT_MODELS | SERIES_MODELS | FORMS
SMALL = 1e-2


def scaled(network, layer, factor):
    """Masks that multiply all that one layer's nodes send."""
    masks = []
    for index, own in enumerate(network.layers):
        factors = np.full((1, 1, own.units), factor if index == layer else 1, np.float32)
        masks.append(LayerMask((StepMask(recurrent_rows=factors, outputs=factors),)))
    return masks


def needs_cell_states(network):
    try:
        return network.restored is None
    except InputError:
        return True


@pytest.mark.parametrize("name", MODELS)
def test_derivatives_of_a_graph_are_differences(name):
    model, inputs = MODELS[name]()
    network = GraphNetwork(read_graph(model), model)
    if needs_cell_states(network):
        pytest.skip("masks take cell states away too")
    run = network.run(inputs)
    np.testing.assert_allclose(run.logits, network.logits(inputs), atol=1e-6)
    by_logits = np.random.default_rng(0).normal(size=run.logits.shape).astype("float32")
    found = network.derivatives(run, by_logits)
    assert len(found) == len(network.layers)
    for index, (own, trace) in enumerate(zip(found, run.traces, strict=True)):
        above, below = (
            (network.module_logits(inputs, scaled(network, index, 1 + side * SMALL))[0] * by_logits) for side in (1, -1)
        )
        expected = ((above - below) / (2 * SMALL)).reshape(len(above), -1).sum(axis=1)
        given = own.by_gates(trace).sum(axis=(0, 2))
        # Where the largest of several, or ReLU, takes turns within the difference, there is no derivative.
        assert np.mean(np.abs(given - expected) < 2e-3 * max(1, np.abs(expected).max())) >= 0.8


def test_what_needs_the_cell_state_of_an_lstm_is_refused_by_name():
    model, _ = MODELS["translator"]()
    with pytest.raises(InputError, match="cell state of .*preset='paper'"):
        GraphNetwork(read_graph(model), model).restored  # noqa: B018
