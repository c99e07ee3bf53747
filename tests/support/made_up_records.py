"""Records of research question 1 filled by a seeded random generator, to test tables and figures with."""

import copy
import json

import numpy as np

from rnn_modules.names import (
    ARCHITECTURES,
    MANY_OUTPUT,
    PAPER_LAYERS,
    PAPER_RNN_TYPES,
    RNN_TYPES,
    TRANSLATION,
    modes_of,
)
from rnn_modules.records.cost_records import metrics_of, scopes_of
from rnn_modules.records.published import tables as published_tables

DATASETS = dict(zip(ARCHITECTURES, ("math_qa", "clinc", "toxicity", "brown", "tatoeba"), strict=True))


def scores(architecture, level, generator):
    """Scores around ``level``, a share."""
    scale = 100.0 if architecture == TRANSLATION else 1.0
    return {
        scope: {
            name: float(np.clip(scale * (level + generator.normal(0, 0.005)), 0, scale))
            for name in metrics_of(architecture)
        }
        for scope in scopes_of(architecture)
    }


def shifted(values, architecture, shift, generator):
    """``values`` moved by about ``shift``, a share."""
    scale = 100.0 if architecture == TRANSLATION else 1.0
    return {
        scope: {
            name: float(np.clip(value + scale * (shift + generator.normal(0, 0.004)), 0, scale))
            for name, value in metrics.items()
        }
        for scope, metrics in values.items()
    }


def record(architecture="many_to_one", rnn="lstm", layers=1, seed=0, **changes):
    """One complete record as a dictionary."""
    order = (list(ARCHITECTURES).index(architecture), list(RNN_TYPES).index(rnn), layers, seed)
    generator = np.random.default_rng(order)
    translation = architecture == TRANSLATION
    monolithic = scores(architecture, 0.27 if translation else 0.93, generator)
    controls = {"tags_only" if translation else "majority": scores(architecture, 0.2, generator)}
    if architecture in MANY_OUTPUT:
        controls["zeroed"] = scores(architecture, 0.81 if architecture == "one_to_many" else 0.19, generator)
    modes = {}
    for mode in modes_of(architecture):
        shift = -0.012 if mode == "rolled" else -0.004
        heads = ("parent",) if translation else ("mean", "log_sum_exp", "calibrated")
        modes[mode] = {
            "head": heads[0],
            "composed": {head: shifted(monolithic, architecture, shift, generator) for head in heads},
            "jaccard": float(generator.uniform(0.7, 0.9)),
            "kept_share": float(generator.uniform(0.8, 0.95)),
            "removed_share_per_layer": [float(generator.uniform(0, 0.2)) for _ in range(layers)],
            "recurrent_share": float(generator.uniform(0.7, 0.9)),
            "seconds": 1.5,
        }
        if not translation:
            modes[mode]["recognition"] = {head: float(generator.uniform(0.8, 0.9)) for head in heads}
    value = {
        "experiment": "decomposition_cost",
        "run": "made-up",
        "architecture": architecture,
        "dataset": DATASETS[architecture],
        "data_source": "mirror",
        "rnn": rnn,
        "layers": layers,
        "seed": seed,
        "examples": {"train": 15000, "validation": 3000, "test": 4500, "evaluated": 4500},
        "preset": "paper",
        "parameters": {"removal_cap": 0.2},
        "monolithic": monolithic,
        "controls": controls,
        "modes": modes,
        "provenance": {"commit": "0123456789abcdef", "versions": {"numpy": "2"}, "inputs": {}},
    }
    return copy.deepcopy(value | changes)


def with_compact(value):
    """The same record with what small modules gave."""
    generator = np.random.default_rng(value["layers"])
    architecture, translation = value["architecture"], value["architecture"] == TRANSLATION
    heads = ("parent",) if translation else ("mean", "log_sum_exp", "calibrated", "refitted")
    compact = {
        "head": heads[-1],
        "composed": {head: shifted(value["monolithic"], architecture, -0.005, generator) for head in heads},
        "recurrent_share": 0.0987,
        "kept_share": 0.4,
        "removed_share_per_layer": [0.8] * value["layers"],
        "seconds": 1.5,
    }
    if not translation:
        compact["recognition"] = {head: float(generator.uniform(0.9, 0.95)) for head in heads}
    return value | {"compact": compact}


def with_package(value, shift=-0.03):
    """The same record with what modules by the package gave beside the others."""
    generator = np.random.default_rng(value["seed"])
    package = copy.deepcopy(value["modes"])
    for composition in package.values():
        composition["composed"] = {
            head: shifted(value["monolithic"], value["architecture"], shift, generator)
            for head in composition["composed"]
        }
        composition["jaccard"] = 0.5
    return value | {"package": package}


def published_record(architecture, rnn, layers, seed=0):
    """A record whose deltas and Jaccard indices are those that the paper prints."""
    value = record(architecture, rnn, layers, seed)
    points = 1.0 if architecture == TRANSLATION else 100.0
    base = 40.0 if architecture == TRANSLATION else 0.96
    for scope in scopes_of(architecture):
        pair = scope if architecture == TRANSLATION else None
        value["monolithic"][scope] = dict.fromkeys(metrics_of(architecture), base)
        for mode, entry in value["modes"].items():
            cell = published_tables.cell(architecture, mode, pair, rnn, layers)
            entry["jaccard"] = cell.jaccard
            composed = base + cell.delta / points
            entry["composed"][entry["head"]][scope] = dict.fromkeys(metrics_of(architecture), composed)
    return value


def write_all(folder, make=record, rnns=PAPER_RNN_TYPES, seeds=(0,)):
    """Write the records of every model and return their paths."""
    paths = []
    for architecture in ARCHITECTURES:
        for rnn in rnns:
            for layers in PAPER_LAYERS:
                for seed in seeds:
                    path = folder / f"{architecture}-{rnn}-{layers}-{seed}.json"
                    path.write_text(json.dumps(make(architecture, rnn, layers, seed)), encoding="utf-8")
                    paths.append(path)
    return paths
