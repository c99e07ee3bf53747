"""The cluster, once for all tests, and runs of Snakemake on it."""

import signal
import sys
from contextlib import ExitStack

import pytest

from cluster.one_node import OneNodeCluster, missing_programs
from cluster.run import Run


@pytest.fixture(scope="session")
def cluster():
    missing = missing_programs()
    if missing:
        pytest.skip(f"Slurm is not installed here (no {', '.join(missing)}); as root: tests/cluster/install")
    # Asked to end, pytest would leave daemons and jobs behind.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    with OneNodeCluster() as started:
        yield started
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def submit(cluster):
    """Start Snakemake with the profile for Slurm in a folder; whatever is left is ended after the test."""
    with ExitStack() as stack:
        yield lambda folder, *arguments, **settings: stack.enter_context(Run(cluster, folder, *arguments, **settings))
        cluster.resume_node()
