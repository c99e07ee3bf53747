"""Which nodes of the parent each module lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnn_modules.decomposition.masks import ModuleMasks

if TYPE_CHECKING:
    pass


def removed_nodes(mask: np.ndarray) -> np.ndarray:
    """Share of a node's gates that each module lost, over its timesteps too.

    Args:
        mask: ``(modules, timesteps or 1, gates or 1, units) bool``, True where kept.

    Returns:
        ``(modules, units) float64``.

    Example:
        >>> removed_nodes(np.array([[[[True, False, True]]], [[[True, True, True]]]]))
        array([[0., 1., 0.],
               [0., 0., 0.]])
    """
    return 1.0 - mask.mean(axis=(1, 2))


def node_order(removed: np.ndarray) -> np.ndarray:
    """Nodes by how many modules lost them, most first; equals by the module that lost them, then by number.

    Args:
        removed: ``(modules, units)`` shares.

    Returns:
        ``(units,) int``.

    Example:
        >>> node_order(np.array([[0.0, 1.0, 0.5], [0.0, 1.0, 0.0]]))
        array([1, 2, 0])
    """
    first = np.where(removed.any(axis=0), (removed > 0).argmax(axis=0), len(removed))
    return np.lexsort((np.arange(removed.shape[1]), first, -removed.sum(axis=0)))


def most_changed_class(modules: ModuleMasks) -> int:
    """The module that lost most nodes, over all layers and timesteps.

    Example:
        >>> from rnn_modules.decomposition.masks import ModuleMasks
        >>> from rnn_modules.decomposition.parameters import DecompositionParameters
        >>> kept = (np.array([True, True, False, True]).reshape(2, 1, 1, 2),)
        >>> most_changed_class(ModuleMasks("rolled", ("alarm", "banking"), kept, "0" * 64, DecompositionParameters()))
        1
    """
    return int(np.argmax(sum(removed_nodes(mask).sum(axis=1) for mask in modules.kept)))
