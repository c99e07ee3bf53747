"""One input for two models: datasets re-encoded with a common vocabulary (paper section V-B2, inter RNN type reuse)."""

from __future__ import annotations

import dataclasses

import numpy as np

from rnn_modules.data.dataset import Dataset
from rnn_modules.files.atomic_files import InputError, sha256_of_arrays


def share_vocabulary(first: Dataset, second: Dataset) -> tuple[Dataset, Dataset]:
    """Two classification datasets whose inputs a module of either one's model can read.

    The vocabulary is the words of the first dataset in their order, then the second's new ones; the length is that of
    the longer inputs, and the others are padded on the left. The published package fitted one tokenizer on the text of
    both; here it is the union of the two training vocabularies, each cut to its own size. A word that was unknown to
    its own dataset stays unknown, even if the other knows it. Nothing changes in splits and labels, but that padding
    added where each word has a label is labelled as padding.

    Args:
        first: a classification dataset.
        second: another one.

    Returns:
        Both datasets, encoded again; the metadata's ``shared_with`` names the other's corpus.

    Raises:
        InputError: a dataset is one of translations.

    Example:
        >>> from rnn_modules.data.corpora import sources
        >>> from rnn_modules.data.dataset import DatasetSettings
        >>> from rnn_modules.data.preparation import prepare
        >>> manifests = [sources.fetch(corpus, "synthetic", examples=400) for corpus in ("clinc", "toxicity")]
        >>> settings = [DatasetSettings(input_tokens=tokens) for tokens in (8, 12)]
        >>> alone = [prepare(sources.load(one), how, one) for one, how in zip(manifests, settings, strict=True)]
        >>> together = share_vocabulary(*alone)
        >>> [(len(dataset.vocabulary["input"]), dataset.inputs("test").shape[1]) for dataset in (*alone, *together)]
        [(203, 8), (114, 12), (290, 12), (290, 12)]
    """
    for dataset in (first, second):
        if dataset.is_translation:
            raise InputError(
                f"dataset {dataset.metadata['corpus']}: received translations; only classification datasets can share "
                "a vocabulary"
            )
    words = list(dict.fromkeys([*first.vocabulary["input"], *second.vocabulary["input"]]))
    tokens = max(first.metadata["input_tokens"], second.metadata["input_tokens"])
    return _encoded_again(first, words, tokens, second), _encoded_again(second, words, tokens, first)


def _encoded_again(dataset: Dataset, words: list[str], tokens: int, other: Dataset) -> Dataset:
    """The dataset with ``words`` as vocabulary and inputs of ``tokens`` ids."""
    ids = {word: number for number, word in enumerate(words)}
    new_ids = np.array([ids[word] for word in dataset.vocabulary["input"]], dtype=np.int32)
    more = tokens - dataset.metadata["input_tokens"]
    arrays = {}
    for name, values in dataset.arrays.items():
        if name.endswith("_inputs"):
            values = _padded(new_ids[values], more)
        elif more and dataset.labels_each_token and name.endswith("_labels"):
            values = _padded(values, more)
        arrays[name] = values
    metadata = dataset.metadata | {
        "vocabulary_size": len(words),
        "input_tokens": tokens,
        "arrays_sha256": sha256_of_arrays(arrays),
        "shared_with": other.metadata["corpus"],
    }
    if dataset.labels_each_token:
        padding = dataset.class_names[0]
        metadata["output_timesteps"] = tokens
        metadata["counts"] = {
            split: counts | {padding: counts[padding] + more * dataset.metadata["examples"][split]}
            for split, counts in dataset.metadata["counts"].items()
        }
    return dataclasses.replace(dataset, arrays=arrays, metadata=metadata, vocabulary={"input": words, "target": None})


def _padded(rows: np.ndarray, more: int) -> np.ndarray:
    """Rows with ``more`` zeros on the left."""
    return np.pad(rows, ((0, 0), (more, 0)))
