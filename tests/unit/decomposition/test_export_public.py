"""Modules of public models as Keras models of their own."""

import numpy as np
import pytest

from rnn_modules.decomposition.graph_export import export_module
from rnn_modules.decomposition.masks import whole_modules
from rnn_modules.decomposition.public import read_parent
from support.public_networks import asked, public_model, same


@pytest.mark.parametrize(
    "name",
    [
        "strings",
        "toxic_comments",
        "weights_repeated",
        "convolution_as_output",
        "directions_apart",
        "states_of_cells",
        "translator_padded_on_the_left",
        "answer_reshaped",
        "labels_reshaped",
        "head_used_twice",
        "nested_above_masks",
        "nested_with_equal_names",
    ],
)
def test_a_module_that_lost_nothing_judges_as_its_parent(name):
    public = public_model(name)
    parent = read_parent(public.model)
    network = parent.network
    masks = whole_modules(network, tuple(f"class {label}" for label in range(network.outputs))).select([1])
    logits = network.logits(public.inputs)
    others = 0 if network.independent else np.delete(logits, 1, axis=-1).mean(axis=-1)
    received = asked(export_module(parent, masks), public.inputs)
    same(received[..., 1], 1 / (1 + np.exp(others - logits[..., 1])))
