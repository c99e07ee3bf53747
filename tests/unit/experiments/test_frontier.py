"""The frontier: modules of a share of the weights, made in several ways."""

import dataclasses
import json

import pytest

import evaluate_frontier
from rnn_modules.experiments.decomposition_cost import decomposition_cost
from rnn_modules.experiments.frontier import CHANGES, Plan, frontier
from rnn_modules.experiments.recognisers import (
    RecogniserSettings,
    RecogniserTraining,
    from_scratch,
    places_of,
    units_within,
)
from rnn_modules.experiments.trained_model import compact_trained
from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.command_line import flags_of
from rnn_modules.names import CURVES, PARTS, SCRATCH
from rnn_modules.records.frontier_records import read_frontier_records
from support.made_up_models import classifier_model, saved, small_parameters, translator_model

SHORT = RecogniserSettings(steps=3, passes=1)


def test_every_curve_and_part_says_what_it_changes():
    assert CHANGES.keys() == {*CURVES, *PARTS} - {SCRATCH}
    kinds = [json.dumps(change, sort_keys=True) for change in CHANGES.values()]
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize("many_output", [False, True])
def test_rows_are_those_of_modules_made_by_hand(many_output):
    model = classifier_model(many_output, layers=1)
    found = frontier(model, small_parameters(), Plan((0.5,), draws=2, parts_at=0.5), SHORT)
    rows = {(row["curve"], row["draw"]): row for row in found["rows"]}
    assert len(rows) == len(CURVES) + 2 + len(PARTS)
    assert rows["random", 0]["seed"] != rows["random", 1]["seed"]
    for curve in ("concern", "fisher"):
        changed = dataclasses.replace(small_parameters(), keep=0.5, **CHANGES[curve])
        by_hand = compact_trained(model.network, model.dataset, changed)
        expected = decomposition_cost(model.network, model.dataset, {"compact": by_hand})
        entry = expected["compact"]
        assert rows[curve, 0]["composed"] == entry["composed"][entry["head"]]
        assert rows[curve, 0]["recognition"] == entry["recognition"][entry["head"]]
        assert found["monolithic"] == expected["monolithic"]
    scratch = RecogniserTraining(model, 0.5, SHORT, seed=0)
    by_hand = from_scratch(scratch, model, places_of(model, 40, seed=0), small_parameters())
    for name in ("composed", "recognition"):
        assert rows[SCRATCH, 0][name] == by_hand[name]
    assert scratch.units == units_within(model.network.layers, 0.5) and rows[SCRATCH, 0]["recurrent_share"] <= 0.5


def test_shares_below_one_node_a_layer_are_left_out():
    model = classifier_model(layers=1)
    rows = frontier(model, small_parameters(), Plan((0.5, 1e-4), draws=1), SHORT)["rows"]
    assert {row["keep"] for row in rows} == {0.5}
    with pytest.raises(InputError, match="shares: all of 0.0001 are less than one node"):
        frontier(model, small_parameters(), Plan((1e-4,), draws=1), SHORT)


@pytest.mark.parametrize(
    ("shares", "draws", "parts_at"), [((), 1, None), ((0.0,), 1, None), ((0.5,), 0, None), ((1,), 1, 2)]
)
def test_a_plan_that_makes_nothing_is_an_error(shares, draws, parts_at):
    with pytest.raises(InputError, match="shares|draws"):
        Plan(shares, draws, parts_at)


@pytest.mark.parametrize("translation", [False, True])
def test_script_writes_a_record_that_is_read(monkeypatch, tmp_path, translation):
    places = {"folder": tmp_path / "model", "dataset_folder": tmp_path / "data"}
    model = saved(
        translator_model(languages=("fr", "de", "it"), **places)
        if translation
        else classifier_model(layers=1, **places)
    )
    words = ["evaluate_frontier.py", "--model", model.folder, "--dataset", model.dataset_folder]
    # One word for each value, as the workflow gives a list; the last of these makes nothing.
    words += flags_of({"shares": [0.5, 1e-4]}).split()
    words += ["--draws", "1", "--parts-at", "0.5", "--run", "demo", "--output", tmp_path / "record.json"]
    words += ["--ranking-sample", "20", "--rounds", "2", "--steps", "3", "--passes", "1"]
    monkeypatch.setattr("sys.argv", list(map(str, words)))
    evaluate_frontier.main()
    (record,) = read_frontier_records([tmp_path / "record.json"])
    assert {row.curve for row in record.rows} == {*CURVES, *PARTS} - ({SCRATCH} if translation else set())
    assert all((row.recognition is None) is translation for row in record.rows)
