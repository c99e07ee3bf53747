"""Small datasets in memory, without any corpus."""

import numpy as np

from rnn_modules.data.dataset import Dataset, as_utf8, tags
from rnn_modules.files.atomic_files import sha256_of_arrays


def made_up_dataset(inputs, labels, class_names, vocabulary):
    """A classification dataset of ``{split: inputs}`` and ``{split: labels}``."""
    arrays = {f"{split}_inputs": values for split, values in inputs.items()}
    arrays |= {f"{split}_labels": np.asarray(values, np.int32) for split, values in labels.items()}
    first = next(iter(labels.values()))
    metadata = {
        "input_tokens": next(iter(inputs.values())).shape[1],
        "output_timesteps": first.shape[1] if first.ndim == 2 else 1,
        "examples": {split: len(values) for split, values in inputs.items()},
    }
    words = {"input": ["", "[UNK]", *(f"word{index}" for index in range(2, vocabulary))], "target": None}
    return _dataset(arrays, metadata, class_names, words)


def made_up_translations(network, sources, languages, class_names=("fr", "de")):
    """A dataset of translations into ``class_names``; its references are what the network itself writes.

    Its sources are made-up words, one for each id of ``sources``, which are padded on the right.
    """
    edges = [tag for language in class_names for tag in tags(language)]
    words = ["", "[UNK]", *edges]
    words += [f"mot{index}" for index in range(len(words), network.outputs)]
    arrays = {"test_inputs": sources, "test_languages": np.asarray(languages, np.int32)}
    source_words = np.array(["", "[UNK]", *(f"word{index}" for index in range(2, sources.max() + 1))], dtype=object)
    arrays["test_sources"] = as_utf8(" ".join(source_words[row[row > 0]]) for row in sources)
    dataset = _dataset(
        arrays,
        {"source_language": "en", "input_tokens": sources.shape[1], "output_timesteps": network.timesteps + 1},
        class_names,
        {"input": source_words.tolist(), "target": words},
    )
    start, end = dataset.tag_ids()
    ids = np.concatenate(
        [
            network.translate(sources[[row]], start[[language]], int(end[language]))
            for row, language in enumerate(languages)
        ]
    )
    arrays["test_references"] = as_utf8(dataset.sentences(ids))
    return dataset


def _dataset(arrays, metadata, class_names, words):
    counts = {name: 1 for name in class_names}
    common = {
        "corpus": "made up",
        "source": "synthetic",
        "class_names": list(class_names),
        "counts": {"train": counts, "test": counts},
        "vocabulary_size": len(words["input"]),
        "target_vocabulary_size": words["target"] and len(words["target"]),
        "examples": {},
    }
    return Dataset(arrays, common | metadata | {"arrays_sha256": sha256_of_arrays(arrays)}, words)
