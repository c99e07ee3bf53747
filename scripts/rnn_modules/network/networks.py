"""A trained model as arrays: the classifiers of the four x:1 and x:N architectures, and the encoder-decoder.

Both kinds have ``layers``, the recurrent layers that decomposition works on, and an output layer. Parity with
``model.predict`` of the Keras model they come from is tested to 1e-5.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from rnn_modules.files.atomic_files import InputError, one_line, parse_json, read_arrays
from rnn_modules.network.arrays import LAYER_ARRAYS, ArrayNetwork, pack
from rnn_modules.network.batching import chunks, share_out
from rnn_modules.network.cells import LayerMask, RecurrentLayer, project
from rnn_modules.network.checks import check_ids, check_network
from rnn_modules.network.stack import Observed, State, Step, observe_stack, run_stack, shared_steps, step_stack
from rnn_modules.network.traces import Trace, trace_stack


@dataclass(frozen=True, eq=False)
class Classifier(ArrayNetwork):
    """One-output and many-output models.

    Attributes:
        embedding: ``(vocabulary, width)``.
        repeat: None when the tokens are the timesteps (M:1, M:N); else the embedded tokens are laid side by side into
            one input, repeated this many times (1:1, 1:N).
        tokens: number of tokens of an example.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> inputs = np.array([[0, 1, 1], [1, 0, 0]])
        >>> network.timesteps, network.many_output, network.hidden(inputs).shape
        (3, False, (1, 2, 2))
        >>> network.logits(inputs).round(2).tolist()
        [[0.57, 0.94], [0.94, 0.57]]
        >>> network.logits(inputs).argmax(axis=-1).tolist()
        [1, 0]
    """

    kind: ClassVar[str] = "classifier"
    array_names: ClassVar[tuple[str, ...]] = (*ArrayNetwork.array_names, "embedding")

    embedding: np.ndarray
    tokens: int
    repeat: int | None = None

    @property
    def timesteps(self) -> int:
        """Number of recurrent timesteps."""
        return self.repeat or self.tokens

    @property
    def many_output(self) -> bool:
        """Whether there is one decision per timestep and not one per example."""
        return self.layers[-1].return_sequences

    def steps(self, inputs: np.ndarray) -> list[Step]:
        """Timesteps of the recurrent layers.

        Args:
            inputs: ``(examples, tokens) int32`` word ids.

        Raises:
            InputError: another shape, or an id outside the vocabulary.
        """
        check_ids(inputs, self.tokens, len(self.embedding), "inputs")
        if self.repeat is None:
            return shared_steps(self._projected_embedding, inputs)
        side_by_side = self.embedding[inputs].reshape(1, len(inputs), -1)
        return [Step(project(self.layers[0], side_by_side))] * self.repeat

    @cached_property
    def _projected_embedding(self) -> np.ndarray:
        """What each word sends to the first layer's gates: a product per word and not per place in the texts."""
        return project(self.layers[0], self.embedding)

    def observe(self, inputs: np.ndarray, gates: bool = False, threads: int = 1) -> Iterator[list[Observed]]:
        """Activations layer by layer, see :func:`~rnn_modules.network.stack.observe_stack`."""
        return observe_stack(self.layers, self.steps(inputs), gates=gates, threads=threads)

    @property
    def other_weights(self) -> int:
        """Weights of the embedding."""
        return self.embedding.size

    def trace(self, inputs: np.ndarray) -> list[Trace]:
        """What each layer did, see :meth:`Network.trace`."""
        return trace_stack(self.layers, self.steps(inputs))

    def module_logits(self, inputs: np.ndarray, masks: Sequence[LayerMask] | None = None) -> np.ndarray:
        """Logits ``(modules or 1, examples, [timesteps,] outputs)`` with the edges that masks leave to each module."""
        hidden = self.hidden(inputs, masks)
        return self.output(hidden.transpose(1, 2, 0, 3) if self.many_output else hidden)

    def hidden(self, inputs: np.ndarray, masks: Sequence[LayerMask] | None = None) -> np.ndarray:
        """What reaches the output layer.

        Args:
            inputs: ``(examples, tokens) int32``.
            masks: one mask per layer, or None for the whole network.

        Returns:
            ``(timesteps, modules, examples, units)``, or without the first axis for x:1.
        """
        steps = self.steps(inputs)
        run = run_stack(self.layers, steps, masks)
        if self.many_output:
            return np.stack([at.of(sent) for at, (sent, _, _) in zip(steps, run, strict=True)])
        for sent, _, _ in run:
            last = sent
        return steps[-1].of(last)

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """Logits ``(examples, outputs)`` or ``(examples, timesteps, outputs)`` of the whole network."""
        logits = np.empty((len(inputs), self.timesteps, self.outputs), self.dtype)
        logits = logits if self.many_output else logits[:, 0]
        for chunk in chunks(inputs):
            hidden = self.hidden(inputs[chunk])
            logits[chunk] = self.output(hidden[:, 0].transpose(1, 0, 2) if self.many_output else hidden[0])
        return logits


