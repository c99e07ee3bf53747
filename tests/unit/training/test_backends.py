"""TensorFlow and JAX train the same models with the same records; the same twice is the same to the last bit."""

import csv
from pathlib import Path

import keras
import numpy as np
import pytest
import scipy.stats

from rnn_modules.data.dataset import Dataset
from rnn_modules.decomposition.composition import module_odds
from rnn_modules.decomposition.module_files import read_modules
from rnn_modules.files.atomic_files import read_arrays, read_json
from rnn_modules.network import load_network
from rnn_modules.network.from_keras import from_keras
from rnn_modules.training.fit import inputs_and_targets
from rnn_modules.training.train_model import parity_error
from support.processes import run_scripts

# Corpus, settings of its dataset, and cell of the models: one of each kind of target, and every cell.
CORPORA = {
    "one_to_many": ("toxicity", "--examples 1500", "--input-tokens 12", "vanilla"),
    "many_to_one": ("clinc", "--examples 700", "--input-tokens 12", "gru"),
    "encoder_decoder": ("tatoeba", "--examples 400", "--input-tokens 6 --target-tokens 6", "lstm"),
}
BACKENDS = ("tensorflow", "jax")
TRAINING = "--layers 1 --units 32 --embedding 16 --epochs 5 --batch-size 32 --learning-rate 0.01 --dropout 0.1"
# What is trained again, by the same backend.
REPEATED = ("many_to_one", "encoder_decoder")
# XLA otherwise compiles for longer than these small models train, and again in every process.
QUICK = {"XLA_FLAGS": "--xla_backend_optimization_level=0", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
# Initial weights and dropout are drawn by each backend, so both are seeds of their own.
TOLERANCE = 0.1


def datasets_of(architectures):
    for corpus, examples, settings, _ in (CORPORA[name] for name in architectures):
        yield f"fetch_corpus.py --corpus {corpus} --source synthetic {examples} --output {corpus}.json"
        yield f"prepare_dataset.py --manifest {corpus}.json --output {corpus} --test-examples 300 {settings}"


def train(name, output, seed=0):
    corpus, _, _, rnn = CORPORA[name]
    kind = f"--dataset {corpus} --architecture {name} --rnn {rnn} --seed {seed}"
    return f"train_model.py {kind} {TRAINING} --output {output}"


def models_of(architectures):
    for name in architectures:
        corpus, _, _, rnn = CORPORA[name]
        yield train(name, name)
        yield (
            f"decompose_model.py --network {name}/network.npz --dataset {corpus} --architecture {name} --rnn {rnn} "
            f"--modes rolled unrolled --output {name}/modules"
        )
        yield (
            f"evaluate_decomposition.py --model {name} --dataset {corpus} --modes rolled unrolled --run x "
            f"--preset paper --output {name}/decomposition_cost.json"
        )


def tables_of(architectures):
    records = " ".join(f"{name}/decomposition_cost.json" for name in architectures)
    yield f"tabulate_decomposition_cost.py {records} --output-folder tables"


def baselines(name, chunk, chunks):
    return (
        f"train_baselines.py --experiment intra_reuse --datasets clinc --architecture many_to_one --rnn gru {TRAINING} "
        f"--cases 2 --chunk {chunk} --chunks {chunks} --output {name}.json"
    )


def quick(backend, tmp_path_factory):
    cache = tmp_path_factory.getbasetemp() / "compiled_by_jax"
    return QUICK | {"KERAS_BACKEND": backend, "JAX_COMPILATION_CACHE_DIR": str(cache)}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder per backend: a model of every architecture, its modules, what they cost, and a table; JAX's has more."""
    more = {
        "tensorflow": [],
        "jax": [
            baselines("both", 0, 1),
            baselines("second", 1, 2),
            "export_module.py --network many_to_one/network.npz --modules many_to_one/modules/unrolled.npz "
            "--class-name banking --output banking.keras",
        ],
    }
    folders = {}
    for backend in BACKENDS:
        folders[backend] = tmp_path_factory.mktemp(backend)
        lines = [*datasets_of(CORPORA), *models_of(CORPORA), *tables_of(REPEATED), *more[backend]]
        run_scripts(folders[backend], lines, PYTHONHASHSEED="1", **quick(backend, tmp_path_factory))
    return folders


@pytest.fixture(scope="module", params=BACKENDS)
def repeated(request, trained, tmp_path_factory):
    """Folders of a first and a second process with the same seed."""
    folder = tmp_path_factory.mktemp("again")
    lines = [*datasets_of(REPEATED), *models_of(REPEATED), *tables_of(REPEATED), train("many_to_one", "other_seed", 1)]
    run_scripts(folder, lines, PYTHONHASHSEED="2", **quick(request.param, tmp_path_factory))
    return trained[request.param], folder


def files(folder, *patterns):
    return {path.relative_to(folder): path for pattern in patterns for path in sorted(folder.glob(pattern))}


@pytest.mark.parametrize("architecture", CORPORA)
def test_both_backends_train_the_same_models_with_the_same_records(trained, architecture):
    ours, theirs = (read_json(trained[backend] / architecture / "record.json") for backend in BACKENDS)
    assert (ours["backend"], theirs["backend"]) == BACKENDS
    assert ours.keys() == theirs.keys()
    for key in ("architecture", "rnn", "layers", "dataset", "data_source", "examples", "settings", "parameters"):
        assert ours[key] == theirs[key], key
    assert ours["provenance"] == theirs["provenance"]
    for part in ("validation", "test"):
        assert ours[part].keys() == theirs[part].keys()
    constant = loss_of_a_constant(trained["jax"] / CORPORA[architecture][0])
    for record in (ours, theirs):
        assert record["parity_error"] < 1e-5
        assert record["test"]["loss"] < 0.7 * constant
    assert theirs["test"]["accuracy"] == pytest.approx(ours["test"]["accuracy"], abs=TOLERANCE)
    first, second = (composed(trained[backend] / architecture) for backend in BACKENDS)
    assert first.keys() == second.keys()
    for key, score in first.items():
        assert second[key] == pytest.approx(score, abs=2 * TOLERANCE), key


def loss_of_a_constant(folder):
    """Cross-entropy of a predictor that knows how often each target occurs in the test split, and nothing else."""
    dataset = Dataset.load(folder)
    targets = inputs_and_targets(dataset, "test")[1]
    # The padding of translations is masked.
    _, counts = np.unique(targets[targets > 0] if dataset.is_translation else targets, return_counts=True)
    return scipy.stats.entropy(counts)


def composed(folder):
    """Accuracy over all positions, or BLEU-1 by language as a share, of the composed modules by mode."""
    modes = read_json(folder / "decomposition_cost.json")["modes"]
    return {
        (mode, part): values["accuracy"] if "accuracy" in values else values["bleu1"] / 100
        for mode, found in modes.items()
        for part, values in found["composed"][found["head"]].items()
        if part != "unpadded"
    }


@pytest.mark.parametrize("architecture", CORPORA)
def test_a_model_of_jax_is_read_by_tensorflow(trained, architecture):
    folder = trained["jax"] / architecture
    network = load_network(folder / "network.npz")
    model = keras.models.load_model(folder / "model.keras", compile=False)
    assert from_keras(model).sha256 == network.sha256
    inputs = inputs_and_targets(Dataset.load(trained["jax"] / CORPORA[architecture][0]), "test")[0]
    assert parity_error(model, network, inputs) < 1e-5


def test_a_module_exported_by_jax_is_the_module(trained):
    folder = trained["jax"]
    network = load_network(folder / "many_to_one/network.npz")
    path = folder / "many_to_one/modules/unrolled.npz"
    modules = read_modules(path, path.with_suffix(".json"), network)
    inputs = Dataset.load(folder / "clinc").inputs("test")[:30]
    probabilities = keras.ops.convert_to_numpy(keras.models.load_model(folder / "banking.keras")(inputs))
    odds = module_odds(network, modules, inputs)["mean"][modules.class_names.index("banking")]
    np.testing.assert_allclose(probabilities[:, 1], 1 / (1 + np.exp(-odds)), atol=1e-5)


def decisions_of(record):
    for name, values in read_arrays(record.with_suffix(".npz")).items():
        yield *name.split("/"), values


def test_a_baseline_of_jax_does_not_depend_on_its_chunk(trained):
    both, second = (trained["jax"] / f"{name}.json" for name in ("both", "second"))
    assert read_json(both)["backend"] == read_json(second)["backend"] == "jax"
    (case,) = read_json(second)["cases"]
    assert read_json(both)["cases"][1] | {"seconds": 0} == case | {"seconds": 0}
    first, other, alone = (
        {kind: values for number, kind, values in decisions_of(path) if number == wanted}
        for path, wanted in ((both, "0"), (both, "1"), (second, "0"))
    )
    assert sorted(other) == sorted(alone) == sorted(case["decisions"])
    for kind, values in alone.items():
        np.testing.assert_array_equal(other[kind], values)
    assert any(not np.array_equal(first[kind], values) for kind, values in alone.items())


def test_weights_and_masks_are_the_same_to_the_last_bit(repeated):
    first, second = repeated
    for name in REPEATED:
        arrays, again = (read_arrays(folder / name / "network.npz") for folder in repeated)
        assert arrays.keys() == again.keys()
        for key, values in arrays.items():
            np.testing.assert_array_equal(values, again[key], strict=True)
        found = files(first / name, "modules/*", "history.csv")
        assert len(found) == 5
        for path, one in found.items():
            assert one.read_bytes() == (second / name / path).read_bytes(), path


def test_tables_are_the_same_to_the_last_bit(repeated):
    first, second = repeated
    found = files(first, "tables/*")
    assert len(found) >= 8
    for path, one in found.items():
        assert one.read_bytes() == (second / path).read_bytes(), path
    rows = list(csv.DictReader(Path(second / "tables/table2.csv").open(encoding="utf-8")))
    assert len(rows) >= 2


def test_another_seed_is_another_model(repeated):
    """So the comparisons above would notice a difference."""
    _, folder = repeated
    first, other = (load_network(folder / name / "network.npz") for name in ("many_to_one", "other_seed"))
    assert np.abs(first.embedding - other.embedding).max() > 1e-3
