"""Calls of Snakemake in a copy of the project, and their ends."""

import contextlib
import csv
import io
import os
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from support.project import copy_project

RUN = Path("results", "faults")
# One model, and everything that follows from it.
CONFIGURATION = "run: faults\narchitectures: [many_to_one]\n"
# A whole run takes one minute on two idle cores; this is for a machine that is busy with other things.
SECONDS = 600


@dataclass(frozen=True)
class Job:
    """A job of the run: what it makes, its command line, and how much processor time it takes."""

    rule: str
    outputs: tuple[str, ...]
    command: tuple[str, ...]
    cpu_seconds: float

    @property
    def trains(self):
        return self.command[1].startswith("scripts/train_")

    def remove(self, folder):
        """Remove what it has made, so that the next call makes it again."""
        for output in self.outputs:
            (folder / output).unlink(missing_ok=True)


def copy_with_configuration(folder):
    copy_project(folder)
    (folder / "config" / "faults.yaml").write_text(CONFIGURATION)
    return folder


class Call:
    """A call of Snakemake that goes on in the background, in a process group of its own."""

    def __init__(self, folder, *arguments, **variables):
        # Beside the project, whose disk may be full.
        self.log = folder.with_suffix(".log")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        command = [sys.executable, "-m", "snakemake", "--workflow-profile", "workflow/profiles/default", "--cores", "2"]
        # Snakemake ends when its last timer has: after the five seconds of the profile, most of which it would wait.
        command += ["--max-jobs-per-timespan", "1000/1s"]
        command += ["--configfile", "config/ci.yaml", "config/faults.yaml", *arguments]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=os.environ | {"PATH": path} | variables,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.deadline = time.monotonic() + SECONDS

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.kill()

    @property
    def text(self):
        return self.log.read_text()

    def running(self):
        """Whether it goes on; one that takes too long is an error."""
        assert time.monotonic() < self.deadline, self.text[-3000:]
        return self.process.poll() is None

    def wait(self):
        """Its exit code."""
        while self.running():
            time.sleep(0.02)
        return self.process.returncode

    def jobs(self):
        """Processes of the scripts that run now, by their command lines."""
        found = {}
        with contextlib.suppress(psutil.NoSuchProcess):
            for process in psutil.Process(self.process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    command = process.cmdline()
                    if len(command) > 1 and command[1].startswith("scripts/"):
                        found[tuple(command)] = process
        return found

    def kill(self):
        """SIGKILL for the whole process group."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(SECONDS)
        deadline = time.monotonic() + SECONDS
        while left := list(filter(self._has, psutil.process_iter())):
            assert time.monotonic() < deadline, left
            time.sleep(0.005)

    def _has(self, process):
        """Whether a process of its group is still alive; nobody may collect the dead ones."""
        try:
            return os.getpgid(process.pid) == self.process.pid and process.status() != psutil.STATUS_ZOMBIE
        except (ProcessLookupError, psutil.NoSuchProcess):
            return False

    def reach(self, job, share):
        """Wait until a job has used a share of its processor time.

        Returns:
            Its process; None when that, or the call, ended before.
        """
        while (process := self.jobs().get(job.command)) is None:
            if not self.running():
                return None
            time.sleep(0.01)
        while self.running() and (used := cpu_seconds(process)) is not None:
            if used >= share * job.cpu_seconds:
                return process
            time.sleep(0.002)
        return None


def cpu_seconds(process):
    """Processor time of a process so far; None when it has ended."""
    try:
        times = process.cpu_times()
        return None if process.status() == psutil.STATUS_ZOMBIE else times.user + times.system
    except psutil.NoSuchProcess:
        return None


def run_undisturbed(folder):
    """Run everything.

    Returns:
        The jobs, in the order in which they ended.
    """
    used = {}
    with Call(folder) as call:
        while call.running():
            for command, process in call.jobs().items():
                used[command] = cpu_seconds(process) or used.get(command, 0.0)
            time.sleep(0.02)
        assert call.process.returncode == 0, call.text[-3000:]
    outputs, commands = {}, {}
    with Call(folder, "--detailed-summary") as call:
        assert call.wait() == 0, call.text[-3000:]
        table = call.text[call.text.index("output_file\t") :]
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        words = shlex.split(row["shellcmd"])
        script = next(index for index, word in enumerate(words) if word.startswith("scripts/"))
        command = tuple(words[script - 1 : words.index(">")])
        outputs.setdefault((row["rule"], command), []).append(row["output_file"])
        commands[row["output_file"]] = command
    jobs = [Job(rule, tuple(files), command, used.get(command, 0.0)) for (rule, command), files in outputs.items()]
    return sorted(jobs, key=lambda job: max((folder / output).stat().st_mtime for output in job.outputs))


def locks(folder):
    """Files by which a call that was killed still locks the folder."""
    return list((folder / ".snakemake" / "locks").glob("*.lock"))


def unlock(folder):
    """The next call says how to remove the lock that a killed one left, and that works."""
    with Call(folder) as refused:
        assert refused.wait() != 0
        assert "Directory cannot be locked" in refused.text and "It can be removed with the --unlock" in refused.text
    with Call(folder, "--unlock") as unlocked:
        assert unlocked.wait() == 0, unlocked.text[-3000:]
    assert locks(folder) == []


def finish(folder):
    """Call Snakemake until everything is made."""
    with Call(folder) as call:
        assert call.wait() == 0, call.text[-3000:]
