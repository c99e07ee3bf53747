"""Records are checked when read, and deltas come out in percentage points."""

import json

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.records import cost_records
from rnn_modules.reporting.analysis import cost_deltas
from support.made_up_records import record, with_compact, with_package


def write(folder, value, name="record.json"):
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def replaced(value, keys, new):
    """``value`` with the entry at ``keys`` replaced, or removed when ``new`` is ``...``."""
    entry = value
    for key in keys[:-1]:
        entry = entry[key]
    if new is ...:
        del entry[keys[-1]]
    else:
        entry[keys[-1]] = new
    return value


@pytest.mark.parametrize("architecture", ["one_to_one", "one_to_many", "many_to_many", "encoder_decoder"])
def test_a_complete_record_is_read(tmp_path, architecture):
    value = record(architecture, "gru", 3, seed=2)
    read = cost_records.read_record(write(tmp_path, value))
    assert (read.architecture, read.rnn, read.layers, read.seed) == (architecture, "gru", 3, 2)
    assert read.monolithic == value["monolithic"]
    assert list(read.modes) == list(value["modes"])
    for mode, composition in read.modes.items():
        assert composition.composed == value["modes"][mode]["composed"]
        assert composition.kept_share == value["modes"][mode]["kept_share"]
        assert list(composition.removed_share_per_layer) == value["modes"][mode]["removed_share_per_layer"]


@pytest.mark.parametrize(
    ("architecture", "keys", "new", "message"),
    [
        ("many_to_one", ("rnn",), ..., "lacks rnn"),
        (
            "many_to_one",
            ("rnn",),
            "transformer",
            "rnn: expected one of lstm, gru, vanilla, relu, received 'transformer'",
        ),
        ("many_to_one", ("layers",), 0, "layers: expected 1 to 100 recurrent layers, received 0"),
        ("many_to_one", ("layers",), True, "layers: expected 1 to 100 recurrent layers, received True"),
        ("many_to_one", ("architecture",), ["x"], "architecture: expected one of"),
        ("many_to_one", ("experiment",), "reuse", "experiment: expected one of decomposition_cost"),
        ("many_to_one", ("seed",), -1, "seed: expected a whole number"),
        ("many_to_one", ("run",), "", "run: expected a text"),
        ("many_to_one", ("examples", "test"), 1.5, "examples.test: expected a whole number"),
        ("many_to_one", ("monolithic",), [], "monolithic: expected an object"),
        (
            "many_to_one",
            ("monolithic", "all", "accuracy"),
            94.5,
            "monolithic.all.accuracy: expected a number from 0 to 1",
        ),
        ("many_to_one", ("monolithic", "all", "accuracy"), float("nan"), "not a JSON file .NaN is no number"),
        ("many_to_one", ("monolithic", "all", "macro_f1"), ..., "monolithic.all.macro_f1: .*received None"),
        ("one_to_many", ("monolithic", "unpadded"), ..., "monolithic.unpadded: expected an object"),
        ("one_to_many", ("controls", "random"), {}, "controls: expected some of majority, zeroed"),
        ("one_to_many", ("controls", "zeroed", "all", "accuracy"), "high", "controls.zeroed.all.accuracy"),
        (
            "encoder_decoder",
            ("monolithic", "en-de", "bleu"),
            101,
            "monolithic.en-de.bleu: expected a number from 0 to 100",
        ),
        ("many_to_one", ("modes",), {}, "modes: expected some of rolled, unrolled"),
        ("one_to_one", ("modes", "unrolled"), {}, "modes: expected some of rolled, received"),
        ("many_to_one", ("modes", "rolled", "head"), "median", "modes.rolled.head: expected one of mean"),
        ("many_to_one", ("modes", "rolled", "composed", "mean", "all"), ..., "modes.rolled.composed.mean.all"),
        ("many_to_one", ("modes", "rolled", "jaccard"), None, "modes.rolled.jaccard"),
        ("many_to_one", ("modes", "rolled", "kept_share"), 1.5, "modes.rolled.kept_share"),
        (
            "many_to_one",
            ("modes", "rolled", "removed_share_per_layer"),
            0.1,
            "removed_share_per_layer: expected a list",
        ),
        ("many_to_one", ("provenance",), None, "provenance: expected an object"),
    ],
)
def test_a_damaged_record_is_one_line_that_names_file_and_key(tmp_path, architecture, keys, new, message):
    path = write(tmp_path, replaced(record(architecture), keys, new))
    with pytest.raises(InputError, match=message) as error:
        cost_records.read_record(path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "[]", '{"experiment": "decomp', "\x00\x01"])
def test_a_truncated_record_is_named(tmp_path, text):
    path = tmp_path / "cut.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="cut.json"):
        cost_records.read_record(path)


def test_a_missing_record_is_named(tmp_path):
    with pytest.raises(InputError, match="gone.json: cannot be read"):
        cost_records.read_record(tmp_path / "gone.json")


