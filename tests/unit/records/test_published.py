"""The paper's figures are read whole, and agree with each other."""

import re

import pytest

from rnn_modules.files import source_code
from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import ARCHITECTURES, INTER, PAPER_LAYERS, PAPER_RNN_TYPES, modes_of
from rnn_modules.records.published import tables as published_tables
from rnn_modules.records.published.claims import claims as published_claims
from rnn_modules.records.published.package_accuracies import package_accuracies
from rnn_modules.records.published.reading import FOLDER
from support.project import ROOT


def test_table2_has_every_model_mode_and_pair_of_the_paper():
    expected = {
        (architecture, mode, pair, rnn, layers)
        for architecture in ARCHITECTURES
        for mode in modes_of(architecture)
        for pair in published_tables.pairs_of(architecture)
        for rnn in PAPER_RNN_TYPES
        for layers in PAPER_LAYERS
    }
    assert set(published_tables.table2()) == expected


@pytest.mark.parametrize(
    ("key", "delta", "jaccard"),
    [
        (("one_to_one", "rolled", None, "lstm", 1), 0.13, 0.75),
        (("one_to_many", "rolled", None, "lstm", 3), -94.59, 0.86),
        (("many_to_many", "unrolled", None, "vanilla", 4), -3.37, 0.83),
        (("encoder_decoder", "unrolled", "en-it", "vanilla", 3), 3.59, 0.79),
    ],
)
def test_cells_as_printed(key, delta, jaccard):
    cell = published_tables.cell(*key)
    assert (cell.delta, cell.jaccard) == (delta, jaccard)


def test_no_cell_where_the_paper_has_none():
    assert published_tables.cell("one_to_one", "unrolled", None, "lstm", 1) is None
    assert published_tables.cell("many_to_one", "rolled", None, "relu", 1) is None
    assert published_tables.row_jaccard("one_to_one", "unrolled") is None
    assert published_tables.row_jaccard("many_to_one", "unrolled") == 0.86


def test_package_accuracies_explain_table2():
    accuracies = package_accuracies()
    assert len(accuracies) == 48
    for (architecture, rnn, layers), accuracy in accuracies.items():
        for mode in modes_of(architecture):
            delta = 100 * (getattr(accuracy, mode) - accuracy.monolithic)
            assert delta == pytest.approx(published_tables.cell(architecture, mode, None, rnn, layers).delta, abs=0.006)


def test_claims_are_numbered_without_gap():
    assert list(published_claims()) == [f"C{number:02d}" for number in range(1, 41)]
    assert published_claims()["C10"].published == -50.87
    assert published_claims()["C18"].recomputed is None


@pytest.mark.parametrize("reader", [published_tables.table2, published_claims, package_accuracies])
def test_missing_folder_is_one_clear_error(reader, tmp_path):
    with pytest.raises(InputError, match=r"\.csv: cannot be read .*restore"):
        reader(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lstm,1,0.13", "lstm,one,0.13", "table2.csv: line 2 is damaged"),
        ("1:1,Math QA,rolled,,lstm,2", "9:9,Math QA,rolled,,lstm,2", "table2.csv: line 3 is damaged"),
        ("avg_ji", "jaccard", "table2.csv: lacks the columns avg_ji"),
    ],
)
def test_damaged_table_names_the_line(tmp_path, old, new, message):
    text = (FOLDER / "table2.csv").read_text(encoding="utf-8")
    (tmp_path / "table2.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        published_tables.table2(tmp_path)


def test_tables_iii_and_iv_have_every_setting_and_rnn():
    settings = {*ARCHITECTURES, *INTER}
    for number in (3, 4):
        assert set(published_tables.case_table(number)) == {(name, rnn) for name in settings for rnn in PAPER_RNN_TYPES}
    assert published_tables.case_table(3)["many_to_many", "gru"].mean == 0.42
    assert published_tables.case_table(4)["one_to_one", "lstm"].median == -0.49
    assert published_tables.case_table(3)["encoder_decoder", "lstm"].recomputed_mean is None


def test_published_cases_explain_their_summaries_but_for_one_slip_of_sign():
    different = []
    for number in (3, 4):
        for key, entry in published_tables.case_table(number).items():
            if entry.recomputed_mean is not None and abs(entry.recomputed_mean - entry.mean) > 0.0051:
                different.append((number, *key))
    assert different == [(4, "one_to_one-one_to_many", "vanilla")]


def test_scenarios_as_printed():
    assert published_tables.scenarios()["update_estonian_english"] == published_tables.Scenario(20.80, 20.89, 21.30)


def test_gate_approaches_share_their_monolithic_models():
    per_gate = package_accuracies(gate_approach="per_gate")
    assert {rnn for _, rnn, _ in per_gate} == {"lstm", "gru"} and len(per_gate) == 32
    assert all(package_accuracies()[key].monolithic == entry.monolithic for key, entry in per_gate.items())


@pytest.mark.parametrize(
    ("name", "old", "new", "read"),
    [
        (
            "table3.csv",
            "intra,1:1,lstm,-0.07",
            "intra,2:2,lstm,-0.07",
            lambda folder: published_tables.case_table(3, folder),
        ),
        ("table5.csv", "32.12", "much", published_tables.scenarios),
        (
            "artifact_rq2_rq3_accuracy.csv",
            "oneOne_oneMany,1,0.0",
            "oneOne_none,1,0.0",
            lambda folder: published_tables.case_table(3, folder),
        ),
    ],
)
def test_damaged_tables_name_the_line(tmp_path, name, old, new, read):
    for path in FOLDER.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(text.replace(old, new, 1) if path.name == name else text, encoding="utf-8")
    with pytest.raises(InputError, match=rf"{name}: line \d+ is damaged"):
        read(tmp_path)


def test_a_rule_depends_on_the_files_that_its_script_can_read():
    rules = "".join(path.read_text() for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    users: dict[str, set[str]] = {}
    for script in set(re.findall(r'code_of\("(\w+\.py)"\)', rules)):
        for module in source_code.files_of(script):
            for data in source_code._data_files(module):
                users.setdefault(data.name, set()).add(script)
    assert users["claims.csv"] == {"answer_claims.py", "write_report.py"}
    assert {"tabulate_cases.py", "plot_decomposition_cost.py"} <= users["table2.csv"]
    assert all("train_model.py" not in users[path.name] for path in FOLDER.glob("*.csv") if path.name in users)
