"""How large a model becomes, from its sizes alone, before anything is built of it."""

from __future__ import annotations

from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import TRANSLATION

MOST_PARAMETERS = 2**28
"""A gibibyte of weights; training holds it about four times. The paper's largest model has a tenth."""
_GATES = {"lstm": 4, "gru": 3}


def parameters_of(
    architecture: str, rnn: str, layers: int, units: int, embedding: int, tokens: int, vocabulary: int, outputs: int
) -> int:
    """Number of a model's parameters.

    Args:
        architecture: input/output type.
        rnn: RNN type.
        layers: stacked recurrent layers; this many in an encoder and as many in a decoder.
        units: hidden nodes of each.
        embedding: width of the word embedding.
        tokens: words of an input; 1:1 and 1:N models read them all at once.
        vocabulary: size of the input vocabulary.
        outputs: output nodes: classes, or the size of the target vocabulary.

    Example:
        >>> parameters_of("many_to_one", "lstm", layers=2, units=3, embedding=2, tokens=8, vocabulary=10, outputs=4)
        192
    """
    read = embedding * tokens if architecture.startswith("one_to_") else embedding
    stack = sum(_GATES.get(rnn, 1) * units * (width + units + 1) for width in (read, *[units] * (layers - 1)))
    words, stacks = (vocabulary + outputs, 2) if architecture == TRANSLATION else (vocabulary, 1)
    return words * embedding + stacks * stack + outputs * (units + 1)


def check_size(key: str, parameters: int) -> None:
    """Refuse a model that no machine of today trains in reasonable time.

    Raises:
        InputError: it has more than :data:`MOST_PARAMETERS` parameters.

    Example:
        >>> sizes = {"layers": 4, "embedding": 50, "tokens": 20, "vocabulary": 2000, "outputs": 6}
        >>> check_size("units", parameters_of("many_to_one", "lstm", units=100, **sizes))
        >>> check_size("units", parameters_of("many_to_one", "lstm", units=9999, **sizes))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: units: the model would have 2,...,... parameters or more; ...
    """
    if parameters > MOST_PARAMETERS:
        raise InputError(
            f"{key}: the model would have {parameters:,} parameters or more; use smaller ones, of at most "
            f"{MOST_PARAMETERS:,} together"
        )
