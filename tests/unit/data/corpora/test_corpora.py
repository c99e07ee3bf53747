"""The readers, over tiny made-up files in the published formats."""

import gzip
import json

import pytest

from rnn_modules.data.corpora import files, sources
from rnn_modules.files.atomic_files import InputError
from support import corpus_files


def test_math_qa_both_forms_agree(tmp_path):
    corpus_files.math_qa_published(tmp_path / "published")
    corpus_files.math_qa_by_category(tmp_path / "plain")
    corpus_files.math_qa_by_category(tmp_path / "gzipped", compressed=True)
    published, plain, gzipped = (sources.read("math_qa", tmp_path / name) for name in ("published", "plain", "gzipped"))
    assert published == plain == gzipped
    assert published.class_names == ("gain", "general", "geometry", "other", "physics", "probability")
    assert published.splits["train"].labels == [0, 1, 2, 3, 4, 5]
    assert published.splits["validation"].words[2] == ["how", "many", "geometry", "12", "in", "all"]
    assert published.splits["test"].words[0][3] == "20"


def test_math_qa_unknown_category(tmp_path):
    corpus_files.math_qa_by_category(tmp_path)
    (tmp_path / "dev.json").write_text(json.dumps([{"Problem": "why ?", "category": "poetry"}]))
    with pytest.raises(InputError, match=r"dev\.json: category 'poetry'"):
        sources.read("math_qa", tmp_path)


