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
from rnn_modules.names import PAPER

logger = logging.getLogger(__name__)

_GATES = {"lstm": 4, "gru": 3}
"""Calls of removeNode for a node, where it has gates."""


@dataclass(frozen=True)
class Kind:
    """What of a model decides which choices make a difference to it.

    Attributes:
        architecture: input/output type.
        rnn: RNN type.
        layers: number of recurrent layers.
        gates: activation of the gates.
        classes: number of classes, or target languages.

    Example:
        >>> from support.made_up_models import classifier_model
        >>> Kind.of(classifier_model(cell="gru", layers=2))
        Kind(architecture='many_to_one', rnn='gru', layers=2, gates='sigmoid', classes=4)
    """

    architecture: str
    rnn: str
    layers: int
    gates: str
    classes: int

    @classmethod
    def of(cls, model: TrainedModel) -> Kind:
        """The kind of a trained model."""
        record, gates = model.record, model.network.layers[0].recurrent_activation
        return cls(record["architecture"], record["rnn"], record["layers"], gates, len(model.dataset.class_names))

    @property
    def many_output(self) -> bool:
        """Whether it is a classifier with an output per timestep."""
        return self.architecture in ("one_to_many", "many_to_many")

    @property
    def translates(self) -> bool:
        """Whether it is an encoder-decoder."""
        return self.architecture == "encoder_decoder"

    @property
    def gated(self) -> bool:
        """Whether its cells have gates."""
        return self.rnn in _GATES

    @property
    def resets(self) -> bool:
        """Whether a reset gate acts on a state that is not zero, as it is at the single timestep of 1:1."""
        return self.rnn == "gru" and self.architecture != "one_to_one"

    @property
    def hard_gates(self) -> bool:
        """Whether its gates were trained with another activation than the sigmoid."""
        return self.gated and self.gates != "sigmoid"


Applies = Callable[[Kind, DecompositionParameters], bool]

# Choices that do not make a difference everywhere: to which models they do, by themselves.
_ALONE: dict[str, Applies] = {
    "negative_rounding": lambda kind, paper: paper.positive_sample % max(1, kind.classes - 1) != 0,
    "rolled_observations": lambda kind, _: kind.architecture == "many_to_one",
    "masked_observations": lambda kind, _: kind.translates,
    # What is monitored differs by reset_gate and replayed_gates alone.
    "monitored_network": lambda kind, _: False,
    "removal_scope": lambda kind, _: kind.layers > 1,
    "always_remove_within": lambda kind, _: kind.rnn != "relu",
    # Gates are judged by the hidden state.
    "sigmoid_gates": lambda kind, _: False,
    "relu_rule": lambda kind, _: kind.rnn == "relu",
    # A node without gates is one call of removeNode.
    "cap_counts": lambda kind, _: kind.gated,
    "unrolled_output_rows": lambda kind, _: kind.many_output or kind.translates,
    "rolled_replay": lambda kind, _: kind.many_output,
    # Translations are not replayed.
    "reset_gate": lambda kind, _: kind.resets and not kind.translates,
    "replayed_gates": lambda kind, _: kind.hard_gates and not kind.translates,
}
# The same together with all other choices of the package.
_TOGETHER: dict[str, Applies] = _ALONE | {
    "monitored_network": lambda kind, _: kind.resets or kind.hard_gates,
    "reset_gate": lambda kind, _: kind.resets,
    "replayed_gates": lambda kind, _: kind.hard_gates,
}


def other_readings(kind: Kind, paper: DecompositionParameters) -> Iterator[dict]:
    """Choices beside the package's that the paper's text leaves open.

    Both approaches to gates are compared at equal shares of removed columns of kernels: a verdict on the hidden state
    of an LSTM node makes four calls of removeNode, so a cap on them lets a fourth of that share go.

    Args:
        kind: of the model.
        paper: the parameters that the changes are made to.

    Example:
        >>> kind = Kind("many_to_one", "lstm", 1, "sigmoid", classes=10)
        >>> [changes["removal_cap"] for changes in other_readings(kind, DecompositionParameters()) if len(changes) == 2]
        [0.05]
    """
    if not kind.translates:
        yield {"negative_sampling": "by_frequency"}
    yield {"cap_counts": "edges"}
    if kind.gated:
        calls = _GATES[kind.rnn] if paper.cap_counts == "removals" else 1
        by_gate = {"gate_approach": "per_gate", "removal_cap": paper.removal_cap / calls}
        yield by_gate
        yield {"sigmoid_gates": "open_share"} | by_gate


def variants(kind: Kind, paper: DecompositionParameters) -> Iterator[tuple[str, dict]]:
    """Names of the variants and what each changes of the paper's choices.

    Args:
        kind: of the model; choices that make no difference to such models are left out.
        paper: the parameters that the changes are made to.

    Example:
        >>> kind = Kind("many_to_one", "vanilla", 1, "sigmoid", classes=10)
        >>> dict(variants(kind, preset("paper", "many_to_one", "vanilla")))["rolled_observations"]
        {'rolled_observations': 'last_timestep'}
    """
    text = preset("paper", kind.architecture, kind.rnn, kind.layers)
    package = dataclasses.asdict(preset("package", kind.architecture, kind.rnn, kind.layers))
    differing = {name: value for name, value in package.items() if value != getattr(text, name)}
    yield "paper", {}
    yield "package", {name: value for name, value in differing.items() if _applies(_TOGETHER, name, kind, paper)}
    alone = [{name: value} for name, value in differing.items() if _applies(_ALONE, name, kind, paper)]
    done = set()
    for changes in [*alone, *other_readings(kind, paper)]:
        name, value = next(iter(changes.items()))
        if any(new != getattr(paper, changed) for changed, new in changes.items()):
            yield f"{name}: {value}" if name in done else name, changes
            done.add(name)


def _applies(rules: dict[str, Applies], name: str, kind: Kind, paper: DecompositionParameters) -> bool:
    return name not in rules or rules[name](kind, paper)


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
    return model.record_of(experiment, run, PAPER, results)
