"""Joint decisions of modules: voting for classifiers, one module per language for translation (section V-A3)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from rnn_modules.decomposition.heads import best_threshold, head_odds
from rnn_modules.decomposition.masks import Modules
from rnn_modules.network import Classifier, EncoderDecoder
from rnn_modules.network.batching import chunks, share_out


def module_odds(
    network: Classifier, modules: Modules, inputs: np.ndarray, heads: Sequence[str] = ("mean",), threads: int = 1
) -> dict[str, np.ndarray]:
    """Log-odds of every module's dominant output, for all modules in one batched product.

    Args:
        network: the parent.
        modules: one per class of the parent, in the order of its outputs.
        inputs: ``(examples, tokens) int32``.
        heads: see :func:`rnn_modules.decomposition.heads.head_odds`.
        threads: examples are shared out among at most this many, see :func:`rnn_modules.network.batching.share_out`.

    Returns:
        Per head ``(modules, examples)``, or ``(modules, examples, timesteps)`` for many-output models.

    Raises:
        InputError: another parent, or inputs that do not fit it.

    Example:
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> from rnn_modules.network import RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> modules = whole_modules(network, ("left", "right"))
        >>> module_odds(network, modules, np.array([[0, 1, 1], [1, 0, 0]]))["mean"].round(2).tolist()
        [[-0.38, 0.38], [0.38, -0.38]]
    """
    modules.check_parent(network)
    replayed = replay_network(network, modules)
    shape = (len(modules), len(inputs), *([network.timesteps] if network.many_output else []))
    odds = {head: np.empty(shape, network.dtype) for head in heads}
    masks = modules.masks(replayed)

    def evaluate(chunk: np.ndarray) -> None:
        hidden = replayed.hidden(inputs[chunk], masks)
        if network.many_output:
            hidden = hidden.transpose(1, 2, 0, 3)
        logits = replayed.output(hidden)
        # Without any removed edge before the output layer all modules share one hidden state.
        logits = np.broadcast_to(logits, (len(modules), *logits.shape[1:]))
        for head in heads:
            odds[head][:, chunk] = head_odds(logits, head, modules.thresholds)

    share_out(evaluate, chunks(inputs, len(modules)), threads)
    return odds


def parent_odds(
    network: Classifier, inputs: np.ndarray, heads: Sequence[str] = ("mean",), thresholds: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """Log-odds of every class by the undecomposed network: what modules that lost nothing would say.

    Args:
        network: the network.
        inputs: ``(examples, tokens) int32``.
        heads: see :func:`rnn_modules.decomposition.heads.head_odds`.
        thresholds: ``(classes,)``, for the head ``calibrated``.

    Returns:
        As :func:`module_odds`.

    Example:
        >>> from rnn_modules.network import RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> parent_odds(network, np.array([[0, 1, 1], [1, 0, 0]]))["mean"].round(2).tolist()
        [[-0.38, 0.38], [0.38, -0.38]]
    """
    shape = (network.outputs, len(inputs), *([network.timesteps] if network.many_output else []))
    odds = {head: np.empty(shape, network.dtype) for head in heads}
    for chunk in chunks(inputs):
        logits = network.logits(inputs[chunk])
        logits = np.broadcast_to(logits, (network.outputs, *logits.shape))
        for head in heads:
            odds[head][:, chunk] = head_odds(logits, head, thresholds)
    return odds


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


def replay_network(network: Classifier, modules: Modules) -> Classifier:
    """The network that modules run on: the parent, unless a parameter asks for the published package's replay.

    Example:
        >>> from rnn_modules.decomposition.parameters import preset
        >>> from rnn_modules.network import RecurrentLayer
        >>> layer = RecurrentLayer("gru", np.eye(2, 6), np.eye(2, 6), np.zeros(6), False, "tanh", "hard_sigmoid")
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> modules = Modules("rolled", ("left", "right"), (), network.sha256, preset("package", "many_to_one", "gru"))
        >>> replayed = replay_network(network, modules).layers[0]
        >>> replayed.reset_after, replayed.recurrent_activation
        (True, 'sigmoid')
    """
    parameters = modules.parameters
    changes: dict = {}
    if parameters.reset_gate == "after_product":
        changes["reset_after"] = True
    if parameters.replayed_gates == "sigmoid":
        changes["recurrent_activation"] = "sigmoid"
    if changes:
        layers = tuple(
            dataclasses.replace(
                layer, **{k: v for k, v in changes.items() if k != "reset_after" or layer.cell == "gru"}
            )
            for layer in network.layers
        )
        network = dataclasses.replace(network, layers=layers)
    if parameters.rolled_replay == "zeroed" and modules.mode == "rolled" and network.many_output:
        network = zeroed(network)
    return network


def zeroed(network: Classifier) -> Classifier:
    """The same network with zero embedding and recurrent weights: it answers with the output layer's bias alone.

    Example:
        >>> from rnn_modules.network import RecurrentLayer
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
    return dataclasses.replace(network, layers=layers, embedding=np.zeros_like(network.embedding))


def calibrate(network: Classifier, modules: Modules, inputs: np.ndarray, labels: np.ndarray, seed: int) -> Modules:
    """Give every module a threshold on its odds: where balanced accuracy on training examples is largest.

    Args:
        network: the parent.
        modules: the modules.
        inputs: training inputs ``(examples, tokens) int32``.
        labels: ``(examples,)`` or ``(examples, timesteps)`` classes.
        seed: of the choice of ``calibration_sample`` examples.

    Returns:
        The modules with thresholds; a class that does not occur in the sample, or that no threshold tells from the
        others better than chance, keeps the threshold 0.

    Example:
        >>> from rnn_modules.decomposition.masks import whole_modules
        >>> from rnn_modules.network import RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.array([5.0, 0.0]), embedding=np.eye(2), tokens=3)
        >>> modules, inputs = whole_modules(network, ("left", "right")), np.array([[0, 0, 0], [1, 1, 1]])
        >>> calibrate(network, modules, inputs, labels=np.array([0, 1]), seed=0).thresholds.tolist()
        [5.0, -5.0]
    """
    size = min(len(inputs), modules.parameters.calibration_sample)
    rows = np.random.default_rng(seed).choice(len(inputs), size, replace=False)
    odds = module_odds(network, modules, inputs[rows])["mean"].reshape(len(modules), -1)
    classes = labels[rows].reshape(-1)
    thresholds = np.array([best_threshold(odds[index], classes == index) for index in range(len(modules))])
    return dataclasses.replace(modules, thresholds=thresholds.astype(np.float32))


def translate(
    network: EncoderDecoder,
    sources: np.ndarray,
    languages: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    modules: Modules | None = None,
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
        masks = None if modules is None else modules.select([int(language)]).masks(network)
        tags = np.full(len(rows), start[language]), int(end[language])
        words[rows] = network.translate(sources[rows], *tags, masks, threads)
    return words
