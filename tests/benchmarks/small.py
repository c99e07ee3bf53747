"""Speed, memory and size of small modules, and of the training of translation models; each in a process of its own.

Example:
    python tests/benchmarks/small.py arrays --examples 4500
    python tests/benchmarks/small.py keras --examples 4500

prints figures as JSON; :func:`measure` calls both with one thread each.
"""

import argparse
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parents[1] / "scripts"), str(FOLDER.parent)]

from benchmarks.face import ONE_THREAD  # noqa: E402

REPEATS = 3
SHARES, DEPTHS = (0.25, 0.1), (1, 4)
TARGETS = {0.25: 0.5, 0.1: 0.3}
SENTENCES, TRANSLATED_TOKENS, WORDS = 2000, 20, 5000
# Made at once, for figures that depend on their sizes alone.
QUICK = {"ranking": "random", "replacement": "mean", "rounds": 1, "drift_rounds": 0, "weighing": "equal"}


def measure(examples: int) -> dict:
    """Everything, in new processes with one thread each."""
    found: dict = {}
    for part in PARTS:
        command = [sys.executable, __file__, part, "--examples", str(examples)]
        finished = subprocess.run(command, env=os.environ | ONE_THREAD, check=True, capture_output=True, text=True)
        found |= json.loads(finished.stdout.splitlines()[-1])
    return found


def title() -> str:
    """What was measured."""
    return (
        "Small modules, ten of LSTMs with 100 units, on one thread; and a translation model with LSTM-1 of 128 units, "
        f"{SENTENCES} sentences of 3 to 8 words in {TRANSLATED_TOKENS} places, {WORDS} words:"
    )


def rows(figures: dict) -> list[tuple[str, str, str]]:
    """Figure, what was measured, and the target."""
    found = [
        (
            f"(h) all modules at {share:.0%} of the weights / ten forward passes, LSTM-{layers}",
            f"{figures[f'modules_{share}_{layers}']:.2f}x",
            f"<= {TARGETS[share]}x",
        )
        for layers in DEPTHS
        for share in SHARES
    ]
    return [
        *found,
        ("(i) exported module at 25 % / its parent, Keras' predict", f"{figures['predict']:.2f}x", "<= 1.0x"),
        ("    the same, size of the file without the embedding", f"{figures['file']:.2f}x", "<= 0.4x"),
        ("(j) making small modules of an LSTM-4", f"{figures['seconds']:.0f} s", "<= 60 s"),
        ("    its peak memory", f"{figures['gigabytes']:.2f} GB", "<= 1.5 GB"),
        ("(k) an epoch of translation by Keras' fit / at words alone", f"{figures['translation']:.1f}x", ">= 2x"),
    ]


def _seconds(function) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def _ratio(one, other) -> float:
    """Median of the ratios of alternating repeats."""
    return statistics.median(_seconds(one) / _seconds(other) for _ in range(REPEATS))


def arrays(examples: int) -> dict:
    """What needs no Keras: making the modules of an LSTM-4, and running all of a model."""
    from benchmarks.problem import CLASSES, make_problem
    from rnn_modules.decomposition.compact import compact
    from rnn_modules.decomposition.composition import module_odds
    from rnn_modules.decomposition.parameters import preset
    from rnn_modules.files.command_line import peak_memory_mib

    whole = preset("compact", "many_to_one", "lstm")

    def made(problem, parameters):
        return compact(problem.network, problem.inputs, problem.labels, problem.class_names, parameters)

    deepest = make_problem(examples, layers=max(DEPTHS))
    found = {"seconds": _seconds(lambda: made(deepest, whole))}
    found["gigabytes"] = peak_memory_mib() * 1024**2 / 1e9
    for layers in DEPTHS:
        problem = make_problem(examples, layers=layers)
        network, inputs = problem.network, problem.inputs
        for share in SHARES:
            modules = made(problem, dataclasses.replace(whole, keep=share, ranking_sample=100, **QUICK))

            def together(modules=modules, network=network, inputs=inputs) -> None:
                module_odds(network, modules, inputs, [modules.parameters.head])

            def passes(network=network, inputs=inputs) -> None:
                for _ in range(CLASSES):
                    network.logits(inputs)

            together()
            found[f"modules_{share}_{layers}"] = _ratio(together, passes)
    return found


