"""The oracle itself: hand-computed values on tiny networks, and parity of its cells with Keras."""

import math

import numpy as np
import pytest

from oracle.composition import jaccard, run_model, run_module, vote
from oracle.concern import (
    active_rate,
    central_tendency,
    ci_logistic,
    ci_relu,
    init_concern,
    remove_node,
    remove_outliers,
    ti_relu,
)
from oracle.decomposition import channel, decompose_many, decompose_one, sample_first
from oracle.network import GATES, Layer, Model, monitor


def random_model(cells, units=3, features=2, outputs=4, activation="tanh", sequences=False, seed=0):
    """A model of the given cells with weights in which no value is zero and none occurs twice."""
    generator = np.random.default_rng(seed)

    def normal(*shape):
        return generator.normal(scale=0.5, size=shape).astype(np.float32)

    layers = []
    for number, cell in enumerate(cells):
        inputs, columns = units if number else features, GATES[cell] * units
        weights = normal(inputs, columns), normal(units, columns), normal(columns)
        layers.append(Layer(cell, *weights, activation, sequences or number < len(cells) - 1))
    return Model(layers, normal(units, outputs), normal(outputs))


def diagonal_model(sequences=False, activation="tanh"):
    """Two vanilla units without recurrence: h_t = tanh(x_t) for each feature of its own; outputs of two classes."""
    layer = Layer("vanilla", np.eye(2), np.zeros((2, 2)), np.zeros(2), activation, sequences)
    return Model([layer], np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, 0.25]))


def keras_stack(model, initial_state, mask, x):
    """Hidden states of the last layer, by Keras."""
    import keras

    classes = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "vanilla": keras.layers.SimpleRNN}
    values = keras.ops.convert_to_tensor(x)
    for number, layer in enumerate(model.layers):
        extra = {"reset_after": False} if layer.cell == "gru" else {}
        recurrent = classes[layer.cell](
            layer.units, activation=layer.activation, return_sequences=layer.return_sequences, **extra
        )
        recurrent.build(values.shape)
        recurrent.set_weights([layer.kernel, layer.recurrent_kernel, layer.bias])
        values = recurrent(values, mask=mask, initial_state=initial_state if number == 0 else None)
    return keras.ops.convert_to_numpy(values)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("cell", ["lstm", "gru", "vanilla"])
def test_cells_agree_with_keras(cell, activation):
    generator = np.random.default_rng(1)
    x = generator.normal(size=(4, 5, 2)).astype(np.float32)
    # Keras gives zeros, not the initial state, for masked steps before the first real one, so the first is real.
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 0, 1], [1, 0, 0, 0, 0]], dtype=bool)
    h, c = generator.normal(size=(2, 4, 3)).astype(np.float32)
    for depth, sequences, masked, with_state in [
        (1, False, False, False),
        (2, True, True, True),
        (3, False, True, False),
    ]:
        model = random_model([cell] * depth, activation=activation, sequences=sequences, seed=depth)
        state = None if not with_state else [h, c] if cell == "lstm" else [h]
        hidden = keras_stack(model, state, mask if masked else None, x)
        expected = hidden @ model.output_kernel + model.output_bias
        for row in range(len(x)):
            own_state = None if not with_state else (h[row], c[row]) if cell == "lstm" else h[row]
            own = run_model(model, x[row], mask[row] if masked else None, own_state)
            np.testing.assert_allclose(own, expected[row], atol=1e-5)


def test_lstm_step_by_hand():
    layer = Layer("lstm", np.array([[0.1, 0.2, 0.3, 0.4]]), np.array([[0.5, 0.6, 0.7, 0.8]]), np.ones(4), "tanh", False)
    model = Model([layer], np.array([[1.0, -1.0]]), np.zeros(2))

    def sigmoid(value):
        return 1 / (1 + math.exp(-value))

    h = c = 0.0
    for x in (1.0, -2.0):
        i, f, o = (sigmoid(x * w + h * u + 1) for w, u in ((0.1, 0.5), (0.2, 0.6), (0.4, 0.8)))
        g = math.tanh(x * 0.3 + h * 0.7 + 1)
        c = i * g + f * c
        h = o * math.tanh(c)
    values = monitor(model, np.array([[1.0], [-2.0]]), "per_gate")
    assert values[0][1] == pytest.approx([i, f, g, o])
    assert run_model(model, np.array([[1.0], [-2.0]])) == pytest.approx([h, -h])


def test_monitor_marks_masked_steps():
    values = monitor(diagonal_model(), np.array([[1.0, 2.0], [3.0, 4.0]]), mask=np.array([True, False]))
    assert values == [[[math.tanh(1), math.tanh(2)], None]]


