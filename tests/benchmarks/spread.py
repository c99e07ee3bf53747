"""How much a result differs between numbers of threads, backends and seeds.

Example:
    python tests/benchmarks/spread.py --output results/bench/spread.json --markdown results/bench/spread.md

Models of the paper's size for CLINC OOS (100 units, ten classes) are trained on synthetic queries, cut into unrolled
modules and evaluated, once for each backend and number of threads, each time in a process of its own. That two calls
with equal settings do not differ at all is tests/unit/training/test_backends.py.
"""

import argparse
import dataclasses
import itertools
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parents[1] / "scripts"), str(FOLDER.parent)]

import numpy as np  # noqa: E402

from benchmarks.figures import add_output_flags, publish  # noqa: E402
from rnn_modules.decomposition.module_files import read_modules  # noqa: E402
from rnn_modules.files.atomic_files import read_arrays, read_json  # noqa: E402
from rnn_modules.files.provenance import provenance  # noqa: E402
from rnn_modules.network import load_network  # noqa: E402
from rnn_modules.runs.run_record import machine  # noqa: E402
from support.processes import run_scripts  # noqa: E402

MODELS = (("lstm", 1), ("gru", 2))
BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX"}
TRAINING = "--units 100 --embedding 50 --batch-size 128 --learning-rate 0.005"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What one training leaves: weights, masks of the modules, and accuracies as shares."""

    weights: np.ndarray
    kept: np.ndarray
    test: float
    composed: float


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=2000, help="number of training examples (default: 2000)")
    parser.add_argument("--epochs", type=int, default=8, help="passes over them (default: 8)")
    parser.add_argument("--seeds", type=int, default=2, help="trainings of each model, two or more (default: 2)")
    parser.add_argument("--threads", type=int, nargs="+", default=[2, 4], help="compared with one (default: 2 4)")
    add_output_flags(parser)
    return parser.parse_args()


def outcomes(folder: Path, dataset: Path, backend: str, threads: int, epochs: int, seeds: int) -> dict:
    """Train, cut and evaluate in one process; outcomes by model and seed."""
    folder.mkdir()
    lines, names = [], list(itertools.product(MODELS, range(seeds)))
    for (rnn, layers), seed in names:
        name = f"{rnn}-{layers}-{seed}"
        kind = f"--dataset {dataset} --architecture many_to_one --rnn {rnn}"
        lines += [
            f"train_model.py {kind} --layers {layers} --seed {seed} --epochs {epochs} {TRAINING} --output {name}",
            f"decompose_model.py {kind} --network {name}/network.npz --modes unrolled --output {name}/modules",
            f"evaluate_decomposition.py --dataset {dataset} --model {name} --modes unrolled --run spread "
            f"--preset paper --output {name}/cost.json",
        ]
    run_scripts(folder, lines, threads, KERAS_BACKEND=backend)
    return {(model, seed): read_outcome(folder / f"{model[0]}-{model[1]}-{seed}") for model, seed in names}


def read_outcome(folder: Path) -> Outcome:
    arrays = read_arrays(folder / "network.npz")
    weights = [values.ravel() for name, values in sorted(arrays.items()) if values.dtype == np.float32]
    modules = read_modules(
        folder / "modules/unrolled.npz", folder / "modules/unrolled.json", load_network(folder / "network.npz")
    )
    cost = read_json(folder / "cost.json")["modes"]["unrolled"]
    return Outcome(
        weights=np.concatenate(weights),
        kept=np.concatenate([part.ravel() for part in modules.kept]),
        test=read_json(folder / "record.json")["test"]["accuracy"],
        composed=cost["composed"][cost["head"]]["all"]["accuracy"],
    )


def differences(pairs: list[tuple[Outcome, Outcome]]) -> dict:
    """Differences of weights, masks and accuracies (percentage points) over pairs of outcomes."""
    test = [100 * abs(one.test - other.test) for one, other in pairs]
    composed = [100 * abs(one.composed - other.composed) for one, other in pairs]
    return {
        "pairs": len(pairs),
        "largest_weight": max(float(np.abs(one.weights - other.weights).max()) for one, other in pairs),
        "verdicts_that_differ": float(np.mean([np.mean(one.kept != other.kept) for one, other in pairs])),
        "test_points": {"mean": float(np.mean(test)), "largest": max(test)},
        "composed_points": {"mean": float(np.mean(composed)), "largest": max(composed)},
    }


def measure(folder: Path, arguments: argparse.Namespace) -> dict:
    """Everything that is compared, by name."""
    dataset = folder / "clinc"
    prepared = [
        f"fetch_corpus.py --corpus clinc --source synthetic --examples {arguments.examples} --output {dataset}.json",
        f"prepare_dataset.py --manifest {dataset}.json --input-tokens 12 --output {dataset}",
    ]
    run_scripts(folder, prepared)
    found = {}
    for backend, threads in itertools.product(BACKENDS, [1, *arguments.threads]):
        place = folder / f"{backend}-{threads}"
        found[backend, threads] = outcomes(place, dataset, backend, threads, arguments.epochs, arguments.seeds)

    def between(one, other):
        return differences([(found[one][key], found[other][key]) for key in found[one]])

    compared = {}
    for backend, title in BACKENDS.items():
        for threads in arguments.threads:
            compared[f"{title}, 1 and {threads} threads"] = between((backend, 1), (backend, threads))
    compared["TensorFlow and JAX, one thread"] = between(("tensorflow", 1), ("jax", 1))
    pairs = [
        (found["tensorflow", 1][model, one], found["tensorflow", 1][model, other])
        for model in MODELS
        for one, other in itertools.combinations(range(arguments.seeds), 2)
    ]
    compared["TensorFlow, one thread, two seeds"] = differences(pairs)
    accuracies = [one.test for by_name in found.values() for one in by_name.values()]
    return {"compared": compared, "test_accuracies": {"least": min(accuracies), "largest": max(accuracies)}}


def report(figures: dict) -> str:
    """The figures as Markdown."""
    lines = [
        f"LSTM-1 and GRU-2 of 100 units, {figures['seeds']} seeds each, trained on {figures['examples']} synthetic "
        f"queries for {figures['epochs']} epochs; {figures['machine']['cores']} cores, "
        f"{figures['machine']['processor']}. Test accuracies lie between "
        f"{figures['test_accuracies']['least']:.2%} and {figures['test_accuracies']['largest']:.2%}.",
        "",
        "| compared | largest difference of a weight | verdicts on nodes that differ "
        "| test accuracy, points: mean (largest) | of composed modules, points: mean (largest) |",
        "|---|---|---|---|---|",
    ]
    for name, row in figures["compared"].items():
        points = [f"{row[key]['mean']:.2f} ({row[key]['largest']:.2f})" for key in ("test_points", "composed_points")]
        weight = f"{row['largest_weight']:.1g}" if row["largest_weight"] else "0"
        lines.append(f"| {name} | {weight} | {row['verdicts_that_differ']:.2%} | {points[0]} | {points[1]} |")
    return "\n".join(lines)


def main() -> None:
    arguments = parse()
    with tempfile.TemporaryDirectory() as name:
        figures = measure(Path(name), arguments)
    figures = {
        **{key: getattr(arguments, key) for key in ("examples", "epochs", "seeds")},
        "machine": machine(),
        **figures,
        "provenance": provenance({}),
    }
    publish(figures, report(figures), arguments)


if __name__ == "__main__":
    main()