@pytest.mark.parametrize("content", ["{", "[1]", '[{"Problem": "x"}]', "\udcff".encode("latin-1", "surrogateescape")])
def test_math_qa_damaged_json(tmp_path, content):
    corpus_files.math_qa_by_category(tmp_path)
    (tmp_path / "dev.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=r"dev\.json"):
        sources.read("math_qa", tmp_path)


def test_clinc(tmp_path):
    corpus_files.clinc(tmp_path, extra=(["42 7 !", 3, 3, "i", "d3"],))
    corpus = sources.read("clinc", tmp_path)
    assert len(corpus.class_names) == 10
    assert corpus.splits["train"].words[4] == ["tell", "me", "bout", "thing", "please"]
    assert corpus.splits["train"].labels == list(range(10))
    assert corpus.dropped == {"no word": 1}
    assert set(corpus.splits) == {"train", "validation", "test"}


def test_clinc_out_of_scope_domain_is_an_error(tmp_path):
    corpus_files.clinc(tmp_path, extra=(["hm", 150, 10, "oos", "oos"],))
    with pytest.raises(InputError, match="domain '10'"):
        sources.read("clinc", tmp_path)


def test_brown(tmp_path):
    corpus_files.brown(tmp_path)
    corpus = sources.read("brown", tmp_path)
    split = corpus.splits["train"]
    # Texts in the order of their names; the tag "zz" is in no map and becomes X; "cd-x" too.
    assert split.words == [["the", "cat", "1\\/2", "ran", "."], ["strange", ";"], ["so", "it"]]
    names = [[corpus.class_names[label] for label in labels] for labels in split.labels]
    assert names == [["DET", "NOUN", "X", "VERB", "."], ["X", "."], ["ADV", "PRON"]]
    assert corpus.class_names[0] == "padding" and len(corpus.class_names) == 13


def test_brown_untagged_token(tmp_path):
    corpus_files.brown(tmp_path, "The/at cat\n")
    with pytest.raises(InputError, match="ca01: token 'cat'"):
        sources.read("brown", tmp_path)


@pytest.mark.parametrize("form", ["published", "subset"])
def test_toxicity(tmp_path, form):
    getattr(corpus_files, f"toxicity_{form}")(tmp_path)
    corpus = sources.read("toxicity", tmp_path)
    assert corpus.class_names == ("padding", "clean", *corpus_files.KINDS)
    train, test = corpus.splits["train"], corpus.splits["test"]
    assert train.words == [["a", "fine", "day", "isn't", "it"], ["you", "rude", "one"]]
    assert train.labels == [[1], [2, 4, 7]]
    assert test.words == [["good", "work"]] and test.labels == [[1]]
    assert corpus.dropped == {"not scored": 1, "no word": 1}
    assert train.natural == (None if form == "published" else [True, False])


def test_toxicity_strange_label(tmp_path):
    corpus_files.toxicity_published(tmp_path)
    text = (tmp_path / "train.csv").read_text()
    (tmp_path / "train.csv").write_text(text.replace("1,0,1", "1,,1"))
    with pytest.raises(InputError, match=r"train\.csv: labels"):
        sources.read("toxicity", tmp_path)


def test_toxicity_row_without_labels(tmp_path):
    corpus_files.toxicity_published(tmp_path)
    corpus_files.write(tmp_path, "test_labels.csv", corpus_files.rows(["id", *corpus_files.KINDS]))
    with pytest.raises(InputError, match="no labels for the row 'd'"):
        sources.read("toxicity", tmp_path)


def test_truncated_table_row(tmp_path):
    corpus_files.toxicity_published(tmp_path)
    text = (tmp_path / "train.csv").read_text()
    (tmp_path / "train.csv").write_text(text[: text.rindex("0,0,0")])
    with pytest.raises(InputError, match=r"train\.csv: line 5 has 6 of 8 columns"):
        sources.read("toxicity", tmp_path)


def test_parallel(tmp_path):
    corpus_files.estonian(tmp_path)
    corpus = sources.read("estonian", tmp_path)
    assert corpus.source_language == "et"
    assert list(corpus.sentences) == ["et", "en", "de", "it"]
    assert corpus.sentences["et"] == [["tere"], ["kass", "magab"], ["oota", "siin"]]
    assert corpus.sentences["en"] == [["hello"], ["the", "cat", "sleeps"], ["wait", "here"]]
    assert corpus.dropped == {"no word": 1}


def test_two_corpora_of_one_folder(tmp_path):
    corpus_files.estonian(tmp_path)
    corpus_files.estonian_larger(tmp_path)
    corpus = sources.read("estonian_larger", tmp_path)
    assert corpus.source_language == "et"
    assert corpus.sentences == {
        "et": [["tere"], ["tere"], ["kass", "magab"]],
        "en": [["hello"], ["hi"], ["the", "cat", "sleeps"]],
    }
    assert len(sources.read("estonian", tmp_path).sentences["et"]) == 3


def test_parallel_lines_differ(tmp_path):
    corpus_files.estonian(tmp_path)
    (tmp_path / "it_et_train.txt").write_text("Ciao!\n")
    with pytest.raises(InputError, match=r"it_et_train\.txt: 1 lines where the other languages have 4"):
        sources.read("estonian", tmp_path)


def test_unknown_corpus(tmp_path):
    with pytest.raises(InputError, match="received 'poems'"):
        sources.read("poems", tmp_path)


def test_missing_file_names_the_form_that_comes_closest(tmp_path):
    corpus_files.math_qa_by_category(tmp_path)
    (tmp_path / "train_other.csv").unlink()
    with pytest.raises(InputError, match=r"train_other\.csv: no such file"):
        sources.read("math_qa", tmp_path)
    with pytest.raises(InputError, match=r"MathQA\.zip: no such file"):
        sources.read("math_qa", tmp_path / "empty")


@pytest.mark.parametrize("cut", [10, 60, -5])
def test_truncated_archives(tmp_path, cut):
    corpus_files.clinc(tmp_path)
    path = tmp_path / "clinc_oos.zip"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError, match=r"clinc_oos\.zip: damaged"):
        sources.read("clinc", tmp_path)
    corpus_files.estonian(tmp_path)
    path = tmp_path / "en_et_train.txt.gz"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError, match=r"en_et_train\.txt\.gz: damaged"):
        sources.read("estonian", tmp_path)


def test_archive_without_the_file(tmp_path):
    corpus_files.zipped(tmp_path / "clinc_oos.zip", {"train.csv": ""})
    with pytest.raises(InputError, match=r"holds no file val\.csv"):
        sources.read("clinc", tmp_path)


def test_decompression_bombs_stop_at_the_limit(tmp_path, monkeypatch):
    bomb = tmp_path / "x.txt.gz"
    bomb.write_bytes(gzip.compress(bytes(50_000_000)))
    with pytest.raises(InputError, match="more than the 1000 bytes"):
        files.digest(bomb, "x.txt", 1000)
    monkeypatch.setattr(files, "LARGEST_CONTENT", 1000)
    corpus_files.zipped(tmp_path / "y.zip", {"a": "0" * 600, "b": "0" * 600})
    with pytest.raises(InputError, match="more than 1000 bytes"):
        files.read_members(tmp_path / "y.zip")
    assert list(files.read_members(tmp_path / "y.zip", ("b",))) == ["b"]
