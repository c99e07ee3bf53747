"""How the published package replays networks: not always as they were trained."""

from __future__ import annotations

import dataclasses
from typing import TypeVar, cast

from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.network import Network, RecurrentLayer, translates

AnyNetwork = TypeVar("AnyNetwork", bound=Network)


def replayed(network: AnyNetwork, parameters: DecompositionParameters) -> AnyNetwork:
    """The network with the cells that the parameters' replay has; itself where that is as trained.

    Example:
        >>> import numpy as np
        >>> from rnn_modules.decomposition.parameters import preset
        >>> from rnn_modules.network import Classifier
        >>> layer = RecurrentLayer("gru", np.eye(2, 6), np.eye(2, 6), np.zeros(6), False, "tanh", "hard_sigmoid")
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> found = replayed(network, preset("package", "many_to_one", "gru")).layers[0]
        >>> found.reset_after, found.recurrent_activation
        (True, 'sigmoid')
        >>> replayed(network, preset("paper", "many_to_one", "gru")) is network
        True
    """
    if parameters.reset_gate == "trained" and parameters.replayed_gates == "trained":
        return network
    layers = tuple(_replayed(layer, parameters) for layer in network.layers)
    if translates(network):
        encoder = tuple(_replayed(layer, parameters) for layer in network.encoder)
        return cast(AnyNetwork, dataclasses.replace(network, layers=layers, encoder=encoder))
    return network.with_layers(layers)


def _replayed(layer: RecurrentLayer, parameters: DecompositionParameters) -> RecurrentLayer:
    changes: dict = {}
    if parameters.reset_gate == "after_product" and layer.cell == "gru":
        changes["reset_after"] = True
    if parameters.replayed_gates == "sigmoid":
        changes["recurrent_activation"] = "sigmoid"
    return dataclasses.replace(layer, **changes)
