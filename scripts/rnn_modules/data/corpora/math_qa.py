"""MathQA: mathematical questions in six categories (Amini et al. 2019; Apache-2.0).

The text is the question alone, the class its category. Published as
``MathQA.zip`` (form ``published``); the form ``by_category`` has the training questions in one CSV file a category.
The published dev split is the validation split.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from rnn_modules.data.corpora import ClassificationCorpus, Split
from rnn_modules.data.corpora.files import read_members, read_text, require, table
from rnn_modules.data.text import filtered_words
from rnn_modules.files.atomic_files import InputError, parse_json

CATEGORIES = ("gain", "general", "geometry", "other", "physics", "probability")
_SPLITS = {"train": "train.json", "validation": "dev.json", "test": "test.json"}


def read(folder: str | os.PathLike, form: str) -> ClassificationCorpus:
    """Read the corpus.

    Args:
        folder: folder of the files.
        form: ``published`` or ``by_category``.

    Raises:
        InputError: a file is missing, damaged, or has a category that the corpus does not know.

    Example:
        >>> import tempfile, zipfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with zipfile.ZipFile(f"{folder}/MathQA.zip", "w") as archive:
        ...         for name in ("train.json", "dev.json", "test.json"):
        ...             archive.writestr(name, '[{"Problem": "What is 3 of 4?", "category": "general"}]')
        ...     corpus = read(folder, "published")
        >>> corpus.splits["validation"].words, [CATEGORIES[label] for label in corpus.splits["validation"].labels]
        ([['what', 'is', '3', 'of', '4']], ['general'])
    """
    questions: dict[str, Iterable[tuple[str, str]]] = {}
    if form == "published":
        archive = require(folder, "MathQA.zip")
        texts = read_members(archive, tuple(_SPLITS.values()))
        for split, name in _SPLITS.items():
            questions[split] = _from_json(texts[name], f"{archive}: {name}")
    else:
        questions["train"] = [row for category in CATEGORIES for row in _from_table(folder, category)]
        for split in ("validation", "test"):
            path, text = read_text(folder, _SPLITS[split])
            questions[split] = _from_json(text, str(path))
    splits, dropped = {}, 0
    for split, rows in questions.items():
        words, labels = [], []
        for question, category in rows:
            if normalised := filtered_words(question):
                words.append(normalised)
                labels.append(CATEGORIES.index(category))
            else:
                dropped += 1
        splits[split] = Split(words, labels)
    return ClassificationCorpus("math_qa", CATEGORIES, splits, {"no word": dropped})


def _from_table(folder: str | os.PathLike, category: str) -> Iterable[tuple[str, str]]:
    path, text = read_text(folder, f"train_{category}.csv")
    for question, given in table(text, ("Problem", "category"), path):
        yield question, _checked(given, str(path))


def _from_json(text: str, place: str) -> Iterable[tuple[str, str]]:
    try:
        rows = parse_json(text)
    except ValueError as error:
        raise InputError(f"{place}: not JSON ({error}); replace the file") from error
    if not isinstance(rows, list):
        raise InputError(f"{place}: expected a list of questions, received {type(rows).__name__}; replace the file")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not isinstance(row.get("Problem"), str) or "category" not in row:
            raise InputError(f"{place}: question {number} has no text Problem, or no category; replace the file")
    return [(row["Problem"], _checked(row["category"], place)) for row in rows]


def _checked(category: object, place: str) -> str:
    if category not in CATEGORIES:
        raise InputError(f"{place}: category {category!r:.80} is none of {', '.join(CATEGORIES)}; replace the file")
    return category
