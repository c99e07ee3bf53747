"""A download that breaks at any byte resumes or starts again, and never yields a wrong file."""

import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.data.corpora.download import BLOCK
from rnn_modules.files.atomic_files import InputError
from support.file_server import Answer, file_server, get, sha256
from support.project import ROOT

SCRIPTS = ROOT / "scripts"
CONTENT = random.Random(0).randbytes(257)


@pytest.fixture(scope="module")
def server():
    with file_server() as served, pytest.MonkeyPatch.context() as patch:
        # What has arrived is kept block by block: with blocks of one byte each byte is a place of its own.
        patch.setattr("rnn_modules.data.corpora.download.BLOCK", 1)
        served.content = CONTENT
        yield served


@pytest.fixture(autouse=True)
def fresh(server):
    server.plan.clear()
    server.wanted.clear()
    server.sent.clear()


@pytest.mark.parametrize("ranges", [True, False])
def test_broken_after_any_byte(server, tmp_path, ranges):
    for cut in range(len(CONTENT) + 1):
        path = tmp_path / f"{cut}"
        server.wanted.clear()
        server.plan = [Answer(cut=cut), Answer(ranges=ranges)]
        get(server, path, pause=0)
        assert path.read_bytes() == CONTENT
        # Resumed where it broke, though the server may not have understood; once for a file that arrived.
        assert server.wanted == [None, f"bytes={cut}-" if cut else None][: 1 if cut == len(CONTENT) else 2]
        server.plan.clear()
    assert not list(tmp_path.glob("*.part"))


def test_silent_after_some_bytes(server, tmp_path):
    for cut in (0, 1, 128, len(CONTENT) - 1):
        path = tmp_path / f"{cut}"
        server.plan = [Answer(cut=cut, stall=True)]
        get(server, path, pause=0, timeout=0.2)
        assert path.read_bytes() == CONTENT


LENGTHS = st.integers(0, len(CONTENT))
BODIES = st.sampled_from([b"", CONTENT[::-1], CONTENT[:-1], CONTENT[1:], CONTENT + b"x", b"<html>Moved</html>"])
ANSWERS = st.builds(
    Answer,
    status=st.sampled_from([None] * 8 + [404, 416, 429, 503]),
    ranges=st.booleans(),
    shift=st.sampled_from([0, 0, 0, 1, -1, 5]),
    body=st.none() | BODIES,
    more=st.sampled_from([0, 0, None, -1, 1, 100]),
    cut=st.none() | LENGTHS,
    packed=st.sampled_from([False, False, False, True]),
)


@settings(max_examples=400, deadline=None)
@given(answers=st.lists(ANSWERS, max_size=5), left=st.none() | LENGTHS.map(lambda n: CONTENT[:n]) | BODIES)
def test_no_answers_yield_a_wrong_file(server, answers, left):
    with tempfile.TemporaryDirectory() as folder:
        path, part = Path(folder, "file"), Path(folder, "file.part")
        if left is not None:
            part.write_bytes(left)
        server.plan = list(answers)
        try:
            get(server, path, CONTENT, pause=0, attempts=3)
            assert path.read_bytes() == CONTENT
        except InputError as error:
            assert not path.exists()
            assert "\n" not in str(error) and str(path) in str(error)
        # Whatever is left, a server that answers well makes it good.
        server.plan.clear()
        get(server, path, CONTENT, pause=0, attempts=2)
        assert path.read_bytes() == CONTENT and not part.exists()


def test_killed_at_random_bytes(server, tmp_path, monkeypatch):
    content = random.Random(1).randbytes(2**20)
    monkeypatch.setattr(server, "content", content)
    monkeypatch.setattr("rnn_modules.data.corpora.download.BLOCK", BLOCK)
    path, part = tmp_path / "file", tmp_path / "file.part"
    code = (
        "import sys; from rnn_modules.data.corpora.download import download\n"
        "download(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])"
    )
    command = [sys.executable, "-c", code, server.url, path, str(len(content)), sha256(content)]
    arrived = 0
    for cut in (0, *sorted(random.SystemRandom().sample(range(2**19), 3)), 2**18):
        server.plan = [Answer(cut=cut, stall=True)]
        server.sent.clear()
        with subprocess.Popen([str(word) for word in command], cwd=SCRIPTS) as process:
            assert server.sent.wait(120)
            process.kill()
        assert not path.exists()
        # What had arrived stays, and the next call goes on there.
        assert server.wanted[-1] == (f"bytes={arrived}-" if arrived else None)
        received = part.read_bytes() if part.exists() else b""
        assert content.startswith(received) and len(received) >= arrived
        arrived = len(received)
    get(server, path)
    assert path.read_bytes() == content and [entry.name for entry in tmp_path.iterdir()] == ["file"]
