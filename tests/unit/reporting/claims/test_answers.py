"""All 40 claims are answered from whatever records there are, in every format."""

import json
import subprocess
import sys

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.records.case_records import read_case_records
from rnn_modules.records.cost_records import read_records
from rnn_modules.records.published.claims import claims as published_claims
from rnn_modules.records.variant_records import read_variant_records
from rnn_modules.reporting.claims.answers import answer_claims, sheets, summary
from rnn_modules.reporting.claims.given import Given
from rnn_modules.reporting.claims.remarks import REMARKS, notes
from rnn_modules.reporting.claims.verdicts import INVALID, NOT_TESTED, REPRODUCED, VERDICTS
from rnn_modules.reporting.tables import rendering
from support.made_up_cases import case_record, variants_record, write_all_cases, write_records
from support.made_up_records import published_record, record, write_all
from support.project import ROOT

SCRIPT = ROOT / "scripts" / "answer_claims.py"


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    folder = tmp_path_factory.mktemp("claims")
    (folder / "costs").mkdir()
    variants = [
        variants_record(name, rnn, names=["cap_counts"])
        for name in ("many_to_one", "many_to_many")
        for rnn in ("lstm", "gru")
    ]
    return Given(
        costs=read_records(write_all(folder / "costs", published_record)),
        cases=read_case_records(write_all_cases(folder / "cases")),
        variants=read_variant_records(write_records(folder / "variants", variants)),
    )


def test_every_claim_has_a_figure_an_interval_and_a_verdict(given):
    answers = answer_claims(given)
    assert [answer.claim.identifier for answer in answers] == list(published_claims())
    for answer in answers:
        if answer.ours.interval is not None:
            low, high = answer.ours.interval
            assert low <= answer.ours.value <= high
        assert answer.verdict.text in VERDICTS and answer.verdict.reason


def test_the_papers_own_figures_are_never_refuted(given):
    """With one seed some of its own claims are too small to be told from no change."""
    for answer in answer_claims(given)[:17]:
        invalid = answer.claim.identifier in {"C05", "C06", "C10"}
        expected = (INVALID,) if invalid else (REPRODUCED, NOT_TESTED)
        assert answer.verdict.text in expected, answer.claim.identifier
        figure = answer.claim.recomputed
        low, high = answer.ours.interval
        assert invalid or low - 0.005 <= figure <= high + 0.005


def test_parts_are_judged_by_themselves(given):
    answers = {answer.claim.identifier: answer for answer in answer_claims(given)}
    verdicts = {part.name: part.verdict.text for part in answers["C05"].parts}
    assert {name for name, text in verdicts.items() if text == INVALID} == {"1:N", "M:N"}
    assert [part.name for part in answers["C03"].parts] == ["LSTM", "GRU", "Vanilla"]
    assert all(part.verdict is None for part in answers["C18"].parts)
    assert answers["C37"].parts == ()


def test_claims_without_records_are_not_tested(tmp_path):
    cases = read_case_records(write_records(tmp_path, [case_record("scenario", "add_ukrainian")]))
    answers = answer_claims(Given([], cases, []))
    tested = {answer.claim.identifier for answer in answers if answer.verdict.text != NOT_TESTED}
    assert tested == {"C05", "C06", "C10"} and all(answer.ours is None for answer in answers[:36])
    assert [sheet.name for sheet in sheets(Given([], cases, []))] == ["claims", "own_claims"]
    with pytest.raises(InputError, match="no record given"):
        Given([], [], [])


def test_a_claim_with_a_part_missing_has_a_figure_but_no_verdict(tmp_path):
    cases = read_case_records(write_records(tmp_path, [case_record("intra_reuse", "many_to_one")]))
    given = Given([], cases, [])
    answer = next(answer for answer in answer_claims(given) if answer.claim.identifier == "C23")
    assert answer.ours.n == 4 and answer.verdict.text == NOT_TESTED
    assert "| 4 of 1 model (none of intra 1:1, intra 1:N, intra M:N, GRU, Vanilla) |" in rendering.markdown(
        sheets(given)[0]
    )


def test_summary_counts_and_states_the_rule(given):
    summarised = summary(given)
    assert sum(summarised["verdicts"].values()) == len(summarised["claims"]) == 40
    assert summarised["rule"]["margins"]["percent points"] == 1.0 and summarised["rule"]["least_clusters"] == 3
    assert all(summarised["origin"][kind]["run"] == "made-up" for kind in ("decomposition_cost", "cases", "variants"))
    assert summarised["claims"][0]["ours_interval_95"][0] <= summarised["claims"][0]["ours"]
    assert summarised["claims"][17]["recomputed"] < 0
    json.dumps(summarised, allow_nan=False)


def test_records_of_two_runs_are_refused(tmp_path):
    costs = tmp_path / "costs.json"
    costs.write_text(json.dumps(record(run="other")), encoding="utf-8")
    with pytest.raises(InputError, match="run: 'made-up' differs from 'other'"):
        Given(read_records([costs]), read_case_records(write_records(tmp_path / "c", [case_record()])), [])


def test_remarks_are_of_claims_and_shown_once():
    assert set(REMARKS) <= set(published_claims())
    text = " ".join(notes())
    assert all(f"{name}" in text for name in REMARKS)
    assert len(notes()) == len({remark for remarks in REMARKS.values() for remark in remarks})


def test_every_format_has_all_claims_and_the_rule_above_them(given):
    pages = sheets(given)
    markdown, latex = rendering.markdown(*pages), rendering.latex(*pages)
    for text in (markdown, latex, rendering.html(*pages)):
        assert all(name in text for name in published_claims())
        assert text.index("stated after") < text.index("C01") and text.count("Rolled many-output models") >= 1
    assert latex.isascii()
    assert markdown.count("Cost of decomposition: run made-up") == 1


def test_script_writes_every_output_and_again_the_same(tmp_path):
    (tmp_path / "r.json").write_text(json.dumps(record("one_to_many", data_source="synthetic")), encoding="utf-8")
    cases = write_records(tmp_path / "cases", [case_record(data_source="synthetic")])
    texts = []
    for name in ("one", "two"):
        options = ["--cases", *cases, "--output-folder", tmp_path / name]
        subprocess.run([sys.executable, SCRIPT, "--decomposition-cost", tmp_path / "r.json", *options], check=True)
        texts.append([(tmp_path / name / f"claims.{kind}").read_text() for kind in ("json", "md", "html", "tex")])
    assert texts[0] == texts[1]
    assert len(json.loads(texts[0][0])["claims"]) == 40
    assert (
        texts[0][1].count("on synthetic data") == 3 and "| C40 |" in texts[0][1] and "| 1:N | toxicity |" in texts[0][1]
    )
