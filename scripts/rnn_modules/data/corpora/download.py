"""Fetching one published file: streamed to a partial file, resumed, retried, and checked before it takes its name."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import requests
import tqdm

from rnn_modules.files.atomic_files import InputError, UnwritableError, sha256_of_file

BLOCK = 2**16
# Answers that may change when asked again; every other refusal is final.
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
logger = logging.getLogger(__name__)


class _Interrupted(Exception):
    """The transfer stopped before the end; what has arrived is kept."""


def download(
    url: str,
    path: str | os.PathLike,
    size: int,
    sha256: str,
    attempts: int = 6,
    pause: float = 1.0,
    timeout: float = 60,
) -> None:
    """Fetch ``url`` to ``path``, which appears only when its size and checksum are the known ones.

    What has arrived of an interrupted transfer stays in ``path.part`` and is continued, by this call or a later one,
    when the server answers a range request (206); otherwise (200) the transfer starts again.

    Args:
        url: address of the file.
        path: where it goes; its folder is made when it is missing.
        size: bytes it must have; no more than that is ever accepted.
        sha256: checksum it must have, in hexadecimal digits.
        attempts: how often the transfer is tried.
        pause: seconds before the second try, twice as long before each further one.
        timeout: seconds without an answer after which a try is given up.

    Raises:
        InputError: the server refuses, the transfer cannot be completed, or the file is not the known one.

    Example:
        >>> import hashlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     # All of it had arrived when an earlier call was interrupted.
        ...     _ = Path(folder, "texts.csv.part").write_bytes(b"abc")
        ...     checksum = hashlib.sha256(b"abc").hexdigest()
        ...     download("https://example.org/texts.csv", Path(folder, "texts.csv"), 3, checksum)
        ...     os.listdir(folder)
        ['texts.csv']
    """
    path = Path(path)
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if part.is_file() and part.stat().st_size > size:
            part.unlink()
        for attempt in range(1, attempts + 1):
            resumed = part.is_file() and part.stat().st_size > 0
            try:
                if not resumed or part.stat().st_size < size:
                    _transfer(url, part, size, timeout)
                received = sha256_of_file(part)
                if received == sha256:
                    os.replace(part, path)
                    return
                part.unlink()
                problem = f"its SHA-256 is {received} instead of {sha256}"
                if not resumed:
                    break
                # The first part may have been of another version of the file: once more from the start.
            except (requests.RequestException, _Interrupted) as error:
                problem = str(error)
            if attempt < attempts:
                seconds = pause * 2 ** (attempt - 1)
                logger.info("%s: %s; trying again in %.0f s", url, problem, seconds)
                time.sleep(seconds)
    except OSError as error:
        raise UnwritableError(path, error) from error
    raise InputError(f"{url}: not downloaded, {problem}; {by_hand(path)}")


def by_hand(path: Path) -> str:
    """What a user can do when a file cannot be downloaded.

    Example:
        >>> by_hand(Path("corpora/clinc_oos.zip"))
        'try again later, or get the published file by other means and put it at corpora/clinc_oos.zip'
    """
    return f"try again later, or get the published file by other means and put it at {path}"


def _transfer(url: str, part: Path, size: int, timeout: float) -> None:
    """Append to ``part`` what is missing, or write it from the start when the server sends the whole file."""
    offset = part.stat().st_size if part.is_file() else 0
    # Without "identity" a server may compress, and a range would then count compressed bytes.
    headers = {"Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
    with requests.get(url, headers=headers, stream=True, timeout=timeout) as answer:
        status = answer.status_code
        if status == 416:
            part.unlink(missing_ok=True)
            raise _Interrupted("the server does not know the rest of the file")
        if status in _PASSING:
            raise _Interrupted(f"the server answers {status} {answer.reason}")
        if status not in (200, 206):
            raise InputError(f"{url}: the server answers {status} {answer.reason}; {by_hand(part.with_suffix(''))}")
        start = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
        if status == 206 and start != str(offset):
            part.unlink(missing_ok=True)
            raise _Interrupted(f"the server continues at byte {start or '?'} instead of {offset}")
        if status == 200:
            offset = 0
        with (
            open(part, "ab" if offset else "wb") as stream,
            # disable=None: a bar only when a terminal watches.
            tqdm.tqdm(
                total=size, initial=offset, unit="B", unit_scale=True, desc=part.stem, disable=None, leave=False
            ) as bar,
        ):
            for block in answer.iter_content(BLOCK):
                offset += len(block)
                if offset > size:
                    break
                stream.write(block)
                bar.update(len(block))
    if offset > size:
        part.unlink()
        raise InputError(
            f"{url}: the server sends more than the {size} bytes of the published file; {by_hand(part.with_suffix(''))}"
        )
    if offset < size:
        raise _Interrupted(f"only {offset} of {size} bytes arrived")
