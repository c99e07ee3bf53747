"""Case, sweep and variants records filled by a seeded random generator, to test tables and figures with."""

import copy
import json

import numpy as np

from rnn_modules.names import (
    ARCHITECTURES,
    CLASSIFICATION_METRICS,
    HEADS,
    INTER,
    LANGUAGE_PAIRS,
    MANY_OUTPUT,
    PAPER_RNN_TYPES,
    RNN_TYPES,
    SCENARIOS,
    SETTINGS,
    TRANSLATION,
    TRANSLATION_METRICS,
)
from rnn_modules.records.case_records import is_translation, predictors_of
from support.made_up_records import DATASETS, record, shifted

LEVELS = {
    **{"modules": 0.90, "parent": 0.92, "baseline": 0.94, "constant": 0.6, "monolithic": 0.91, "composed": 0.90},
    **{"better": 0.95, "approach_1": 0.92, "approach_2": 0.93, "tags_only": 0.5},
}
POSSIBLE = dict(zip((*ARCHITECTURES, *INTER, *SCENARIOS), (15, 45, 21, 66, 3, 42, 120, 4, 3), strict=True))
PAIRS = {"add_ukrainian": ("en-de", "en-uk", "en-it", "en-fr"), "update_estonian_english": ("et-en", "et-de", "et-it")}
ALL_CASES = [(experiment, setting) for experiment, settings in SETTINGS.items() for setting in settings]


def cases_of(experiment, setting, count=4):
    """Cases with their decisions."""
    if experiment == "scenario":
        return [(pair, (pair,)) for pair in PAIRS[setting]]
    if setting == TRANSLATION:
        if experiment == "intra_replacement":
            return [(pair, (pair,)) for pair in LANGUAGE_PAIRS]
        pairs = (("fr", "de"), ("fr", "it"), ("de", "it"))
        return [(" + ".join(pair), tuple(f"en-{language}" for language in pair)) for pair in pairs]
    many_output = setting in MANY_OUTPUT
    if experiment == "intra_replacement":
        decisions = ("all", "unpadded") if many_output else ("all",)
        return [(f"class {place}", decisions) for place in range(count)]
    decisions = ("pair",)
    if experiment == "inter_replacement":
        decisions = ("all",)
    elif many_output and experiment == "intra_reuse":
        decisions = ("labelled", "with_other", "all_modules")
    return [(f"class 0 + class {place + 1}", decisions) for place in range(count)]


def case_rows(experiment, setting, rnn="lstm", generator=None, count=4, modes=None):
    """Rows of every case, decision, predictor, mode and head."""
    generator = generator or np.random.default_rng(0)
    translation = is_translation(experiment, setting)
    names, scale = (TRANSLATION_METRICS, 30.0) if translation else (CLASSIFICATION_METRICS, 1.0)
    if modes is None:
        best = "rolled" if setting in ("one_to_one", TRANSLATION) or experiment == "scenario" else "unrolled"
        modes = ("best",) if experiment.startswith("inter") else (best,)
        if rnn == "lstm" and setting in ("many_to_one", "one_to_many", "many_to_many"):
            modes = (*modes, "rolled")
    rows = []
    for case, decisions in cases_of(experiment, setting, count):
        for decision in decisions:
            for predictor in predictors_of(experiment, setting):
                composed = predictor in ("modules", "composed", "approach_1", "approach_2")
                heads = HEADS if composed and not translation else (None,)
                if predictor == "parent" and (decision == "with_other" or experiment.startswith("inter")):
                    heads = HEADS
                for mode in modes if composed else (None,):
                    for head in heads:
                        level = LEVELS[predictor] + generator.normal(0, 0.01)
                        row = {
                            "case": case,
                            "mode": mode,
                            "decision": decision,
                            "predictor": predictor,
                            "head": head,
                            **{name: float(np.clip(scale * level, 0, scale * 1.5)) for name in names},
                            "examples": 500,
                        }
                        if not translation:
                            row |= {name: min(row[name], 1.0) for name in names}
                        elif composed:
                            row["bleu_p_value"] = float(generator.uniform(0, 1))
                        rows.append(row)
    return rows


