"""Modules as masks: which edges go, what is left, the head, saving and loading."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from rnn_modules.decomposition.composition import module_odds
from rnn_modules.decomposition.masks import Modules, head_odds, whole_modules
from rnn_modules.decomposition.parameters import EDGES, DecompositionParameters
from rnn_modules.files.atomic_files import InputError, write_arrays
from rnn_modules.network import EncoderDecoder
from support.networks import random_classifier, random_inputs, random_modules, random_translator
from support.reference import embedded, materialised

stable = settings(deadline=None, derandomize=True)
removals = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["rolled", "unrolled"]),
        "seed": st.integers(0, 2**32 - 1),
        "share": st.sampled_from([0.2, 0.6]),
        "per_gate": st.booleans(),
        "removed_edges": st.lists(st.sampled_from(EDGES), unique=True).map(tuple) | st.just(EDGES),
        "unrolled_output_rows": st.sampled_from(["same_timestep", "first_timestep"]),
    }
)


@given(
    st.sampled_from(["vanilla", "gru", "lstm"]), st.integers(1, 2), st.booleans(), st.sampled_from([None, 3]), removals
)
@settings(stable, max_examples=80)
def test_masks_do_what_zeros_in_a_copy_of_the_weights_do(cell, layers, many_output, repeat, removal):
    network = random_classifier(cell=cell, layers=layers, many_output=many_output, repeat=repeat, tokens=3)
    modules = random_modules(network, **removal)
    inputs = random_inputs(network, 3)
    odds = module_odds(network, modules, inputs)["mean"]
    for index in range(3):
        copy = oracle.channel(materialised(network, modules, index), index)
        for row, x in enumerate(embedded(network, inputs)):
            logits = oracle.run_module(copy, x)
            np.testing.assert_allclose(odds[index, row], logits[..., 0] - logits[..., 1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("per_gate", [False, True])
def test_masks_when_the_reset_gate_comes_after_the_product(per_gate):
    network = random_classifier(cell="gru", layers=1)
    (layer,) = network.layers
    layer = dataclasses.replace(layer, reset_after=True, recurrent_bias=np.linspace(-1, 1, 12))
    network = dataclasses.replace(network, layers=(layer,))
    modules = random_modules(network, per_gate=per_gate)
    inputs = random_inputs(network, 4)
    odds = module_odds(network, modules, inputs)["mean"]
    for index in range(3):
        kept = modules.kept[0][index, 0]
        columns = np.broadcast_to(kept, (3, 4)).reshape(-1)
        rows = kept.any(axis=0)[:, None]
        copy = dataclasses.replace(
            layer,
            kernel=layer.kernel * columns,
            recurrent_kernel=layer.recurrent_kernel * columns * rows,
            bias=layer.bias * columns,
            recurrent_bias=layer.recurrent_bias * columns,
        )
        copied = dataclasses.replace(network, layers=(copy,), output_kernel=network.output_kernel * rows)
        logits = np.broadcast_to(copied.logits(inputs), (3, 4, 3))
        np.testing.assert_allclose(odds[index], head_odds(logits, "mean")[index], rtol=0, atol=1e-12)


@given(st.sampled_from(["vanilla", "gru", "lstm"]), st.integers(1, 3), st.booleans(), st.sampled_from([2, 4]), removals)
@settings(stable, max_examples=60)
def test_kept_weights_are_those_of_the_copy_that_are_not_zero(cell, layers, many_output, classes, removal):
    network = random_classifier(cell=cell, layers=layers, many_output=many_output, classes=classes, tokens=3)
    modules = random_modules(network, **removal)
    kept = modules.kept_parameters(network)
    for index in range(classes):
        copy = materialised(network, modules, index)
        for name in ("kernel", "recurrent_kernel", "bias"):
            steps = np.array([[np.count_nonzero(array) for array in by_step] for by_step in getattr(copy, name)])
            assert kept[name][0][index] == pytest.approx(steps.sum(axis=0).mean()), name
            assert kept[name][1] == sum(getattr(layer, name).size for layer in network.layers)
        # Of the channelled output layer the dominant class's column is unchanged; of two classes both are.
        columns = range(classes) if classes == 2 else [index]
        left = np.mean([sum(np.count_nonzero(kernel[:, c]) for c in columns) for kernel in copy.output_kernel])
        assert kept["output"][0][index] == pytest.approx(left)
    assert kept["output"][1] == network.output_kernel.size
    assert kept["other"][0].tolist() == [network.embedding.size] * classes


def test_kept_share_counts_all_weights():
    network = random_translator(words=6)
    whole = whole_modules(network, ("fr", "de", "it"))
    np.testing.assert_allclose(whole.kept_share(network), 1)
    np.testing.assert_allclose(whole.jaccard(network), 1)
    modules = random_modules(network, classes=3)
    kept = modules.kept_parameters(network)
    decoder = sum(layer.kernel.size + layer.recurrent_kernel.size + layer.bias.size for layer in network.layers)
    encoder = sum(layer.kernel.size + layer.recurrent_kernel.size + layer.bias.size for layer in network.encoder)
    embeddings = network.source_embedding.size + network.target_embedding.size
    assert sum(total for _, total in kept.values()) == decoder + encoder + embeddings + network.output_kernel.size
    assert kept["other"][1] == encoder + embeddings
    assert kept["output"][0].tolist() == [modules.kept[-1][index].sum() * 6 for index in range(3)]
    share = kept["kernel"][0] / kept["kernel"][1]
    np.testing.assert_allclose(modules.jaccard(network), share / (2 - share))


def test_removed_share_per_layer():
    network = random_classifier(units=4, classes=2)
    kept = np.ones((2, 1, 1, 4), bool)
    kept[0, 0, 0, :3] = False
    modules = dataclasses.replace(random_modules(network), kept=(kept, np.ones((2, 1, 1, 4), bool)))
    assert modules.removed_share_per_layer() == [3 / 8, 0.0]


@pytest.mark.parametrize("head", ["mean", "log_sum_exp"])
@pytest.mark.parametrize("mode", ["rolled", "unrolled"])
@pytest.mark.parametrize(("classes", "many_output"), [(2, False), (5, False), (4, True)])
def test_whole_modules_decide_as_the_network_does(classes, many_output, mode, head):
    """Both heads grow with the dominant logit when all modules see the same logits.

    The mean of the others is (sum - dominant) / (classes - 1), their log-sum-exp log(exp(all) - exp(dominant)). So only
    removed nodes, by which each module gets a sum of its own, or thresholds of their own can change the order.
    """
    network = random_classifier(classes=classes, many_output=many_output)
    inputs = random_inputs(network, 200)
    odds = module_odds(network, whole_modules(network, tuple("abcde"[:classes]), mode), inputs, (head,))[head]
    np.testing.assert_array_equal(odds.argmax(axis=0), network.logits(inputs).argmax(axis=-1))


def test_heads_by_their_formula():
    logits = np.random.default_rng(0).normal(0, 3, (4, 6, 2, 4))
    thresholds = np.array([0.5, -1.0, 0.0, 2.0])
    received = {head: head_odds(logits, head, thresholds) for head in ("mean", "log_sum_exp", "calibrated")}
    for module in range(4):
        for row in range(6):
            for step in range(2):
                others = [logits[module, row, step, label] for label in range(4) if label != module]
                dominant = logits[module, row, step, module]
                probability = np.exp(dominant) / np.exp(logits[module, row, step]).sum()
                expected = {
                    "mean": dominant - sum(others) / 3,
                    "log_sum_exp": np.log(probability / (1 - probability)),
                    "calibrated": dominant - sum(others) / 3 - thresholds[module],
                }
                for head, value in expected.items():
                    assert received[head][module, row, step] == pytest.approx(value), head


def test_log_sum_exp_neither_overflows_nor_ties():
    logits = np.broadcast_to(np.array([1000.0, 0.0, -1000.0]), (3, 1, 3))
    np.testing.assert_allclose(head_odds(logits, "log_sum_exp")[:, 0], [1000, -1000, -2000])


def test_calibrated_head_needs_thresholds():
    with pytest.raises(InputError, match="calibrated"):
        head_odds(np.zeros((2, 1, 2)), "calibrated")


def test_select_takes_modules_in_the_order_given():
    network = random_classifier(classes=4)
    modules = dataclasses.replace(random_modules(network), thresholds=np.arange(4.0))
    chosen = modules.select([2, 0])
    assert chosen.class_names == ("class 2", "class 0")
    assert chosen.thresholds.tolist() == [2.0, 0.0]
    for kept, all_kept in zip(chosen.kept, modules.kept, strict=True):
        np.testing.assert_array_equal(kept, all_kept[[2, 0]])


@pytest.fixture
def saved(tmp_path):
    """A network, modules of units that fill no whole byte, and the files they are saved in."""
    network = random_classifier(units=11, classes=3)
    modules = random_modules(network, mode="unrolled", per_gate=True, removed_edges=("kernel_columns", "output_rows"))
    modules = dataclasses.replace(modules, thresholds=np.array([0.25, -1.0, 3.0], np.float32))
    files = tmp_path / "unrolled.npz", tmp_path / "unrolled.json"
    modules.save(*files)
    return network, modules, files


def test_loaded_modules_are_those_saved(saved):
    network, modules, files = saved
    loaded = Modules.load(*files, network)
    for kept, other in zip(loaded.kept, modules.kept, strict=True):
        assert kept.dtype == bool
        np.testing.assert_array_equal(kept, other)
    np.testing.assert_array_equal(loaded.thresholds, modules.thresholds)
    for name in ("mode", "class_names", "parent", "parameters", "counts"):
        assert getattr(loaded, name) == getattr(modules, name), name
    inputs = random_inputs(network, 5)
    received, expected = (module_odds(network, one, inputs, ("calibrated",))["calibrated"] for one in (loaded, modules))
    np.testing.assert_array_equal(received, expected)


def test_modules_without_thresholds_stay_without(tmp_path):
    network = random_classifier()
    files = tmp_path / "rolled.npz", tmp_path / "rolled.json"
    random_modules(network).save(*files)
    assert Modules.load(*files).thresholds is None


def test_masks_take_a_bit_per_node(tmp_path):
    network = random_classifier(units=100, classes=10, tokens=15, layers=1)
    modules = random_modules(network, mode="unrolled", share=0.5)
    modules.save(tmp_path / "unrolled.npz", tmp_path / "unrolled.json")
    # 10 classes x 15 timesteps x 13 bytes, random, so no compression makes it smaller.
    assert 10 * 15 * 13 * 0.9 < (tmp_path / "unrolled.npz").stat().st_size < 10 * 15 * 13 + 500
    assert (tmp_path / "unrolled.json").stat().st_size < 5000


def test_manifest_names_parent_and_parameters(saved):
    network, modules, (_, manifest) = saved
    described = json.loads(manifest.read_text())
    assert described["parent_sha256"] == network.sha256
    assert described["class_names"] == list(modules.class_names)
    assert described["counts"]["class 1"] == {"positive": 2, "negative": 7}
    parameters = described["parameters"] | {"removed_edges": tuple(described["parameters"]["removed_edges"])}
    assert DecompositionParameters(**parameters) == modules.parameters


def test_another_parent_is_an_error(saved):
    network, modules, files = saved
    other = random_classifier(seed=1, units=11, classes=3)
    with pytest.raises(InputError, match=rf"unrolled.npz: the modules belong to the network {network.sha256[:12]}"):
        Modules.load(*files, other)
    with pytest.raises(InputError, match=other.sha256[:12]):
        module_odds(other, modules, random_inputs(other, 2))


def test_damaged_files_are_named(saved):
    _, _, files = saved
    for path in files:
        whole = path.read_bytes()
        for damaged in (b"", whole[: len(whole) // 2], b"nothing of the kind"):
            path.write_bytes(damaged)
            with pytest.raises(InputError, match=path.name):
                Modules.load(*files)
        path.write_bytes(whole)
        path.rename(path.with_suffix(".away"))
        with pytest.raises(InputError, match=path.name):
            Modules.load(*files)
        path.with_suffix(".away").rename(path)
    Modules.load(*files)


def test_masks_of_another_decomposition_are_an_error(saved):
    network, modules, (path, manifest) = saved
    write_arrays(path, {f"kept.{i}": np.packbits(~mask, axis=-1) for i, mask in enumerate(modules.kept)})
    with pytest.raises(InputError, match=r"unrolled.npz: its masks are not those that .*unrolled.json describes"):
        Modules.load(path, manifest, network)


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "sideways"},
        {"class_names": ["only one"]},
        {"units": [11, 11, 11]},
        {"parameters": {"removal_cap": 0.2}},
        {"parameters": {"removed_edges": [], "no_such_parameter": 1}},
        {"units": None},
    ],
)
def test_manifest_that_does_not_fit_is_named(saved, change):
    _, _, (path, manifest) = saved
    described = json.loads(manifest.read_text()) | change
    manifest.write_text(json.dumps(described))
    with pytest.raises(InputError, match="unrolled.json"):
        Modules.load(path, manifest)


def test_manifest_that_lacks_a_key_is_named(saved):
    _, _, (path, manifest) = saved
    described = json.loads(manifest.read_text())
    del described["parent_sha256"]
    manifest.write_text(json.dumps(described))
    with pytest.raises(InputError, match=r"unrolled.json: lacks parent_sha256"):
        Modules.load(path, manifest)


def test_modules_of_a_translator_are_masks_of_the_decoder():
    network = random_translator()
    assert isinstance(network, EncoderDecoder)
    masks = random_modules(network, classes=3, mode="unrolled").select([1]).masks(network)
    assert len(masks) == len(network.layers)
    assert len(masks[0].steps) == network.target_tokens
