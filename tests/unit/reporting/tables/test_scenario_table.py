"""Table V: averages over the pairs of the composed system, beside the paper's."""

import pytest

from rnn_modules.records.case_records import read_case_records
from rnn_modules.reporting.analysis import scenario_averages
from rnn_modules.reporting.tables import rendering, scenario_table
from support.made_up_cases import case_record, write_records


def scenario(name="update_estonian_english", seed=0, **scores):
    """A record whose predictors have a score per pair, in the order of the pairs, in every measure."""
    value = case_record("scenario", name, seed=seed)
    pairs = list(dict.fromkeys(row["case"] for row in value["rows"]))
    for row in value["rows"]:
        if row["predictor"] in scores:
            row.update(dict.fromkeys(("bleu", "bleu1_with_tags"), scores[row["predictor"]][pairs.index(row["case"])]))
    return value


def read(folder, *values):
    return read_case_records(write_records(folder, values))


def test_averages_are_over_the_pairs_and_seeds(tmp_path):
    values = [
        scenario(seed=0, monolithic=(10.0, 20.0, 30.0), approach_1=(13.0, 20.0, 30.0)),
        scenario(seed=1, monolithic=(20.0, 20.0, 20.0), approach_1=(29.0, 20.0, 20.0)),
    ]
    rows = scenario_averages.scenario_rows(read(tmp_path, *values))
    average, first = rows[0], next(row for row in rows if row.pair == "et-en")
    assert average.scores["monolithic"] == pytest.approx(20.0) and average.delta("approach_1") == pytest.approx(2.0)
    assert first.delta("approach_1") == pytest.approx(6.0)
    assert (average.paper.monolithic, average.paper.approach_2) == (20.80, 21.30)
    assert first.paper is None


def test_modules_by_the_package_and_small_ones_have_their_averages(tmp_path):
    value = scenario(approach_1=(13.0, 20.0, 30.0))
    for row in [row for row in value["rows"] if row["predictor"] in scenario_averages.APPROACHES]:
        value["rows"] += [row | {"mode": "package_rolled", "bleu": 5.0}, row | {"mode": "compact", "bleu": 7.0}]
    rows = scenario_averages.scenario_rows(read(tmp_path, value))
    found = {row.preset: row for row in rows if (row.pair, row.metric) == (None, "bleu")}
    assert [row.scores["approach_1"] for row in found.values()] == pytest.approx([21.0, 5.0, 7.0])
    assert list(found) == ["paper", "package", "compact"] and found["compact"].scores["monolithic"] is not None
    assert {row.preset for row in rows if row.pair} == {"paper"}
    papers = {row.preset: row.paper for row in rows if row.metric == scenario_averages.MEASURES[0] and not row.pair}
    assert papers["paper"] == papers["package"] is not None and papers["compact"] is None


def test_p_values_stand_at_the_bleu_of_each_pair(tmp_path):
    values = [scenario(seed=seed) for seed in (0, 1)]
    for seed, value in enumerate(values):
        for row in value["rows"]:
            if (row["case"], row["predictor"]) == ("et-de", "approach_2"):
                row["bleu_p_value"] = (0.0004, 0.25)[seed]
    records = read(tmp_path, *values)
    rows = scenario_averages.scenario_rows(records)
    found = {(row.pair, row.metric): row.p_values["approach_2"] for row in rows}
    assert found["et-de", "bleu"] == [0.0004, 0.25]
    assert found["et-de", "chrf"] == found[None, "bleu"] == []
    assert "| < 0.001, 0.250 |" in rendering.markdown(scenario_table.sheet(records, rows))


def test_an_approach_may_be_missing(tmp_path):
    value = scenario("add_ukrainian")
    value["rows"] = [row for row in value["rows"] if row["predictor"] != "approach_2"]
    records = read(tmp_path, value)
    rows = scenario_averages.scenario_rows(records)
    assert rows[0].delta("approach_2") is None
    text = rendering.markdown(scenario_table.sheet(records, rows))
    assert "| – (paper +0.41) |" in text
    assert scenario_table.csv_rows(rows)[0]["approach_2"] is None
