"""Every choice of the decomposition that the paper leaves open or that its published package makes differently.

The defaults are the paper's text (preset ``paper``); the preset ``package`` collects the choices of the published
replication package. A preset may differ by RNN type; any single value can be set on top of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.settings import LARGEST_SEED, MOST_EXAMPLES, check_settings, setting
from rnn_modules.names import (
    COMPACT,
    PACKAGE,
    PAPER,
    PAPER_HEAD,
    PRESETS,
    REFITTED,
    TRANSLATION,
    Head,
    Mode,
    NodeScope,
    Ranking,
    Replacement,
    Weighing,
)

OF_SMALL = ("ranking", "replacement", "rounds", "node_scope", "drift_rounds", "weighing", "ranking_sample")
"""Parameters of small networks alone."""
OF_MASKS = (
    *("removal_cap", "cap_counts", "removal_scope", "always_remove_within", "gate_approach", "relu_rule"),
    *("rate_difference", "removed_edges", "unrolled_output_rows", "reset_gate", "replayed_gates", "rolled_replay"),
)
"""Parameters of masks alone."""
EDGES = ("kernel_columns", "recurrent_columns", "recurrent_rows", "next_kernel_rows", "output_rows")
"""Kinds of edges that go with a node: from the layer's input (with the bias), from the hidden state, to the hidden
state, to the next recurrent layer, to the output layer."""
BETWEEN_REMOVED = "recurrent_between_removed"
"""Edges from one removed node to another, and no other edge of the hidden state: what is left of the zeros of a
recurrent kernel when every kept node's row and column are written back over them, as the package does."""


