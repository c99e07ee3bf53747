"""Two datasets with one vocabulary: the same text under new ids, nothing else changed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_modules.data.corpora import ClassificationCorpus, Split
from rnn_modules.data.dataset import Dataset, DatasetSettings
from rnn_modules.data.preparation import prepare
from rnn_modules.data.shared_vocabulary import share_vocabulary
from rnn_modules.files.atomic_files import InputError, sha256_of_arrays
from support.made_up_corpora import MANIFEST, comments, domains, lines, tagged
from support.project import ROOT

SCRIPTS = ROOT / "scripts"


def texts(dataset: Dataset, split: str) -> list[list[str]]:
    return [[dataset.vocabulary["input"][number] for number in row if number] for row in dataset.inputs(split)]


def of_texts(examples: list[list[str]], tokens: int, size: int | None = None) -> Dataset:
    """A dataset whose splits all hold ``examples``, of one class."""
    split = Split(examples, [0] * len(examples))
    corpus = ClassificationCorpus("clinc", ("only",), {"train": split, "test": split, "validation": split})
    return prepare(corpus, DatasetSettings(input_tokens=tokens, vocabulary_size=size), MANIFEST)


def test_words_of_the_first_then_new_ones_of_the_second():
    first, second = of_texts([["a", "b"], ["a"]], 2), of_texts([["c", "b"], ["c", "d"]], 3)
    one, two = share_vocabulary(first, second)
    assert one.vocabulary == two.vocabulary == {"input": ["", "[UNK]", "a", "b", "c", "d"], "target": None}
    assert one.inputs("test").tolist() == [[0, 2, 3], [0, 0, 2]]
    assert two.inputs("test").tolist() == [[0, 4, 3], [0, 4, 5]]
    assert one.inputs("test").dtype == np.int32


def test_a_word_unknown_to_its_own_dataset_stays_unknown():
    first, second = of_texts([["a", "a", "b"]], 3, size=3), of_texts([["b"]], 3)
    one, _ = share_vocabulary(first, second)
    assert texts(one, "test") == [["a", "a", "[UNK]"]]


WORDS = st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6), min_size=1, max_size=6)


@given(WORDS, WORDS, st.integers(1, 7), st.integers(1, 7), st.integers(3, 10))
def test_the_text_stays_the_same(first, second, first_tokens, second_tokens, size):
    before = of_texts(first, first_tokens, size), of_texts(second, second_tokens)
    after = share_vocabulary(*before)
    assert after[0].vocabulary == after[1].vocabulary
    assert len(after[0].vocabulary["input"]) == len({*before[0].vocabulary["input"], *before[1].vocabulary["input"]})
    for old, new in zip(before, after, strict=True):
        for split in ("train", "validation", "test"):
            assert texts(new, split) == texts(old, split)
            assert new.inputs(split).shape == (len(old.inputs(split)), max(first_tokens, second_tokens))
            # Still padded on the left.
            assert (np.diff((new.inputs(split) > 0).astype(int), axis=1) >= 0).all()


def test_metadata(tmp_path):
    first = prepare(domains(), DatasetSettings(input_tokens=4), MANIFEST)
    second = prepare(comments(), DatasetSettings(input_tokens=6), MANIFEST)
    one, two = share_vocabulary(first, second)
    changed = {
        "vocabulary_size": len(first.vocabulary["input"]) + len(second.vocabulary["input"]) - 2,
        "input_tokens": 6,
    }
    assert one.metadata == first.metadata | changed | {
        "shared_with": "toxicity",
        "arrays_sha256": sha256_of_arrays(one.arrays),
    }
    assert two.metadata == second.metadata | changed | {
        "shared_with": "clinc",
        "arrays_sha256": sha256_of_arrays(two.arrays),
    }
    for old, new in ((first, one), (second, two)):
        assert new.arrays.keys() == old.arrays.keys()
        for split in ("train", "validation", "test"):
            assert np.array_equal(new.labels(split), old.labels(split))
        new.save(tmp_path)
        assert Dataset.load(tmp_path).vocabulary == new.vocabulary


def test_padding_before_labelled_words_is_labelled_padding():
    settings = DatasetSettings(input_tokens=3)
    whole = prepare(tagged(), settings, MANIFEST)
    _, longer = share_vocabulary(prepare(domains(), DatasetSettings(input_tokens=5), MANIFEST), whole)
    assert longer.labels_each_token and longer.metadata["output_timesteps"] == 5
    for split in ("train", "validation", "test"):
        assert np.array_equal(longer.labels(split)[:, 2:], whole.labels(split))
        counts = np.bincount(longer.labels(split).ravel()).tolist()
        assert list(longer.metadata["counts"][split].values()) == counts
    _, equal = share_vocabulary(prepare(domains(), settings, MANIFEST), whole)
    assert equal.metadata["counts"] == whole.metadata["counts"]
    assert np.array_equal(equal.labels("test"), whole.labels("test"))


def test_translations_share_no_vocabulary():
    translations, classes = (prepare(corpus, DatasetSettings(), MANIFEST) for corpus in (lines(), domains()))
    for pair in ((translations, classes), (classes, translations)):
        with pytest.raises(InputError, match="dataset tatoeba: received translations"):
            share_vocabulary(*pair)


def run_script(folder: Path, **names: str) -> subprocess.CompletedProcess:
    command = [sys.executable, SCRIPTS / "share_vocabulary.py"]
    for flag, name in names.items():
        command += [f"--{flag.replace('_', '-')}", folder / name]
    return subprocess.run(command, capture_output=True, text=True)


def test_script(tmp_path):
    datasets = [prepare(corpus, DatasetSettings(input_tokens=3), MANIFEST) for corpus in (domains(), tagged())]
    for dataset, name in zip(datasets, "ab", strict=True):
        dataset.save(tmp_path / name)
    result = run_script(tmp_path, first="a", second="b", first_output="c", second_output="d")
    assert result.returncode == 0, result.stderr
    for dataset, name in zip(share_vocabulary(*datasets), "cd", strict=True):
        assert Dataset.load(tmp_path / name).metadata["arrays_sha256"] == dataset.metadata["arrays_sha256"]
    result = run_script(tmp_path, first="a", second="b", first_output="c", second_output="b")
    assert result.returncode == 2
    assert result.stderr.startswith("error: first, second, first_output, second_output: a folder is named twice")
