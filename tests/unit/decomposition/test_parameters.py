"""Parameters of the decomposition and the two presets."""

import csv
import dataclasses

import pytest

from rnn_modules.decomposition.parameters import (
    BETWEEN_REMOVED,
    EDGES,
    PACKAGE_CHOICES,
    DecompositionParameters,
    preset,
)
from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import MODES
from rnn_modules.records.published.reading import FOLDER

ARCHITECTURES = ("one_to_one", "one_to_many", "many_to_one", "many_to_many", "encoder_decoder")


def differences(parameters, other):
    """Fields in which two sets of parameters differ, with both values."""
    pairs = {
        field.name: (getattr(parameters, field.name), getattr(other, field.name)) for field in dataclasses.fields(other)
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_preset_of_the_paper_is_its_text(architecture):
    parameters = preset("paper", architecture, "lstm")
    assert parameters.positive_sample == (1000 if architecture == "encoder_decoder" else 500)
    assert parameters.removal_cap == 0.2
    assert parameters.removed_edges == EDGES
    assert set(differences(parameters, DecompositionParameters())) <= {"positive_sample"}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("rnn", ["lstm", "gru", "vanilla", "relu"])
def test_preset_of_the_package_differs_in_what_the_package_does(architecture, rnn):
    parameters = preset("package", architecture, rnn, layers=2)
    different = set(differences(parameters, DecompositionParameters()))
    expected = set(PACKAGE_CHOICES) - {"removal_cap", "unrolled_removal_cap"}
    if architecture == "many_to_one":
        expected |= {"unrolled_removed_edges"}
    if architecture == "many_to_many":
        expected |= {"test_examples_per_class"}
    if architecture == "encoder_decoder":
        expected |= {"positive_sample"}
        # As many sentences of each other language.
        expected -= {"negative_sampling"}
    assert different - {"removal_cap", "unrolled_removal_cap"} == expected
    aliased = architecture == "many_to_one"
    assert ("recurrent_rows" in parameters.edges_of("rolled")) == aliased
    assert (BETWEEN_REMOVED in parameters.edges_of("rolled")) != aliased
    assert BETWEEN_REMOVED in parameters.edges_of("unrolled")
    assert "recurrent_rows" not in parameters.edges_of("unrolled")
    for mode in MODES:
        assert "next_kernel_rows" not in parameters.edges_of(mode)
        assert ("output_rows" in parameters.edges_of(mode)) == (architecture != "encoder_decoder")


@pytest.mark.parametrize(
    ("rnn", "architecture", "rolled", "unrolled"),
    [
        ("lstm", "one_to_one", [0.2, 0.1, 0.1, 0.07, 0.07], [0.2, 0.1, 0.1, 0.07, 0.07]),
        ("lstm", "one_to_many", [0.05] * 5, [0.1, 0.1, 0.1, 0.2, 0.2]),
        ("lstm", "many_to_one", [0.05] * 5, [0.05] * 5),
        ("lstm", "many_to_many", [0.05] * 5, [0.1, 0.05, 0.05, 0.05, 0.05]),
        ("lstm", "encoder_decoder", [0.05] * 5, [0.05] * 5),
        ("gru", "many_to_many", [0.05] * 5, [0.05] * 5),
        ("relu", "one_to_one", [0.05] * 5, [0.05] * 5),
        ("vanilla", "many_to_one", [0.05] * 5, [0.05] * 5),
        ("vanilla", "many_to_many", [0.1] * 5, [0.1] * 5),
        ("vanilla", "one_to_many", [0.2] * 5, [0.2] * 5),
        ("vanilla", "one_to_one", [0.2] * 5, [0.2] * 5),
        ("vanilla", "encoder_decoder", [0.2] * 5, [0.2] * 5),
    ],
)
def test_caps_of_the_package(rnn, architecture, rolled, unrolled):
    presets = [preset("package", architecture, rnn, layers) for layers in (1, 2, 3, 4, 7)]
    assert [one.cap_of("rolled") for one in presets] == rolled
    assert [one.cap_of("unrolled") for one in presets] == unrolled


# Vanilla models by I/O type: embedded inputs of the first layer, outputs.
SHAPES = {"many_to_one": (50, 10), "many_to_many": (100, 13), "one_to_many": (1000, 8), "one_to_one": (1000, 6)}


def test_caps_of_vanilla_models_are_the_steps_nearest_to_what_the_published_indices_mean():
    """Share f of input kernels and output weights from an index f / (2 - f), and from it the share of nodes."""
    largest = {}
    with (FOLDER / "artifact_rq1_accuracy.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["rnn"] == "vanilla"]
    for row in rows:
        architecture = row["io"].replace("-", "_").lower()
        inputs, outputs = SHAPES[architecture]
        kernels, output = 100 * (inputs + 100 * (int(row["layers"]) - 1)), 100 * outputs
        for index in filter(None, (row["rolled_ji"], row["unrolled_ji"])):
            gone = 1 - 2 * float(index) / (1 + float(index))
            # A module keeps one column of the output layer, of its kept nodes.
            nodes = (gone * (kernels + output) - (output - 100)) / (kernels + 100)
            largest[architecture] = max(largest.get(architecture, 0), nodes)
    nearest = {
        name: min((0.05, 0.1, 0.2), key=lambda step, value=value: abs(step - value)) for name, value in largest.items()
    }
    assert nearest == {name: preset("package", name, "vanilla").removal_cap for name in SHAPES}


def test_unknown_preset_is_an_error():
    with pytest.raises(InputError, match="expected paper or package or compact, received 'papre'"):
        preset("papre", "one_to_one", "lstm")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"removal_cap": 1.5}, "removal_cap: received 1.5; use a number from 0 to 1"),
        ({"removal_cap": -0.1}, "removal_cap"),
        ({"removal_cap": float("nan")}, "removal_cap"),
        ({"always_remove_within": 2}, "always_remove_within"),
        ({"gate_open": -1}, "gate_open"),
        ({"positive_sample": 0}, "positive_sample: received 0; use a whole number from 1 to 1,000,000,000"),
        ({"calibration_sample": 0}, "calibration_sample"),
        ({"outlier_distance": 0.0}, "outlier_distance: received 0.0"),
        ({"outlier_distance": float("nan")}, "outlier_distance"),
        ({"positive_sample": 2.5}, "positive_sample: received 2.5; use a whole number"),
        ({"positive_sample": True}, "positive_sample: received True"),
        ({"head": "median"}, "head: received 'median'; use one of mean, log_sum_exp, calibrated"),
        ({"removed_edges": ["output_rows"]}, "removed_edges: received"),
        ({"removed_edges": ("rows", "output_rows")}, r"parameter removed_edges: unknown \['rows'\]"),
        ({"unrolled_removed_edges": ("rows",)}, r"parameter unrolled_removed_edges: unknown \['rows'\]"),
        ({"unrolled_removal_cap": 2}, "unrolled_removal_cap: received 2; use a number from 0 to 1"),
    ],
)
def test_values_out_of_range_are_named(values, message):
    with pytest.raises(InputError, match=message):
        DecompositionParameters(**values)
