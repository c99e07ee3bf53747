"""Fetching and checking corpus files: mirror, download from a local server, synthetic, manifests."""

import gzip
import json
import subprocess
import sys

import pytest

from rnn_modules.data import corpora
from rnn_modules.data.corpora import sources
from rnn_modules.data.corpora.download import download
from rnn_modules.files.atomic_files import InputError, write_json
from support import corpus_files
from support.file_server import Answer, file_server, get, sha256
from support.project import ROOT

SCRIPTS = ROOT / "scripts"


@pytest.fixture
def estonian(tmp_path, monkeypatch):
    """A mirror with a made-up Estonian corpus that the catalogue knows."""
    folder = tmp_path / "mirror" / "estonian"
    corpus_files.estonian(folder)
    names = {}
    for path in sorted(folder.iterdir()):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        names[path.name.removesuffix(".gz")] = {"bytes": len(content), "sha256": sha256(content)}
    catalogue = {"estonian": {"folder": "estonian", "forms": {"published": names}}}
    monkeypatch.setattr(sources, "catalogue", lambda: catalogue)
    return folder


def test_catalogue_is_complete():
    assert set(sources.catalogue()) == set(corpora.CORPORA)
    for described in sources.catalogue().values():
        for names in described["forms"].values():
            for known in names.values():
                assert known["bytes"] > 0 and len(known["sha256"]) == 64
        assert all(known["url"].startswith("https://") for known in described["forms"]["published"].values())


def test_mirror(estonian):
    manifest = sources.fetch("estonian", "mirror", mirror=estonian.parent)
    assert manifest["form"] == "published"
    assert [one["name"] for one in manifest["files"]] == [
        "de_et_train.txt",
        "en_et_train.txt",
        "et_et_train.txt",
        "it_et_train.txt",
    ]
    # The checksum is that of the content, whether gzipped or not.
    compressed = estonian / "en_et_train.txt.gz"
    assert manifest["files"][1]["path"] == str(compressed)
    assert sources.load(manifest) == sources.read("estonian", estonian)
    (estonian / "en_et_train.txt").write_bytes(gzip.decompress(compressed.read_bytes()))
    compressed.unlink()
    plain = sources.fetch("estonian", "mirror", mirror=estonian.parent)
    assert plain["files"][1]["sha256"] == manifest["files"][1]["sha256"]


def test_mirror_missing_file(estonian):
    (estonian / "it_et_train.txt").unlink()
    with pytest.raises(InputError, match=r"estonian/it_et_train\.txt: no such file"):
        sources.fetch("estonian", "mirror", mirror=estonian.parent)


def test_mirror_truncated_file(estonian):
    path = estonian / "it_et_train.txt"
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(InputError, match=r"it_et_train\.txt: truncated, \d+ of \d+ bytes"):
        sources.fetch("estonian", "mirror", mirror=estonian.parent)


def test_mirror_wrong_checksum(estonian):
    path = estonian / "it_et_train.txt"
    content = path.read_bytes()
    path.write_bytes(b"X" + content[1:])
    with pytest.raises(InputError, match=r"it_et_train\.txt: SHA-256 is .* instead of"):
        sources.fetch("estonian", "mirror", mirror=estonian.parent)
    path.write_bytes(content + b"more")
    with pytest.raises(InputError, match=r"it_et_train\.txt: more than the"):
        sources.fetch("estonian", "mirror", mirror=estonian.parent)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("clinc", "mirror"), "mirror: not given"),
        (("clinc", "download"), "cache: not given"),
        (("clinc", "synthetic"), "examples: received None"),
        (("clinc", "post"), "received 'post'"),
        (("poems", "mirror"), "received 'poems'"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(InputError, match=message):
        sources.fetch(*arguments)


def test_mirror_is_no_folder(tmp_path):
    with pytest.raises(InputError, match="nowhere is not a folder"):
        sources.fetch("clinc", "mirror", mirror=tmp_path / "nowhere")


def test_changed_since_the_manifest(estonian):
    manifest = sources.fetch("estonian", "mirror", mirror=estonian.parent)
    path = estonian / "de_et_train.txt"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"H", b"h"))
    with pytest.raises(InputError, match=r"changed since the manifest was made: .*de_et_train\.txt"):
        sources.load(manifest)
    path.unlink()
    with pytest.raises(InputError, match=r"de_et_train\.txt: no such file, though the manifest names it"):
        sources.load(manifest)
    path.write_bytes(content)
    assert len(sources.load(manifest).sentences["de"]) == 3


@pytest.mark.parametrize(
    "change", [{"source": "post"}, {"corpus": "poems"}, {"files": [3]}, {"files": 3}, {"folder": 1}]
)
def test_damaged_manifest(tmp_path, change):
    manifest = {"corpus": "clinc", "source": "mirror", "folder": "x", "form": "published", "files": []}
    path = tmp_path / "manifest.json"
    write_json(path, manifest)
    assert sources.read_manifest(path) == manifest
    write_json(path, {**manifest, **change})
    with pytest.raises(InputError, match=r"manifest\.json: "):
        sources.read_manifest(path)


