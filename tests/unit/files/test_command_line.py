"""Flags made from settings classes, and errors of scripts in one line."""

import argparse
import dataclasses
import importlib
import json
import os
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Literal

import pytest

from rnn_modules.decomposition.parameters import EDGES, DecompositionParameters, preset
from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.command_line import (
    COSTS,
    add_settings,
    flags_of,
    parser_of,
    peak_memory_mib,
    run,
    settings_from,
    whole_number,
)
from rnn_modules.files.job_costs import read_job_costs
from rnn_modules.files.run_folder import RunFolder
from support.project import ROOT

SCRIPTS = ROOT / "scripts"


# Waits until nobody reads.
PRINTING = """
import sys
from rnn_modules.files.command_line import run

def main():
    sys.stdin.read()
    print("line\\n" * int(sys.argv[1]))

run(main)
"""


NAMES = sorted(path.name for path in SCRIPTS.glob("*.py"))
HELPS = """
import contextlib, io, json, os, runpy, sys

said = {}
for name in sys.argv[1:]:
    sys.argv = [name, "--help"]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            runpy.run_path(os.path.abspath(name), run_name="__main__")
        except SystemExit as end:
            said[name] = end.code, printed.getvalue()
print(json.dumps(said))
"""


@dataclass(frozen=True)
class Settings:
    """One field of every kind."""

    number: int = field(default=3, metadata={"help": "how many"})
    share: float = 0.5
    limit: int | None = None
    order: Literal["random", "first"] = "random"
    edges: tuple[str, ...] = ("a", "b")


def parsed(*flags, settings=Settings, start=None):
    parser = parser_of("Do it.")
    add_settings(parser, settings)
    return settings_from(parser.parse_args(flags), settings, start)


def words_of(settings):
    """The command line that describes an object."""
    values = {one.name: getattr(settings, one.name) for one in dataclasses.fields(settings)}
    lists = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return shlex.split(flags_of(lists))


def test_without_flags_the_defaults_stand():
    assert parsed() == Settings()
    start = Settings(number=7, limit=2, edges=())
    assert parsed(start=start) == start


def test_flags_are_set_on_top_of_a_start():
    start = Settings(number=7, limit=2)
    assert parsed("--share", "0.25", "--edges", "c", start=start) == Settings(7, 0.25, 2, "random", ("c",))
    assert parsed("--edges").edges == ()
    assert parsed("--limit", "9").limit == 9


@pytest.mark.parametrize(
    "settings",
    [
        *(Settings(), Settings(1, 0.125, 4, "first", ("x", "y", "z")), Settings(edges=())),
        *(Settings(-3, -1e-5), Settings(limit=-1, edges=("-1", "--number=7", "a b", "$HOME", "", "it's"))),
    ],
)
def test_flags_describe_all_of_an_object(settings):
    assert parsed(*words_of(settings)) == settings


@pytest.mark.parametrize("name", ["paper", "package"])
@pytest.mark.parametrize("architecture", ["many_to_one", "many_to_many", "encoder_decoder"])
def test_flags_describe_all_parameters_of_the_decomposition(name, architecture):
    expected = preset(name, architecture, "gru")
    assert parsed(*words_of(expected), settings=DecompositionParameters) == expected


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--order", "last"], "invalid choice: 'last'"),
        (["--number", "three"], "invalid int value: 'three'"),
        (["--share", "half"], "invalid float value: 'half'"),
        (["--colour", "red"], "unrecognized arguments: --colour red"),
    ],
)
def test_unknown_values_and_flags_are_errors(capsys, flags, message):
    with pytest.raises(SystemExit) as raised:
        parsed(*flags)
    assert raised.value.code == 2
    assert message in capsys.readouterr().err


def test_help_has_the_fields_descriptions(capsys):
    with pytest.raises(SystemExit):
        parsed("--help")
    assert "how many" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        parsed("--help", settings=DecompositionParameters)
    printed = " ".join(capsys.readouterr().out.split())
    assert all(edge in printed for edge in EDGES)


def test_an_error_of_the_input_is_one_line_and_status_2(capsys):
    def main():
        raise InputError("figures.json: lacks accuracy; make it again")

    with pytest.raises(SystemExit) as raised:
        run(main)
    assert raised.value.code == 2
    assert capsys.readouterr().err == "error: figures.json: lacks accuracy; make it again\n"


def test_an_interrupt_is_one_line_and_status_130(capsys):
    def main():
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as raised:
        run(main)
    assert raised.value.code == 130 and capsys.readouterr().err == "error: interrupted\n"


@pytest.mark.parametrize(
    "lines", [pytest.param(1, id="that stay in the buffer"), pytest.param(100_000, id="that fill it")]
)
def test_a_reader_that_has_enough_gets_no_complaint(lines):
    """As with ``make plan | head -3``."""
    words = [sys.executable, "-c", PRINTING, str(lines)]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(words, env=os.environ | {"PYTHONPATH": str(SCRIPTS)}, **pipes) as process:
        process.stdout.close()
        process.stdin.close()
        assert process.stderr.read() == b"" and process.wait() == 128 + signal.SIGPIPE


def test_too_little_memory_is_one_line_and_status_2(capsys):
    def main():
        raise MemoryError("Unable to allocate 9 TiB")

    with pytest.raises(SystemExit) as raised:
        run(main)
    assert raised.value.code == 2
    assert capsys.readouterr().err.startswith("error: not enough memory (Unable to allocate 9 TiB); use smaller")


