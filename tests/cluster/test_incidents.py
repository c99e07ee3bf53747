"""What happens to jobs on a cluster, met by the profile: too little memory, a cancelled job, a node that goes away."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from cluster.run import PROFILE

SNAKEFILE = ("--snakefile", str(Path(__file__).parent / "tasks" / "Snakefile"))
pytestmark = pytest.mark.cluster


def states(run):
    return [job["JobState"] for job in run.jobs()]


def starts(folder, number):
    """How often the command of a waiting job has been started."""
    path = folder / "waited" / f"{number}.starts"
    return path.read_text().count("started") if path.exists() else 0


def test_a_job_over_its_memory_is_retried_with_more(submit, tmp_path):
    run = submit(tmp_path, *SNAKEFILE, "memory.txt")
    run.finish()
    assert [job["MinMemoryNode"] for job in run.jobs()] == ["600M", "1200M"]
    assert states(run) == ["FAILED", "COMPLETED"] or states(run) == ["OUT_OF_MEMORY", "COMPLETED"]
    assert "exceeded memory limit" in run.log.read_text()
    assert (tmp_path / "memory.txt").read_text() == "held\n"


def test_a_cancelled_job_is_retried(submit, cluster, tmp_path):
    run = submit(tmp_path, *SNAKEFILE, "waited/1.txt")
    run.wait_until(lambda: starts(tmp_path, 1) == 1)
    cluster.call("scancel", run.jobs()[0]["JobId"])
    run.wait_until(lambda: starts(tmp_path, 1) == 2)
    (tmp_path / "go_on").touch()
    run.finish()
    assert states(run) == ["CANCELLED", "COMPLETED"]
    # What the profile asks for grows too.
    asked = [(job["MinMemoryNode"], job["TimeLimit"]) for job in run.jobs()]
    assert asked == [("2000M", "00:30:00"), ("4000M", "01:00:00")]
    assert (tmp_path / "waited" / "1.txt").read_text() == "done\n"


def test_a_node_drained_and_resumed_loses_nothing(submit, cluster, tmp_path):
    numbers = range(1, 5)
    run = submit(tmp_path, *SNAKEFILE, *(f"waited/{number}.txt" for number in numbers))
    run.wait_until(lambda: sum(starts(tmp_path, number) for number in numbers) == 2 and len(run.jobs()) == 4)
    cluster.set_node("drain")
    (tmp_path / "go_on").touch()
    # What runs may end, what waits has to wait.
    run.wait_until(lambda: cluster.node_state() == "drained")
    assert sorted(states(run)) == ["COMPLETED", "COMPLETED", "PENDING", "PENDING"]
    cluster.resume_node()
    run.finish()
    assert states(run) == ["COMPLETED"] * 4
    assert [starts(tmp_path, number) for number in numbers] == [1, 1, 1, 1]


def test_a_job_of_a_lost_node_runs_again(submit, cluster, tmp_path):
    run = submit(tmp_path, *SNAKEFILE, "waited/1.txt")
    run.wait_until(lambda: starts(tmp_path, 1) == 1)
    cluster.set_node("down")
    run.wait_until(lambda: states(run) == ["PENDING"] and not cluster.steps())
    cluster.resume_node()
    # Slurm holds a requeued job back for two minutes, so that the node can clear away what is left of it.
    cluster.call("scontrol", "update", f"jobid={run.jobs()[0]['JobId']}", "starttime=now+10seconds")
    run.wait_until(lambda: starts(tmp_path, 1) == 2)
    (tmp_path / "go_on").touch()
    run.finish()
    assert [(job["JobState"], job["Restarts"]) for job in run.jobs()] == [("COMPLETED", "1")]


def test_a_group_is_one_job_and_retried_as_a_whole(submit, tmp_path):
    run = submit(tmp_path, *SNAKEFILE, "chain/1/ended.txt", "chain/2/ended.txt")
    run.finish()
    asked = Counter((job["JobState"], job["MinMemoryNode"], job["TimeLimit"]) for job in run.jobs())
    # Memory of the larger job, time of both; the other chain goes on and is not done again.
    assert asked == {
        ("FAILED", "400M", "00:15:00"): 1,
        ("COMPLETED", "400M", "00:15:00"): 1,
        ("COMPLETED", "800M", "00:30:00"): 1,
    }
    started = {number: (tmp_path / "chain" / f"{number}.starts").read_text().count("started") for number in (1, 2)}
    assert started == {1: 2, 2: 1}
    # The failed job's own log is shown, and the rule that failed is named.
    shown = run.log.read_text()
    assert "chain 1, attempt 1" in shown and "rule end_chain" in shown
    assert (tmp_path / "chain" / "1" / "ended.txt").read_text() == "begun\n"


def test_the_settings_of_a_site_take_effect(submit, tmp_path):
    """What the profile offers as comments: a partition for all jobs, and nodes with a GPU for training."""
    profile = tmp_path / "profile" / "config.yaml"
    shutil.copytree(PROFILE, profile.parent)
    text = profile.read_text()
    for name in (
        "  # slurm_partition: main",
        *("# groups:", "#   train_model: training"),
        *("# set-resources:", "#   train_model:", "#     slurm_partition: gpu", "#     gres: gpu:1"),
    ):
        assert f"\n{name}\n" in text
        text = text.replace(f"\n{name}\n", f"\n{name.replace('# ', '', 1)}\n")
    profile.write_text(text)
    run = submit(tmp_path, *SNAKEFILE, "trained.txt", "table.txt", profile=profile.parent)
    run.finish()
    asked = {job["Comment"]: (job["Partition"], job.get("TresPerNode")) for job in run.jobs()}
    assert asked == {"rule_training_train_model": ("gpu", "gres:gpu:1"), "rule_draw_table": ("main", None)}
    assert (tmp_path / "trained.txt").read_text() == "GPU 0\n"
