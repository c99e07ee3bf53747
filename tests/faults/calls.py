"""Calls of Snakemake in a copy of the project, and their ends."""

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
# A whole run on a machine that is busy with other things.
SECONDS = 3000


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

    def made(self, folder):
        return all((folder / output).exists() for output in self.outputs)


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
        try:
            for process in psutil.Process(self.process.pid).children(recursive=True):
                command = process.cmdline()
                if len(command) > 1 and command[1].startswith("scripts/"):
                    found[tuple(command)] = process
        except psutil.NoSuchProcess:
            pass
        return found

    def kill(self):
        """SIGKILL for the whole process group."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        while any(map(self._has, psutil.process_iter())):
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
            Its process, perhaps just ended; None when the call ended without it.
        """
        while self.running():
            process = self.jobs().get(job.command)
            if process is not None:
                while (used := cpu_seconds(process)) is not None and used < share * job.cpu_seconds:
                    time.sleep(0.002)
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


def unlock(folder):
    """Where a killed call left its lock: the next call says how to remove it, and that works."""
    if not any((folder / ".snakemake" / "locks").glob("*.lock")):
        return
    with Call(folder) as refused:
        assert refused.wait() != 0
        assert "Directory cannot be locked" in refused.text and "It can be removed with the --unlock" in refused.text
    with Call(folder, "--unlock") as unlocked:
        assert unlocked.wait() == 0, unlocked.text[-3000:]


def finish(folder):
    """Call Snakemake until everything is made."""
    with Call(folder) as call:
        assert call.wait() == 0, call.text[-3000:]
