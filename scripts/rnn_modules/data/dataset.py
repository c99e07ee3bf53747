"""An encoded dataset: arrays of ids, vocabulary, class names, counts, and where the text came from.

:func:`rnn_modules.data.preparation.prepare` makes one from a corpus. Paper section V-A1 gives the label encodings; the
paper's sizes are in ``config/config.yaml``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypedDict

import numpy as np

from rnn_modules.data.text import (
    Vocabulary,
    encode_source_sentences,
    read_vocabularies,
    sentence_words,
    write_vocabularies,
)
from rnn_modules.files.atomic_files import (
    InputError,
    read_arrays,
    read_json,
    sha256_of_arrays,
    write_arrays,
    write_json,
)
from rnn_modules.files.checked_json import RecordReader
from rnn_modules.files.settings import LARGEST_SEED, MOST_EXAMPLES, check_settings, setting
from rnn_modules.names import PADDING_ID

SPLITS = ("train", "validation", "test")
MOST_TOKENS = 10_000
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
    """What of a corpus becomes a dataset, and how it is encoded; the field descriptions are the flags' help.

    Example:
        >>> DatasetSettings(train_examples=500).input_tokens
        20
        >>> DatasetSettings(input_tokens=0)
        Traceback (most recent call last):
        ...
        rnn_modules.files.atomic_files.InputError: input_tokens: received 0; use a whole number from 1 to 10,000
    """

    input_tokens: int = setting(20, "ids per input; longer texts lose their end", least=1, most=MOST_TOKENS)
    target_tokens: int = setting(20, "ids per translation, start and end tag included", least=3, most=MOST_TOKENS)
    vocabulary_size: int | None = setting(
        None,
        "ids of the input vocabulary, padding and out of vocabulary included; without it all training words",
        least=3,
        most=MOST_EXAMPLES,
    )
    target_vocabulary_size: int | None = setting(
        None, "the same for the target side of translations", least=3, most=MOST_EXAMPLES
    )
    minimum_count: int = setting(
        1, "training words that occur less often are out of vocabulary", least=1, most=MOST_EXAMPLES
    )
    longest_source: int | None = setting(
        None,
        "keep only texts (parallel corpora: source sentences) of at most this many words",
        least=1,
        most=MOST_EXAMPLES,
    )
    longest_target: int | None = setting(
        None,
        "keep only lines whose translations, into every language of the corpus, have at most this many words",
        least=1,
        most=MOST_EXAMPLES,
    )
    languages: tuple[str, ...] = setting(
        (),
        "parallel corpora: target languages whose examples are kept, all when none is named; the lines of each split "
        "are the same whichever are",
    )
    lines: int | None = setting(
        None, "parallel corpora: take this many random lines before splitting", least=1, most=MOST_EXAMPLES
    )
    train_examples: int | None = setting(
        None,
        "take this many random training examples; without it all (parallel corpora: as many lines as give that number "
        "with all languages)",
        least=1,
        most=MOST_EXAMPLES,
    )
    validation_examples: int | None = setting(
        None, "take this many random validation examples; without it all", least=1, most=MOST_EXAMPLES
    )
    test_examples: int | None = setting(
        None, "take this many random test examples; without it all", least=1, most=MOST_EXAMPLES
    )
    validation_share: float = setting(
        0.05,
        "share of the rows to hold out for validation where no validation split is published; 0 makes none (parallel "
        "corpora: about that share, as a hash of each source sentence has it)",
        least=0,
        most=1,
    )
    test_share: float = setting(
        0.25,
        "share of the rows to hold out as test split where none is published, and in the toxicity corpus's subset "
        "form, whose published test rows are few (0 takes those); parallel corpora as for validation",
        least=0,
        most=1,
    )
    natural_rates: Literal["none", "held_out", "all"] = setting(
        "none",
        "toxicity's subset form, where toxic comments are over-represented: take rows with the natural label rates for "
        "what is held out, or draw all rows at the rates of the published ones, by combination of labels",
    )
    split_seed: int = setting(
        0,
        "seed of every random choice of rows, and of the hash that splits parallel corpora",
        least=0,
        most=LARGEST_SEED,
    )

    def __post_init__(self) -> None:
        """Check types, names and ranges; raises :class:`InputError`."""
        check_settings(self)
        if self.validation_share + self.test_share >= 1:
            raise InputError(
                f"validation_share, test_share: received {self.validation_share}, {self.test_share}; use shares that "
                "leave training rows"
            )


def tags(language: str) -> tuple[str, str]:
    """Words put before and after every target sentence; the first tells the model the language.

    Example:
        >>> tags("fr")
        ('[startfr]', '[endfr]')
    """
    return f"[start{language}]", f"[end{language}]"


def as_utf8(texts: Iterable[str]) -> np.ndarray:
    r"""Texts as they are stored, ``(texts,)`` bytes: a quarter of the size of NumPy's own text.

    Example:
        >>> as_utf8(["dog", "näen"]).tolist()
        [b'dog', b'n\xc3\xa4en']
    """
    return np.array([text.encode() for text in texts], dtype=bytes)


class Words(TypedDict):
    """Words by id; ``target`` is None for classification."""

    input: list[str]
    target: list[str] | None


@dataclass(frozen=True)
class Dataset:
    """An encoded dataset.

    Args:
        arrays: ``{split}_inputs (examples, tokens)`` int32 and, for classification, ``{split}_labels (examples,)`` or
            ``(examples, timesteps)`` int32; for translation ``{split}_targets (examples, target tokens)`` int32
            (start tag, words, end tag, zeros on the right), ``{split}_languages (examples,)`` int32, and of validation
            and test the whole sentences, ``{split}_sources`` and ``{split}_references (examples,)`` UTF-8.
        metadata: what ``dataset.json`` holds.
        vocabulary: words by id, of inputs and of targets.

    Example:
        >>> import tempfile
        >>> from rnn_modules.data.corpora import sources
        >>> from rnn_modules.data.preparation import prepare
        >>> manifest = sources.fetch("tatoeba", "synthetic", examples=300)
        >>> dataset = prepare(sources.load(manifest), DatasetSettings(input_tokens=8, target_tokens=8), manifest)
        >>> dataset.encode_sources(["A dog seeks the grey elephant!"]).tolist()
        [[3, 8, 29, 2, 25, 1, 0, 0]]
        >>> dataset.sentences(dataset.targets("test")[:3]).tolist()
        ['un chien cherche la table grise', 'ein hund sucht den grauen tisch', 'un cane cerca il tavolo grigio']
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     dataset.save(folder)
        ...     Dataset.load(folder).class_names
        ('fr', 'de', 'it')
    """

    arrays: dict[str, np.ndarray]
    metadata: dict[str, Any]
    vocabulary: Words

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names by class id; for translation the target languages."""
        return tuple(self.metadata["class_names"])

    @property
    def is_translation(self) -> bool:
        """Whether the examples are translations."""
        return self.vocabulary["target"] is not None

    @property
    def labels_each_token(self) -> bool:
        """Whether every input id has a label of its own, padding included (class 0)."""
        inputs, labels = self.inputs("train"), self.labels("train")
        return labels.shape == inputs.shape and np.array_equal(labels > 0, inputs > 0)

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
        """Whole target sentences of a held-out split, ``(examples,)`` text: normalised, no tags, no unknown words."""
        return np.char.decode(self.arrays[f"{split}_references"], "utf-8")

    def sources(self, split: str) -> np.ndarray:
        """Whole source sentences of a held-out split, ``(examples,)`` text, as :meth:`references`."""
        return np.char.decode(self.arrays[f"{split}_sources"], "utf-8")

    def encode_sources(self, texts: Sequence[str]) -> np.ndarray:
        """Input ids of source sentences, from wherever, as if they were examples of this dataset.

        Args:
            texts: sentences in the source language, such as another dataset's :meth:`sources`.

        Returns:
            ``(texts, tokens)`` int32; ``encode_sources(sources(split))`` equals ``inputs(split)``.

        Raises:
            InputError: this dataset is not one of translations.
        """
        if not self.is_translation:
            raise InputError(f"dataset {self.metadata['corpus']}: has no source sentences; use one of translations")
        vocabulary = Vocabulary(tuple(self.vocabulary["input"]))
        return encode_source_sentences(vocabulary, list(map(sentence_words, texts)), self.metadata["input_tokens"])

    def tag_ids(self) -> tuple[np.ndarray, np.ndarray]:
        """Target ids of the start and of the end tag of every language, two ``(languages,)`` int32."""
        ids = {word: index for index, word in enumerate(self._target_words())}
        pairs = [[ids[tag] for tag in tags(language)] for language in self.class_names]
        start, end = np.array(pairs, np.int32).T
        return start, end

    def sentences(self, ids: np.ndarray) -> np.ndarray:
        """Text of decoded ``(examples, target tokens)`` int32, without padding and tags, ``(examples,)`` text."""
        unwritten = [PADDING_ID, *np.concatenate(self.tag_ids())]
        words = np.array(self._target_words(), dtype=object)
        return np.array([" ".join(words[row[~np.isin(row, unwritten)]]) for row in ids])

    def _target_words(self) -> list[str]:
        words = self.vocabulary["target"]
        if words is None:
            raise InputError(f"dataset {self.metadata['corpus']}: has no target words; use one of translations")
        return words

    def save(self, folder: str | os.PathLike) -> None:
        """Write ``dataset.npz``, ``vocabulary.json`` and, last, ``dataset.json``."""
        folder = Path(folder)
        write_arrays(folder / "dataset.npz", self.arrays)
        source, target = Vocabulary(tuple(self.vocabulary["input"])), self.vocabulary["target"]
        write_vocabularies(folder / "vocabulary.json", source, None if target is None else Vocabulary(tuple(target)))
        write_json(folder / "dataset.json", self.metadata)

    @classmethod
    def load(cls, folder: str | os.PathLike) -> Dataset:
        """Read a dataset and check that its files belong together.

        Raises:
            InputError: a file is missing, damaged, or of another dataset.
        """
        folder = Path(folder)
        metadata = read_metadata(folder / "dataset.json")
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
        vocabulary: Words = {"input": list(source.words), "target": list(target.words) if target else None}
        dataset = cls(arrays, metadata, vocabulary)
        try:
            _check_arrays(dataset)
        except ValueError as error:
            raise InputError(f"{folder / 'dataset.npz'}: {error}; prepare the dataset again") from error
        return dataset


