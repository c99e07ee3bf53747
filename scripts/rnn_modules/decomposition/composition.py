"""Joint decisions of modules: voting for classifiers, one module per language for translation (section V-A3)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import singledispatch
from typing import Any, TypeVar

import numpy as np

from rnn_modules.decomposition.heads import best_threshold, head_odds
from rnn_modules.decomposition.masks import ModuleMasks, check_parent
from rnn_modules.decomposition.replay import replayed
from rnn_modules.decomposition.small_modules import AnyModules, SmallModules
from rnn_modules.network import EncoderDecoder, LayerMask, Network, translates
from rnn_modules.network.base import examples_of, rows_of
from rnn_modules.network.batching import share_out

AnyNetwork = TypeVar("AnyNetwork", bound=Network)
SomeModules = TypeVar("SomeModules", ModuleMasks, SmallModules)
Odds = dict[str, np.ndarray]


def module_odds(
    network: Network, modules: AnyModules, inputs: Any, heads: Sequence[str] = ("mean",), threads: int = 1
) -> Odds:
    """Log-odds of every module's dominant output, on one scale for a vote, for all modules in one batched product.

    A module by itself says yes where they reach its ``yes_from``.

    Args:
        network: the parent.
        modules: some or all of its modules, in any order.
        inputs: ``(examples, tokens) int32``, or whatever the network reads.
        heads: some of ``modules.heads``, see :func:`rnn_modules.decomposition.heads.head_odds`.
        threads: examples are shared out among at most this many, see :func:`rnn_modules.network.batching.share_out`.

    Returns:
        Per head ``(modules, examples)``, or ``(modules, examples, timesteps)`` for many-output models.

    Raises:
        InputError: another parent, or inputs that do not fit it.

    Example:
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> modules = whole_modules(network, ("left", "right"))
        >>> module_odds(network, modules, np.array([[0, 1, 1], [1, 0, 0]]))["mean"].round(2).tolist()
        [[-0.38, 0.38], [0.38, -0.38]]
    """
    check_parent(modules.parent, network)
    answers = _answers(modules, network, heads)

    def evaluate(chunk: np.ndarray) -> tuple[np.ndarray, Odds]:
        return chunk, answers(rows_of(inputs, chunk))

    parts = share_out(evaluate, network.chunks(inputs, len(modules)), threads)
    return _gathered(parts, heads) if parts else _none(network, len(modules), heads)


@singledispatch
def _answers(modules: AnyModules, network: Network, heads: Sequence[str]) -> Callable[[Any], Odds]:
    """What tells the odds of some inputs."""
    raise TypeError(f"modules: received {type(modules).__name__}")


@_answers.register
def _(modules: ModuleMasks, network: Network, heads: Sequence[str]) -> Callable[[Any], Odds]:
    replayed = replay_network(network, modules)
    masks = modules.masks(replayed)

    def answers(inputs: Any) -> Odds:
        logits = replayed.module_logits(inputs, masks)
        # Without any removed edge before the output layer all modules share one hidden state.
        logits = np.broadcast_to(logits, (len(modules), *logits.shape[1:]))
        return {
            head: head_odds(logits, head, modules.thresholds, modules.outputs, network.independent) for head in heads
        }

    return answers


@_answers.register
def _(modules: SmallModules, network: Network, heads: Sequence[str]) -> Callable[[Any], Odds]:
    return lambda inputs: modules.odds_of(inputs, heads)


def _gathered(parts: list[tuple[np.ndarray, Odds]], heads: Sequence[str]) -> Odds:
    """Odds of all examples by head, from those of a few each and their positions."""
    order = np.argsort(np.concatenate([chunk for chunk, _ in parts]))
    return {head: np.concatenate([odds[head] for _, odds in parts], axis=1)[:, order] for head in heads}


def _none(network: Network, modules: int, heads: Sequence[str]) -> Odds:
    """Odds of no example."""
    shape = (modules, 0, *([network.timesteps] if network.many_output else []))
    return {head: np.empty(shape, network.dtype) for head in heads}


def parent_odds(
    network: Network, inputs: Any, heads: Sequence[str] = ("mean",), thresholds: np.ndarray | None = None
) -> Odds:
    """Log-odds of every class by the undecomposed network: what modules that lost nothing would say.

    Args:
        network: the network.
        inputs: ``(examples, tokens) int32``.
        heads: see :func:`rnn_modules.decomposition.heads.head_odds`.
        thresholds: ``(classes,)``, for the head ``calibrated``.

    Returns:
        As :func:`module_odds`.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> parent_odds(network, np.array([[0, 1, 1], [1, 0, 0]]))["mean"].round(2).tolist()
        [[-0.38, 0.38], [0.38, -0.38]]
    """
    parts = []
    for chunk in network.chunks(inputs):
        logits = network.logits(rows_of(inputs, chunk))
        logits = np.broadcast_to(logits, (network.outputs, *logits.shape))
        odds = {head: head_odds(logits, head, thresholds, independent=network.independent) for head in heads}
        parts.append((chunk, odds))
    return _gathered(parts, heads) if parts else _none(network, network.outputs, heads)


def vote(odds: np.ndarray) -> np.ndarray:
    """Joint decision: the class whose module has the largest positive output.

    The odds order modules as their softmaxed outputs do, without the ties of saturated probabilities.

    Args:
        odds: ``(modules, examples, ...)``.

    Returns:
        ``(examples, ...)`` positions of modules.

    Example:
        >>> vote(np.array([[0.4, -2.0, -1.0], [0.3, -1.0, 5.0]])).tolist()
        [0, 1, 1]
    """
    return odds.argmax(axis=0)


def replay_network(network: AnyNetwork, modules: ModuleMasks) -> AnyNetwork:
    """The network that modules run on: the parent, unless a parameter asks for the published package's replay.

    Example:
        >>> from rnn_modules.decomposition.parameters import preset
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("gru", np.eye(2, 6), np.eye(2, 6), np.zeros(6), False, "tanh", "hard_sigmoid")
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> parameters = preset("package", "many_to_one", "gru")
        >>> modules = ModuleMasks("rolled", ("left", "right"), (), network.sha256, parameters)
        >>> replayed = replay_network(network, modules).layers[0]
        >>> replayed.reset_after, replayed.recurrent_activation
        (True, 'sigmoid')
    """
    parameters = modules.parameters
    network = replayed(network, parameters)
    if parameters.rolled_replay == "zeroed" and modules.mode == "rolled" and network.many_output:
        network = zeroed(network)
    return network


def zeroed(network: AnyNetwork) -> AnyNetwork:
    """The same network with zero recurrent weights, so that it reads nothing: the output layer's bias alone answers.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.array([0.5, -0.5]), embedding=np.eye(2), tokens=3)
        >>> zeroed(network).logits(np.array([[0, 1, 1], [1, 0, 0]])).tolist()
        [[0.5, -0.5], [0.5, -0.5]]
    """
    layers = tuple(
        dataclasses.replace(
            layer,
            kernel=np.zeros_like(layer.kernel),
            recurrent_kernel=np.zeros_like(layer.recurrent_kernel),
            bias=np.zeros_like(layer.bias),
            recurrent_bias=None,
        )
        for layer in network.layers
    )
    return network.with_layers(layers)


def calibrate(network: Network, modules: SomeModules, inputs: Any, labels: np.ndarray, seed: int) -> SomeModules:
    """Give every module a threshold on its odds: where balanced accuracy on training examples is largest.

    Args:
        network: the parent.
        modules: the modules.
        inputs: training inputs ``(examples, tokens) int32``.
        labels: ``(examples,)`` or ``(examples, timesteps)`` classes, or ``(examples, [timesteps,] classes)`` of 0 and 1
            where several may be right at once.
        seed: of the choice of ``calibration_sample`` examples.

    Returns:
        The modules with thresholds; a class that does not occur in the sample, or that no threshold tells from the
        others better than chance, keeps the threshold 0.

    Example:
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.array([5.0, 0.0]), embedding=np.eye(2), tokens=3)
        >>> modules, inputs = whole_modules(network, ("left", "right")), np.array([[0, 0, 0], [1, 1, 1]])
        >>> calibrate(network, modules, inputs, labels=np.array([0, 1]), seed=0).thresholds.tolist()
        [5.0, -5.0]
    """
    examples = examples_of(inputs)
    size = min(examples, modules.parameters.calibration_sample)
    rows = np.random.default_rng(seed).choice(examples, size, replace=False)
    odds = module_odds(network, modules, rows_of(inputs, rows))["mean"].reshape(len(modules), -1)
    classes = labels[rows]
    members = (
        [classes[..., output].reshape(-1) == 1 for output in modules.outputs]
        if network.independent
        else [classes.reshape(-1) == output for output in modules.outputs]
    )
    thresholds = np.array([best_threshold(own, positive) for own, positive in zip(odds, members, strict=True)])
    return dataclasses.replace(modules, thresholds=thresholds.astype(np.float32))


def translate(
    network: EncoderDecoder,
    sources: np.ndarray,
    languages: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    modules: AnyModules | None = None,
    threads: int = 1,
) -> np.ndarray:
    """Translate every sentence into its target language, with the language's module when modules are given.

    Args:
        network: the parent.
        sources: ``(examples, source tokens) int32``.
        languages: ``(examples,) int`` target language of each example.
        start: ``(languages,) int`` ids of the start tags.
        end: ``(languages,) int`` ids of the end tags.
        modules: one per target language, or None for the whole network.
        threads: sentences are shared out among at most this many.

    Returns:
        ``(examples, target tokens) int32``, end tag included, zeros after it.

    Example:
        >>> from rnn_modules.network import RecurrentLayer
        >>> encoder, layer = (
        ...     RecurrentLayer("vanilla", np.eye(3), np.zeros((3, 3)), np.zeros(3), last) for last in (False, True)
        ... )
        >>> next_word = np.roll(np.eye(3), 1, axis=1)
        >>> network = EncoderDecoder((layer,), next_word, np.zeros(3), (encoder,), np.eye(3), np.eye(3), 2, 4)
        >>> sources, languages = np.array([[1, 2], [2, 0]]), np.array([0, 1])
        >>> translate(network, sources, languages, start=np.array([0, 1]), end=np.array([2, 2])).tolist()
        [[1, 2, 0, 0], [2, 0, 0, 0]]
    """
    words = np.zeros((len(sources), network.timesteps), np.int32)
    for language in np.unique(languages):
        rows = np.flatnonzero(languages == language)
        own, masks = (network, None) if modules is None else _translator(modules, network, int(language))
        tags = np.full(len(rows), start[language]), int(end[language])
        words[rows] = own.translate(sources[rows], *tags, masks, threads)
    return words


@singledispatch
def _translator(
    modules: AnyModules, network: EncoderDecoder, language: int
) -> tuple[EncoderDecoder, list[LayerMask] | None]:
    """The network that translates into a language, and the masks on it."""
    raise TypeError(f"modules: received {type(modules).__name__}")


@_translator.register
def _(modules: ModuleMasks, network: EncoderDecoder, language: int) -> tuple[EncoderDecoder, list[LayerMask] | None]:
    return network, modules.select([language]).masks(network)


@_translator.register
def _(modules: SmallModules, network: EncoderDecoder, language: int) -> tuple[EncoderDecoder, list[LayerMask] | None]:
    small = modules.network_of(language)
    assert translates(small)
    return small, None
