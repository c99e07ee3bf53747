"""Records of the removal sweep and of the variants are checked when read."""

import json

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.records.variant_records import read_changed_records, read_sweep_records, read_variant_records
from support.made_up_cases import sweep_record, variants_record, write_records
from support.made_up_records import record


@pytest.mark.parametrize("architecture", ["one_to_one", "many_to_many", "encoder_decoder"])
def test_complete_records_are_read(tmp_path, architecture):
    values = [sweep_record(architecture, caps=(0.2, 0.0)), variants_record(architecture)]
    (sweep,), (variants,) = read_changed_records(write_records(tmp_path, values))
    assert [row.removal_cap for row in sweep.rows] == [0.0, 0.2]
    assert sweep.rows[1].modes["rolled"].composed == values[0]["rows"][0]["modes"]["rolled"]["composed"]
    assert sweep.monolithic == values[0]["monolithic"]
    assert [variant.name for variant in variants.variants] == ["paper", "package", "removal_cap", "gate_approach"]
    assert variants.variants[2].changes == {"removal_cap": 0.05}
    assert variants.variants[1].monolithic == values[1]["variants"][1]["monolithic"]
    assert sweep.points == variants.points == (1.0 if architecture == "encoder_decoder" else 100.0)


@pytest.mark.parametrize(
    ("make", "read", "keys", "new", "message"),
    [
        (sweep_record, read_sweep_records, ("rows",), {}, "rows: expected a list"),
        (sweep_record, read_sweep_records, ("rows", 1, "removal_cap"), 1.5, "rows.1.removal_cap: expected a number"),
        (sweep_record, read_sweep_records, ("rows", 0, "modes"), {}, "rows.0.modes: expected some of rolled"),
        (
            sweep_record,
            read_sweep_records,
            ("rows", 0, "modes", "rolled", "jaccard"),
            2,
            "rows.0.modes.rolled.jaccard: expected a number",
        ),
        (sweep_record, read_sweep_records, ("experiment",), "variants", "experiment: expected one of removal_sweep"),
        (variants_record, read_variant_records, ("variants", 0, "name"), "text", "variants: expected one named paper"),
        (variants_record, read_variant_records, ("variants", 1, "name"), "paper", "each variant once"),
        (variants_record, read_variant_records, ("variants", 1), [], "variants.1: expected an object"),
        (variants_record, read_variant_records, ("variants", 1), {}, "variants.1: expected the keys name, changes"),
        (variants_record, read_variant_records, ("variants", 2, "evaluated"), None, "variants.2.evaluated"),
        (
            variants_record,
            read_variant_records,
            ("variants", 0, "monolithic", "all"),
            None,
            "variants.0.monolithic.all: expected an object",
        ),
    ],
)
def test_a_damaged_record_names_file_and_key(tmp_path, make, read, keys, new, message):
    value = make()
    entry = value
    for key in keys[:-1]:
        entry = entry[key]
    entry[keys[-1]] = new
    (tmp_path / "r.json").write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        read([tmp_path / "r.json"])
    assert "r.json" in str(error.value)


def test_other_records_and_other_runs_are_refused(tmp_path):
    with pytest.raises(InputError, match="experiment: expected one of removal_sweep, variants"):
        read_changed_records(write_records(tmp_path, [record()]))
    with pytest.raises(InputError, match="run: 'other' differs"):
        read_changed_records(write_records(tmp_path, [sweep_record(), variants_record(run="other")]))
    with pytest.raises(InputError, match="give each record once"):
        read_changed_records(write_records(tmp_path, [sweep_record(), sweep_record()]))
