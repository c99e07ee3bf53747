"""A run's folder with made-up records of every kind, tables, figures and benchmarks, to make a report of."""

import json
import runpy
import sys
from unittest import mock

from rnn_modules.names import ARCHITECTURES
from support.made_up_cases import case_record, sweep_record, variants_record
from support.made_up_records import DATASETS, record
from support.project import ROOT

SCRIPTS = ROOT / "scripts"
BENCHMARK = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n{}\t0:00:01\t{}\t" + (
    "1\t1\t1\t1\t1\t1\t1\n"
)


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def training_record(architecture, rnn, layers, seed=0, **changes):
    """What training leaves of a model."""
    return {
        "architecture": architecture,
        "rnn": rnn,
        "layers": layers,
        "seed": seed,
        "dataset": DATASETS[architecture],
        "data_source": "mirror",
        "examples": {"train": 15000, "validation": 3000, "test": 4500},
        "settings": {"architecture": architecture, "units": 100, "epochs": 2, "learning_rate": 0.001},
        "parameters": 348660,
        "test": {"accuracy": 0.9357, "loss": 0.3},
        "network_sha256": "ab" * 32,
        "seconds": 201.0,
        "peak_memory_mib": 809.5,
        "provenance": {"commit": "fedcba9876543210", "versions": {"keras": "3"}, "inputs": {}},
    } | changes


def model_folder(folder, architecture, rnn="lstm", layers=1, seed=0):
    return folder / "models" / architecture / DATASETS[architecture] / f"{rnn}-{layers}" / f"seed-{seed}"


def write_model(folder, architecture, rnn="lstm", layers=1, seed=0, **changes):
    """Training record, history, record of research question 1 and benchmark of one model."""
    model = model_folder(folder, architecture, rnn, layers, seed)
    write(model / "record.json", training_record(architecture, rnn, layers, seed, **changes))
    write(model / "history.csv", "epoch,accuracy,loss,val_accuracy,val_loss\n1,0.5,1.2,0.6,1.1\n2,0.9,0.3,0.85,0.4\n")
    cost = record(architecture, rnn, layers, seed, **changes)
    path = write(model / "decomposition_cost.json", cost)
    write(folder / f"benchmarks/train_model/{architecture}/{rnn}-{layers}.tsv", BENCHMARK.format(10.0 * layers, 800))
    return path


def _script(name, *arguments):
    """Run a script inside this process, which saves its imports."""
    with mock.patch.object(sys, "argv", [name, *map(str, arguments)]):
        runpy.run_path(str(SCRIPTS / name), run_name="__main__")


def write_costs(folder, rnns=("lstm",), layers=(1,), seeds=(0,), **changes):
    """Models and Table II of a run that has nothing else."""
    paths = [
        write_model(folder, architecture, rnn, number, seed, **changes)
        for architecture in ARCHITECTURES
        for rnn in rnns
        for number in layers
        for seed in seeds
    ]
    _script("tabulate_decomposition_cost.py", *paths, "--output-folder", folder / "tables")
    return paths


def write_whole_run(folder, **changes):
    """A small run with records, tables and figures of every kind."""
    costs = write_costs(folder, **changes)
    reuse = [
        write(folder / "experiments/intra_reuse/many_to_one/lstm/seed-0.json", case_record("intra_reuse", **changes)),
        write(
            folder / "experiments/inter_reuse/one_to_one-one_to_many/lstm/seed-0.json",
            case_record("inter_reuse", "one_to_one-one_to_many", **changes),
        ),
    ]
    replacement = [
        write(
            folder / "experiments/intra_replacement/many_to_one/lstm/seed-0.json",
            case_record("intra_replacement", **changes),
        )
    ]
    scenario = write(
        folder / "experiments/scenario/add_ukrainian/lstm/seed-0.json",
        case_record("scenario", "add_ukrainian", **changes),
    )
    sweep = write(folder / "experiments/removal_sweep/many_to_one/lstm/seed-0.json", sweep_record(**changes))
    variants = write(folder / "experiments/variants/many_to_one/lstm/seed-0.json", variants_record(**changes))
    tables, figures = folder / "tables", folder / "figures"
    cases = [*reuse, *replacement, scenario]
    _script("tabulate_cases.py", *cases, "--output-folder", tables)
    _script("tabulate_variants.py", variants, sweep, "--output-folder", tables)
    claims = ["--decomposition-cost", *costs, "--cases", *cases, "--variants", variants]
    _script("answer_claims.py", *claims, "--output-folder", tables)
    for script, paths, name in (
        ("plot_decomposition_cost.py", costs, "table2"),
        ("plot_cases.py", reuse, "table3"),
        ("plot_cases.py", replacement, "table4"),
        ("plot_removal_sweep.py", [sweep], "removal_sweep"),
    ):
        _script(script, *paths, "--output", figures / f"{name}.png", "--output-svg", figures / f"{name}.svg")
    return folder
