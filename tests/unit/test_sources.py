"""Fetching and checking corpus files: mirror, download from a local server, synthetic, manifests."""

import gzip
import hashlib
import http.server
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rnn_modules import corpora
from rnn_modules.artefacts import InputError, write_json
from rnn_modules.corpora import sources
from rnn_modules.corpora.download import download
from support import corpus_files

SCRIPTS = Path(__file__).parents[2] / "scripts"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
    assert sources.load(manifest) == corpora.read("estonian", estonian)
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


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the server's ``content``; its ``plan`` says how each request in turn is answered."""

    def do_GET(self):
        server = self.server
        step = server.plan.pop(0) if server.plan else "whole"
        content, wanted = server.content, self.headers.get("Range")
        server.seen.append((step, wanted))
        if isinstance(step, int) and step >= 400:
            self.send_error(step)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and server.ranges else 0
        if start:
            self.send_response(206)
            shift = 1 if step == "shifted" else 0
            self.send_header("Content-Range", f"bytes {start + shift}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        body = content[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if step == "broken":
            body = body[: len(body) // 2]
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.content, served.plan, served.seen, served.ranges = bytes(range(256)) * 2048, [], [], True
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield served
    served.shutdown()
    served.server_close()


def get(server, path, content=None, **options):
    content = server.content if content is None else content
    url = f"http://127.0.0.1:{server.server_port}/file"
    download(url, path, len(content), sha256(content), **{"pause": 0.001, "timeout": 10, **options})


def test_download(server, tmp_path):
    path = tmp_path / "new" / "file"
    get(server, path)
    assert path.read_bytes() == server.content
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_download_resumes_after_broken_connections(server, tmp_path):
    server.plan = ["broken", "broken"]
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == server.content
    assert [wanted for _, wanted in server.seen] == [None, "bytes=262144-", "bytes=393216-"]


def test_download_restarts_when_the_server_knows_no_ranges(server, tmp_path):
    server.plan, server.ranges = ["broken"], False
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == server.content
    assert [wanted for _, wanted in server.seen] == [None, "bytes=262144-"]


def test_download_continues_an_earlier_call(server, tmp_path):
    server.plan = ["broken"]
    with pytest.raises(InputError, match="not downloaded"):
        get(server, tmp_path / "file", attempts=1)
    assert not (tmp_path / "file").exists()
    get(server, tmp_path / "file", attempts=1)
    assert server.seen[-1][1] == "bytes=262144-"
    assert (tmp_path / "file").read_bytes() == server.content


def test_download_from_a_shifted_range_restarts(server, tmp_path):
    server.plan = ["broken", "shifted"]
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == server.content
    assert server.seen[-1][1] is None


def test_download_gives_up_an_old_partial_file_of_other_content(server, tmp_path):
    (tmp_path / "file.part").write_bytes(b"old" * 100)
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == server.content
    assert [wanted for _, wanted in server.seen] == ["bytes=300-", None]


def test_download_takes_a_complete_partial_file_without_asking(server, tmp_path):
    (tmp_path / "file.part").write_bytes(server.content)
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == server.content and not server.seen


def test_download_retries_a_busy_server(server, tmp_path):
    server.plan = [503, 429]
    get(server, tmp_path / "file")
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("plan", "served", "message"),
    [
        ([404], None, "answers 404"),
        ([503] * 3, None, "answers 503"),
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
        "url": f"http://127.0.0.1:{server.server_port}/brown.zip",
        "bytes": len(server.content),
        "sha256": sha256(server.content),
    }
    catalogue = {"brown": {"folder": "b", "forms": {"published": {"brown.zip": known}}}}
    monkeypatch.setattr(sources, "catalogue", lambda: catalogue)
    manifest = sources.fetch("brown", "download", cache=tmp_path / "cache")
    assert json.loads(json.dumps(manifest)) == manifest
    assert manifest["files"][0]["path"] == str(tmp_path / "cache" / "b" / "brown.zip")
    # A second call checks what is there; a damaged file is fetched again.
    assert sources.fetch("brown", "download", cache=tmp_path / "cache") == manifest and len(server.seen) == 1
    path = tmp_path / "cache" / "b" / "brown.zip"
    path.write_bytes(b"damaged")
    assert sources.fetch("brown", "download", cache=tmp_path / "cache") == manifest and len(server.seen) == 2
    assert path.read_bytes() == server.content


def test_synthetic_manifest():
    manifest = sources.fetch("clinc", "synthetic", examples=400, seed=3)
    assert manifest["files"] == [] and (manifest["examples"], manifest["seed"]) == (400, 3)
    corpus = sources.load(manifest)
    assert corpus.name == "clinc" and sum(len(split.words) for split in corpus.splits.values()) == 400
    assert corpus == sources.load(manifest)
