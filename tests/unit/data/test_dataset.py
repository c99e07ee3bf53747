"""Datasets as files, and their commands."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rnn_modules.data.corpora import sources
from rnn_modules.data.dataset import Dataset, DatasetSettings
from rnn_modules.data.preparation import prepare
from rnn_modules.files.atomic_files import InputError, write_arrays
from rnn_modules.files.command_line import add_settings, parser_of, settings_from
from support import corpus_files
from support.made_up_corpora import MANIFEST, comments, domains, lines, tagged
from support.project import ROOT

SCRIPTS = ROOT / "scripts"


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


def test_sources_are_encoded_as_the_inputs_were():
    settings = DatasetSettings(input_tokens=2, vocabulary_size=30)
    corpus = lines(80)
    for row, words in enumerate(corpus.sentences["en"]):
        words.extend(["it's", "été"][: row % 3])
    dataset, other = (prepare(corpus, dataclasses.replace(settings, input_tokens=size), MANIFEST) for size in (2, 3))
    assert (dataset.inputs("test") == 1).any() and (other.inputs("test") == 0).any()
    for one in (dataset, other):
        encoded = one.encode_sources(dataset.sources("test"))
        assert encoded.dtype == np.int32 and np.array_equal(encoded, one.inputs("test"))
    assert np.array_equal(other.encode_sources(["A LINE, it’s"]), other.encode_sources(["a line it's"]))
    assert other.encode_sources([]).shape == (0, 3)


def test_classification_has_no_sources():
    with pytest.raises(InputError, match="dataset clinc: has no source sentences"):
        prepare(domains(), DatasetSettings(), MANIFEST).encode_sources(["word"])


def test_labels_of_each_token():
    assert prepare(tagged(), DatasetSettings(input_tokens=3), MANIFEST).labels_each_token
    assert not prepare(domains(), DatasetSettings(), MANIFEST).labels_each_token
    # As many labels as tokens, but not of the tokens.
    assert not prepare(comments(), DatasetSettings(input_tokens=3), MANIFEST).labels_each_token
    assert not prepare(lines(), DatasetSettings(), MANIFEST).labels_each_token


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
    parser = parser_of("Do it.")
    add_settings(parser, DatasetSettings)
    assert all(field.metadata.get("help") for field in dataclasses.fields(DatasetSettings))
    assert parser.parse_args(["--natural-rates", "all", "--lines", "5"]).lines == 5
    with pytest.raises(SystemExit):
        parser.parse_args(["--natural-rates", "sometimes"])
    for flags, languages in (([], ()), (["--languages"], ()), (["--languages", "fr", "de"], ("fr", "de"))):
        assert settings_from(parser.parse_args(flags), DatasetSettings).languages == languages


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
