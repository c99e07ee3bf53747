"""Running a module on one example, the joint decision by voting, and the Jaccard index."""

from __future__ import annotations

from collections import Counter

import numpy as np

from oracle.concern import Concern, init_concern
from oracle.network import Model, State, replay


def run_module(
    module: Concern,
    x: np.ndarray,
    mask: np.ndarray | None = None,
    initial_state: np.ndarray | State | None = None,
) -> np.ndarray:
    """Logits of a module for one example, computed with its own weights, zeros and all.

    Args:
        module: what `decompose_one` or `decompose_many` returns.
        x: embedded example, `(timesteps, features)` float.
        mask: `(timesteps,)` bool or None.
        initial_state: state of the first layer, h `(units,)` or (h, c), or None.

    Returns:
        D and ND, `(2,)`, or `(timesteps, 2)` for many-output models; all outputs when not channelled. float64.
    """
    steps = replay(module.model.layers, module.weights, x, mask, initial_state)[-1]
    logits = []
    for ts, step in enumerate(steps):
        kernel, bias = module.output(ts)
        logits.append(step.hidden.dot(kernel) + bias)  # Algorithm 3 line 20
    return np.array(logits) if module.model.layers[-1].return_sequences else logits[-1]


def run_model(
    model: Model,
    x: np.ndarray,
    mask: np.ndarray | None = None,
    initial_state: np.ndarray | State | None = None,
) -> np.ndarray:
    """Logits of the trained model for one example, `(outputs,)` or `(timesteps, outputs)` float64."""
    return run_module(init_concern(model, len(x), rolled=True), x, mask, initial_state)


def vote(modules: list[Concern], x: np.ndarray, mask: np.ndarray | None = None) -> int | list[int]:
    """Joint decision: arg max over the modules of the positive output of the softmax over D and ND.

    The softmax of two logits grows with D - ND, which is compared in its place since it does not round to 1.

    Returns:
        Class id, or a list of one per timestep for many-output models; the first module wins a tie.
    """
    margins = []
    for module in modules:
        logits = run_module(module, x, mask)
        margins.append(logits[..., 0] - logits[..., 1])
    decision = np.argmax(np.array(margins), axis=0)
    return int(decision) if decision.ndim == 0 else [int(label) for label in decision]


def jaccard(model: Model, module: Concern, include_output: bool = True) -> float:
    """Jaccard index of model and module on the multisets of their input-kernel and dense weights by value.

    n_common / (2 N - n_common), N being the number of the model's weights (facts): recurrent kernels and biases are
    left out. Removed weights are 0 in the module and match only weights of the model that are 0 as well.

    Args:
        model: the trained model.
        module: a module of it; for unrolled ones the indices of the timesteps' copies are averaged.
        include_output: whether the dense layer counts; without it the recurrent layers alone are compared.
    """
    parent = [np.asarray(layer.kernel, dtype=np.float64) for layer in model.layers]
    if include_output:
        parent.append(np.asarray(model.output_kernel, dtype=np.float64))
    of_parent = Counter(value for array in parent for value in array.reshape(-1).tolist())
    total = sum(of_parent.values())
    indices = []
    for ts in range(len(module.kernel[0])):
        child = [module.kernel[layer][ts] for layer in range(len(model.layers))]
        if include_output:
            child.append(module.output(ts)[0])
        of_child = Counter(value for array in child for value in array.reshape(-1).tolist())
        common = sum((of_parent & of_child).values())
        indices.append(common / (2 * total - common))
    return sum(indices) / len(indices)
