"""An encoded dataset: arrays of ids, vocabulary, class names, counts, and where the text came from.

:func:`prepare` turns a corpus into a :class:`Dataset`: it keeps the rows that the settings ask for, splits what is
published without splits, fits the vocabulary on the training rows alone, and encodes. Paper section V-A1 gives
the label encodings; the paper's sizes are in ``config/config.yaml``.
"""

from __future__ import annotations

import math
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from rnn_modules.artefacts import InputError, read_arrays, read_json, sha256_of_arrays, write_arrays, write_json
from rnn_modules.commands import setting
from rnn_modules.corpora import ClassificationCorpus, ParallelCorpus, Split
from rnn_modules.encoding import PADDING_ID, Vocabulary, pad_rows, read_vocabularies, write_vocabularies

SPLITS = ("train", "validation", "test")
METADATA_KEYS = (
    "corpus",
    "source",
    "class_names",
    "counts",
    "input_tokens",
    "output_timesteps",
    "vocabulary_size",
    "examples",
    "arrays_sha256",
)


@dataclass(frozen=True)
class DatasetSettings:
    """What of a corpus becomes a dataset, and how it is encoded; the field descriptions are the flags' help."""

    input_tokens: int = setting(20, "ids per input; longer texts lose their end")
    target_tokens: int = setting(20, "ids per translation, start and end tag included")
    vocabulary_size: int | None = setting(
        None, "ids of the input vocabulary, padding and out of vocabulary included; without it all training words"
    )
    target_vocabulary_size: int | None = setting(None, "the same for the target side of translations")
    minimum_count: int = setting(1, "training words that occur less often are out of vocabulary")
    longest_source: int | None = setting(None, "keep only texts (parallel corpora: source sentences) of so many words")
    longest_target: int | None = setting(None, "keep only lines whose translations all have at most so many words")
    lines: int | None = setting(None, "parallel corpora: take so many random lines before splitting")
    train_examples: int | None = setting(None, "take so many random training examples; without it all")
    validation_examples: int | None = setting(None, "take so many random validation examples; without it all")
    test_examples: int | None = setting(None, "take so many random test examples; without it all")
    validation_share: float = setting(
        0.05, "share of the rows to hold out for validation where no validation split is published; 0 makes none"
    )
    test_share: float = setting(
        0.25,
        "share of the rows to hold out as test split where none is published, and in the toxicity corpus's subset "
        "form, whose published test rows are few (0 takes those)",
    )
    natural_rates: Literal["none", "held_out", "all"] = setting(
        "none",
        "toxicity's subset form, where toxic comments are over-represented: take the rows with the natural label "
        "rates for what is held out, or keep only those rows at all",
    )
    split_seed: int = setting(0, "seed of every random choice of rows")


def tags(language: str) -> tuple[str, str]:
    """Words put before and after every target sentence; the first tells the model the language."""
    return f"[start{language}]", f"[end{language}]"


