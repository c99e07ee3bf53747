"""From a trained model and its dataset to modules: decompose on training examples, then calibrate their heads."""

from __future__ import annotations

from collections.abc import Sequence

from rnn_modules.data.dataset import Dataset
from rnn_modules.decomposition.algorithm import decompose
from rnn_modules.decomposition.composition import calibrate
from rnn_modules.decomposition.masks import Modules
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.experiments.trained_model import check_fits
from rnn_modules.network import Classifier, Network


def cut_modules(
    network: Network, dataset: Dataset, parameters: DecompositionParameters, modes: Sequence[str], threads: int = 1
) -> dict[str, Modules]:
    """Modules of a model by mode, cut with the training split of its dataset.

    Args:
        network: the trained model.
        dataset: the dataset it was trained on.
        parameters: every choice that the paper leaves open.
        modes: ``rolled`` and/or ``unrolled``.
        threads: classes are shared out among so many.

    Raises:
        InputError: the model does not belong to the dataset, or a class has no example.
    """
    check_fits(network, dataset)
    inputs, labels = dataset.model_inputs("train"), dataset.labels("train")
    found = decompose(network, inputs, labels, dataset.class_names, parameters, modes, threads=threads)
    if not isinstance(network, Classifier):
        return found
    return {mode: calibrate(network, part, inputs, labels, parameters.seed) for mode, part in found.items()}
