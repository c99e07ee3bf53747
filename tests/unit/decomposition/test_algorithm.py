"""Decomposition against the literal transcription of the algorithms, and the choice of samples."""

import dataclasses

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import oracle
from rnn_modules.decomposition.algorithm import decompose
from rnn_modules.decomposition.composition import module_odds, vote
from rnn_modules.decomposition.counts import jaccard
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.samples import Samples, draw_samples
from rnn_modules.files.atomic_files import InputError
from rnn_modules.network import SQUASHED_GATES
from support.networks import (
    different_inputs,
    random_classifier,
    random_inputs,
    random_sentences,
    random_translator,
    with_constant_node,
)
from support.reference import (
    decoder_arguments,
    embedded,
    hangs_on_rounding,
    oracle_modules,
    pooled_jaccard,
    to_oracle,
)

stable = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
seeds = st.integers(0, 2**32 - 1)
parameters = st.builds(
    DecompositionParameters,
    removal_cap=st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.5, 1.0]),
    removal_scope=st.sampled_from(["model", "layer"]),
    cap_counts=st.sampled_from(["removals", "nodes", "edges"]),
    gate_approach=st.sampled_from(["hidden_state", "per_gate"]),
    sigmoid_gates=st.sampled_from(["central_tendency", "open_share"]),
)


architectures = st.fixed_dictionaries(
    {
        "seed": seeds,
        "kind": st.sampled_from([("vanilla", "tanh"), ("vanilla", "relu"), ("gru", "tanh"), ("lstm", "tanh")]),
        "layers": st.integers(1, 3),
        "units": st.integers(2, 5),
        "tokens": st.integers(1, 5),
        "classes": st.integers(2, 4),
        "many_output": st.booleans(),
        "repeat": st.sampled_from([None, None, 1, 3]),
        "constant": st.none() | st.tuples(st.integers(0, 2), st.integers(0, 4), st.sampled_from([-0.4, 0.3])),
    }
)


def classifier(kind, constant, units, layers, **sizes):
    """A network of any classification architecture, perhaps with a node that says the same always."""
    network = random_classifier(cell=kind[0], activation=kind[1], units=units, layers=layers, vocabulary=100, **sizes)
    if constant is None:
        return network
    layer, node, bias = constant
    return with_constant_node(network, layer % layers, node % units, bias)


def random_rows(generator, labels, classes):
    """Rows of a sample and of its opposite, of any size, zero included."""
    sampled = [], []
    for label in range(classes):
        for side, rows in zip(sampled, (np.flatnonzero(labels == label), np.flatnonzero(labels != label)), strict=True):
            size = generator.integers(0, len(rows) + 1) if generator.random() < 0.5 else len(rows)
            side.append(generator.permutation(rows)[:size])
    return sampled


def random_samples(generator, labels, classes, timesteps):
    """Samples per timestep for label sequences, else the same at each."""
    if labels.ndim == 2:
        per_step = [random_rows(generator, labels[:, step], classes) for step in range(timesteps)]
    else:
        per_step = [random_rows(generator, labels, classes)] * timesteps
    return Samples(*([[drawn[side][label] for drawn in per_step] for label in range(classes)] for side in (0, 1)))


def kept_nodes(module, layer):
    """The oracle's verdicts in the shape of one module of the library."""
    removed = module.removed[layer]
    if module.rolled:
        removed = removed[None]
    if module.gate_approach == "hidden_state":
        removed = removed[:, None]
    return ~removed


def names(classes):
    return [f"class {label}" for label in range(classes)]


