"""Encoding whole corpora: splits, vocabularies of training text, label sequences, saving and loading."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rnn_modules.artefacts import InputError, write_arrays
from rnn_modules.commands import add_settings
from rnn_modules.corpora import ClassificationCorpus, ParallelCorpus, Split, sources
from rnn_modules.dataset import Dataset, DatasetSettings, prepare
from support import corpus_files

SCRIPTS = Path(__file__).parents[2] / "scripts"
MANIFEST = {
    "corpus": "x",
    "source": "mirror",
    "form": "published",
    "files": [{"name": "a.zip", "path": "somewhere/a.zip", "bytes": 3, "sha256": "00"}],
}


def domains(examples: int = 60, names: tuple[str, ...] = ("red", "blue")) -> ClassificationCorpus:
    """A corpus with all three splits; the words tell split and row."""
    splits = {
        split: Split(
            [["word", f"{split}{row}"] for row in range(examples)], [row % len(names) for row in range(examples)]
        )
        for split in ("train", "validation", "test")
    }
    return ClassificationCorpus("clinc", names, splits, {"no word": 2})


def tagged(sentences: int = 40) -> ClassificationCorpus:
    """Sentences of one to four words in which word "w<tag>" has its tag."""
    labels = [[1 + (row + step) % 3 for step in range(1 + row % 4)] for row in range(sentences)]
    words = [[f"w{label}" for label in row] for row in labels]
    return ClassificationCorpus("brown", ("padding", "NOUN", "VERB", "."), {"train": Split(words, labels)})


def comments(rows: int = 100) -> ClassificationCorpus:
    """Comments of which the first half is of natural rates."""
    names = ("padding", "clean", "toxic", "severe_toxic", "obscene")
    patterns = [[1], [2], [2, 3], [2, 3, 4], [4]]
    labels = [patterns[row % 5] for row in range(rows)]
    train = Split([["row", f"row{row}"] for row in range(rows)], labels, [row < rows // 2 for row in range(rows)])
    return ClassificationCorpus("toxicity", names, {"train": train, "test": Split([["t"]] * 5, patterns)})


def lines(number: int = 40, repeated: int = 0) -> ParallelCorpus:
    """Numbered sentences; the first ``repeated`` sources occur a second time with other translations."""
    numbers = [*range(number), *range(repeated)]
    return ParallelCorpus(
        "tatoeba",
        "en",
        {
            "en": [["line", f"en{one}"] for one in numbers],
            "fr": [["ligne", f"fr{position}"] for position, _ in enumerate(numbers)],
            "de": [["die", "zeile", f"de{position}"] for position, _ in enumerate(numbers)],
        },
    )


def decoded(dataset: Dataset, split: str, array: str = "inputs", side: str = "input") -> list[list[str]]:
    return [
        [dataset.vocabulary[side][number] for number in row if number] for row in dataset.arrays[f"{split}_{array}"]
    ]


def test_published_splits_and_vocabulary_of_training_text():
    dataset = prepare(domains(), DatasetSettings(input_tokens=4, test_share=0.5, validation_share=0.3), MANIFEST)
    assert dataset.metadata["examples"] == {"train": 60, "validation": 60, "test": 60}
    assert dataset.metadata["counts"]["test"] == {"red": 30, "blue": 30}
    assert dataset.inputs("train").dtype == dataset.labels("train").dtype == np.int32
    assert dataset.inputs("train")[0].tolist() == [0, 0, 2, 3]
    # Words that only validation or test rows have are out of vocabulary.
    assert not any("test" in word or "validation" in word for word in dataset.vocabulary["input"])
    assert decoded(dataset, "test")[0] == ["word", "[UNK]"]
    assert dataset.metadata["output_timesteps"] == 1
    assert dataset.metadata["dropped"] == {"no word": 2}
    assert dataset.metadata["files"] == [{"name": "a.zip", "bytes": 3, "sha256": "00"}]
    assert "somewhere" not in json.dumps(dataset.metadata)


def test_subsets_are_nested_and_depend_on_the_seed_alone():
    small, large, other = (
        prepare(domains(), DatasetSettings(train_examples=size, test_examples=20, split_seed=seed), MANIFEST)
        for size, seed in ((10, 0), (30, 0), (30, 1))
    )
    chosen = [{tuple(row) for row in decoded(dataset, "train")} for dataset in (small, large, other)]
    assert [len(rows) for rows in chosen] == [10, 30, 30]
    assert chosen[0] < chosen[1] != chosen[2]
    # The size of one split does not move another; the rows keep their order.
    assert np.array_equal(small.labels("test"), large.labels("test"))
    assert not np.array_equal(small.labels("test"), other.labels("test"))
    numbers = [int(row[1].removeprefix("train")) for row in decoded(large, "train")]
    assert numbers == sorted(numbers)


def test_longest_source_keeps_shorter_texts():
    dataset = prepare(tagged(), DatasetSettings(input_tokens=3, longest_source=2), MANIFEST)
    assert sum(dataset.metadata["examples"].values()) == 20
    assert dataset.metadata["dropped"] == {"too long": 20}
    assert max(map(len, decoded(dataset, "train"))) == 2


def test_label_sequences_are_aligned_with_words():
    dataset = prepare(tagged(), DatasetSettings(input_tokens=3), MANIFEST)
    assert dataset.metadata["output_timesteps"] == 3
    for split in ("train", "validation", "test"):
        words = np.array(dataset.vocabulary["input"])[dataset.inputs(split)]
        labels = dataset.labels(split)
        assert np.array_equal(words == "", labels == 0)
        assert all(word == f"w{label}" for word, label in zip(words[labels > 0], labels[labels > 0], strict=True))
    # Padded on the left.
    assert (np.diff((dataset.labels("train") > 0).astype(int), axis=1) >= 0).all()


@pytest.mark.parametrize(
    ("validation", "sizes"), [(0.0, {"train": 30, "test": 10}), (0.05, {"train": 28, "validation": 2, "test": 10})]
)
def test_held_out_shares(validation, sizes):
    dataset = prepare(tagged(), DatasetSettings(input_tokens=3, validation_share=validation), MANIFEST)
    assert dataset.metadata["examples"] == sizes
    assert ("validation_inputs" in dataset.arrays) == bool(validation)


def test_toxic_labels_are_padded_on_the_left():
    dataset = prepare(comments(), DatasetSettings(), MANIFEST)
    assert dataset.metadata["output_timesteps"] == 3
    assert dataset.labels("test").tolist() == [[0, 0, 1], [0, 0, 2], [0, 2, 3], [2, 3, 4], [0, 0, 4]]
    assert dataset.metadata["counts"]["test"] == {
        "padding": 7,
        "clean": 1,
        "toxic": 3,
        "severe_toxic": 2,
        "obscene": 2,
    }


def test_subset_form_takes_its_test_rows_from_training():
    subset = {**MANIFEST, "form": "subset"}
    published = prepare(comments(), DatasetSettings(test_share=0.0), subset)
    assert published.metadata["examples"] == {"train": 95, "validation": 5, "test": 5}
    natural = prepare(comments(), DatasetSettings(test_share=0.2, natural_rates="held_out"), subset)
    assert natural.metadata["examples"] == {"train": 75, "validation": 5, "test": 20}
    rows = {int(row[1][3:]) for row in decoded(natural, "train")}
    assert set(range(50, 100)) < rows and len(rows) == 75
    only = prepare(comments(), DatasetSettings(test_share=0.2, natural_rates="all"), subset)
    assert only.metadata["examples"] == {"train": 37, "validation": 3, "test": 10}
    assert only.metadata["dropped"] == {"not of natural rates": 50}
    with pytest.raises(InputError, match="where 50 can be held out"):
        prepare(comments(), DatasetSettings(test_share=0.6, natural_rates="held_out"), subset)


def test_translation_arrays():
    settings = DatasetSettings(input_tokens=3, target_tokens=6, test_share=0.25, validation_share=0.1)
    dataset = prepare(lines(), settings, MANIFEST)
    assert dataset.is_translation and dataset.class_names == ("fr", "de")
    assert dataset.metadata["examples"] == {"train": 52, "validation": 8, "test": 20}
    assert dataset.metadata["counts"]["test"] == {"fr": 10, "de": 10}
    assert dataset.metadata["output_timesteps"] == 6
    assert dataset.labels("train").tolist() == [0, 1] * 26
    sources_, targets = decoded(dataset, "train"), decoded(dataset, "train", "targets", "target")
    for number in range(0, 52, 2):
        line = sources_[number][1].removeprefix("en")
        assert sources_[number] == sources_[number + 1] == ["line", f"en{line}"]
        assert targets[number] == ["[startfr]", "ligne", f"fr{line}", "[endfr]"]
        assert targets[number + 1] == ["[startde]", "die", "zeile", f"de{line}", "[endde]"]
    assert (dataset.inputs("train")[:, 2] == 0).all()
    assert (dataset.targets("train")[:, 5] == 0).all() and (dataset.targets("train")[:, 0] > 1).all()
    words = {word for words in decoded(dataset, "test") for word in words}
    assert words == {"line", "[UNK]"}


def test_long_targets_keep_their_end_tag():
    dataset = prepare(lines(), DatasetSettings(target_tokens=4), MANIFEST)
    assert decoded(dataset, "train", "targets", "target")[1] == ["[startde]", "die", "zeile", "[endde]"]


def test_equal_source_sentences_stay_in_one_split():
    for seed in range(5):
        settings = DatasetSettings(test_share=0.3, validation_share=0.3, split_seed=seed)
        dataset = prepare(lines(20, repeated=20), settings, MANIFEST)
        assert dataset.metadata["examples"] == {"train": 32, "validation": 24, "test": 24}
        assert len(set(map(tuple, decoded(dataset, "train")))) == 8


def test_translation_line_choices():
    dataset = prepare(lines(), DatasetSettings(lines=20, test_examples=5), MANIFEST)
    assert dataset.metadata["examples"] == {"train": 28, "validation": 2, "test": 4}
    assert dataset.metadata["counts"]["test"] == {"fr": 2, "de": 2}
    corpus = lines()
    corpus.sentences["de"][7] = ["sehr"] * 9
    corpus.sentences["en"][8] = ["very"] * 9
    dataset = prepare(corpus, DatasetSettings(longest_source=5, longest_target=5), MANIFEST)
    assert dataset.metadata["dropped"] == {"too long": 2}
    assert sum(dataset.metadata["examples"].values()) == 76


@pytest.mark.parametrize("split", ["train", "test"])
def test_class_without_an_example(split):
    corpus = domains(names=("red", "blue", "green"))
    part = corpus.splits[split]
    rows = [row for row, label in enumerate(part.labels) if label != 1]
    corpus.splits[split] = Split([part.words[row] for row in rows], [part.labels[row] for row in rows])
    with pytest.raises(InputError, match=f"clinc: class 'blue' has no {split} example"):
        prepare(corpus, DatasetSettings(), MANIFEST)


def test_language_without_an_example():
    with pytest.raises(InputError, match="no training line is left"):
        prepare(lines(2), DatasetSettings(test_share=0.5, validation_share=0.4), MANIFEST)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"input_tokens": 0}, "input_tokens: received 0"),
        ({"target_tokens": 2}, "target_tokens: received 2"),
        ({"train_examples": -1}, "train_examples: received -1"),
        ({"test_share": 1.5}, "received"),
        ({"test_share": 0.5, "validation_share": 0.5}, "leave training rows"),
        ({"natural_rates": "some"}, "natural_rates: received 'some'"),
        ({"target_vocabulary_size": 5}, r"leaves out the tag \[startde\]"),
        ({"test_share": 0.0}, "test_share: received 0.0"),
    ],
)
def test_settings_that_cannot_be_met(change, message):
    with pytest.raises(InputError, match=message):
        prepare(lines(), dataclasses.replace(DatasetSettings(), **change), MANIFEST)


def test_save_and_load(tmp_path):
    for number, corpus in enumerate((domains(), tagged(), lines())):
        dataset = prepare(corpus, DatasetSettings(), MANIFEST)
        folder = tmp_path / str(number)
        dataset.save(folder)
        assert sorted(path.name for path in folder.iterdir()) == ["dataset.json", "dataset.npz", "vocabulary.json"]
        loaded = Dataset.load(folder)
        assert loaded.metadata == json.loads(json.dumps(dataset.metadata))
        assert loaded.vocabulary == dataset.vocabulary
        assert loaded.arrays.keys() == dataset.arrays.keys()
        assert all(np.array_equal(loaded.arrays[name], array) for name, array in dataset.arrays.items())
        # Equal settings give equal bytes.
        prepare(corpus, DatasetSettings(), MANIFEST).save(tmp_path / "again")
        for path in folder.iterdir():
            assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_load_refuses_files_that_do_not_belong_together(tmp_path):
    dataset = prepare(domains(), DatasetSettings(), MANIFEST)
    dataset.save(tmp_path)
    write_arrays(tmp_path / "dataset.npz", {**dataset.arrays, "test_labels": dataset.labels("test") * 0})
    with pytest.raises(InputError, match=r"dataset\.npz: SHA-256 of the arrays"):
        Dataset.load(tmp_path)
    dataset.save(tmp_path)
    (tmp_path / "vocabulary.json").write_text('{"input": ["", "[UNK]", "a"], "target": null}')
    with pytest.raises(InputError, match=r"vocabulary\.json: \(3, None\) words"):
        Dataset.load(tmp_path)
    (tmp_path / "dataset.json").unlink()
    with pytest.raises(InputError, match=r"dataset\.json"):
        Dataset.load(tmp_path)


def test_settings_are_flags_with_help(capsys):
    import argparse

    parser = argparse.ArgumentParser()
    add_settings(parser, DatasetSettings)
    assert all(field.metadata.get("help") for field in dataclasses.fields(DatasetSettings))
    assert parser.parse_args(["--natural-rates", "all", "--lines", "5"]).lines == 5
    with pytest.raises(SystemExit):
        parser.parse_args(["--natural-rates", "sometimes"])


def run_script(*arguments) -> subprocess.CompletedProcess:
    command = [sys.executable, SCRIPTS / "prepare_dataset.py", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def manifest_of(folder: Path, corpus: str, form: str) -> Path:
    """A manifest as ``fetch_corpus.py`` writes it, for made-up files."""
    entries = []
    for path in sorted(folder.iterdir()):
        name = path.name.removesuffix(".gz") if path.suffix == ".gz" else path.name
        size, checksum = sources.files.digest(path, name)
        entries.append({"name": name, "path": str(path), "bytes": size, "sha256": checksum})
    content = {"corpus": corpus, "source": "mirror", "folder": str(folder), "form": form, "files": entries}
    manifest = folder.parent / "manifest.json"
    manifest.write_text(json.dumps(content))
    return manifest


def test_script(tmp_path):
    corpus_files.clinc(tmp_path / "clinc_oos")
    manifest = manifest_of(tmp_path / "clinc_oos", "clinc", "published")
    result = run_script("--manifest", manifest, "--output", tmp_path / "dataset", "--input-tokens", 7)
    assert result.returncode == 0, result.stderr
    dataset = Dataset.load(tmp_path / "dataset")
    assert dataset.inputs("train").shape == (10, 7)
    assert dataset.metadata["settings"]["input_tokens"] == 7


def test_script_writes_nothing_when_a_class_has_no_example(tmp_path):
    corpus_files.toxicity_subset(tmp_path / "toxic")
    manifest = manifest_of(tmp_path / "toxic", "toxicity", "subset")
    result = run_script(
        "--manifest", manifest, "--output", tmp_path / "dataset", "--test-share", 0, "--natural-rates", "none"
    )
    assert result.returncode == 2
    assert result.stderr.startswith("error: toxicity: class ") and result.stderr.count("\n") == 1
    assert not (tmp_path / "dataset").exists()
