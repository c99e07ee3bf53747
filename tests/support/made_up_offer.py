"""Records of the offer filled by a seeded random generator."""

import copy
import json
import math
import tempfile
from pathlib import Path

import numpy as np

from rnn_modules.names import COMPACT, SCRATCH
from rnn_modules.records.offer_records import read_offer_records
from support.made_up_records import record, shifted


def offer_record(
    architecture="many_to_one", rnn="lstm", seed=0, examples=(20, 100, 1000, None), ahead_from=100, **changes
):
    """One complete record; networks from scratch gain from examples, and are ahead from a number of them on."""
    base = record(architecture, rnn, seed=seed)
    generator = np.random.default_rng([seed, *architecture.encode(), *rnn.encode()])
    rows = []
    for number in examples:
        labelled = float(number or 5000)
        gain = min(0.08, 0.04 * math.log10(labelled / ahead_from) + 0.02)
        for maker, shift in ((COMPACT, -0.01), (SCRATCH, -0.01 + gain)):
            rows.append(
                {
                    "maker": maker,
                    "examples": number,
                    "labelled": labelled,
                    "recurrent_share": 0.098,
                    "composed": shifted(base["monolithic"], architecture, shift, generator),
                    "recognition": max(0.0, min(1.0, 0.94 + shift)),
                    "seconds": 1.5,
                }
            )
    kept = {key: value for key, value in base.items() if key not in ("controls", "modes")}
    described = {"experiment": "offer", "preset": "compact", "keep": 0.1, "rows": rows}
    return copy.deepcopy(kept | described | changes)


def written(folder, *values):
    """Write records as JSON and return their paths."""
    paths = [Path(folder, f"offer-{place}.json") for place in range(len(values))]
    for path, value in zip(paths, values, strict=True):
        path.write_text(json.dumps(value), encoding="utf-8")
    return paths


def read(*values):
    """Records as they are read from files."""
    with tempfile.TemporaryDirectory() as folder:
        return read_offer_records(written(folder, *values))
