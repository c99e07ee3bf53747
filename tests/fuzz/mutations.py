"""Ways to damage JSON, CSV, archives of arrays and any bytes: hypothesis strategies that start from valid content."""

import copy
import io
import json
import os
import zipfile

import numpy as np
from hypothesis import strategies as st

STRANGE = (
    *(None, True, False, 0, -1, 3, 2**31, 10**400, 0.5, -0.5, 1e308, float("nan"), float("inf")),
    *("", " ", "x", "1", "NaN", "../../escape", "/etc/passwd", "..", "a\nb", "\ud800", "\0", "ü" * 300, "train"),
    *([], [[]], [1, "x"], ["x", "x"], {}, {"": {}}, {"../x": 1}, {"x": None}),
)
"""Values of every wrong kind."""
STRANGE_VALUES = st.sampled_from(STRANGE).map(copy.deepcopy)
_TWICE = "stands twice"
JSON_CHANGES = ("value", "value", "value", "delete", "rename", "twice", "add", "deep")
ARCHIVE_CHANGES = (
    *("bytes", "bytes", "bytes", "stored", "pickle", "claim", "header", "escape", "twice", "text", "method", "bomb"),
)
DEEP = 5000


class Runs:
    """What an unpickler, or a Lambda layer, would run: it makes a file."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


def places(value, place=()):
    """Places of all values within a JSON value: keys and indices from the top."""
    yield place
    if isinstance(value, dict):
        for key, part in value.items():
            yield from places(part, (*place, key))
    elif isinstance(value, list):
        # The rows of a record are alike: two of them stand for all.
        for index, part in enumerate(value[:2]):
            yield from places(part, (*place, index))


@st.composite
def changed_json(draw, value):
    """The text of a JSON value after one or two changes to keys and values."""
    top = {"": copy.deepcopy(value)}
    deep = False
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.sampled_from([("", *place) for place in places(top[""])]))
        holder = top
        for key in place[:-1]:
            holder = holder[key]
        key, kind = place[-1], draw(st.sampled_from(JSON_CHANGES))
        within = isinstance(holder, dict) and holder is not top
        if kind == "delete" and holder is not top:
            del holder[key]
        elif kind == "rename" and within:
            holder[draw(st.sampled_from(("", "x", "../x", key.upper(), "\ud800")))] = holder.pop(key)
        elif kind == "twice" and within:
            holder[_TWICE], twice = copy.deepcopy(holder[key]), key
            text = json.dumps(top[""]).replace(json.dumps(_TWICE), json.dumps(twice))
            return text.encode()
        elif kind == "add" and isinstance(holder[key], dict):
            holder[key]["unknown"] = draw(STRANGE_VALUES)
        elif kind == "add" and isinstance(holder[key], list):
            holder[key].append(copy.deepcopy(holder[key][0]) if holder[key] else draw(STRANGE_VALUES))
        elif kind == "deep":
            holder[key], deep = "nested deeply", True
        else:
            holder[key] = draw(STRANGE_VALUES)
    text = json.dumps(top[""])
    if deep:
        text = text.replace('"nested deeply"', "[" * DEEP + "]" * DEEP)
    return text.encode()


@st.composite
def damaged_bytes(draw, content):
    """Bytes cut short, flipped, inserted or replaced."""
    kind = draw(st.sampled_from(("cut", "flip", "flip", "insert", "empty", "zeros", "latin", "mark")))
    place = draw(st.integers(0, max(0, len(content) - 1)))
    if kind == "cut":
        return content[:place]
    if kind == "flip":
        changed = bytearray(content)
        for _ in range(draw(st.integers(1, 4))):
            if changed:
                changed[draw(st.integers(0, len(changed) - 1))] ^= draw(st.integers(1, 255))
        return bytes(changed)
    if kind == "insert":
        return content[:place] + draw(st.binary(min_size=1, max_size=8)) + content[place:]
    if kind == "latin":
        return content[:place] + "é".encode("latin-1") + content[place:]
    if kind == "mark":
        return b"\xef\xbb\xbf" + content
    return b"" if kind == "empty" else bytes(len(content))


def json_files(value):
    """Damaged texts of a JSON value: mostly its keys and values, sometimes its bytes."""
    text = json.dumps(value).encode()
    return st.one_of(changed_json(value), changed_json(value), changed_json(value), damaged_bytes(text))


@st.composite
def csv_files(draw, text, delimiter=","):
    """Damaged texts of a CSV file: cells, columns, rows and bytes."""
    rows = [line.split(delimiter) for line in text.splitlines()]
    kind = draw(st.sampled_from(("cell", "cell", "column", "header", "row", "twice", "quote", "bytes")))
    row = draw(st.integers(0 if kind != "cell" else min(1, len(rows) - 1), len(rows) - 1))
    column = draw(st.integers(0, len(rows[row]) - 1))
    if kind == "bytes":
        return draw(damaged_bytes(text.encode()))
    if kind == "cell":
        strange = ("", "x", "nan", "-inf", "-1", "1e400", "1" * 400, "../../x", '"', "\0", "0x10", "1_0", "²")
        rows[row][column] = draw(st.sampled_from(strange))
    elif kind == "column":
        for cells in rows:
            del cells[column:]
    elif kind == "header":
        rows[0][min(column, len(rows[0]) - 1)] = draw(st.sampled_from(("", "x", rows[0][0])))
    elif kind == "row":
        rows[row].append("more")
    elif kind == "twice":
        rows.append(list(rows[row]))
    else:
        rows[row][column] = '"' + "x" * 200_000
    return "\n".join(delimiter.join(cells) for cells in rows).encode() + b"\n"


def packed(members, method=zipfile.ZIP_DEFLATED):
    """A zip archive of ``(name, content)`` pairs; a name may stand twice."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return stream.getvalue()


