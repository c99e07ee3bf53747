"""Every closed list of names, once: what a setting, a record or a table may call a thing, in the paper's order."""

from __future__ import annotations

from typing import Literal

Architecture = Literal["one_to_one", "many_to_one", "one_to_many", "many_to_many", "encoder_decoder"]
ARCHITECTURES: dict[str, str] = {
    "one_to_one": "1:1",
    "many_to_one": "M:1",
    "one_to_many": "1:N",
    "many_to_many": "M:N",
    "encoder_decoder": "M:N (encoder-decoder)",
}
"""Input/output types, with the paper's names for them."""
MANY_OUTPUT = ("one_to_many", "many_to_many")
"""Classifiers with an output per timestep."""
TRANSLATION = "encoder_decoder"

RnnType = Literal["lstm", "gru", "vanilla", "relu"]
RNN_TYPES: dict[str, str] = {"lstm": "LSTM", "gru": "GRU", "vanilla": "Vanilla", "relu": "ReLU"}
"""RNN types, with their titles; vanilla is SimpleRNN with tanh, relu with ReLU."""
PAPER_RNN_TYPES = ("lstm", "gru", "vanilla")
PAPER_LAYERS = (1, 2, 3, 4)

Mode = Literal["rolled", "unrolled"]
MODES: tuple[Mode, ...] = ("rolled", "unrolled")

Head = Literal["mean", "log_sum_exp", "calibrated", "refitted"]
REFITTED = "refitted"
HEADS: dict[str, str] = {"mean": "mean", "log_sum_exp": "log-sum-exp", "calibrated": "calibrated mean"}
"""Heads that make the parent's outputs a yes or no of each module, with their titles."""
PAPER_HEAD = "mean"
PARENTS_HEAD: Head = "log_sum_exp"
"""Makes untouched modules answer as their parent."""

Preset = Literal["paper", "package", "compact"]
PAPER, PACKAGE, COMPACT = "paper", "package", "compact"
PRESETS = (PAPER, PACKAGE, COMPACT)
MASK_PRESETS = (PAPER, PACKAGE)
"""Those whose modules are masks and not small networks."""
BY_PACKAGE: dict[str, Mode] = {f"{PACKAGE}_{mode}": mode for mode in MODES}
"""Masks by the package beside those by the paper's text, with their modes."""
MODULES = (*MODES, *BY_PACKAGE, COMPACT)
"""Kinds of modules of a trained model, as their files are called."""

Ranking = Literal["concern", "fisher", "reconstruction", "random", "reversed"]
RANKINGS: dict[str, str] = {
    "concern": "the paper's",
    "fisher": "Fisher",
    "reconstruction": "Fisher of what folding cannot restore",
    "random": "random",
    "reversed": "Fisher reversed",
}
"""Orders in which nodes go, with their titles."""
Replacement = Literal["zero", "mean", "fold"]
REPLACEMENTS: tuple[Replacement, ...] = ("zero", "mean", "fold")
"""What stands for removed nodes."""
Weighing = Literal["equal", "sensitivity"]
WEIGHINGS: tuple[Weighing, ...] = ("equal", "sensitivity")
"""How much observations count in regressions."""
NodeScope = Literal["class", "shared"]
NODE_SCOPES: tuple[NodeScope, ...] = ("class", "shared")
"""Whether each module has nodes of its own, or all have the same."""

CAP_READINGS: tuple[Literal["removals", "nodes", "edges"], ...] = ("removals", "nodes", "edges")
"""What the cap of removal may be a share of; the first is how we read Algorithm 4."""

CURVES: dict[str, str] = {
    "concern": "the paper's ranking, parent's head",
    "random": "random nodes, parent's head",
    "random_folded": "random nodes, folded",
    "reversed": "reversed ranking, folded",
    "compact": "small modules",
    "shared": "small modules, nodes shared",
    "scratch": "as small networks from scratch",
}
"""Ways of making modules of a share of the weights, or networks of as many, with their titles."""
SCRATCH = "scratch"
"""Of these the one that trains: a network for each class, without the model's recurrent weights."""
RANDOM_CURVES = ("random", "random_folded")
"""Those that are drawn several times."""
PARTS: dict[str, str] = {
    "concern_folded": "the paper's ranking, folded",
    "fisher": "ranking by Fisher scores alone",
    "one_round": "one round",
    "no_drift": "no allowance for drift",
    "equal_weighing": "observations weighed equally",
    "mean": "means instead of folding",
    "zero": "zero instead of folding",
    "parents_head": "parent's head",
}
"""Small modules with one part other than theirs, with their titles."""

