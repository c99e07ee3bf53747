"""The eight corpora as plain word lists with labels; one reader per corpus, one generator for synthetic text."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from rnn_modules.files.atomic_files import InputError

CLASSIFICATION_CORPORA = ("math_qa", "toxicity", "clinc", "brown")
PARALLEL_CORPORA = ("tatoeba", "ukrainian", "estonian", "estonian_larger")
CORPORA = CLASSIFICATION_CORPORA + PARALLEL_CORPORA


@dataclass(frozen=True)
class Split:
    """One split of a classification corpus.

    Args:
        words: normalised words of each example; never an empty list.
        labels: class id of each example, or, for corpora with several outputs, its sequence of class ids
            (not padded; brown's is as long as the words).
        natural: whether each example belongs to a part of the corpus with its natural label rates; ``None`` when
            all do, or when it is not known.
    """

    words: list[list[str]]
    labels: list[int] | list[list[int]]
    natural: list[bool] | None = None


@dataclass(frozen=True)
class ClassificationCorpus:
    """A corpus of texts with a class, or a sequence of classes, each.

    Args:
        name: one of :data:`CLASSIFICATION_CORPORA`.
        class_names: names by class id; ``"padding"`` is class 0 of corpora with label sequences.
        splits: ``train``, and ``test`` and ``validation`` where they are published.
        dropped: rows left out by the reader, by reason.
    """

    name: str
    class_names: tuple[str, ...]
    splits: dict[str, Split]
    dropped: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ParallelCorpus:
    """Line-aligned sentences in several languages.

    Args:
        name: one of :data:`PARALLEL_CORPORA`.
        source_language: key of the language that is translated from.
        sentences: language -> normalised words of each line; all languages have equally many lines, none empty.
        dropped: lines left out by the reader, by reason.
    """

    name: str
    source_language: str
    sentences: dict[str, list[list[str]]]
    dropped: dict[str, int] = field(default_factory=dict)


def read(corpus: str, folder: str | os.PathLike, form: str | None = None) -> ClassificationCorpus | ParallelCorpus:
    """Read a corpus from its files as published, without checking their checksums (``sources.load`` does).

    Args:
        corpus: one of :data:`CORPORA`.
        folder: the folder with the corpus's files, each as ``X``, ``X.gz`` or ``X.zip``.
        form: which of the forms in ``sources.json`` to read; ``None`` takes the one whose files are there.

    Raises:
        InputError: the corpus is not known, or a file is missing or damaged.
    """
    if corpus not in CORPORA:
        raise InputError(f"corpus: received {corpus!r}; use one of {', '.join(CORPORA)}")
    # Imported late: the readers need the containers above.
    from rnn_modules.data.corpora import brown, clinc, math_qa, parallel, toxicity
    from rnn_modules.data.corpora.sources import present_form

    form = form or present_form(corpus, folder)
    if corpus in PARALLEL_CORPORA:
        return parallel.read(corpus, folder)
    readers = {"math_qa": math_qa, "toxicity": toxicity, "clinc": clinc, "brown": brown}
    return readers[corpus].read(folder, form)