def test_records_come_in_the_order_of_the_table(tmp_path):
    models = [
        ("encoder_decoder", "lstm", 1),
        ("one_to_one", "relu", 1),
        ("one_to_one", "lstm", 2),
        ("one_to_one", "lstm", 1),
    ]
    paths = [write(tmp_path, record(*model), f"{place}.json") for place, model in enumerate(models)]
    read = cost_records.read_records(paths)
    assert [(r.architecture, r.rnn, r.layers) for r in read] == models[::-1][:2] + [models[1], models[0]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "same model and seed"),
        ({"seed": 1, "run": "other"}, "run: 'other' differs from 'made-up'"),
        ({"seed": 1, "preset": "package"}, "preset: 'package' differs from 'paper'"),
    ],
)
def test_records_that_do_not_belong_together(tmp_path, changes, message):
    paths = [write(tmp_path, record(), "a.json"), write(tmp_path, record(**changes), "b.json")]
    with pytest.raises(InputError, match=message):
        cost_records.read_records(paths)


def test_no_record_at_all():
    with pytest.raises(InputError, match="no record given"):
        cost_records.read_records([])


def test_deltas_are_percentage_points_of_the_primary_head_by_seed(tmp_path):
    values = [record("many_to_one", "gru", 2, seed) for seed in (0, 1)]
    for value, composed in zip(values, (0.90, 0.94), strict=True):
        value["monolithic"]["all"]["accuracy"] = 0.95
        value["modes"]["unrolled"]["head"] = "calibrated"
        value["modes"]["unrolled"]["composed"]["calibrated"]["all"]["accuracy"] = composed
    read = cost_records.read_records(write(tmp_path, value, f"{value['seed']}.json") for value in values)
    (delta,) = [d for d in cost_deltas.deltas(read) if (d.mode, d.metric) == ("unrolled", "accuracy")]
    assert delta.by_seed == pytest.approx({0: -5.0, 1: -1.0})
    assert delta.mean == pytest.approx(-3.0)
    assert delta.deviation == pytest.approx(8**0.5)
    assert (delta.pair, delta.scope) == (None, "all")


def test_translation_deltas_are_differences_per_pair(tmp_path):
    value = record("encoder_decoder")
    value["monolithic"]["en-it"]["bleu"] = 20.0
    value["modes"]["rolled"]["composed"]["parent"]["en-it"]["bleu"] = 21.5
    read = cost_records.read_records([write(tmp_path, value)])
    found = {(d.pair, d.mode, d.metric): d for d in cost_deltas.deltas(read)}
    assert found["en-it", "rolled", "bleu"].mean == pytest.approx(1.5)
    assert found["en-it", "rolled", "bleu"].deviation is None
    assert len(found) == 3 * 2 * 4


@pytest.mark.parametrize(("source", "synthetic"), [("synthetic", True), ("mirror", False), ("download", False)])
def test_caption_states_the_origin(tmp_path, source, synthetic):
    counts = [{"train": 1000, "evaluated": 450}, {"train": 1000, "evaluated": 500}]
    paths = [
        write(tmp_path, record(seed=seed, data_source=source, examples=count), f"{seed}.json")
        for seed, count in enumerate(counts)
    ]
    text = cost_deltas.caption(cost_records.read_records(paths))
    assert ("synthetic" in text) is synthetic
    for part in ("made-up", source, "clinc 1,000 / 450–500", "seeds: 0, 1", "0123456789ab", "preset paper"):
        assert part in text


def test_unknown_commit_is_said(tmp_path):
    read = cost_records.read_records([write(tmp_path, record(provenance={"commit": None}))])
    assert "commit: unknown" in cost_deltas.caption(read)


def test_modules_by_the_package_are_read_where_there_are_any(tmp_path):
    value = with_package(record())
    read = cost_records.read_record(write(tmp_path, value))
    assert list(cost_records.compositions(read)) == ["rolled", "unrolled", "package_rolled", "package_unrolled"]
    assert read.package["rolled"].composed == value["package"]["rolled"]["composed"]
    assert cost_records.read_record(write(tmp_path, record())).package == {}
    with pytest.raises(InputError, match="package: expected some of rolled, unrolled, received"):
        cost_records.read_record(write(tmp_path, value | {"package": {"folded": value["package"]["rolled"]}}))


def test_small_modules_are_read_where_there_are_any(tmp_path):
    value = with_compact(record())
    path = tmp_path / "record.json"
    path.write_text(json.dumps(value))
    compact = cost_records.read_record(path).compact
    assert (compact.recurrent_share, compact.head) == (value["compact"]["recurrent_share"], "refitted")
    assert compact.recognition == value["compact"]["recognition"]
    path.write_text(json.dumps(record()))
    assert cost_records.read_record(path).compact is None
    for name, wrong in (("recurrent_share", 1.5), ("head", "none"), ("recognition", {"mean": "high"}), ("composed", 3)):
        path.write_text(json.dumps(value | {"compact": value["compact"] | {name: wrong}}))
        with pytest.raises(InputError, match=rf"compact\.{name}"):
            cost_records.read_record(path)
