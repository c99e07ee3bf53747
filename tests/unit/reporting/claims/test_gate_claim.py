"""C18 compares both ways to judge gates at equal shares of removed columns, model by model."""

import csv
import statistics

import pytest

from rnn_modules.records.published.reading import FOLDER
from rnn_modules.records.variant_records import read_variant_records
from rnn_modules.reporting.claims.gate_claim import gate_evidence, published_gate_difference
from support.made_up_cases import variants_record, write_records


def test_gate_approaches_are_compared_model_by_model(tmp_path):
    values = [
        variants_record("many_to_one", rnn, seed=seed, names=["cap_counts"])
        for rnn in ("lstm", "vanilla")
        for seed in (0, 1)
    ]
    for value, delta in zip(values, (-0.02, -0.04, -0.5, -0.5), strict=True):
        for variant in value["variants"]:
            for mode in variant["modes"].values():
                change = {"gate_approach": delta, "cap_counts": -0.01}.get(variant["name"], -0.005)
                mode["composed"]["mean"]["all"]["accuracy"] = variant["monolithic"]["all"]["accuracy"] + change
    evidence = gate_evidence(read_variant_records(write_records(tmp_path, values)))
    assert [value.value for value in evidence.values] == pytest.approx([-1.0, -1.0, -3.0, -3.0])
    assert evidence.estimate().clusters == 2 and evidence.figure() == pytest.approx(-2.0)
    assert evidence.others["unequal_shares"] == pytest.approx(-2.5)
    assert evidence.others["translation"] is None


def test_gate_approaches_of_translation_stand_apart_and_padding_is_left_out(tmp_path):
    paths = write_records(
        tmp_path, [variants_record(name, "gru", names=["cap_counts"]) for name in ("encoder_decoder", "one_to_many")]
    )
    evidence = gate_evidence(read_variant_records(paths))
    assert len(evidence.values) == 2 and evidence.others["translation"] > 0
    assert evidence.others["padding_excluded"] != pytest.approx(evidence.figure(), abs=1e-6)
    without = variants_record()
    without["variants"] = without["variants"][:1]
    assert gate_evidence(read_variant_records(write_records(tmp_path / "x", [without]))).estimate() is None


def test_published_gate_difference_is_that_of_the_sound_rows():
    with open(FOLDER / "artifact_rq1_accuracy.csv", newline="", encoding="utf-8") as stream:
        rows = {(r["io"], r["rnn"], r["layers"], r["gate_approach"]): r for r in csv.DictReader(stream)}
    differences = []
    for (io, rnn, layers, approach), row in rows.items():
        if approach != "per_gate":
            continue
        other = rows[io, rnn, layers, "hidden_state"]
        names = {"One-to-One": ["rolled_acc"], "Many-to-One": ["rolled_acc", "unrolled_acc"]}.get(io, ["unrolled_acc"])
        differences += [100 * (float(row[name]) - float(other[name])) for name in names]
    assert published_gate_difference() == pytest.approx(statistics.fmean(differences))
    assert len(differences) == 40
