"""The public face: modules of one's own model by name; what once went wrong without a word is right or refused."""

import warnings

import keras
import numpy as np
import pytest
from keras import layers as L  # noqa: N812

import rnn_modules as rm
from rnn_modules.decomposition.algorithm import decompose as find_masks
from rnn_modules.decomposition.parameters import DecompositionParameters
from support.networks import random_classifier, random_inputs

NAMES = ("ham", "news", "spam", "work")
RANDOM = np.random.default_rng(0)
X = RANDOM.integers(0, 20, (120, 6))
Y = X[:, 0] % 4
Y[:4] = range(4)


def built(*layers, shape=(6,), units=8, outputs=4, activation="softmax", seed=0, **settings):
    """Word ids, an LSTM, what is given, and the output."""
    keras.utils.set_random_seed(seed)
    first = [L.Input(shape), L.Embedding(20, 5), L.LSTM(units, **settings)]
    return keras.Sequential([*first, *layers, L.Dense(outputs, activation)])


def rounded_alike(received, expected):
    """Products of another number of modules may be rounded otherwise."""
    np.testing.assert_allclose(received, expected, rtol=0, atol=1e-6)


@pytest.fixture(scope="module")
def model():
    return built()


@pytest.fixture(scope="module")
def modules(model):
    return rm.decompose(model, X, np.array(NAMES)[Y], preset="paper")


def test_modules_have_names(modules):
    assert modules.classes == NAMES and len(modules) == 4 and "spam" in modules and "eggs" not in modules
    assert [one.classes for one in modules] == [("ham",), ("news",), ("spam",), ("work",)]
    assert modules.predict(X).shape == (120,) and set(modules.predict(X)) <= set(NAMES)
    assert 0 <= modules.score(X, np.array(NAMES)[Y]) <= 1
    assert "4 rolled modules" in repr(modules) and "\n" not in repr(modules)
    with pytest.raises(rm.InputError, match="no module 'eggs'"):
        modules["eggs"]


@pytest.mark.parametrize("mode", ["rolled", "unrolled"])
@pytest.mark.parametrize("names", [["spam", "ham"], ["work"], ["news", "work", "ham"]])
def test_some_modules_in_any_order_are_those_of_all(tmp_path, model, mode, names):
    every = rm.decompose(model, X, np.array(NAMES)[Y], preset="paper", mode=mode, head="calibrated")
    some = every[names]
    places = [NAMES.index(name) for name in names]
    rounded_alike(some.decision_function(X), every.decision_function(X)[:, places])
    some.save(tmp_path / "some.npz")
    loaded = rm.load(tmp_path / "some.npz", model)
    assert loaded.classes == tuple(names) and loaded.mode == mode
    np.testing.assert_array_equal(loaded.decision_function(X), some.decision_function(X))
    exported = np.asarray(loaded[names[0]].to_keras()(X))
    np.testing.assert_allclose(exported[:, 1], some.predict_proba(X)[:, 0], atol=1e-5)
    np.testing.assert_allclose(exported.sum(axis=1), 1, atol=1e-5)


def test_the_decision_of_two_is_between_these_two(modules):
    odds = modules.decision_function(X)[:, [2, 0]]
    assert modules[["spam", "ham"]].predict(X).tolist() == np.array(["spam", "ham"])[odds.argmax(axis=1)].tolist()
    assert modules["spam"].predict(X).tolist() == (odds[:, 0] > 0).tolist()


def test_modules_of_several_parents(tmp_path, model, modules):
    other = built(outputs=3, seed=1)
    theirs = rm.decompose(other, X, np.array(["eggs", "spam", "tea"])[Y % 3], preset="paper")
    mixed = modules.replace("spam", theirs["spam"])
    assert mixed.classes == NAMES
    rounded_alike(mixed.decision_function(X)[:, 2], theirs.decision_function(X)[:, 1])
    rounded_alike(mixed.decision_function(X)[:, 3], modules.decision_function(X)[:, 3])
    union = modules | theirs[["eggs", "tea"]]
    assert union.classes == (*NAMES, "eggs", "tea")
    union.save(tmp_path / "union.npz")
    loaded = rm.load(tmp_path / "union.npz", [other, model])
    np.testing.assert_array_equal(loaded.decision_function(X), union.decision_function(X))
    assert loaded.score(X, np.array(["eggs", "spam", "tea"])[Y % 3]) <= 1
    with pytest.raises(rm.InputError, match="stands twice"):
        modules | theirs
    with pytest.raises(rm.InputError, match="was cut from the model"):
        rm.load(tmp_path / "union.npz", model)
    with pytest.raises(rm.InputError, match="expected one module, received 3"):
        modules.replace("spam", theirs)