def case_record(experiment="intra_reuse", setting="many_to_one", rnn="lstm", seed=0, count=4, **changes):
    """One complete record as a dictionary; ``count`` cases of classification."""
    order = (ALL_CASES.index((experiment, setting)), list(RNN_TYPES).index(rnn), seed)
    parts = [DATASETS[part] for part in setting.split("-") if part in DATASETS] or [setting]
    value = {
        "experiment": experiment,
        "run": "made-up",
        "preset": "paper",
        "data_source": "mirror",
        "setting": setting,
        "rnn": rnn,
        "layers": 4,
        "seed": seed,
        "datasets": {part: {"train": 15000, "validation": 3000, "test": 4499} for part in parts},
        "cases_possible": POSSIBLE[setting],
        "rows": case_rows(experiment, setting, rnn, np.random.default_rng(order), count),
        "provenance": {"commit": "0123456789abcdef", "versions": {"numpy": "2"}, "inputs": {}},
    }
    if experiment == "intra_replacement":
        value["chosen_by"] = "accuracy"
        value["worst"] = {"layers": 4, "validation": 0.91}
        value["best"] = {"layers": 1, "validation": 0.95}
        value["cases_possible"] = {"one_to_one": 6, "many_to_one": 10, "one_to_many": 8, "many_to_many": 13}.get(
            setting, 3
        )
    return copy.deepcopy(value | changes)


def sweep_record(architecture="many_to_one", rnn="lstm", layers=1, seed=0, caps=(0.0, 0.1, 0.2, 0.5), **changes):
    """One complete record of the removal sweep; the more is removed, the worse."""
    base = record(architecture, rnn, layers, seed)
    generator = np.random.default_rng(seed)
    rows = []
    for cap in caps:
        modes = copy.deepcopy(base["modes"])
        for entry in modes.values():
            entry["composed"] = {
                head: shifted(base["monolithic"], architecture, -0.2 * cap, generator) for head in entry["composed"]
            }
            entry["removed_share_per_layer"] = [cap] * layers
            entry["kept_share"], entry["jaccard"] = 1 - cap, (1 - cap) / (1 + cap)
        rows.append({"removal_cap": cap, "modes": modes})
    kept = {key: value for key, value in base.items() if key not in ("controls", "modes")}
    return copy.deepcopy(kept | {"experiment": "removal_sweep", "rows": rows} | changes)


def variants_record(architecture="many_to_one", rnn="lstm", layers=1, seed=0, names=(), **changes):
    """One complete record of the variants: paper, package, the cap and the gate approach, and ``names``."""
    base = record(architecture, rnn, layers, seed)
    generator = np.random.default_rng(seed)
    changed = {
        "paper": {},
        "package": {"removal_cap": 0.05, "cap_counts": "nodes"},
        "removal_cap": {"removal_cap": 0.05},
        "gate_approach": {"gate_approach": "per_gate"},
        **{name: {name: "other"} for name in names},
    }
    variants = []
    for place, (name, change) in enumerate(changed.items()):
        modes = copy.deepcopy(base["modes"])
        if place:
            for entry in modes.values():
                entry["composed"] = {
                    head: shifted(scores, architecture, -0.01 * place, generator)
                    for head, scores in entry["composed"].items()
                }
        entry = {"name": name, "changes": change, "monolithic": base["monolithic"], "modes": modes}
        variants.append(entry | {"evaluated": base["examples"]["evaluated"]})
    kept = {key: value for key, value in base.items() if key not in ("controls", "modes", "monolithic")}
    return copy.deepcopy(kept | {"experiment": "variants", "variants": variants} | changes)


def write_records(folder, values):
    """Write records as JSON and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for place, value in enumerate(values):
        paths.append(folder / f"{value['experiment']}-{place}.json")
        paths[-1].write_text(json.dumps(value), encoding="utf-8")
    return paths


def write_all_cases(folder, rnns=PAPER_RNN_TYPES, seeds=(0,), **changes):
    """Write records of every experiment and setting (scenarios: LSTM alone) and return their paths."""
    return write_records(
        folder,
        [
            case_record(experiment, setting, rnn, seed, **changes)
            for experiment, setting in ALL_CASES
            for rnn in rnns
            if experiment != "scenario" or rnn == "lstm"
            for seed in seeds
        ],
    )
