"""Full disks and read-only folders: every writer ends with one line that says what to do, and leaves nothing behind."""

import contextlib
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from faults.calls import RUN, Call, copy_with_configuration
from faults.contents import temporaries
from faults.small_disk import PAGE, SmallDisk, room_for
from rnn_modules.files.atomic_files import InputError, UnwritableError, write_arrays, write_json
from rnn_modules.reporting.figures.saving import save
from rnn_modules.reporting.tables.rendering import write_csv, write_text
from support.file_server import file_server, get
from support.made_up_run import write_whole_run
from support.made_up_verified_run import write_verified_run
from support.project import ROOT

SCRIPTS = ROOT / "scripts"
FIX = "free space on its disk or unlock its folder"


@contextlib.contextmanager
def mounted(folder):
    """A small disk while a test runs."""
    small = SmallDisk(folder)
    try:
        small.mount()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no disk can be mounted here ({getattr(error, 'stderr', None) or error})")
    try:
        yield small
    finally:
        small.unmount()


@pytest.fixture
def disk(tmp_path):
    with mounted(tmp_path / "disk") as small:
        yield small


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Folders of a run with records of all kinds, and of one with a dataset, a network and modules."""
    folder = tmp_path_factory.mktemp("runs")
    return write_whole_run(folder / "whole"), write_verified_run(folder / "verified")


def draw(path):
    figure = Figure()
    figure.subplots().plot(np.random.default_rng(0).random(500))
    save(figure, path, path.with_suffix(".svg"))


VALUES = {"a": np.random.default_rng(0).random(2000), "b": np.arange(2000)}
WRITERS = {
    "figures.json": lambda path: write_json(path, {"values": list(range(2000))}),
    "packed.npz": lambda path: write_arrays(path, VALUES),
    "plain.npz": lambda path: write_arrays(path, VALUES, compress=False),
    "table.csv": lambda path: write_csv(path, [{"number": number} for number in range(2000)]),
    "table.md": lambda path: write_text(path, "text " * 2000),
    "figure.png": draw,
}


@pytest.mark.parametrize("name", WRITERS)
def test_room_for_a_part_of_a_file(tmp_path, name):
    """The disk is full at any byte; the file of before stays."""
    path = tmp_path / name
    WRITERS[name](path)
    there = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    size = min(map(len, there.values()))
    for room in (0, 1, size // 3, size // 2, size - 1):
        with room_for(room), pytest.raises(UnwritableError) as raised:
            WRITERS[name](path)
        assert re.fullmatch(rf"{re.escape(str(path))}: cannot be written \(File too large\); {FIX}", str(raised.value))
        assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == there


def test_a_download_without_room_goes_on_later(tmp_path, disk):
    path = disk.folder / "file"
    with file_server() as server:
        disk.fill()
        with pytest.raises(InputError) as raised:
            get(server, path)
        assert str(raised.value) == f"{path}: cannot be written (No space left on device); {FIX}"
        disk.fill(room=2**18)
        with pytest.raises(InputError, match="No space left on device"):
            get(server, path)
        arrived = (disk.folder / "file.part").stat().st_size
        (disk.folder / "filler").unlink()
        get(server, path)
        assert 0 < arrived < len(server.content) and server.wanted[-1] == f"bytes={arrived}-"
        assert path.read_bytes() == server.content and os.listdir(disk.folder) == ["file"]


def commands(runs, out):
    """Command lines of scripts that write into a folder, by the script."""
    whole, verified = runs
    costs = sorted(whole.glob("models/*/*/*/*/decomposition_cost.json"))
    model = verified / "models/many_to_one/clinc/lstm-1/seed-0"
    network, dataset = model / "network.npz", verified / "datasets" / "clinc"
    kind = ["--dataset", dataset, "--architecture", "many_to_one", "--rnn", "lstm"]
    return {
        "fetch_corpus": ["--corpus", "clinc", "--source", "synthetic", "--examples", 300, "--output", out / "c.json"],
        "prepare_dataset": ["--manifest", out.parent / "manifest.json", "--output", out / "dataset"],
        "train_model": [*kind, "--epochs", 1, "--output", out / "model"],
        "decompose_model": ["--network", network, *kind, "--output", out / "modules"],
        "export_module": ["--network", network, "--modules", model / "modules" / "rolled.npz"]
        + ["--class-name", "class 0", "--output", out / "a.keras"],
        "tabulate_decomposition_cost": [*costs, "--output-folder", out / "tables"],
        "plot_decomposition_cost": [*costs, "--output", out / "table2.png", "--output-svg", out / "table2.svg"],
        "answer_claims": ["--decomposition-cost", *costs, "--output-folder", out / "claims"],
        "write_report": ["--run-folder", whole, "--output", out / "index.html"],
    }


NAMES = list(commands((Path(), Path()), Path()))


@pytest.mark.workflow
@pytest.mark.parametrize(("place", "file"), [("results", f"{RUN}/run.json"), (".", ".snakemake/writable")])
def test_a_run_ends_with_one_error(tmp_path, place, file):
    """Whether the results alone or the whole project is on a disk that cannot be written to."""
    project = tmp_path / "project"
    with mounted(project / place) as small:
        copy_with_configuration(project)
        for make, reason in ((small.fill, "No space left on device"), (small.lock, "Read-only file system")):
            make()
            with Call(project, "--", f"{RUN}/corpora/clinc.json") as call:
                assert call.wait() == 1
            assert f"\n{file}: cannot be written ({reason}); {FIX}\n" in call.text
            # It is the only error, and nothing was started.
            assert re.findall(r"^\w*Error\b", call.text, re.MULTILINE) == ["WorkflowError"]
            assert "localrule" not in call.text and "Traceback" not in call.text


@pytest.mark.workflow
def test_a_run_whose_disk_becomes_full_says_so(tmp_path):
    project, wanted = tmp_path / "project", f"{RUN}/datasets/clinc/dataset.json"
    with mounted(project / "results") as small:
        copy_with_configuration(project)
        # Its record, of two pages, still fits; the dataset does not.
        small.fill(room=3 * PAGE)
        with Call(project, "--", wanted) as call:
            assert call.wait() == 1
        assert re.search(
            rf"{RUN}/(run|checksums)\.json: cannot be written \(No space left on device\); {FIX}\n", call.text
        )
        assert temporaries(small.folder) == []
        (small.folder / "filler").unlink()
        with Call(project, "--", wanted) as call:
            assert call.wait() == 0, call.text[-3000:]


@pytest.mark.parametrize("script", NAMES)
def test_scripts_end_with_one_line(runs, disk, script, monkeypatch, capsys):
    (disk.folder.parent / "manifest.json").write_text(
        '{"corpus": "clinc", "source": "synthetic", "form": "synthetic", "folder": null, "files": [], '
        '"examples": 300, "seed": 0}'
    )
    arguments = commands(runs, disk.folder)[script]
    monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
    for make, reason in ((disk.fill, "No space left on device"), (disk.lock, "Read-only file system")):
        make()
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(SCRIPTS / f"{script}.py"), run_name="__main__")
        printed = capsys.readouterr().err
        errors = [line for line in printed.splitlines() if line.startswith("error: ")]
        assert ended.value.code == 2 and len(errors) == 1 and "Traceback" not in printed
        place = re.escape(str(disk.folder))
        assert re.fullmatch(rf"error: {place}/\S+: cannot be written \({reason}\); {FIX}", errors[0])
        assert {path.name for path in disk.folder.rglob("*") if path.is_file()} == {"filler"}