@given(architectures, parameters, st.sampled_from(["rolled", "unrolled"]), st.integers(1, 20), seeds)
@settings(stable, max_examples=300)
def test_classifiers_are_decomposed_as_the_algorithms_say(architecture, chosen, mode, examples, seed):
    network = classifier(**architecture)
    generator = np.random.default_rng(seed)
    classes = network.outputs
    inputs = different_inputs(network, examples, seed)
    # Some classes never occur at some timesteps.
    shape = (examples, network.timesteps) if network.many_output else examples
    labels = generator.integers(0, generator.integers(1, classes + 1), shape)
    samples = random_samples(generator, labels, classes, network.timesteps)
    assume(any(len(rows) for side in (samples.positive, samples.negative) for by_step in side for rows in by_step))
    assume(not hangs_on_rounding(network, inputs, samples, mode == "rolled", chosen))

    expected = oracle_modules(network, inputs, labels, samples, classes, mode == "rolled", chosen)
    modules = decompose(network, inputs, labels, names(classes), chosen, (mode,), samples)[mode]

    for label, module in enumerate(expected):
        for layer, kept in enumerate(modules.kept):
            np.testing.assert_array_equal(kept[label], kept_nodes(module, layer), f"class {label}, layer {layer}")

    odds = module_odds(network, modules, inputs)["mean"]
    for row, x in enumerate(embedded(network, inputs)[:6]):
        logits = [oracle.run_module(module, x) for module in expected]
        difference = np.array([of_module[..., 0] - of_module[..., 1] for of_module in logits])
        np.testing.assert_allclose(odds[:, row], difference, rtol=0, atol=1e-9)
        best = np.sort(difference, axis=0)
        if (best[-1] - best[-2]).min() > 1e-8:
            np.testing.assert_array_equal(vote(odds[:, row]), oracle.vote(expected, x))

    if all(layer.kernel.all() and layer.recurrent_kernel.all() for layer in network.layers):
        indices = [pooled_jaccard(to_oracle(network), module) for module in expected]
        np.testing.assert_allclose(jaccard(modules, network), indices, rtol=0, atol=1e-12)


def without_padding(samples, valid, parameters):
    """Samples as the literal transcription reads them: of real steps alone, where padding does not count."""
    if parameters.masked_observations == "count":
        return samples
    sides = [
        [[rows[valid[step, rows]] for step, rows in enumerate(of_class)] for of_class in side]
        for side in (samples.positive, samples.negative)
    ]
    return Samples(*sides)


@given(
    st.sampled_from(["vanilla", "gru", "lstm"]),
    st.integers(1, 2),
    st.integers(1, 5),
    parameters,
    st.sampled_from(["rolled", "unrolled"]),
    seeds,
)
@settings(stable, max_examples=120)
def test_decoders_are_decomposed_from_real_steps_and_the_encoders_state(cell, layers, tokens, chosen, mode, seed):
    generator = np.random.default_rng(seed)
    examples = int(generator.integers(3, 16))
    network = random_translator(seed, cell, layers, units=3, words=1 + examples * tokens, target_tokens=tokens)
    sources, targets = random_sentences(network, examples, seed)
    different = 1 + generator.permutation(examples * tokens).reshape(examples, tokens)
    inputs = (sources, np.where(targets != 0, different, 0).astype(np.int32))
    labels = generator.permutation(np.arange(examples) % 3)
    # A sample at least as large as the class: all rows, and of these only the real steps.
    chosen = dataclasses.replace(chosen, positive_sample=100)
    samples = without_padding(draw_samples(labels, 3, tokens, chosen), network.valid(inputs), chosen)
    assume(not hangs_on_rounding(network, inputs, samples, mode == "rolled", chosen))

    expected = oracle_modules(network, inputs, labels, samples, 3, mode == "rolled", chosen)
    modules = decompose(network, inputs, labels, names(3), chosen, (mode,))[mode]

    arguments = decoder_arguments(network, inputs)
    for label, module in enumerate(expected):
        for layer, kept in enumerate(modules.kept):
            np.testing.assert_array_equal(kept[label], kept_nodes(module, layer), f"language {label}, layer {layer}")
        received = network.logits(inputs, modules.select([label]).masks(network))
        for row in range(3):
            state = arguments["initial_state"]
            state = tuple(part[row] for part in state) if isinstance(state, tuple) else state[row]
            logits = oracle.run_module(module, arguments["X"][row], arguments["mask"][row], state)
            np.testing.assert_allclose(received[row], logits, rtol=0, atol=1e-9)
    indices = [pooled_jaccard(to_oracle(network), module, include_output=False) for module in expected]
    np.testing.assert_allclose(jaccard(modules, network), indices, rtol=0, atol=1e-12)


@pytest.mark.parametrize("many_output", [False, True])
@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
def test_modules_of_a_class_are_the_same_whichever_modes_are_asked_for(cell, many_output):
    network = random_classifier(cell=cell, many_output=many_output)
    inputs = random_inputs(network, 40)
    labels = np.random.default_rng(1).integers(0, 3, (40, 5) if many_output else 40)
    both = decompose(network, inputs, labels, names(3), DecompositionParameters())
    for mode in ("rolled", "unrolled"):
        alone = decompose(network, inputs, labels, names(3), DecompositionParameters(), (mode,))[mode]
        for kept, other in zip(both[mode].kept, alone.kept, strict=True):
            np.testing.assert_array_equal(kept, other)
    assert both["rolled"].kept[0].shape == (3, 1, 1, 4)
    assert both["unrolled"].kept[0].shape == (3, 5, 1, 4)


