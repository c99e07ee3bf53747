"""Corpus files in all forms, their manifests, and the scripts that fetch and prepare them."""

import gzip
import io
import json
import shutil
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.mutations import changed_json, damaged_bytes, json_files, or_gone, packed, put
from fuzz.trial import attempt, inputs, script
from rnn_modules.data import corpora
from rnn_modules.data.corpora import files, sources
from rnn_modules.files.atomic_files import InputError
from support import corpus_files

FORMS = {
    "math_qa published": (corpus_files.math_qa_published, "published"),
    "math_qa by_category": (corpus_files.math_qa_by_category, "by_category"),
    "clinc published": (corpus_files.clinc, "published"),
    "brown published": (corpus_files.brown, "published"),
    "toxicity published": (corpus_files.toxicity_published, "published"),
    "toxicity subset": (corpus_files.toxicity_subset, "subset"),
    "estonian published": (corpus_files.estonian, "published"),
}
TEXT_CHANGES = ("bytes", "bytes", "delete", "twice", "cells", "quote", "long", "nul", "columns", "json")
ARCHIVE_CHANGES = ("text", "text", "text", "bytes", "twice", "escape", "method", "gone", "nested", "many")


@st.composite
def changed_texts(draw, text):
    """The bytes of a corpus's text file after a change to its lines, cells or bytes."""
    lines = text.split("\n")
    place = draw(st.integers(0, len(lines) - 1))
    kind = draw(st.sampled_from(TEXT_CHANGES))
    if kind == "bytes":
        return draw(damaged_bytes(text.encode()))
    if kind == "json" and text.startswith("["):
        return draw(changed_json(json.loads(text)))
    if kind == "delete":
        del lines[place:]
    elif kind == "twice":
        lines.insert(place, lines[place])
    elif kind == "cells":
        lines[place] += ",more\tmore"
    elif kind == "quote":
        lines[place] = '"' + lines[place]
    elif kind == "long":
        lines[place] += "word " * 40_000
    elif kind == "nul":
        lines[place] = "\0" + lines[place]
    else:
        lines = [line.rpartition(",")[0] for line in lines]
    return "\n".join(lines).encode()


def members_of(path):
    with zipfile.ZipFile(path) as archive:
        return [(entry.filename, archive.read(entry)) for entry in archive.infolist()]


@st.composite
def changed_archives(draw, path):
    """A zip archive after a change to a member, to the list of its members, or to its bytes."""
    members = members_of(path)
    place = draw(st.integers(0, len(members) - 1))
    name, content = members[place]
    kind = draw(st.sampled_from(ARCHIVE_CHANGES))
    if kind == "bytes":
        return draw(damaged_bytes(path.read_bytes()))
    if kind == "text":
        members[place] = (name, draw(changed_texts(content.decode())))
    elif kind == "twice":
        members.append((draw(st.sampled_from((name, f"other/{name}"))), content))
    elif kind == "escape":
        members[place] = (f"../../{name}", content)
    elif kind == "gone":
        del members[place]
    elif kind == "nested":
        members[place] = (name, packed(members))
    elif kind == "many":
        members += [(f"more/{number}", b"") for number in range(300)]
    else:
        return packed(members, draw(st.sampled_from((zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2))))
    return packed(members)


def changed_file(path):
    if path.suffix == ".zip":
        return changed_archives(path)
    if path.suffix == ".gz":
        inside = gzip.decompress(path.read_bytes()).decode()
        return st.one_of(changed_texts(inside).map(gzip.compress), damaged_bytes(path.read_bytes()))
    return changed_texts(path.read_bytes().decode())


@pytest.mark.parametrize("name", FORMS)
def test_corpus(name, tmp_path):
    write, form = FORMS[name]
    corpus = name.split()[0]
    valid = tmp_path / "valid"
    valid.mkdir()
    write(valid)
    sources.read(corpus, valid, form)

    @inputs(60)
    @given(st.one_of([st.tuples(st.just(path.name), or_gone(changed_file(path))) for path in sorted(valid.iterdir())]))
    def check(damage):
        file, damaged = damage
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(shutil.copytree(valid, Path(folder) / "corpus"))
            put(copy / file, damaged)
            names = [path.name.removesuffix(".gz").removesuffix(".zip") for path in valid.iterdir()]
            attempt("corpus files", folder, lambda: sources.read(corpus, copy, form), names=names)

    check()