def npy(array, allow_pickle=False):
    """An array as the bytes of a ``.npy`` file."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asanyarray(array), allow_pickle=allow_pickle)
    return stream.getvalue()


def npy_claiming(shape, dtype="<f4", content=b"1234"):
    """The bytes of a ``.npy`` file whose header has another shape than its content."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": dtype, "fortran_order": False, "shape": shape})
    return stream.getvalue() + content


def changed_array(array):
    """The same array with other values, another type or another shape."""
    flat = array.ravel()
    changes = [
        lambda: array.astype(np.float64) if array.dtype.kind in "iufb" else np.arange(3.0),
        lambda: array.astype("S8"),
        lambda: array.astype(np.complex64) if array.dtype.kind in "iufb" else array,
        lambda: np.array(3),
        lambda: array[..., :0],
        lambda: array[None],
        lambda: array[:1],
        lambda: flat,
        lambda: np.concatenate([flat, flat]),
        lambda: array.T,
    ]
    if array.dtype.kind == "f":
        changes += [lambda value=value: _with_first(array, value) for value in (np.nan, np.inf, 1e30)]
    if array.dtype.kind in "iu":
        changes += [lambda value=value: _with_first(array.astype(np.int64), value) for value in (-1, 2**40)]
    return st.sampled_from(changes).map(lambda change: change())


def _with_first(array, value):
    changed = array.copy()
    changed.flat[:1] = value
    return changed


@st.composite
def changed_arrays(draw, arrays):
    """The arrays after one is changed, renamed, left out or added."""
    arrays = dict(arrays)
    name = draw(st.sampled_from(sorted(arrays)))
    kind = draw(st.sampled_from(("change", "change", "change", "rename", "delete", "add")))
    if kind == "change":
        arrays[name] = draw(changed_array(arrays[name]))
    elif kind == "rename":
        arrays[draw(st.sampled_from(("x", "../escape", "/absolute")))] = arrays.pop(name)
    elif kind == "delete":
        del arrays[name]
    else:
        arrays["unknown"] = np.arange(3)
    return arrays


BOMB = packed([("bomb.npy", npy(np.zeros(72 * 2**20, np.uint8)))])
"""An archive of 70 kilobytes that unpacks to 72 megabytes."""


@st.composite
def npz_files(draw, arrays, marker):
    """Damaged archives of arrays; ``marker`` is the folder that an unpickled member would make."""
    members = [(f"{name}.npy", npy(array)) for name, array in arrays.items()]
    place = draw(st.integers(0, len(members) - 1))
    name = members[place][0]
    kind = draw(st.sampled_from(ARCHIVE_CHANGES))
    if kind == "bytes":
        return draw(damaged_bytes(packed(members)))
    if kind == "stored":
        return draw(damaged_bytes(packed(members, zipfile.ZIP_STORED)))
    if kind == "bomb":
        return BOMB
    if kind == "pickle":
        members[place] = (name, npy(np.array([Runs(marker)], dtype=object), allow_pickle=True))
    elif kind == "claim":
        shape = draw(st.sampled_from(((2**40,), (2**62, 4), (-1,), (2**33,), (0, 2**50))))
        members[place] = (name, npy_claiming(shape, draw(st.sampled_from(("<f4", "<i4", "|u1", "|S0", "<U0")))))
    elif kind == "header":
        content = members[place][1]
        members[place] = (name, draw(damaged_bytes(content[:128])) + content[128:])
    elif kind == "escape":
        members.append(("../../escape.npy", members[place][1]))
    elif kind == "twice":
        members.append(members[place])
    elif kind == "text":
        members[place] = (name, b"no array")
    else:
        return packed(members, draw(st.sampled_from((zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2))))
    return packed(members)


def put(path, content):
    """Write a damaged file; None: leave it out, a folder's name: put a folder in its place."""
    path.unlink()
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)


def or_gone(strategy):
    """Sometimes no file, or a folder in its place."""
    return st.integers(0, 19).flatmap(lambda draw: st.sampled_from((None, "folder")) if draw == 0 else strategy)
