"""Each kind of public model the whole way: checked, cut, judged, saved, loaded, exported, put together."""

import keras
import numpy as np
import pytest

import rnn_modules as rm
from rnn_modules.network.graph import read_graph
from support.public_kinds import TEXT_KINDS
from support.public_kinds_series import SERIES_KINDS
from support.public_networks import asked, same

KINDS = TEXT_KINDS | SERIES_KINDS


def of_one_against_rest(answers, report):
    """What Keras' answers say of each class, ``(..., classes)``."""
    link, units = report
    if link == "linear":
        answers = 1 / (1 + np.exp(-answers)) if units == 1 else np.asarray(keras.ops.softmax(answers))
    return np.concatenate([1 - answers, answers], axis=-1) if units == 1 else answers


def made_up_labels(answers, independent):
    """Labels of the answers' form, with every class in them."""
    generator = np.random.default_rng(0)
    if independent:
        labels = generator.integers(0, 2, answers.shape)
        labels.reshape(-1, answers.shape[-1])[:2] = [[0], [1]]
        return labels
    labels = generator.integers(0, max(2, answers.shape[-1]), answers.shape[:-1])
    labels.flat[: max(2, answers.shape[-1])] = range(max(2, answers.shape[-1]))
    return labels


@pytest.mark.parametrize("name", KINDS)
def test_the_whole_way(name, tmp_path):
    model, inputs = KINDS[name]()
    answers = asked(model, inputs)
    assert rm.check(model).supported, str(rm.check(model))
    x = list(inputs) if isinstance(inputs, tuple) else inputs
    whole = rm.decompose(model, x, made_up_labels(answers, _independent(model)), removal_cap=0, head="log_sum_exp")
    same(whole.predict_proba(x), of_one_against_rest(answers, _end(model)), atol=1e-4)
    y = made_up_labels(answers, _independent(model))
    masked = any(_masks(call.operation) for call in read_graph(model).calls)
    model.save(tmp_path / "model.keras")
    for mode, cap in (("rolled", 0.5), ("unrolled", 0.3)):
        modules = rm.decompose(model, x, y, mode=mode, removal_cap=cap, relu_rule="rate_difference")
        expected = modules.predict_proba(x)
        assert 0 <= modules.score(x, y) <= 1
        table = modules.recognition(x, y)
        assert list(table.index) == list(modules.classes) and (table["kept_nodes"] < 1).any()
        modules.save(tmp_path / "modules.npz")
        # Once is enough to read the parent's file.
        parent = tmp_path / "model.keras" if KINDS[name].file and mode == "rolled" else model
        loaded = rm.load(tmp_path / "modules.npz", parent)
        same(loaded.predict_proba(x), expected)
        exported = loaded[1].to_keras()
        # The cells of unrolled modules take long to load, and without masks are layers like any.
        if KINDS[name].file and (mode == "rolled" or masked):
            exported.save(tmp_path / "module.keras")
            exported = keras.models.load_model(tmp_path / "module.keras")
        same(asked(exported, inputs)[..., 1], expected[..., 1], atol=1e-4)
        mixed = whole.replace(1, loaded[1])
        same(mixed.predict_proba(x)[..., 1], expected[..., 1])
        union = mixed[[1]] | modules[[0]]
        same(union.predict_proba(x), expected[..., [1, 0]])


def test_texts_may_be_bytes():
    model, texts = TEXT_KINDS["text_in_columns"]()
    y = np.arange(len(texts)) % 3
    modules = rm.decompose(model, texts, y, preset="paper")
    for given in (np.char.encode(texts.astype(str)), keras.ops.convert_to_tensor(texts.tolist())):
        np.testing.assert_array_equal(modules.decision_function(given), modules.decision_function(texts))
    names = np.array([b"ham", b"news", b"spam"])[y]
    assert rm.decompose(model, texts, names, preset="paper").classes == ("ham", "news", "spam")
    with pytest.raises(rm.InputError, match="no UTF-8"):
        modules.decision_function(np.array([[b"\xff"]]))


def test_unrolled_modules_of_any_length_have_one():
    model, x = SERIES_KINDS["any_length_below_a_convolution"]()
    y, longer = np.arange(len(x)) % 3, np.concatenate([x, x], axis=1)
    modules = rm.decompose(model, x, y, mode="unrolled", removal_cap=0.3)
    assert [kept.shape[1] for kept in modules.parts[0].masks.kept] == [3, 2]
    with pytest.raises(rm.InputError, match="x: 7, 6 timesteps, but these unrolled modules have masks for 3, 2"):
        modules.decision_function(longer)
    with pytest.raises(Exception, match="must be unchanged"):
        modules[0].to_keras()(longer)
    others = rm.decompose(model, longer, y, mode="unrolled", removal_cap=0.3)
    with pytest.raises(rm.InputError, match="but these unrolled modules have masks for 3, 2"):
        modules.replace(1, others[1]).decision_function(longer)


def test_of_several_tags_each_counts():
    model, x = TEXT_KINDS["several_tags_of_a_word"]()
    y = np.random.default_rng(0).integers(0, 2, (*x.shape, 3))
    modules = rm.decompose(model, x, y, keep=0.6)
    masks = rm.decompose(model, x, y, head="calibrated", preset="paper")
    assert masks.predict(x).shape == y.shape
    said = modules.predict(x)
    assert said.shape == y.shape
    assert modules.score(x, y) == (said == y).all(axis=-1).mean()
    assert modules.recognition(x, y)["examples"].tolist() == y.sum(axis=(0, 1)).tolist()
    with pytest.raises(rm.InputError, match="ignore: received 0, but several"):
        modules.score(x, y, ignore=0)
    with pytest.raises(rm.InputError, match=r"y: several .* \(examples, timesteps, 3\) of 0 and 1"):
        modules.score(x, y[:, 0])
    with pytest.raises(rm.InputError, match="y: 3 labels an example, but the model decides 4 times"):
        rm.decompose(model, x, y[:, :3])


def test_decisions_that_are_no_timesteps():
    model, x = TEXT_KINDS["slots_of_an_intent"]()
    y = np.arange(len(x) * 2).reshape(-1, 2) % 3
    names = np.array(["when", "where", "who"])
    modules = rm.decompose(model, x, names[y], preset="paper")
    assert modules.predict(x).shape == (len(x), 2)
    assert modules.score(x, names[y]) == (modules.predict(x) == names[y]).mean()


def _masks(layer):
    return getattr(layer, "mask_zero", False) or hasattr(layer, "mask_value")


def _end(model):
    return read_graph(model).link, model.outputs[0].shape[-1]


def _independent(model):
    link, units = _end(model)
    return link == "sigmoid" and units > 1