@pytest.mark.parametrize("packing", ["gz", "zip", "zip of many"])
def test_bombs(packing, tmp_path, monkeypatch):
    """What is small and unpacks to more than any corpus ends at the limit, whatever it is packed by."""
    if packing == "gz":
        corpus_files.toxicity_published(tmp_path)
        (tmp_path / "train.csv").unlink()
        (tmp_path / "train.csv.gz").write_bytes(gzip.compress(bytes(files.LARGEST_CONTENT + 1), 1))
        corpus = "toxicity"
    else:
        corpus_files.brown(tmp_path)
        monkeypatch.setattr(files, "LARGEST_CONTENT", 2**22)
        whole, half = bytes(2**22 + 1), bytes(2**21 + 1)
        members = [("ca01", whole)] if packing == "zip" else [("ca01", half), ("ca02", half)]
        (tmp_path / "brown.zip").write_bytes(packed(members))
        corpus = "brown"
    message = attempt("corpus files", tmp_path, lambda: sources.read(corpus, tmp_path, "published"))
    assert "more than" in message


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    """A mirror whose files are the known ones, and the manifest of one of its corpora."""
    top = tmp_path_factory.mktemp("mirror")
    corpus_files.estonian(top / "estonian")
    known = json.loads(json.dumps(sources.catalogue()))
    for form in known["estonian"]["forms"].values():
        for name, facts in form.items():
            facts["bytes"], facts["sha256"] = files.digest(files.require(top / "estonian", name), name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "catalogue", lambda: known)
        yield top, sources.fetch("estonian", "mirror", mirror=top)


def test_manifest(mirror):
    top, manifest = mirror

    @inputs(120)
    @given(or_gone(json_files(manifest)))
    def check(damaged):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "manifest.json"
            path.touch()
            put(path, damaged)
            names = ["manifest.json", "et_train.txt", "estonian"]
            attempt("manifests", folder, lambda: sources.load(sources.read_manifest(path)), names=names)

    assert len(sources.load(manifest).sentences["et"]) == 3
    check()


FLAGS = (
    *("--input-tokens", "--target-tokens", "--vocabulary-size", "--minimum-count", "--longest-source", "--lines"),
    *("--train-examples", "--validation-share", "--test-share", "--languages", "--natural-rates", "--split-seed"),
    *("--unknown", "--output"),
)
FETCH_FLAGS = ("--mirror", "--cache", "--examples", "--seed")
WORDS = ("0", "-1", "1", "2.5", "nan", "inf", "1e400", "9" * 30, "x", "", "en", "de", "../x", "held_out", "100000")


def test_prepare_dataset(mirror, tmp_path):
    _, manifest = mirror
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest))

    @inputs(60)
    @given(st.lists(st.tuples(st.sampled_from(FLAGS), st.sampled_from(WORDS)), min_size=1, max_size=3))
    def check(flags):
        with tempfile.TemporaryDirectory() as folder:
            words = [word for flag, value in flags if flag != "--output" for word in (flag, value)]
            output = Path(folder) / "dataset"
            if "--output" in dict(flags):
                output.write_text("a file in the way")
            attempt(
                "prepare_dataset",
                folder,
                lambda: script("prepare_dataset.py", "--manifest", path, "--output", output, *words),
                output=output,
            )

    check()


@inputs(60)
@given(
    st.sampled_from(corpora.CORPORA + ("poems", "../x")),
    st.sampled_from(sources.SOURCES[1:] + ("post",)),
    st.dictionaries(
        st.sampled_from(("--mirror", "--cache", "--examples", "--seed")), st.sampled_from(WORDS), max_size=2
    ),
)
def test_fetch_corpus(corpus, source, flags):
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "manifests" / "one.json"
        words = [word for pair in flags.items() for word in pair]
        arguments = ["--corpus", corpus, "--source", source, *words, "--output", output]
        attempt("fetch_corpus", folder, lambda: script("fetch_corpus.py", *arguments), output=output)


def test_members_are_never_written(tmp_path):
    """An archive that would unpack outside its folder is read in memory: nothing is unpacked at all."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("../../ca01", "The/at\n")
        archive.writestr("/ca02", "The/at\n")
    corpus_files.brown(tmp_path)
    (tmp_path / "brown.zip").write_bytes(stream.getvalue())
    assert attempt("corpus files", tmp_path, lambda: sources.read("brown", tmp_path, "published")) is None
    with pytest.raises(InputError, match="damaged"):
        (tmp_path / "brown.zip").write_bytes(stream.getvalue()[:-1])
        sources.read("brown", tmp_path, "published")
