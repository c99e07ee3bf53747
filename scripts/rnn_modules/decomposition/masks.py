"""A set of modules: which nodes of the parent each module lost, and the head that makes it a yes/no recogniser.

A module is a mask, not a copy: weights stay with the parent. Masks are boolean, one array per recurrent layer, of shape
``(modules, timesteps or 1, gates or 1, units)``: one timestep when rolled, one gate when all gates share a verdict.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import numpy as np

from rnn_modules.decomposition.parameters import BETWEEN_REMOVED, DecompositionParameters
from rnn_modules.files.atomic_files import (
    InputError,
)
from rnn_modules.names import HEADS, Mode
from rnn_modules.network import LayerMask, Network, StepMask, translates


@dataclass(frozen=True, eq=False)
class ModuleMasks:
    """The modules of one model in one mode, one per class.

    Attributes:
        mode: ``rolled`` or ``unrolled``.
        class_names: names of the dominant classes, in the order of the output nodes (target languages for translation).
        kept: per recurrent layer ``(modules, timesteps or 1, gates or 1, units) bool``.
        parent: checksum of the network that the masks belong to.
        parameters: how they were found.
        counts: per class, the number of positive and negative observations' examples.
        thresholds: ``(modules,)`` calibrated thresholds on the odds of D against ND, or None.
        positions: output node of each module's dominant class; None: all of them, in order.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> own_node = np.eye(2, dtype=bool)[:, None, None]
        >>> modules = ModuleMasks("rolled", ("left", "right"), (own_node,), network.sha256, DecompositionParameters())
        >>> len(modules), modules.select([1]).class_names
        (2, ('right',))
        >>> modules.masks(network)[0].at(0).recurrent_rows.tolist()
        [[[1.0, 0.0]], [[0.0, 1.0]]]
    """

    mode: Mode
    class_names: tuple[str, ...]
    kept: tuple[np.ndarray, ...]
    parent: str
    parameters: DecompositionParameters
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    thresholds: np.ndarray | None = None
    positions: tuple[int, ...] | None = None

    def __len__(self) -> int:
        """Number of modules."""
        return len(self.class_names)

    @property
    def outputs(self) -> tuple[int, ...]:
        """Output node of each module's dominant class."""
        return tuple(range(len(self))) if self.positions is None else self.positions

    @property
    def heads(self) -> tuple[str, ...]:
        """Heads that these modules answer by."""
        return tuple(HEADS)

    def yes_from(self, head: str) -> np.ndarray:
        """Odds ``(modules,)`` from which a module by itself says yes: a probability of one half."""
        return np.zeros(len(self))

    def check_shapes(self, network: Network) -> None:
        """Raise :class:`InputError` unless the masks are of the shapes that ``network``'s layers need."""
        shapes = [mask.shape for mask in self.kept]
        fitting = len(shapes) == len(network.layers) and all(
            shape[1] == (timesteps if self.mode == "unrolled" else 1)
            and shape[2] in (1, len(layer.gates))
            and shape[3] == layer.units
            for shape, layer, timesteps in zip(shapes, network.layers, network.layer_timesteps, strict=True)
        )
        if not translates(network):
            outputs = self.outputs
            fitting = fitting and all(0 <= output < network.outputs for output in outputs)
            fitting = fitting and (self.positions is not None or len(self) == network.outputs)
        if not fitting:
            raise InputError(
                f"{len(self)} {self.mode} modules with masks of the shapes {shapes} do not fit a network of "
                f"{len(network.layers)} layers of {network.layers[0].units} units, {network.timesteps} timesteps and "
                f"{network.outputs} outputs; decompose the model again"
            )

    def select(self, indices: list[int]) -> ModuleMasks:
        """The modules at these positions, in this order."""
        return dataclasses.replace(
            self,
            class_names=tuple(self.class_names[index] for index in indices),
            kept=tuple(mask[indices] for mask in self.kept),
            thresholds=None if self.thresholds is None else self.thresholds[indices],
            positions=tuple(self.outputs[index] for index in indices),
        )

    def masks(self, network: Network) -> list[LayerMask]:
        """The masks of every layer in the form that the forward pass applies (section IV-B2: which edges go)."""
        edges, last_layers = self.parameters.edges_of(self.mode), network.last_layers
        result = []
        for index, (layer, kept) in enumerate(zip(network.layers, self.kept, strict=True)):
            columns = columns_of(kept, len(layer.gates)).astype(network.dtype)
            rows = kept.any(axis=2).astype(network.dtype)
            sends = "output_rows" if index in last_layers else "next_kernel_rows"
            steps = []
            for timestep in range(kept.shape[1]):
                sent = timestep
                first = self.parameters.unrolled_output_rows == "first_timestep"
                if index in last_layers and first and network.many_output:
                    sent = 0
                column = columns[:, timestep, None]
                steps.append(
                    StepMask(
                        kernel_columns=column if "kernel_columns" in edges else None,
                        recurrent_columns=column if "recurrent_columns" in edges else None,
                        recurrent_rows=rows[:, timestep, None] if "recurrent_rows" in edges else None,
                        outputs=rows[:, sent, None] if sends in edges else None,
                        between_removed=(rows[:, timestep, None], column) if BETWEEN_REMOVED in edges else None,
                    )
                )
            result.append(LayerMask(tuple(steps)))
        return result


def columns_of(kept: np.ndarray, gates: int) -> np.ndarray:
    """``(modules, timesteps, gates * units)`` from a layer's mask.

    Example:
        >>> columns_of(np.array([[[[True, False, True]]]]), gates=2).tolist()
        [[[True, False, True, True, False, True]]]
    """
    full = np.broadcast_to(kept, (*kept.shape[:2], gates, kept.shape[3]))
    return full.reshape(*kept.shape[:2], -1)


def whole_modules(network: Network, class_names: tuple[str, ...], mode: Mode = "rolled") -> ModuleMasks:
    """Modules that lost nothing: the start of decomposition (``initConcern``) and the control for it.

    Example:
        >>> from rnn_modules.network import Classifier, RecurrentLayer
        >>> layer = RecurrentLayer("vanilla", np.eye(2), np.eye(2), np.zeros(2), return_sequences=False)
        >>> network = Classifier((layer,), np.eye(2), np.zeros(2), embedding=np.eye(2), tokens=3)
        >>> modules = whole_modules(network, ("left", "right"), "unrolled")
        >>> [mask.shape for mask in modules.kept], modules.kept[0].all().item()
        ([(2, 3, 1, 2)], True)
    """
    steps = [timesteps if mode == "unrolled" else 1 for timesteps in network.layer_timesteps]
    return ModuleMasks(
        mode=mode,
        class_names=tuple(class_names),
        kept=tuple(
            np.ones((len(class_names), timesteps, 1, layer.units), bool)
            for layer, timesteps in zip(network.layers, steps, strict=True)
        ),
        parent=network.sha256,
        parameters=DecompositionParameters(removal_cap=0.0),
    )


def check_parent(parent: str, network: Network) -> None:
    """Check that modules belong to a network.

    Args:
        parent: checksum of the network that they were cut from.
        network: the one received.

    Raises:
        InputError: it is another one.

    Example:
        >>> from types import SimpleNamespace
        >>> check_parent("1f" * 32, SimpleNamespace(sha256="a0" * 32))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: the modules belong to the network 1f1f1f1f1f1f, received a0a0a0...
    """
    if network.sha256 != parent:
        raise InputError(
            f"the modules belong to the network {parent[:12]}, received {network.sha256[:12]}; "
            "give the model they were cut from, or decompose this one"
        )
