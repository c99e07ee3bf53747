"""Vocabularies, datasets, networks, modules and models: damaged files, and ones that are wrong but signed again."""

import contextlib
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.mutations import changed_arrays, changed_json, json_files, npy, npz_files, or_gone, packed, put
from fuzz.trial import attempt, inputs, script
from rnn_modules.data.dataset import Dataset
from rnn_modules.data.shared_vocabulary import share_vocabulary
from rnn_modules.data.text import read_vocabularies
from rnn_modules.decomposition.composition import module_odds
from rnn_modules.decomposition.counts import kept_share
from rnn_modules.decomposition.module_files import read_modules
from rnn_modules.decomposition.small_module_files import read_small_modules
from rnn_modules.files.atomic_files import read_arrays, sha256_of_arrays
from rnn_modules.network import load_network
from support.made_up_models import classifier_model, many_output_dataset, saved, translator_model
from support.networks import calibrated_modules, random_inputs, random_sentences, random_small_modules

SIZES = {"train": 8, "validation": 6, "test": 6}


def small_model(folder, many_output=False):
    dataset = many_output_dataset(sizes=SIZES) if many_output else None
    places = {"folder": folder / "model", "dataset_folder": folder / "clinc"}
    made = classifier_model(many_output, layers=1, dataset=dataset, **places)
    modules = {mode: calibrated_modules(made.network, mode) for mode in ("rolled", "unrolled")}
    return saved(made, modules | {"compact": random_small_modules(made.network)})


MADE = Path(tempfile.mkdtemp(prefix="fuzz-artefacts-"))
CLASSIFIER = small_model(MADE / "classifier")
TAGGER = small_model(MADE / "tagger", many_output=True)
TRANSLATOR = saved(translator_model(folder=MADE / "translator/model", dataset_folder=MADE / "translator/tatoeba"))
MARKER = MADE / "executed"


@pytest.fixture(scope="module", autouse=True)
def nothing_executed():
    yield
    executed = MARKER.exists()
    shutil.rmtree(MADE)
    assert not executed


@contextlib.contextmanager
def copied(folder):
    """A copy of a folder that may be damaged, in a folder of its own."""
    with tempfile.TemporaryDirectory() as top:
        yield Path(shutil.copytree(folder, Path(top) / "input"))


def content(path):
    return json.loads(path.read_text())


def arrays_file(path):
    """Damaged versions of a file of arrays, and, as a dictionary, other arrays for it."""
    arrays = read_arrays(path)
    return st.one_of(npz_files(arrays, MARKER), changed_arrays(arrays))


def write(path, damaged, signed_in=None, key=None):
    """Write a damaged file; arrays are written as such, and their checksum into ``signed_in`` when it is given."""
    if not isinstance(damaged, dict):
        return put(path, damaged)
    put(path, packed([(f"{name}.npy", npy(array)) for name, array in damaged.items()]))
    if signed_in is not None:
        described = content(signed_in)
        described[key] = sha256_of_arrays(damaged)
        signed_in.write_text(json.dumps(described))
    return None


@inputs(150)
@given(or_gone(json_files(content(TRANSLATOR.dataset_folder / "vocabulary.json"))))
def test_vocabulary(damaged):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vocabulary.json"
        path.touch()
        put(path, damaged)
        attempt("vocabulary", folder, lambda: read_vocabularies(path), names=["vocabulary.json"])


def dataset_damages(folder):
    described = content(folder / "dataset.json")
    return st.one_of(
        st.tuples(st.just("dataset.json"), or_gone(json_files(described)), st.just(False)),
        st.tuples(st.just("dataset.npz"), or_gone(arrays_file(folder / "dataset.npz")), st.booleans()),
        st.tuples(st.just("vocabulary.json"), json_files(content(folder / "vocabulary.json")), st.just(False)),
    )


