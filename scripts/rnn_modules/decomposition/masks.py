"""A set of modules: which nodes of the parent each module lost, and the head that makes it a yes/no recogniser.

A module is a mask, not a copy: weights stay with the parent. Masks are boolean, one array per recurrent layer, of shape
``(modules, timesteps or 1, gates or 1, units)``: one timestep when rolled, one gate when all gates share a verdict.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.files.atomic_files import (
    InputError,
    read_arrays,
    read_json,
    sha256_of_arrays,
    write_arrays,
    write_json,
)
from rnn_modules.files.checked_json import RecordReader
from rnn_modules.names import MODES, Mode
from rnn_modules.network import EncoderDecoder, LayerMask, Network, StepMask


@dataclass(frozen=True, eq=False)
class Modules:
    """The modules of one model in one mode, one per class.

    Attributes:
        mode: ``rolled`` or ``unrolled``.
        class_names: names of the dominant classes, in the order of the output nodes (target languages for translation).
        kept: per recurrent layer ``(modules, timesteps or 1, gates or 1, units) bool``.
        parent: checksum of the network that the masks belong to.
        parameters: how they were found.
        counts: per class, the number of positive and negative observations' examples.
        thresholds: ``(modules,)`` calibrated thresholds on the odds of D against ND, or None.
    """

    mode: Mode
    class_names: tuple[str, ...]
    kept: tuple[np.ndarray, ...]
    parent: str
    parameters: DecompositionParameters
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    thresholds: np.ndarray | None = None

    def __len__(self) -> int:
        """Number of modules."""
        return len(self.class_names)

    def check_parent(self, network: Network) -> None:
        """Raise :class:`InputError` unless ``network`` is the one the modules were cut from."""
        if network.sha256 != self.parent:
            raise InputError(
                f"the modules belong to the network {self.parent[:12]}, received {network.sha256[:12]}; "
                "give the model they were cut from, or decompose this one"
            )

    def check_shapes(self, network: Network) -> None:
        """Raise :class:`InputError` unless the masks are of the shapes that ``network``'s layers need."""
        timesteps = network.timesteps if self.mode == "unrolled" else 1
        shapes = [mask.shape for mask in self.kept]
        fitting = len(shapes) == len(network.layers) and all(
            shape[1] == timesteps and shape[2] in (1, len(layer.gates)) and shape[3] == layer.units
            for shape, layer in zip(shapes, network.layers, strict=True)
        )
        if not isinstance(network, EncoderDecoder):
            fitting = fitting and len(self) == network.outputs
        if not fitting:
            raise InputError(
                f"{len(self)} {self.mode} modules with masks of the shapes {shapes} do not fit a network of "
                f"{len(network.layers)} layers of {network.layers[0].units} units, {network.timesteps} timesteps and "
                f"{network.outputs} outputs; decompose the model again"
            )

    def select(self, indices: list[int]) -> Modules:
        """The modules at these positions, in this order."""
        return dataclasses.replace(
            self,
            class_names=tuple(self.class_names[index] for index in indices),
            kept=tuple(mask[indices] for mask in self.kept),
            thresholds=None if self.thresholds is None else self.thresholds[indices],
        )

    def masks(self, network: Network) -> list[LayerMask]:
        """The masks of every layer in the form that the forward pass applies (section IV-B2: which edges go)."""
        edges, last = self.parameters.removed_edges, len(self.kept) - 1
        result = []
        for index, (layer, kept) in enumerate(zip(network.layers, self.kept, strict=True)):
            columns = self._columns(kept, len(layer.gates)).astype(network.dtype)
            rows = kept.any(axis=2).astype(network.dtype)
            sends = "output_rows" if index == last else "next_kernel_rows"
            steps = []
            for timestep in range(kept.shape[1]):
                sent = timestep
                if index == last and self.parameters.unrolled_output_rows == "first_timestep" and network.many_output:
                    sent = 0
                column = columns[:, timestep, None]
                steps.append(
                    StepMask(
                        kernel_columns=column if "kernel_columns" in edges else None,
                        recurrent_columns=column if "recurrent_columns" in edges else None,
                        recurrent_rows=rows[:, timestep, None] if "recurrent_rows" in edges else None,
                        outputs=rows[:, sent, None] if sends in edges else None,
                    )
                )
            result.append(LayerMask(tuple(steps)))
        return result

    @staticmethod
    def _columns(kept: np.ndarray, gates: int) -> np.ndarray:
        """``(modules, timesteps, gates * units)`` from a layer's mask."""
        full = np.broadcast_to(kept, (*kept.shape[:2], gates, kept.shape[3]))
        return full.reshape(*kept.shape[:2], -1)

    def removed_share_per_layer(self) -> list[float]:
        """Share of nodes removed in effect, per layer, over modules, timesteps and gates."""
        return [float(1 - mask.mean()) for mask in self.kept]

    def kept_parameters(self, network: Network) -> dict[str, tuple[np.ndarray, int]]:
        """How many of the parent's weights each module keeps unchanged.

        Unrolled modules have a copy of every recurrent weight per timestep (Algorithm 3, ``initConcern``); the count is
        the mean over the copies.

        Returns:
            For ``kernel``, ``recurrent_kernel``, ``bias``, ``output`` and ``other`` (embeddings, encoder): the number
            kept, ``(modules,) float64``, and the parent's number.
        """
        edges = self.parameters.removed_edges
        counts = {name: np.zeros(len(self)) for name in ("kernel", "recurrent_kernel", "bias")}
        totals = dict.fromkeys(counts, 0)
        previous = None
        for layer, kept in zip(network.layers, self.kept, strict=True):
            columns = self._columns(kept, len(layer.gates)).sum(axis=2)
            rows = kept.any(axis=2)
            inputs, units = layer.kernel.shape[0], layer.units
            width = len(layer.gates) * units
            sending = inputs if previous is None or "next_kernel_rows" not in edges else previous.sum(axis=2)
            own = columns if "kernel_columns" in edges else np.full_like(columns, width)
            counts["kernel"] += (own * sending).mean(axis=1)
            receiving = columns if "recurrent_columns" in edges else width
            counts["recurrent_kernel"] += (
                (rows.sum(axis=2) if "recurrent_rows" in edges else units) * receiving * np.ones_like(columns)
            ).mean(axis=1)
            counts["bias"] += own.mean(axis=1)
            for name, total in (("kernel", inputs * width), ("recurrent_kernel", units * width), ("bias", width)):
                totals[name] += total
            previous = rows
        result = {name: (counts[name], totals[name]) for name in counts}
        result["output"] = self._kept_output(network, previous)
        other = sum(
            array.size
            for name in ("embedding", "source_embedding", "target_embedding")
            if (array := getattr(network, name, None)) is not None
        ) + sum(
            layer.kernel.size + layer.recurrent_kernel.size + layer.bias.size
            for layer in getattr(network, "encoder", ())
        )
        result["other"] = (np.full(len(self), float(other)), other)
        return result

    def _kept_output(self, network: Network, rows: np.ndarray) -> tuple[np.ndarray, int]:
        """Output weights left: the rows of kept nodes, and of a channelled head only the dominant class's column."""
        total = network.output_kernel.size
        sending = rows if network.many_output else rows[:, -1:]
        if network.many_output and self.parameters.unrolled_output_rows == "first_timestep":
            sending = rows[:, :1]
        kept_rows = sending.sum(axis=2).mean(axis=1)
        if "output_rows" not in self.parameters.removed_edges:
            kept_rows = np.full(len(self), float(network.layers[-1].units))
        if isinstance(network, EncoderDecoder):
            return kept_rows * network.outputs, total
        # With two classes the mean of "the others" is the other class's column itself.
        return kept_rows * (2 if network.outputs == 2 else 1), total

    def jaccard(self, network: Network) -> np.ndarray:
        """Jaccard index of parent and modules as published: input kernels and output weights, by value.

        With a share f of these weights unchanged it is f / (2 - f). Recurrent kernels, biases and embeddings do not
        count; for translation only the decoder's kernels do.

        Returns:
            ``(modules,) float64``.
        """
        kept = self.kept_parameters(network)
        parts = ("kernel",) if isinstance(network, EncoderDecoder) else ("kernel", "output")
        share = sum(kept[name][0] for name in parts) / sum(kept[name][1] for name in parts)
        return share / (2 - share)

    def kept_share(self, network: Network) -> np.ndarray:
        """Share of all the parent's weights that each module keeps unchanged, ``(modules,) float64``."""
        kept = self.kept_parameters(network).values()
        return sum(part for part, _ in kept) / sum(total for _, total in kept)

    def save(self, path: str | os.PathLike, manifest: str | os.PathLike) -> None:
        """Write the masks as ``.npz`` and all the rest as a JSON manifest that names the parent."""
        arrays = {f"kept.{index}": np.packbits(mask, axis=-1) for index, mask in enumerate(self.kept)}
        if self.thresholds is not None:
            arrays["thresholds"] = self.thresholds
        write_arrays(path, arrays)
        write_json(
            manifest,
            {
                "mode": self.mode,
                "parent_sha256": self.parent,
                "masks_sha256": sha256_of_arrays(arrays),
                "class_names": list(self.class_names),
                "units": [mask.shape[-1] for mask in self.kept],
                "counts": self.counts,
                "removed_share_per_layer": self.removed_share_per_layer(),
                "parameters": dataclasses.asdict(self.parameters),
            },
        )

    @classmethod
    def load(cls, path: str | os.PathLike, manifest: str | os.PathLike, network: Network | None = None) -> Modules:
        """Read modules; with ``network``, also check that it is their parent.

        Raises:
            InputError: a file is missing or damaged, the two do not belong together, or another parent.
        """
        described = read_json(
            manifest, ("mode", "parent_sha256", "masks_sha256", "class_names", "units", "counts", "parameters")
        )
        arrays = read_arrays(path)
        if sha256_of_arrays(arrays) != described["masks_sha256"]:
            raise InputError(f"{path}: its masks are not those that {manifest} describes; decompose the model again")
        try:
            settings = dict(described["parameters"])
            settings["removed_edges"] = tuple(settings["removed_edges"])
            parameters = DecompositionParameters(**settings)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{manifest}: parameters: not those of a decomposition ({error}); decompose the model again"
            ) from error
        reader = RecordReader(Path(manifest), described)
        names = reader.texts("class_names", least=1)
        units = [
            reader.whole(f"units.{index}", number, least=1)
            for index, number in enumerate(reader.listed("units", described["units"], least=1))
        ]
        modules = cls(
            mode=reader.choice("mode", MODES),
            class_names=tuple(names),
            kept=tuple(
                _unpacked(f"{path}, {manifest}", arrays, f"kept.{index}", len(names), number)
                for index, number in enumerate(units)
            ),
            parent=reader.text("parent_sha256"),
            parameters=parameters,
            counts={
                name: reader.counts(f"counts.{name}", counts)
                for name, counts in reader.mapping("counts", described["counts"]).items()
            },
            thresholds=_thresholds(f"{path}, {manifest}", arrays, len(names)),
        )
        if network is not None:
            try:
                modules.check_parent(network)
                modules.check_shapes(network)
            except InputError as error:
                raise InputError(f"{path}: {error}") from error
        return modules