INTER: dict[str, str] = {"one_to_one-one_to_many": "1:1-1:N", "many_to_one-many_to_many": "M:1-M:N"}
"""Pairs of input/output types whose modules read the same kind of input (paper section V-B2)."""
SCENARIOS: dict[str, str] = {
    "add_ukrainian": "Add Ukrainian",
    "update_estonian_english": "Update Estonian-English",
}
EXPERIMENTS: dict[str, str] = {
    "intra_reuse": "intra reuse",
    "inter_reuse": "inter reuse",
    "intra_replacement": "intra replacement",
    "inter_replacement": "inter replacement",
    "scenario": "scenario",
}
"""Kinds of experiment of research questions 2 and 3 and of the scenarios."""
FROM_SCRATCH = ("intra_reuse", "inter_reuse", "inter_replacement")
"""Experiments that compare with models trained from scratch."""
SETTINGS: dict[str, tuple[str, ...]] = {
    "intra_reuse": tuple(ARCHITECTURES),
    "inter_reuse": tuple(INTER),
    "intra_replacement": tuple(ARCHITECTURES),
    "inter_replacement": tuple(INTER),
    "scenario": tuple(SCENARIOS),
}
"""What each kind of experiment is done with."""

Rates = Literal["natural", "balanced"]
RATES: tuple[Rates, ...] = ("natural", "balanced")
"""How often the classes of a case occur in the training of a model from scratch: as they do, or equally often."""
TrainingLength = Literal["parent_steps", "epochs"]
TRAINING_LENGTHS: tuple[TrainingLength, ...] = ("parent_steps", "epochs")
"""How long such a model is trained: as many gradient steps as the model that modules come from, or as many epochs."""

CLASSIFICATION_METRICS = ("accuracy", "balanced_accuracy", "macro_f1")
TRANSLATION_METRICS = ("bleu", "chrf", "bleu1", "bleu1_with_tags")
METRICS: dict[str, str] = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro-F1",
    "bleu1_with_tags": "BLEU-1 with tags",
    "bleu1": "BLEU-1",
    "bleu": "BLEU-4",
    "chrf": "chrF",
}
SCOPES: dict[str, str] = {"all": "all positions", "unpadded": "padding excluded"}
LANGUAGE_PAIRS = ("en-fr", "en-de", "en-it")
"""Of Tatoeba, the scopes of a translation model's scores."""

PADDING_ID = 0
"""Id of padding, among words and among the classes of label sequences."""


def modes_of(architecture: str) -> tuple[Mode, ...]:
    """Modes that apply to an input/output type: 1:1 has no loop to unroll (paper, section V-B1).

    Example:
        >>> modes_of("one_to_one"), modes_of("many_to_one")
        (('rolled',), ('rolled', 'unrolled'))
    """
    return MODES[:1] if architecture == "one_to_one" else MODES


def mode_of(modules: str) -> Mode:
    """The mode of a kind of modules; small ones are rolled.

    Example:
        >>> mode_of("unrolled"), mode_of("package_unrolled"), mode_of("compact")
        ('unrolled', 'unrolled', 'rolled')
    """
    return "unrolled" if modules in ("unrolled", f"{PACKAGE}_unrolled") else "rolled"


def best_mode(architecture: str) -> Mode:
    """The mode of an input/output type that reuse and replacement take (paper, section V-B2).

    Example:
        >>> [best_mode(name) for name in ("one_to_one", "many_to_many", "encoder_decoder")]
        ['rolled', 'unrolled', 'rolled']
    """
    return "rolled" if architecture in ("one_to_one", TRANSLATION) else "unrolled"


def architectures_of(setting: str) -> tuple[str, ...]:
    """Input/output types of the models of a setting: one, or the two of a pair.

    Example:
        >>> architectures_of("one_to_one-one_to_many"), architectures_of("many_to_one")
        (('one_to_one', 'one_to_many'), ('many_to_one',))
    """
    return tuple(setting.split("-"))
