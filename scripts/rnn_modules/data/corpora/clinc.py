"""CLINC150: short requests of ten domains (Larson et al. 2019; CC BY 3.0).

Read in the tokenised form that TensorFlow Datasets hands out (``clinc_oos.zip``), in-scope requests only; the class
is the domain, with the names and in the order of the corpus's ``domains.json``. Lower case, digits and punctuation
deleted; a request that was nothing but digits is dropped.
"""

from __future__ import annotations

import os

from rnn_modules.data.corpora import ClassificationCorpus, Split
from rnn_modules.data.corpora.files import read_members, require, table
from rnn_modules.data.text import letter_words
from rnn_modules.files.atomic_files import InputError

DOMAINS = (
    "banking",
    "credit_cards",
    "kitchen_and_dining",
    "home",
    "auto_and_commute",
    "travel",
    "utility",
    "work",
    "small_talk",
    "meta",
)
_NUMBERS = {str(number): number for number in range(len(DOMAINS))}
_SPLITS = {"train": "train.csv", "validation": "val.csv", "test": "test.csv"}


def read(folder: str | os.PathLike, form: str = "published") -> ClassificationCorpus:
    r"""Read the corpus.

    Args:
        folder: folder of the files.
        form: ``published``, the only form.

    Raises:
        InputError: the archive is missing, damaged, or has an unknown domain.

    Example:
        >>> import tempfile, zipfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with zipfile.ZipFile(f"{folder}/clinc_oos.zip", "w") as archive:
        ...         for name in ("train.csv", "val.csv", "test.csv"):
        ...             archive.writestr(name, "text,domain\nIs it 5 o'clock?,6\n12,6\n")
        ...     corpus = read(folder)
        >>> corpus.splits["test"], corpus.dropped
        (Split(words=[['is', 'it', 'oclock']], labels=[6], natural=None), {'no word': 3})
    """
    archive = require(folder, "clinc_oos.zip")
    texts = read_members(archive, tuple(_SPLITS.values()))
    splits, dropped = {}, 0
    for split, name in _SPLITS.items():
        place, words, labels = f"{archive}: {name}", [], []
        for text, domain in table(texts[name], ("text", "domain"), place):
            if domain not in _NUMBERS:
                raise InputError(f"{place}: domain {domain!r:.80} is not a number of 0..9; replace the file")
            if normalised := letter_words(text):
                words.append(normalised)
                labels.append(_NUMBERS[domain])
            else:
                dropped += 1
        splits[split] = Split(words, labels)
    return ClassificationCorpus("clinc", DOMAINS, splits, {"no word": dropped})
