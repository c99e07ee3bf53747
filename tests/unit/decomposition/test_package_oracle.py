"""The preset `package` against a literal transcription of what the published package does."""

import dataclasses

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import oracle
from oracle import package
from rnn_modules.decomposition.algorithm import decompose
from rnn_modules.decomposition.composition import module_odds, vote
from rnn_modules.decomposition.counts import kept_parameters
from rnn_modules.decomposition.parameters import preset
from rnn_modules.names import MODES
from support.networks import different_inputs, random_classifier, random_sentences, random_translator
from support.reference import MARGIN, decoder_arguments, embedded, to_oracle

stable = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
CELLS = {"lstm": "lstm", "gru": "gru", "vanilla": "vanilla", "relu": "vanilla"}
SHAPES = {
    "one_to_one": {"repeat": 1, "many_output": False},
    "one_to_many": {"repeat": 3, "many_output": True},
    "many_to_one": {"repeat": None, "many_output": False},
    "many_to_many": {"repeat": None, "many_output": True},
}
networks = st.fixed_dictionaries(
    {
        "rnn": st.sampled_from(sorted(CELLS)),
        "layers": st.integers(1, 4),
        "units": st.sampled_from([3, 5, 11]),
        "seed": st.integers(0, 2**32 - 1),
        "gates": st.sampled_from(["sigmoid", "hard_sigmoid"]),
    }
)
caps = st.sampled_from([None, None, 0.2, 0.5])
samples = st.sampled_from([1, 2, 3, 5, 500])


def chosen(architecture, network, cap, sample):
    """The preset, with fewer examples, or with a cap at which small layers lose more than one node."""
    parameters = preset("package", architecture, network["rnn"], network["layers"])
    changes = {"positive_sample": sample}
    if cap is not None:
        changes |= {"removal_cap": cap, "unrolled_removal_cap": None}
    return dataclasses.replace(parameters, **changes)


def with_gates(network, gates):
    layers = tuple(dataclasses.replace(layer, recurrent_activation=gates) for layer in network.layers)
    return dataclasses.replace(network, layers=layers)


def check_modules(modules, expected, network, inputs):
    """The same verdicts, and just the edges that are not zero in the copies."""
    kept = kept_parameters(modules, network)
    for label, module in enumerate(expected):
        for layer, nodes in enumerate(modules.kept):
            removed = module.removed[layer] if module.rolled is False else module.removed[layer][None]
            np.testing.assert_array_equal(~nodes[label, :, 0], removed, f"class {label}, layer {layer}")
        for name in ("kernel", "recurrent_kernel", "bias"):
            copies = np.array([[np.count_nonzero(array) for array in by_step] for by_step in getattr(module, name)])
            assert kept[name][0][label] == pytest.approx(copies.sum(axis=0).mean()), name


@given(st.sampled_from(sorted(SHAPES)), networks, caps, samples, st.sampled_from(MODES), st.integers(2, 4))
@settings(stable, max_examples=250)
def test_classifiers_become_the_packages_modules(architecture, sizes, cap, sample, mode, classes):
    shape = SHAPES[architecture]
    network = random_classifier(
        cell=CELLS[sizes["rnn"]],
        activation="relu" if sizes["rnn"] == "relu" else "tanh",
        layers=sizes["layers"],
        units=sizes["units"],
        seed=sizes["seed"],
        tokens=3,
        classes=classes,
        vocabulary=100,
        **shape,
    )
    network = with_gates(network, sizes["gates"])
    generator = np.random.default_rng(sizes["seed"])
    inputs = different_inputs(network, 14, sizes["seed"])
    # Some classes never occur at some timesteps.
    labels = generator.integers(0, classes, (14, network.timesteps) if network.many_output else 14)
    labels.reshape(-1)[:classes] = np.arange(classes)
    if network.many_output and sizes["seed"] % 2:
        labels[:, -1] = np.minimum(labels[:, -1], 1)
    parameters = chosen(architecture, sizes, cap, sample)
    case = package.Case(
        to_oracle(network),
        embedded(network, inputs),
        labels,
        classes,
        rolled=mode == "rolled",
        cap=parameters.cap_of(mode),
        aliased=architecture == "many_to_one" and mode == "rolled",
        M=sample,
    )
    expected = package.decompose(case)
    assume(package.margins(case.scores, sizes["rnn"] == "relu") > MARGIN)
    modules = decompose(network, inputs, labels, [f"class {label}" for label in range(classes)], parameters, (mode,))
    check_modules(modules[mode], expected, network, inputs)

    if mode == "rolled" and network.many_output:
        expected = [package.without_weights(module) for module in expected]
    odds = module_odds(network, modules[mode], inputs)["mean"]
    for row, x in enumerate(embedded(network, inputs)[:4]):
        logits = [oracle.run_module(module, x) for module in expected]
        difference = np.array([of_module[..., 0] - of_module[..., 1] for of_module in logits])
        np.testing.assert_allclose(odds[:, row], difference, rtol=0, atol=1e-9)
        best = np.sort(difference, axis=0)
        if (best[-1] - best[-2]).min() > 1e-8:
            np.testing.assert_array_equal(vote(odds[:, row]), oracle.vote(expected, x))


@given(networks.filter(lambda sizes: sizes["rnn"] != "relu"), caps, samples, st.sampled_from(MODES))
@settings(stable, max_examples=60)
def test_decoders_become_the_packages_modules(sizes, cap, sample, mode):
    network = random_translator(
        sizes["seed"], CELLS[sizes["rnn"]], min(2, sizes["layers"]), units=sizes["units"], words=80, target_tokens=4
    )
    encoder = with_gates(dataclasses.replace(network, layers=network.encoder), sizes["gates"]).layers
    network = dataclasses.replace(with_gates(network, sizes["gates"]), encoder=encoder)
    sources, targets = random_sentences(network, 12, sizes["seed"])
    labels = np.random.default_rng(sizes["seed"]).permutation(np.arange(12) % 3)
    parameters = chosen("encoder_decoder", sizes, cap, sample)
    replayed = dataclasses.replace(
        network,
        encoder=tuple(dataclasses.replace(layer, recurrent_activation="sigmoid") for layer in encoder),
    )
    if CELLS[sizes["rnn"]] == "gru":
        replayed = dataclasses.replace(
            replayed, encoder=tuple(dataclasses.replace(layer, reset_after=True) for layer in replayed.encoder)
        )
    case = package.Case(
        to_oracle(network),
        Y=labels,
        classes=3,
        rolled=mode == "rolled",
        cap=parameters.cap_of(mode),
        decoder=True,
        M=sample,
        **decoder_arguments(replayed, (sources, targets)),
    )
    expected = package.decompose(case)
    assume(package.margins(case.scores, relu=False) > MARGIN)
    modules = decompose(network, (sources, targets), labels, ["fr", "de", "it"], parameters, (mode,))
    check_modules(modules[mode], expected, network, (sources, targets))
