"""What jobs take and ask for, from the measured table and a configuration."""

import json

import pytest
import yaml
from snakemake.utils import update_config

from rnn_modules.files.atomic_files import InputError
from rnn_modules.runs.estimate import CostTable, Estimate
from support.project import ROOT

PATH = ROOT / "config" / "costs.yaml"
TABLE = CostTable.read(PATH)
MODEL = ("many_to_one", "clinc", "lstm", "4", "0")


def estimate(name="laptop", **changes):
    """Of the configuration of a scale, with other settings of the models of one label."""
    merged = {}
    for path in (ROOT / "config/config.yaml", ROOT / f"config/{name}.yaml"):
        # Aliases written out, so that no two corpora share their settings.
        update_config(merged, json.loads(json.dumps(yaml.safe_load(path.read_text()))))
    reuse = {name: changes.pop(name) for name in list(changes) if name in merged["reuse"]}
    update_config(merged, {"models": {"many_to_one": changes}, "reuse": reuse})
    return Estimate(TABLE, merged)


def row(rule, key="any", scale="laptop"):
    return TABLE.jobs[rule][key][scale]


@pytest.mark.parametrize(("name", "scale"), [("ci", "ci"), ("demo", "demo"), ("laptop", "laptop"), ("config", "paper")])
def test_each_configuration_takes_what_was_measured_with_it(name, scale):
    scales = estimate(name).scales
    # CLINC and MathQA are whole on a laptop too.
    whole = {"one_to_one", "many_to_one"} if name == "config" else set()
    assert {key for key, found in scales.items() if found != scale} == whole
    for rule, rows in TABLE.jobs.items():
        for key in rows:
            if key in whole:
                continue
            found, measured = estimate(name).job(rule, [key]), row(rule, key, scale)
            assert 1.25 < found.memory_mb / (measured.memory_mib * 1.048576) < 1.35
            assert 60 * found.minutes >= max(600, 3 * measured.longest_seconds)
            # No job takes less than its start.
            assert found.core_seconds == pytest.approx(max(measured.core_seconds, row(rule, key, "ci").core_seconds))


@pytest.mark.parametrize(
    ("rule", "changes", "times"),
    [
        ("train_model", {"epochs": 30}, 2), ("train_model", {"batch_size": 64}, 2), ("train_model", {"units": 50}, 0.5),
        ("evaluate_decomposition", {"epochs": 30}, 1), ("evaluate_decomposition", {"units": 50}, 0.5),
        ("train_baselines", {"cases_per_job": 2}, 0.5), ("train_model", {"cases_per_job": 2}, 1),
    ],
)  # fmt: skip
def test_seconds_are_proportional_to_the_work(rule, changes, times):
    assert estimate(**changes).job(rule, MODEL).core_seconds == pytest.approx(times * row(rule, MODEL[0]).core_seconds)


@pytest.mark.parametrize(
    ("changes", "scale", "times"),
    [({"units": 50}, "laptop", 1), ({"units": 400}, "paper", 4), ({"units": 101}, "paper", 1.01)],
)
def test_what_is_larger_has_the_next_scale_and_beyond_the_largest_more_memory(changes, scale, times):
    found = estimate(**changes)
    assert found.scales["many_to_one"] == scale
    expected = times * row("train_model", "many_to_one", scale).memory_mib
    assert found.job("train_model", MODEL).memory_mib == pytest.approx(expected)


def test_jobs_about_two_architectures_or_none_have_the_larger_scale():
    mixed, key = estimate("ci", units=100), "many_to_one-many_to_many"
    assert mixed.scales["many_to_one"] == "laptop" and mixed.scales["many_to_many"] == "ci"
    expected = row("evaluate_reuse", key, "laptop").memory_mib
    assert mixed.job("evaluate_reuse", ["inter_reuse", key]).memory_mib == expected
    assert mixed.job("write_report", []) == row("write_report", scale="laptop")


def test_what_the_table_does_not_know_takes_the_most_of_its_rule_or_is_an_error(tmp_path):
    most = max(rows["laptop"].memory_mib for rows in TABLE.jobs["prepare_dataset"].values())
    assert estimate().job("prepare_dataset", ["new"]).memory_mib == most
    with pytest.raises(InputError, match="draw_cats: received a rule that config/costs.yaml has no row of"):
        estimate().job("draw_cats", [])
    for numbers in ("[0.3, 59]", "[x, 0.3, 59]", "[0.3, 0.3, -59]", "[", "3"):
        (tmp_path / "costs.yaml").write_text(PATH.read_text().replace("[447, 565, 634]", numbers))
        with pytest.raises(InputError, match="costs.yaml: not a table of costs"):
            CostTable.read(tmp_path / "costs.yaml")
