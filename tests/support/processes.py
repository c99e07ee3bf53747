"""Scripts of the project in processes of their own, as jobs have them."""

import json
import os
import subprocess
import sys
import time

from support.project import ROOT

SCRIPTS = ROOT / "scripts"
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "NPROC")
_CODE = """
import json, runpy, sys
for words in json.load(sys.stdin):
    sys.argv = words
    runpy.run_path(words[0], run_name="__main__")
"""


def run_scripts(folder, lines, threads=1, **environment):
    """Run lines such as ``train_model.py --seed 0``, one after another in one fresh process of so many threads."""
    commands = [[str(SCRIPTS / name), *words] for name, *words in (line.split() for line in lines)]
    variables = {"PYTHONPATH": str(SCRIPTS), "TF_CPP_MIN_LOG_LEVEL": "2", "TF_ENABLE_ONEDNN_OPTS": "0"}
    variables |= dict.fromkeys(_THREADS, str(threads))
    finished = subprocess.run(
        [sys.executable, "-c", _CODE],
        input=json.dumps(commands),
        cwd=folder,
        env=os.environ | variables | environment,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout[-2000:] + finished.stderr[-4000:]


def slowness():
    """How many times longer a loop of Python computes than 0.4 s, as on one core of 2.4 GHz by itself; at least 1."""
    start, total = time.process_time(), 0
    for number in range(5_000_000):
        total += number * number
    return max(1.0, (time.process_time() - start) / 0.4)
