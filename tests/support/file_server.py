"""A server of one file that answers as badly as it is told to."""

import contextlib
import gzip
import hashlib
import http.server
import threading
from dataclasses import dataclass

from rnn_modules.data.corpora.download import download


@dataclass(frozen=True)
class Answer:
    """How one request is answered; by default as it should be.

    Attributes:
        status: refuse with this status.
        ranges: whether a range that is asked for is heeded.
        shift: how far the part that is sent lies from the one that was asked for, as the answer itself says.
        body: sent in place of the file.
        more: bytes by which the declared length is too large; None declares none.
        cut: the connection closes after so many bytes of the body.
        stall: it does not even close then.
        packed: the body is compressed, though nobody asked for that.
    """

    status: int | None = None
    ranges: bool = True
    shift: int = 0
    body: bytes | None = None
    more: int | None = 0
    cut: int | None = None
    stall: bool = False
    packed: bool = False


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        answer = server.plan.pop(0) if server.plan else Answer()
        wanted = self.headers.get("Range")
        server.wanted.append(wanted)
        if answer.status is not None:
            self.send_error(answer.status)
            return
        content = server.content if answer.body is None else answer.body
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and answer.ranges else 0
        if start:
            start = max(0, start + answer.shift)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        body = gzip.compress(content[start:]) if answer.packed else content[start:]
        if answer.packed:
            self.send_header("Content-Encoding", "gzip")
        if answer.more is not None:
            self.send_header("Content-Length", str(max(0, len(body) + answer.more)))
        self.end_headers()
        with contextlib.suppress(OSError):  # The client may be gone.
            self.wfile.write(body[: answer.cut])
            server.sent.set()
            if answer.stall:
                server.ended.wait(60)
        self.close_connection = True

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def file_server():
    """A running server: ``content`` is its file, ``plan`` the answers to come, ``wanted`` the ranges asked for."""
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    served.content, served.plan, served.wanted = bytes(range(256)) * 2048, [], []
    served.sent, served.ended = threading.Event(), threading.Event()
    served.url = f"http://127.0.0.1:{served.server_port}/file"
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.ended.set()
        served.shutdown()
        served.server_close()


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def get(server, path, content=None, **options):
    """Download the server's file, or what it should be."""
    content = server.content if content is None else content
    download(server.url, path, len(content), sha256(content), **{"pause": 0.001, "timeout": 10, **options})
