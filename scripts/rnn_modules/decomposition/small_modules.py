"""Modules that are networks of fewer nodes than their parent, run side by side in one batched product."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from rnn_modules.decomposition.heads import head_odds
from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.refitting import RefittedHead
from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import HEADS, PARENTS_HEAD, REFITTED, Mode
from rnn_modules.network import ArrayNetwork, Network, RecurrentLayer, classifies
from rnn_modules.network.graph_network import GraphNetwork
from rnn_modules.network.graph_runs import run_graph


@dataclass(frozen=True, eq=False)
class SmallModules:
    """The modules of one model, one per class, as networks of fewer nodes.

    Attributes:
        class_names: names of the dominant classes (target languages for translation).
        networks: of each module; one alone when all share their nodes.
        nodes: of each network, for each layer the positions of its nodes among the parent's.
        parent: checksum of the network that they were made of.
        parameters: how they were made.
        counts: per class, the number of positive and negative decisions that it was made on.
        thresholds: ``(modules,)`` calibrated thresholds on the odds of D against ND, or None.
        refitted: the modules' own heads, or None (translation).
        positions: output node of each module's dominant class.

    Example:
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> from rnn_modules.network import Classifier
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> alone, parameters = ([np.array([0, 1])],), DecompositionParameters(keep=1.0)
        >>> modules = SmallModules(("left", "right"), (network,), alone, network.sha256, parameters, positions=(0, 1))
        >>> len(modules), modules.mode, modules.side_by_side.layers[0].kernel.shape
        (2, 'rolled', (1, 2, 2))
    """

    class_names: tuple[str, ...]
    networks: tuple[Network, ...]
    nodes: tuple[Sequence[np.ndarray], ...]
    parent: str
    parameters: DecompositionParameters
    positions: tuple[int, ...]
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    thresholds: np.ndarray | None = None
    refitted: RefittedHead | None = None

    mode: Mode = "rolled"

    def __len__(self) -> int:
        """Number of modules."""
        return len(self.class_names)

    @property
    def outputs(self) -> tuple[int, ...]:
        """Output node of each module's dominant class."""
        return self.positions

    @property
    def heads(self) -> tuple[str, ...]:
        """Heads that these modules answer by."""
        return tuple(HEADS) if self.refitted is None else (*HEADS, REFITTED)

    def yes_from(self, head: str) -> np.ndarray:
        """Odds ``(modules,)``, as they vote, from which a module by itself says yes."""
        if head == REFITTED and self.refitted is not None:
            return self.refitted.rates
        return np.zeros(len(self))

    def network_of(self, index: int) -> Network:
        """The network of one module."""
        return self.networks[0 if len(self.networks) == 1 else index]

    def select(self, indices: list[int]) -> SmallModules:
        """The modules at these positions, in this order."""
        shared = len(self.networks) == 1
        networks = self.networks if shared else tuple(self.networks[index] for index in indices)
        widest = max((network.features for network in networks), default=0)
        return dataclasses.replace(
            self,
            class_names=tuple(self.class_names[index] for index in indices),
            networks=networks,
            nodes=self.nodes if shared else tuple(self.nodes[index] for index in indices),
            thresholds=None if self.thresholds is None else self.thresholds[indices],
            refitted=None if self.refitted is None else self.refitted.select(indices, widest),
            positions=tuple(self.positions[index] for index in indices),
        )

    @classmethod
    def joined(cls, parts: Sequence[SmallModules], names: Sequence[str]) -> SmallModules:
        """Single modules of one parent together, under other names."""
        thresholds = [part.thresholds for part in parts if part.thresholds is not None]
        heads = [part.refitted for part in parts if part.refitted is not None]
        return dataclasses.replace(
            parts[0],
            class_names=tuple(names),
            networks=tuple(part.networks[0] for part in parts),
            nodes=tuple(part.nodes[0] for part in parts),
            thresholds=np.concatenate(thresholds) if thresholds else None,
            refitted=RefittedHead.joined(heads) if heads else None,
            positions=tuple(part.positions[0] for part in parts),
            counts={},
        )

    @cached_property
    def side_by_side(self) -> ArrayNetwork:
        """All modules of a network of arrays as one, whose arrays have an axis of modules before the others.

        Smaller ones are filled up with nodes that send nothing.
        """
        networks = [network for network in self.networks if isinstance(network, ArrayNetwork)]
        first = networks[0]
        layers: list[RecurrentLayer] = []
        below = first.layers[0].kernel.shape[0]
        for index in range(len(first.layers)):
            parts = [network.layers[index] for network in networks]
            units = max(layer.units for layer in parts)
            layers.append(_stacked(parts, below, units))
            below = units
        kernels = [_filled(network.output_kernel, below, network.outputs) for network in networks]
        return dataclasses.replace(
            first,
            layers=tuple(layers),
            output_kernel=np.stack(kernels),
            output_bias=np.stack([network.output_bias for network in networks])[:, None],
        )

    def odds(self, hidden: np.ndarray, heads: Sequence[str]) -> dict[str, np.ndarray]:
        """Log-odds of every module's class.

        Args:
            hidden: ``(modules or 1, ..., units)`` of :attr:`side_by_side`.
            heads: some of :attr:`heads`.

        Returns:
            Per head ``(modules, ...)``.
        """
        network = self.side_by_side
        extra = (1,) * (hidden.ndim - 3)
        kernel = network.output_kernel.reshape(len(self.networks), *extra, *network.output_kernel.shape[1:])
        bias = network.output_bias.reshape(len(self.networks), *extra, 1, -1)
        logits = hidden @ kernel + bias
        return self._odds(hidden, logits, heads)

    def odds_of(self, inputs: Any, heads: Sequence[str]) -> dict[str, np.ndarray]:
        """Log-odds of every module's class on some inputs, as :meth:`odds`."""
        graphs = [network for network in self.networks if isinstance(network, GraphNetwork)]
        if graphs:
            runs = [run_graph(network, inputs, noted=False) for network in graphs]
            features, logits = (np.stack([getattr(run, name) for run in runs]) for name in ("features", "logits"))
            return self._odds(features, logits, heads)
        small = self.side_by_side
        assert classifies(small)
        hidden = small.hidden(inputs)
        return self.odds(hidden.transpose(1, 2, 0, 3) if small.many_output else hidden, heads)

    def _odds(self, features: np.ndarray, logits: np.ndarray, heads: Sequence[str]) -> dict[str, np.ndarray]:
        independent = self.networks[0].independent
        logits = np.broadcast_to(logits, (len(self), *logits.shape[1:]))
        found = {}
        for head in heads:
            if head != REFITTED:
                found[head] = head_odds(logits, head, self.thresholds, self.positions, independent)
                continue
            if self.refitted is None:
                raise InputError(f"head: received {head!r}; these modules answer by {', '.join(self.heads)}")
            # Of some modules the largest may be smaller than that of all.
            weights = _filled(self.refitted.weights[:, : features.shape[-1]], len(self), features.shape[-1])
            parents = head_odds(logits, PARENTS_HEAD, outputs=self.positions, independent=independent)
            odds = dataclasses.replace(self.refitted, weights=weights).odds(features, parents).astype(logits.dtype)
            found[head] = odds + self.refitted.rates.astype(odds.dtype).reshape(-1, *[1] * (odds.ndim - 1))
        return found