@dataclass(frozen=True)
class Dataset:
    """An encoded dataset.

    Args:
        arrays: ``{split}_inputs (examples, tokens)`` int32 and, for classification, ``{split}_labels (examples,)`` or
            ``(examples, timesteps)`` int32; for translation ``{split}_targets (examples, target tokens)`` int32
            (start tag, words, end tag, zeros on the right) and ``{split}_languages (examples,)`` int32.
        metadata: what ``dataset.json`` holds.
        vocabulary: words by id, ``input`` and ``target`` (``None`` for classification).
    """

    arrays: dict[str, np.ndarray]
    metadata: dict
    vocabulary: dict[str, list[str] | None]

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names by class id; for translation the target languages."""
        return tuple(self.metadata["class_names"])

    @property
    def is_translation(self) -> bool:
        """Whether the examples are translations."""
        return self.vocabulary["target"] is not None

    def inputs(self, split: str) -> np.ndarray:
        """Input ids of a split, ``(examples, tokens)`` int32."""
        return self.arrays[f"{split}_inputs"]

    def labels(self, split: str) -> np.ndarray:
        """Class ids of a split, ``(examples,)`` or ``(examples, timesteps)`` int32; for translation of the language."""
        return self.arrays[f"{split}_{'languages' if self.is_translation else 'labels'}"]

    def targets(self, split: str) -> np.ndarray:
        """Target ids of a split of translations, ``(examples, target tokens)`` int32."""
        return self.arrays[f"{split}_targets"]

    def model_inputs(self, split: str) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
        """What a model reads of a split: inputs, and for translation the decoder's: all target ids but the last."""
        return (self.inputs(split), self.targets(split)[:, :-1]) if self.is_translation else self.inputs(split)

    def references(self, split: str) -> np.ndarray:
        """Whole target sentences of a split, ``(examples,)`` text: normalised, no tags, no unknown words."""
        return self.arrays[f"{split}_references"]

    def tag_ids(self) -> tuple[np.ndarray, np.ndarray]:
        """Target ids of the start and of the end tag of every language, two ``(languages,)`` int32."""
        ids = {word: index for index, word in enumerate(self.vocabulary["target"])}
        pairs = [[ids[tag] for tag in tags(language)] for language in self.class_names]
        start, end = np.array(pairs, np.int32).T
        return start, end

    def sentences(self, ids: np.ndarray) -> np.ndarray:
        """Text of decoded ``(examples, target tokens)`` int32, without padding and tags, ``(examples,)`` text."""
        unwritten = [PADDING_ID, *np.concatenate(self.tag_ids())]
        words = np.array(self.vocabulary["target"], dtype=object)
        return np.array([" ".join(words[row[~np.isin(row, unwritten)]]) for row in ids])

    def save(self, folder: str | os.PathLike) -> None:
        """Write ``dataset.npz``, ``vocabulary.json`` and, last, ``dataset.json``."""
        folder = Path(folder)
        write_arrays(folder / "dataset.npz", self.arrays)
        source, target = (words and Vocabulary(tuple(words)) for words in map(self.vocabulary.get, ("input", "target")))
        write_vocabularies(folder / "vocabulary.json", source, target)
        write_json(folder / "dataset.json", self.metadata)

    @classmethod
    def load(cls, folder: str | os.PathLike) -> Dataset:
        """Read a dataset and check that its files belong together.

        Raises:
            InputError: a file is missing, damaged, or of another dataset.
        """
        folder = Path(folder)
        metadata = read_json(folder / "dataset.json", METADATA_KEYS)
        arrays = read_arrays(folder / "dataset.npz")
        received = sha256_of_arrays(arrays)
        if received != metadata["arrays_sha256"]:
            raise InputError(
                f"{folder / 'dataset.npz'}: SHA-256 of the arrays is {received} where dataset.json has "
                f"{metadata['arrays_sha256']}; prepare the dataset again"
            )
        source, target = read_vocabularies(folder / "vocabulary.json")
        sizes = (len(source), target and len(target))
        expected = (metadata["vocabulary_size"], metadata.get("target_vocabulary_size"))
        if sizes != expected:
            raise InputError(
                f"{folder / 'vocabulary.json'}: {sizes} words where dataset.json has {expected}; "
                "prepare the dataset again"
            )
        return cls(arrays, metadata, {"input": list(source.words), "target": target and list(target.words)})


def prepare(corpus: ClassificationCorpus | ParallelCorpus, settings: DatasetSettings, manifest: dict) -> Dataset:
    """Encode a corpus.

    Args:
        corpus: the corpus as read.
        settings: which rows, how many words and ids.
        manifest: the manifest that the corpus was read from.

    Raises:
        InputError: a setting cannot be met, or a class has no training or no test example.
    """
    _check(settings)
    encode = _translation if isinstance(corpus, ParallelCorpus) else _classification
    arrays, class_names, source, target, dropped = encode(corpus, settings, manifest)
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
        "source_language": corpus.source_language if target else None,
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
    vocabulary = {"input": list(source.words), "target": list(target.words) if target else None}
    return Dataset(arrays, metadata, vocabulary)


def _check(settings: DatasetSettings) -> None:
    """Settings that no corpus could meet are errors."""
    for name, least in (
        ("input_tokens", 1), ("target_tokens", 3), ("minimum_count", 1), ("longest_source", 1), ("longest_target", 1),
        ("lines", 1), ("train_examples", 1), ("validation_examples", 1), ("test_examples", 1), ("split_seed", 0),
    ):  # fmt: skip
        value = getattr(settings, name)
        if value is not None and value < least:
            raise InputError(f"{name}: received {value}; use at least {least}")
    shares = settings.validation_share, settings.test_share
    if not all(0 <= share < 1 for share in shares) or sum(shares) >= 1:
        raise InputError(
            f"validation_share, test_share: received {shares}; use shares of 0..1 that leave training rows"
        )
    if settings.natural_rates not in ("none", "held_out", "all"):
        raise InputError(f"natural_rates: received {settings.natural_rates!r}; use none, held_out or all")


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