def test_parents_that_read_the_same_examples_in_their_own_ways(modules):
    """One takes ids as whole numbers, one as any, one texts of any length; another width is another input."""
    keras.utils.set_random_seed(0)
    for shape, dtype in (((6,), "float32"), ((None,), "int32"), ((None,), "float32")):
        layers = [L.Input(shape, dtype=dtype), L.Embedding(20, 5), L.Bidirectional(L.GRU(4)), L.Dense(4, "softmax")]
        theirs = rm.decompose(keras.Sequential(layers), X, np.array(NAMES)[Y], preset="paper")
        mixed = modules.replace("spam", theirs["spam"]).decision_function(X)
        rounded_alike(mixed[:, 2], theirs.decision_function(X)[:, 2])
        rounded_alike(mixed[:, [0, 1, 3]], modules.decision_function(X)[:, [0, 1, 3]])
        changed = theirs.replace("spam", modules["spam"]).decision_function(X)
        rounded_alike(changed[:, 2], modules.decision_function(X)[:, 2])
    longer = rm.decompose(built(shape=(7,)), np.pad(X, ((0, 0), (1, 0))), np.array(NAMES)[Y], preset="paper")
    with pytest.raises(rm.InputError, match="read the same inputs"):
        modules.replace("spam", longer["spam"])


