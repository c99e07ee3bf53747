"""Where the files of a run lie, and which of them belong to its present configuration."""

import copy
import json

import pytest
import yaml

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.run_folder import RECORDS, RunFolder, grid, models
from support.project import ROOT

PAPER = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
NARROW = PAPER | {"architectures": ["many_to_one"], "rnn_types": ["gru"], "layers": [4]}


def write_records(run, configuration):
    for path in (path for paths in run.records(configuration).values() for path in paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")


def write_calls(run, *configurations):
    run.run_json.write_text(json.dumps({"calls": [{"configuration": one} for one in configurations]}))


def test_the_papers_configuration_asks_for_all_its_records():
    counts = {kind: len(paths) for kind, paths in RunFolder("run").records(PAPER).items()}
    # 60 models; two languages of three RNN types; two pairs' two models each; seven scenario models.
    assert counts == {
        "training": 60 + 9 + 12 + 7, "decomposition_cost": 60, "controls": 48, "intra_reuse": 15, "inter_reuse": 6,
        "intra_replacement": 15, "inter_replacement": 6, "scenario": 2, "removal_sweep": 5, "frontier": 5,
        "offer": 12, "variants": 10,
    }  # fmt: skip
    assert tuple(counts) == RECORDS


def test_models_beside_the_grid_belong_to_the_run():
    # Reuse has RNN-4; the variants, the sweep and the offer one layer; each model stands once.
    named = [(model.rnn, model.layers) for model in models(NARROW)]
    assert named == [("gru", 4), ("lstm", 1), ("gru", 1)]
    assert [(model.rnn, model.layers) for model in grid(NARROW)] == [("gru", 4)]


def test_an_empty_list_asks_for_nothing():
    records = RunFolder("run").records(PAPER | {"variants": {"rnn_types": [], "layers": 1}})
    assert records["variants"] == [] and len(records["removal_sweep"]) == 5


def test_modules_of_some_rnn_types_are_reused():
    configuration = PAPER | {"reuse": PAPER["reuse"] | {"rnn_types": ["gru"]}}
    records = RunFolder("run").records(configuration)
    cases = ("intra_reuse", "inter_reuse", "intra_replacement", "inter_replacement")
    assert {path.parent.name for kind in cases for path in records[kind]} == {"gru"}
    assert records["decomposition_cost"] == RunFolder("run").records(PAPER)["decomposition_cost"]
    beside = {model for model in models(configuration)} - {model for model in grid(configuration)}
    # The scenarios have an RNN type of their own.
    assert {model.rnn for model in beside if model.architecture != "encoder_decoder"} == {"gru"}


def test_a_narrower_configuration_leaves_the_rest_of_the_folder_out(tmp_path):
    run = RunFolder(tmp_path)
    write_records(run, PAPER)
    everything = run.found_records()
    assert {kind: sorted(paths) for kind, paths in run.records(PAPER).items()} == everything
    write_calls(run, PAPER, NARROW)
    found = run.found_records()
    assert found["decomposition_cost"] == [run.model("many_to_one", "clinc", "gru", 4, 0) / "decomposition_cost.json"]
    assert found == run.records(NARROW)
    found["variants"][0].unlink()
    assert run.found_records()["variants"] == found["variants"][1:]


def test_a_run_in_a_folder_of_an_odd_name(tmp_path):
    run = RunFolder(tmp_path / "{kind} [1] *")
    write_records(run, NARROW)
    assert sum(map(len, run.found_records().values())) == sum(map(len, run.records(NARROW).values()))


@pytest.mark.parametrize(
    "damage",
    [
        lambda configuration: configuration.pop("seeds"),
        lambda configuration: configuration.update(architectures=3),
        lambda configuration: configuration.update(architectures=["another"]),
        lambda configuration: configuration.update(rnn_types=["../../../elsewhere"]),
        lambda configuration: configuration["models"].update(many_to_one=None),
        lambda configuration: configuration["scenarios"].update(systems={"add": []}),
    ],
)
def test_a_damaged_configuration_is_one_error(tmp_path, damage):
    configuration = copy.deepcopy(PAPER)
    damage(configuration)
    write_calls(RunFolder(tmp_path), configuration)
    with pytest.raises(InputError, match=r"run\.json: the configuration of the last call is damaged"):
        RunFolder(tmp_path).found_records()


@pytest.mark.parametrize("text", ["{}", '{"calls": []}', '{"calls": [3]}', '{"calls": [{"configuration": []}]}', "no"])
def test_a_damaged_run_json_is_one_error(tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(InputError, match=r"run\.json"):
        RunFolder(tmp_path).found_records()
