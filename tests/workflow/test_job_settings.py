"""Threads and GPUs that a user gives to a rule reach its jobs, and whatever computes in them."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_modules.files.command_line import COSTS

TRAINING = ("train_model", "train_baselines")
ANALYSIS = (
    "compact_model", "decompose_model", "decompose_one_timestep", "evaluate_decomposition", "evaluate_reuse",
    "evaluate_translation_reuse", "evaluate_replacement", "evaluate_scenario", "evaluate_variants",
)  # fmt: skip
TRAINING_WITHIN = ("evaluate_frontier", "evaluate_offer")
EVERY_THREAD = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "NPROC")
BLAS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
THREADS = 3
pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def jobs(project):
    """Variables and words of a job's command line by rule, with another number of threads than the default one."""
    arguments = ["--workflow-profile", "workflow/profiles/default", "--configfile", "config/ci.yaml", "--cores", "8"]
    arguments += ["--set-threads", *(f"{rule}={THREADS}" for rule in (*TRAINING, *ANALYSIS, *TRAINING_WITHIN))]
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--printshellcmds", *arguments]
    finished = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    found = {}
    for rule, block in re.findall(r"^ *rule (\w+):\n((?: .*\n)+.*\n)", finished.stdout + finished.stderr, re.M):
        assert (f" threads: {THREADS}\n" in block) == (rule in TRAINING + ANALYSIS + TRAINING_WITHIN), rule
        words = shlex.split(block.splitlines()[-1].removeprefix("Shell command: "))
        start = words.index(sys.executable) if sys.executable in words else 0
        found[rule] = dict(word.split("=", 1) for word in words[:start]), words[start:]
    return found


@pytest.mark.parametrize("rule", TRAINING)
def test_trainings_tell_blas_and_both_backends(jobs, rule):
    variables, _ = jobs[rule]
    for name in (*BLAS, *EVERY_THREAD):
        assert variables[name] == str(THREADS), name
    assert variables["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert variables["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"


@pytest.mark.parametrize("rule", ANALYSIS)
def test_analyses_share_out_their_work_over_blas_of_one_thread(jobs, rule):
    variables, words = jobs[rule]
    assert dict.fromkeys(BLAS, "1").items() <= variables.items() and variables.keys() == {*BLAS, COSTS}
    assert words[words.index("--threads") + 1] == str(THREADS)


@pytest.mark.parametrize("rule", TRAINING_WITHIN)
def test_analyses_that_train_do_so_on_one_thread(jobs, rule):
    variables, words = jobs[rule]
    assert dict.fromkeys((*BLAS, *EVERY_THREAD), "1").items() <= variables.items()
    assert variables["KERAS_BACKEND"] == "jax"
    assert words[words.index("--threads") + 1] == str(THREADS)


def test_the_profile_for_slurm_gives_gpus_and_threads_once_its_lines_are_uncommented(project):
    profile = project / "workflow/profiles/slurm/config.yaml"
    text = profile.read_text()
    # Settings, not sentences.
    lines = re.compile(r"^# (?=(groups|set-\w+|config): *|  )", re.M)
    start, end = text.index("# groups:"), text.index("# A job that failed")
    profile.write_text(text[:start] + lines.sub("", text[start:end]) + text[end:])
    # A dry run counts no more threads than there are cores.
    arguments = ["--workflow-profile", profile.parent, "--configfile", "config/ci.yaml", "--cores", "8", "--dry-run"]
    command = [sys.executable, "-m", "snakemake", *arguments]
    finished = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    described = re.findall(r"^ *rule (\w+):\n((?: +\w+: .*\n)+)", finished.stdout + finished.stderr, re.M)
    assert {name for name, job in described if "gres=gpu:1" in job} == set(TRAINING)
    assert {name for name, job in described if "threads: 4" in job} == {"evaluate_decomposition"}


BLAS_THREADS = """
import numpy
from threadpoolctl import threadpool_info
print(*{pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"})
"""
BACKEND_THREADS = """
import os
import jax
import numpy as np
import tensorflow as tf

def count(name):
    names = [open(f"/proc/self/task/{task}/comm").read() for task in os.listdir("/proc/self/task")]
    return sum(found.startswith(name) for found in names)

matrix = np.ones((400, 400), np.float32)
jax.jit(lambda value: value @ value)(matrix).block_until_ready()
tf.function(lambda value: value @ value)(tf.constant(matrix)).numpy()
print(count("tf_XLAEigen"), count("tf_Compute"))
"""


def probe(code, variables):
    finished = subprocess.run([sys.executable, "-c", code], env=os.environ | variables, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return [int(word) for word in finished.stdout.split()]


def test_blas_takes_the_threads_of_a_job(jobs):
    # More than there are cores it never takes.
    assert probe(BLAS_THREADS, jobs["train_model"][0]) == [min(THREADS, os.cpu_count())]
    assert probe(BLAS_THREADS, jobs["evaluate_decomposition"][0]) == [1]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted by /proc")
def test_tensorflow_and_jax_take_the_threads_of_a_job(jobs):
    assert probe(BACKEND_THREADS, jobs["train_model"][0]) == [THREADS, THREADS]


@pytest.mark.parametrize(("corpus", "cases"), [("math_qa", 15), ("clinc", 45)])
def test_cases_are_counted_from_the_corpus(project, corpus, cases):
    (project / "corpus.yaml").write_text(
        f"architectures: [many_to_one]\nmodels: {{many_to_one: {{corpus: {corpus}}}}}\nrnn_types: [lstm]\n"
        "variants: {rnn_types: [lstm]}\nreuse: {cases: null, cases_per_job: 1}\n"
    )
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--cores", "2", "--configfile", "corpus.yaml"]
    finished = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert set(re.findall(r"^train_baselines +(\d+)$", finished.stdout + finished.stderr, re.M)) == {str(cases)}
