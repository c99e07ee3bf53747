"""A literal, slow transcription of the paper's Algorithms 1-5, independent of the library.

Plain loops, one example at a time, in double precision, in the order of the pseudo-code; comments cite its lines.
It is the oracle of the property tests and the baseline of the benchmark, and shares no code with the library.

    network.py        the model as plain data, the cells, MONITOR (Algorithm 3)
    concern.py        INITCONCERN, removing and restoring nodes, Algorithms 4 and 5
    decomposition.py  Algorithms 1 and 2, the rest of Algorithm 3, concern modularization
    composition.py    running a module, voting, Jaccard index
    package.py        what the published package does where it departs from the text
"""

from oracle.composition import jaccard, run_model, run_module, vote
from oracle.concern import (
    Concern,
    active_rate,
    central_tendency,
    ci_logistic,
    ci_relu,
    init_concern,
    remove_outliers,
    ti_relu,
)
from oracle.decomposition import channel, decompose_many, decompose_one, sample_first
from oracle.network import GATES, Layer, Model, monitor

__all__ = [
    "GATES",
    "Concern",
    "Layer",
    "Model",
    "active_rate",
    "central_tendency",
    "channel",
    "ci_logistic",
    "ci_relu",
    "decompose_many",
    "decompose_one",
    "init_concern",
    "jaccard",
    "monitor",
    "remove_outliers",
    "run_model",
    "run_module",
    "sample_first",
    "ti_relu",
    "vote",
]
