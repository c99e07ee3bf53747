"""A trained model as arrays: cells, forward pass, hidden states; no deep-learning framework is needed."""

from rnn_modules.network.arrays import ArrayNetwork
from rnn_modules.network.base import Network
from rnn_modules.network.cells import GATES, SQUASHED_GATES, LayerMask, RecurrentLayer, StepMask
from rnn_modules.network.kinds import classifies, translates
from rnn_modules.network.networks import Classifier, EncoderDecoder, load_network

__all__ = [
    "GATES",
    "SQUASHED_GATES",
    "ArrayNetwork",
    "Classifier",
    "EncoderDecoder",
    "LayerMask",
    "Network",
    "RecurrentLayer",
    "StepMask",
    "classifies",
    "load_network",
    "translates",
]
