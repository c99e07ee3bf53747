"""A backend that Keras does not have is one error, from the library and from every script that trains."""

import os
import subprocess
import sys

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.keras_backend import check_backend
from support.project import ROOT


@pytest.mark.parametrize(
    "variables", [{}, {"KERAS_BACKEND": ""}, {"KERAS_BACKEND": "jax"}, {"KERAS_BACKEND": "tensorflow"}]
)
def test_known_backends_pass(variables):
    check_backend(variables)


@pytest.mark.parametrize("backend", ["torch", "numpy", "TensorFlow", "jax ", "\x1b[31m"])
def test_others_are_named_with_the_way_out(backend):
    with pytest.raises(InputError, match="^KERAS_BACKEND: received .*; use tensorflow or jax, or unset it$"):
        check_backend({"KERAS_BACKEND": backend})


@pytest.mark.parametrize("script", ["train_model.py", "train_baselines.py", "export_module.py"])
def test_scripts_say_so_in_one_line(script):
    command = [sys.executable, ROOT / "scripts" / script, "--help"]
    variables = os.environ | {"KERAS_BACKEND": "torch"}
    finished = subprocess.run(command, env=variables, capture_output=True, text=True)
    assert finished.returncode == 2
    assert finished.stderr == "error: KERAS_BACKEND: received 'torch'; use tensorflow or jax, or unset it\n"