@dataclass(frozen=True, eq=False)
class EncoderDecoder(ArrayNetwork):
    """Translation model; ``layers`` are the decoder's.

    Attributes:
        encoder: recurrent layers of the encoder, the last sends only its final state.
        source_embedding: ``(source vocabulary, width)``; id 0 is padding and masked.
        target_embedding: ``(target vocabulary, width)``; likewise.
        source_tokens: length of a source sentence.
        target_tokens: number of decoder timesteps.
        entering: positions of the encoder's nodes whose state the decoder starts from; all of them by default.

    Example:
        >>> encoder, layer = (
        ...     RecurrentLayer("vanilla", np.eye(3), np.zeros((3, 3)), np.zeros(3), last) for last in (False, True)
        ... )
        >>> next_word = np.roll(np.eye(3), 1, axis=1)
        >>> network = EncoderDecoder((layer,), next_word, np.zeros(3), (encoder,), np.eye(3), np.eye(3), 2, 4)
        >>> network.translate(np.array([[1, 2]]), start=np.array([0]), end=2).tolist()
        [[1, 2, 0, 0]]
    """

    kind: ClassVar[str] = "encoder_decoder"
    array_names: ClassVar[tuple[str, ...]] = (
        *ArrayNetwork.array_names,
        "source_embedding",
        "target_embedding",
        "entering",
    )
    stack_names: ClassVar[tuple[str, ...]] = ("layers", "encoder")

    encoder: tuple[RecurrentLayer, ...]
    source_embedding: np.ndarray
    target_embedding: np.ndarray
    source_tokens: int
    target_tokens: int
    entering: np.ndarray | None = None

    @property
    def many_output(self) -> bool:
        """True: there is a word per timestep."""
        return True

    @property
    def timesteps(self) -> int:
        """Number of decoder timesteps."""
        return self.target_tokens

    def with_output(
        self, layers: Sequence[RecurrentLayer], weights: np.ndarray, constants: np.ndarray, first: np.ndarray
    ) -> EncoderDecoder:
        """The same network with fewer nodes in the decoder, see :meth:`ArrayNetwork.with_output`."""
        entering = first if self.entering is None else self.entering[first]
        return replace(super().with_output(layers, weights, constants, first), entering=entering)

    def encode(self, sources: np.ndarray) -> State:
        """State that the decoder starts from, for ``(examples, source tokens) int32``."""
        check_ids(sources, self.source_tokens, len(self.source_embedding), "source sentences")
        steps = shared_steps(self._projected_source_embedding, sources, masked=True)
        for _, state, _ in run_stack(self.encoder, steps):
            last = state
        final = tuple(steps[-1].of(part) for part in last)
        return final if self.entering is None else tuple(part[..., self.entering] for part in final)

    def _decoder_steps(self, targets: np.ndarray) -> list[Step]:
        check_ids(targets, self.target_tokens, len(self.target_embedding), "decoder inputs")
        return [
            Step(self._projected_target_embedding[None], words, present=(words != 0)[None, :, None])
            for words in targets.T
        ]

    @cached_property
    def _projected_source_embedding(self) -> np.ndarray:
        """What each word sends to the gates of the encoder's first layer."""
        return project(self.encoder[0], self.source_embedding)

    @cached_property
    def _projected_target_embedding(self) -> np.ndarray:
        """What each word sends to the gates of the decoder's first layer."""
        return project(self.layers[0], self.target_embedding)

    def observe(
        self, inputs: tuple[np.ndarray, np.ndarray], gates: bool = False, threads: int = 1
    ) -> Iterator[list[Observed]]:
        """Activations of the decoder, layer by layer, when it is fed the right words.

        Args:
            inputs: sources ``(examples, source tokens) int32`` and decoder inputs ``(examples, target tokens) int32``.
            gates: observe gates, not hidden states.
            threads: sentences are shared out among at most this many.
        """
        sources, targets = inputs
        return observe_stack(self.layers, self._decoder_steps(targets), self.encode(sources), gates, threads)

    @property
    def other_weights(self) -> int:
        """Weights of the encoder, without biases of its recurrent kernels, and of both embeddings."""
        layers = sum(layer.kernel.size + layer.recurrent_kernel.size + layer.bias.size for layer in self.encoder)
        return self.source_embedding.size + self.target_embedding.size + layers

    def module_logits(self, inputs: Any, masks: Sequence[LayerMask] | None = None) -> np.ndarray:
        """Logits ``(1, examples, target tokens, words)`` of the one module that masks leave."""
        return self.logits(inputs, masks)[None]

    def valid(self, inputs: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """Which decoder steps are real, ``(timesteps, examples) bool``."""
        return inputs[1].T != 0

    def logits(self, inputs: tuple[np.ndarray, np.ndarray], masks: Sequence[LayerMask] | None = None) -> np.ndarray:
        """Logits ``(examples, target tokens, words)`` when the decoder is fed the right words (one module)."""
        sources, targets = inputs
        run = run_stack(self.layers, self._decoder_steps(targets), masks, self.encode(sources))
        return self.output(np.stack([sent[0] for sent, _, _ in run], axis=1))

    def trace(self, inputs: tuple[np.ndarray, np.ndarray]) -> list[Trace]:
        """What each layer of the decoder did when it was fed the right words, see :meth:`Network.trace`."""
        sources, targets = inputs
        return trace_stack(self.layers, self._decoder_steps(targets), self.encode(sources))

    def translate(
        self,
        sources: np.ndarray,
        start: np.ndarray,
        end: int,
        masks: Sequence[LayerMask] | None = None,
        threads: int = 1,
    ) -> np.ndarray:
        """Greedy translation.

        Args:
            sources: ``(examples, source tokens) int32``.
            start: ``(examples,) int32`` id of the start tag, which names the target language.
            end: id that ends a sentence for every example, or 0 for none.
            masks: masks of one module, or None for the whole network.
            threads: sentences are shared out among at most this many.

        Returns:
            ``(examples, target tokens) int32`` word ids after the start tag, zeros after the end.
        """
        words = np.zeros((len(sources), self.timesteps), np.int32)

        def fill(chunk: np.ndarray) -> None:
            words[chunk] = self._translate_chunk(sources[chunk], start[chunk], end, masks)

        share_out(fill, chunks(sources), threads)
        return words

    def _translate_chunk(self, sources, start, end, masks):
        examples = len(sources)
        states = [self.encode(sources)] + [layer.initial_state(1, examples) for layer in self.layers[1:]]
        words = np.zeros((examples, self.timesteps), np.int32)
        current, going = np.asarray(start), np.ones(examples, bool)
        for timestep in range(self.timesteps):
            hidden, states = step_stack(
                self.layers, self._projected_target_embedding[None], current, states, timestep, masks
            )
            current = self.output(hidden[0]).argmax(-1).astype(np.int32)
            words[going, timestep] = current[going]
            going &= (current != end) & (current != 0)
            if not going.any():
                break
        return words


def check_parts(network: ArrayNetwork) -> None:
    """Raise ValueError when the arrays and settings of a network do not fit together or hold not-a-number.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> check_parts(Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(5), tokens=3))
        Traceback (most recent call last):
            ...
        ValueError: embedding has shape (5, 5) below a kernel of 2 rows
    """
    check_network(network, pack(network))


def load_network(path: str | os.PathLike) -> ArrayNetwork:
    """Read a network that :meth:`Network.save` wrote.

    Raises:
        InputError: the file is missing, damaged, or not a network; the message names it.

    Example:
        >>> import tempfile
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     network.save(f"{folder}/network.npz")
        ...     load_network(f"{folder}/network.npz").sha256 == network.sha256
        True
    """
    arrays: dict[str, Any] = read_arrays(path, ("structure", "output_kernel", "output_bias"))
    try:
        structure: Any = parse_json(str(arrays["structure"]))
        cls = {kind.kind: kind for kind in (Classifier, EncoderDecoder)}[structure.pop("kind")]
        parts: dict = {name: arrays[name] for name in cls.array_names if name in arrays or name != "entering"}
        for stack in cls.stack_names:
            parts[stack] = tuple(
                RecurrentLayer(
                    **settings,
                    **{n: arrays[f"{stack}.{i}.{n}"] for n in LAYER_ARRAYS if f"{stack}.{i}.{n}" in arrays},
                )
                for i, settings in enumerate(structure.pop(stack))
            )
        network = cls(**parts, **structure)
        check_parts(network)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise InputError(
            f"{path}: not a network file ({one_line(error)}); make it again from the Keras model"
        ) from error
    return network