@dataclass(frozen=True)
class DecompositionParameters:
    """Parameters of Algorithms 1 to 5, of concern modularization, and of the composition.

    Example:
        >>> parameters = DecompositionParameters(removal_cap=0.1, head="calibrated")
        >>> parameters.positive_sample, parameters.removal_cap, parameters.cap_counts
        (500, 0.1, 'removals')
        >>> DecompositionParameters(removal_cap=1.5)
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: removal_cap: received 1.5; use a number from 0 to 1
    """

    positive_sample: int = setting(
        500, "M, examples of the dominant class (per timestep for x:N)", least=1, most=MOST_EXAMPLES
    )
    negative_sampling: Literal["per_class", "by_frequency", "first_rows"] = setting(
        "per_class",
        'what "proportionally" means (section IV-B4): M/(classes-1) examples of every other class, M shared out among '
        "them as often as each occurs, or the first M/(classes-1) rows of any other class",
    )
    negative_rounding: Literal["down", "up"] = setting("down", "how numbers of negative examples are made whole")
    sample_order: Literal["random", "first"] = setting("random", "which rows of a class are sampled")
    rolled_observations: Literal["all_timesteps", "last_timestep"] = setting(
        "all_timesteps", "observations of a rolled x:1 model: M x timesteps (section IV-B4) or the last hidden state"
    )
    masked_observations: Literal["drop", "count"] = setting(
        "drop", "whether padded decoder steps, which only repeat a state, count as observations"
    )
    outlier_distance: float = setting(
        2.0, "observations this many median absolute deviations away are discarded", least=1e-6, most=1e6
    )
    monitored_network: Literal["trained", "replayed"] = setting(
        "trained",
        "whether activations are observed in the model as trained, or as reset_gate and replayed_gates replay it",
    )
    removal_cap: float = setting(
        0.2, "share of the graph at which removal stops (section IV-B2); 0 removes none", least=0, most=1
    )
    unrolled_removal_cap: float | None = setting(None, "the same for unrolled modules, if another", least=0, most=1)
    cap_counts: Literal["removals", "nodes", "edges"] = setting(
        "removals",
        "what the cap is a share of: calls of removeNode per node (Algorithm 4, lines 9 to 16: four for an "
        "LSTM node, three for GRU, one for Vanilla), nodes, or edges",
    )
    removal_scope: Literal["model", "layer"] = setting(
        "model",
        "whether nodes of all layers are ranked and capped together (Algorithm 4) or layer by layer; layers of another "
        "activation, and in unrolled modules of another number of timesteps, by themselves",
    )
    always_remove_within: float = setting(
        0.0,
        "nodes go even beyond the cap when the lowest score is less than this share larger than theirs "
        "(lowest / score < 1 + share)",
        least=0,
        most=1,
    )
    gate_approach: Literal["hidden_state", "per_gate"] = setting(
        "hidden_state", "all gates by the hidden state, or each gate by its own activation (section IV-B3)"
    )
    sigmoid_gates: Literal["central_tendency", "open_share"] = setting(
        "central_tendency",
        "per_gate: statistic of sigmoid gates, as of all activations (section IV-B2), or how often one is open",
    )
    gate_open: float = setting(0.5, "open_share: a sigmoid gate counts as open from this value on", least=0, most=1)
    relu_rule: Literal["active_rate", "rate_difference"] = setting(
        "active_rate", "Algorithm 5, or removal by the difference of active rates"
    )
    rate_difference: float = setting(
        -0.5, "rate_difference: a node goes when its rate differs by this much or less", least=-1, most=1
    )
    removed_edges: tuple[str, ...] = setting(
        EDGES, f"kinds of edges that a removed node loses: {', '.join(EDGES)}, or {BETWEEN_REMOVED}"
    )
    unrolled_removed_edges: tuple[str, ...] | None = setting(None, "the same for unrolled modules, if others")
    unrolled_output_rows: Literal["same_timestep", "first_timestep"] = setting(
        "same_timestep", "unrolled x:N: whether the output layer loses rows timestep by timestep or those of the first"
    )
    head: Head = setting(
        "mean",
        "ND output: mean of other logits (section IV-D), their log-sum-exp, or the mean less a threshold per module; "
        "or, of small networks, a regression of each module's own",
    )
    calibration_sample: int = setting(
        500, "training examples on which the thresholds are calibrated", least=1, most=MOST_EXAMPLES
    )
    reset_gate: Literal["trained", "after_product"] = setting(
        "trained", "GRU replay: as the model was trained, or with the reset gate after the recurrent product"
    )
    replayed_gates: Literal["trained", "sigmoid"] = setting(
        "trained", "replay of the gates' activation: as trained, or sigmoid whatever was trained"
    )
    rolled_replay: Literal["loaded", "zeroed"] = setting(
        "loaded", "rolled x:N: evaluate the modules with their weights, or with zero embedding and recurrent weights"
    )
    test_examples_per_class: int | None = setting(
        None,
        "evaluate on at most this many test examples of every class, the first ones, each of which counts for one "
        "class alone; without it on all",
        least=1,
        most=MOST_EXAMPLES,
    )
    keep: float | None = setting(
        None,
        "make modules small networks that keep at most this share of the recurrent layers' weights; without it modules "
        "are masks, and removal_cap says how much goes",
        least=1e-6,
        most=1,
    )
    tolerance: float | None = setting(
        None,
        "instead of keep: the smallest module of each class, down to a hundredth of the weights, whose balanced "
        "accuracy with a refitted head on held-back training examples is within this share of the whole network's",
        least=0,
        most=1,
    )
    ranking: Ranking = setting(
        "concern",
        "small networks: which nodes stay: those of the largest difference of the paper's statistics, of the highest "
        "Fisher score, those from which the others can best be restored, random ones, or of the lowest score",
    )
    replacement: Replacement = setting(
        "zero", "small networks: what stands for removed nodes: nothing, their mean, or a regression on the kept ones"
    )
    rounds: int = setting(
        1,
        "small networks: in this many steps, with another ranking before each; with tolerance, for each tenth of the "
        "weights",
        least=1,
        most=100,
    )
    node_scope: NodeScope = setting("class", "small networks: nodes of its own for each class, or the same for all")
    drift_rounds: int = setting(
        0, "small networks: fits of the fold that allow for the errors of the one before", least=0, most=100
    )
    weighing: Weighing = setting(
        "equal",
        "small networks: how much each observation counts where nodes are estimated from others: all the same, or as "
        "much as the class' odds depend on what is sent there",
    )
    ranking_sample: int = setting(
        1000,
        "small networks: decisions that each module is made on, half of them its class'",
        least=4,
        most=MOST_EXAMPLES,
    )
    seed: int = setting(0, "of the sampling", least=0, most=LARGEST_SEED)

    def __post_init__(self) -> None:
        """Check ranges and names; raises :class:`InputError`."""
        check_settings(self)
        for name, edges in (("", self.removed_edges), ("unrolled_", self.unrolled_removed_edges or ())):
            unknown = sorted(set(edges) - {*EDGES, BETWEEN_REMOVED})
            if unknown:
                raise InputError(
                    f"decomposition parameter {name}removed_edges: unknown {unknown}; choose from "
                    f"{[*EDGES, BETWEEN_REMOVED]}"
                )

        if self.keep is not None and self.tolerance is not None:
            raise InputError("decomposition parameters keep and tolerance: both are given; choose one")
        if self.head == REFITTED and not self.small:
            raise InputError(
                "decomposition parameter head: 'refitted' is of small networks; give keep or tolerance too"
            )
        changed = {field.name for field in fields(self) if getattr(self, field.name) != field.default}
        for names, kind, way_out in (
            (() if self.small else OF_SMALL, "small networks", "give keep or tolerance too"),
            (OF_MASKS if self.small else (), "masks", "leave it out, or keep and tolerance"),
        ):
            for name in names:
                if name in changed:
                    raise InputError(f"decomposition parameter {name}: is of {kind}; {way_out}")
        if self.drift_rounds and self.replacement != "fold":
            raise InputError(
                f"decomposition parameter drift_rounds: is of the replacement 'fold', received {self.replacement!r}; "
                "give 0"
            )

    @property
    def small(self) -> bool:
        """Whether modules are small networks and not masks."""
        return self.keep is not None or self.tolerance is not None

    def cap_of(self, mode: Mode) -> float:
        """The removal cap of a mode."""
        if mode == "rolled" or self.unrolled_removal_cap is None:
            return self.removal_cap
        return self.unrolled_removal_cap

    def edges_of(self, mode: Mode) -> tuple[str, ...]:
        """The kinds of edges that removed nodes of a mode lose."""
        if mode == "rolled" or self.unrolled_removed_edges is None:
            return self.removed_edges
        return self.unrolled_removed_edges

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> DecompositionParameters:
        """The parameters that ``dataclasses.asdict`` and JSON made ``value`` of.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        if not isinstance(value, Mapping):
            raise TypeError(f"received {value!r:.40}")
        unrolled = value.get("unrolled_removed_edges")
        words = {
            "removed_edges": tuple(value["removed_edges"]),
            "unrolled_removed_edges": None if unrolled is None else tuple(unrolled),
        }
        return cls(**{**value, **words})


PACKAGE_CHOICES = {
    "negative_sampling": "first_rows",
    "negative_rounding": "up",
    "sample_order": "first",
    "rolled_observations": "last_timestep",
    "masked_observations": "count",
    "monitored_network": "replayed",
    "removal_cap": 0.05,
    "cap_counts": "nodes",
    "removal_scope": "layer",
    "always_remove_within": 0.1,
    "sigmoid_gates": "open_share",
    "relu_rule": "rate_difference",
    "removed_edges": ("kernel_columns", BETWEEN_REMOVED, "output_rows"),
    "unrolled_output_rows": "first_timestep",
    "reset_gate": "after_product",
    "replayed_gates": "sigmoid",
    "rolled_replay": "zeroed",
}
"""What the published package does where it departs from the paper's text."""

