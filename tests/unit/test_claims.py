"""The claims' definitions give the paper's recomputed figures from the paper's data, and follow the records."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_modules import claims, published
from rnn_modules.records import read_records
from support.made_up_records import published_record, record, write_all

SCRIPT = Path(__file__).parents[2] / "scripts" / "summarise_decomposition_cost.py"
# Table II rounds to two decimals, and prints the Jaccard index as a rounded mean per row.
TOLERANCE = {"percent points": 0.0051, "percent": 0.051, "index": 0.0026}


@pytest.fixture(scope="module")
def published_records(tmp_path_factory):
    return read_records(write_all(tmp_path_factory.mktemp("published"), published_record))


@pytest.mark.parametrize("identifier", claims.GROUPS)
def test_definitions_give_the_recomputed_figures(identifier):
    claim, group = published.claims()[identifier], claims.GROUPS[identifier]
    value = claims.evaluate(group, claims.published_points(group.jaccard))
    assert value == pytest.approx(claim.recomputed, abs=TOLERANCE[claim.unit])


def test_records_with_the_papers_figures_give_its_claims(published_records):
    answers = claims.answer_claims(published_records)
    assert [answer["identifier"] for answer in answers] == [f"C{number:02d}" for number in range(1, 18)]
    for answer in answers:
        assert answer["ours"] == pytest.approx(answer["recomputed"], abs=TOLERANCE[answer["unit"]])
    assert [answers[place]["values"] for place in (0, 2, 4, 6, 8, 10, 15, 16)] == [48, 36, 48, 36, 24, 12, 60, 48]


def test_other_measures_are_taken_where_they_differ(tmp_path):
    value = record("one_to_many")
    value["monolithic"]["all"]["accuracy"] = value["monolithic"]["unpadded"]["accuracy"] = 0.9
    composed = value["modes"]["rolled"]["composed"]["mean"]
    composed["all"]["accuracy"], composed["unpadded"]["accuracy"] = 0.88, 0.85
    (tmp_path / "r.json").write_text(json.dumps(value), encoding="utf-8")
    answers = {a["identifier"]: a for a in claims.answer_claims(read_records([tmp_path / "r.json"]))}
    assert answers["C10"]["ours"] == pytest.approx(-2.0)
    assert answers["C10"]["ours_other_measures"] == pytest.approx({"padding_excluded": -5.0})
    assert answers["C09"]["ours"] is None and answers["C09"]["ours_other_measures"] == {}
    assert answers["C03"]["ours_other_measures"] == {"bleu": None, "chrf": None}


def test_deviation_is_over_seeds_and_models_count_once(tmp_path):
    records = read_records(write_all(tmp_path, seeds=(0, 1, 2)))
    for answer in claims.answer_claims(records):
        assert answer["deviation_over_seeds"] > 0 or answer["identifier"] in ("C13", "C14")
        assert answer["values"] <= 60


def test_relu_is_no_part_of_the_papers_claims(tmp_path):
    records = read_records(write_all(tmp_path, rnns=("relu",)))
    assert all(answer["ours"] is None and answer["values"] == 0 for answer in claims.answer_claims(records))


def test_rolled_many_output_shows_where_the_published_figure_came_from(tmp_path):
    value = record("many_to_many")
    value["monolithic"]["all"]["accuracy"] = 0.95
    value["modes"]["rolled"]["composed"]["mean"]["all"]["accuracy"] = 0.94
    value["controls"]["majority"]["all"]["accuracy"] = 0.25
    value["controls"]["zeroed"]["all"]["accuracy"] = 0.20
    (tmp_path / "r.json").write_text(json.dumps(value), encoding="utf-8")
    everywhere, unpadded = claims.rolled_many_output(read_records([tmp_path / "r.json"]))
    assert everywhere["composed_delta_percent_points"] == pytest.approx(-1.0)
    assert everywhere["majority_delta_percent_points"] == pytest.approx(-70.0)
    assert everywhere["zeroed_delta_percent_points"] == pytest.approx(-75.0)
    assert everywhere["zeroed_accuracy_percent"] == pytest.approx(20.0)
    assert everywhere["published_delta_percent_points_mean"] == pytest.approx(-78.82, abs=0.005)
    assert everywhere["published_accuracy_percent_median"] < 19
    assert unpadded["scope"] == "unpadded" and unpadded["published_delta_percent_points_mean"] is None


def test_many_output_models_without_a_zeroed_control(tmp_path):
    value = record("one_to_many")
    del value["controls"]["zeroed"]
    (tmp_path / "r.json").write_text(json.dumps(value), encoding="utf-8")
    row = claims.rolled_many_output(read_records([tmp_path / "r.json"]))[0]
    assert row["zeroed_delta_percent_points"] is None and row["majority_delta_percent_points"] is not None


def test_script_writes_json_and_markdown(tmp_path):
    (tmp_path / "r.json").write_text(json.dumps(record("one_to_many", data_source="synthetic")), encoding="utf-8")
    outputs = ["--json", str(tmp_path / "s.json"), "--markdown", str(tmp_path / "s.md")]
    subprocess.run([sys.executable, SCRIPT, tmp_path / "r.json", *outputs], check=True)
    summary = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert summary["origin"]["run"] == "made-up" and len(summary["claims"]) == 17
    text = (tmp_path / "s.md").read_text(encoding="utf-8")
    assert text.count("synthetic") >= 3 and "| C17 |" in text and "| 1:N | toxicity |" in text
