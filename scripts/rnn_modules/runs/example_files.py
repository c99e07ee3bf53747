"""Examples from files, as command lines name them: ``x.npy``, ``data.npz:name``, ``data.csv``, ``data.csv:column``."""

from __future__ import annotations

import os

import numpy as np

from rnn_modules.files.atomic_files import DAMAGED_HEADER, InputError, one_line, read_arrays
from rnn_modules.files.csv_files import read_csv

LABELS = ("label", "labels", "class", "y", "target")
"""Columns that hold labels when none is named."""
_FIX = "write it again as CSV with a header line"


def read_inputs(place: str) -> np.ndarray:
    r"""Inputs of a model.

    Args:
        place: a ``.npy`` file; ``file.npz:name``, or the name may be missing where there is one array;
            ``file.csv:column``, or of a CSV file without a column its only column of texts, or else all columns of
            numbers but the labels'.

    Raises:
        InputError: the file or the column is missing or damaged.

    Example:
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "mails.csv")
        ...     _ = path.write_text("text,label\nbuy now,spam\nsee you,ham\n")
        ...     read_inputs(str(path)).tolist(), read_labels(str(path)).tolist()
        (['buy now', 'see you'], ['spam', 'ham'])
    """
    file, name = split_place(place)
    if not file.lower().endswith(".csv"):
        return _array(file, name)
    columns = _columns(file)
    if name:
        return _column(file, columns, name)
    others = {key: _values(texts) for key, texts in columns.items() if key.lower() not in LABELS}
    texts = [key for key, values in others.items() if values.dtype.kind == "U"]
    if len(texts) == 1:
        return others[texts[0]]
    if texts or not others:
        raise InputError(f"{file}: has {len(texts)} columns of texts ({', '.join(texts)}); name one: {file}:column")
    return np.stack(list(others.values()), axis=1)


def read_labels(place: str) -> np.ndarray:
    """Labels; of a CSV file without a column those of ``label``, or of its only column. See :func:`read_inputs`.

    Example:
        >>> read_labels("labels.txt")
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: labels.txt: expected a .npy, .npz or .csv file
    """
    file, name = split_place(place)
    if not file.lower().endswith(".csv"):
        return _array(file, name)
    columns = _columns(file)
    if not name:
        found = [key for key in columns if key.lower() in LABELS] or list(columns)
        if len(found) != 1:
            raise InputError(f"{file}: which of {', '.join(columns)} holds the labels? Name it: {file}:column")
        name = found[0]
    return _column(file, columns, name)


def split_place(place: str) -> tuple[str, str]:
    """File, and the name of an array or a column in it.

    Example:
        >>> split_place("data.npz:x"), split_place("data.csv"), split_place("C:/data.csv")
        (('data.npz', 'x'), ('data.csv', ''), ('C:/data.csv', ''))
    """
    file, colon, name = place.rpartition(":")
    known = file.lower().endswith((".npz", ".csv")) and not os.path.exists(place)
    return (file, name) if colon and known else (place, "")


def _array(file: str, name: str) -> np.ndarray:
    if file.lower().endswith(".npz"):
        arrays = read_arrays(file)
        if not name and len(arrays) != 1:
            raise InputError(f"{file}: holds {', '.join(arrays) or 'nothing'}; name one: {file}:name")
        if name and name not in arrays:
            raise InputError(f"{file}: has no array {name!r}; it holds {', '.join(arrays)}")
        return arrays[name or next(iter(arrays))]
    if not file.lower().endswith(".npy"):
        raise InputError(f"{file}: expected a .npy, .npz or .csv file")
    try:
        return np.load(file, allow_pickle=False)
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or one_line(error)})") from error
    except (*DAMAGED_HEADER, ValueError, EOFError, MemoryError, RecursionError) as error:
        raise InputError(f"{file}: no array that can be read ({one_line(error)}); save it with numpy.save") from error


def _columns(file: str) -> dict[str, list[str]]:
    rows = read_csv(file, (), _FIX)
    if not rows:
        raise InputError(f"{file}: has no row; {_FIX}")
    return {key: [row[key] for row in rows] for key in rows[0]}


def _column(file: str, columns: dict[str, list[str]], name: str) -> np.ndarray:
    if name not in columns:
        raise InputError(f"{file}: has no column {name!r}; it has {', '.join(columns)}")
    return _values(columns[name])


def _values(texts: list[str]) -> np.ndarray:
    """Numbers where all texts are numbers, whole ones where all are whole."""
    try:
        numbers = np.array([float(text) for text in texts])
    except ValueError:
        return np.array(texts)
    if np.isfinite(numbers).all() and (numbers == np.round(numbers)).all() and np.abs(numbers).max() < 2**53:
        return numbers.astype(np.int64)
    return numbers