PACKAGE_CAPS: dict[tuple[str, str], tuple[float, ...]] = {
    ("lstm", "one_to_one"): (0.2, 0.1, 0.1, 0.07),
    ("vanilla", "one_to_one"): (0.2,),
    ("vanilla", "one_to_many"): (0.2,),
    ("vanilla", "many_to_many"): (0.1,),
    ("vanilla", "encoder_decoder"): (0.2,),
}
"""Caps of the package that are not 5 %, by RNN type and input/output type, of 1, 2, 3 and 4 layers (the last one also
of more). Its scripts name them for LSTM models. Those of Vanilla follow from the published Jaccard indices, which mean
that 2 to 5 % of the nodes went for M:1, 7 to 10 for M:N, 8 to 19 for 1:N, 17 to 18 for translation and 18 to 33 for
1:1: of the steps of 5, 10 and 20 % that the package has, the one nearest to the largest of these. What exceeds it are
nodes near the lowest score, which go beyond any cap."""

PACKAGE_UNROLLED_CAPS: dict[tuple[str, str], tuple[float, ...]] = {
    ("lstm", "one_to_many"): (0.1, 0.1, 0.1, 0.2),
    ("lstm", "many_to_many"): (0.1, 0.05),
}
"""The same for unrolled modules, where they have others."""


