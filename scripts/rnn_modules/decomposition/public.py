"""What the public face offers: check a model, decompose it, load its modules again."""

from __future__ import annotations

import dataclasses
import os
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_modules.decomposition.algorithm import decompose as find_masks
from rnn_modules.decomposition.compact import compact
from rnn_modules.decomposition.composition import calibrate
from rnn_modules.decomposition.examples import InputForm, Name, as_inputs, as_labels
from rnn_modules.decomposition.modules import Modules
from rnn_modules.decomposition.modules_file import read
from rnn_modules.decomposition.one_thread import on_one_thread
from rnn_modules.decomposition.parameters import OF_MASKS, DecompositionParameters, preset
from rnn_modules.decomposition.parents import Module, Parent
from rnn_modules.decomposition.selection import least_share
from rnn_modules.decomposition.small_modules import AnyModules
from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import COMPACT, MODES, PAPER, Mode
from rnn_modules.network import Network, classifies
from rnn_modules.network.base import examples_of, rows_of
from rnn_modules.network.calls import functional_of
from rnn_modules.network.graph import Finding, UnsupportedModel, read_graph
from rnn_modules.network.graph_network import GraphNetwork
from rnn_modules.network.read_model import check_parity, network_of

_LEAST_SAMPLE, _LONG = 250, 40
"""Least decisions that a small module is made on; most timesteps at which they are as many as its preset says."""


@dataclass(frozen=True)
class ModelReport:
    """What would happen to each layer of a model.

    Attributes:
        model: its name.
        findings: layer by layer.

    Example:
        >>> report = ModelReport("news", (Finding("lstm", "LSTM", problem="stateful=True"),))
        >>> report.supported, str(report).splitlines()[0]
        (False, "model 'news' cannot be decomposed")
    """

    model: str
    findings: tuple[Finding, ...]

    @property
    def supported(self) -> bool:
        """Whether the model can be decomposed."""
        return not any(finding.problem for finding in self.findings)

    def __str__(self) -> str:
        """A table: layer, what happens to it, and why not."""
        rows = [("layer", "class", "what happens to it")]
        rows += [(part.layer, part.kind, part.problem or part.part) for part in self.findings]
        widths = [max(len(row[column]) for row in rows) for column in range(2)]
        lines = [f"{layer:<{widths[0]}}  {kind:<{widths[1]}}  {what}" for layer, kind, what in rows]
        verdict = "can be decomposed" if self.supported else "cannot be decomposed"
        return "\n".join([f"model {self.model!r} {verdict}", *lines])


def check(model: Any) -> ModelReport:
    """Say what would happen to each layer of a model.

    Args:
        model: a Keras model, or the path of a ``.keras`` or ``.h5`` file.

    Raises:
        InputError: the file cannot be loaded.

    Example:
        >>> import keras
        >>> layers = [keras.layers.Embedding(9, 4), keras.layers.GRU(6), keras.layers.Dense(3, "softmax")]
        >>> report = check(keras.Sequential([keras.Input((5,)), *layers], name="news"))
        >>> report.supported, str(report).splitlines()[0]
        (True, "model 'news' can be decomposed")
    """
    loaded = _model(model)
    try:
        findings = read_graph(loaded).findings
    except UnsupportedModel as error:
        findings = error.findings
    return ModelReport(str(getattr(loaded, "name", type(loaded).__name__)), findings)


