"""The eight corpora as plain word lists with labels; one reader per corpus, one generator for synthetic text."""

from __future__ import annotations

from dataclasses import dataclass, field

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

    Example:
        >>> split = Split(words=[["the", "dog"], ["sleep"]], labels=[[5, 1], [2]])
        >>> [len(words) == len(labels) for words, labels in zip(split.words, split.labels, strict=True)]
        [True, True]
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
        published_rows: how many rows of the whole training split have each sequence of labels, where the files hold
            some of these rows alone, drawn at other rates.

    Example:
        >>> train = Split(words=[["book", "a", "flight"], ["call", "me", "a", "taxi"]], labels=[1, 0])
        >>> corpus = ClassificationCorpus("clinc", ("auto_and_commute", "travel"), {"train": train})
        >>> [corpus.class_names[label] for label in corpus.splits["train"].labels]
        ['travel', 'auto_and_commute']
    """

    name: str
    class_names: tuple[str, ...]
    splits: dict[str, Split]
    dropped: dict[str, int] = field(default_factory=dict)
    published_rows: dict[tuple[int, ...], int] | None = None


@dataclass(frozen=True)
class ParallelCorpus:
    """Line-aligned sentences in several languages.

    Args:
        name: one of :data:`PARALLEL_CORPORA`.
        source_language: key of the language that is translated from.
        sentences: language -> normalised words of each line; all languages have equally many lines, none empty.
        dropped: lines left out by the reader, by reason.

    Example:
        >>> corpus = ParallelCorpus("estonian_larger", "et", {"et": [["ma", "näen"]], "en": [["i", "see"]]})
        >>> corpus.sentences[corpus.source_language][0]
        ['ma', 'näen']
    """

    name: str
    source_language: str
    sentences: dict[str, list[list[str]]]
    dropped: dict[str, int] = field(default_factory=dict)
