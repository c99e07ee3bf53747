"""What the report reads: benchmarks, histories, Markdown tables, figures and records."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.command_line import TOOK
from rnn_modules.reporting.report.benchmarks import duration, rule_costs
from rnn_modules.reporting.report.curves import History, curve, read_history, shared_range
from rnn_modules.reporting.report.markdown import blocks
from rnn_modules.reporting.report.pictures import read_pictures
from rnn_modules.reporting.report.sources import read_sources
from rnn_modules.reporting.report.written_tables import cell, leading_columns, read_table
from rnn_modules.reporting.tables.rendering import markdown_table
from support.made_up_cases import case_record
from support.made_up_records import record
from support.made_up_run import BENCHMARK, training_record, write


def test_costs_by_rule_are_medians_maxima_and_totals(tmp_path):
    for name, seconds, peak in (("a/x", 10, 100), ("b/y", 20, 300), ("c", 60, "-")):
        write(tmp_path / f"benchmarks/train/{name}.tsv", BENCHMARK.format(seconds, peak))
    write(tmp_path / "benchmarks/plot.tsv", BENCHMARK.format(0.2, "NA"))
    write(tmp_path / "benchmarks/table.tsv", BENCHMARK.format(0.1, 3))
    write(tmp_path / "logs/table.log", f"12:00:00 {TOOK % (0.1, 70)}\n")
    train, plot, table = rule_costs(tmp_path / "benchmarks")
    assert (train.rule, train.jobs, train.memory) == ("train", 3, (200.0, 300.0))
    assert (train.median_seconds, train.highest_seconds, train.total_seconds) == (20.0, 60.0, 90.0)
    assert (plot.rule, plot.memory) == ("plot", None)
    assert (table.rule, table.memory) == ("table", (70.0, 70.0))
    assert rule_costs(tmp_path / "absent") == []


def test_a_damaged_benchmark_is_named(tmp_path):
    write(tmp_path / "train/a.tsv", "seconds\n1\n")
    with pytest.raises(InputError, match="a.tsv: lacks the columns"):
        rule_costs(tmp_path)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(4.24, "4.2 s"), (200, "3 min 20 s"), (3599.7, "1 h 00 min"), (3725, "1 h 02 min"), (86400, "24 h 00 min")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_history_is_accuracy_or_else_loss(tmp_path):
    path = write(tmp_path / "history.csv", "epoch,accuracy,loss,val_accuracy,val_loss\n1,0.5,2,0.6,3\n2,0.7,1,0.8,2\n")
    assert read_history(path) == History("accuracy", (0.5, 0.7), (0.6, 0.8))
    write(path, "epoch,loss,val_loss\n1,2,3\n")
    assert read_history(path) == History("loss", (2.0,), (3.0,))
    assert shared_range([read_history(path)]) == (2.0, 3.0)
    for damaged in ("", "epoch,loss\n1,2\n", "epoch,loss,val_loss\n1,nan,2\n"):
        with pytest.raises(InputError, match="history.csv: .*train the model again"):
            read_history(write(path, damaged))


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_curves_stay_inside_their_drawing(values):
    history = History("accuracy", *zip(*values, strict=True))
    drawing = curve(history, "a <b>", shared_range([history]))
    assert "nan" not in drawing and "<b>" not in drawing
    shapes = drawing.split('points="')[1:]
    for shape in shapes:
        for point in shape.split('"')[0].split():
            x, y = map(float, point.split(","))
            assert 34 <= x <= 212 and 8 <= y <= 100
    assert len(shapes) == (2 if len(values) > 1 else 0)


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="\\#*"), min_size=1)


@given(st.lists(st.lists(_TEXT, min_size=2, max_size=2), min_size=1, max_size=5))
def test_tables_that_were_written_are_read_back(rows):
    (block,) = blocks("### Title\n\nCaption.\n\n" + markdown_table(("a", "b"), rows) + "\n- note\n")
    assert (block.title, block.paragraphs, block.notes) == ("Title", ["Caption."], ["note"])
    assert block.tables == [(["a", "b"], rows)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("−0.13 (paper −0.10)", ("−0.13", "−0.10", -0.13)),
        ("+1.20 ± 0.30 (paper –)", ("+1.20 ± 0.30", "–", 1.2)),
        ("– (paper +0.96)", ("–", "+0.96", None)),
        ("0.89 (paper 0.75)", ("0.89", "0.75", None)),
        ("M:N (encoder-decoder)", ("M:N (encoder-decoder)", None, None)),
    ],
)
def test_cells_tell_deltas_and_the_papers_figure(text, parts):
    found = cell(text)
    assert (found.text, found.paper, found.change) == parts


def test_leading_columns_are_those_without_figures():
    assert leading_columns([["1:1", "rolled", "", "+0.10"], ["M:1", "unrolled", "x", "–"]]) == 3
    assert leading_columns([["Claim", "text"]]) == 2
    assert leading_columns([]) == 1


def test_a_table_with_a_short_row_is_named(tmp_path):
    write(tmp_path / "t.md", "### T\n\n| a | b |\n| --- | --- |\n| 1 |\n")
    with pytest.raises(InputError, match="t: expected 2 cells"):
        read_table(tmp_path / "t.md")
    assert read_table(tmp_path / "absent.md") == []


def test_pictures_are_drawings_unless_these_are_large(tmp_path):
    for name in ("removal_sweep", "modules_one_to_many"):
        write(tmp_path / f"{name}.svg", "<svg/>")
        write(tmp_path / f"{name}.png", "image")
    write(tmp_path / "modules_one_to_many.svg", "<svg>" + 500_000 * "x")
    write(tmp_path / "table2.png", "image")
    found = {picture.name: picture for picture in read_pictures(tmp_path)}
    assert list(found) == ["table2", "removal_sweep", "modules_one_to_many"]
    assert found["removal_sweep"].uri.startswith("data:image/svg+xml;base64,")
    assert found["modules_one_to_many"].uri.startswith("data:image/png;base64,")
    assert found["modules_one_to_many"].title.endswith("1:N")
    assert all(picture.alternative for picture in found.values())
    assert read_pictures(tmp_path / "absent") == []


def test_records_are_known_by_what_they_say_and_not_by_their_paths(tmp_path):
    write(tmp_path / "records/a.json", record("many_to_one", "gru", 2))
    write(tmp_path / "models/any/where/b.json", training_record("many_to_one", "gru", 2))
    write(tmp_path / "models/any/where/modules/rolled.json", {"mode": "rolled"})
    write(tmp_path / "experiments/c.json", case_record("inter_reuse", "one_to_one-one_to_many"))
    sources = read_sources(tmp_path)
    (model,) = sources.models
    assert model.key == ("many_to_one", "clinc", "gru", 2, 0)
    assert model.training and model.cost and model.history is None
    assert {kind: len(found) for kind, found in sources.records.items() if found} == {
        "training": 1,
        "decomposition_cost": 1,
        "inter_reuse": 1,
    }


def test_models_on_the_same_texts_with_another_vocabulary_are_models_of_their_own(tmp_path):
    for dataset in ("clinc", "clinc_with_brown"):
        write(tmp_path / f"models/{dataset}/record.json", training_record("many_to_one", "gru", 2, dataset=dataset))
    assert [model.key[1] for model in read_sources(tmp_path).models] == ["clinc", "clinc_with_brown"]


def test_two_records_of_one_model_are_an_error(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / f"models/{name}/record.json", training_record("many_to_one", "gru", 2))
    with pytest.raises(InputError, match="b/record.json: describes the same model as .*a/record.json"):
        read_sources(tmp_path)


def test_folders_without_records_and_damaged_ones_are_named(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        read_sources(tmp_path / "absent")
    with pytest.raises(InputError, match="no result record"):
        read_sources(tmp_path)
    path = write(tmp_path / "models/record.json", training_record("many_to_one", "other", 2))
    with pytest.raises(InputError, match="record.json: .*expected"):
        read_sources(tmp_path)
    value = training_record("many_to_one", "gru", 2)
    del value["provenance"]
    path.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(InputError, match="record.json: lacks provenance"):
        read_sources(tmp_path)
