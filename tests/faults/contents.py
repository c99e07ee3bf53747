"""What the files of a run say, apart from when and how fast it was made."""

import csv
import hashlib
import json
import re
import zipfile

import h5py
from PIL import Image

from rnn_modules.files.atomic_files import is_temporary, read_arrays, sha256_of_arrays

# Keras numbers shared objects by where they lie in memory.
VOLATILE = {"seconds", "peak_memory_mib", "shared_object_id"}


def results(run):
    """The finished files of a run: all but Snakemake's own and logs, which grow as jobs run."""
    return sorted(
        path
        for path in run.rglob("*")
        if path.is_file() and path.relative_to(run).parts[0] not in ("logs", "costs") and not is_temporary(path)
    )


def temporaries(run):
    return sorted(path for path in run.rglob("*") if is_temporary(path))


def is_temporary_of(path, temporary):
    """Whether the writer of ``path`` made a temporary file."""
    return (
        temporary.parent == path.parent
        and temporary.name.startswith(f".{path.stem}-")
        and temporary.suffix == path.suffix
    )


def content(path):
    """What a whole file holds; any error means that it is not whole."""
    if path.suffix == ".json":
        value = json.loads(path.read_text())
        # The run's own record has every call, also those that were killed.
        return None if path.name in ("run.json", "checksums.json") else _lasting(value)
    if path.suffix == ".npz":
        return sha256_of_arrays(read_arrays(path))
    if path.suffix == ".keras":
        return _keras(path)
    text = path.read_bytes()
    if path.suffix == ".png":
        with Image.open(path) as image:
            image.load()
    elif path.suffix == ".csv":
        widths = {len(row) for row in csv.reader(text.decode().splitlines())}
        assert len(widths) <= 1, path
    elif path.suffix == ".html":
        assert text.rstrip().endswith(b"</html>"), path
        if path.parent.name == "report":
            text = re.sub(rb'<section id="costs".*?</section>|[\d.,]+ (s|min|MiB)\b', b"", text, flags=re.DOTALL)
    return hashlib.sha256(text).hexdigest()


def _lasting(value):
    """JSON without times and peaks of memory; the file of baselines has both, so its checksum in records goes too."""
    if isinstance(value, dict):
        return {key: _lasting(one) for key, one in value.items() if key not in VOLATILE and not key.isdigit()}
    return [_lasting(one) for one in value] if isinstance(value, list) else value


def _keras(path):
    """Architecture and weights; the archive also has the date."""
    arrays = {}
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None, path
        with archive.open("model.weights.h5") as stream, h5py.File(stream) as weights:
            weights.visititems(
                lambda name, item: arrays.update({name: item[()]} if isinstance(item, h5py.Dataset) else {})
            )
        return _lasting(json.loads(archive.read("config.json"))), sha256_of_arrays(arrays)