def read_metadata(path: Path) -> dict[str, Any]:
    """Read ``dataset.json`` and check its values.

    Raises:
        InputError: the file is missing or damaged, or a value is missing, of the wrong kind or out of range.

    Example:
        >>> read_metadata(Path("no/dataset.json"))
        Traceback (most recent call last):
        ...
        rnn_modules.files.atomic_files.InputError: no/dataset.json: cannot be read (No such file or directory)
    """
    metadata = read_json(path, METADATA_KEYS)
    reader = RecordReader(path, metadata)
    for key in ("corpus", "source", "arrays_sha256"):
        reader.name(key)
    names = reader.texts("class_names", least=1)
    for key in ("input_tokens", "output_timesteps"):
        reader.whole(key, metadata[key], 1, MOST_TOKENS)
    reader.whole("vocabulary_size", metadata["vocabulary_size"], 1)
    if metadata.get("target_vocabulary_size") is not None:
        reader.whole("target_vocabulary_size", metadata["target_vocabulary_size"], 1)
    examples = reader.counts("examples", metadata["examples"])
    if not {"train", "test"} <= examples.keys() <= set(SPLITS):
        reader.fail("examples", f"train, test and perhaps validation of {', '.join(SPLITS)}", examples)
    for split, counts in reader.mapping("counts", metadata["counts"]).items():
        if not reader.counts(f"counts.{split}", counts).keys() <= set(names):
            reader.fail(f"counts.{split}", f"classes among {names}", counts)
    if "files" in metadata:
        for place, one in enumerate(reader.listed("files", metadata["files"])):
            inner = reader.inner(f"files.{place}", one, ("name", "sha256"))
            inner.name("name")
            inner.text("sha256")
    return metadata


