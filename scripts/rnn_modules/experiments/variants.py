"""RQ1 under other choices: the published package's, one at a time, and other thresholds of removal.

Shows which choice that the paper leaves open, or that its package makes differently, moves which figure.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator, Sequence

from rnn_modules.cutting import cut_modules
from rnn_modules.experiments.decomposition_cost import decomposition_cost
from rnn_modules.parameters import DecompositionParameters, preset
from rnn_modules.trained_model import TrainedModel

logger = logging.getLogger(__name__)

OTHER_READINGS = (
    ("cap_counts", "edges"),
    ("gate_approach", "per_gate"),
    ("removal_scope", "layer"),
)
"""Choices beside the package's that the paper's text leaves open."""

_MANY_OUTPUT = ("one_to_many", "many_to_many")
# Choices that make no difference elsewhere: architectures, and RNN types.
_APPLIES = {
    "rolled_observations": (("many_to_one",), None),
    "masked_observations": (("encoder_decoder",), None),
    "relu_rule": (None, ("relu",)),
    "unrolled_output_rows": (_MANY_OUTPUT, None),
    "rolled_replay": (_MANY_OUTPUT, None),
    "reset_gate": (("one_to_one", "many_to_one", *_MANY_OUTPUT), ("gru",)),
    "replayed_gates": (("one_to_one", "many_to_one", *_MANY_OUTPUT), ("lstm", "gru")),
    "gate_approach": (None, ("lstm", "gru")),
}


def variants(architecture: str, rnn: str, paper: DecompositionParameters) -> Iterator[tuple[str, dict]]:
    """Names of the variants and what each changes of the paper's choices.

    Args:
        architecture: input/output type of the model.
        rnn: its RNN type; choices that make no difference to such a model are left out.
        paper: the parameters that the changes are made to.
    """
    package = dataclasses.asdict(preset("package", architecture, rnn))
    differing = {
        name: value
        for name, value in package.items()
        if value != getattr(preset("paper", architecture, rnn), name) and _applies(name, architecture, rnn)
    }
    yield "paper", {}
    yield "package", differing
    done = set()
    for name, value in [*differing.items(), *OTHER_READINGS]:
        if _applies(name, architecture, rnn) and value != getattr(paper, name):
            yield f"{name}: {value}" if name in done else name, {name: value}
            done.add(name)


def _applies(name: str, architecture: str, rnn: str) -> bool:
    architectures, rnns = _APPLIES.get(name, (None, None))
    return (architectures is None or architecture in architectures) and (rnns is None or rnn in rnns)


def evaluate_variants(
    model: TrainedModel, paper: DecompositionParameters, modes: Sequence[str], threads: int = 1
) -> dict:
    """Cut and evaluate the model once per variant; ``variants`` of a result record."""
    return {
        "variants": [
            {"name": name, "changes": changes, **_evaluated(model, paper, changes, modes, threads)}
            for name, changes in variants(model.record["architecture"], model.record["rnn"], paper)
        ]
    }


def sweep_removal_cap(
    model: TrainedModel,
    paper: DecompositionParameters,
    removal_caps: Sequence[float],
    modes: Sequence[str],
    threads: int = 1,
) -> dict:
    """Cut and evaluate the model at every threshold of removal; ``monolithic`` and ``rows`` of a result record."""
    found = {cap: _evaluated(model, paper, {"removal_cap": cap}, modes, threads) for cap in removal_caps}
    return {
        "monolithic": next(iter(found.values()))["monolithic"],
        "rows": [{"removal_cap": cap, "modes": result["modes"]} for cap, result in found.items()],
    }


def _evaluated(model: TrainedModel, paper: DecompositionParameters, changes: dict, modes, threads: int) -> dict:
    parameters = dataclasses.replace(paper, **changes)
    modules = cut_modules(model.network, model.dataset, parameters, modes, threads)
    result = decomposition_cost(model.network, model.dataset, modules, threads=threads)
    for mode, scores in result["modes"].items():
        logger.info("%s, %s: %s", changes or "paper", mode, scores["composed"][scores["head"]])
    return {
        "monolithic": result["monolithic"],
        "modes": result["modes"],
        "evaluated": result["examples_evaluated"],
    }
