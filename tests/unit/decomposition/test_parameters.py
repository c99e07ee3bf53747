"""Parameters of the decomposition and the two presets."""

import dataclasses

import pytest

from rnn_modules.decomposition.parameters import EDGES, PACKAGE_CHOICES, DecompositionParameters, preset
from rnn_modules.files.atomic_files import InputError

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
    parameters = preset("package", architecture, rnn)
    different = differences(parameters, DecompositionParameters())
    expected = set(PACKAGE_CHOICES)
    if rnn == "vanilla":
        # Its cap is the paper's.
        assert parameters.removal_cap == 0.2
        expected -= {"removal_cap"}
    else:
        assert different["removal_cap"] == (0.05, 0.2)
    if architecture == "many_to_many":
        expected |= {"test_examples_per_class"}
    if architecture == "encoder_decoder":
        expected |= {"positive_sample"}
    assert set(different) == expected
    assert ("recurrent_rows" in parameters.removed_edges) == (architecture == "many_to_one")
    assert "next_kernel_rows" not in parameters.removed_edges


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
        ({"removed_edges": ("rows", "output_rows")}, r"unknown \['rows'\]"),
    ],
)
def test_values_out_of_range_are_named(values, message):
    with pytest.raises(InputError, match=message):
        DecompositionParameters(**values)
