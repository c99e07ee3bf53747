"""A small run in which every file is what the records say: corpus, dataset, model, modules, records, tables."""

import hashlib
import json

import numpy as np

from rnn_modules.data.dataset import Dataset
from rnn_modules.decomposition.module_files import write_modules
from rnn_modules.files.atomic_files import sha256_of_file, write_json
from rnn_modules.files.run_folder import RunFolder
from rnn_modules.runs.checksums import files_of, note_files
from rnn_modules.runs.rebuild_tables import rebuild
from rnn_modules.runs.run_record import begin_call, end_call
from support.datasets import made_up_dataset
from support.made_up_cases import case_record
from support.made_up_records import record
from support.networks import random_classifier, random_inputs, random_modules

MODEL = "many_to_one/clinc/lstm-1"
CONFIGURATION = {
    "architectures": ["many_to_one"],
    "rnn_types": ["lstm"],
    "layers": [1],
    "seeds": [0],
    "models": {"many_to_one": {"corpus": "clinc"}},
    "reuse": {"layers": 1},
    "scenarios": {"rnn": "lstm", "layers": 1, "systems": {}},
    "variants": {"rnn_types": ["lstm"], "layers": 1},
    "removal_sweep": {"rnn": "lstm", "layers": 1},
}


def write_verified_run(folder, tables=False):
    """Write the run, and its last call; with ``tables`` also those that its records give."""
    corpus = folder.parent / "mirror" / "clinc_oos" / "data_full.json"
    corpus.parent.mkdir(parents=True)
    corpus.write_text('{"train": []}')
    one = {"name": corpus.name, "bytes": 13, "sha256": hashlib.sha256(corpus.read_bytes()).hexdigest()}
    write_json(
        folder / "corpora" / "clinc.json",
        {
            "corpus": "clinc",
            "source": "mirror",
            "folder": str(corpus.parent),
            "form": "published",
            "files": [one | {"path": str(corpus)}],
        },
    )
    network = random_classifier(layers=1)
    inputs = {split: random_inputs(network, 6) for split in ("train", "validation", "test")}
    labels = {split: np.arange(6) % 3 for split in inputs}
    dataset = made_up_dataset(inputs, labels, ("a", "b", "c"), 7)
    settings = {"input_tokens": network.tokens, "train_examples": 6}
    facts = {"corpus": "clinc", "source": "mirror", "files": [one], "settings": settings}
    Dataset(dataset.arrays, dataset.metadata | facts, dataset.vocabulary).save(folder / "datasets" / "clinc")
    model = folder / "models" / MODEL / "seed-0"
    network.save(model / "network.npz")
    for mode in ("rolled", "unrolled"):
        write_modules(random_modules(network, mode=mode), model / f"modules/{mode}.npz", model / f"modules/{mode}.json")
    _write_records(folder, network)
    if tables:
        assert rebuild(RunFolder(folder).found_records(), folder / "tables") == []
    write_call(folder)
    return folder


def write_call(folder, state="finished", **changes):
    """What the workflow's hooks leave of a call that wrote all files that are there."""
    begin_call(folder, CONFIGURATION | changes, "no lock", ["snakemake"])
    end_call(folder, state, ["train"], ["train"])
    files = list(files_of(RunFolder(folder)))
    note_files(folder, files, files, whole=True)


def _write_records(folder, network):
    model = folder / "models" / MODEL / "seed-0"
    data = {"clinc": sha256_of_file(folder / "datasets" / "clinc" / "dataset.npz")}
    settings = {"architecture": "many_to_one", "rnn": "lstm", "layers": 1, "units": 4, "embedding": 3}
    settings |= {"epochs": 2, "batch_size": 4, "seed": 0}
    write_json(
        model / "record.json",
        {
            "settings": settings,
            "examples": {"train": 6, "validation": 6, "test": 6},
            "network_sha256": network.sha256,
            "seconds": 3.5,
            "peak_memory_mib": 500.0,
            "provenance": {"commit": "0123456789abcdef", "inputs": {"dataset": data["clinc"]}},
        },
    )
    files = [model / "network.npz", *sorted((model / "modules").glob("*.npz"))]
    inputs = data | {f"{MODEL}/{path.stem}": sha256_of_file(path) for path in files}
    provenance = {"commit": "0123456789abcdef", "versions": {}, "inputs": inputs}
    write_json(model / "decomposition_cost.json", record(provenance=provenance))
    place = "intra_reuse/many_to_one/lstm/seed-0"
    baselines = folder / "baselines" / place / "0.json"
    cases = [{"name": "a + b", "train_examples": 4}, {"name": "a + c", "train_examples": 4}]
    write_json(baselines, {"settings": settings, "cases": cases, "provenance": {"commit": "01", "inputs": data}})
    provenance = provenance | {"inputs": inputs | {"0": sha256_of_file(baselines)}}
    write_json(folder / "experiments" / f"{place}.json", case_record(provenance=provenance))


def edit_json(path, change):
    """Let ``change`` alter the content of a JSON file."""
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))
