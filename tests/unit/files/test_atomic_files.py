"""Files that are whole or not there, and errors in one line that name them."""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from rnn_modules.files.atomic_files import (
    ALWAYS_UNPACKED,
    InputError,
    UnwritableError,
    read_arrays,
    read_json,
    replacing,
    sha256_of_arrays,
    sha256_of_file,
    write_arrays,
    write_json,
)
from support.ordinary_user import ordinary_user
from support.project import ROOT

SCRIPTS = ROOT / "scripts"


def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "figures.json"
    path.write_text("old")
    with pytest.raises(RuntimeError, match="half way"), replacing(path) as temporary:
        temporary.write_text("new, half writ")
        raise RuntimeError("half way")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["figures.json"]


def test_the_file_is_not_seen_before_it_is_whole(tmp_path):
    path = tmp_path / "new" / "folder" / "figures.json"
    with replacing(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
        assert temporary.suffix == ".json"
    assert path.read_text() == "whole"
    assert os.listdir(path.parent) == ["figures.json"]


@pytest.mark.parametrize("umask", [0o077, 0o027, 0o022, 0o002, 0o000])
def test_the_users_umask_holds(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_json(tmp_path / "new" / "figures.json", {})
        write_json(tmp_path / "new" / "figures.json", {"written": "again"})
        write_arrays(tmp_path / "new" / "arrays.npz", {"a": np.zeros(3)})
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o777 & ~umask
    for name in ("figures.json", "arrays.npz"):
        assert (tmp_path / "new" / name).stat().st_mode & 0o777 == 0o666 & ~umask


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("no folder")
    fix = "free space on its disk or unlock its folder"
    with pytest.raises(UnwritableError, match=rf"file/figures.json: cannot be written \(.*\); {fix}"):
        write_json(tmp_path / "file" / "figures.json", {})


def test_a_folder_that_is_locked_is_named():
    # Not tmp_path, which belongs to the user who runs the tests.
    with ordinary_user(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.json"
        write_json(path, {"accuracy": 0.5})
        os.chmod(folder, 0o500)
        with pytest.raises(UnwritableError, match=r"figures.json: cannot be written \(Permission denied\)"):
            write_json(path, {})
        os.chmod(folder, 0o700)
        assert os.listdir(folder) == ["figures.json"] and read_json(path) == {"accuracy": 0.5}


def test_what_a_killed_writer_left_goes_with_the_next_one(tmp_path):
    path, others = tmp_path / "figures.json", {".figures-12345678.csv", ".figures-more-12345678.json", "figures.txt"}
    for name in others:
        (tmp_path / name).write_text("kept")
    code = (
        "import os, sys; from rnn_modules.files.atomic_files import replacing\n"
        "with replacing(sys.argv[1]) as temporary: temporary.write_text('half'); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code, path], cwd=SCRIPTS)
    assert killed.returncode == -9 and len(os.listdir(tmp_path)) == len(others) + 1 and not path.exists()
    write_json(path, {"accuracy": 0.5})
    assert set(os.listdir(tmp_path)) == others | {"figures.json"}


def test_two_writers_of_a_file_leave_each_other_alone(tmp_path):
    path = tmp_path / "figures.json"
    with replacing(path) as temporary:
        temporary.write_text('{"writer": "first"}')
        write_json(path, {"writer": "second"})
        assert read_json(path) == {"writer": "second"} and temporary.exists()
    assert read_json(path) == {"writer": "first"} and os.listdir(tmp_path) == ["figures.json"]


def test_a_folder_in_the_files_place_is_named_and_nothing_is_left(tmp_path):
    (tmp_path / "figures.json").mkdir()
    with pytest.raises(InputError, match="figures.json: cannot be written"):
        write_json(tmp_path / "figures.json", {})
    assert os.listdir(tmp_path) == ["figures.json"]


def test_errors_of_other_files_are_not_blamed_on_this_one(tmp_path):
    with pytest.raises(FileNotFoundError, match="elsewhere"), replacing(tmp_path / "figures.json"):
        (tmp_path / "elsewhere").read_text()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_have_are_refused(tmp_path, value):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "figures.json", {"delta": [value]})
    assert os.listdir(tmp_path) == []


def test_json_is_read_as_it_was_written(tmp_path):
    value = {"größe": [1, 2.5, None], "nested": {"a": "b"}}
    write_json(tmp_path / "figures.json", value)
    assert read_json(tmp_path / "figures.json", ("größe",)) == value
    assert "größe" in (tmp_path / "figures.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a JSON file"),
        (b'{"a": 1', "not a JSON file"),
        (b"\xff\xfe", "not a JSON file"),
        (b"[" * 100_000, "not a JSON file"),
        (b"[1]", "expected a JSON object, received list"),
        (b'{"a": 1}', "lacks b, c"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "not a JSON file .the key 'c' stands twice"),
        (b'{"a": NaN}', "not a JSON file .NaN is no number"),
        (b'{"a": 1e400}', "not a JSON file .1e400 is too large"),
        (b'{"a": "\\ud800"}', "not a JSON file .'utf-8' codec can't encode"),
    ],
)
def test_json_that_cannot_be_used_is_named(tmp_path, content, message):
    path = tmp_path / "figures.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"figures.json: {message}") as raised:
        read_json(path, ("a", "b", "c"))
    assert "\n" not in str(raised.value)


def test_missing_files_are_named(tmp_path):
    for read in (read_json, read_arrays):
        with pytest.raises(InputError, match=r"absent: cannot be read \(No such file"):
            read(tmp_path / "absent")


def test_arrays_are_read_as_they_were_written(tmp_path):
    arrays = {"kept.0": np.eye(3, dtype=bool), "text": np.array("words"), "labels": np.arange(4, dtype=np.int32)}
    for compress in (True, False):
        write_arrays(tmp_path / "arrays.npz", arrays, compress)
        received = read_arrays(tmp_path / "arrays.npz", ("labels",))
        assert list(received) == list(arrays)
        for name, array in arrays.items():
            assert received[name].dtype == array.dtype
            np.testing.assert_array_equal(received[name], array)


def test_equal_arrays_give_equal_bytes(tmp_path):
    for name in ("one.npz", "other.npz"):
        write_arrays(tmp_path / name, {"labels": np.arange(4)})
    assert sha256_of_file(tmp_path / "one.npz") == sha256_of_file(tmp_path / "other.npz")


def test_pickled_objects_are_refused(tmp_path):
    path = tmp_path / "arrays.npz"
    np.savez(path, labels=np.array([{"code": 1}], dtype=object))
    with pytest.raises(InputError, match=r"arrays.npz: not an .npz file of plain arrays"):
        read_arrays(path)


@pytest.mark.parametrize(
    ("members", "method", "message"),
    [
        (
            {"a.npy": bytes(ALWAYS_UNPACKED + 1)},
            zipfile.ZIP_DEFLATED,
            "unpacks to 67,108,865 bytes",
        ),
        ({"a.npy": b"x"}, zipfile.ZIP_LZMA, "'a.npy' is packed by the method 14"),
        ({"a.txt": b"x"}, zipfile.ZIP_STORED, "'a.txt' is no array"),
    ],
)
def test_archives_of_anything_else_are_refused(tmp_path, members, method, message):
    path = tmp_path / "arrays.npz"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(InputError, match=message):
        read_arrays(path)


def test_a_single_array_is_refused(tmp_path):
    with open(tmp_path / "arrays.npz", "wb") as stream:
        np.save(stream, np.arange(3))
    with pytest.raises(InputError, match=r"arrays.npz: damaged .npz file"):
        read_arrays(tmp_path / "arrays.npz")


def test_arrays_cut_short_or_changed_are_named(tmp_path):
    path = tmp_path / "arrays.npz"
    write_arrays(path, {"labels": np.random.default_rng(0).random(1000)})
    whole = path.read_bytes()
    middle = len(whole) // 2
    for damaged in (b"", whole[:middle], whole[:-1], whole[:middle] + bytes(20) + whole[middle + 20 :], b"\0" * 100):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="arrays.npz"):
            read_arrays(path)


def test_arrays_that_are_missing_are_named(tmp_path):
    write_arrays(tmp_path / "arrays.npz", {"labels": np.arange(3)})
    with pytest.raises(InputError, match="arrays.npz: lacks the arrays inputs, targets"):
        read_arrays(tmp_path / "arrays.npz", ("labels", "inputs", "targets"))


def test_checksum_of_arrays_follows_name_type_shape_and_values():
    array = np.arange(6, dtype=np.int32)
    variants = [
        {"a": array},
        {"b": array},
        {"a": array.astype(np.int64)},
        {"a": array.reshape(2, 3)},
        {"a": array + 1},
        {"a": array, "b": array},
    ]
    assert len({sha256_of_arrays(arrays) for arrays in variants}) == len(variants)
    assert sha256_of_arrays({"a": array, "b": array[:2]}) == sha256_of_arrays({"b": array[:2], "a": array})
    assert sha256_of_arrays({"a": np.asfortranarray(array.reshape(2, 3))}) == sha256_of_arrays(variants[3])


def test_checksum_of_a_file(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    # The first example of the standard, FIPS 180-2.
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of_file(tmp_path / "file") == expected
