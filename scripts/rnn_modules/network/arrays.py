"""What classifiers and encoder-decoders share that are arrays and nothing else: an output layer, and a file."""

from __future__ import annotations

import json
import os
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from rnn_modules.files.atomic_files import sha256_of_arrays, write_arrays
from rnn_modules.network.base import Network
from rnn_modules.network.cells import Estimate, RecurrentLayer
from rnn_modules.network.traces import Run, Trace

if TYPE_CHECKING:
    from rnn_modules.network.derivatives import Derivatives

LAYER_ARRAYS = ("kernel", "recurrent_kernel", "bias", "recurrent_bias")
"""Arrays of a recurrent layer."""


@dataclass(frozen=True, eq=False)
class ArrayNetwork(Network):
    """A network all of whose weights are arrays here; ``inputs`` are ids as each of the two kinds reads them.

    Attributes:
        layers: recurrent layers that are decomposed (an encoder-decoder's are the decoder's).
        output_kernel: ``(units, outputs)``.
        output_bias: ``(outputs,)``.

    Example:
        >>> from rnn_modules.network import Classifier
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> network.output(np.array([1.0, -1.0])).tolist(), network.output_weights
        ([1.0, -1.0], 4)
    """

    kind: ClassVar[str]
    """What files call it."""
    array_names: ClassVar[tuple[str, ...]] = ("output_kernel", "output_bias")
    """Arrays beside those of recurrent layers."""
    stack_names: ClassVar[tuple[str, ...]] = ("layers",)
    """Stacks of recurrent layers."""

    layers: tuple[RecurrentLayer, ...]
    output_kernel: np.ndarray
    output_bias: np.ndarray

    @property
    def outputs(self) -> int:
        """Number of output nodes: classes, or words of the target vocabulary."""
        return self.output_kernel.shape[1]

    @property
    def features(self) -> int:
        """Number of nodes of the last layer."""
        return self.layers[-1].units

    @property
    def dtype(self) -> np.dtype:
        """Type of the weights and of all activations."""
        return self.output_kernel.dtype

    @property
    def output_weights(self) -> int:
        """Weights of the output layer, without its bias."""
        return self.output_kernel.size

    @cached_property
    def sha256(self) -> str:
        """Identity of the model: a checksum over all its weights and settings, independent of file formats."""
        return sha256_of_arrays(pack(self))

    def with_layers(self, layers: Sequence[RecurrentLayer]) -> Self:
        """The same network with other weights or settings of its recurrent layers."""
        return replace(self, layers=tuple(layers))

    def valid(self, inputs: Any) -> np.ndarray | None:
        """Which steps are real, ``(timesteps, examples) bool``, or None when all are."""
        return None

    def smaller(self, layers: Sequence[RecurrentLayer], kept: Sequence[np.ndarray], sent: Sequence[Estimate]) -> Self:
        """The same network with fewer nodes, and an output layer that reads these, see :meth:`Network.smaller`."""
        last = sent[-1]
        kernel = (last.weights @ self.output_kernel).astype(self.dtype)
        bias = (self.output_bias + last.constants @ self.output_kernel).astype(self.dtype)
        return replace(self, layers=tuple(layers), output_kernel=kernel, output_bias=bias)

    @abstractmethod
    def trace(self, inputs: Any) -> list[Trace]:
        """What each of ``layers`` did on some examples."""

    def run(self, inputs: Any) -> Run:
        """What the network does on some examples."""
        traces = self.trace(inputs)
        hidden = traces[-1].hidden
        features = hidden.transpose(1, 0, 2) if self.many_output else hidden[-1]
        return Run(traces, features, self.output(features))

    def derivatives(self, run: Run, by_logits: np.ndarray) -> list[Derivatives]:
        """Derivatives by what each node sends, of those by the logits."""
        # JAX is imported where it is needed alone.
        from rnn_modules.network.derivatives import derivatives

        by_hidden = by_logits @ self.output_kernel.T
        answers = np.zeros_like(run.traces[-1].hidden)
        if self.many_output:
            answers[:] = by_hidden.transpose(1, 0, 2)
        else:
            answers[-1] = by_hidden
        return derivatives(self.layers, run.traces, answers)

    def save(self, path: str | os.PathLike) -> None:
        """Write the network as one ``.npz``."""
        write_arrays(path, pack(self), compress=False)

    def output(self, hidden: np.ndarray) -> np.ndarray:
        """Logits ``(..., outputs)`` of hidden states ``(..., units)``."""
        return hidden @ self.output_kernel + self.output_bias


def pack(network: ArrayNetwork) -> dict[str, np.ndarray]:
    """All arrays of a network under flat names, and its structure as JSON text.

    Example:
        >>> from rnn_modules.network import Classifier
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> sorted(pack(network))[:4]
        ['embedding', 'layers.0.bias', 'layers.0.kernel', 'layers.0.recurrent_kernel']
    """
    arrays = {name: getattr(network, name) for name in network.array_names if getattr(network, name) is not None}
    structure: dict = {"kind": network.kind}
    for stack in network.stack_names:
        structure[stack] = []
        for index, layer in enumerate(getattr(network, stack)):
            settings = {key: value for key, value in vars(layer).items() if key not in LAYER_ARRAYS}
            structure[stack].append(settings)
            for name in LAYER_ARRAYS:
                if getattr(layer, name) is not None:
                    arrays[f"{stack}.{index}.{name}"] = getattr(layer, name)
    for name in ("tokens", "repeat", "source_tokens", "target_tokens"):
        if hasattr(network, name):
            structure[name] = getattr(network, name)
    arrays["structure"] = np.array(json.dumps(structure, sort_keys=True))
    return arrays
