"""The offer: modules and networks from scratch made from the same labelled examples."""

import dataclasses

import pytest

import evaluate_offer
from rnn_modules.experiments.decomposition_cost import decomposition_cost
from rnn_modules.experiments.offer import Offer, offer
from rnn_modules.experiments.recognisers import RecogniserSettings, RecogniserTraining, from_scratch, places_of
from rnn_modules.experiments.trained_model import compact_trained
from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.command_line import flags_of
from rnn_modules.names import COMPACT, SCRATCH
from rnn_modules.records.offer_records import read_offer_records
from support.made_up_models import classifier_model, saved, small_parameters, translator_model

SHORT = RecogniserSettings(steps=3, passes=1)
PARAMETERS = small_parameters(keep=0.5)


@pytest.mark.parametrize("many_output", [False, True])
def test_rows_are_those_of_modules_and_networks_made_by_hand(many_output):
    model = classifier_model(many_output, layers=1)
    found = offer(model, PARAMETERS, Offer((10, None), most=30), SHORT)
    rows = {(row["maker"], row["examples"]): row for row in found["rows"]}
    assert list(rows) == [(maker, number) for number in (10, None) for maker in (COMPACT, SCRATCH)]
    scratch = RecogniserTraining(model, 0.5, SHORT, PARAMETERS.seed)
    for number, of_module in ((10, 10), (None, 30)):
        made = compact_trained(model.network, model.dataset, dataclasses.replace(PARAMETERS, ranking_sample=of_module))
        expected = decomposition_cost(model.network, model.dataset, {COMPACT: made})
        assert rows[COMPACT, number]["composed"] == expected[COMPACT]["composed"]["refitted"]
        assert rows[COMPACT, number]["recognition"] == expected[COMPACT]["recognition"]["refitted"]
        places = places_of(model, number, PARAMETERS.seed)
        trained = from_scratch(scratch, model, places, PARAMETERS)
        assert rows[SCRATCH, number] | {"seconds": 0} == {
            "maker": SCRATCH,
            "examples": number,
            "labelled": sum(len(part.rows) for part in places) / len(places),
            **trained,
            "seconds": 0,
        }
    assert rows[COMPACT, 10]["labelled"] == rows[SCRATCH, 10]["labelled"]
    # All decisions for networks; for modules no more than were asked for.
    assert rows[SCRATCH, None]["labelled"] == model.dataset.labels("train").size > rows[COMPACT, None]["labelled"]


@pytest.mark.parametrize(("examples", "most"), [((), 20), ((3,), 20), ((20,), 3)])
def test_a_plan_that_makes_nothing_is_an_error(examples, most):
    with pytest.raises(InputError, match="examples|most"):
        Offer(examples, most)


def test_translation_has_none():
    with pytest.raises(InputError, match="modules recognise no class"):
        offer(translator_model(), PARAMETERS, Offer((10,), 20), SHORT)


def test_the_share_must_be_given():
    parameters = small_parameters(keep=None, tolerance=0.1)
    with pytest.raises(InputError, match="keep: received none"):
        offer(classifier_model(), parameters, Offer((10,), 20), SHORT)


def script(monkeypatch, tmp_path, *words):
    model = saved(classifier_model(layers=1, folder=tmp_path / "model", dataset_folder=tmp_path / "data"))
    words = ["--model", model.folder, "--dataset", model.dataset_folder, "--most", "30", "--run", "demo", *words]
    words += ["--output", tmp_path / "record.json", "--rounds", "2", "--steps", "3", "--passes", "1", "--keep", "0.5"]
    monkeypatch.setattr("sys.argv", ["evaluate_offer.py", *map(str, words)])
    evaluate_offer.main()


def test_script_writes_a_record_that_is_read(monkeypatch, tmp_path):
    script(monkeypatch, tmp_path, *flags_of({"examples": [20, "all"]}).split())
    (record,) = read_offer_records([tmp_path / "record.json"])
    assert [(row.maker, row.examples) for row in record.rows] == [
        (maker, number) for number in (20, None) for maker in (COMPACT, SCRATCH)
    ]
    assert record.keep == 0.5 and all(row.recurrent_share <= 0.5 for row in record.rows)


@pytest.mark.parametrize("number", ["3", "some", "2.5"])
def test_script_refuses_numbers_that_are_none(monkeypatch, tmp_path, number, capsys):
    with pytest.raises(SystemExit):
        script(monkeypatch, tmp_path, "--examples", number)
    assert "--examples" in capsys.readouterr().err and not (tmp_path / "record.json").exists()
