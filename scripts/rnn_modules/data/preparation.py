"""From a corpus to an encoded dataset: which rows, which split, the vocabulary of the training rows alone, ids."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any, cast

import numpy as np

from rnn_modules.data.corpora import ClassificationCorpus, ParallelCorpus, Split
from rnn_modules.data.dataset import SPLITS, Dataset, DatasetSettings, Words, as_utf8, tags
from rnn_modules.data.text import Vocabulary, encode_source_sentences, pad_rows
from rnn_modules.files.atomic_files import InputError, sha256_of_arrays

# Arrays, class names, vocabulary, target vocabulary of translations, and rows dropped, by reason.
_Encoded = tuple[dict[str, np.ndarray], tuple[str, ...], Vocabulary, Vocabulary | None, dict[str, int]]


def prepare(
    corpus: ClassificationCorpus | ParallelCorpus, settings: DatasetSettings, manifest: dict[str, Any]
) -> Dataset:
    """Encode a corpus.

    Args:
        corpus: the corpus as read.
        settings: which rows, how many words and ids.
        manifest: the manifest that the corpus was read from.

    Raises:
        InputError: a setting cannot be met, or a class has no training or no test example.

    Example:
        >>> from rnn_modules.data.corpora import sources
        >>> manifest = sources.fetch("brown", "synthetic", examples=300)
        >>> dataset = prepare(sources.load(manifest), DatasetSettings(input_tokens=9), manifest)
        >>> dataset.metadata["examples"], dataset.labels("train").shape
        ({'train': 213, 'validation': 12, 'test': 75}, (213, 9))
        >>> dataset.class_names[:3], dataset.metadata["counts"]["test"]["padding"]
        (('padding', 'NOUN', 'VERB'), 131)
    """
    if isinstance(corpus, ParallelCorpus):
        source_language, encoded = corpus.source_language, _translation(corpus, settings)
    elif settings.languages:
        raise InputError(
            f"languages: received {', '.join(settings.languages)}, but {corpus.name} is no parallel corpus"
        )
    else:
        source_language, encoded = None, _classification(corpus, settings, manifest["form"])
    arrays, class_names, source, target, dropped = encoded
    kind = "languages" if target else "labels"
    splits = [split for split in SPLITS if f"{split}_inputs" in arrays]
    counts = {
        split: dict(
            zip(
                class_names,
                np.bincount(arrays[f"{split}_{kind}"].ravel(), minlength=len(class_names)).tolist(),
                strict=True,
            )
        )
        for split in splits
    }
    for split in ("train", "test"):
        for name in class_names:
            if not counts[split][name]:
                raise InputError(
                    f"{corpus.name}: class {name!r} has no {split} example among {len(arrays[f'{split}_inputs'])}; "
                    f"use more examples ({split}_examples, lines, longest_source, synthetic examples) or another "
                    "split_seed"
                )
    labels = arrays[f"train_{kind}"]
    metadata = {
        "corpus": corpus.name,
        "source": manifest["source"],
        "form": manifest["form"],
        "class_names": list(class_names),
        "source_language": source_language,
        "counts": counts,
        "examples": {split: len(arrays[f"{split}_inputs"]) for split in splits},
        "dropped": {**corpus.dropped, **dropped},
        "input_tokens": settings.input_tokens,
        "output_timesteps": settings.target_tokens if target else labels.shape[1] if labels.ndim == 2 else 1,
        "vocabulary_size": len(source),
        "target_vocabulary_size": len(target) if target else None,
        "settings": asdict(settings),
        "files": [{key: one[key] for key in ("name", "bytes", "sha256")} for one in manifest["files"]],
        "arrays_sha256": sha256_of_arrays(arrays),
    }
    if manifest["source"] == "synthetic":
        metadata["synthetic"] = {"examples": manifest["examples"], "seed": manifest["seed"]}
    vocabulary: Words = {"input": list(source.words), "target": list(target.words) if target else None}
    return Dataset(arrays, metadata, vocabulary)


def _chosen(rows: np.ndarray, number: int | None, seed: int, purpose: int) -> np.ndarray:
    """At most ``number`` of ``rows``, in order; every purpose has its own stream, a smaller choice lies in a larger."""
    if number is None or number >= len(rows):
        return rows
    order = np.random.default_rng((seed, purpose)).permutation(len(rows))
    return rows[np.sort(order[:number])]


def _held_out(
    pool: np.ndarray, rows: int, test_share: float, validation_share: float, seed: int
) -> dict[str, np.ndarray]:
    """Test and validation rows drawn from ``pool``; the shares are those of all ``rows``, rounded up."""
    sizes = {"test": math.ceil(test_share * rows), "validation": math.ceil(validation_share * rows)}
    if sum(sizes.values()) > len(pool):
        raise InputError(f"test_share, validation_share: {sizes} rows asked for where {len(pool)} can be held out")
    order = pool[np.random.default_rng((seed, 0)).permutation(len(pool))]
    test, validation = order[: sizes["test"]], order[sizes["test"] : sum(sizes.values())]
    return {name: np.sort(part) for name, part in (("test", test), ("validation", validation)) if len(part)}


def _classification(corpus: ClassificationCorpus, settings: DatasetSettings, form: str) -> _Encoded:
    """Encode a classification corpus."""
    dropped: dict[str, int] = {}
    parts = dict(corpus.splits)
    whole = parts["train"]
    if settings.natural_rates == "all" and corpus.published_rows is not None:
        parts["train"] = _part(whole, _rows_at_rates(whole, corpus.published_rows, settings.split_seed))
        dropped["beyond natural rates"] = len(whole.words) - len(parts["train"].words)
    if settings.longest_source is not None:
        for name, part in parts.items():
            kept = [row for row, words in enumerate(part.words) if len(words) <= settings.longest_source]
            dropped["too long"] = dropped.get("too long", 0) + len(part.words) - len(kept)
            parts[name] = _part(part, np.array(kept, dtype=np.int64))
    parts = _with_all_splits(parts, settings, form)
    for purpose, name in enumerate(SPLITS, start=1):
        if name in parts:
            rows = np.arange(len(parts[name].words))
            number = getattr(settings, f"{name}_examples")
            parts[name] = _part(parts[name], _chosen(rows, number, settings.split_seed, purpose))
    if not parts["train"].words:
        raise InputError(f"{corpus.name}: no training example is left; use a larger longest_source or smaller shares")
    vocabulary = Vocabulary.fit(parts["train"].words, settings.vocabulary_size, settings.minimum_count)
    arrays = {}
    for name in SPLITS:
        if name in parts:
            arrays[f"{name}_inputs"] = vocabulary.encode(parts[name].words, settings.input_tokens)
            arrays[f"{name}_labels"] = _encoded_labels(corpus, parts[name], settings)
    return arrays, corpus.class_names, vocabulary, None, dropped


def _rows_at_rates(split: Split, published: dict[tuple[int, ...], int], seed: int) -> np.ndarray:
    """As many rows as there are at the rates of all published ones, a stratified draw by combination of labels.

    The combination of which the smallest share is there keeps all its rows, every other one the same share of the
    published ones, rounded; what was never published has no rate and none.
    """
    rows: dict[tuple[int, ...], list[int]] = {}
    for row, labels in enumerate(cast(list[list[int]], split.labels)):
        rows.setdefault(tuple(labels), []).append(row)
    shares = [Fraction(len(own), published[labels]) for labels, own in rows.items() if published.get(labels)]
    share = min(shares, default=Fraction(0))
    numbers = {labels: round(share * published.get(labels, 0)) for labels in rows}
    purposes = enumerate(sorted(rows), start=5)
    chosen = [_chosen(np.array(rows[labels]), numbers[labels], seed, purpose) for purpose, labels in purposes]
    return np.sort(np.concatenate(chosen))


def _part(split: Split, rows: np.ndarray) -> Split:
    """Some rows of a split."""
    natural = None if split.natural is None else [split.natural[row] for row in rows]
    return Split([split.words[row] for row in rows], [split.labels[row] for row in rows], natural)


def _with_all_splits(parts: dict[str, Split], settings: DatasetSettings, form: str) -> dict[str, Split]:
    """Hold rows out of training for the splits that are not published."""
    few_test_rows = form == "subset" and settings.test_share > 0
    test_share = settings.test_share if few_test_rows or "test" not in parts else 0.0
    validation_share = 0.0 if "validation" in parts else settings.validation_share
    train = parts["train"]
    rows = np.arange(len(train.words))
    pool = rows
    if settings.natural_rates == "held_out" and train.natural is not None:
        pool = np.flatnonzero(train.natural)
    held_out = _held_out(pool, len(rows), test_share, validation_share, settings.split_seed)
    if "test" not in parts and "test" not in held_out:
        raise InputError(f"test_share: received {test_share}, but no test split is published; use a share above 0")
    rest = np.setdiff1d(rows, np.concatenate([rows[:0], *held_out.values()]))
    return {**parts, "train": _part(train, rest), **{name: _part(train, part) for name, part in held_out.items()}}


def _encoded_labels(corpus: ClassificationCorpus, split: Split, settings: DatasetSettings) -> np.ndarray:
    """Class ids, ``(examples,)``, or sequences of them, ``(examples, timesteps)``, padded on the left, int32."""
    if corpus.class_names[0] != "padding":
        return np.array(split.labels, dtype=np.int32)
    # Brown has a tag for each word; a comment has at most every label but padding and "clean".
    timesteps = settings.input_tokens if corpus.name == "brown" else len(corpus.class_names) - 2
    # A corpus with a class for padding has label sequences.
    return pad_rows(cast(list[list[int]], split.labels), timesteps)


def split_of(sentence: Sequence[str], settings: DatasetSettings) -> str:
    """Split of a source sentence of a parallel corpus: its hash as a number of [0, 1), cut at the shares.

    Nothing but seed, words and shares decides, so a sentence is in the same split in every dataset of its language with
    this seed and these shares: no dataset trains on another one's test sentences, and lines with equal sources stay
    together. The shares are met approximately.

    Args:
        sentence: its normalised words.
        settings: ``split_seed``, ``test_share`` and ``validation_share``.

    Example:
        >>> settings = DatasetSettings(test_share=0.25, validation_share=0.25)
        >>> [split_of(["the", noun, "sleeps"], settings) for noun in ("dog", "cat", "girl", "horse")]
        ['train', 'validation', 'test', 'validation']
    """
    digest = hashlib.sha256(f"{settings.split_seed} {' '.join(sentence)}".encode()).digest()
    number = int.from_bytes(digest[:6], "big") / 2**48
    if number < settings.test_share:
        return "test"
    return "validation" if number < settings.test_share + settings.validation_share else "train"


def _emitted_languages(every: tuple[str, ...], settings: DatasetSettings) -> tuple[str, ...]:
    """The target languages that examples are made of, in the order of the corpus."""
    asked = settings.languages
    if not set(asked) <= set(every) or len(set(asked)) < len(asked):
        raise InputError(f"languages: received {', '.join(asked)}; use some of {', '.join(every)}, each once")
    return tuple(language for language in every if language in asked) if asked else every


def _lines_by_split(corpus: ParallelCorpus, settings: DatasetSettings) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """Numbers of each split's lines, and lines dropped; all languages of the corpus count, emitted or not."""
    sentences, sources = corpus.sentences, corpus.sentences[corpus.source_language]
    limits = dict.fromkeys(sentences, settings.longest_target) | {corpus.source_language: settings.longest_source}
    kept = [
        line
        for line in range(len(sources))
        if all(limit is None or len(sentences[name][line]) <= limit for name, limit in limits.items())
    ]
    lines = _chosen(np.array(kept, dtype=np.int64), settings.lines, settings.split_seed, 4)
    splits = np.array([split_of(sources[line], settings) for line in lines], dtype=str)
    parts = {}
    for purpose, name in enumerate(SPLITS, start=1):
        number = getattr(settings, f"{name}_examples")
        # Whole lines, so that every language has the same sentences.
        number = None if number is None else max(1, number // (len(sentences) - 1))
        parts[name] = _chosen(lines[splits == name], number, settings.split_seed, purpose)
    return parts, {"too long": len(sources) - len(kept)}


def _translation(corpus: ParallelCorpus, settings: DatasetSettings) -> _Encoded:
    """Encode a parallel corpus; its classes are the target languages.

    Each source sentence gives one example per emitted language, and all of them, with those of every line that has the
    same source sentence, are in one split: otherwise test sentences would be known from training.
    """
    if not settings.test_share:
        raise InputError("test_share: received 0.0, but no test split is published; use a share above 0")
    sentences, sources = corpus.sentences, corpus.sentences[corpus.source_language]
    languages = _emitted_languages(tuple(name for name in sentences if name != corpus.source_language), settings)
    parts, dropped = _lines_by_split(corpus, settings)
    if not len(parts["train"]):
        raise InputError(f"{corpus.name}: no training line is left; use more lines or a larger longest_source")
    if not len(parts["validation"]):
        del parts["validation"]
    tagged = {
        name: [
            [start, *sentences[language][line][: settings.target_tokens - 2], end]
            for line in part
            for language, (start, end) in zip(languages, map(tags, languages), strict=True)
        ]
        for name, part in parts.items()
    }
    source = Vocabulary.fit(
        (sources[line] for line in parts["train"]), settings.vocabulary_size, settings.minimum_count
    )
    target = Vocabulary.fit(tagged["train"], settings.target_vocabulary_size, settings.minimum_count)
    for tag in (f"[{edge}{language}]" for language in languages for edge in ("start", "end")):
        if tag not in target.ids:
            raise InputError(
                f"target_vocabulary_size, minimum_count: received {settings.target_vocabulary_size}, "
                f"{settings.minimum_count}, which leaves out the tag {tag}; use a larger size or a smaller count"
            )
    arrays = {}
    for name, part in parts.items():
        inputs = encode_source_sentences(source, [sources[line] for line in part], settings.input_tokens)
        arrays[f"{name}_inputs"] = np.repeat(inputs, len(languages), axis=0)
        arrays[f"{name}_targets"] = target.encode(tagged[name], settings.target_tokens, pad="right")
        if name != "train":
            arrays[f"{name}_sources"] = np.repeat(as_utf8(" ".join(sources[line]) for line in part), len(languages))
            arrays[f"{name}_references"] = as_utf8(
                " ".join(sentences[language][line]) for line in part for language in languages
            )
        arrays[f"{name}_languages"] = np.tile(np.arange(len(languages), dtype=np.int32), len(part))
    return arrays, languages, source, target, dropped
