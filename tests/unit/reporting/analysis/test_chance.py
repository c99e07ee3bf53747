"""What the controls' table says follows from the records."""

import pytest

from rnn_modules.records.control_records import read_control_records
from rnn_modules.reporting.analysis.chance import chance_rows, chance_values, over_chance
from support.made_up_controls import control_record, written


def records(*values):
    return read_control_records(map(written, values))


def test_chance_is_the_mean_of_the_draws_without_padding():
    value = control_record("many_to_many")
    entry = value["readings"]["nodes"]["unrolled"]
    entry["paper"]["scopes"]["unpadded"]["accuracy"] = 0.9
    for draw, level in zip(entry["random"], (0.8, 0.85, 0.96), strict=True):
        draw["scopes"]["unpadded"]["accuracy"] = level
    (record,) = records(value)
    assert over_chance(record, "nodes", "unrolled") == pytest.approx(3.0)
    row = next(row for row in chance_rows([record]) if (row.mode, row.reading) == ("unrolled", "nodes"))
    assert (row.above, row.below) == (0, 0)
    assert row.accuracy["random"] == pytest.approx(87.0) and row.over["accuracy"].value == pytest.approx(3.0)


def test_models_above_and_below_every_draw_are_counted():
    found = records(control_record(rnn="lstm", over_chance=0.1), control_record(rnn="gru", over_chance=-0.1))
    row = chance_rows(found)[0]
    assert (row.models, row.above, row.below) == (2, 1, 1)


def test_relu_is_in_the_table():
    assert chance_rows(records(control_record(rnn="relu"), control_record(rnn="lstm")))[0].models == 2


def test_one_timestep_has_no_unrolled_mode():
    found = records(control_record("one_to_one"))
    assert {row.mode for row in chance_rows(found)} == {"rolled"}
    assert chance_values(found, "nodes", "unrolled") == ()