def test_a_missing_package_is_one_line_and_status_2(capsys):
    with pytest.raises(SystemExit) as raised:
        run(lambda: importlib.import_module("not_there.at_all"))
    assert raised.value.code == 2
    assert capsys.readouterr().err == "error: not_there is not installed; install it, or this library with its extras\n"


@pytest.mark.parametrize(("text", "message"), [("0", "use a whole number of at least 1"), ("x", "whole number")])
def test_whole_numbers_of_flags(capsys, text, message):
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=whole_number(1))
    assert parser.parse_args(["--threads", "2"]).threads == 2
    with pytest.raises(SystemExit):
        parser.parse_args(["--threads", text])
    assert message in capsys.readouterr().err


def test_flags_given_several_times_keep_every_value():
    """As the workflow gives a list: one word for each of its values."""
    parser = parser_of("Do it.")
    parser.add_argument("--shares", type=float, nargs="+", default=(1.0,))
    parser.add_argument("--names", nargs="*")
    parser.add_argument("--seed", type=int)
    words = shlex.split(flags_of({"shares": [0.5, 0.1], "names": ["-a", "b"], "seed": 3}))
    assert vars(parser.parse_args(words)) == {"shares": [0.5, 0.1], "names": ["-a", "b"], "seed": 3}
    assert vars(parser.parse_args(words + ["--seed", "4", "--names", "c", "d"]))["names"] == ["-a", "b", "c", "d"]
    assert vars(parser.parse_args(["--names"])) == {"shares": (1.0,), "names": [], "seed": None}


def test_errors_of_the_program_are_not_hidden():
    def main():
        raise ValueError("a defect")

    with pytest.raises(ValueError, match="a defect"):
        run(main)


@pytest.fixture(scope="module")
def helps():
    """What each script says with --help, run one after another in one process."""
    finished = subprocess.run([sys.executable, "-c", HELPS, *NAMES], cwd=SCRIPTS, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


@pytest.mark.parametrize("script", NAMES)
def test_every_script_describes_itself(helps, script):
    status, printed = helps[script]
    program = "snakemake" if script == "run_workflow.py" else script
    assert not status and printed.startswith(f"usage: {program} [-h]") and "\n  --" in printed


def test_a_script_without_its_input_ends_with_one_line(tmp_path):
    absent = tmp_path / "network.npz"
    arguments = ["--network", absent, "--dataset", tmp_path, "--architecture", "many_to_one", "--rnn", "lstm"]
    finished = subprocess.run(
        [sys.executable, SCRIPTS / "decompose_model.py", *arguments, "--output", tmp_path / "modules"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert finished.returncode == 2
    assert finished.stderr == f"error: {absent}: cannot be read (No such file or directory)\n"
    assert list(tmp_path.iterdir()) == []


SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from rnn_modules.files.command_line import run

def main():
    held = b"x" * 200 * 2**20
    sum(range(10**6))
    {end}

run(main)
"""


@pytest.mark.parametrize(("end", "code"), [("pass", 0), ("raise SystemExit(1)", 1), ("1 / 0", 1)])
def test_a_job_that_ends_well_leaves_what_it_took(tmp_path, end, code):
    words = [sys.executable, "-c", SCRIPT.format(folder=str(SCRIPTS), end=end)]
    told = os.environ | {COSTS: f"{tmp_path}/logs/train_model/clinc.log seed=0,corpus=clinc"}
    assert subprocess.run(words, env=told, capture_output=True, timeout=60).returncode == code
    assert [path.name for path in tmp_path.rglob("*.json")] == ["corpus=clinc,seed=0.json"] * (code == 0)
    for job in read_job_costs(RunFolder(tmp_path)):
        assert (job.rule, job.wildcards) == ("train_model", {"corpus": "clinc", "seed": "0"})
        assert 0 < job.cpu_seconds < 60 and 0 < job.wall_seconds < 60
        assert 200 < job.memory_mib < 300


def test_a_job_without_wildcards_has_a_file_of_its_rule(tmp_path, monkeypatch):
    monkeypatch.setenv(COSTS, f"{tmp_path}/logs/write_report.log ")
    run(lambda: None)
    assert json.loads((tmp_path / "costs/write_report.json").read_text()).keys() == {
        "cpu_seconds", "wall_seconds", "memory_mib",
    }  # fmt: skip


def test_a_script_that_is_no_job_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(COSTS, raising=False)
    run(lambda: None)
    assert list(tmp_path.iterdir()) == []


def test_costs_that_cannot_be_written_are_one_error(tmp_path, monkeypatch, capsys):
    (tmp_path / "costs").write_text("a file, no folder")
    monkeypatch.setenv(COSTS, f"{tmp_path}/logs/write_report.log")
    with pytest.raises(SystemExit) as error:
        run(lambda: None)
    assert error.value.code == 2
    assert capsys.readouterr().err.startswith(f"error: {tmp_path}/costs/write_report.json: cannot be written")


def test_the_memory_of_the_process_that_starts_a_script_is_not_its_own(tmp_path):
    held = b"x" * 200 * 2**20
    assert peak_memory_mib() > 200
    code = (
        f"import sys; sys.path.insert(0, {str(SCRIPTS)!r})\nfrom rnn_modules.files.command_line import peak_memory_mib"
    )
    words = [sys.executable, "-c", f"{code}; print(peak_memory_mib())"]
    printed = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout
    assert 5 < float(printed) < 150 < len(held) / 2**20
