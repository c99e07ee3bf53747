"""Tables: every cell has both figures, in every format; missing figures are dashes."""

import csv
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from rnn_modules.names import LANGUAGE_PAIRS, MANY_OUTPUT, TRANSLATION
from rnn_modules.records.cost_records import read_records
from rnn_modules.reporting.tables import cost_tables, rendering
from rnn_modules.reporting.tables.table_model import number
from support.made_up_records import published_record, record, with_package, write_all
from support.project import ROOT

SCRIPT = ROOT / "scripts" / "tabulate_decomposition_cost.py"


@pytest.fixture(scope="module")
def published_records(tmp_path_factory):
    return read_records(write_all(tmp_path_factory.mktemp("published"), published_record))


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    return read_records(write_all(tmp_path_factory.mktemp("made-up"), seeds=(0, 1)))


def one(folder, *arguments, **changes):
    path = folder / "record.json"
    path.write_text(json.dumps(record(*arguments, **changes)), encoding="utf-8")
    return read_records([path])


def test_with_the_papers_figures_both_halves_of_every_cell_agree(published_records):
    table = cost_tables.table2(published_records)
    entries = [entry for row in table.rows for entry in (*row.entries, row.jaccard) if entry]
    assert len(entries) == 156 + 13
    for entry in entries:
        assert entry.ours == pytest.approx(entry.paper, abs=1e-9)
    assert [row.heading[0] for row in table.rows] == ["1:1"] * 2 + ["M:1"] * 2 + ["1:N"] * 2 + ["M:N"] * 2 + [
        "M:N (encoder-decoder)"
    ] * 6


def test_unrolled_one_to_one_is_empty(published_records):
    row = cost_tables.table2(published_records).rows[1]
    assert row.heading[:3] == ("1:1", "Math QA", "Unrolled")
    assert set(row.entries) == {None} and row.jaccard is None
    line = rendering.markdown(cost_tables.table2(published_records).sheet()).splitlines()[7]
    assert line == "| 1:1 | Math QA | Unrolled |  | accuracy |" + "  |" * 14


def test_missing_models_show_a_dash_beside_the_papers_figure(tmp_path):
    table = cost_tables.table2(one(tmp_path, "many_to_one", "gru", 2))
    row = next(row for row in table.rows if row.heading[:3] == ("M:1", "Clinc OOS", "Unrolled"))
    texts = [str(cost_tables.entry_cell(entry)) for entry in row.entries]
    assert texts[0] == "– (paper +0.96)"
    assert re.fullmatch(r"[+−]\d\.\d\d \(paper \+0\.00\)", texts[5])


def test_relu_has_columns_only_with_records_of_it(tmp_path, published_records):
    assert len(cost_tables.table2(published_records).models) == 12
    table = cost_tables.table2(one(tmp_path, "many_to_one", "relu", 1))
    assert table.models[12:] == ("ReLU-1", "ReLU-2", "ReLU-3", "ReLU-4")
    assert str(cost_tables.entry_cell(table.rows[2].entries[12])).endswith("(paper –)")


def test_another_depth_has_columns_of_its_own(tmp_path):
    table = cost_tables.table2(one(tmp_path, "many_to_one", "gru", 5))
    assert len(table.models) == 15 and table.models[4] == "LSTM-5"
    place = table.models.index("GRU-5")
    shown = [row.entries[place] for row in table.rows if row.heading[0] == "M:1"]
    assert all(entry.ours is not None and entry.paper is None for entry in shown)


def test_published_measures_and_better_measures_are_not_mixed_up(tmp_path):
    value = record("one_to_many")
    for scope, composed in (("all", 0.90), ("unpadded", 0.80)):
        value["monolithic"][scope]["accuracy"] = 0.95
        value["modes"]["rolled"]["composed"]["mean"][scope]["accuracy"] = composed
    (tmp_path / "r.json").write_text(json.dumps(value), encoding="utf-8")
    records = read_records([tmp_path / "r.json"])
    assert str(cost_tables.entry_cell(cost_tables.table2(records).rows[4].entries[0])) == "−5.00 (paper −14.73)"
    assert (
        str(cost_tables.entry_cell(cost_tables.table2_unpadded(records).rows[0].entries[0])) == "−15.00 (paper −14.73)"
    )


