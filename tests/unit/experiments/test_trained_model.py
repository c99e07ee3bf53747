"""What training left of a model: read back, checked, and named in records."""

import dataclasses
import json

import numpy as np
import pytest

from rnn_modules.decomposition.composition import module_odds
from rnn_modules.decomposition.module_files import write_modules
from rnn_modules.experiments.trained_model import TrainedModel, common_facts
from rnn_modules.files.atomic_files import InputError, write_json
from support.made_up_models import classifier_model, saved, translator_model
from support.networks import random_classifier, random_modules


@pytest.fixture
def model(tmp_path):
    """A model with modules of both modes, and its files."""
    made = classifier_model(folder=tmp_path / "model", dataset_folder=tmp_path / "clinc")
    return saved(made, {mode: random_modules(made.network, mode=mode) for mode in ("rolled", "unrolled")})


def test_loaded_model_is_the_one_saved(model):
    loaded = TrainedModel.load(str(model.folder), str(model.dataset_folder))
    assert loaded.record == model.record
    assert loaded.network.sha256 == model.network.sha256
    assert loaded.dataset.metadata == model.dataset.metadata
    for name, values in model.dataset.arrays.items():
        np.testing.assert_array_equal(loaded.dataset.arrays[name], values)
    inputs = model.dataset.inputs("test")
    for mode in ("rolled", "unrolled"):
        modules = loaded.modules(mode)
        assert modules.mode == mode
        expected = module_odds(model.network, random_modules(model.network, mode=mode), inputs)["mean"]
        np.testing.assert_array_equal(module_odds(loaded.network, modules, inputs)["mean"], expected)


def test_translators_are_loaded_too(tmp_path):
    made = saved(translator_model(folder=tmp_path / "model", dataset_folder=tmp_path / "tatoeba"))
    loaded = TrainedModel.load(made.folder, made.dataset_folder)
    assert loaded.dataset.is_translation
    assert loaded.network.sha256 == made.network.sha256


@pytest.mark.parametrize(
    "key", ["architecture", "dataset", "data_source", "rnn", "layers", "seed", "validation", "network_sha256"]
)
def test_a_record_that_lacks_a_key_is_named(model, key):
    write_json(model.folder / "record.json", {name: value for name, value in model.record.items() if name != key})
    with pytest.raises(InputError, match=f"record.json: lacks {key}"):
        TrainedModel.load(model.folder, model.dataset_folder)


def test_a_network_that_is_not_the_records_is_an_error(model):
    random_classifier(seed=5).save(model.folder / "network.npz")
    with pytest.raises(InputError, match=r"network.npz: not the network of .*record.json; train the model again"):
        TrainedModel.load(model.folder, model.dataset_folder)


@pytest.mark.parametrize("name", ["record.json", "network.npz"])
def test_a_missing_file_is_named(model, name):
    (model.folder / name).unlink()
    with pytest.raises(InputError, match=name):
        TrainedModel.load(model.folder, model.dataset_folder)


def test_modules_of_another_network_and_missing_ones_are_named(model):
    other = random_classifier(seed=5, classes=4)
    path = model.folder / "modules" / "rolled.npz"
    write_modules(random_modules(other), path, path.with_suffix(".json"))
    with pytest.raises(InputError, match="rolled.npz: the modules belong to the network"):
        model.modules("rolled")
    path.with_suffix(".json").unlink()
    with pytest.raises(InputError, match="rolled.json"):
        model.modules("rolled")


def test_files_are_there_and_tell_models_apart(model):
    files = model.files(["rolled", "unrolled"])
    assert {path.relative_to(model.folder.parent).as_posix() for path in files.values()} == {
        "model/network.npz",
        "model/modules/rolled.npz",
        "model/modules/unrolled.npz",
        "clinc/dataset.npz",
    }
    assert all(path.is_file() for path in files.values())
    assert len(model.files()) == 2
    for change in ({"architecture": "one_to_one"}, {"rnn": "gru"}, {"layers": 1}):
        other = dataclasses.replace(model, folder=model.folder / "other", record=model.record | change)
        assert len(files | other.files(["rolled", "unrolled"])) == 4 + 3, change


def test_facts_of_several_models_are_those_of_the_first_and_all_datasets(model, tmp_path):
    second = classifier_model(True, folder=tmp_path / "second", dataset_folder=tmp_path / "brown", layers=1, cell="gru")
    facts = common_facts([model, second])
    assert facts == {
        "data_source": "synthetic",
        "rnn": "lstm",
        "layers": 2,
        "seed": 0,
        "datasets": {name: {"train": 40, "validation": 8, "test": 25} for name in ("clinc", "brown")},
    }
    json.dumps(facts)
