"""What every network says to those who decompose it and run its modules."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np

from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.batching import chunks
from rnn_modules.network.cells import LayerMask, RecurrentLayer
from rnn_modules.network.stack import Observed
from rnn_modules.network.traces import Trace


class Network(ABC):
    """What all networks have; ``inputs`` are what each kind reads, or a tuple of several such arrays.

    Example:
        >>> from rnn_modules.network import Classifier
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> network.outputs, network.dtype.name, len(network.sha256), network.layer_timesteps, network.feeds
        (2, 'float64', 64, (3,), (None,))
    """

    layers: tuple[RecurrentLayer, ...]
    """Recurrent layers that are decomposed (an encoder-decoder's are the decoder's)."""

    @property
    @abstractmethod
    def sha256(self) -> str:
        """Identity of the model: a checksum over all its weights and settings, independent of file formats."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Number of output nodes: classes, or words of the target vocabulary."""

    @property
    @abstractmethod
    def dtype(self) -> np.dtype:
        """Type of the weights and of all activations."""

    @property
    @abstractmethod
    def timesteps(self) -> int:
        """Number of timesteps of the last of ``layers``."""

    @property
    @abstractmethod
    def many_output(self) -> bool:
        """Whether there is one decision per timestep and not one per example."""

    @property
    @abstractmethod
    def output_weights(self) -> int:
        """Weights of an output layer right above ``layers``; 0 where something else stands there."""

    @property
    @abstractmethod
    def other_weights(self) -> int:
        """Weights of all but ``layers`` and the output layer, and without the output's bias."""

    @property
    def independent(self) -> bool:
        """Whether several classes may be right at once."""
        return False

    @property
    def layer_timesteps(self) -> tuple[int, ...]:
        """Number of timesteps of each of ``layers``."""
        return (self.timesteps,) * len(self.layers)

    @property
    def layer_names(self) -> tuple[str, ...]:
        """What pictures call each of ``layers``."""
        return tuple(f"layer {number + 1}" for number in range(len(self.layers)))

    @property
    def feeds(self) -> tuple[tuple[int, ...] | None, ...]:
        """For each of ``layers`` those that send it all it reads, side by side; None where it reads something else."""
        return (None, *((index,) for index in range(len(self.layers) - 1)))

    @property
    def last_layers(self) -> tuple[int, ...]:
        """Positions of ``layers`` that no other of them reads."""
        return (len(self.layers) - 1,)

    @abstractmethod
    def with_layers(self, layers: Sequence[RecurrentLayer]) -> Self:
        """The same network with other weights or settings of its recurrent layers."""

    @abstractmethod
    def observe(self, inputs: Any, gates: bool = False, threads: int = 1) -> Iterator[list[Observed]]:
        """Activations of ``layers``, layer by layer."""

    @abstractmethod
    def logits(self, inputs: Any) -> np.ndarray:
        """Logits ``(examples, outputs)`` or ``(examples, timesteps, outputs)`` of the whole network."""

    @abstractmethod
    def module_logits(self, inputs: Any, masks: Sequence[LayerMask] | None = None) -> np.ndarray:
        """Logits ``(modules or 1, examples, [timesteps,] outputs)`` with the edges that masks leave to each module."""

    def trace(self, inputs: Any) -> list[Trace]:
        """What each of ``layers`` did on some examples, from which derivatives follow.

        Raises:
            InputError: not for networks of this kind.
        """
        raise InputError(
            f"{type(self).__name__}: small modules cannot be made of it; make masks: leave out keep and tolerance"
        )

    def chunks(self, inputs: Any, modules: int = 1) -> Iterator[np.ndarray]:
        """Positions of a few examples each, see :func:`rnn_modules.network.batching.chunks`."""
        return chunks(inputs, modules)


def examples_of(inputs: Any) -> int:
    """Number of examples.

    Example:
        >>> examples_of(np.zeros((3, 2))), examples_of((np.zeros((4, 2)), np.zeros((4, 5))))
        (3, 4)
    """
    return len(inputs[0] if isinstance(inputs, tuple) else inputs)


def rows_of(inputs: Any, rows: np.ndarray) -> Any:
    """Some of the examples.

    Example:
        >>> rows_of((np.array([4, 5, 6]), np.array([7, 8, 9])), np.array([2, 0]))
        (array([6, 4]), array([9, 7]))
    """
    return tuple(part[rows] for part in inputs) if isinstance(inputs, tuple) else inputs[rows]