def test_remove_outliers():
    # Median 3, distances 2 1 0 1 97, MAD 1: only distances below 2 stay.
    assert remove_outliers([1.0, 2.0, 3.0, 4.0, 100.0]) == [2.0, 3.0, 4.0]
    assert remove_outliers([5.0, 5.0, 5.0, 9.0]) == [5.0, 5.0, 5.0, 9.0]
    assert remove_outliers([1.0, 2.0, 4.0, 8.0]) == [1.0, 2.0, 4.0]


def test_central_tendency_takes_absolute_values_and_is_exact_on_constants():
    concern = init_concern(diagonal_model(), 1, True)
    observations = [[[-1.0, 0.1], [2.0, -0.1], [-3.0, 0.1], [4.0, 0.1], [100.0, -0.1]]]
    assert central_tendency(observations, concern) == [[3.0, 0.1]]
    assert central_tendency([[[0.1, -0.7]] * 3], concern) == [[0.1, 0.7]]


def test_per_gate_tendency_is_a_share_for_sigmoid_gates():
    concern = init_concern(random_model(["gru"], units=1), 1, True, "per_gate")
    observations = [[[0.5, 0.4, -0.2], [0.9, 0.6, -0.4], [0.1, 0.2, 0.6]]]
    assert central_tendency(observations, concern, "open_share") == [pytest.approx([2 / 3, 1 / 3, 0.4])]
    assert central_tendency(observations, concern) == [pytest.approx([0.5, 0.4, 0.4])]


@pytest.mark.parametrize("cell", ["lstm", "gru", "vanilla"])
def test_removing_a_node_zeroes_all_its_edges_and_nothing_else(cell):
    model = random_model([cell, cell], units=3)
    gates = GATES[cell]
    concern = init_concern(model, 1, True)
    remove_node(concern, 0, 1)
    remove_node(concern, 1, 2)
    first, second = ([gate * 3 + node for gate in range(gates)] for node in (1, 2))

    def zeros(array):
        return {tuple(int(i) for i in index) for index in np.argwhere(array == 0)}

    every = range(3 * gates)
    assert zeros(concern.kernel[0][0]) == {(row, column) for row in range(2) for column in first}
    assert zeros(concern.recurrent_kernel[0][0]) == (
        {(row, column) for row in range(3) for column in first} | {(1, column) for column in every}
    )
    assert zeros(concern.bias[0][0]) == {(column,) for column in first}
    assert zeros(concern.kernel[1][0]) == (
        {(row, column) for row in range(3) for column in second} | {(1, column) for column in every}
    )
    assert zeros(concern.recurrent_kernel[1][0]) == (
        {(row, column) for row in range(3) for column in second} | {(2, column) for column in every}
    )
    assert zeros(concern.output_kernel[0]) == {(2, column) for column in range(4)}
    assert [record.tolist() for record in concern.removed] == [[False, True, False], [False, False, True]]
    assert np.array_equal(concern.kernel[0][0][:, 0], model.layers[0].kernel[:, 0])
    assert not (model.layers[0].kernel == 0).any()


def test_per_gate_removal_keeps_outgoing_edges_until_the_last_gate_goes():
    model = random_model(["gru"], units=2)
    concern = init_concern(model, 1, True, "per_gate")
    remove_node(concern, 0, 1)  # gate z of unit 1
    remove_node(concern, 0, 3)  # gate r
    assert (concern.kernel[0][0][:, [1, 3]] == 0).all() and (concern.kernel[0][0][:, [0, 2, 4, 5]] != 0).all()
    assert (concern.recurrent_kernel[0][0][1, [0, 2, 4, 5]] != 0).all()
    assert (concern.output_kernel[0] != 0).all()
    remove_node(concern, 0, 5)  # candidate
    assert (concern.recurrent_kernel[0][0][1] == 0).all()
    assert (concern.output_kernel[0][1] == 0).all() and (concern.output_kernel[0][0] != 0).all()
    assert concern.removed[0].tolist() == [[False, True]] * 3


DIFFERENCES = [[-0.1, 0.2, -0.3, 0.0], [-0.1, -0.5, 0.1, 0.3]]