def test_companion_table_has_bleu_and_chrf_of_every_pair(made_up):
    rows = cost_tables.table2_unpadded(made_up).rows
    assert [row.heading[4] for row in rows] == ["accuracy"] * 4 + ["BLEU-4"] * 6 + ["chrF"] * 6
    assert {row.heading[3] for row in rows[4:]} == {"EN-FR", "EN-DE", "EN-IT"}


def test_modules_by_the_package_have_rows_of_their_own(tmp_path):
    value = with_package(record("many_to_one", "gru", 2))
    path = tmp_path / "record.json"
    path.write_text(json.dumps(value))
    records = read_records([path])
    rows = {row.heading[2]: row for row in cost_tables.table2(records).rows if row.heading[0] == "M:1"}
    assert list(rows) == ["Rolled", "Rolled, by the package", "Unrolled", "Unrolled, by the package"]
    place = [(rnn, depth) for rnn in ("lstm", "gru", "vanilla") for depth in (1, 2, 3, 4)].index(("gru", 2))
    for mode in ("rolled", "unrolled"):
        ours, package = rows[mode.capitalize()], rows[f"{mode.capitalize()}, by the package"]
        level = value["package"][mode]["composed"]["mean"]["all"]["accuracy"]
        expected = 100 * (level - value["monolithic"]["all"]["accuracy"])
        assert package.entries[place].ours == pytest.approx(expected)
        assert package.entries[place].paper == ours.entries[place].paper is not None
        assert package.jaccard.ours == 0.5
    assert {row["mode"] for row in cost_tables.long_rows(records, "all")} >= {"package_rolled", "package_unrolled"}
    (sheet,) = cost_tables.absolute_sheets(records)
    assert "accuracy: rolled, by the package" in sheet.columns


def test_several_seeds_show_mean_and_deviation(tmp_path):
    paths = []
    for seed, composed in enumerate((0.90, 0.94)):
        value = record(seed=seed)
        value["monolithic"]["all"]["accuracy"] = 0.95
        value["modes"]["rolled"]["composed"]["mean"]["all"]["accuracy"] = composed
        paths.append(tmp_path / f"{seed}.json")
        paths[-1].write_text(json.dumps(value), encoding="utf-8")
    row = cost_tables.table2(read_records(paths)).rows[2]
    assert str(cost_tables.entry_cell(row.entries[0])) == "−3.00 ± 2.83 (paper −0.13)"


@pytest.mark.parametrize(
    ("value", "signed", "text"),
    [(-0.001, True, "+0.00"), (-0.13, True, "−0.13"), (0.5, False, "0.50"), (None, True, "–"), (0.126, True, "+0.13")],
)
def test_numbers(value, signed, text):
    assert number(value, signed=signed) == text


@pytest.mark.parametrize("source", ["synthetic", "mirror"])
def test_titles_say_synthetic_when_the_data_are(tmp_path, source):
    records = one(tmp_path, "many_to_one", data_source=source)
    for table in (cost_tables.table2(records), cost_tables.table2_unpadded(records)):
        for text in (table.title, table.caption, rendering.markdown(table.sheet()), rendering.latex(table.sheet())):
            assert ("synthetic" in text) is (source == "synthetic")
    assert ("synthetic" in cost_tables.absolute_sheets(records)[0].title) is (source == "synthetic")


def test_long_rows_have_all_metrics_and_the_papers_figure_only_for_its_measure(made_up):
    rows = cost_tables.long_rows(made_up, "all")
    assert len(rows) == (12 + 3 * 24) * 3 + 24 * 3 * 4
    printed = [row for row in rows if row["paper_delta_percent_points"] is not None]
    assert len(printed) == 156
    assert {row["metric"] for row in printed} == {"accuracy", "bleu1_with_tags"}
    unpadded = cost_tables.long_rows(made_up, "unpadded")
    assert {row["architecture"] for row in unpadded} == {*MANY_OUTPUT, TRANSLATION}
    assert {row["scope"] for row in unpadded} == {"unpadded", *LANGUAGE_PAIRS}
    assert all(row["seeds"] == 2 and row["delta_percent_points_standard_deviation"] is not None for row in unpadded)


