"""Text to words, words to ids: normalisation, vocabularies fitted on training text, padding and cutting.

Sources: the word filter is that of the Keras tokenizer, which the paper's models used;
unlike the published package, a vocabulary is fitted on training text only.
"""

from __future__ import annotations

import itertools
import os
import re
import string
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from rnn_modules.files.atomic_files import InputError, read_json, write_json
from rnn_modules.names import PADDING_ID

PADDING, UNKNOWN = "", "[UNK]"
UNKNOWN_ID = 1

Side = Literal["left", "right"]

# The Keras tokenizer's filter: all ASCII punctuation but the apostrophe.
_KERAS_FILTER = str.maketrans({mark: " " for mark in string.punctuation.replace("'", "") + "\t\n"})
_PUNCTUATION_AND_DIGITS = str.maketrans("", "", string.punctuation + string.digits)
_APOSTROPHES = str.maketrans({mark: "'" for mark in "\u2019\u2018\u02bc\u00b4\u0060\uff07"})
# Letters, digits and combining marks; an apostrophe only between two of them.
_LETTERS = r"(?:[^\W_]|[\u0300-\u036f])+"
_WORD = re.compile(f"{_LETTERS}(?:'{_LETTERS})*")


def filtered_words(text: str) -> list[str]:
    """Words as the Keras tokenizer makes them: lower case, ASCII punctuation but the apostrophe to spaces.

    Example:
        >>> filtered_words("Don't panic: 3+4 is SEVEN!")
        ["don't", 'panic', '3', '4', 'is', 'seven']
    """
    # Interned, since a corpus repeats its words many times over.
    return list(map(sys.intern, text.lower().translate(_KERAS_FILTER).split()))


def letter_words(text: str) -> list[str]:
    """Words in lower case with ASCII punctuation and digits deleted (the CLINC corpus).

    Example:
        >>> letter_words("Don't set 2 alarms!")
        ['dont', 'set', 'alarms']
    """
    return list(map(sys.intern, text.lower().translate(_PUNCTUATION_AND_DIGITS).split()))


def sentence_words(text: str) -> list[str]:
    """Words of a sentence in any of the parallel corpora's languages.

    The one normalisation of translation sources, targets and references: composed Unicode (NFC), lower case, every
    kind of apostrophe written ``'`` and kept between two letters (``don't``, ``l'eau``) and nowhere
    else, all other punctuation a space. Quotation marks that a spreadsheet put around a line go with the rest.

    Example:
        >>> sentence_words("«L’eau», dit-il, 'est froide'!")
        ["l'eau", 'dit', 'il', 'est', 'froide']
    """
    text = unicodedata.normalize("NFC", text.lower()).translate(_APOSTROPHES)
    return list(map(sys.intern, _WORD.findall(text)))


def pad_rows(rows: Sequence[Sequence[int]], length: int, pad: Side = "left", cut: Side = "right") -> np.ndarray:
    """Rows of ids as one array, padded with 0 and cut to one length.

    Args:
        rows: the ids of each example.
        length: columns of the result.
        pad: the side on which short rows are filled.
        cut: the side on which long rows lose ids.

    Returns:
        ``(examples, length)`` int32.

    Example:
        >>> pad_rows([[5, 6, 7, 8], [9]], 3).tolist()
        [[5, 6, 7], [0, 0, 9]]
        >>> pad_rows([[5, 6, 7, 8], [9]], 3, pad="right", cut="left").tolist()
        [[6, 7, 8], [9, 0, 0]]
    """
    rows = [row if len(row) <= length else (row[:length] if cut == "right" else row[-length:]) for row in rows]
    lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    columns = np.arange(length)
    filled = columns < lengths[:, None] if pad == "right" else columns >= length - lengths[:, None]
    padded = np.zeros((len(rows), length), dtype=np.int32)
    padded[filled] = np.fromiter(itertools.chain.from_iterable(rows), dtype=np.int32, count=int(lengths.sum()))
    return padded


