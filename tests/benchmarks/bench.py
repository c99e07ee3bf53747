"""Speed, memory and size of a decomposition, as ratios measured in one run.

Example:
    python tests/benchmarks/bench.py --examples 4500 --output bench.json --markdown bench.md

The problem has the size of CLINC OOS (4,500 texts of 15 words, ten classes) and an LSTM of 100 units; the same examples
are the pool of the samples and what the modules are evaluated on. The baseline of (a) is the literal transcription of
the paper's algorithms (tests/oracle) with all samples; its votes are measured on a stated number of examples and
scaled. Figures of the public face follow (benchmarks/face.py), and of small modules (benchmarks/small.py).
"""

import os

# Before numpy is imported: threads are the library's own, or none.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parents[1] / "scripts"), str(FOLDER.parent)]

import numpy as np  # noqa: E402

from benchmarks import face, small  # noqa: E402
from benchmarks.figures import add_output_flags, publish  # noqa: E402
from benchmarks.problem import (  # noqa: E402
    CLASSES,
    EMBEDDING,
    TOKENS,
    UNITS,
    VOCABULARY,
    decompose_by_library,
    decompose_by_oracle,
    evaluate_by_library,
    evaluate_by_oracle,
    make_problem,
)
from rnn_modules.decomposition.module_files import write_modules  # noqa: E402
from rnn_modules.files.command_line import peak_memory_mib  # noqa: E402
from rnn_modules.files.provenance import provenance  # noqa: E402

REPEATS = 9
ORACLE_EXAMPLES = 500
THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=4500, help="number of examples (default: 4500)")
    add_output_flags(parser)
    parser.add_argument("--memory-only", action="store_true", help="print this process's peak memory and end")
    return parser.parse_args()


def seconds(function, *arguments):
    """Duration of a call, and its result."""
    start = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - start, result


def forward_ten_times(problem):
    for _ in range(CLASSES):
        problem.network.logits(problem.inputs)


def decompose_and_evaluate(problem, threads):
    return evaluate_by_library(problem, decompose_by_library(problem, threads), threads)


def measure_library(problem) -> dict:
    """Medians of alternating repeats, so that what else the machine does falls on both alike."""
    decompose_by_library(problem)
    times = {"decompose": [], "evaluate": [], "forward_passes": [], "threaded": []}
    for _ in range(REPEATS):
        duration, modules = seconds(decompose_by_library, problem)
        times["decompose"].append(duration)
        times["evaluate"].append(seconds(evaluate_by_library, problem, modules)[0])
        times["forward_passes"].append(seconds(forward_ten_times, problem)[0])
        times["threaded"].append(seconds(decompose_and_evaluate, problem, THREADS)[0])
    both = [sum(pair) for pair in zip(times["decompose"], times["evaluate"], strict=True)]
    ratios = [one / other for one, other in zip(both, times["forward_passes"], strict=True)]
    return {
        "repeats": REPEATS,
        "decompose_seconds": statistics.median(times["decompose"]),
        "evaluate_seconds": statistics.median(times["evaluate"]),
        "decompose_and_evaluate_seconds": statistics.median(both),
        "threads": THREADS,
        "threaded_seconds": statistics.median(times["threaded"]),
        "ten_forward_passes_seconds": statistics.median(times["forward_passes"]),
        "ratio_to_forward_passes": statistics.median(ratios),
    }


def measure_oracle(problem) -> dict:
    """The literal transcription: all of the decomposition, and the votes on some examples scaled to all of them."""
    examples = min(ORACLE_EXAMPLES, len(problem.inputs))
    decomposing, modules = seconds(decompose_by_oracle, problem)
    evaluating, _ = seconds(evaluate_by_oracle, problem, modules, examples)
    return {
        "evaluated_examples": examples,
        "decompose_seconds": decomposing,
        "evaluate_seconds": evaluating,
        "scaled_evaluate_seconds": evaluating * len(problem.inputs) / examples,
        "verdicts_that_agree": agreement(problem, modules),
    }


def agreement(problem, modules) -> float:
    """Share of the verdicts on nodes that library (float32) and oracle (float64) agree on: both did the same work."""
    kept = decompose_by_library(problem).kept[0][:, :, 0]
    return float(np.mean([kept[label] == ~module.removed[0] for label, module in enumerate(modules)]))


