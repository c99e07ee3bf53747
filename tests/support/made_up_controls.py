"""Records of the controls filled by a seeded random generator."""

import copy
import json
import tempfile
from pathlib import Path

import numpy as np

from rnn_modules.names import CAP_READINGS, RNN_TYPES, modes_of
from rnn_modules.records.cost_records import scopes_of
from support.made_up_records import record


def control_record(architecture="many_to_one", rnn="lstm", layers=1, seed=0, over_chance=0.05, draws=3, **changes):
    """One complete record; the paper's order is so much better than the mean of the random ones."""
    base = record(architecture, rnn, layers, seed)
    generator = np.random.default_rng((list(RNN_TYPES).index(rnn), layers, seed))
    classes = ["red", "green", "blue"]

    def judged(level):
        scopes = {scope: {"accuracy": level, "balanced_accuracy": level - 0.02} for scope in scopes_of(architecture)}
        modules = {"auc": [level, level, None], "balanced_accuracy": [level - 0.1, level - 0.1, None]}
        return {"scopes": scopes, "modules": modules}

    def reading():
        noise = generator.normal(0, 0.004, draws)
        chance = 0.85 + noise - noise.mean()
        return {
            "paper": judged(0.85 + over_chance + float(generator.normal(0, 0.002))),
            "reversed": judged(0.7),
            "other_class": judged(0.6),
            "random": [judged(float(level)) for level in chance],
            "removed_share": 0.2,
        }

    kept = ("run", "architecture", "dataset", "data_source", "rnn", "layers", "seed", "examples", "preset")
    value = {name: base[name] for name in (*kept, "parameters", "provenance")} | {
        "experiment": "controls",
        "draws": draws,
        "classes": classes,
        "parent": judged(0.93),
        "majority": judged(0.4)["scopes"],
        "readings": {name: {mode: reading() for mode in modes_of(architecture)} for name in CAP_READINGS},
    }
    return copy.deepcopy(value | changes)


def written(value):
    """The record in a file of its own."""
    path = Path(tempfile.mkdtemp()) / "controls.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path