def test_script_leaves_nothing_when_a_file_is_wrong(tmp_path):
    corpus_files.clinc(tmp_path / "mirror" / "clinc_oos")
    command = [sys.executable, SCRIPTS / "fetch_corpus.py", "--corpus", "clinc", "--source", "mirror"]
    command += ["--mirror", tmp_path / "mirror", "--output", tmp_path / "out" / "manifest.json"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2
    assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1
    assert "clinc_oos.zip: truncated" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture
def server():
    with file_server() as served:
        yield served


def test_download(server, tmp_path):
    path = tmp_path / "new" / "file"
    get(server, path)
    assert path.read_bytes() == server.content
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_download_resumes_after_broken_connections(server, tmp_path):
    server.plan = [Answer(cut=262144), Answer(cut=131072)]
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == server.content
    assert server.wanted == [None, "bytes=262144-", "bytes=393216-"]


def test_download_restarts_when_the_server_knows_no_ranges(server, tmp_path):
    server.plan = [Answer(cut=262144), Answer(ranges=False)]
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == server.content
    assert server.wanted == [None, "bytes=262144-"]


def test_download_continues_an_earlier_call(server, tmp_path):
    server.plan = [Answer(cut=262144)]
    with pytest.raises(InputError, match="not downloaded"):
        get(server, tmp_path / "file", attempts=1)
    assert not (tmp_path / "file").exists()
    get(server, tmp_path / "file", attempts=1)
    assert server.wanted[-1] == "bytes=262144-"
    assert (tmp_path / "file").read_bytes() == server.content


def test_download_from_a_shifted_range_restarts(server, tmp_path):
    server.plan = [Answer(cut=262144), Answer(shift=1)]
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == server.content
    assert server.wanted[-1] is None


def test_download_gives_up_an_old_partial_file_of_other_content(server, tmp_path):
    (tmp_path / "file.part").write_bytes(b"old" * 100)
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == server.content
    assert server.wanted == ["bytes=300-", None]


def test_download_takes_a_complete_partial_file_without_asking(server, tmp_path):
    (tmp_path / "file.part").write_bytes(server.content)
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == server.content and not server.wanted


def test_download_retries_a_busy_server(server, tmp_path):
    server.plan = [Answer(status=503), Answer(status=429)]
    get(server, tmp_path / "file")
    assert len(server.wanted) == 3


@pytest.mark.parametrize(
    ("plan", "served", "message"),
    [
        ([Answer(status=404)], None, "answers 404"),
        ([Answer(status=503)] * 3, None, "answers 503"),
        ([], b"x" * 524288, "SHA-256 is .* instead of"),
        ([], b"x" * 600000, "more than the 524288 bytes"),
        ([], b"x" * 5, "only 5 of 524288 bytes"),
    ],
)
def test_download_failures_leave_no_file(server, tmp_path, plan, served, message):
    expected = server.content
    server.plan, server.content = plan, served or expected
    with pytest.raises(InputError, match=message) as raised:
        get(server, tmp_path / "file", content=expected, attempts=3)
    assert "\n" not in str(raised.value) and str(tmp_path / "file") in str(raised.value)
    assert not (tmp_path / "file").exists()


def test_download_without_a_server(tmp_path):
    with pytest.raises(InputError, match="not downloaded"):
        download("http://127.0.0.1:9/file", tmp_path / "file", 5, sha256(b"12345"), attempts=2, pause=0.001)


def test_fetch_by_download(server, tmp_path, monkeypatch):
    corpus_files.brown(tmp_path / "made")
    server.content = (tmp_path / "made" / "brown.zip").read_bytes()
    known = {
        "url": server.url,
        "bytes": len(server.content),
        "sha256": sha256(server.content),
    }
    catalogue = {"brown": {"folder": "b", "forms": {"published": {"brown.zip": known}}}}
    monkeypatch.setattr(sources, "catalogue", lambda: catalogue)
    manifest = sources.fetch("brown", "download", cache=tmp_path / "cache")
    assert json.loads(json.dumps(manifest)) == manifest
    assert manifest["files"][0]["path"] == str(tmp_path / "cache" / "b" / "brown.zip")
    # A second call checks what is there; a damaged file is fetched again.
    assert sources.fetch("brown", "download", cache=tmp_path / "cache") == manifest and len(server.wanted) == 1
    path = tmp_path / "cache" / "b" / "brown.zip"
    path.write_bytes(b"damaged")
    assert sources.fetch("brown", "download", cache=tmp_path / "cache") == manifest and len(server.wanted) == 2
    assert path.read_bytes() == server.content


def test_synthetic_manifest():
    manifest = sources.fetch("clinc", "synthetic", examples=400, seed=3)
    assert manifest["files"] == [] and (manifest["examples"], manifest["seed"]) == (400, 3)
    corpus = sources.load(manifest)
    assert corpus.name == "clinc" and sum(len(split.words) for split in corpus.splits.values()) == 400
    assert corpus == sources.load(manifest)
