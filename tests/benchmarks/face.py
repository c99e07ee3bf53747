"""Speed and memory of the public face, measured on a bidirectional LSTM of the size that people publish.

Example:
    python tests/benchmarks/face.py

prints the figures as JSON; :func:`measure` calls it in a process of its own, whose memory is that of one user.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SCRIPTS = FOLDER.parents[1] / "scripts"
TOKENS, UNITS, EMBEDDING, VOCABULARY, EXAMPLES, REPEATS = 200, 64, 128, 20000, 5000, 3
HEAVY = ("keras", "tensorflow", "jax", "numba", "numpy", "pandas")
ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    **dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1"),
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONPATH": str(SCRIPTS),
}
IMPORT = f"""
import json, sys, time
start = time.perf_counter()
import rnn_modules
taken = time.perf_counter() - start
print(json.dumps([taken, [name for name in {HEAVY} if name in sys.modules]]))
"""


def measure() -> dict:
    """Everything, in new processes with one thread each."""
    imports = [_printed([sys.executable, "-c", IMPORT]) for _ in range(REPEATS + 2)]
    return _printed([sys.executable, __file__]) | {
        "import_seconds": statistics.median(seconds for seconds, _ in imports),
        "imported": imports[0][1],
    }


def _printed(command: list[str]):
    """What a command prints as its last line."""
    finished = subprocess.run(command, env=os.environ | ONE_THREAD, check=True, capture_output=True, text=True)
    return json.loads(finished.stdout.splitlines()[-1])


def title() -> str:
    """What was measured."""
    return (
        f"Modules of one's own model, two bidirectional LSTMs of {UNITS} units for two classes, {EXAMPLES} x {TOKENS} "
        "words, rolled, on one thread:"
    )


def rows(figures: dict) -> list[tuple[str, str, str]]:
    """Figure, what was measured, and the target."""
    heavy = ", ".join(figures["imported"]) or "none of them"
    return [
        ("(e) decompose", f"{figures['decompose_seconds']:.1f} s", "<= 60 s"),
        ("    its peak memory, Keras and TensorFlow included", f"{figures['decompose_gb']:.2f} GB", "<= 2 GB"),
        (
            f"(f) predict of {figures['modules']} modules / as many forward passes",
            f"{figures['ratio_to_forward_passes']:.2f}x",
            "<= 1.5x",
        ),
        ("    the same / as many of Keras' predict", f"{figures['ratio_to_keras']:.2f}x", "<= 1.5x"),
        ("    peak memory of both", f"{figures['peak_gb']:.2f} GB", "<= 2 GB"),
        ("(g) import rnn_modules", f"{figures['import_seconds']:.3f} s", "<= 0.3 s"),
        (f"    it imports of {', '.join(HEAVY)}", heavy, "none of them"),
    ]


def _model():
    """Two bidirectional LSTMs with random weights, and texts with labels by the first word."""
    import keras
    import numpy as np
    from keras import layers

    keras.utils.set_random_seed(0)
    parts = [keras.Input((TOKENS,), dtype="int32"), layers.Embedding(VOCABULARY, EMBEDDING)]
    parts += [layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True)), layers.Bidirectional(layers.LSTM(UNITS))]
    model = keras.Sequential([*parts, layers.Dense(2, "softmax")])
    texts = np.random.default_rng(0).integers(1, VOCABULARY, (EXAMPLES, TOKENS), dtype=np.int32)
    return model, texts, texts[:, 0] % 2


def _seconds(function) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main() -> None:
    import rnn_modules
    from rnn_modules.files.command_line import peak_memory_mib

    def gigabytes() -> float:
        return peak_memory_mib() * 1024**2 / 1e9

    model, texts, labels = _model()
    found: dict = {"examples": EXAMPLES}
    start = time.perf_counter()
    modules = rnn_modules.decompose(model, texts, labels)
    found |= {"decompose_seconds": time.perf_counter() - start, "decompose_gb": gigabytes(), "modules": len(modules)}
    network = modules.parts[0].parent.network
    modules.predict(texts)
    found["peak_gb"] = gigabytes()
    model.predict(texts[:64], verbose=0)
    times: dict[str, list[float]] = {"predict": [], "forward_passes": [], "keras": []}
    for _ in range(REPEATS):
        times["predict"].append(_seconds(lambda: modules.predict(texts)))
        times["forward_passes"].append(sum(_seconds(lambda: network.logits(texts)) for _ in modules))
        times["keras"].append(sum(_seconds(lambda: model.predict(texts, verbose=0)) for _ in modules))
    found |= {f"{name}_seconds": statistics.median(seconds) for name, seconds in times.items()}
    for name, other in (("ratio_to_forward_passes", "forward_passes"), ("ratio_to_keras", "keras")):
        found[name] = statistics.median(
            one / another for one, another in zip(times["predict"], times[other], strict=True)
        )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
