"""RQ1 under other choices: the published package's, one at a time, and other thresholds of removal.

Shows which choice that the paper leaves open, or that its package makes differently, moves which figure.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rnn_modules.decomposition.parameters import DecompositionParameters, preset
from rnn_modules.experiments.decomposition_cost import decomposition_cost
from rnn_modules.experiments.trained_model import TrainedModel, decompose_trained
from rnn_modules.files.provenance import provenance
from rnn_modules.names import PAPER

logger = logging.getLogger(__name__)

OTHER_READINGS = (
    ("cap_counts", "edges"),
    ("gate_approach", "per_gate"),
    ("removal_scope", "layer"),
)
"""Choices beside the package's that the paper's text leaves open."""

_GATED = ("lstm", "gru")


@dataclass(frozen=True)
class Kind:
    """What of a model decides which choices make a difference to it.

    Attributes:
        architecture: input/output type.
        rnn: RNN type.
        layers: number of recurrent layers.
        gates: activation of the gates.

    Example:
        >>> from support.made_up_models import classifier_model
        >>> Kind.of(classifier_model(cell="gru", layers=2))
        Kind(architecture='many_to_one', rnn='gru', layers=2, gates='sigmoid')
    """

    architecture: str
    rnn: str
    layers: int
    gates: str

    @classmethod
    def of(cls, model: TrainedModel) -> Kind:
        """The kind of a trained model."""
        record = model.record
        return cls(
            record["architecture"], record["rnn"], record["layers"], model.network.layers[0].recurrent_activation
        )

    @property
    def many_output(self) -> bool:
        """Whether it is a classifier with an output per timestep."""
        return self.architecture in ("one_to_many", "many_to_many")

    @property
    def translates(self) -> bool:
        """Whether it is an encoder-decoder."""
        return self.architecture == "encoder_decoder"


# Choices that do not make a difference everywhere: to which models they do.
_APPLIES: dict[str, Callable[[Kind], bool]] = {
    "rolled_observations": lambda kind: kind.architecture == "many_to_one",
    "masked_observations": lambda kind: kind.translates,
    "always_remove_within": lambda kind: kind.rnn != "relu",
    "relu_rule": lambda kind: kind.rnn == "relu",
    # A node without gates is one call of removeNode.
    "cap_counts: nodes": lambda kind: kind.rnn in _GATED,
    "unrolled_output_rows": lambda kind: kind.many_output or kind.translates,
    "rolled_replay": lambda kind: kind.many_output,
    # The single timestep of 1:1 has no recurrent product yet.
    "reset_gate": lambda kind: kind.rnn == "gru" and kind.architecture not in ("one_to_one", "encoder_decoder"),
    "replayed_gates": lambda kind: kind.rnn in _GATED and kind.gates != "sigmoid" and not kind.translates,
    "gate_approach": lambda kind: kind.rnn in _GATED,
    "removal_scope": lambda kind: kind.layers > 1,
}


def variants(kind: Kind, paper: DecompositionParameters) -> Iterator[tuple[str, dict]]:
    """Names of the variants and what each changes of the paper's choices.

    Args:
        kind: of the model; choices that make no difference to such models are left out.
        paper: the parameters that the changes are made to.

    Example:
        >>> kind = Kind("many_to_one", "vanilla", 1, "sigmoid")
        >>> dict(variants(kind, preset("paper", "many_to_one", "vanilla")))["rolled_observations"]
        {'rolled_observations': 'last_timestep'}
    """
    package = dataclasses.asdict(preset("package", kind.architecture, kind.rnn))
    differing = {
        name: value
        for name, value in package.items()
        if value != getattr(preset("paper", kind.architecture, kind.rnn), name) and _applies(name, value, kind)
    }
    yield "paper", {}
    yield "package", differing
    done = set()
    for name, value in [*differing.items(), *OTHER_READINGS]:
        if _applies(name, value, kind) and value != getattr(paper, name):
            yield f"{name}: {value}" if name in done else name, {name: value}
            done.add(name)


def _applies(name: str, value: object, kind: Kind) -> bool:
    applies = _APPLIES.get(name) or _APPLIES.get(f"{name}: {value}")
    return applies is None or applies(kind)


def evaluate_variants(
    model: TrainedModel, paper: DecompositionParameters, modes: Sequence[str], threads: int = 1
) -> dict:
    """Cut and evaluate the model once per variant; ``variants`` of a result record.

    Example:
        >>> from support.made_up_models import classifier_model
        >>> found = evaluate_variants(classifier_model(cell="vanilla", layers=1), DecompositionParameters(), ["rolled"])
        >>> [variant["name"] for variant in found["variants"]][:3]
        ['paper', 'package', 'negative_sampling']
    """
    return {
        "variants": [
            {"name": name, "changes": changes, **_evaluated(model, paper, changes, modes, threads)}
            for name, changes in variants(Kind.of(model), paper)
        ]
    }


def sweep_removal_cap(
    model: TrainedModel,
    paper: DecompositionParameters,
    removal_caps: Sequence[float],
    modes: Sequence[str],
    threads: int = 1,
) -> dict:
    """Cut and evaluate the model at every threshold of removal; ``monolithic`` and ``rows`` of a result record.

    Example:
        >>> from support.made_up_models import classifier_model
        >>> found = sweep_removal_cap(classifier_model(), DecompositionParameters(), [0.0, 0.5], ["rolled"])
        >>> none, half = found["rows"]
        >>> half["removal_cap"], half["modes"]["rolled"]["kept_share"] < none["modes"]["rolled"]["kept_share"]
        (0.5, True)
    """
    found = {cap: _evaluated(model, paper, {"removal_cap": cap}, modes, threads) for cap in removal_caps}
    return {
        "monolithic": next(iter(found.values()))["monolithic"],
        "rows": [{"removal_cap": cap, "modes": result["modes"]} for cap, result in found.items()],
    }


def _evaluated(model: TrainedModel, paper: DecompositionParameters, changes: dict, modes, threads: int) -> dict:
    parameters = dataclasses.replace(paper, **changes)
    modules = decompose_trained(model.network, model.dataset, parameters, modes, threads)
    result = decomposition_cost(model.network, model.dataset, modules, threads=threads)
    for mode, scores in result["modes"].items():
        logger.info("%s, %s: %s", changes or "paper", mode, scores["composed"][scores["head"]])
    return {
        "monolithic": result["monolithic"],
        "modes": result["modes"],
        "evaluated": result["examples_evaluated"],
    }


def variants_record(
    model: TrainedModel,
    paper: DecompositionParameters,
    modes: Sequence[str],
    run: str,
    removal_caps: Sequence[float] | None = None,
    threads: int = 1,
) -> dict:
    """The result record of a model under other choices, or, with ``removal_caps``, at these thresholds of removal.

    Args:
        model: a trained model.
        paper: the parameters that the others are compared with.
        modes: ``rolled`` and/or ``unrolled``.
        run: name of the run.
        removal_caps: thresholds.
        threads: work is shared out among at most this many.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from support.made_up_models import classifier_model, saved
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model = saved(classifier_model(folder=Path(folder, "model"), dataset_folder=Path(folder, "clinc")))
        ...     record = variants_record(model, DecompositionParameters(), ["rolled"], "demo", removal_caps=[0.0, 0.5])
        >>> record["experiment"], record["preset"], len(record["rows"])
        ('removal_sweep', 'paper', 2)
    """
    if removal_caps is None:
        experiment, results = "variants", evaluate_variants(model, paper, modes, threads)
    else:
        experiment, results = "removal_sweep", sweep_removal_cap(model, paper, removal_caps, modes, threads)
    return {
        "experiment": experiment,
        "run": run,
        **model.facts(),
        "examples": model.dataset.metadata["examples"],
        "preset": PAPER,
        **results,
        "provenance": provenance(model.files()),
    }