@on_one_thread
def decompose(
    model: Any,
    x: Any,
    y: Any,
    *,
    mode: str = "rolled",
    preset: str | None = None,  # noqa: A002
    classes: Sequence[Name] | None = None,
    timesteps: int | None = None,
    seed: int = 0,
    threads: int = 1,
    **parameters: Any,
) -> Modules:
    """Decompose a trained recurrent model into one module for each class.

    Args:
        model: a Keras model, or the path of a ``.keras`` or ``.h5`` file.
        x: training examples: an array, or a list of one for each input of the model.
        y: their labels: integers, names, one-hot rows, ``(examples,)``, ``(examples, 1)``, ``(examples, timesteps)``,
            ``(examples, timesteps, 1)``; ``(examples, [timesteps,] classes)`` of 0 and 1 where several may be right at
            once.
        mode: ``rolled`` or ``unrolled``.
        preset: ``paper``, ``package``, or ``compact``: modules that are networks of few nodes. By default ``compact``;
            ``paper`` for unrolled modules, where a parameter of masks is given, and where another layer reads an LSTM's
            cell state, for there no node can go. Two of its defaults follow the model: ``keep`` is one node of each
            layer where that is more than a tenth, ``ranking_sample`` less for examples of over 40 timesteps.
        classes: a name for each output node; by default the numbers, or of names the sorted ones.
        timesteps: length of the examples of unrolled modules of a model that takes any; by default that of ``x``.
        seed: of the choice of examples that are looked at.
        threads: work is shared out among at most this many.
        **parameters: on top of the preset, any of
            :class:`~rnn_modules.decomposition.parameters.DecompositionParameters`.

    Raises:
        InputError: the model, the examples, the labels or a parameter do not fit; the message names all of it.

    Example:
        >>> import keras
        >>> keras.utils.set_random_seed(0)
        >>> layers = [keras.layers.Embedding(9, 4), keras.layers.GRU(6), keras.layers.Dense(3, "softmax")]
        >>> model = keras.Sequential([keras.Input((5,)), *layers])
        >>> x = np.random.default_rng(0).integers(0, 9, (60, 5))
        >>> modules = decompose(model, x, x[:, 0] % 3, mode="unrolled", removal_cap=0.1)
        >>> modules.mode, modules.classes
        ('unrolled', (0, 1, 2))
        >>> decompose(model, x, x[:, 0] % 3, keep=0.4).recognition(x, x[:, 0] % 3)["kept_nodes"].tolist()
        [0.5, 0.5, 0.5]
    """
    if mode not in MODES:
        raise InputError(f"mode: received {mode!r}; expected {' or '.join(MODES)}")
    parent = read_parent(_model(model))
    chosen = _default_preset(parent.network, mode, parameters) if preset is None else preset
    settings = _parameters(chosen, parent, {**parameters, "seed": seed})
    inputs = as_inputs(x, parent.forms)
    labels = as_labels(y, parent.network, classes)
    if len(labels.values) != examples_of(inputs):
        raise InputError(f"y: {len(labels.values)} labels for {examples_of(inputs)} examples")
    parent = _at_length(parent, inputs, mode, timesteps)
    network = parent.network
    check_parity(parent.model, network, inputs)
    if network.many_output:
        expected = network.logits(rows_of(inputs, np.arange(1))).shape[1]
        if labels.values.shape[1] != expected:
            raise InputError(f"y: {labels.values.shape[1]} labels an example, but the model decides {expected} times")
    wanted: Mode = "unrolled" if mode == "unrolled" else "rolled"
    names = tuple(str(name) for name in labels.classes)
    made: AnyModules
    if settings.small:
        small = compact(network, inputs, labels.values, names, settings, threads, (wanted,))
        made = calibrate(network, small, inputs, labels.values, seed)
    else:
        masks = find_masks(network, inputs, labels.values, names, settings, (wanted,), threads=threads)[wanted]
        if settings.cap_of(wanted) and all(kept.all() for kept in masks.kept):
            _nothing_removed(network)
        made = calibrate(network, masks, inputs, labels.values, seed)
    return Modules(
        [Module(name, made.select([index]), parent, labels.classes) for index, name in enumerate(labels.classes)]
    )


def _nothing_removed(network: Network) -> None:
    """Say that every module is the whole network."""
    if all(layer.activation == "relu" for layer in network.layers):
        raise InputError(
            "nothing would be removed: the rule for ReLU layers (Algorithm 5) takes nodes that are active for no "
            "example, and these layers have none; relu_rule='rate_difference' takes those that are less active for one"
        )
    warnings.warn(
        "nothing was removed, so every module is the whole network; the layers are too small for removal_cap",
        stacklevel=4,
    )