@pytest.mark.parametrize("mode", ["rolled", "unrolled"])
def test_gates_are_judged_by_their_own_activation(mode):
    network = random_classifier(cell="gru", layers=1, classes=2, units=6)
    inputs, labels = random_inputs(network, 30), np.arange(30) % 2
    chosen = DecompositionParameters(gate_approach="per_gate", sigmoid_gates="open_share", removal_cap=1.0)
    kept = decompose(network, inputs, labels, names(2), chosen, (mode,))[mode].kept[0]
    assert kept.shape == (2, 1 if mode == "rolled" else 5, 3, 6)
    (observed,) = network.observe(inputs, gates=True)
    by_step = [at.of(np.arange(30)) for at in observed]
    for step in range(kept.shape[1]):
        values = np.concatenate(by_step) if mode == "rolled" else by_step[step]
        which = np.tile(labels, 5) if mode == "rolled" else labels
        for gate, name in enumerate(("update", "reset", "candidate")):
            if name in SQUASHED_GATES:
                continue
            share_open = [(values[which == label, gate] >= 0.5).mean(axis=0) for label in (0, 1)]
            np.testing.assert_array_equal(kept[0, step, gate], share_open[0] >= share_open[1])
            np.testing.assert_array_equal(kept[1, step, gate], share_open[1] >= share_open[0])


def test_equal_activations_are_equal_to_the_last_bit(monkeypatch):
    """Where most texts are still padding their distances must be 0 and not a rounding error of a matrix product."""
    network = random_classifier(layers=1, units=64, tokens=8, vocabulary=500, dtype=np.float32)
    inputs = random_inputs(network, 700)
    inputs[np.arange(8) < np.random.default_rng(0).integers(0, 8, (700, 1))] = 0
    labels = np.arange(700) % 3
    (observed,) = network.observe(inputs)
    for step in range(8):
        padding = observed[step].of(np.flatnonzero((inputs[:, : step + 1] == 0).all(axis=1)))
        assert (padding == padding[:1]).all()
    kept = decompose(network, inputs, labels, names(3), DecompositionParameters())["unrolled"].kept[0]
    monkeypatch.setattr("rnn_modules.network.batching.ROWS_AT_ONCE", 40)
    again = decompose(network, inputs, labels, names(3), DecompositionParameters())["unrolled"].kept[0]
    np.testing.assert_array_equal(kept, again)


def test_last_timestep_alone_is_observed_when_asked():
    network = random_classifier(layers=1, units=8)
    inputs, labels = random_inputs(network, 60), np.arange(60) % 3
    last = DecompositionParameters(rolled_observations="last_timestep", removal_cap=1.0)
    modules = decompose(network, inputs, labels, names(3), last)
    np.testing.assert_array_equal(modules["rolled"].kept[0][:, 0], modules["unrolled"].kept[0][:, -1])
    every = decompose(network, inputs, labels, names(3), dataclasses.replace(last, rolled_observations="all_timesteps"))
    assert (every["rolled"].kept[0] != modules["rolled"].kept[0]).any()


def test_padded_steps_count_only_when_asked():
    """What is drawn without them, and what is drawn and left out while observing, gives the same modules."""
    network = random_translator(words=50)
    inputs = random_sentences(network, 30)
    labels = np.arange(30) % 3
    kept = {}
    for masked in ("drop", "count"):
        chosen = DecompositionParameters(masked_observations=masked)
        samples = without_padding(draw_samples(labels, 3, 5, chosen), network.valid(inputs), chosen)
        assert (len(samples.positive[0][-1]) == 10) is (masked == "count")
        kept[masked] = [
            decompose(network, inputs, labels, names(3), chosen, samples=given) for given in (None, samples)
        ]
        for mode in ("rolled", "unrolled"):
            for one, other in zip(*(modules[mode].kept for modules in kept[masked]), strict=True):
                np.testing.assert_array_equal(one, other)
    dropped, counted = (kept[masked][0]["unrolled"].kept for masked in ("drop", "count"))
    assert any((one != other).any() for one, other in zip(dropped, counted, strict=True))


