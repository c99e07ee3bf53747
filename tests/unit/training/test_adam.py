"""The optimizer is the textbook's on every backend: with words that occur several times in a batch, or not at all."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from rnn_modules.training.architectures import ArchitectureSettings, DataSizes, build
from rnn_modules.training.fit import TrainingSettings, compiled
from support.project import ROOT

BACKENDS = ("tensorflow", "jax")


def run_by(backend, script, *arguments, given=""):
    """What a script of the tests prints, run by a backend."""
    environment = {"KERAS_BACKEND": backend, "PYTHONPATH": f"{ROOT / 'scripts'}{os.pathsep}{ROOT / 'tests'}"}
    finished = subprocess.run(
        [sys.executable, ROOT / "tests/support" / script, *arguments],
        input=given,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr[-2000:]
    return finished.stdout


def steps_of(backend, words, width, learning_rate, batches):
    """Weights and both moments of an embedding after some batches."""
    given = {"words": words, "width": width, "learning_rate": learning_rate, "batches": batches}
    printed = run_by(backend, "adam_steps.py", given=json.dumps(given))
    return {name: np.array(values) for name, values in json.loads(printed).items()}


def textbook(words, width, learning_rate, batches, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Algorithm 1 of Kingma and Ba, with the constant after the root that Keras has (section 2, last paragraph)."""
    weights, m, v = (np.zeros((words, width)) for _ in range(3))
    for step, (ids, slopes) in enumerate(batches, start=1):
        gradient = np.zeros_like(weights)
        np.add.at(gradient, ids, slopes)
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * gradient**2
        rate = learning_rate * np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        weights = weights - rate * m / (np.sqrt(v) + epsilon)
    return {"weights": weights, "m": m, "v": v}


@pytest.mark.parametrize("backend", BACKENDS)
def test_nine_examples_of_which_eight_have_one_word(backend):
    found = steps_of(backend, 4, 1, 0.01, [([1] * 8 + [2], [[1.0]] * 9)])
    # (1 - 0.999) times 8 squared, and not 8 times 1 squared, which is 0.008.
    np.testing.assert_allclose(found["v"].ravel(), [0, 0.064, 0.001, 0], rtol=1e-6)
    np.testing.assert_allclose(found["m"].ravel(), [0, 0.8, 0.1, 0], rtol=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_many_steps_are_the_textbooks(backend):
    generator = np.random.default_rng(0)
    # Few words, so that most occur often in a batch; the last ones only in the first batches.
    batches = [
        (generator.integers(0, 9 if step < 3 else 5, 20).tolist(), generator.normal(size=(20, 3)).tolist())
        for step in range(12)
    ]
    found, expected = steps_of(backend, 10, 3, 0.05, batches), textbook(10, 3, 0.05, batches)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=2e-4, atol=1e-6, err_msg=name)
    # Rows of absent words go on moving; a word that never occurs does not.
    assert np.abs(found["m"][5:9]).min() > 0 and not found["weights"][9].any()


@pytest.mark.parametrize("rnn", ["gru", "vanilla"])
def test_both_backends_come_to_the_same_weights_from_the_same_start(tmp_path, rnn):
    for backend in BACKENDS:
        run_by(backend, "same_start.py", rnn, tmp_path / f"{backend}.npz")
    ours, theirs = (np.load(tmp_path / f"{backend}.npz") for backend in BACKENDS)
    assert ours.files == theirs.files
    # With the moments that Keras has on TensorFlow they differ by some hundredths.
    for name in ours.files:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=1e-4, err_msg=name)


def test_a_saved_model_names_kerass_own_optimizer(tmp_path):
    settings = TrainingSettings(epochs=1, learning_rate=0.02)
    model = compiled(
        build(ArchitectureSettings("many_to_one", "gru", units=3, embedding=2), DataSizes(4, 1, 6, 2)), settings
    )
    model.fit(np.arange(8, dtype=np.int32).reshape(2, 4) % 6, np.array([0, 1]), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.optimizer) is keras.optimizers.Adam
    assert float(loaded.optimizer.learning_rate) == pytest.approx(0.02)