def measure_memory(examples: int) -> float:
    """Peak memory of a process that only makes the problem, decomposes and evaluates, in GB."""
    command = [sys.executable, __file__, "--examples", str(examples), "--memory-only"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(printed) * 1024**2 / 1e9


KERAS = """
import sys, numpy as np
from rnn_modules.training.architectures import ArchitectureSettings, DataSizes, build
model = build(ArchitectureSettings("many_to_one", "lstm", 1, units={units}, embedding={embedding}),
              DataSizes({tokens}, 1, {vocabulary}, {classes}))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(np.zeros((1, {tokens})), np.zeros(1), verbose=0)
model.save(sys.argv[1])
"""


def measure_sizes(problem) -> dict:
    """Bytes of all modules of both modes, masks and manifests, against the parent's files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for mode in ("rolled", "unrolled"):
            write_modules(decompose_by_library(problem, mode=mode), folder / f"{mode}.npz", folder / f"{mode}.json")
        modules = sum(path.stat().st_size for path in folder.iterdir())
        problem.network.save(folder / "network.npz")
        sizes = {"modules_bytes": modules, "network_bytes": (folder / "network.npz").stat().st_size}
        code = KERAS.format(units=UNITS, embedding=EMBEDDING, tokens=TOKENS, vocabulary=VOCABULARY, classes=CLASSES)
        environment = os.environ | {"PYTHONPATH": str(FOLDER.parents[1] / "scripts"), "TF_CPP_MIN_LOG_LEVEL": "3"}
        finished = subprocess.run(
            [sys.executable, "-c", code, str(folder / "model.keras")], env=environment, capture_output=True
        )
        if finished.returncode == 0:
            sizes["keras_bytes"] = (folder / "model.keras").stat().st_size
    return sizes


def table(rows: list[tuple[str, str, str]]) -> list[str]:
    """Lines of Markdown."""
    return [
        "| figure | measured | target |",
        "|---|---|---|",
        *(f"| {name} | {value} | {target} |" for name, value, target in rows),
    ]


def report(figures: dict) -> str:
    """The figures as Markdown."""
    library, oracle, sizes = figures["library"], figures["oracle"], figures["sizes"]
    share = sizes["modules_bytes"] / sizes["network_bytes"]
    rows = [
        ("(a) literal transcription / library, one thread", f"{figures['ratio_to_oracle']:.0f}x", ">= 100x"),
        (
            f"    the same, the library on {library['threads']} threads",
            f"{figures['ratio_to_oracle_threaded']:.0f}x",
            ">= 100x",
        ),
        ("(b) library / ten forward passes", f"{library['ratio_to_forward_passes']:.2f}x", "<= 1.5x"),
        ("(c) peak memory", f"{figures['peak_memory_gb']:.2f} GB", "<= 1.5 GB"),
        ("(d) modules of both modes / network.npz", f"{share:.2%}", "<= 2 %"),
    ]
    if "keras_bytes" in sizes:
        of_keras = sizes["modules_bytes"] / sizes["keras_bytes"]
        rows.append(("    the same / model.keras, optimizer included", f"{of_keras:.2%}", "<= 2 %"))
    lines = [
        f"Decomposing and evaluating {CLASSES} unrolled modules of an LSTM with {UNITS} units, "
        f"{figures['examples']} x {TOKENS} words:",
        "",
        *table(rows),
        "",
        f"- Library: {library['decompose_seconds']:.3f} s decomposing, {library['evaluate_seconds']:.3f} s evaluating, "
        f"{library['threaded_seconds']:.3f} s for both on {library['threads']} threads; "
        f"ten forward passes {library['ten_forward_passes_seconds']:.3f} s (medians of {library['repeats']} "
        "alternating repeats).",
        f"- Literal transcription: {oracle['decompose_seconds']:.1f} s decomposing, {oracle['evaluate_seconds']:.1f} s "
        f"for the votes on {oracle['evaluated_examples']} of {figures['examples']} examples, scaled to all "
        f"{oracle['scaled_evaluate_seconds']:.1f} s. {oracle['verdicts_that_agree']:.2%} of its verdicts on nodes are "
        "the library's, which computes in single precision.",
        f"- Files: modules {sizes['modules_bytes']} bytes, network.npz {sizes['network_bytes']} bytes"
        + (f", model.keras {sizes['keras_bytes']} bytes." if "keras_bytes" in sizes else "; Keras is not installed."),
        "",
        face.title(),
        "",
        *table(face.rows(figures["face"])),
        "",
        small.title(),
        "",
        *table(small.rows(figures["small"])),
    ]
    return "\n".join(lines)


def main() -> None:
    arguments = parse()
    problem = make_problem(arguments.examples)
    if arguments.memory_only:
        evaluate_by_library(problem, decompose_by_library(problem))
        print(peak_memory_mib())
        return
    figures = {
        "examples": arguments.examples,
        "peak_memory_gb": measure_memory(arguments.examples),
        "library": measure_library(problem),
        "oracle": measure_oracle(problem),
        "sizes": measure_sizes(problem),
        "face": face.measure(),
        "small": small.measure(arguments.examples),
    }
    scaled = figures["oracle"]["decompose_seconds"] + figures["oracle"]["scaled_evaluate_seconds"]
    figures["ratio_to_oracle"] = scaled / figures["library"]["decompose_and_evaluate_seconds"]
    figures["ratio_to_oracle_threaded"] = scaled / figures["library"]["threaded_seconds"]
    figures["provenance"] = provenance({}, ("numpy",))
    publish(figures, report(figures), arguments)


if __name__ == "__main__":
    main()
