"""Tables III and IV: what is compared with what, and what stands beside it."""

import csv
import json
import re
import subprocess
import sys

import pytest

from rnn_modules.names import TRANSLATION
from rnn_modules.records.case_records import read_case_records
from rnn_modules.records.published import tables as published_tables
from rnn_modules.reporting.analysis import case_deltas, case_summaries
from rnn_modules.reporting.tables import case_tables, rendering
from support.made_up_cases import case_record, write_all_cases, write_records
from support.project import ROOT

SCRIPT = ROOT / "scripts" / "tabulate_cases.py"


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    return read_case_records(write_all_cases(tmp_path_factory.mktemp("cases")))


def read(folder, *values):
    return read_case_records(write_records(folder, values))


def row_with(value, **wanted):
    return [row for row in value["rows"] if all(row[key] == entry for key, entry in wanted.items())]


def test_every_setting_and_rnn_has_its_primary_row_with_the_papers_figures(made_up):
    for table in (3, 4):
        rows = case_summaries.delta_rows(made_up, table)
        primary = {}
        for row in rows:
            primary.setdefault((row.records[0].setting, row.records[0].rnn), row)
        assert set(primary) == set(published_tables.case_table(table))
        for key, row in primary.items():
            assert row.paper == published_tables.case_table(table)[key]
            expected = "bleu1_with_tags" if key[0] == TRANSLATION else "accuracy"
            assert row.view.metric == expected


@pytest.mark.parametrize(
    ("experiment", "setting", "by_package", "head"),
    [
        ("intra_reuse", "many_to_one", "package_unrolled", "mean"),
        ("inter_reuse", "many_to_one-many_to_many", "package", "mean"),
        ("intra_replacement", "one_to_one", "package_rolled", "mean"),
        ("intra_reuse", TRANSLATION, "package_rolled", None),
    ],
)
def test_modules_by_other_presets_have_rows_of_their_own(tmp_path, experiment, setting, by_package, head):
    value = case_record(experiment, setting)
    metric = "bleu1_with_tags" if head is None else "accuracy"
    best = next(row["mode"] for row in value["rows"] if row["mode"])
    for row in row_with(value, predictor="modules", mode=best, head=head):
        value["rows"].append(row | {"mode": by_package, metric: 0.25})
        value["rows"].append(row | {"mode": "compact", "head": head and "refitted", metric: 0.75})
    table = 4 if experiment.endswith("replacement") else 3
    rows = [
        row
        for row in case_summaries.delta_rows(read(tmp_path, value), table)
        if row.view.metric == metric and row.view.reference in ("baseline", "monolithic")
    ]
    points = 1 if head is None else 100
    levels = {row.view.preset: row.levels["modules"] for row in rows}
    assert levels["package"] == pytest.approx(0.25 * points) and levels["compact"] == pytest.approx(0.75 * points)
    papers = {row.view.preset: row.paper for row in rows}
    assert papers["package"] == papers["paper"] is not None and papers["compact"] is None
    sheet = case_tables.sheet(read(tmp_path, value), rows, table)
    assert [row[6].text for row in sheet.rows] == ["paper", "package", "compact"]


def test_many_output_reuse_has_three_decisions_and_three_heads(made_up):
    views = [
        (row.view.decision, row.view.head, row.paper is not None)
        for row in case_summaries.delta_rows(made_up, 3)
        if (row.records[0].setting, row.records[0].rnn) == ("one_to_many", "gru")
    ]
    assert views == [
        ("labelled", "mean", True),
        ("with_other", "mean", False),
        ("with_other", "log_sum_exp", False),
        ("with_other", "calibrated", False),
        ("all_modules", "mean", True),
    ]


def test_best_mode_and_own_head_are_taken(tmp_path):
    value = case_record("intra_reuse", "many_to_one", count=2)
    for row in row_with(value, predictor="modules"):
        row["accuracy"] = 0.8 if (row["mode"], row["head"]) == ("unrolled", "mean") else 0.1
    for row in row_with(value, predictor="baseline"):
        row["accuracy"] = 0.9
    (row,) = case_summaries.delta_rows(read(tmp_path, value), 3)
    assert row.summary.mean == pytest.approx(-10.0) and row.levels["modules"] == pytest.approx(80.0)


def test_parent_is_scored_under_the_heads_of_the_modules(tmp_path):
    value = case_record("intra_reuse", "many_to_many", rnn="gru", count=2)
    for row in row_with(value, predictor="parent", decision="with_other"):
        row["accuracy"] = {"mean": 0.3, "log_sum_exp": 0.6, "calibrated": 0.5}[row["head"]]
    rows = case_summaries.delta_rows(read(tmp_path, value), 3)
    levels = {row.view.head: row.levels["parent"] for row in rows if row.view.decision == "with_other"}
    assert levels == pytest.approx({"mean": 30.0, "log_sum_exp": 60.0, "calibrated": 50.0})


