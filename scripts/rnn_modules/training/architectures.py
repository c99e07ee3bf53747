"""Keras 3 builders of the five input/output architectures (paper section V-A2; sizes in ``config/config.yaml``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import keras

from rnn_modules.files.settings import check_settings, setting
from rnn_modules.names import TRANSLATION, Architecture, RnnType
from rnn_modules.training.model_size import check_size, parameters_of


@dataclass(frozen=True)
class ArchitectureSettings:
    """What a model is built from, beside its data.

    The paper fixes architecture, RNN type and number of layers; the sizes are those of the published package.

    Example:
        >>> settings = ArchitectureSettings("many_to_one", "gru", units=8)
        >>> settings.layers, settings.embedding
        (1, 50)
        >>> ArchitectureSettings("many_to_one", "gru", layers=0)
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: layers: received 0; use a whole number from 1 to 100
    """

    architecture: Architecture = setting("many_to_one", "input/output type")
    rnn: RnnType = setting("lstm", "cell; vanilla is SimpleRNN with tanh, relu with ReLU")
    layers: int = setting(1, "number of stacked recurrent layers", least=1, most=100)
    units: int = setting(100, "hidden nodes of each recurrent layer", least=1, most=20_000)
    embedding: int = setting(50, "width of the word embedding", least=1, most=20_000)
    dropout: float = setting(0.0, "share of the last hidden state dropped in training", least=0, most=0.99)
    recurrent_activation: Literal["sigmoid", "hard_sigmoid"] = setting(
        "sigmoid", "activation of the gates; the published models were trained with hard_sigmoid"
    )

    def __post_init__(self) -> None:
        """Check types, names and ranges; raises :class:`InputError`."""
        check_settings(self)


@dataclass(frozen=True)
class DataSizes:
    """Sizes that a model takes from its dataset.

    Attributes:
        input_tokens: words of an input.
        timesteps: output timesteps (decoder steps for translation, 1 for x:1).
        vocabulary: size of the input vocabulary.
        outputs: output nodes: classes, or the size of the target vocabulary.

    Example:
        >>> DataSizes(input_tokens=20, timesteps=1, vocabulary=2000, outputs=6)
        DataSizes(input_tokens=20, timesteps=1, vocabulary=2000, outputs=6)
    """

    input_tokens: int
    timesteps: int
    vocabulary: int
    outputs: int


def build(settings: ArchitectureSettings, sizes: DataSizes) -> keras.Model:
    """Build an untrained, uncompiled model.

    Args:
        settings: architecture, cell, depth and widths.
        sizes: what the dataset fixes.

    Returns:
        A functional model; inputs are ``(examples, input_tokens) int32`` (for translation also the decoder's
        ``(examples, timesteps) int32``), outputs probabilities ``(examples, outputs)`` or
        ``(examples, timesteps, outputs)``.

    Raises:
        InputError: it would have more parameters than can be trained.

    Example:
        >>> model = build(ArchitectureSettings("one_to_many", "gru", units=4, embedding=3), DataSizes(6, 5, 30, 8))
        >>> [layer.name for layer in model.layers]
        ['tokens', 'embedding', 'flatten', 'repeat', 'recurrent_1', 'outputs']
        >>> model.output_shape, model.count_params()
        ((None, 5, 8), 406)
    """
    sizes_of_layers = settings.rnn, settings.layers, settings.units, settings.embedding
    sizes_of_data = sizes.input_tokens, sizes.vocabulary, sizes.outputs
    check_size("units, embedding, layers", parameters_of(settings.architecture, *sizes_of_layers, *sizes_of_data))
    if settings.architecture == TRANSLATION:
        return _encoder_decoder(settings, sizes)
    return _classifier(settings, sizes)


def _recurrent_layer(settings: ArchitectureSettings, name: str, **options) -> keras.layers.Layer:
    if settings.rnn == "lstm":
        return keras.layers.LSTM(
            settings.units, recurrent_activation=settings.recurrent_activation, name=name, **options
        )
    if settings.rnn == "gru":
        # One bias and the reset gate before the product, as in the published models.
        return keras.layers.GRU(
            settings.units,
            recurrent_activation=settings.recurrent_activation,
            reset_after=False,
            name=name,
            **options,
        )
    activation = {"vanilla": "tanh", "relu": "relu"}[settings.rnn]
    return keras.layers.SimpleRNN(settings.units, activation=activation, name=name, **options)


def _classifier(settings: ArchitectureSettings, sizes: DataSizes) -> keras.Model:
    one_input = settings.architecture.startswith("one_to_")
    many_output = settings.architecture.endswith("_to_many")
    inputs = keras.Input((sizes.input_tokens,), dtype="int32", name="tokens")
    hidden = keras.layers.Embedding(sizes.vocabulary, settings.embedding, name="embedding")(inputs)
    if one_input:
        hidden = keras.layers.Flatten(name="flatten")(hidden)
        hidden = keras.layers.RepeatVector(sizes.timesteps, name="repeat")(hidden)
    for index in range(settings.layers):
        sequences = many_output or index < settings.layers - 1
        hidden = _recurrent_layer(settings, f"recurrent_{index + 1}", return_sequences=sequences)(hidden)
    if settings.dropout:
        hidden = keras.layers.Dropout(settings.dropout, name="dropout")(hidden)
    output = keras.layers.Dense(sizes.outputs, activation="softmax", name="output")
    if many_output:
        output = keras.layers.TimeDistributed(output, name="outputs")
    return keras.Model(inputs, output(hidden), name=settings.architecture)


def _encoder_decoder(settings: ArchitectureSettings, sizes: DataSizes) -> keras.Model:
    source = keras.Input((sizes.input_tokens,), dtype="int32", name="source")
    hidden = keras.layers.Embedding(sizes.vocabulary, settings.embedding, mask_zero=True, name="source_embedding")(
        source
    )
    for index in range(settings.layers):
        last = index == settings.layers - 1
        hidden = _recurrent_layer(settings, f"encoder_{index + 1}", return_sequences=not last, return_state=last)(
            hidden
        )
    state = hidden[1:]
    target = keras.Input((sizes.timesteps,), dtype="int32", name="target")
    hidden = keras.layers.Embedding(sizes.outputs, settings.embedding, mask_zero=True, name="target_embedding")(target)
    for index in range(settings.layers):
        layer = _recurrent_layer(settings, f"decoder_{index + 1}", return_sequences=True)
        hidden = layer(hidden, initial_state=state) if index == 0 else layer(hidden)
    if settings.dropout:
        hidden = keras.layers.Dropout(settings.dropout, name="dropout")(hidden)
    outputs = keras.layers.Dense(sizes.outputs, activation="softmax", name="output")(hidden)
    return keras.Model([source, target], outputs, name=settings.architecture)
