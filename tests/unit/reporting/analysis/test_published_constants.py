"""Which published accuracies are no measurement follows from the published file alone."""

import csv

from rnn_modules.records.published.reading import FOLDER
from rnn_modules.reporting.analysis.published_constants import Repeated, repeated_accuracies


def test_the_evidence_is_in_the_published_file():
    with open(FOLDER / "artifact_rq1_accuracy.csv", newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["gate_approach"] == "hidden_state"]
    gated = [row["rolled_acc"] for row in rows if row["io"] == "One-to-Many"]
    assert len(gated) == 8 and gated.count("0.811829") == 6
    assert repeated_accuracies()["one_to_many", "rolled"].counts[0.811829] == 6


def test_rolled_many_output_rows_are_invalid_and_no_other():
    found = repeated_accuracies()
    assert len(found) == 7
    assert {key for key, row in found.items() if row.invalid} == {("one_to_many", "rolled"), ("many_to_many", "rolled")}


def test_half_of_the_models_make_a_row_invalid():
    assert Repeated("many_to_one", "rolled", {0.5: 6}, 12).invalid
    assert not Repeated("many_to_one", "rolled", {0.5: 5}, 12).invalid
