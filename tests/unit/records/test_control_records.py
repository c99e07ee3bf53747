"""Records of the controls are checked value by value."""

import copy

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.records.control_records import read_control_record, read_control_records
from support.made_up_controls import control_record, written


@pytest.mark.parametrize("architecture", ["one_to_one", "one_to_many", "many_to_one", "many_to_many"])
def test_every_kind_of_classifier_is_read(architecture):
    record = read_control_record(written(control_record(architecture)))
    modes = ["rolled"] if architecture == "one_to_one" else ["rolled", "unrolled"]
    assert [list(found) for found in record.readings.values()] == [modes] * 3
    assert record.readings["nodes"]["rolled"].over_chance("all", "accuracy") == pytest.approx(0.05, abs=0.01)
    assert record.parent.auc[2] is None and record.parent.mean_auc == pytest.approx(0.93)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("draws",), 0, "draws: expected 1 to"),
        (("architecture",), "encoder_decoder", "architecture: expected one of one_to_one"),
        (("readings", "nodes"), None, "readings.nodes: expected an object"),
        (("readings", "edges", "rolled", "random"), [], "random: expected a list of at least 1"),
        (("readings", "edges", "rolled", "reversed"), None, "reversed: expected an object"),
        (
            ("readings", "edges", "rolled", "paper", "scopes", "all", "accuracy"),
            1.5,
            "accuracy: expected a number from 0",
        ),
        (("parent", "modules", "auc"), [0.5], "parent.modules.auc: expected 3 numbers"),
        (("classes",), [], "classes: expected a list of at least 1"),
    ],
)
def test_damage_is_named(place, value, message):
    record = control_record()
    inner = record
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = copy.deepcopy(value)
    with pytest.raises(InputError, match=message):
        read_control_record(written(record))


def test_a_model_counts_once():
    path = written(control_record())
    with pytest.raises(InputError, match="same model and seed"):
        read_control_records([path, path])
