"""What a run shows: one line a job in a pipe, a bar in a terminal, and of a failed job its last line and its log."""

import os
import pty
import re
import subprocess
import sys

import pytest

from support.snakemake_calls import ENDING_AT_ONCE

pytestmark = pytest.mark.workflow
MADE = [f"results/{{}}/datasets/{name}/dataset.json" for name in ("clinc", "brown")]


def command(run, *more):
    words = [sys.executable, "scripts/run_workflow.py", "--workflow-profile", "workflow/profiles/default", "--cores=1"]
    made = [path.format(run) for path in MADE]
    return [*words, *ENDING_AT_ONCE, "--configfile", "config/ci.yaml", "--config", f"run={run}", *more, "--", *made]


def test_a_pipe_gets_one_line_a_job(project):
    finished = subprocess.run(command("piped"), cwd=project, capture_output=True, text=True, timeout=300)
    lines = [line for line in (finished.stdout + finished.stderr).splitlines() if not line.startswith("Using ")]
    assert finished.returncode == 0, lines
    assert [line.partition(" ")[0] for line in lines] == ["1/4", "2/4", "3/4", "4/4"]
    assert {line.partition(" ")[2] for line in lines} == {
        *("fetch_corpus clinc", "fetch_corpus brown", "prepare_dataset clinc", "prepare_dataset brown"),
    }


def test_a_terminal_gets_a_bar(project):
    ours, theirs = pty.openpty()
    os.set_blocking(ours, True)
    variables = os.environ | {"LINES": "40", "COLUMNS": "100"}
    with subprocess.Popen(command("watched"), cwd=project, stdout=theirs, stderr=theirs, env=variables) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                shown += os.read(ours, 4096)
            except OSError:
                break
    os.close(ours)
    assert process.returncode == 0, shown
    assert re.search(rb"1 (fetch_corpus|prepare_dataset): .* [1-3]/4 \[\d\d:\d\d<\d\d:\d\d", shown), shown
    assert b"4/4" in shown and b"rule " not in shown


@pytest.mark.parametrize("text", ["no/such/folder", "esc\x1b[31m"])
def test_a_failed_job_stands_last(project, text):
    more = ["--config", "source=mirror", f"mirror={text}"]
    finished = subprocess.run(command("failed", *more), cwd=project, capture_output=True, text=True, timeout=300)
    assert finished.returncode != 0
    printed = finished.stdout + finished.stderr
    line, log = printed.splitlines()[-2:]
    assert re.fullmatch(r"failed: fetch_corpus (clinc|brown): error: mirror: .* is not a folder; .*", line)
    assert log in {f"results/failed/logs/fetch_corpus/{name}.log" for name in ("clinc", "brown")}
    assert "\x1b[31m" not in printed and "Traceback" not in printed