@dataclass(frozen=True)
class Vocabulary:
    """Words by id: id 0 is padding, id 1 any word that is not in the vocabulary.

    Args:
        words: the word of each id.

    Example:
        >>> vocabulary = Vocabulary.fit([["the", "red", "dog"], ["the", "cat"]], size=4)
        >>> vocabulary.words
        ('', '[UNK]', 'the', 'red')
        >>> ids = vocabulary.encode([["the", "red", "cat"], ["the"]], length=4)
        >>> ids.tolist()
        [[0, 2, 3, 1], [0, 0, 0, 2]]
        >>> vocabulary.decode(ids[0])
        ['the', 'red', '[UNK]']
    """

    words: tuple[str, ...]
    ids: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the words and index them."""
        if self.words[:2] != (PADDING, UNKNOWN) or not all(isinstance(word, str) for word in self.words):
            raise InputError(f"vocabulary: must be words that start with {[PADDING, UNKNOWN]}")
        ids = {word: number for number, word in enumerate(self.words)}
        if len(ids) != len(self.words):
            raise InputError(f"vocabulary: {len(self.words) - len(ids)} words occur twice")
        object.__setattr__(self, "ids", ids)

    def __len__(self) -> int:
        """Number of ids, padding and out of vocabulary included: the rows of an embedding."""
        return len(self.words)

    @classmethod
    def fit(cls, examples: Iterable[Sequence[str]], size: int | None = None, minimum_count: int = 1) -> Vocabulary:
        """The vocabulary of training examples: most frequent words first, ties in order of first occurrence.

        Args:
            examples: words of each training example (of several corpora, one after the other, for a combined one).
            size: number of ids, padding and out of vocabulary included; ``None`` takes all words.
            minimum_count: words that occur less often are left out.

        Raises:
            InputError: ``size`` leaves no room for a word, or there is no word at all.
        """
        if size is not None and size < 3:
            raise InputError(f"vocabulary size: received {size}; use at least 3 (padding, out of vocabulary, a word)")
        counts = Counter(itertools.chain.from_iterable(examples))
        kept = [word for word, count in counts.most_common() if count >= minimum_count]
        if not kept:
            raise InputError(f"vocabulary: no word occurs {minimum_count} times; use a smaller minimum count")
        return cls((PADDING, UNKNOWN, *kept[: None if size is None else size - 2]))

    def encode(
        self, examples: Sequence[Sequence[str]], length: int, pad: Side = "left", cut: Side = "right"
    ) -> np.ndarray:
        """Ids of each example's words, padded and cut to ``length``.

        Returns:
            ``(examples, length)`` int32.
        """
        number = self.ids.get
        cuts = slice(length) if cut == "right" else slice(-length, None)
        return pad_rows([[number(word, UNKNOWN_ID) for word in words[cuts]] for words in examples], length, pad, cut)

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Words of ids, padding left out."""
        return [self.words[number] for number in ids if number != PADDING_ID]


def encode_source_sentences(vocabulary: Vocabulary, sentences: Sequence[Sequence[str]], length: int) -> np.ndarray:
    """Ids of the source sentences of translations, cut and padded on the right, ``(sentences, length)`` int32.

    Example:
        >>> vocabulary = Vocabulary(("", "[UNK]", "the", "dog"))
        >>> encode_source_sentences(vocabulary, [["the", "dog"], ["the", "cat", "and", "the", "dog"]], 4).tolist()
        [[2, 3, 0, 0], [2, 1, 1, 2]]
    """
    return vocabulary.encode(sentences, length, pad="right")


def write_vocabularies(path: str | os.PathLike, source: Vocabulary, target: Vocabulary | None = None) -> None:
    """Write the input vocabulary, and for translation the target one, as one JSON file.

    Example:
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_vocabularies(f"{folder}/vocabulary.json", Vocabulary(("", "[UNK]", "dog")))
        ...     print(pathlib.Path(folder, "vocabulary.json").read_text().split())
        ['{', '"input":', '[', '"",', '"[UNK]",', '"dog"', '],', '"target":', 'null', '}']
    """
    write_json(path, {"input": source.words, "target": None if target is None else target.words})


def read_vocabularies(path: str | os.PathLike) -> tuple[Vocabulary, Vocabulary | None]:
    """Read what :func:`write_vocabularies` wrote: the input vocabulary and the target one, or ``None``.

    Raises:
        InputError: the file is missing or damaged.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_vocabularies(f"{folder}/vocabulary.json", Vocabulary(("", "[UNK]", "dog")))
        ...     source, target = read_vocabularies(f"{folder}/vocabulary.json")
        >>> source.ids["dog"], target
        (2, None)
    """
    content = read_json(path, ("input", "target"))
    source = _checked_vocabulary(path, "input", content["input"])
    return source, None if content["target"] is None else _checked_vocabulary(path, "target", content["target"])


def _checked_vocabulary(path: str | os.PathLike, key: str, words: object) -> Vocabulary:
    """The vocabulary found at ``key``, when it is one."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise InputError(f"{path}: {key!r} is not a list of words; delete the file and make it again")
    try:
        return Vocabulary(tuple(words))
    except InputError as error:
        raise InputError(f"{path}: {key!r}: {error}; delete the file and make it again") from error
