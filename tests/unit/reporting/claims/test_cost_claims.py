"""The definitions of C01 to C18 give the paper's recomputed figures from the paper's data, and follow the records."""

import csv
import json
import statistics

import pytest

from rnn_modules.names import PAPER_RNN_TYPES
from rnn_modules.records.cost_records import read_records
from rnn_modules.records.published.claims import claims as published_claims
from rnn_modules.records.published.reading import FOLDER
from rnn_modules.records.variant_records import read_variant_records
from rnn_modules.reporting.claims import cost_claims
from rnn_modules.reporting.claims.cost_claims import (
    Group,
    Point,
    cost_evidence,
    gate_evidence,
    published_gate_difference,
)
from support.made_up_cases import variants_record, write_records
from support.made_up_records import published_record, record, write_all

# Table II rounds to two decimals, and prints the Jaccard index as a rounded mean per row.
TOLERANCE = {"percent points": 0.0051, "percent": 0.051, "index": 0.0026}


@pytest.mark.parametrize("identifier", cost_claims.GROUPS)
def test_definitions_give_the_recomputed_figures(identifier):
    claim, group = published_claims()[identifier], cost_claims.GROUPS[identifier]
    evidence = cost_claims.evidence_of(group, cost_claims.published_points(group.jaccard))
    assert evidence.figure() == pytest.approx(claim.recomputed, abs=TOLERANCE[claim.unit])
    assert evidence.estimate().value == pytest.approx(evidence.figure())
    assert evidence.missing == ()


def test_records_with_the_papers_figures_give_its_claims(tmp_path):
    evidence = cost_evidence(read_records(write_all(tmp_path, published_record)))
    assert list(evidence) == [f"C{number:02d}" for number in range(1, 18)]
    for identifier, found in evidence.items():
        claim = published_claims()[identifier]
        assert found.figure() == pytest.approx(claim.recomputed, abs=TOLERANCE[claim.unit])
        assert found.missing == ()
    counts = [len(found.values) for found in evidence.values()]
    assert [counts[place] for place in (0, 2, 4, 6, 8, 10, 15, 16)] == [48, 36, 48, 36, 24, 12, 60, 48]


def test_other_measures_and_what_is_missing(tmp_path):
    value = record("one_to_many")
    value["monolithic"]["all"]["accuracy"] = value["monolithic"]["unpadded"]["accuracy"] = 0.9
    composed = value["modes"]["rolled"]["composed"]["mean"]
    composed["all"]["accuracy"], composed["unpadded"]["accuracy"] = 0.88, 0.85
    (tmp_path / "r.json").write_text(json.dumps(value), encoding="utf-8")
    evidence = cost_evidence(read_records([tmp_path / "r.json"]))
    assert evidence["C10"].figure() == pytest.approx(-2.0)
    assert evidence["C10"].others == pytest.approx({"padding_excluded": -5.0})
    assert evidence["C10"].missing == ("M:N", "GRU", "Vanilla")
    assert evidence["C09"].figure() is None and evidence["C09"].others == {}
    assert evidence["C03"].others == {"bleu": None, "chrf": None}


def test_unrolled_one_to_one_is_not_missing_anywhere():
    group = Group(("one_to_one", "many_to_one"), ("unrolled",), "mean")
    points = [Point("many_to_one", "unrolled", rnn, 0.0) for rnn in PAPER_RNN_TYPES]
    assert group.missing(points) == ()


def test_seeds_are_averaged_and_models_count_once(tmp_path):
    evidence = cost_evidence(read_records(write_all(tmp_path, seeds=(0, 1, 2))))
    assert [len(evidence[name].values) for name in ("C01", "C03", "C16")] == [48, 36, 60]


def test_relu_is_no_part_of_the_papers_claims(tmp_path):
    evidence = cost_evidence(read_records(write_all(tmp_path, rnns=("relu",))))
    assert all(found.estimate() is None for found in evidence.values())


def test_gate_approaches_are_compared_model_by_model(tmp_path):
    values = [variants_record("many_to_one", rnn, seed=seed) for rnn in ("lstm", "vanilla") for seed in (0, 1)]
    for value, delta in zip(values, (-0.02, -0.04, -0.5, -0.5), strict=True):
        for variant in value["variants"]:
            for mode in variant["modes"].values():
                change = delta if variant["name"] == "gate_approach" else -0.01
                mode["composed"]["mean"]["all"]["accuracy"] = variant["monolithic"]["all"]["accuracy"] + change
    evidence = gate_evidence(read_variant_records(write_records(tmp_path, values)))
    assert evidence.values == pytest.approx((-2.0, -2.0))
    assert evidence.others["translation"] is None


def test_gate_approaches_of_translation_stand_apart_and_padding_is_left_out(tmp_path):
    paths = write_records(tmp_path, [variants_record("encoder_decoder", "gru"), variants_record("one_to_many", "gru")])
    evidence = gate_evidence(read_variant_records(paths))
    assert len(evidence.values) == 2 and evidence.others["translation"] < 0
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
