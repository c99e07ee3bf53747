"""A Slurm cluster of one node on this machine, with daemons, ports, key and folders of its own."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "scancel", "sinfo", "setpriv")
TEMPLATE = Path(__file__).with_name("slurm.conf")
# Daemons lie where only root's PATH leads.
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
# What the node says it has, whatever the machine has: the workflow's jobs ask for up to 2 GB each and use about 1 GB.
CPUS = 2
MEMORY_MB = 16000


def missing_programs() -> list[str]:
    """Programs of Slurm that this machine lacks."""
    return [name for name in PROGRAMS if shutil.which(name, path=SEARCH_PATH) is None]


class OneNodeCluster:
    """Starts on entering, stops exactly what it started on leaving.

    ``environment`` holds the variables with which Slurm's commands reach this cluster and no other.
    """

    def __init__(self):
        self.host = socket.gethostname().split(".")[0]
        self.environment = {}
        self._stack = ExitStack()

    def __enter__(self):
        with ExitStack() as stack:
            # Short, since a socket's path has at most 107 characters.
            self.folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="slurm-", ignore_cleanup_errors=True))
            )
            self.folder.chmod(0o755)  # munge wants a socket that everybody can reach
            self._write_configuration()
            stack.callback(self._kill_strays)
            self._start_daemon(
                stack,
                "munged",
                "--foreground",
                *(f"--{kind}-file={self.folder / f'munge.{kind}'}" for kind in ("key", "log", "pid", "seed")),
                f"--socket={self.folder / 'munge.socket'}",
            )
            self._wait(lambda: (self.folder / "munge.socket").exists(), "munged")
            self._start_daemon(stack, "slurmctld", "-D", "-c")
            self._start_daemon(stack, "slurmd", "-D")
            self._wait(lambda: self.node_state() == "idle", "the node")
            stack.callback(self.cancel_all)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error):
        return self._stack.__exit__(*error)

    def call(self, *command, check=True) -> str:
        """Output of one of Slurm's commands."""
        result = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)
        if check and result.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {result.stderr.strip()}")
        return result.stdout

    def jobs(self) -> list[dict]:
        """All jobs since the start, each with the fields of ``scontrol show job``, in order of submission."""
        lines = self.call("scontrol", "--oneliner", "show", "jobs").splitlines()
        jobs = [
            dict(word.split("=", 1) for word in line.split(" ") if "=" in word) for line in lines if "JobId=" in line
        ]
        return sorted(jobs, key=lambda job: int(job["JobId"]))

    def node_state(self) -> str:
        return self.call("sinfo", "--noheader", "--partition", "main", "--format", "%T", check=False).strip()

    def set_node(self, state) -> None:
        """Drain or take down the node, as an administrator would."""
        self.call("scontrol", "update", f"nodename={self.host}", f"state={state}", "reason=test")

    def resume_node(self) -> None:
        """Take the node back; one that was down may have come back by itself."""
        if self.node_state().startswith(("drain", "down")):
            self.set_node("resume")

    def steps(self) -> list[Path]:
        """Sockets of the job steps that the node still has, those that it is clearing away among them."""
        return list((self.folder / "spool").glob(f"{self.host}_*.*"))

    def cancel_all(self) -> None:
        """Leave no job behind, running or waiting."""
        self.call("scancel", "--user", getpass.getuser(), check=False)
        deadline = time.monotonic() + 30
        while (self.call("squeue", "--noheader", check=False) or self.steps()) and time.monotonic() < deadline:
            time.sleep(0.2)

    def _kill_strays(self):
        """Without cgroups a process can outlive its job; all of them carry this cluster's configuration."""
        mark = f"SLURM_CONF={self.folder}/slurm.conf".encode()
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    os.kill(int(entry.name), signal.SIGKILL)

    def _write_configuration(self):
        for name in ("state", "spool", "bin"):
            (self.folder / name).mkdir()
        text = TEMPLATE.read_text().format(
            folder=self.folder,
            host=self.host,
            user=getpass.getuser(),
            cpus=CPUS,
            memory_mb=MEMORY_MB,
            controller_port=free_port(),
            node_port=free_port(),
        )
        configuration = self.folder / "slurm.conf"
        configuration.write_text(text)
        (self.folder / "gres.conf").write_text("Name=gpu File=/dev/null\n")
        (self.folder / "cgroup.conf").write_text(cgroup_settings())
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        # The executor's job step drops SLURM_CONF, so that srun would look for the machine's own configuration.
        srun = self.folder / "bin" / "srun"
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={configuration} exec {shutil.which("srun", path=SEARCH_PATH)} "$@"\n')
        srun.chmod(0o755)
        others = {name: value for name, value in os.environ.items() if not name.startswith(("SLURM", "SBATCH", "SRUN"))}
        self.environment = others | {
            "SLURM_CONF": str(configuration),
            "PATH": os.pathsep.join([str(srun.parent), SEARCH_PATH]),
        }

    def _start_daemon(self, stack, *command):
        """Start a daemon in the foreground; it also ends when this process is killed."""
        log = stack.enter_context((self.folder / f"{command[0]}.output").open("wb"))
        command = ["setpriv", "--pdeathsig", "TERM", *command]
        process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        stack.callback(stop, process)

    def _wait(self, ready, what, seconds=60):
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                logs = [path for path in sorted(self.folder.iterdir()) if path.suffix in (".log", ".output")]
                told = "\n".join(f"== {path.name}\n{path.read_text()[-2000:]}" for path in logs)
                raise RuntimeError(f"{what} did not answer within {seconds} s\n{told}")
            time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def stop(process) -> None:
    """End a daemon that was started here, by force if it does not end by itself."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def cgroup_settings() -> str:
    """Contents of cgroup.conf: slurmd touches cgroups unless told not to, which older versions do not understand."""
    version = subprocess.run(["slurmd", "-V"], env=os.environ | {"PATH": SEARCH_PATH}, capture_output=True, text=True)
    number = tuple(int(part) for part in version.stdout.split()[-1].split(".")[:2])
    return "CgroupPlugin=disabled\n" if number >= (24, 5) else "IgnoreSystemd=yes\n"
