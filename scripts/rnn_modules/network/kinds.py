"""The two kinds of networks told apart, for those who treat them differently."""

from __future__ import annotations

from typing import TypeGuard

from rnn_modules.network.base import Network
from rnn_modules.network.networks import Classifier, EncoderDecoder


def classifies(network: Network) -> TypeGuard[Classifier]:
    """Whether a network decides among classes.

    Example:
        >>> import numpy as np
        >>> from rnn_modules.network import RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> classifies(network), translates(network)
        (True, False)
    """
    return isinstance(network, Classifier)


def translates(network: Network) -> TypeGuard[EncoderDecoder]:
    """Whether a network decides on words of a target language, one after another; see :func:`classifies`.

    Example:
        >>> translates(None)
        False
    """
    return isinstance(network, EncoderDecoder)