def _unpacked(files: str, arrays: dict[str, np.ndarray], name: str, modules: int, units: int) -> np.ndarray:
    """A layer's mask, ``(modules, timesteps or 1, gates or 1, units) bool``, from the bits in the file."""
    packed, columns = arrays.get(name), -(-units // 8)
    shape = (None,) * 4 if packed is None or packed.ndim != 4 or packed.dtype != np.uint8 else packed.shape
    if (shape[0], shape[3]) != (modules, columns) or not packed.size:
        received = "none" if packed is None else f"{packed.dtype} {packed.shape}"
        raise InputError(
            f"{files}: {name}: expected uint8 ({modules}, timesteps, gates, {columns}), received {received}; "
            "decompose the model again"
        )
    return np.unpackbits(packed, axis=-1, count=units).astype(bool)


def _thresholds(files: str, arrays: dict[str, np.ndarray], modules: int) -> np.ndarray | None:
    """The calibrated thresholds in the file, ``(modules,)``."""
    found = arrays.get("thresholds")
    if found is not None and (found.dtype.kind != "f" or found.shape != (modules,) or not np.isfinite(found).all()):
        raise InputError(
            f"{files}: thresholds: expected {modules} finite numbers, received {found.dtype} {found.shape}; "
            "decompose the model again"
        )
    return found


def whole_modules(network: Network, class_names: tuple[str, ...], mode: Mode = "rolled") -> Modules:
    """Modules that lost nothing: the start of decomposition (``initConcern``) and the control for it."""
    timesteps = network.timesteps if mode == "unrolled" else 1
    return Modules(
        mode=mode,
        class_names=tuple(class_names),
        kept=tuple(np.ones((len(class_names), timesteps, 1, layer.units), bool) for layer in network.layers),
        parent=network.sha256,
        parameters=DecompositionParameters(removal_cap=0.0),
    )


def head_odds(logits: np.ndarray, head: str, thresholds: np.ndarray | None = None) -> np.ndarray:
    """Log-odds of the dominant output D against the non-dominant one ND (concern modularization, section IV-D).

    Args:
        logits: ``(modules, ..., classes)``, module m's dominant class being m.
        head: ``mean``: ND is the mean of the other logits, as averaging the other classes' edges makes it;
            ``log_sum_exp``: the parent's one-against-rest odds; ``calibrated``: ``mean`` less the module's threshold.
        thresholds: ``(modules,)``, for ``calibrated``.

    Returns:
        ``(modules, ...)``.
    """
    modules, classes = logits.shape[0], logits.shape[-1]
    index = np.arange(modules).reshape(-1, *[1] * (logits.ndim - 1))
    dominant = np.take_along_axis(logits, np.broadcast_to(index, (*logits.shape[:-1], 1)), axis=-1)[..., 0]
    if head == "log_sum_exp":
        others = np.where(np.arange(classes) == index, -np.inf, logits)
        return dominant - np.logaddexp.reduce(others, axis=-1)
    odds = dominant - (logits.sum(axis=-1) - dominant) / (classes - 1)
    if head == "calibrated":
        if thresholds is None:
            raise InputError("head calibrated: these modules have no thresholds; decompose the model again")
        odds = odds - thresholds.astype(odds.dtype).reshape(-1, *[1] * (odds.ndim - 1))
    return odds