def _check_arrays(dataset: Dataset) -> None:
    """Raise ValueError unless every split has its arrays, of the shapes and in the ranges that the metadata gives."""
    metadata, classes = dataset.metadata, len(dataset.class_names)
    timesteps, words, target = metadata["output_timesteps"], dataset.vocabulary["input"], dataset.vocabulary["target"]
    for split, examples in metadata["examples"].items():
        _check_ids(dataset, f"{split}_inputs", [(examples, metadata["input_tokens"])], len(words))
        if target is None:
            shapes = [(examples, timesteps), *([(examples,)] if timesteps == 1 else [])]
            _check_ids(dataset, f"{split}_labels", shapes, classes)
            continue
        _check_ids(dataset, f"{split}_targets", [(examples, timesteps)], len(target))
        _check_ids(dataset, f"{split}_languages", [(examples,)], classes)
        for name in () if split == "train" else (f"{split}_sources", f"{split}_references"):
            texts = dataset.arrays.get(name)
            if texts is None or texts.dtype.kind != "S" or texts.shape != (examples,):
                raise ValueError(f"{name}: expected {examples} texts, received {_described(texts)}")
            np.char.decode(texts, "utf-8")
    if target is not None:
        missing = [tag for name in dataset.class_names for tag in tags(name) if tag not in target]
        if missing or not isinstance(metadata.get("source_language"), str):
            raise ValueError(f"translations without source_language, or without the tags {', '.join(missing)}")


def _check_ids(dataset: Dataset, name: str, shapes: list[tuple[int, ...]], number: int) -> None:
    """Raise ValueError unless an array has one of these shapes and holds ids from 0 to below ``number``."""
    array = dataset.arrays.get(name)
    if array is None or array.dtype.kind not in "iu" or array.shape not in shapes:
        raise ValueError(f"{name}: expected whole numbers of shape {shapes[0]}, received {_described(array)}")
    if array.size and not (0 <= array.min() and array.max() < number):
        raise ValueError(f"{name}: expected ids of 0..{number - 1}, received {array.min()}..{array.max()}")


def _described(array: np.ndarray | None) -> str:
    return "none" if array is None else f"{array.dtype} {array.shape}"
