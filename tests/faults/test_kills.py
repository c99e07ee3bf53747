"""A run killed at random points goes on where it was and ends as an undisturbed one."""

import contextlib
import itertools
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from faults.calls import RUN, Call, Job, copy_with_configuration, finish, run_undisturbed, unlock
from faults.contents import content, is_temporary_of, results, temporaries

KILLS_OF_A_KIND = 10
HOOK = Path(__file__).parent / "killed_writer"
pytestmark = pytest.mark.workflow


@dataclass(frozen=True)
class Kill:
    """When and what SIGKILL hits.

    Attributes:
        kind: workflow (everything at once), training (its process alone) or writer (while it writes ``file``).
        job: which job has to run.
        share: of the job's processor time, that it uses before.
        file: which the writer writes: one of the job's, or ``run.json``, which Snakemake writes itself.
        calls: functions that the writer calls before, after it has opened the file.
    """

    kind: str
    job: Job
    share: float
    file: str
    calls: int

    @property
    def rule(self):
        return self.job.rule if self.file in self.job.outputs else "run.json"

    def happens(self, folder):
        """Call Snakemake, and kill; False when the call ended before that."""
        if self.kind == "writer":
            hook = {"PYTHONPATH": str(HOOK), "KILLED_FILE": str(folder / self.file)}
            with Call(folder, **hook, KILLED_AFTER_CALLS=str(self.calls)) as call:
                killed = call.wait() != 0
            assert killed == any(is_temporary_of(folder / self.file, left) for left in temporaries(folder / RUN))
            return killed
        with Call(folder) as call:
            process = call.reach(self.job, self.share)
            if process is None:
                assert call.process.returncode == 0, call.text[-3000:]
                return False
            if self.kind == "workflow":
                call.kill()
                return True
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
            return call.wait() != 0


def planned(jobs, rng):
    """Kills of all kinds, spread over all rules."""
    by_rule = {}
    for job in jobs:
        by_rule.setdefault(job.rule, []).append(job)
    rules = itertools.cycle(rng.sample(sorted(by_rule), len(by_rule)))
    training = itertools.cycle(job for job in jobs if job.trains)

    def kill(kind, job, file=None):
        return Kill(kind, job, rng.random(), file or rng.choice(job.outputs), round(10 ** rng.uniform(0, 4)))

    kills = [kill("training", next(training)) for _ in range(KILLS_OF_A_KIND)]
    kills += [kill("workflow", rng.choice(by_rule[next(rules)])) for _ in range(KILLS_OF_A_KIND)]
    kills += [kill("writer", rng.choice(by_rule[next(rules)])) for _ in range(KILLS_OF_A_KIND - 1)]
    kills += [kill("writer", rng.choice(jobs), str(RUN / "run.json"))]
    rng.shuffle(kills)
    # In the order of the jobs, so that the run gets further between them.
    return sorted(kills, key=lambda one: jobs.index(one.job))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The jobs of a run that nothing disturbs, and what its files hold."""
    folder = copy_with_configuration(tmp_path_factory.mktemp("undisturbed") / "project")
    jobs = run_undisturbed(folder)
    return jobs, {path.relative_to(folder): content(path) for path in results(folder / RUN)}


def test_killed_runs_end_as_undisturbed_ones(undisturbed, tmp_path, capsys):
    jobs, expected = undisturbed
    seed = int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(2**32))
    print(f"To see the same kills again: make test-faults FAULTS_SEED={seed}")
    kills, done = planned(jobs, random.Random(seed)), []
    folder = copy_with_configuration(tmp_path / "killed")
    # What is made cannot be killed in the making: jobs that ended beside another one have their turn in the next round.
    while kills:
        shutil.rmtree(folder / RUN, ignore_errors=True)
        while kill := next((one for one in kills if not one.job.made(folder)), None):
            if kill.happens(folder):
                kills.remove(kill)
                done.append(kill)
                check_whole(expected, folder)
                unlock(folder)
        finish_as(expected, folder)
    verified = subprocess.run([sys.executable, "scripts/verify_run.py", "--run", RUN], cwd=folder, capture_output=True)
    assert verified.returncode == 0, verified.stdout.decode()

    kinds, rules = Counter(kill.kind for kill in done), Counter(kill.rule for kill in done)
    assert kinds == dict.fromkeys(("workflow", "training", "writer"), KILLS_OF_A_KIND)
    assert rules.keys() == {job.rule for job in jobs} | {"run.json"}
    with capsys.disabled():
        print(f"\nseed {seed}: killed {dict(kinds)}, at {dict(rules)}")


def check_whole(expected, folder):
    """Every file that is there is whole, and what it will be in the end."""
    for path in results(folder / RUN):
        assert content(path) == expected[path.relative_to(folder)], path


def finish_as(expected, folder):
    """Go on to the end: the same files, and nothing left to do or lying about."""
    finish(folder)
    assert {path.relative_to(folder) for path in results(folder / RUN)} == expected.keys()
    check_whole(expected, folder)
    assert temporaries(folder / RUN) == []
    with Call(folder, "--dry-run") as call:
        assert call.wait() == 0 and "Nothing to be done" in call.text, call.text[-3000:]
