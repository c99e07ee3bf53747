"""The definitions of C01 to C18 give the paper's recomputed figures from the paper's data, and follow the records."""

import json

import pytest

from rnn_modules.names import PAPER_RNN_TYPES
from rnn_modules.records.cost_records import read_records
from rnn_modules.records.published.claims import claims as published_claims
from rnn_modules.reporting.claims import cost_claims
from rnn_modules.reporting.claims.cost_claims import (
    Group,
    Point,
    cost_evidence,
    invalid_reasons,
    published_parts,
)
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


def test_every_seed_is_a_trained_model(tmp_path):
    evidence = cost_evidence(read_records(write_all(tmp_path, seeds=(0, 1, 2))))
    assert [len(evidence[name].values) for name in ("C01", "C03", "C16")] == [144, 108, 180]
    assert [evidence[name].estimate().clusters for name in ("C01", "C03", "C16")] == [144, 36, 180]


def test_relu_is_no_part_of_the_papers_claims(tmp_path):
    evidence = cost_evidence(read_records(write_all(tmp_path, rnns=("relu",))))
    assert all(found.estimate() is None for found in evidence.values())


def test_parts_are_settings_or_else_rnn_types(tmp_path):
    evidence = cost_evidence(read_records(write_all(tmp_path, published_record)))
    assert list(evidence["C07"].parts()) == ["M:1", "1:N", "M:N"]
    assert list(evidence["C03"].parts()) == ["LSTM", "GRU", "Vanilla"]
    for identifier in ("C07", "C03", "C13"):
        for name, part in evidence[identifier].parts().items():
            tolerance = TOLERANCE[published_claims()[identifier].unit]
            assert part.figure() == pytest.approx(published_parts(identifier)[name], abs=tolerance)


def test_figures_of_rolled_many_output_models_are_invalid():
    assert {name for name in cost_claims.GROUPS if invalid_reasons(name)} == {"C05", "C06", "C10"}
    assert "0.811829 in 6" in invalid_reasons("C10")[0]
