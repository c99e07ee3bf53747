"""A run killed at random points goes on where it was and ends as an undisturbed one."""

import contextlib
import itertools
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from faults.calls import RUN, Call, Job, copy_with_configuration, finish, locks, run_undisturbed, unlock
from faults.contents import content, is_temporary_of, results, temporaries

KILLS_OF_A_KIND = 10
ATTEMPTS = 5
# After how many kills Snakemake itself removes the lock, which takes two calls each.
LOCKED = 3
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

    def carry_out(self, folder):
        """Make the job again, and kill."""
        if self.kind == "writer":
            self.job.remove(folder)
            hook = {"PYTHONPATH": str(HOOK), "KILLED_FILE": str(folder / self.file)}
            with Call(folder, *self.target, **hook, KILLED_AFTER_CALLS=str(self.calls)) as call:
                assert call.wait() != 0, f"not killed: {self}"
            assert any(is_temporary_of(folder / self.file, left) for left in temporaries(folder / RUN))
            return
        # A job that takes less than before may end before its share: again, with half of that.
        for attempt in range(ATTEMPTS):
            self.job.remove(folder)
            if self._hits(folder, self.share / 2**attempt):
                return
        pytest.fail(f"it always ended before: {self}")

    @property
    def target(self):
        """Arguments of Snakemake: what runs beside the job matters only where everything is killed."""
        return () if self.kind == "workflow" else ("--", self.job.outputs[0])

    def _hits(self, folder, share):
        """Call Snakemake, and kill; False when it was too late."""
        with Call(folder, *self.target) as call:
            process = call.reach(self.job, share)
            if self.kind == "training":
                if process:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()
                call.wait()
            # A workflow is killed at the end of this block: at the latest when the job has just ended.
            status = call.process.poll()
            assert status == 0 or process or status is None, call.text[-3000:]
            return status != 0


def planned(jobs, rng):
    """Kills of all kinds, spread over all rules."""
    by_rule = {}
    for job in jobs:
        by_rule.setdefault(job.rule, []).append(job)
    training = itertools.cycle(job for job in jobs if job.trains)
    # Rules of trainings have kills anyway: others go first.
    order = rng.sample(sorted(by_rule), len(by_rule))
    rules = itertools.cycle(sorted(order, key=lambda rule: by_rule[rule][0].trains))

    def kill(kind, job, file=None):
        return Kill(kind, job, rng.random(), file or rng.choice(job.outputs), round(10 ** rng.uniform(0, 4)))

    kills = [kill("training", next(training)) for _ in range(KILLS_OF_A_KIND)]
    kills += [kill("workflow", rng.choice(by_rule[next(rules)])) for _ in range(KILLS_OF_A_KIND)]
    writers = max(KILLS_OF_A_KIND - 1, len(by_rule) - KILLS_OF_A_KIND)
    kills += [kill("writer", rng.choice(by_rule[next(rules)])) for _ in range(writers)]
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
    kills, locked = planned(jobs, random.Random(seed)), 0
    folder = copy_with_configuration(tmp_path / "killed")
    for kill in kills:
        kill.carry_out(folder)
        check_whole(expected, folder)
        left = locks(folder)
        locked += bool(left)
        if left and locked <= LOCKED:
            unlock(folder)
        else:
            for lock in left:  # what --unlock does
                lock.unlink()
    assert locked > LOCKED
    finish_as(expected, folder)
    verified = subprocess.run([sys.executable, "scripts/verify_run.py", "--run", RUN], cwd=folder, capture_output=True)
    assert verified.returncode == 0, verified.stdout.decode()

    kinds, rules = Counter(kill.kind for kill in kills), Counter(kill.rule for kill in kills)
    assert all(kinds[kind] >= KILLS_OF_A_KIND for kind in ("workflow", "training", "writer"))
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
