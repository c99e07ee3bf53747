"""Records of the frontier filled by a seeded random generator."""

import copy
import json
from pathlib import Path

import numpy as np

from rnn_modules.names import CURVES, PARTS, RANDOM_CURVES, SCRATCH, TRANSLATION
from support.made_up_records import record, shifted


def frontier_record(architecture="many_to_one", seed=0, shares=(1.0, 0.1), parts_at=0.1, draws=2, **changes):
    """One complete record; the fewer weights, the worse."""
    base = record(architecture, seed=seed)
    generator = np.random.default_rng(seed)
    points = [
        (curve, share, draw)
        for share in shares
        for curve in CURVES
        if curve != SCRATCH or architecture != TRANSLATION
        for draw in range(draws if curve in RANDOM_CURVES else 1)
    ]
    points += [(part, parts_at, 0) for part in PARTS if parts_at is not None]
    rows = [
        {
            "curve": curve,
            "keep": share,
            "draw": draw,
            "seed": draw,
            "recurrent_share": 0.98 * share,
            "composed": shifted(base["monolithic"], architecture, -0.1 * (1 - share), generator),
            "recognition": None if architecture == TRANSLATION else float(0.95 - 0.1 * (1 - share)),
            "seconds": 1.5,
        }
        for curve, share, draw in points
    ]
    kept = {key: value for key, value in base.items() if key not in ("controls", "modes")}
    return copy.deepcopy(kept | {"experiment": "frontier", "preset": "compact", "rows": rows} | changes)


def written(folder, *values):
    """Write records as JSON and return their paths."""
    paths = [Path(folder, f"frontier-{place}.json") for place in range(len(values))]
    for path, value in zip(paths, values, strict=True):
        path.write_text(json.dumps(value), encoding="utf-8")
    return paths