def _classification(corpus: ClassificationCorpus, settings: DatasetSettings, manifest: dict):
    """Arrays, class names, vocabulary, no target vocabulary, and rows dropped, of a classification corpus."""
    dropped: dict[str, int] = {}
    parts = dict(corpus.splits)
    if settings.natural_rates == "all" and parts["train"].natural is not None:
        whole = parts["train"]
        parts["train"] = _part(whole, np.flatnonzero(whole.natural))
        dropped["not of natural rates"] = len(whole.words) - len(parts["train"].words)
    if settings.longest_source is not None:
        for name, part in parts.items():
            kept = [row for row, words in enumerate(part.words) if len(words) <= settings.longest_source]
            dropped["too long"] = dropped.get("too long", 0) + len(part.words) - len(kept)
            parts[name] = _part(part, np.array(kept, dtype=np.int64))
    parts = _with_all_splits(parts, settings, manifest["form"])
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
    return pad_rows(split.labels, timesteps)


def _translation(corpus: ParallelCorpus, settings: DatasetSettings, manifest: dict):
    """Arrays, target languages, both vocabularies, and lines dropped, of a parallel corpus.

    Each source sentence gives one example per target language, and all of them, with those of every line that has the
    same source sentence, are in one split: otherwise test sentences would be known from training.
    """
    sentences, languages = corpus.sentences, tuple(name for name in corpus.sentences if name != corpus.source_language)
    sources = sentences[corpus.source_language]
    limits = {name: settings.longest_target for name in languages} | {corpus.source_language: settings.longest_source}
    lines = np.array(
        [
            line
            for line in range(len(sources))
            if all(limit is None or len(sentences[name][line]) <= limit for name, limit in limits.items())
        ],
        dtype=np.int64,
    )
    dropped = {"too long": len(sources) - len(lines)}
    lines = _chosen(lines, settings.lines, settings.split_seed, 4)
    groups: dict[tuple[str, ...], int] = {}
    group_of_line = np.array([groups.setdefault(tuple(sources[line]), len(groups)) for line in lines], dtype=np.int64)
    every = np.arange(len(groups))
    held_out = _held_out(every, len(groups), settings.test_share, settings.validation_share, settings.split_seed)
    if "test" not in held_out:
        raise InputError(
            f"test_share: received {settings.test_share}, but no test split is published; use a share above 0"
        )
    chosen = {"train": np.setdiff1d(every, np.concatenate(list(held_out.values()))), **held_out}
    parts = {}
    for purpose, name in enumerate(SPLITS, start=1):
        if name in chosen:
            number = getattr(settings, f"{name}_examples")
            # Whole lines, so that every language has the same sentences.
            number = None if number is None else max(1, number // len(languages))
            parts[name] = _chosen(lines[np.isin(group_of_line, chosen[name])], number, settings.split_seed, purpose)
    tagged = {
        name: [
            [start, *sentences[language][line][: settings.target_tokens - 2], end]
            for line in part
            for language, (start, end) in zip(languages, map(tags, languages), strict=True)
        ]
        for name, part in parts.items()
    }
    if not len(parts["train"]):
        raise InputError(f"{corpus.name}: no training line is left; use more lines or a larger longest_source")
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
        inputs = source.encode([sources[line] for line in part], settings.input_tokens, pad="right")
        arrays[f"{name}_inputs"] = np.repeat(inputs, len(languages), axis=0)
        arrays[f"{name}_targets"] = target.encode(tagged[name], settings.target_tokens, pad="right")
        if name != "train":
            whole = [" ".join(sentences[language][line]) for line in part for language in languages]
            arrays[f"{name}_references"] = np.array(whole)
        arrays[f"{name}_languages"] = np.tile(np.arange(len(languages), dtype=np.int32), len(part))
    return arrays, languages, source, target, dropped
