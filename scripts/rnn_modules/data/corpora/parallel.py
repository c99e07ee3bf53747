"""Line-aligned sentences from Tatoeba (CC BY 2.0 FR), in the authors' selections.

``tatoeba``: English to French, German, Italian. ``ukrainian`` and ``estonian`` are those of the paper's two motivating
scenarios, ``estonian_larger`` the second one's larger selection in Estonian and English alone. One file a language, one
sentence a line; every language is normalised alike by :func:`rnn_modules.data.text.sentence_words`, and a line that
leaves no word in one of the languages is dropped in all.
"""

from __future__ import annotations

import os

from rnn_modules.data.corpora import ParallelCorpus
from rnn_modules.data.corpora.files import read_text
from rnn_modules.data.text import sentence_words
from rnn_modules.files.atomic_files import InputError

# File of each language, source language first; languages are named by ISO 639-1 ("uk" is Ukrainian).
FILES = {
    "tatoeba": {language: f"{language}_train.txt" for language in ("en", "fr", "de", "it")},
    "ukrainian": {
        "en": "en_ua_train_original.txt",
        "fr": "fr_ua_train_original.txt",
        "de": "de_ua_train_original.txt",
        "it": "it_ua_train_original.txt",
        "uk": "ua_ua_train_original.txt",
    },
    "estonian": {language: f"{language}_et_train.txt" for language in ("et", "en", "de", "it")},
    "estonian_larger": {language: f"{language}_et_train_s2.txt" for language in ("et", "en")},
}

LONGEST_LINE = 10_000
"""Characters of a line; no line of the corpora has 2,000, and every array of texts is as wide as its longest."""


def read(corpus: str, folder: str | os.PathLike) -> ParallelCorpus:
    r"""Read one of the parallel corpora.

    Args:
        corpus: one of :data:`FILES`.
        folder: folder of the files.

    Raises:
        InputError: a file is missing, damaged, or has not as many lines as the others.

    Example:
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name, text in (("et_et_train_s2.txt", "Ma näen.\n...\n"), ("en_et_train_s2.txt", "I see.\nYes\n")):
        ...         _ = pathlib.Path(folder, name).write_bytes(text.encode())
        ...     corpus = read("estonian_larger", folder)
        >>> corpus.sentences, corpus.dropped
        ({'et': [['ma', 'näen']], 'en': [['i', 'see']]}, {'no word': 1})
    """
    sentences: dict[str, list[list[str]]] = {}
    lines = None
    for language, name in FILES[corpus].items():
        path, text = read_text(folder, name)
        # Only "\n" ends a line: str.splitlines would also split at rarer marks and lose the alignment.
        parts = text.removesuffix("\n").split("\n")
        if lines is not None and len(parts) != lines:
            raise InputError(f"{path}: {len(parts)} lines where the other languages have {lines}; replace the file")
        lines = len(parts)
        longest = max(range(lines), key=lambda number: len(parts[number]))
        if len(parts[longest]) > LONGEST_LINE:
            raise InputError(
                f"{path}: line {longest + 1} has {len(parts[longest])} characters, more than {LONGEST_LINE}; "
                "replace the file"
            )
        sentences[language] = [sentence_words(part) for part in parts]
    whole = [number for number in range(lines or 0) if all(column[number] for column in sentences.values())]
    kept = {language: [column[number] for number in whole] for language, column in sentences.items()}
    return ParallelCorpus(corpus, next(iter(kept)), kept, {"no word": (lines or 0) - len(whole)})