@pytest.mark.parametrize(
    ("thres", "removal_scope", "expected"),
    [
        (0.0, "model", []),
        (0.1, "model", [(1, 1)]),
        (0.25, "model", [(0, 2), (1, 1)]),
        (0.3, "model", [(0, 0), (0, 2), (1, 1)]),  # the tie of -0.1 goes to the earlier layer
        (1.0, "model", [(0, 0), (0, 2), (1, 0), (1, 1)]),  # never a difference of 0 or more
        (0.25, "layer", [(0, 2), (1, 1)]),
        (0.26, "layer", [(0, 0), (0, 2), (1, 0), (1, 1)]),
    ],
)
def test_ci_logistic_order_and_cap(thres, removal_scope, expected):
    concern = init_concern(random_model(["vanilla", "lstm"], units=4), 1, True)
    ci_logistic(DIFFERENCES, [[0.0] * 4] * 2, concern, thres, removal_scope)
    assert [tuple(index) for index in np.argwhere(np.array(concern.removed)).tolist()] == expected


def test_algorithm_5():
    model = random_model(["vanilla"], units=4, activation="relu")
    concern = init_concern(model, 1, True)
    rate = active_rate([[[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]], concern)
    assert rate == [[0.0, 50.0, 0.0, 0.0]]
    ci_relu(rate, concern, 0.5)
    assert concern.removed[0].tolist() == [True, False, True, False]  # node 3 is beyond the cap
    ti_relu([[0.0, 0.0, 10.0, 10.0]], concern)
    assert concern.removed[0].tolist() == [True, False, False, False]
    expected = init_concern(model, 1, True)
    remove_node(expected, 0, 0)
    for name in ("kernel", "recurrent_kernel", "bias"):
        assert np.array_equal(getattr(concern, name)[0][0], getattr(expected, name)[0][0])
    assert np.array_equal(concern.output_kernel[0], expected.output_kernel[0])
    nothing = init_concern(model, 1, True)
    assert not ci_relu(rate, nothing, 0).removed[0].any()
    assert ci_relu(rate, nothing, 0.01).removed[0].tolist() == [True, False, False, False]


def test_sample_first():
    labels = np.array([0, 1, 2, 1, 0, 2, 2, 0])
    assert sample_first(labels, 0, 2, 3) == ([0, 4], [1, 2])
    assert sample_first(labels, 2, 5, 3) == ([2, 5, 6], [0, 4, 1, 3])


# Unit 0 is larger in the positive example of class 0 at step 0 and overall, unit 1 at step 1.
X = np.array([[[2.0, 0.1], [0.2, 0.3]], [[0.5, 0.9], [0.3, -0.2]]])


def decompose_pair(model, rolled, **options):
    return decompose_one(
        model,
        X,
        np.array([0, 1]),
        [[0], [1]],
        [[1], [0]],
        2,
        rolled,
        options.pop("activation", "logistic"),
        1.0,
        **options,
    )


def test_rolled_one_output():
    modules = decompose_pair(diagonal_model(), True)
    # Unit 0: tanh 2, tanh .2 against tanh .5, tanh .3; unit 1: tanh .1, tanh .3 against tanh .9, tanh .2.
    assert [module.removed[0].tolist() for module in modules] == [[False, True], [True, False]]
    assert modules[0].kernel[0][0].tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert modules[0].output_kernel[0].tolist() == [[1.0, 2.0], [0.0, 0.0]]
    assert run_module(modules[0], X[0]) == pytest.approx([math.tanh(0.2) + 0.5, 2 * math.tanh(0.2) + 0.25])
    # Class 1: D is column 1, ND column 0.
    assert run_module(modules[1], X[0]) == pytest.approx([4 * math.tanh(0.3) + 0.25, 3 * math.tanh(0.3) + 0.5])
    # D - ND is -tanh x + .25 for class 0 and tanh y - .25 for class 1.
    assert vote(modules, np.array([[0.0, 0.0], [2.0, 2.0]])) == 1
    assert vote(modules, np.array([[0.0, 0.0], [-2.0, 2.0]])) == 0


def test_unrolled_one_output_cuts_the_output_layer_at_the_last_step_only():
    modules = decompose_pair(diagonal_model(), False)
    assert modules[0].removed[0].tolist() == [[False, True], [True, False]]
    assert [kernel.tolist() for kernel in modules[0].kernel[0]] == [[[1, 0], [0, 0]], [[0, 0], [0, 1]]]
    assert len(modules[0].output_kernel) == 1
    assert modules[0].output_kernel[0].tolist() == [[0.0, 0.0], [3.0, 4.0]]
    assert run_module(modules[0], X[0]) == pytest.approx([3 * math.tanh(0.3) + 0.5, 4 * math.tanh(0.3) + 0.25])


def test_unrolled_removal_acts_at_its_own_timestep():
    layer = Layer("vanilla", np.array([[0.7]]), np.array([[0.6]]), np.array([0.1]), "tanh", False)
    model = Model([layer], np.array([[1.0, -1.0]]), np.array([0.5, -0.5]))
    x, labels = np.array([[[0.2], [1.0]], [[1.5], [-0.4]]]), np.array([0, 1])
    h_0 = [math.tanh(0.7 * value + 0.1) for value in (0.2, 1.5)]
    h_1 = [math.tanh(0.7 * value + 0.6 * h + 0.1) for value, h in zip((1.0, -0.4), h_0, strict=True)]
    assert h_0[0] < h_0[1] and abs(h_1[0]) > abs(h_1[1])
    modules = decompose_one(model, x, labels, [[0], [1]], [[1], [0]], 2, False, "logistic", 1.0)
    assert [module.removed[0].tolist() for module in modules] == [[[True], [False]], [[False], [True]]]
    assert [kernel.tolist() for kernel in modules[1].recurrent_kernel[0]] == [[[0.6]], [[0.0]]]
    # Without the unit at step 0 the second step starts from 0; without it at step 1 only the output's biases are left.
    assert run_module(modules[0], x[0]) == pytest.approx([math.tanh(0.8) + 0.5, -math.tanh(0.8) - 0.5])
    assert run_module(modules[1], x[0]).tolist() == [-0.5, 0.5]


def test_masked_steps_are_no_observations():
    mask = np.array([[True, False], [True, True]])
    modules = decompose_pair(diagonal_model(), False, mask=mask)
    assert modules[0].removed[0].tolist() == [[False, True], [False, False]]
    # Rolled: .5 against .4 and .1 against .3; with the masked zeros unit 0 would go, with the masked 9s none.
    x = np.array([[[9.0, 9.0], [0.5, 0.1]], [[0.4, 0.3], [0.4, 0.3]]])
    arguments = (np.array([0, 1]), [[0], [1]], [[1], [0]], 2, True, "logistic", 1.0)
    modules = decompose_one(diagonal_model(), x, *arguments, mask=np.array([[False, True], [True, True]]))
    assert modules[0].removed[0].tolist() == [False, True]


def test_relu_model_is_decomposed_by_rates():
    model = diagonal_model(activation="relu")
    x = np.array([[[-1.0, -1.0]], [[1.0, -1.0]]])
    modules = decompose_one(model, x, np.array([0, 1]), [[0], [1]], [[1], [0]], 2, True, "relu", 1.0)
    # Class 0: both units are dead for the positive example, unit 0 comes back for the negative one.
    assert [module.removed[0].tolist() for module in modules] == [[False, True], [False, True]]


def test_many_outputs_by_timestep():
    model = diagonal_model(sequences=True)
    labels = np.array([[0, 1], [1, 0]])
    samples = [[[0], [1]], [[1], [0]]], [[[1], [0]], [[0], [1]]]
    unrolled = decompose_many(model, X, labels, *samples, 2, False, "logistic", 1.0)
    # Step 0: example 0 positive: unit 1 goes; step 1: example 1 positive: .3 > .2 keeps unit 0, .2 < .3 drops unit 1.
    assert unrolled[0].removed[0].tolist() == [[False, True], [False, True]]
    assert unrolled[1].removed[0].tolist() == [[True, False], [True, False]]
    assert [kernel.tolist() for kernel in unrolled[1].output_kernel] == [[[0, 0], [4, 3]]] * 2
    logits = run_module(unrolled[0], X[0])
    assert logits == pytest.approx(np.array([[math.tanh(x) + 0.5, 2 * math.tanh(x) + 0.25] for x in (2.0, 0.2)]))
    # At step 1: D - ND is -tanh .2 + .25 for class 0, tanh .3 - .25 for class 1.
    assert vote(unrolled, X[0]) == [0 if -math.tanh(x) + 0.25 >= math.tanh(y) - 0.25 else 1 for x, y in X[0]]
    rolled = decompose_many(model, X, labels, *samples, 2, True, "logistic", 1.0)
    assert [module.removed[0].tolist() for module in rolled] == [[False, True], [True, False]]


def test_rolled_many_outputs_take_only_the_step_of_the_sample():
    model = diagonal_model(sequences=True)
    x, labels = np.array([[[0.5, 0.1], [0.0, 0.9]], [[0.4, 0.3], [0.9, 0.0]]]), np.array([[0, 1], [1, 1]])
    # Class 0 is seen at step 0 alone: .5 > .4, .1 < .3; over both steps the verdicts would be the opposite.
    modules = decompose_many(model, x, labels, [[[0], []], [[], []]], [[[1], []], [[0], []]], 2, True, "logistic", 1.0)
    assert modules[0].removed[0].tolist() == [False, True]
    assert not modules[1].removed[0].any()


def test_without_observations_on_one_side_the_full_model_stays():
    labels = np.array([[0, 1], [1, 1]])
    samples = [[[0], []], [[1], [0, 1]]], [[[1], [0, 1]], [[0], []]]
    modules = decompose_many(diagonal_model(sequences=True), X, labels, *samples, 2, False, "logistic", 1.0)
    assert modules[0].removed[0].tolist() == [[False, True], [False, False]]
    assert modules[0].kernel[0][1].tolist() == [[1, 0], [0, 1]]
    one = decompose_one(diagonal_model(), X, np.array([0, 0]), [[0], []], [[], [0]], 2, True, "logistic", 1.0)
    assert not any(module.removed[0].any() for module in one)


def test_a_sample_that_contradicts_the_labels_is_refused():
    with pytest.raises(ValueError, match="class 0"):
        decompose_one(diagonal_model(), X, np.array([1, 0]), [[0], [1]], [[1], [0]], 2, True, "logistic", 1.0)


def test_channel_averages_the_other_outputs():
    model = Model(diagonal_model().layers, np.array([[1.0, 2.0, 6.0], [3.0, 5.0, 7.0]]), np.array([1.0, 2.0, 4.0]))
    module = channel(init_concern(model, 1, True), 1)
    assert module.output_kernel[0].tolist() == [[2.0, 3.5], [5.0, 5.0]]
    assert module.output_bias[0].tolist() == [2.0, 2.5]


def test_decoder_is_not_channelled_and_starts_from_the_given_state():
    layer = Layer("vanilla", np.eye(2), np.eye(2), np.zeros(2), "tanh", True)
    model = Model([layer], np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.zeros(3))
    x, state = np.zeros((2, 1, 2)), np.array([[1.0, 0.2], [0.3, 0.6]])
    modules = decompose_one(
        model,
        x,
        np.array([0, 1]),
        [[0], [1]],
        [[1], [0]],
        2,
        False,
        "logistic",
        1.0,
        initial_state=state,
        channelled=False,
    )
    assert [module.removed[0].tolist() for module in modules] == [[[False, True]], [[True, False]]]
    assert run_module(modules[0], x[0], initial_state=state[0]) == pytest.approx(
        np.array([[math.tanh(1.0) * weight for weight in (1.0, 2.0, 3.0)]])
    )


def test_a_module_without_removal_computes_what_the_model_computes():
    model = random_model(["lstm", "gru", "vanilla"], sequences=True)
    x = np.random.default_rng(3).normal(size=(2, 4, 2))
    samples = [[[0]] * 4, [[1]] * 4, [[]] * 4, [[]] * 4], [[[1]] * 4, [[0]] * 4, [[0]] * 4, [[0]] * 4]
    modules = decompose_many(model, x, np.array([[0] * 4, [1] * 4]), *samples, 4, False, "logistic", 0.0)
    logits = run_model(model, x[0])
    for label, module in enumerate(modules):
        others = np.delete(logits, label, axis=1).mean(axis=1)
        assert run_module(module, x[0]) == pytest.approx(np.stack([logits[:, label], others], axis=1))
    assert vote(modules, x[0]) == logits.argmax(axis=1).tolist()


def test_jaccard():
    model = random_model(["vanilla"], units=4, features=3, outputs=3)
    module = init_concern(model, 1, True)
    assert jaccard(model, module) == 1.0
    remove_node(module, 0, 2)
    # Kept: 9 of 12 kernel weights and 9 of 12 dense ones, f = 3 / 4.
    assert jaccard(model, module) == pytest.approx(0.75 / 1.25)
    assert jaccard(model, module, include_output=False) == pytest.approx(9 / (24 - 9))
    channel(module, 0)
    # Of the dense weights only column D without the removed row is left: 9 + 3 of 24.
    assert jaccard(model, module) == pytest.approx(12 / (48 - 12))


def test_jaccard_averages_the_timesteps():
    # Step 0 keeps all 8 weights; step 1 loses a column of the kernel and a row of the dense weights, 4 are left.
    model = random_model(["vanilla"], units=2, features=2, outputs=2, sequences=True)
    module = init_concern(model, 2, False)
    once = init_concern(model, 2, True)
    remove_node(once, 0, 0)
    module.kernel[0][1], module.output_kernel[1] = once.kernel[0][0], once.output_kernel[0]
    assert jaccard(model, module) == pytest.approx((1.0 + 4 / (16 - 4)) / 2)
    # With two classes ND is the other column itself, so channelling changes no value.
    assert jaccard(model, channel(module, 1)) == pytest.approx((1.0 + 4 / (16 - 4)) / 2)
