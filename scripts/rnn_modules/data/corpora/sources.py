"""Where the corpora's files come from: downloaded, in a mirror folder, or generated; and that they are the known ones.

``sources.json`` lists, per corpus, the folder it has in a mirror and the forms it is found in; per form and file the
address (where it can be downloaded), the size and the SHA-256 of its uncompressed content. What :func:`fetch` finds
it writes down in a manifest, and :func:`load` reads a corpus from a manifest after checking that nothing has changed.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import logging
import os
from pathlib import Path

from rnn_modules.data import corpora
from rnn_modules.data.corpora import (
    ClassificationCorpus,
    ParallelCorpus,
    brown,
    clinc,
    files,
    math_qa,
    parallel,
    toxicity,
)
from rnn_modules.files.atomic_files import InputError, read_json
from rnn_modules.files.checked_json import RecordReader

SOURCES = ("download", "mirror", "synthetic")
MANIFEST_KEYS = ("corpus", "source", "form", "files")
logger = logging.getLogger(__name__)


@functools.cache
def catalogue() -> dict[str, dict]:
    """The content of ``sources.json``: corpus -> ``folder`` and ``forms`` (form -> file -> url, bytes, sha256).

    Example:
        >>> {name: list(about["forms"]) for name, about in catalogue().items() if len(about["forms"]) > 1}
        {'math_qa': ['published', 'by_category'], 'toxicity': ['published', 'subset']}
    """
    return json.loads(importlib.resources.files(corpora).joinpath("sources.json").read_text(encoding="utf-8"))


def entry(corpus: str) -> dict:
    """The catalogue's entry of a corpus.

    Raises:
        InputError: there is no such corpus.

    Example:
        >>> list(entry("clinc")["forms"]["published"])
        ['clinc_oos.zip']
        >>> entry("penn")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        rnn_modules.files.atomic_files.InputError: corpus: received 'penn'; use one of math_qa, toxicity, ...
    """
    if corpus not in catalogue():
        raise InputError(f"corpus: received {corpus!r}; use one of {', '.join(corpora.CORPORA)}")
    return catalogue()[corpus]


def present_form(corpus: str, folder: str | os.PathLike) -> str:
    """The first form of a corpus whose files are all in ``folder``.

    Raises:
        InputError: no form is complete; the message names a missing file of the form that comes closest.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in entry("toxicity")["forms"]["subset"]:
        ...         _ = Path(folder, name).write_text("")
        ...     present_form("toxicity", folder)
        'subset'
    """
    forms = entry(corpus)["forms"]
    missing = {form: [name for name in names if files.find(folder, name) is None] for form, names in forms.items()}
    for form, absent in missing.items():
        if not absent:
            return form
    closest = max(forms, key=lambda form: 1 - len(missing[form]) / len(forms[form]))
    files.require(folder, missing[closest][0])
    raise AssertionError("unreachable: the file is missing")


def fetch(
    corpus: str,
    source: str,
    *,
    mirror: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
    examples: int | None = None,
    seed: int = 0,
    attempts: int = 6,
    pause: float = 1.0,
) -> dict:
    """Make sure that a corpus's files are there and are the known ones.

    Args:
        corpus: one of :data:`rnn_modules.data.corpora.CORPORA`.
        source: ``download`` (to ``cache``; a file that is there already is checked, not fetched again), ``mirror``
            (checked where it lies) or ``synthetic`` (nothing to check).
        mirror: folder with one folder per corpus, named as in ``sources.json``.
        cache: folder for downloads, laid out as a mirror.
        examples: number of synthetic examples.
        seed: seed of the synthetic examples.
        attempts: tries per download.
        pause: seconds before the second try.

    Returns:
        The manifest: corpus, source, folder, form, files (name, path, bytes, sha256); or corpus, source, examples,
        seed and no file.

    Raises:
        InputError: an argument is missing, or a file is missing, truncated, or of a wrong checksum.

    Example:
        >>> fetch("clinc", "synthetic", examples=300)["form"]
        'synthetic'
        >>> fetch("clinc", "mirror")
        Traceback (most recent call last):
        ...
        rnn_modules.files.atomic_files.InputError: mirror: not given; the source 'mirror' needs it (a folder)
    """
    described = entry(corpus)
    if source == "synthetic":
        if examples is None or examples < 1:
            raise InputError(f"examples: received {examples}; a synthetic corpus needs a number of at least 1")
        return {
            "corpus": corpus,
            "source": source,
            "folder": None,
            "form": source,
            "files": [],
            "examples": examples,
            "seed": seed,
        }
    if source not in SOURCES:
        raise InputError(f"source: received {source!r}; use one of {', '.join(SOURCES)}")
    top, argument = (cache, "cache") if source == "download" else (mirror, "mirror")
    if top is None:
        raise InputError(f"{argument}: not given; the source {source!r} needs it (a folder)")
    if source == "mirror" and not Path(top).is_dir():
        raise InputError(f"mirror: {top} is not a folder; name the folder that holds {described['folder']}/")
    folder = Path(top) / described["folder"]
    if source == "download":
        form = next(form for form, names in described["forms"].items() if all("url" in one for one in names.values()))
        for name, known in described["forms"][form].items():
            _download(folder, name, known, attempts, pause)
    else:
        form = present_form(corpus, folder)
    found = []
    for name, known in described["forms"][form].items():
        path = files.require(folder, name)
        _verify(path, name, known["bytes"], known["sha256"])
        found.append({"name": name, "path": str(path), "bytes": known["bytes"], "sha256": known["sha256"]})
    return {"corpus": corpus, "source": source, "folder": str(folder), "form": form, "files": found}


def _download(folder: Path, name: str, known: dict, attempts: int, pause: float) -> None:
    """Fetch one file unless the known one is there; a damaged one is replaced."""
    path = files.find(folder, name)
    if path is not None:
        try:
            return _verify(path, name, known["bytes"], known["sha256"])
        except InputError as error:
            logger.info("%s: fetching it again", error)
            if path.name != name:
                # download replaces `name` itself only; a damaged compressed copy must not be taken for it.
                raise
    # Imported late: reading a corpus needs no HTTP client.
    from rnn_modules.data.corpora.download import download

    logger.info("fetching %s (%.1f MB)", known["url"], known["bytes"] / 1e6)
    download(known["url"], folder / name, known["bytes"], known["sha256"], attempts, pause)


def _verify(path: Path, name: str, size: int, sha256: str) -> None:
    received_size, received = files.digest(path, name, size)
    if received_size != size:
        raise InputError(f"{path}: truncated, {received_size} of {size} bytes; replace it with the published {name}")
    if received != sha256:
        raise InputError(f"{path}: SHA-256 is {received} instead of {sha256}; replace it with the published {name}")


def read_manifest(path: str | os.PathLike) -> dict:
    """Read a manifest that :func:`fetch` made.

    Raises:
        InputError: the file is missing, damaged, or no manifest.

    Example:
        >>> import tempfile
        >>> from rnn_modules.files.atomic_files import write_json
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_json(f"{folder}/clinc.json", fetch("clinc", "synthetic", examples=300, seed=7))
        ...     read_manifest(f"{folder}/clinc.json")["seed"]
        7
    """
    manifest = read_json(path, MANIFEST_KEYS)
    complete = manifest["corpus"] in corpora.CORPORA and manifest["source"] in SOURCES
    if not complete:
        raise InputError(f"{path}: not a manifest of a corpus; delete it and make it again with fetch_corpus.py")
    reader = RecordReader(Path(path), manifest)
    listed = reader.listed("files", manifest["files"])
    if manifest["source"] == "synthetic":
        for key in ("examples", "seed"):
            reader.whole(key, manifest.get(key))
        return manifest
    reader.choice("form", entry(manifest["corpus"])["forms"])
    if "folder" not in manifest:
        reader.fail("folder", "a text", None)
    folder = Path(reader.text("folder"))
    for place, one in enumerate(listed):
        inner = reader.inner(f"files.{place}", one, ("name", "path", "bytes", "sha256"))
        inner.name("name")
        inner.whole("bytes", one["bytes"])
        inner.text("sha256")
        # What is checked and what is read must be the same files.
        if Path(inner.text("path")).parent != folder:
            inner.fail("path", f"a file in {folder}", one["path"])
    return manifest


def verify_manifest(manifest: dict) -> None:
    """Check that the files of a manifest are still there and unchanged.

    Raises:
        InputError: a file is missing or has changed since the manifest was made.

    Example:
        >>> known = {"name": "train.csv", "path": "no/folder/train.csv", "bytes": 3, "sha256": "ba7816bf"}
        >>> verify_manifest({"files": [known]})  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        rnn_modules.files.atomic_files.InputError: no/folder/train.csv: no such file, though the manifest names it; ...
    """
    for one in manifest["files"]:
        path = Path(one["path"])
        if not path.is_file():
            raise InputError(f"{path}: no such file, though the manifest names it; put it back or fetch it again")
        try:
            _verify(path, one["name"], one["bytes"], one["sha256"])
        except InputError as error:
            raise InputError(f"changed since the manifest was made: {error}") from error


def read(corpus: str, folder: str | os.PathLike, form: str | None = None) -> ClassificationCorpus | ParallelCorpus:
    """Read a corpus from its files as published, without checking their checksums (:func:`load` does).

    Args:
        corpus: one of :data:`rnn_modules.data.corpora.CORPORA`.
        folder: the folder with the corpus's files, each as ``X``, ``X.gz`` or ``X.zip``.
        form: which of the forms in ``sources.json`` to read; ``None`` takes the one whose files are there.

    Raises:
        InputError: the corpus is not known, or a file is missing or damaged.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name, text in (("et_et_train_s2.txt", "Ma näen."), ("en_et_train_s2.txt", "I see.")):
        ...         _ = Path(folder, name).write_bytes(text.encode())
        ...     read("estonian_larger", folder).sentences
        {'et': [['ma', 'näen']], 'en': [['i', 'see']]}
    """
    entry(corpus)
    form = form or present_form(corpus, folder)
    if corpus in corpora.PARALLEL_CORPORA:
        return parallel.read(corpus, folder)
    readers = {"math_qa": math_qa, "toxicity": toxicity, "clinc": clinc, "brown": brown}
    return readers[corpus].read(folder, form)


def load(manifest: dict) -> ClassificationCorpus | ParallelCorpus:
    """Read, or generate, the corpus that a manifest describes, after checking its files.

    Raises:
        InputError: a file is missing, has changed, or cannot be read.

    Example:
        >>> corpus = load(fetch("clinc", "synthetic", examples=300))
        >>> {split: len(part.words) for split, part in corpus.splits.items()}
        {'train': 210, 'validation': 30, 'test': 60}
    """
    if manifest["source"] == "synthetic":
        from rnn_modules.data.corpora.synthetic import generate

        return generate(manifest["corpus"], manifest["examples"], manifest["seed"])
    verify_manifest(manifest)
    return read(manifest["corpus"], manifest["folder"], manifest["form"])
