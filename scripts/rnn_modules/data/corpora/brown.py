"""The Brown corpus with universal part-of-speech tags (Francis and Kucera; non-commercial use).

Read from the archives that NLTK hands out, without NLTK: ``brown.zip`` (500 texts, one sentence a line, tokens
``word/tag``) and ``universal_tagset.zip`` (``en-brown.map``, CC BY-SA 4.0). One sequence per sentence, words in
lower case; the corpus is published without splits.
"""

from __future__ import annotations

import os
import re
import sys

from rnn_modules.data.corpora import ClassificationCorpus, Split
from rnn_modules.data.corpora.files import read_members, require
from rnn_modules.files.atomic_files import InputError

# By frequency in the whole corpus, most frequent first.
TAGS = ("NOUN", "VERB", ".", "ADP", "DET", "ADJ", "ADV", "PRON", "CONJ", "PRT", "NUM", "X")
CLASS_NAMES = ("padding", *TAGS)
_TEXT_NAME = re.compile(r"c[a-r]\d\d")


def read(folder: str | os.PathLike, form: str = "published") -> ClassificationCorpus:
    r"""Read the corpus; labels are tag ids 1..12, one for each word.

    Args:
        folder: folder of the files.
        form: ``published``, the only form.

    Raises:
        InputError: an archive is missing or damaged, or a token has no tag.

    Example:
        >>> import tempfile, zipfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name, member, text in (
        ...         ("brown.zip", "ca01", "A/at dog/nn barks/vbz ./."),
        ...         ("universal_tagset.zip", "en-brown.map", "AT\tDET\nNN\tNOUN\nVBZ\tVERB\n.\t."),
        ...     ):
        ...         with zipfile.ZipFile(f"{folder}/{name}", "w") as archive:
        ...             archive.writestr(member, text)
        ...     train = read(folder).splits["train"]
        >>> train.words, [[CLASS_NAMES[label] for label in labels] for labels in train.labels]
        ([['a', 'dog', 'barks', '.']], [['DET', 'NOUN', 'VERB', '.']])
    """
    tag_ids = _tag_ids(folder)
    archive = require(folder, "brown.zip")
    texts = {name: text for name, text in read_members(archive).items() if _TEXT_NAME.fullmatch(name)}
    if not texts:
        raise InputError(f"{archive}: holds no text such as ca01; replace the archive with the published one")
    # A token such as "word/nn-tl" is looked up whole: there are far fewer distinct tokens than tokens.
    known: dict[str, tuple[str, int]] = {}
    words, labels = [], []
    for name in sorted(texts):
        for line in texts[name].split("\n"):
            tokens = line.split()
            if not tokens:
                continue
            for token in tokens:
                if token not in known:
                    known[token] = _parsed(token, tag_ids, f"{archive}: {name}")
            words.append([known[token][0] for token in tokens])
            labels.append([known[token][1] for token in tokens])
    return ClassificationCorpus("brown", CLASS_NAMES, {"train": Split(words, labels)})


def _parsed(token: str, tag_ids: dict[str, int], place: str) -> tuple[str, int]:
    """Lower-case word and tag id of a token."""
    word, slash, tag = token.rpartition("/")
    if not slash or not word:
        raise InputError(f"{place}: token {token!r:.80} is not of the form word/tag; replace the archive")
    # A tag that the map does not list is "X" (other), as in NLTK.
    return sys.intern(word.lower()), tag_ids.get(tag.upper(), CLASS_NAMES.index("X"))


def _tag_ids(folder: str | os.PathLike) -> dict[str, int]:
    """Class id of each of the Brown corpus's own tags."""
    archive = require(folder, "universal_tagset.zip")
    ids = {}
    for line in read_members(archive, ("en-brown.map",))["en-brown.map"].splitlines():
        if line.strip():
            fine, _, coarse = line.strip().partition("\t")
            if coarse not in TAGS:
                raise InputError(
                    f"{archive}: en-brown.map maps {fine!r:.40} to {coarse!r:.40}, none of {TAGS}; replace it"
                )
            ids[fine] = CLASS_NAMES.index(coarse)
    return ids