@pytest.mark.parametrize("many_output", [False, True])
def test_what_is_monitored_is_the_model_as_trained_unless_asked(many_output):
    network = random_classifier(cell="gru", layers=2, units=8, many_output=many_output)
    inputs = random_inputs(network, 60)
    labels = np.random.default_rng(1).integers(0, 3, (60, 5) if many_output else 60)
    trained = DecompositionParameters(reset_gate="after_product", removal_cap=1.0)
    replayed = dataclasses.replace(trained, monitored_network="replayed")
    found = [decompose(network, inputs, labels, names(3), one) for one in (trained, replayed)]
    plain = decompose(network, inputs, labels, names(3), dataclasses.replace(trained, reset_gate="trained"))
    other = network.with_layers([dataclasses.replace(layer, reset_after=True) for layer in network.layers])
    expected = decompose(other, inputs, labels, names(3), trained)
    for mode in ("rolled", "unrolled"):
        for layer in range(2):
            np.testing.assert_array_equal(found[0][mode].kept[layer], plain[mode].kept[layer])
            np.testing.assert_array_equal(found[1][mode].kept[layer], expected[mode].kept[layer])
        assert any((a != b).any() for a, b in zip(found[0][mode].kept, found[1][mode].kept, strict=True))


def test_unrolled_modules_may_have_a_cap_of_their_own():
    network = random_classifier(layers=1, units=10)
    inputs, labels = random_inputs(network, 60), np.arange(60) % 3
    chosen = DecompositionParameters(cap_counts="nodes", removal_cap=0.1, unrolled_removal_cap=0.3)
    found = decompose(network, inputs, labels, names(3), chosen)
    removed = {mode: (~modules.kept[0]).sum(axis=-1).max() for mode, modules in found.items()}
    assert removed == {"rolled": 1, "unrolled": 3}


def test_a_class_without_an_example_is_an_error():
    network = random_classifier()
    with pytest.raises(InputError, match=r"classes \[1\] have no example"):
        decompose(network, random_inputs(network, 6), np.array([0, 2] * 3), names(3), DecompositionParameters())
    with pytest.raises(InputError, match=r"expected classes 0\.\.2, received 3"):
        decompose(network, random_inputs(network, 4), np.arange(4), names(3), DecompositionParameters())


def test_a_class_that_is_absent_at_a_timestep_keeps_all_its_nodes_there():
    network = random_classifier(many_output=True, layers=1)
    labels = np.random.default_rng(0).integers(0, 3, (30, 5))
    labels[:, 2] = np.where(labels[:, 2] == 1, 0, labels[:, 2])
    chosen = DecompositionParameters(removal_cap=1.0)
    kept = decompose(network, random_inputs(network, 30), labels, names(3), chosen, ("unrolled",))["unrolled"].kept[0]
    assert kept[1, 2].all()
    assert not kept[1, [0, 1, 3, 4]].all()


def test_layers_of_different_activations_are_ranked_by_themselves():
    """Each by its own rule, as if layers were ranked one by one."""
    network = random_classifier(cell="vanilla", units=8)
    changed = dataclasses.replace(network.layers[1], activation="relu")
    network = dataclasses.replace(network, layers=(network.layers[0], changed))
    inputs, labels = random_inputs(network, 60), np.arange(60) % 3
    chosen = DecompositionParameters(relu_rule="rate_difference")
    mixed, apart = (
        decompose(network, inputs, labels, names(3), dataclasses.replace(chosen, removal_scope=scope))
        for scope in ("model", "layer")
    )
    for mode in ("rolled", "unrolled"):
        assert not mixed[mode].kept[0].all()
        for one, other in zip(mixed[mode].kept, apart[mode].kept, strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_mode_that_is_named_twice_counts_once():
    network = random_classifier()
    inputs = random_inputs(network, 30, 0)
    labels = np.arange(30) % network.outputs
    names = tuple(map(str, range(network.outputs)))
    once, twice = (
        decompose(network, inputs, labels, names, DecompositionParameters(), modes)["rolled"]
        for modes in (["rolled"], ["rolled", "rolled"])
    )
    assert [one.tolist() for one in once.kept] == [one.tolist() for one in twice.kept]
