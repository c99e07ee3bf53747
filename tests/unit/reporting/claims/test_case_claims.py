"""The definitions of C19 to C40 give the paper's figures from its Tables III to V, and follow the records."""

import pytest

from rnn_modules.names import PAPER_RNN_TYPES
from rnn_modules.records.case_records import read_case_records
from rnn_modules.records.published import tables as published_tables
from rnn_modules.records.published.claims import claims as published_claims
from rnn_modules.reporting.claims.case_claims import GROUPS, SCENARIOS, case_evidence, published_case_parts
from support.made_up_cases import ALL_CASES, case_record, write_all_cases, write_records

REFERENCES = {"intra_replacement": "monolithic", "scenario": "monolithic"}


def with_deltas(value, deltas, reference=None, decision=None):
    """A record in which every predictor of ``deltas`` differs from the reference by that many points."""
    reference = reference or REFERENCES.get(value["experiment"], "baseline")
    translation = "bleu" in value["rows"][0]
    scale = 1.0 if translation else 100.0
    for row in value["rows"]:
        if decision not in (None, row["decision"]) or row["predictor"] not in (reference, *deltas):
            continue
        for name in ("bleu", "chrf", "bleu1", "bleu1_with_tags") if translation else ("accuracy", "balanced_accuracy"):
            row[name] = (30.0 if translation else 0.5) + deltas.get(row["predictor"], 0.0) / scale
    return value


def published_records(folder):
    """Records whose cases all have the mean delta that the paper prints."""
    values = []
    for experiment, setting in ALL_CASES:
        for rnn in PAPER_RNN_TYPES:
            if experiment == "scenario":
                row = published_tables.scenarios()[setting]
                deltas = {name: getattr(row, name) - row.monolithic for name in ("approach_1", "approach_2")}
            else:
                table = published_tables.case_table(3 if experiment.endswith("reuse") else 4)
                deltas = {"modules": table[setting, rnn].mean}
            values.append(with_deltas(case_record(experiment, setting, rnn, count=3), deltas))
    return read_case_records(write_records(folder, values))


def test_tables_iii_to_v_give_the_claims(tmp_path):
    evidence = case_evidence(published_records(tmp_path))
    assert list(evidence) == [f"C{number}" for number in range(19, 41)]
    for identifier, found in evidence.items():
        assert found.figure() == pytest.approx(published_claims()[identifier].published, abs=0.0101), identifier
        assert found.estimate().value == pytest.approx(found.figure())
        assert found.missing == ()
    assert [len(evidence[name].values) for name in ("C19", "C23", "C24", "C27", "C36", "C37", "C40")] == [
        *(9, 36, 18, 54, 54, 4, 3)
    ]


def test_a_case_stands_for_as_many_as_there_are(tmp_path):
    values = [
        with_deltas(case_record("inter_replacement", "one_to_one-one_to_many", count=2), {"modules": -1.0}),
        with_deltas(case_record("inter_replacement", "many_to_one-many_to_many", count=4), {"modules": -4.0}),
    ]
    evidence = case_evidence(read_case_records(write_records(tmp_path, values)))
    assert evidence["C35"].figure() == pytest.approx(-(42 * 1 + 120 * 4) / 162)
    assert evidence["C35"].missing == ("GRU", "Vanilla")
    assert evidence["C36"].missing[:4] == ("intra 1:1", "intra M:1", "intra 1:N", "intra M:N")
    assert evidence["C25"].estimate() is None


def test_other_measures_show_what_a_figure_rests_on(tmp_path):
    value = case_record("intra_reuse", "many_to_many")
    for decision, delta in (("labelled", -1.0), ("with_other", -30.0), ("all_modules", 0.5)):
        with_deltas(value, {"modules": delta, "parent": -0.25}, decision=decision)
    replacement = with_deltas(
        case_record("intra_replacement", "many_to_many"), {"modules": -2.0, "composed": -3.0}, decision="all"
    )
    with_deltas(replacement, {"modules": -7.0}, decision="unpadded")
    evidence = case_evidence(read_case_records(write_records(tmp_path, [value, replacement])))
    assert evidence["C22"].figure() == pytest.approx(-1.0)
    assert evidence["C22"].others == pytest.approx({"with_other": -30.0, "all_modules": 0.5, "against_parent": -0.75})
    assert evidence["C31"].figure() == pytest.approx(-2.0)
    assert evidence["C31"].others == pytest.approx({"padding_excluded": -7.0, "against_composed": 1.0})


def test_cases_of_one_seed_are_one_cluster(tmp_path):
    values = [
        with_deltas(case_record("intra_reuse", "one_to_one", seed=seed), {"modules": delta})
        for seed, delta in ((0, -1.0), (1, -3.0))
    ]
    evidence = case_evidence(read_case_records(write_records(tmp_path, values)))["C19"]
    assert evidence.figure() == pytest.approx(-2.0)
    assert [value.weight for value in evidence.values] == pytest.approx([15 / 4] * 8)
    assert (evidence.estimate().n, evidence.estimate().clusters) == (8, 2)


def test_published_parts_are_the_tables(tmp_path):
    evidence = case_evidence(published_records(tmp_path))
    for identifier in ("C21", "C24", "C23", "C36"):
        parts = {name: part.figure() for name, part in evidence[identifier].parts().items()}
        assert parts == pytest.approx(published_case_parts(identifier)), identifier
    assert published_case_parts("C37") == {}


def test_scenarios_are_those_of_the_lstm(tmp_path):
    read = read_case_records(
        write_records(tmp_path, [case_record("scenario", "add_ukrainian", rnn) for rnn in ("lstm", "gru")])
    )
    assert len(case_evidence(read)["C37"].values) == 4
    assert case_evidence(read)["C39"].missing == ("Update Estonian-English",)


def test_relu_is_no_part_of_the_papers_claims(tmp_path):
    evidence = case_evidence(read_case_records(write_all_cases(tmp_path, rnns=("relu",))))
    assert all(evidence[name].estimate() is None for name in GROUPS)
    assert set(evidence) == {*GROUPS, *SCENARIOS}
