"""Small modules in files: their own weights as ``.npz``, and a JSON manifest that says what they are of.

Embeddings, and an encoder-decoder's encoder, are the parent's and are taken from it when the files are read.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnn_modules.decomposition.masks import check_parent
from rnn_modules.decomposition.module_files import positions, read_described, read_modules
from rnn_modules.decomposition.refitting import RefittedHead
from rnn_modules.decomposition.small_modules import AnyModules, SmallModules
from rnn_modules.files.atomic_files import InputError, sha256_of_arrays, write_arrays, write_json
from rnn_modules.names import COMPACT
from rnn_modules.network import ArrayNetwork, Network, RecurrentLayer, translates
from rnn_modules.network.arrays import LAYER_ARRAYS
from rnn_modules.network.cells import Estimate
from rnn_modules.network.graph_network import GraphNetwork
from rnn_modules.network.graph_nodes import estimates_of

_OUTPUT = ("output_kernel", "output_bias")
_ESTIMATE = ("weights", "constants")
_HEAD = ("weights", "trust", "biases", "rates")


def arrays_of(modules: SmallModules, prefix: str = "") -> dict[str, np.ndarray]:
    """All arrays of some modules by name.

    Example:
        >>> from support.networks import random_classifier, random_small_modules
        >>> sorted(arrays_of(random_small_modules(random_classifier(cell="vanilla", layers=1)).select([0])))[:3]
        ['0.0.bias', '0.0.kernel', '0.0.nodes']
    """
    arrays: dict[str, np.ndarray] = {}
    for index, (network, nodes) in enumerate(zip(modules.networks, modules.nodes, strict=True)):
        place = f"{prefix}{index}"
        estimates: list[Estimate | None] = [None] * len(nodes)
        if isinstance(network, GraphNetwork):
            estimates = estimates_of(network.graph)
        else:
            arrays |= {f"{place}.{name}": getattr(network, name) for name in _OUTPUT}
        for number, (layer, kept, made) in enumerate(zip(network.layers, nodes, estimates, strict=True)):
            arrays[f"{place}.{number}.nodes"] = kept.astype(np.int32)
            present = [name for name in LAYER_ARRAYS if getattr(layer, name) is not None]
            arrays |= {f"{place}.{number}.{name}": getattr(layer, name) for name in present}
            if made is not None:
                arrays |= {f"{place}.{number}.all.{name}": getattr(made, name) for name in _ESTIMATE}
    if modules.thresholds is not None:
        arrays[f"{prefix}thresholds"] = modules.thresholds
    if modules.refitted is not None:
        arrays |= {f"{prefix}refitted.{name}": getattr(modules.refitted, name) for name in _HEAD}
    return arrays


def modules_in(
    files: str, found: dict[str, np.ndarray], parent: Network, networks: int, common: dict[str, Any], prefix: str = ""
) -> SmallModules:
    """The modules of a network whose arrays these are.

    Args:
        files: for messages.
        found: of :func:`arrays_of`.
        parent: the network.
        networks: how many there are.
        common: all other parts of the modules.
        prefix: as it was.

    Raises:
        InputError: an array is missing, or another than the parent's modules can have.

    Example:
        >>> from support.networks import random_classifier, random_small_modules
        >>> network = random_classifier(cell="vanilla", layers=1)
        >>> one = random_small_modules(network).select([0])
        >>> common = {name: getattr(one, name) for name in ("class_names", "parent", "parameters", "positions")}
        >>> modules_in("here", arrays_of(one), network, 1, common).networks[0].sha256 == one.networks[0].sha256
        True
    """
    arrays = _Arrays(files, {name.removeprefix(prefix): found[name] for name in found if name.startswith(prefix)})
    nodes = tuple(_nodes(arrays, index, parent) for index in range(networks))
    made = tuple(_network(arrays, index, parent, kept) for index, kept in enumerate(nodes))
    shape = len(common["class_names"]), max(network.features for network in made), parent.decision_steps
    refitted = _head(arrays, *shape) if "refitted.weights" in arrays.found else None
    return SmallModules(networks=made, nodes=nodes, refitted=refitted, **common)


def write_small_modules(modules: SmallModules, path: str | os.PathLike, manifest: str | os.PathLike) -> None:
    """Write the modules' weights as ``.npz`` and all the rest as a JSON manifest that names the parent.

    Example:
        >>> import tempfile
        >>> from rnn_modules.files.atomic_files import read_json
        >>> from support.networks import random_classifier, random_small_modules
        >>> modules = random_small_modules(random_classifier(cell="vanilla", layers=1))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_small_modules(modules, f"{folder}/compact.npz", f"{folder}/compact.json")
        ...     manifest = read_json(f"{folder}/compact.json", ("class_names", "networks", "weights_sha256"))
        >>> manifest["class_names"], manifest["networks"]
        (['class 0', 'class 1', 'class 2'], 3)
    """
    arrays = arrays_of(modules)
    write_arrays(path, arrays)
    write_json(
        manifest,
        {
            "mode": modules.mode,
            "parent_sha256": modules.parent,
            "weights_sha256": sha256_of_arrays(arrays),
            "class_names": list(modules.class_names),
            "positions": list(modules.positions),
            "networks": len(modules.networks),
            "counts": modules.counts,
            "parameters": dataclasses.asdict(modules.parameters),
        },
    )


def read_small_modules(path: str | os.PathLike, manifest: str | os.PathLike, parent: ArrayNetwork) -> SmallModules:
    """Read the modules of a network.

    Raises:
        InputError: a file is missing or damaged, the two do not belong together, or another parent.

    Example:
        >>> import tempfile
        >>> from support.networks import random_classifier, random_small_modules
        >>> network = random_classifier(cell="vanilla", layers=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     files = f"{folder}/compact.npz", f"{folder}/compact.json"
        ...     write_small_modules(random_small_modules(network), *files)
        ...     read_small_modules(*files, network).class_names
        ('class 0', 'class 1', 'class 2')
    """
    found = read_described(path, manifest, ("positions", "networks", "weights_sha256"), "weights")
    modules = len(found.common["class_names"])
    outputs = positions(found.reader, modules)
    number = found.reader.whole("networks", found.reader.value["networks"], least=1)
    if number not in (1, modules):
        found.reader.fail("networks", f"1 or {modules}", number)
    if not translates(parent) and max(outputs) >= parent.outputs:
        found.reader.fail("positions", f"numbers below {parent.outputs}", list(outputs))
    common = found.common | {"positions": outputs}
    made = modules_in(f"{path}, {manifest}", found.arrays, parent, number, common)
    try:
        check_parent(made.parent, parent)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    if made.parameters.head not in made.heads:
        found.reader.fail("parameters.head", f"one of {', '.join(made.heads)}", made.parameters.head)
    return made


def read_modules_of(network: ArrayNetwork, path: str | os.PathLike) -> AnyModules:
    """Modules of a network from the file of their kind (:data:`rnn_modules.names.MODULES`) and the manifest beside it.

    Raises:
        InputError: as :func:`read_small_modules`, and :func:`~rnn_modules.decomposition.module_files.read_modules`.

    Example:
        >>> import tempfile
        >>> from support.networks import random_classifier, random_small_modules
        >>> network = random_classifier(cell="vanilla", layers=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_small_modules(random_small_modules(network), f"{folder}/compact.npz", f"{folder}/compact.json")
        ...     type(read_modules_of(network, f"{folder}/compact.npz")).__name__
        'SmallModules'
    """
    path = Path(path)
    if path.stem == COMPACT:
        return read_small_modules(path, path.with_suffix(".json"), network)
    return read_modules(path, path.with_suffix(".json"), network)


@dataclasses.dataclass(frozen=True)
class _Arrays:
    """Arrays of a file, each checked when it is taken."""

    files: str
    found: dict[str, np.ndarray]

    def of(self, name: str, shape: Sequence[int], dtype: np.dtype | type) -> np.ndarray:
        array = self.found.get(name)
        if array is None or array.dtype != dtype or array.shape != tuple(shape) or not np.isfinite(array).all():
            self.fail(name, f"finite {np.dtype(dtype)} {tuple(shape)}")
        assert array is not None
        return array

    def fail(self, name: str, expected: str) -> None:
        array = self.found.get(name)
        received = "none" if array is None else f"{array.dtype} {array.shape}"
        raise InputError(f"{self.files}: {name}: expected {expected}, received {received}; decompose the model again")


def _nodes(arrays: _Arrays, index: int, parent: Network) -> list[np.ndarray]:
    """For each layer the positions of the nodes that a module keeps."""
    kept = []
    for number, layer in enumerate(parent.layers):
        name = f"{index}.{number}.nodes"
        nodes = arrays.found.get(name)
        if (
            nodes is None
            or (nodes.dtype, nodes.ndim) != (np.int32, 1)
            or not len(nodes)
            or nodes[0] < 0
            or nodes[-1] >= layer.units
            or (np.diff(nodes) <= 0).any()
        ):
            arrays.fail(name, f"ascending int32 positions of some of {layer.units} nodes")
        assert nodes is not None
        kept.append(nodes)
    return kept


def _network(arrays: _Arrays, index: int, parent: Network, nodes: list[np.ndarray]) -> Network:
    """A module's network, with all else of the parent's."""
    layers = []
    for number, (layer, kept, feed) in enumerate(zip(parent.layers, nodes, parent.node_feeds, strict=True)):
        below = layer.kernel.shape[0] if feed is None else sum(len(nodes[sender]) for sender in feed)
        layers.append(_layer(arrays, f"{index}.{number}", layer, below, len(kept)))
    if not isinstance(parent, ArrayNetwork):
        sent = [
            _estimate(arrays, f"{index}.{number}.all", len(kept), layer.units, number in parent.restored)
            for number, (layer, kept) in enumerate(zip(parent.layers, nodes, strict=True))
        ]
        return parent.smaller(layers, nodes, sent)
    output = {
        "output_kernel": arrays.of(f"{index}.output_kernel", (len(nodes[-1]), parent.outputs), parent.dtype),
        "output_bias": arrays.of(f"{index}.output_bias", (parent.outputs,), parent.dtype),
    }
    entering = {"entering": nodes[0]} if translates(parent) else {}
    return dataclasses.replace(parent, layers=tuple(layers), **output, **entering)


def _estimate(arrays: _Arrays, place: str, kept: int, units: int, restored: bool) -> Estimate:
    """What makes all nodes of the kept ones; of nodes that nothing is made of, of no account."""
    if not restored or kept == units:
        return Estimate(np.eye(kept, units), np.zeros(units))
    return Estimate(
        arrays.of(f"{place}.weights", (kept, units), np.float64), arrays.of(f"{place}.constants", (units,), np.float64)
    )


def _layer(arrays: _Arrays, place: str, layer: RecurrentLayer, inputs: int, units: int) -> RecurrentLayer:
    columns, dtype = len(layer.gates) * units, layer.kernel.dtype
    recurrent_bias = None
    if layer.reset_after and f"{place}.recurrent_bias" in arrays.found:
        recurrent_bias = arrays.of(f"{place}.recurrent_bias", (columns,), dtype)
    return dataclasses.replace(
        layer,
        kernel=arrays.of(f"{place}.kernel", (inputs, columns), dtype),
        recurrent_kernel=arrays.of(f"{place}.recurrent_kernel", (units, columns), dtype),
        bias=arrays.of(f"{place}.bias", (columns,), dtype),
        recurrent_bias=recurrent_bias,
    )


def _head(arrays: _Arrays, modules: int, units: int, timesteps: int) -> RefittedHead:
    return RefittedHead(
        weights=arrays.of("refitted.weights", (modules, units), np.float64),
        trust=arrays.of("refitted.trust", (modules,), np.float64),
        biases=arrays.of("refitted.biases", (modules, timesteps), np.float64),
        rates=arrays.of("refitted.rates", (modules,), np.float64),
    )