COMPACT_CHOICES = {
    "keep": 0.1,
    "ranking": "reconstruction",
    "replacement": "fold",
    "rounds": 4,
    "drift_rounds": 2,
    "weighing": "sensitivity",
    "head": REFITTED,
}
"""The best combination that we found for small modules."""


def preset(name: str, architecture: str, rnn: str, layers: int = 1) -> DecompositionParameters:
    """Parameters of a preset for one kind of model.

    Args:
        name: ``paper``, ``package`` or ``compact``.
        architecture: input/output type; translation has samples of 1000 sentences.
        rnn: RNN type.
        layers: number of recurrent layers; the package's caps differ by all three.

    Raises:
        InputError: there is no such preset.

    Example:
        >>> [preset("package", "one_to_one", rnn, layers=4).removal_cap for rnn in ("lstm", "gru", "vanilla")]
        [0.07, 0.05, 0.2]
        >>> package = preset("package", "many_to_many", "lstm")
        >>> package.cap_of("rolled"), package.cap_of("unrolled")
        (0.05, 0.1)
        >>> preset("paper", "encoder_decoder", "lstm").positive_sample
        1000
    """
    values: dict = {}
    if name == PACKAGE:
        values.update(PACKAGE_CHOICES)
        for field, caps in (("removal_cap", PACKAGE_CAPS), ("unrolled_removal_cap", PACKAGE_UNROLLED_CAPS)):
            if (rnn, architecture) in caps:
                by_depth = caps[rnn, architecture]
                values[field] = by_depth[min(layers, len(by_depth)) - 1]
        if architecture == "many_to_one":
            # Its rolled scripts work on aliased arrays there, so what is zeroed cannot be written back.
            values["unrolled_removed_edges"] = values["removed_edges"]
            values["removed_edges"] = ("kernel_columns", "recurrent_columns", "recurrent_rows", "output_rows")
        if architecture == "many_to_many":
            values["test_examples_per_class"] = 10
        if architecture == TRANSLATION:
            # As many sentences of each other language; and its modules keep the parent's output layer.
            values["negative_sampling"] = "per_class"
            values["removed_edges"] = ("kernel_columns", BETWEEN_REMOVED)
    elif name == COMPACT:
        values.update(COMPACT_CHOICES)
        if architecture == TRANSLATION:
            # A language's module keeps the output layer.
            values["head"] = PAPER_HEAD
    elif name != PAPER:
        raise InputError(f"preset: expected {' or '.join(PRESETS)}, received {name!r}")
    if architecture == TRANSLATION:
        values["positive_sample"] = 1000
    return DecompositionParameters(**values)