def test_removed_nodes_are_averaged_per_layer(tmp_path):
    value = record("many_to_one", "lstm", 2)
    value["modes"]["rolled"]["removed_share_per_layer"] = [0.1, 0.25]
    (tmp_path / "r.json").write_text(json.dumps(value), encoding="utf-8")
    rows = cost_tables.long_rows(read_records([tmp_path / "r.json"]), "all")
    assert {row["removed_nodes_share_per_layer"] for row in rows if row["mode"] == "rolled"} == {"0.100000 0.250000"}


def test_absolute_rows_hold_every_predictor_head_and_scope(tmp_path):
    value = record("one_to_many")
    (tmp_path / "r.json").write_text(json.dumps(value), encoding="utf-8")
    rows = cost_tables.absolute_rows(read_records([tmp_path / "r.json"]))
    assert len(rows) == 2 * (1 + 2 + 2 * 3)
    row = next(r for r in rows if (r["scope"], r["mode"], r["head"]) == ("unpadded", "unrolled", "calibrated"))
    composed = value["modes"]["unrolled"]["composed"]["calibrated"]["unpadded"]
    assert row["accuracy_percent"] == pytest.approx(100 * composed["accuracy"])
    assert row["macro_f1_percent"] == pytest.approx(100 * composed["macro_f1"])
    assert row["primary_head"] == 0 and row["bleu_score_0_to_100"] is None


def test_absolute_tables_name_controls(made_up):
    classification, translation = cost_tables.absolute_sheets(made_up)
    assert len(classification.rows) == 24 + 2 * 24 and len(translation.rows) == 36
    assert {"accuracy: majority", "accuracy: zeroed", "macro-F1: unrolled"} <= set(classification.columns)
    assert {"BLEU-4: tags only", "chrF: rolled"} <= set(translation.columns)
    assert all(len(row) == len(classification.columns) for row in classification.rows)


class _Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []
        self.styled = 0

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_html_is_self_contained_and_coloured(made_up):
    text = rendering.html(cost_tables.table2(made_up).sheet())
    parser = _Cells()
    parser.feed(text)
    names = [tag for tag, _ in parser.tags]
    assert names.count("tr") == 1 + 14 and names.count("td") == 14 * 19
    assert not {"script", "link", "img"} & set(names) and "://" not in text
    assert "rgba(213, 94, 0" in text
    assert text == rendering.html(cost_tables.table2(made_up).sheet())


def test_latex_has_equal_columns_and_escapes(made_up):
    text = rendering.latex(cost_tables.table2(made_up).sheet())
    body = text[text.index(r"\toprule") : text.index(r"\bottomrule")]
    lines = [line for line in body.splitlines() if line.endswith(r" \\")]
    assert len(lines) == 15
    assert {len(re.findall(r"(?<!\\)&", line)) for line in lines} == {18}
    assert r"math\_qa" in text and text.isascii()


def test_markdown_escapes_bars():
    assert rendering.markdown_table(("a",), [("b|c",)]).splitlines()[-1] == "| b\\|c |"


def test_script_writes_every_file_and_again_the_same_bytes(tmp_path):
    paths = write_all(tmp_path, rnns=("lstm",))
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        subprocess.run([sys.executable, SCRIPT, *paths, "--output-folder", folder], check=True)
    kinds = ("csv", "json", "md", "tex", "html")
    names = {f"{name}.{suffix}" for name in ("table2", "table2_unpadded") for suffix in kinds}
    names |= {f"decomposition_cost.{suffix}" for suffix in ("csv", "json", "md")}
    assert {path.name for path in folders[0].iterdir()} == names
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    with open(folders[0] / "table2.csv", newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    first = next(r for r in rows if (r["architecture"], r["layers"], r["metric"]) == ("one_to_one", "3", "accuracy"))
    assert float(first["paper_delta_percent_points"]) == -0.03


def test_script_reports_a_damaged_record_in_one_line(tmp_path):
    (tmp_path / "bad.json").write_text('{"experiment": ', encoding="utf-8")
    command = [sys.executable, SCRIPT, tmp_path / "bad.json", "--output-folder", tmp_path / "out"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2 and not (tmp_path / "out").exists()
    assert result.stderr.startswith("error: ") and "bad.json" in result.stderr and result.stderr.count("\n") == 1
