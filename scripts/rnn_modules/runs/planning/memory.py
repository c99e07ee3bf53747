"""What jobs hold in memory beside their program, from sizes alone, in MiB. Needs no Keras."""

from __future__ import annotations

from collections.abc import Iterable

from rnn_modules.decomposition.parameters import preset
from rnn_modules.runs.planning.workload import GATES, ModelSizes

# Ids, weights and probabilities are int32 and float32.
_MIB_PER_NUMBER = 4 / 2**20
# Found by measuring: what a traced layer takes; how often a training has its parameters (weights, gradients, moments of
# Adam, the saved arrays) and a batch's activations; and a batch's probabilities in training, in evaluation, and when
# those of Keras and of the arrays are compared on a few examples.
_MIB_PER_LAYER = 20
_COPIES = {"parameters": 6, "activations": 5, "trained": 3.5, "evaluated": 3, "compared": 4}
_COMPARED = 64
# A layer's activations at all timesteps, and those that it reads where it is not the first.
_SEQUENCES = {"alone": 1, "more": 2}
# Found by measuring: how often a decomposition has all gates of one timestep.
_OF_A_STEP = 6
# Every module answers under so many readings of its output.
_HEADS = 3
# A sentence and its translation, as they are stored at the length of the longest one, and decoded.
_MIB_PER_SENTENCE = 8 / 1024


def training_mib(model: ModelSizes, batch_size: int) -> float:
    """Held by fitting a model."""
    steps = sum(timesteps for timesteps, _ in model.recurrences())
    layers = model.layers * len(model.recurrences())
    probabilities = model.output_steps() * model.dataset.outputs
    # As rnn_modules.training.fit.evaluation_batch has it, which brings Keras.
    evaluated = min(1024, max(1, 2**25 // probabilities))
    numbers = (
        _COPIES["parameters"] * model.parameters()
        + _COPIES["activations"] * batch_size * steps * model.layers * model.units * GATES[model.rnn]
        + max(_COPIES["trained"] * batch_size, _COPIES["evaluated"] * evaluated) * probabilities
        + _COPIES["compared"] * _COMPARED * probabilities
    )
    return layers * _MIB_PER_LAYER + numbers * _MIB_PER_NUMBER + data_mib(model)


def data_mib(model: ModelSizes) -> float:
    """Held by the dataset of a model."""
    data = model.dataset
    examples = data.train + 2 * data.test
    texts = data.test * _MIB_PER_SENTENCE if data.is_translation else 0.0
    return examples * (data.input_tokens + data.output_timesteps) * _MIB_PER_NUMBER + texts


def decomposition_mib(model: ModelSizes, gates: bool = False) -> float:
    """Held by cutting a model: what a layer reads and answers for the sampled examples, and the step it is at.

    Args:
        model: the model.
        gates: whether gates are observed too.
    """
    data = model.dataset
    timesteps, _ = model.recurrences()[-1]
    sample = preset("paper", model.architecture, model.rnn).positive_sample
    if data.output_timesteps == 1 or data.is_translation:
        positions = 1
    else:
        # Each class is sampled at each timestep; in short label sequences it occurs at few of them.
        positions = data.output_timesteps if data.output_timesteps == data.input_tokens else 2
    rows = min(data.train, data.classes * sample * positions)
    sequences = _SEQUENCES["alone" if model.layers == 1 else "more"]
    numbers = timesteps * (sequences + gates * GATES[model.rnn]) + _OF_A_STEP * GATES[model.rnn]
    return rows * model.units * numbers * _MIB_PER_NUMBER + analysis_mib([model])


def analysis_mib(models: Iterable[ModelSizes]) -> float:
    """Held by evaluating the modules of some models: datasets, networks and their projected words, all answers."""
    models = list(models)
    data = {model.dataset: data_mib(model) for model in models}
    numbers = sum(model.parameters() + model.projected_words() for model in models)
    numbers += max((_HEADS * _answers(model) for model in models if not model.dataset.is_translation), default=0)
    return sum(data.values()) + numbers * _MIB_PER_NUMBER


def _answers(model: ModelSizes) -> int:
    return model.dataset.classes * model.dataset.test * model.dataset.output_timesteps
