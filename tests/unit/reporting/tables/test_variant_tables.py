"""Variants: which choice moves which figure, beside the paper's; and the removal sweep's long table."""

import csv
import subprocess
import sys

import pytest

from rnn_modules.records.variant_records import read_variant_records
from rnn_modules.reporting.analysis import variant_effects
from rnn_modules.reporting.tables import rendering, variant_tables
from support.made_up_cases import sweep_record, variants_record, write_records
from support.project import ROOT

SCRIPT = ROOT / "scripts" / "tabulate_variants.py"


def read(folder, *values):
    return read_variant_records(write_records(folder, values))


def with_deltas(value, **deltas):
    """A record whose rolled mode, in all heads and scopes, changes by so many points under each named variant."""
    for variant in value["variants"]:
        for scores in variant["modes"]["rolled"]["composed"].values():
            for scope, metrics in scores.items():
                points = 1.0 if "bleu" in metrics else 100.0
                for name in metrics:
                    metrics[name] = variant["monolithic"][scope][name] + deltas[variant["name"]] / points
    return value


def test_effects_are_against_the_papers_text_and_distances_to_its_figure(tmp_path):
    deltas = {"paper": -0.5, "package": -15.0, "removal_cap": -0.25, "gate_approach": -2.0}
    records = read(tmp_path, with_deltas(variants_record("one_to_many"), **deltas))
    rows = {row.name: row for row in variant_effects.variant_rows(records) if row.mode == "rolled"}
    assert rows["package"].delta == pytest.approx(-15.0) and rows["package"].effect == pytest.approx(-14.5)
    assert rows["package"].composed - rows["package"].monolithic == pytest.approx(-15.0)
    assert rows["removal_cap"].effect == pytest.approx(0.25)
    assert rows["paper"].paper_delta == -14.73 and rows["paper"].paper_jaccard == 0.86
    line = next(
        line
        for line in rendering.markdown(variant_tables.sheet(records, list(rows.values()), "one_to_many")).splitlines()
        if "| package |" in line
    )
    assert line.startswith(
        "| rolled | LSTM-1 | package | all of the package's | −15.00 (paper −14.73) | −14.50 | 0.27 |"
    )


def test_padding_and_bleu4_stand_beside(tmp_path):
    value = variants_record("many_to_many")
    value["variants"][0]["monolithic"]["unpadded"]["accuracy"] = 0.9
    value["variants"][0]["modes"]["rolled"]["composed"]["mean"]["unpadded"]["accuracy"] = 0.8
    records = read(tmp_path, value, variants_record("encoder_decoder"), variants_record("many_to_one"))
    rows = variant_effects.variant_rows(records)
    first = {row.architecture: row for row in rows if (row.mode, row.name) == ("rolled", "paper")}
    assert first["many_to_many"].other_delta == pytest.approx(-10.0)
    assert first["encoder_decoder"].other_delta is not None and first["many_to_one"].other_delta is None
    names = {name: variant_tables.sheet(records, rows, name).columns for name in first}
    assert "Δ padding excluded" in names["many_to_many"] and "Δ BLEU-4" in names["encoder_decoder"]
    assert not {"Δ padding excluded", "Δ BLEU-4"} & set(names["many_to_one"])


def test_all_models_of_an_io_type_are_averaged_over_those_that_have_the_variant(tmp_path):
    deltas = {"paper": -1.0, "package": -3.0, "removal_cap": -1.0, "gate_approach": -2.0}
    gated = with_deltas(variants_record("one_to_one", "lstm"), **deltas)
    plain = with_deltas(variants_record("one_to_one", "vanilla"), **(deltas | {"paper": -2.0, "package": -2.0}))
    plain["variants"] = plain["variants"][:3]
    rows = variant_effects.variant_rows(read(tmp_path, gated, plain))
    everything = {row.name: row for row in rows if row.model == "all"}
    assert (everything["package"].delta, everything["package"].effect) == pytest.approx((-2.5, -1.0))
    assert (everything["gate_approach"].models, everything["gate_approach"].effect) == (1, pytest.approx(-1.0))
    assert everything["paper"].paper_delta == pytest.approx((0.13 - 0.3) / 2)


def test_changes_are_shown_as_they_are():
    assert variant_tables.changes_text({"removal_cap": 0.05, "removed_edges": ["a", "b"], "seed": None}) == (
        "removal_cap 0.05, removed_edges a b, seed None"
    )


def test_script_writes_variants_and_sweep(tmp_path):
    paths = write_records(
        tmp_path / "r", [variants_record("encoder_decoder"), variants_record(rnn="relu"), sweep_record("one_to_many")]
    )
    subprocess.run([sys.executable, SCRIPT, *paths, "--output-folder", tmp_path / "out"], check=True)
    markdown = (tmp_path / "out" / "variants.md").read_text(encoding="utf-8")
    assert markdown.count("### Choices of paper and package") == 2 and "(paper –)" in markdown
    page = (tmp_path / "out" / "variants.html").read_text(encoding="utf-8")
    assert page.count("<h1>") == 2 and page.count("<html") == 1
    with open(tmp_path / "out" / "removal_sweep.csv", newline="", encoding="utf-8") as stream:
        sweep = list(csv.DictReader(stream))
    assert len(sweep) == 4 * 2 * 3 * 2 * 3
    row = sweep[-1]
    assert float(row["delta_percent_points"]) == pytest.approx(
        100 * (float(row["composed"]) - float(row["monolithic"])), abs=1e-3
    )
    with open(tmp_path / "out" / "variants.csv", newline="", encoding="utf-8") as stream:
        variants = list(csv.DictReader(stream))
    printed = [r for r in variants if r["paper_delta_percent_points"]]
    assert {(r["architecture"], r["metric"]) for r in printed} == {("encoder_decoder", "bleu1_with_tags")}


def test_without_variants_the_page_says_so(tmp_path):
    paths = write_records(tmp_path, [sweep_record()])
    subprocess.run([sys.executable, SCRIPT, *paths, "--output-folder", tmp_path / "out"], check=True)
    assert "No record of it was given." in (tmp_path / "out" / "variants.md").read_text(encoding="utf-8")
    assert (tmp_path / "out" / "variants.csv").read_text(encoding="utf-8").count("\n") == 1