def load(path: str | os.PathLike, model: Any) -> Modules:
    """Modules from a file that :meth:`Modules.save` wrote.

    Args:
        path: of the file.
        model: the Keras model that they were cut from, or the path of its file; a list of models of several parents.

    Raises:
        InputError: the file is damaged, or none of the models is the parent of a module.

    Example:
        >>> load("nowhere.npz", [])
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: model: received none; give the model that the modules were cut from
    """
    models = list(model) if isinstance(model, list | tuple) else [model]
    if not models:
        raise InputError("model: received none; give the model that the modules were cut from")
    return Modules(read(path, [read_parent(_model(one)) for one in models]))


def read_parent(model: Any) -> Parent:
    """A Keras model and the network that was read from it.

    Raises:
        UnsupportedModel: the model cannot be decomposed.

    Example:
        >>> read_parent(3)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        rnn_modules.network.graph.UnsupportedModel: ... expected a Keras 3 model, received int
    """
    graph = read_graph(model)
    network = network_of(graph, model)
    # Ids are whole numbers, whatever Keras lets them be.
    whole = "int32" if classifies(network) else None
    structure = functional_of(model)._inputs_struct
    # Those of a dictionary have its keys, in their order.
    names = sorted(structure) if isinstance(structure, dict) else [symbol.name for symbol in graph.inputs]
    forms = [
        InputForm(name, tuple(symbol.shape), whole or symbol.dtype)
        for name, symbol in zip(names, graph.inputs, strict=True)
    ]
    return Parent(model, network, tuple(forms))


def _model(given: Any) -> Any:
    if isinstance(given, str | os.PathLike):
        from rnn_modules.network.keras_files import load_model

        return load_model(given)
    return given


def _default_preset(network: Network, mode: str, given: Collection[str]) -> str:
    """The preset of :func:`decompose` where none is named."""
    if mode == "unrolled" or not set(OF_MASKS).isdisjoint(given):
        return PAPER
    try:
        least_share(network.layers, network.node_feeds, network.restored)
    except InputError:
        return PAPER
    return COMPACT


def _parameters(name: str, parent: Parent, given: dict[str, Any]) -> DecompositionParameters:
    cells = {layer.cell for layer in parent.network.layers}
    kind = "many_to_many" if parent.network.many_output else "many_to_one"
    chosen = preset(name, kind, cells.pop() if len(cells) == 1 else "lstm", len(parent.network.layers))
    known = {field.name for field in dataclasses.fields(DecompositionParameters)}
    if unknown := sorted(set(given) - known):
        raise InputError(f"{unknown[0]}: no parameter of this name; there are {', '.join(sorted(known))}")
    if chosen.small:
        fitting = _fitting(chosen, parent.network)
        if given.get("tolerance") is not None:
            fitting["keep"] = None
        elif "keep" not in given and fitting["keep"] != chosen.keep:
            warnings.warn(f"layers are small: one node of each has {fitting['keep']:.2g} of the weights", stacklevel=4)
        if given.get("replacement", chosen.replacement) != chosen.replacement:
            fitting["drift_rounds"] = 0  # of folded networks alone
        given = fitting | given
    return dataclasses.replace(chosen, **given)


def _fitting(chosen: DecompositionParameters, network: Network) -> dict[str, Any]:
    """Defaults of small modules that layers of few nodes, and long examples, ask for."""
    least = least_share(network.layers, network.node_feeds, network.restored)
    observed = max(1, *network.layer_timesteps)
    return {
        "keep": max(chosen.keep or 0, least),
        "ranking_sample": max(_LEAST_SAMPLE, min(chosen.ranking_sample, chosen.ranking_sample * _LONG // observed)),
    }


def _at_length(parent: Parent, inputs: Any, mode: str, timesteps: int | None) -> Parent:
    """The parent with the number of timesteps of a model that takes any."""
    network = parent.network
    if not isinstance(network, GraphNetwork) or not network.varies:
        if timesteps is not None and timesteps != network.timesteps:
            raise InputError(f"timesteps: the model takes {network.timesteps}, received {timesteps}")
        return parent
    network = network.at(network.lengths_of(inputs))
    if mode == "unrolled" and timesteps not in (None, network.timesteps):
        raise InputError(f"timesteps: received {timesteps}, but x has {network.timesteps}; pad or cut it")
    return dataclasses.replace(parent, network=network)
