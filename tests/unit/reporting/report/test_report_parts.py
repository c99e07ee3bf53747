"""What the report reads: costs, histories, figures and records."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.run_folder import RunFolder
from rnn_modules.reporting.report.costs import duration, rule_costs
from rnn_modules.reporting.report.curves import History, curve, read_history, shared_range
from rnn_modules.reporting.report.pictures import read_pictures
from rnn_modules.reporting.report.sources import read_sources
from support.made_up_cases import case_record
from support.made_up_records import record
from support.made_up_run import job_cost, training_record, write


def test_costs_by_rule_are_medians_maxima_and_totals(tmp_path):
    for name, seconds, peak in (("a=x,b=y", 10, 100), ("a=y,b=x", 20, 300), ("a=z,b=z", 60, 110)):
        write(tmp_path / f"costs/train/{name}.json", job_cost(seconds, peak))
    write(tmp_path / "costs/table.json", job_cost(0.1, 70))
    write(tmp_path / "costs/train/.c-abcdefgh.json", "a killed job's")
    train, table = rule_costs(RunFolder(tmp_path))
    assert (train.rule, train.jobs, train.memory) == ("train", 3, (110.0, 300.0))
    assert (train.median_seconds, train.highest_seconds, train.total_seconds) == (20.0, 60.0, 90.0)
    assert (table.rule, table.memory) == ("table", (70.0, 70.0))
    assert rule_costs(RunFolder(tmp_path / "absent")) == []


def test_costs_of_an_earlier_configuration_are_left_out(tmp_path):
    for rnn in ("lstm", "gru"):
        model = f"architecture=many_to_one,dataset=clinc,rnn={rnn},layers=1,seed=0"
        chunk = f"experiment=intra_reuse,setting=many_to_one,rnn={rnn},seed=0,chunk=0"
        write(tmp_path / f"costs/train_model/{model}.json", job_cost(1, 2))
        write(tmp_path / f"costs/train_baselines/{chunk}.json", job_cost(1, 2))
    write(tmp_path / "models/many_to_one/clinc/lstm-1/seed-0/record.json", {})
    write(tmp_path / "experiments/intra_reuse/many_to_one/lstm/seed-0.json", {})
    costs = rule_costs(RunFolder(tmp_path))
    assert [(cost.rule, cost.jobs) for cost in costs] == [("train_baselines", 1), ("train_model", 1)]


@pytest.mark.parametrize(
    "damage", [{"memory_mib": -1}, {"wall_seconds": "1 s"}, {"cpu_seconds": None}, {"cpu_seconds": True}]
)
def test_damaged_costs_are_named(tmp_path, damage):
    write(tmp_path / "costs/train/a.json", job_cost(1, 2) | damage)
    with pytest.raises(InputError, match=f"a.json: {next(iter(damage))}: expected a number"):
        rule_costs(RunFolder(tmp_path))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(4.24, "4.2 s"), (200, "3 min 20 s"), (3599.7, "1 h 00 min"), (3725, "1 h 02 min"), (86400, "24 h 00 min")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize("epochs", [1, 3])
def test_a_training_without_validation_has_one_line(epochs):
    drawn = curve(History("loss", (0.5,) * epochs, ()), "model", (0.0, 1.0))
    assert "in training" in drawn and "validation" not in drawn


def test_history_is_accuracy_or_else_loss(tmp_path):
    path = write(tmp_path / "history.csv", "epoch,accuracy,loss,val_accuracy,val_loss\n1,0.5,2,0.6,3\n2,0.7,1,0.8,2\n")
    assert read_history(path) == History("accuracy", (0.5, 0.7), (0.6, 0.8))
    write(path, "epoch,loss,val_loss\n1,2,3\n")
    assert read_history(path) == History("loss", (2.0,), (3.0,))
    assert shared_range([read_history(path)]) == (2.0, 3.0)
    write(path, "epoch,loss,accuracy\n1,2,0.5\n")
    assert read_history(path) == History("accuracy", (0.5,), ())
    for damaged in ("", "epoch,x\n1,2\n", "epoch,loss,val_loss\n1,nan,2\n"):
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


def test_pictures_are_drawings_unless_these_are_large(tmp_path):
    figures = tmp_path / "figures"
    for name in ("removal_sweep", "modules_one_to_many", "not_of_this_run"):
        write(figures / f"{name}.svg", "<svg/>")
        write(figures / f"{name}.png", "image")
    write(figures / "modules_one_to_many.svg", "<svg>" + 500_000 * "x")
    write(figures / "table2.png", "image")
    found = {picture.name: picture for picture in read_pictures(RunFolder(tmp_path))}
    assert list(found) == ["table2", "removal_sweep", "modules_one_to_many"]
    assert found["removal_sweep"].uri.startswith("data:image/svg+xml;base64,")
    assert found["modules_one_to_many"].uri.startswith("data:image/png;base64,")
    assert found["modules_one_to_many"].title.endswith("1:N")
    assert all(picture.alternative for picture in found.values())
    assert read_pictures(RunFolder(tmp_path / "absent")) == []


PLACE = "models/many_to_one/{}/gru-2/seed-0/record.json"


def test_records_of_every_kind_are_found(tmp_path):
    write(tmp_path / PLACE.format("clinc"), training_record("many_to_one", "gru", 2))
    write(tmp_path / PLACE.format("clinc").replace("record", "decomposition_cost"), record("many_to_one", "gru", 2))
    write(tmp_path / "models/many_to_one/clinc/gru-2/seed-0/modules/rolled.json", {"mode": "rolled"})
    inter = case_record("inter_reuse", "one_to_one-one_to_many")
    write(tmp_path / "experiments/inter_reuse/one_to_one-one_to_many/lstm/seed-0.json", inter)
    sources = read_sources(RunFolder(tmp_path))
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
        write(tmp_path / PLACE.format(dataset), training_record("many_to_one", "gru", 2, dataset=dataset))
    assert [model.key[1] for model in read_sources(RunFolder(tmp_path)).models] == ["clinc", "clinc_with_brown"]


def test_two_records_of_one_model_are_an_error(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / PLACE.format(name), training_record("many_to_one", "gru", 2))
    with pytest.raises(InputError, match="b/gru-2/.*: describes the same model as .*/a/gru-2/"):
        read_sources(RunFolder(tmp_path))


def test_a_record_of_another_kind_than_its_place_is_named(tmp_path):
    write(tmp_path / "experiments/inter_reuse/many_to_one/lstm/seed-0.json", case_record("intra_reuse"))
    with pytest.raises(
        InputError, match="seed-0.json: experiment: expected one of inter_reuse, received 'intra_reuse'"
    ):
        read_sources(RunFolder(tmp_path))


def test_folders_without_records_and_damaged_ones_are_named(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        read_sources(RunFolder(tmp_path / "absent"))
    with pytest.raises(InputError, match="no result record"):
        read_sources(RunFolder(tmp_path))
    path = write(tmp_path / PLACE.format("clinc"), training_record("many_to_one", "other", 2))
    with pytest.raises(InputError, match="record.json: .*expected"):
        read_sources(RunFolder(tmp_path))
    value = training_record("many_to_one", "gru", 2)
    del value["provenance"]
    path.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(InputError, match="record.json: lacks provenance"):
        read_sources(RunFolder(tmp_path))
