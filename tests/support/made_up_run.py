"""A run's folder with made-up records of every kind, tables, figures and costs, to make a report of."""

import json
import shutil
import tempfile
from pathlib import Path

from rnn_modules.names import ARCHITECTURES, TRANSLATION
from rnn_modules.reporting.claims.written import write_claims
from rnn_modules.reporting.figures import (
    case_figures,
    claims_figure,
    controls_figure,
    cost_figure,
    frontier_figure,
    offer_figure,
    sweep_figure,
)
from rnn_modules.reporting.tables.written import (
    write_case_tables,
    write_control_tables,
    write_cost_tables,
    write_frontier_table,
    write_offer_table,
    write_variant_tables,
)
from support.made_up_cases import case_record, sweep_record, variants_record
from support.made_up_controls import control_record
from support.made_up_frontier import frontier_record
from support.made_up_offer import offer_record
from support.made_up_records import DATASETS, record
from support.project import ROOT

SCRIPTS = ROOT / "scripts"
_MADE = tempfile.TemporaryDirectory()


def job_cost(seconds, memory):
    """What a job leaves of its costs."""
    return {"cpu_seconds": seconds / 2, "wall_seconds": seconds, "memory_mib": memory}


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
    """Training record, history, record of research question 1 and costs of one model."""
    model = model_folder(folder, architecture, rnn, layers, seed)
    write(model / "record.json", training_record(architecture, rnn, layers, seed, **changes))
    write(model / "history.csv", "epoch,accuracy,loss,val_accuracy,val_loss\n1,0.5,1.2,0.6,1.1\n2,0.9,0.3,0.85,0.4\n")
    cost = record(architecture, rnn, layers, seed, **changes)
    path = write(model / "decomposition_cost.json", cost)
    write(
        folder / f"costs/train_model/architecture={architecture},rnn={rnn},layers={layers}.json",
        job_cost(10.0 * layers, 800),
    )
    return path


def narrow_configuration():
    """What a configuration of one architecture, RNN type, depth and seed says of the files of its run."""
    one = {"rnn": "lstm", "layers": 1, "rnn_types": ["lstm"]}
    return {
        "architectures": ["many_to_one"],
        "rnn_types": ["lstm"],
        "layers": [1],
        "seeds": [0],
        "models": {name: {"corpus": corpus} for name, corpus in DATASETS.items()},
        "reuse": one,
        "removal_sweep": one,
        "variants": one,
        "scenarios": one | {"systems": {}},
    }


def write_costs(folder, rnns=("lstm",), layers=(1,), seeds=(0,), **changes):
    """Models and Table II of a run that has nothing else."""
    paths = [
        write_model(folder, architecture, rnn, number, seed, **changes)
        for architecture in ARCHITECTURES
        for rnn in rnns
        for number in layers
        for seed in seeds
    ]
    write_cost_tables(paths, folder / "tables")
    return paths


def write_whole_run(folder, **changes):
    """A small run with records, tables and figures of every kind."""
    # Drawing takes seconds: once in a process.
    made = Path(_MADE.name) / str(changes)
    if not made.is_dir():
        _write_whole_run(made, **changes)
    return Path(shutil.copytree(made, folder, dirs_exist_ok=True))


def _write_whole_run(folder, **changes):
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
    write_case_tables(cases, tables)
    write_variant_tables([variants, sweep], tables)
    controls = [
        write(folder / f"{path.parent.relative_to(folder)}/controls.json", control_record(architecture, **changes))
        for architecture, path in zip(ARCHITECTURES, costs, strict=True)
        if architecture != TRANSLATION
    ]
    write_control_tables(controls, tables)
    frontier = write(folder / "experiments/frontier/many_to_one/lstm/seed-0.json", frontier_record(**changes))
    write_frontier_table([frontier], tables)
    offer = write(folder / "experiments/offer/many_to_one/lstm/seed-0.json", offer_record(**changes))
    write_offer_table([offer], tables)
    write_claims(costs, cases, [variants], tables, controls, [offer])
    claims_figure.plot(tables / "claims.json", figures / "claims.png", figures / "claims.svg")
    for draw, paths, name in (
        (cost_figure, costs, "table2"),
        (case_figures, reuse, "table3"),
        (case_figures, replacement, "table4"),
        (sweep_figure, [sweep], "removal_sweep"),
        (controls_figure, controls, "controls"),
        (frontier_figure, [frontier], "frontier"),
        (offer_figure, [offer], "offer"),
    ):
        draw.plot(paths, figures / f"{name}.png", figures / f"{name}.svg")