def test_intra_replacement_has_both_references(tmp_path):
    value = case_record("intra_replacement", "one_to_one", count=3)
    for predictor, accuracy in (("modules", 0.85), ("monolithic", 0.9), ("composed", 0.8)):
        for row in row_with(value, predictor=predictor):
            row["accuracy"] = accuracy
    records = read(tmp_path, value)
    rows = case_summaries.delta_rows(records, 4)
    assert [(row.view.reference, row.paper is None) for row in rows] == [("monolithic", False), ("composed", True)]
    assert [row.summary.mean for row in rows] == pytest.approx([-5.0, 5.0])
    text = rendering.markdown(case_tables.sheet(records, rows, 4))
    assert "LSTM-4, modules of LSTM-1" in text
    assert (
        "| composed | LSTM-4, modules of LSTM-1 | paper | +5.00 [+5.00, +5.00] | +5.00 [+5.00, +5.00] | 3 of 6 |"
        in text
    )


def test_seeds_are_averaged_per_case_before_cases(tmp_path):
    values = [case_record("intra_reuse", "one_to_one", seed=seed, count=2) for seed in (0, 1)]
    for value, accuracy in zip(values, (0.8, 0.9), strict=True):
        for row in row_with(value, predictor="modules"):
            row["accuracy"] = accuracy
        for row in row_with(value, predictor="baseline"):
            row["accuracy"] = 0.9
    records = read(tmp_path, *values)
    (row,) = case_summaries.delta_rows(records, 3)
    assert (row.summary.n, row.summary.mean) == (2, pytest.approx(-5.0))
    assert case_tables.csv_rows([row])[0]["seeds"] == 2
    assert "seeds: 0, 1" in case_deltas.caption(records)


def test_a_recomputed_figure_stands_beside_the_printed_one(made_up):
    text = rendering.markdown(case_tables.sheet(made_up, case_summaries.delta_rows(made_up, 4), 4))
    assert "(paper −4.08, recomputed −5.54)" in text and "(paper −6.60, recomputed −7.32)" in text
    assert text.count("recomputed") == 2


def test_sheets_are_even_in_every_format(made_up):
    for table in (3, 4):
        sheet = case_tables.sheet(made_up, case_summaries.delta_rows(made_up, table), table)
        assert all(len(row) == len(sheet.columns) for row in sheet.rows)
        text = rendering.latex(sheet)
        body = text[text.index(r"\toprule") : text.index(r"\bottomrule")]
        lines = [line for line in body.splitlines() if line.endswith(r" \\")]
        assert {len(re.findall(r"(?<!\\)&", line)) for line in lines} == {len(sheet.columns) - 1}
        assert text.isascii() and rendering.html(sheet).count("<tr>") == len(sheet.rows) + 1
        assert "cases drawn of possible: intra" in sheet.caption


@pytest.mark.parametrize("source", ["synthetic", "mirror"])
def test_titles_and_captions_say_synthetic_when_the_data_are(tmp_path, source):
    records = read(tmp_path, case_record(data_source=source))
    sheet = case_tables.sheet(records, case_summaries.delta_rows(records, 3), 3)
    assert ("synthetic" in sheet.title) is ("synthetic" in sheet.caption) is (source == "synthetic")


def test_measures_hold_every_predictor_mode_head_and_decision(made_up):
    rows = case_summaries.measure_rows(made_up, 3)
    lstm = [row for row in rows if (row["setting"], row["rnn"]) == ("one_to_many", "lstm")]
    # Two modes of three heads, parent (three heads when it may reject), baseline, constant.
    assert len(lstm) == (6 + 3) + (6 + 5) + (6 + 3)
    translation = [row for row in rows if row["setting"] == TRANSLATION]
    assert all(row["accuracy"] is None and row["bleu"] is not None and row["cases"] == 6 for row in translation)
    classes, pairs = case_tables.measure_sheets(made_up, rows, 3)
    assert len(classes.rows) + len(pairs.rows) == len(rows)


def test_script_writes_every_file_and_again_the_same_bytes(tmp_path):
    paths = write_all_cases(tmp_path / "records", rnns=("lstm",))
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        subprocess.run([sys.executable, SCRIPT, *paths, "--output-folder", folder], check=True)
    names = {f"table{number}.{suffix}" for number in (3, 4, 5) for suffix in ("csv", "json", "md", "tex", "html")}
    names |= {f"table{number}_measures.{suffix}" for number in (3, 4) for suffix in ("csv", "json", "md")}
    names |= {"cases.csv"}
    assert {path.name for path in folders[0].iterdir()} == names
    assert all((folders[0] / name).read_bytes() == (folders[1] / name).read_bytes() for name in names)
    with open(folders[0] / "cases.csv", newline="", encoding="utf-8") as stream:
        written = list(csv.DictReader(stream))
    assert len(written) == sum(len(json.loads(path.read_text())["rows"]) for path in paths)


def test_tables_without_records_say_so(tmp_path):
    paths = write_records(tmp_path, [case_record("scenario", "add_ukrainian")])
    subprocess.run([sys.executable, SCRIPT, *paths, "--output-folder", tmp_path / "out"], check=True)
    for name in ("table3.md", "table3.tex", "table4.html", "table4_measures.md"):
        assert "No record of it was given." in (tmp_path / "out" / name).read_text(encoding="utf-8")
    assert (tmp_path / "out" / "table3.csv").read_text(encoding="utf-8").count("\n") == 1
    assert "No record" not in (tmp_path / "out" / "table5.md").read_text(encoding="utf-8")