def with_keras(examples: int) -> dict:
    """An exported module beside its parent, and an epoch of translation in both ways."""
    return _exported(examples) | {"translation": _translation()}


def _exported(examples: int) -> dict:
    from benchmarks.problem import CLASSES, EMBEDDING, TOKENS, UNITS, VOCABULARY, make_problem
    from rnn_modules.decomposition.compact import compact
    from rnn_modules.decomposition.export import to_keras
    from rnn_modules.decomposition.parameters import preset
    from rnn_modules.network.from_keras import from_keras
    from rnn_modules.training.architectures import ArchitectureSettings, DataSizes, build

    architecture = ArchitectureSettings("many_to_one", "lstm", 1, units=UNITS, embedding=EMBEDDING)
    parent = build(architecture, DataSizes(TOKENS, 1, VOCABULARY, CLASSES))
    problem, network = make_problem(examples), from_keras(parent)
    parameters = dataclasses.replace(preset("compact", "many_to_one", "lstm"), keep=0.25, ranking_sample=100, **QUICK)
    modules = compact(network, problem.inputs, problem.labels, problem.class_names, parameters)
    module = to_keras(network, modules, index=0)
    for model in (parent, module):
        model.predict(problem.inputs, verbose=0)
    found = {
        "predict": _ratio(
            lambda: module.predict(problem.inputs, verbose=0), lambda: parent.predict(problem.inputs, verbose=0)
        )
    }
    sizes = []
    with tempfile.TemporaryDirectory() as folder:
        for name, model in (("module", module), ("parent", parent)):
            path = Path(folder, f"{name}.keras")
            model.save(path)
            sizes.append(path.stat().st_size - network.embedding.astype("float32").nbytes)
    return found | {"file": sizes[0] / sizes[1]}


def _translation() -> float:
    import keras
    import numpy as np

    from rnn_modules.training.architectures import ArchitectureSettings, DataSizes, build
    from rnn_modules.training.fit import TrainingSettings, compiled, fit
    from rnn_modules.training.translation import at_words, fit_translation

    generator = np.random.default_rng(0)
    lengths = generator.integers(3, 9, (SENTENCES, 1))
    sources, fed, words = (
        np.where(
            np.arange(TRANSLATED_TOKENS) < lengths,
            generator.integers(1, WORDS, (SENTENCES, TRANSLATED_TOKENS), dtype=np.int32),
            0,
        )
        for _ in range(3)
    )
    architecture = ArchitectureSettings("encoder_decoder", "lstm", 1, units=128, embedding=64)

    def taken(train, epochs: int) -> float:
        settings = TrainingSettings(epochs=epochs, batch_size=64)
        keras.utils.set_random_seed(0)
        model = compiled(build(architecture, DataSizes(TRANSLATED_TOKENS, TRANSLATED_TOKENS, WORDS, WORDS)), settings)
        return _seconds(lambda: train(model, settings))

    def by_keras(model, settings) -> None:
        fit(model, (sources, fed), words, settings)

    def of_words(model, settings) -> None:
        fit_translation(at_words(model, model.optimizer), ((sources, fed), words), settings)

    # Of what a training takes, the epochs after the first, which traces.
    plain, ours = (taken(train, REPEATS) - taken(train, 1) for train in (by_keras, of_words))
    return plain / ours


PARTS = {"arrays": arrays, "keras": with_keras}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--examples", type=int, default=4500, help="number of examples (default: 4500)")
    arguments = parser.parse_args()
    print(json.dumps(PARTS[arguments.part](arguments.examples)))


if __name__ == "__main__":
    main()