AnyModules = ModuleMasks | SmallModules
"""Modules of one model, whatever each consists of."""


def _stacked(layers: Sequence[RecurrentLayer], inputs: int, units: int) -> RecurrentLayer:
    """Layers of several networks as one, of as many inputs and nodes as the largest has."""
    first = layers[0]
    gates = len(first.gates)

    def wide(array: np.ndarray, rows: int) -> np.ndarray:
        parts = array.reshape(-1, gates, array.shape[-1] // gates)
        return np.stack([_filled(parts[:, gate], rows, units) for gate in range(gates)], axis=1).reshape(rows, -1)

    recurrent_bias = None
    if first.recurrent_bias is not None:
        biases = [layer.recurrent_bias for layer in layers if layer.recurrent_bias is not None]
        recurrent_bias = np.stack([wide(bias, 1) for bias in biases])
    return dataclasses.replace(
        first,
        kernel=np.stack([wide(layer.kernel, inputs) for layer in layers]),
        recurrent_kernel=np.stack([wide(layer.recurrent_kernel, units) for layer in layers]),
        bias=np.stack([wide(layer.bias, 1) for layer in layers]),
        recurrent_bias=recurrent_bias,
    )


def _filled(array: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """With zeros below and to the right."""
    return np.pad(array, [(0, rows - array.shape[0]), (0, columns - array.shape[1])])