@pytest.mark.parametrize(
    "labels",
    [
        Y.tolist(), Y.astype(float), Y[:, None], np.eye(4)[Y], np.array([f"c{label}" for label in Y]),
        np.array([f"c{label}" for label in Y], dtype=object)[:, None],
    ],
    ids=["list", "floats", "column", "one-hot", "texts", "column of texts"],
)  # fmt: skip
def test_labels_of_any_form_are_the_same(model, labels):
    expected, received = (rm.decompose(model, X, given, preset="paper") for given in (Y, labels))
    np.testing.assert_array_equal(received.decision_function(X), expected.decision_function(X))
    assert received.score(X, labels) == expected.score(X, Y)
    assert received.classes == ((0, 1, 2, 3) if np.asarray(labels).dtype.kind in "if" else ("c0", "c1", "c2", "c3"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y": Y[:-1]}, "y: 119 labels for 120 examples"),
        ({"y": Y + 1}, "y: expected classes 0 to 3, received 1 to 4"),
        ({"y": Y + 0.5}, "y: expected classes, received float64"),
        ({"y": np.stack([Y, Y], axis=1)}, r"y: expected \(examples,\), or one-hot rows of 4"),
        ({"y": np.ones((120, 4), int)}, "some are not one 1 among zeros"),
        ({"y": np.array(["a", "b"])[Y % 2]}, "y: 2 names"),
        ({"y": Y % 3}, "class 3 has 0 examples"),
        ({"classes": ["a", "b", "c"]}, "classes: expected 4 names"),
        ({"classes": ["a", "b", "c", "a"]}, "classes: a name stands twice"),
        ({"x": X[:, :5]}, r"x: expected the shape \(examples, 6\), received \(120, 5\)"),
        ({"x": X + 0.5}, "x: expected whole numbers"),
        ({"x": X + 15}, "ids must lie in 0..19"),
        ({"x": np.array([["a"] * 6] * 120)}, "x: expected numbers"),
        ({"x": [X, X]}, "x: "),
        ({"mode": "unroled"}, "mode: received 'unroled'"),
        ({"preset": "papers"}, "preset: expected paper or package"),
        ({"head": "median"}, "head: received"),
        ({"removal_kap": 0.1}, "removal_kap: no parameter of this name"),
        ({"removal_cap": 2}, "removal_cap: received 2"),
        ({"timesteps": 5}, "timesteps: the model takes 6"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(model, changes, message):
    arguments = {"x": X, "y": Y} | changes
    with pytest.raises(rm.InputError, match=message):
        rm.decompose(model, **arguments)


def test_heads_are_known(modules):
    with pytest.raises(rm.InputError, match="head: received 'median'"):
        modules.decision_function(X, head="median")


def test_modes_are_a_list():
    network = random_classifier()
    inputs = random_inputs(network, 9)
    with pytest.raises(rm.InputError, match="modes: received 'unrolled'"):
        find_masks(network, inputs, np.arange(9) % 3, "abc", DecompositionParameters(), modes="unrolled")


def test_several_classes_may_be_right_at_once():
    several = built(activation="sigmoid")
    labels = np.stack([Y == 0, Y < 2, X[:, 1] > 9, X[:, 2] > 9], axis=1).astype(int)
    modules = rm.decompose(several, X, labels, removal_cap=0)
    assert modules.predict(X).shape == (120, 4)
    # Nothing was removed, so each module's probability is the model's own.
    np.testing.assert_allclose(modules.predict_proba(X), np.asarray(several(X)), atol=1e-6)
    assert modules.score(X, labels) == (modules.predict(X) == labels).all(axis=1).mean()
    np.testing.assert_allclose(np.asarray(modules[2].to_keras()(X))[:, 1], np.asarray(several(X))[:, 2], atol=1e-6)
    with pytest.raises(rm.InputError, match="several classes may be right at once"):
        rm.decompose(several, X, Y)


@pytest.mark.parametrize("activation", ["sigmoid", None])
def test_one_unit_is_two_classes(activation):
    modules = rm.decompose(built(outputs=1, activation=activation), X, Y % 2, mode="unrolled")
    odds = modules.decision_function(X)
    assert odds.shape == (120, 2) and set(modules.predict(X)) <= {0, 1}
    for label in (0, 1):
        exported = np.asarray(modules[label].to_keras()(X))
        np.testing.assert_allclose(exported[:, 1], 1 / (1 + np.exp(-odds[:, label])), atol=1e-5)


def test_whole_modules_say_what_the_model_says(model):
    modules = rm.decompose(model, X, Y, removal_cap=0, head="log_sum_exp")
    np.testing.assert_allclose(modules.predict_proba(X), np.asarray(model(X)), atol=1e-6)
    assert modules.predict(X).tolist() == np.asarray(model(X)).argmax(axis=1).tolist()


def test_relu_layers_where_nothing_would_be_removed():
    keras.utils.set_random_seed(0)
    layers = [L.Input((6,)), L.Embedding(20, 5), L.SimpleRNN(8, activation="relu"), L.Dense(4, "softmax")]
    relu = keras.Sequential(layers)
    relu.layers[1].set_weights([np.ones(8) for _ in range(0)] or [np.abs(w) for w in relu.layers[1].get_weights()])
    with pytest.raises(rm.InputError, match="nothing would be removed"):
        rm.decompose(relu, X, Y, preset="paper")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # not what Keras warns of while it reads weights
        assert len(rm.decompose(relu, X, Y, removal_cap=0)) == 4


def test_small_modules_are_the_default(model):
    rolled = rm.decompose(model, X, Y, keep=0.3)
    assert (
        rolled.parts[0].masks.parameters
        == rm.decompose(model, X, Y, preset="compact", keep=0.3).parts[0].masks.parameters
    )
    assert rolled.recognition(X, Y)["kept_nodes"].max() < 0.7
    masks = (rm.decompose(model, X, Y, mode="unrolled"), rm.decompose(model, X, Y, removal_cap=0.2))
    assert all(modules.parts[0].masks.parameters.keep is None for modules in masks)


@pytest.mark.parametrize(
    "part",
    [
        *({"replacement": name} for name in ("zero", "mean", "fold")),
        *({"ranking": name} for name in ("concern", "random", "reversed")),
        {"rounds": 1},
        {"node_scope": "shared"},
        {"weighing": "equal"},
        {"head": "log_sum_exp"},
        {"tolerance": 0.5},
    ],
    ids=str,
)
def test_every_part_of_small_modules_can_be_chosen_alone(model, part):
    ((name, value),) = part.items()
    made = rm.decompose(model, X, Y, **part).parts[0].masks.parameters
    assert getattr(made, name) == value and made.small


@pytest.mark.parametrize(("tokens", "sample"), [(6, 1000), (40, 1000), (80, 500), (400, 250)])
def test_long_examples_are_sampled_more_sparsely(tokens, sample):
    layers = [L.Input((tokens,)), L.Embedding(20, 2), L.GRU(9), L.Dense(2, "softmax")]
    x = np.random.default_rng(0).integers(0, 20, (12, tokens))
    modules = rm.decompose(keras.Sequential(layers), x, x[:, 0] % 2, rounds=1)
    assert modules.parts[0].masks.parameters.ranking_sample == sample


def test_layers_too_small_for_the_default_keep_one_node():
    layers = [L.Input((6,)), L.Embedding(20, 5), L.GRU(3), L.Dense(4, "softmax")]
    tiny = keras.Sequential(layers)
    with pytest.warns(UserWarning, match="one node of each has 0.2"):
        modules = rm.decompose(tiny, X, Y)
    assert modules.recognition(X, Y)["kept_nodes"].tolist() == pytest.approx([1 / 3] * 4)
    with pytest.raises(rm.InputError, match="keep: received 0.1, but one node a layer has a share of 0.2"):
        rm.decompose(tiny, X, Y, keep=0.1)


def test_one_example_in_a_class(model):
    labels = Y % 3
    labels[7] = 3
    modules = rm.decompose(model, X, labels, preset="paper")
    assert np.isfinite(modules.decision_function(X)).all()
    table = modules.recognition(X, labels)
    assert table.loc[3, "examples"] == 1 and table.notna().all(axis=None)


def test_variable_length():
    free = built(shape=(None,))
    rolled, unrolled = (rm.decompose(free, X, Y, mode=mode) for mode in ("rolled", "unrolled"))
    assert rolled.decision_function(X[:, :3]).shape == (120, 4)
    with pytest.raises(rm.InputError, match="3 timesteps, but these unrolled modules have masks for 6"):
        unrolled.decision_function(X[:, :3])
    with pytest.raises(rm.InputError, match="timesteps: received 4, but x has 6"):
        rm.decompose(free, X, Y, mode="unrolled", timesteps=4)


def test_a_model_that_is_not_understood_is_refused_with_all_its_problems():
    keras.utils.set_random_seed(0)
    tokens = keras.Input((6,))
    states = L.LSTM(4, stateful=False, return_sequences=True)(L.Embedding(20, 5)(tokens))
    wrong = L.Dense(4, "tanh")(L.Flatten()(L.ConvLSTM1D(3, 1)(states[..., None])))
    report = rm.check(keras.Model(tokens, wrong))
    assert not report.supported and str(report).count("\n") >= 4
    with pytest.raises(rm.InputError) as raised:
        rm.decompose(keras.Model(tokens, wrong), X, Y)
    assert "ConvLSTM1D" in str(raised.value) and "tanh" in str(raised.value)


def test_the_model_stays_as_it_is(tmp_path, model, modules):
    before = [np.array(weight) for weight in model.get_weights()]
    modules["spam"].to_keras()
    model.save(tmp_path / "model.keras")
    again = rm.load_model(tmp_path / "model.keras")
    assert all((one == two).all() for one, two in zip(before, again.get_weights(), strict=True))
    by_path = rm.decompose(str(tmp_path / "model.keras"), X, Y, preset="paper")
    assert by_path.score(X, Y) == rm.decompose(model, X, Y, preset="paper").score(X, Y)


def test_padding_can_be_left_out():
    keras.utils.set_random_seed(0)
    layers = [L.Input((6,)), L.Embedding(20, 5), L.Bidirectional(L.GRU(4, return_sequences=True))]
    tagger = keras.Sequential([*layers, L.TimeDistributed(L.Dense(4, "softmax"))])
    labels = X % 4
    modules = rm.decompose(tagger, X, labels[..., None], preset="paper")
    predicted, real = modules.predict(X), labels != 0
    assert modules.score(X, labels, ignore=0) == (predicted == labels)[real].mean()
    assert modules.score(X, labels) == (predicted == labels).mean()
    with pytest.raises(rm.InputError, match="5 labels an example"):
        rm.decompose(tagger, X, labels[:, :5])


def test_modules_are_drawn(modules):
    figure = modules.plot()
    assert [axes.get_title() for axes in figure.axes][0].startswith("layer 1:")
