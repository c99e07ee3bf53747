"""The classes of each corpus with labels, as its reader names them."""

from __future__ import annotations

from rnn_modules.data.corpora import brown, clinc, math_qa, toxicity

_NAMES = {
    "math_qa": math_qa.CATEGORIES,
    "toxicity": toxicity.CLASS_NAMES,
    "clinc": clinc.DOMAINS,
    "brown": brown.CLASS_NAMES,
}


def classes_of(corpus: str) -> tuple[str, ...]:
    """Names of the classes of a corpus of :data:`CLASSIFICATION_CORPORA`, without padding; nothing is read for it.

    Example:
        >>> [len(classes_of(corpus)) for corpus in ("math_qa", "toxicity", "clinc", "brown")]
        [6, 7, 10, 12]
    """
    return tuple(name for name in _NAMES[corpus] if name != "padding")