def use_dataset(folder, other):
    """Read a dataset and do with it what the stages after it do."""
    dataset = Dataset.load(folder)
    if dataset.is_translation:
        dataset.encode_sources(dataset.sources("test"))
        dataset.sentences(dataset.targets("test"))
        assert len(dataset.references("test")) == len(dataset.labels("test"))
    else:
        share_vocabulary(dataset, other)


@pytest.mark.parametrize("model", [CLASSIFIER, TAGGER, TRANSLATOR], ids=["labels", "sequences", "translations"])
def test_dataset(model):
    @inputs(110)
    @given(dataset_damages(model.dataset_folder))
    def check(damage):
        name, damaged, signed = damage
        with copied(model.dataset_folder) as folder:
            write(folder / name, damaged, folder / "dataset.json" if signed else None, "arrays_sha256")
            names = ("dataset.json", "dataset.npz", "vocabulary.json")
            attempt("dataset", folder.parent, lambda: use_dataset(folder, CLASSIFIER.dataset), names=names)

    check()


@pytest.mark.parametrize("model", [CLASSIFIER, TRANSLATOR], ids=["classifier", "translator"])
def test_network(model):
    network = model.network
    ids = random_inputs(network, 2) if model is CLASSIFIER else random_sentences(network, 2)
    arrays = read_arrays(model.folder / "network.npz")
    structures = changed_json(json.loads(str(arrays["structure"]))).map(
        lambda text: arrays | {"structure": np.array(text.decode())}
    )

    def use(path):
        found = load_network(path)
        if (found.timesteps, found.dtype) == (network.timesteps, network.dtype):
            with np.errstate(all="ignore"):
                found.logits(ids)

    @inputs(130)
    @given(st.one_of(or_gone(arrays_file(model.folder / "network.npz")), structures, structures))
    def check(damaged):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "network.npz"
            path.touch()
            write(path, damaged)
            names = ["network.npz", "inputs: ", "source sentences: ", "decoder inputs: "]
            attempt("network", folder, lambda: use(path), names=names)

    check()


@pytest.mark.parametrize("mode", ["rolled", "unrolled", "compact"])
def test_modules(mode):
    masks, manifest = (CLASSIFIER.folder / "modules" / f"{mode}.{kind}" for kind in ("npz", "json"))
    read, content_of = (read_small_modules, "weights") if mode == "compact" else (read_modules, "masks")

    def use(path):
        modules = read(path, path.with_suffix(".json"), CLASSIFIER.network)
        with np.errstate(all="ignore"):
            module_odds(CLASSIFIER.network, modules, CLASSIFIER.dataset.inputs("test")[:2])
        kept_share(modules, CLASSIFIER.network)

    @inputs(130)
    @given(
        st.one_of(
            st.tuples(st.just(manifest.name), or_gone(json_files(content(manifest))), st.just(False)),
            st.tuples(st.just(masks.name), or_gone(arrays_file(masks)), st.booleans()),
        )
    )
    def check(damage):
        name, damaged, signed = damage
        with copied(masks.parent) as folder:
            write(folder / name, damaged, folder / manifest.name if signed else None, f"{content_of}_sha256")
            attempt("modules", folder.parent, lambda: use(folder / masks.name), names=[masks.name, manifest.name])

    check()


RECORD = json_files(content(CLASSIFIER.folder / "record.json"))
PART = st.sampled_from(
    [path.relative_to(MADE / "classifier") for path in sorted((MADE / "classifier").rglob("*")) if path.is_file()]
)


@inputs(80)
@given(st.one_of(RECORD, st.none()), PART)
def test_model_in_a_script(record, part):
    with copied(MADE / "classifier") as folder:
        if record is None:
            (folder / part).unlink()
        else:
            (folder / "model/record.json").write_bytes(record)
        output = folder.parent / "output" / "decomposition_cost.json"
        arguments = ["--model", folder / "model", "--dataset", folder / "clinc", "--run", "x", "--preset", "paper"]
        attempt(
            "model (evaluate_decomposition)",
            folder.parent,
            lambda: script("evaluate_decomposition.py", *arguments, "--output", output),
            output=output,
            names=[part.name, "record.json"],
        )
