"""A run of Snakemake with the profile for Slurm."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from cluster.one_node import CPUS
from support.project import ROOT

PROFILE = ROOT / "workflow" / "profiles" / "slurm"
# The only settings that differ from the profile: the tests' jobs take seconds, there is no network file system, and the
# node has two cores.
SETTINGS = ("--slurm-init-seconds-before-status-checks", "3", "--latency-wait", "10", "--cores", str(CPUS))


class Run:
    """Starts at once, in the background; ``jobs`` are those that it submitted."""

    def __init__(self, cluster, folder, *arguments, profile=PROFILE):
        self.cluster = cluster
        self.log = folder / "run.log"
        self._earlier = {job["JobId"] for job in cluster.jobs()}
        path = os.pathsep.join([str(Path(sys.executable).parent), cluster.environment["PATH"]])
        # The cluster's own srun stays first.
        environment = cluster.environment | {"PATH": os.pathsep.join([str(cluster.folder / "bin"), path])}
        # It does not outlive the tests, not even when they are killed.
        command = ["setpriv", "--pdeathsig", "INT", sys.executable, "-m", "snakemake"]
        command += ["--workflow-profile", str(profile), *SETTINGS, *arguments]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        """End what is still there: Snakemake cancels its jobs when interrupted."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.cluster.cancel_all()

    def jobs(self, *states) -> list[dict]:
        """Jobs of this run in some states, or all of them."""
        jobs = [job for job in self.cluster.jobs() if job["JobId"] not in self._earlier]
        return [job for job in jobs if not states or job["JobState"] in states]

    def wait_until(self, met, seconds=90) -> None:
        """Wait for a condition while the run goes on."""
        deadline = time.monotonic() + seconds
        while not met():
            assert self.process.poll() is None, f"ended too early:\n{self.tail()}"
            assert time.monotonic() < deadline, f"waited {seconds} s in vain:\n{self.jobs()}\n{self.tail()}"
            time.sleep(0.2)

    def finish(self, seconds=180) -> None:
        """Wait for the end, which has to be a good one."""
        try:
            self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"did not end within {seconds} s:\n{self.jobs()}\n{self.tail()}") from None
        assert self.process.returncode == 0, self.tail()

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-6000:]
