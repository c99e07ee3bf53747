"""Wikipedia comments with up to six kinds of toxicity (Jigsaw Toxic Comment Classification; labels CC0, text CC BY-SA).

A comment's label sequence is the list of its positive labels in the order of the published columns, or the one label
"clean" when it has none. Test rows that were not scored (labels -1) are dropped.

Forms: ``published`` is the competition's ``train.csv``, ``test.csv`` and ``test_labels.csv``; ``subset`` is a part of
their rows (``train_subset.csv``, ``test_subset.csv``) in which toxic comments are over-represented, except among the
rows that have a ``train_row``: those are the first rows of ``train.csv``, marked ``natural``. How often each
combination of labels occurs among all published rows is known.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from rnn_modules.data.corpora import ClassificationCorpus, Split
from rnn_modules.data.corpora.files import read_text, table
from rnn_modules.data.text import filtered_words
from rnn_modules.files.atomic_files import InputError

KINDS = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
CLASS_NAMES = ("padding", "clean", *KINDS)
CLEAN = CLASS_NAMES.index("clean")
_PUBLISHED_ROWS = """
    1:143346 2:5666 246:3800 24:1758 26:1215 2346:989 2467:618 4:317 6:301 23467:265 46:181 234:158 27:136 267:134
    2456:131 25:113 23456:64 24567:56 7:54 23:41 247:35 234567:31 67:28 5:22 467:18 256:16 236:14 235:11 245:11
    2367:7 257:7 2347:6 2345:4 237:3 2567:3 47:3 56:3 45:2 456:2 2356:1 2357:1
"""
"""How many of the 159,571 rows of ``train.csv`` have which labels, as digits of class ids (counted in the list of all
labels, CC0, ``data/labels.csv`` of github.com/UMass-Rescue/ToxicComments)."""


def read(folder: str | os.PathLike, form: str) -> ClassificationCorpus:
    r"""Read the corpus.

    Args:
        folder: folder of the files.
        form: ``published`` or ``subset``.

    Raises:
        InputError: a file is missing or damaged, a label is none of 0, 1, -1, or a test row has no labels.

    Example:
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     columns = f"comment_text,{','.join(KINDS)}"
        ...     _ = pathlib.Path(folder, "train_subset.csv").write_text(f"{columns},train_row\nBlorp!,1,0,0,0,1,0,\n")
        ...     _ = pathlib.Path(folder, "test_subset.csv").write_text(f"{columns}\nThank you,0,0,0,0,0,0\n")
        ...     splits = read(folder, "subset").splits
        >>> [[CLASS_NAMES[label] for label in split.labels[0]] for split in splits.values()]
        [['toxic', 'insult'], ['clean']]
    """
    dropped = {"not scored": 0, "no word": 0}
    if form == "published":
        path, text = read_text(folder, "train.csv")
        train = _split(table(text, ("comment_text", *KINDS), path), str(path), dropped)
        test = _split(*_joined_test(folder), dropped)
    else:
        path, text = read_text(folder, "train_subset.csv")
        train = _split(table(text, ("comment_text", *KINDS, "train_row"), path), str(path), dropped, natural=True)
        path, text = read_text(folder, "test_subset.csv")
        test = _split(table(text, ("comment_text", *KINDS), path), str(path), dropped)
    published = None if form == "published" else published_rows()
    return ClassificationCorpus("toxicity", CLASS_NAMES, {"train": train, "test": test}, dropped, published)


def published_rows() -> dict[tuple[int, ...], int]:
    """How many rows of the published training split have each sequence of labels.

    Example:
        >>> rows = published_rows()
        >>> sum(rows.values()), rows[CLEAN,], rows[CLASS_NAMES.index("toxic"), CLASS_NAMES.index("insult")]
        (159571, 143346, 1215)
    """
    pairs = (word.split(":") for word in _PUBLISHED_ROWS.split())
    return {tuple(map(int, digits)): int(number) for digits, number in pairs}


def _joined_test(folder: str | os.PathLike) -> tuple[Iterable[list[str]], str]:
    """Rows of ``test.csv`` with the labels that ``test_labels.csv`` has for their ids."""
    labels_path, text = read_text(folder, "test_labels.csv")
    labels = {row[0]: row[1:] for row in table(text, ("id", *KINDS), labels_path)}
    path, text = read_text(folder, "test.csv")
    rows = []
    for identifier, comment in table(text, ("id", "comment_text"), path):
        if identifier not in labels:
            raise InputError(f"{labels_path}: has no labels for the row {identifier!r:.80} of {path}; replace the file")
        rows.append([comment, *labels[identifier]])
    return rows, str(labels_path)


def _split(rows: Iterable[list[str]], place: str, dropped: dict[str, int], natural: bool = False) -> Split:
    """The rows ``comment, six labels[, train_row]`` that were scored and have a word; counts the others."""
    words, labels, marks = [], [], []
    for comment, *values in rows:
        flags = values[: len(KINDS)]
        if "-1" in flags:
            dropped["not scored"] += 1
            continue
        if not all(flag in ("0", "1") for flag in flags):
            raise InputError(f"{place}: labels {flags} are not all 0, 1 or -1; replace the file")
        normalised = filtered_words(comment)
        if not normalised:
            dropped["no word"] += 1
            continue
        words.append(normalised)
        labels.append([number for number, flag in enumerate(flags, start=CLEAN + 1) if flag == "1"] or [CLEAN])
        if natural:
            marks.append(values[-1] != "")
    return Split(words, labels, marks if natural else None)
