"""Files that Keras 2 wrote give what they gave there: written by hand, and by TensorFlow 2.13 and 2.15 themselves."""

import io
import json
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from rnn_modules.decomposition.export import to_keras
from rnn_modules.decomposition.masks import whole_modules
from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.from_keras import from_keras
from rnn_modules.network.graph import read_graph
from rnn_modules.network.keras_files import load_model
from support.keras_2_files import (
    gru,
    hard_sigmoid,
    layer,
    lstm,
    sequential,
    sigmoid,
    simple_rnn,
    softmax,
    source,
    write,
)

EXAMPLES, TIMESTEPS, WIDTH, UNITS, WORDS = 7, 5, 3, 4, 9
GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}
# Models with random weights, as TensorFlow 2.13.1 and 2.15.1 saved them, inputs, and what these predicted for them.
REFERENCE = Path(__file__).with_name("keras_2.zip")
rng = np.random.default_rng(3)


def arrays(kind, width=WIDTH, units=UNITS):
    gates = GATES[kind]
    # Large enough that gates are cut off at both ends.
    return {
        "kernel": rng.normal(size=(width, gates * units)) * 2,
        "recurrent_kernel": rng.normal(size=(units, gates * units)),
        "bias": rng.normal(size=gates * units),
    }


def dense(width=UNITS, units=2):
    return {"kernel": rng.normal(size=(width, units)), "bias": rng.normal(size=units)}


def product(x, weights):
    return x @ weights["kernel"] + weights["bias"]


@pytest.fixture
def series():
    return rng.normal(size=(EXAMPLES, TIMESTEPS, WIDTH)).astype(np.float32)


def predicted(path, inputs):
    return load_model(path).predict(inputs, verbose=0)


def close(result, expected):
    np.testing.assert_allclose(result, expected, atol=2e-6, rtol=0)


@pytest.mark.parametrize("version", ["2.2.4-tf", "2.15.0", "1.2.2", None])
def test_lstm_with_hard_sigmoid_gates(tmp_path, series, version):
    config = sequential(
        source(TIMESTEPS, WIDTH),
        layer("LSTM", "lstm", units=UNITS, recurrent_activation="hard_sigmoid", unit_forget_bias=True),
        layer("Dense", "dense", units=2, activation="softmax", use_bias=True),
    )
    weights = {"lstm": arrays("LSTM"), "dense": dense()}
    write(tmp_path / "model.h5", config, weights, version)
    expected = softmax(product(lstm(series, **weights["lstm"])[:, -1], weights["dense"]))
    close(predicted(tmp_path / "model.h5", series), expected)


def test_keras_3_has_its_own(tmp_path, series):
    config = sequential(
        source(TIMESTEPS, WIDTH), layer("LSTM", "lstm", units=UNITS, recurrent_activation="hard_sigmoid")
    )
    config["config"]["layers"][0]["config"] = {"batch_shape": [None, TIMESTEPS, WIDTH], "name": "input_1"}
    own = config["config"]["layers"][1]["config"]
    for key in ("time_major", "implementation", "kernel_initializer"):
        del own[key]
    weights = {"lstm": arrays("LSTM")}
    write(tmp_path / "model.h5", config, weights, "3.0.5")
    expected = lstm(series, **weights["lstm"], gate=lambda x: np.clip(x / 6 + 0.5, 0, 1))[:, -1]
    close(predicted(tmp_path / "model.h5", series), expected)


@pytest.mark.parametrize("settings", [{}, {"reset_after": False}])
@pytest.mark.parametrize("gate", [hard_sigmoid, sigmoid])
def test_gru_that_resets_before(tmp_path, series, settings, gate):
    config = sequential(
        source(TIMESTEPS, WIDTH), layer("GRU", "gru", units=UNITS, recurrent_activation=gate.__name__, **settings)
    )
    weights = {"gru": arrays("GRU")}
    write(tmp_path / "model.h5", config, weights)
    close(predicted(tmp_path / "model.h5", series), gru(series, **weights["gru"], gate=gate)[:, -1])


def test_simple_rnn_without_an_input_layer(tmp_path):
    """As Keras before TensorFlow 2.2 wrote models: the first layer says what it reads, and layers alone are a list."""
    config = sequential(
        layer(
            "Embedding", "words", input_dim=WORDS, output_dim=WIDTH, batch_input_shape=[None, None], input_length=None
        ),
        layer("SimpleRNN", "simple_rnn", units=UNITS, activation="hard_sigmoid"),
        layer("Activation", "activation", activation="hard_sigmoid"),
    )
    weights = {"words": {"embeddings": rng.normal(size=(WORDS, WIDTH))}, "simple_rnn": arrays("SimpleRNN")}
    inputs = rng.integers(0, WORDS, (EXAMPLES, TIMESTEPS))
    states = simple_rnn(weights["words"]["embeddings"][inputs], **weights["simple_rnn"], act=hard_sigmoid)
    for number, form in enumerate((config, {"class_name": "Sequential", "config": config["config"]["layers"]})):
        write(tmp_path / f"{number}.h5", form, weights | {"activation": {}})
        close(predicted(tmp_path / f"{number}.h5", inputs), hard_sigmoid(states[:, -1]))


def test_stacked_layers_and_an_output_at_every_timestep(tmp_path, series):
    inner = layer("Dense", "output", units=2, activation="hard_sigmoid", use_bias=True)
    config = sequential(
        source(TIMESTEPS, WIDTH),
        layer("GRU", "gru", units=UNITS, recurrent_activation="hard_sigmoid", return_sequences=True),
        layer("SpatialDropout1D", "dropout", rate=0.2, noise_shape=None, seed=None),
        layer("LSTM", "lstm", units=3, recurrent_activation="hard_sigmoid", return_sequences=True),
        layer("TimeDistributed", "time_distributed", layer=inner),
    )
    weights = {"gru": arrays("GRU"), "dropout": {}, "lstm": arrays("LSTM", UNITS, 3), "time_distributed": dense(3)}
    write(tmp_path / "model.h5", config, weights)
    sent = lstm(gru(series, **weights["gru"]), **weights["lstm"])
    close(predicted(tmp_path / "model.h5", series), hard_sigmoid(product(sent, weights["time_distributed"])))


@pytest.mark.parametrize("merge", ["concat", "ave"])
def test_bidirectional(tmp_path, series, merge):
    inner = layer("LSTM", "lstm", units=UNITS, recurrent_activation="hard_sigmoid")
    config = sequential(
        layer("Bidirectional", "both", layer=inner, merge_mode=merge, batch_input_shape=[None, TIMESTEPS, WIDTH])
    )
    there, back = arrays("LSTM"), arrays("LSTM")
    both = {f"forward/{key}": value for key, value in there.items()}
    write(tmp_path / "model.h5", config, {"both": both | {f"backward/{key}": value for key, value in back.items()}})
    last = [lstm(series, **there)[:, -1], lstm(series[:, ::-1], **back)[:, -1]]
    close(
        predicted(tmp_path / "model.h5", series), np.concatenate(last, axis=1) if merge == "concat" else sum(last) / 2
    )


def functional(*layers, inputs, output):
    """A functional model of layers, each with the names of what it reads."""
    made = [
        part
        | {
            "name": part["config"]["name"],
            "inbound_nodes": [[[name, 0, place, {}] for name, place in reads]] * (len(reads) > 0),
        }
        for part, reads in layers
    ]
    settings = {"name": "model", "layers": made, "input_layers": [[name, 0, 0] for name in inputs]}
    return {"class_name": "Model", "config": settings | {"output_layers": [[output, 0, 0]]}}


def test_states_of_an_encoder(tmp_path, series):
    options = {"units": UNITS, "recurrent_activation": "hard_sigmoid"}
    config = functional(
        (source(TIMESTEPS, WIDTH, name="source"), []),
        (source(2, WIDTH, name="target"), []),
        (layer("LSTM", "encoder", return_state=True, **options), [("source", 0)]),
        (layer("LSTM", "decoder", **options), [("target", 0), ("encoder", 1), ("encoder", 2)]),
        inputs=["source", "target"],
        output="decoder",
    )
    weights = arrays("LSTM")
    write(tmp_path / "model.h5", config, {"encoder": weights, "decoder": weights})
    target = rng.normal(size=(EXAMPLES, 2, WIDTH)).astype(np.float32)
    # The same layer on, so that the decoder goes on where the encoder ended.
    expected = lstm(np.concatenate([series, target], axis=1), **weights)[:, -1]
    close(predicted(tmp_path / "model.h5", [series, target]), expected)


def test_weights_go_by_name(tmp_path, series):
    """Layers of equal shapes stand in another order among the weights than in the model."""
    config = functional(
        (source(TIMESTEPS, WIDTH), []),
        *[(layer("SimpleRNN", name, units=UNITS), [("input_1", 0)]) for name in ("one", "two")],
        (layer("Subtract", "difference"), [("one", 0), ("two", 0)]),
        inputs=["input_1"],
        output="difference",
    )
    one, two = arrays("SimpleRNN"), arrays("SimpleRNN")
    turned = {name: two[name] for name in ("bias", "recurrent_kernel", "kernel")}
    write(tmp_path / "model.h5", config, {"two": turned, "difference": {}, "one": one})
    close(predicted(tmp_path / "model.h5", series), simple_rnn(series, **one)[:, -1] - simple_rnn(series, **two)[:, -1])


with zipfile.ZipFile(REFERENCE) as _archive:
    WRITTEN = [name for name in _archive.namelist() if "/" in name]


@pytest.mark.parametrize("name", WRITTEN)
def test_what_tensorflow_itself_wrote_and_predicted(tmp_path, name):
    with zipfile.ZipFile(REFERENCE) as archive:
        path = Path(archive.extract(name, tmp_path))
        predictions = np.load(io.BytesIO(archive.read("predictions.npz")))
    inputs = [predictions[key] for key in sorted(predictions.files) if key.startswith(f"{path.stem}_in")]
    named = dict(zip(("words", "other"), inputs, strict=True)) if path.stem == "shared" else inputs
    close(predicted(path, inputs[0] if len(inputs) == 1 else named), predictions[path.stem])
    assert list(tmp_path.iterdir()) == [path.parent]


def small(tmp_path, **settings):
    options = {"units": UNITS, "recurrent_activation": "hard_sigmoid"} | settings
    config = sequential(
        layer("Embedding", "words", input_dim=WORDS, output_dim=WIDTH, batch_input_shape=[None, TIMESTEPS]),
        layer("LSTM", "lstm", **options),
        layer("Dense", "dense", units=2, activation="softmax"),
    )
    weights = {"words": {"embeddings": rng.normal(size=(WORDS, WIDTH))}, "lstm": arrays("LSTM"), "dense": dense()}
    write(tmp_path / "model.h5", config, weights)
    return tmp_path / "model.h5", config, weights


def test_such_a_model_is_read_exported_saved_and_loaded(tmp_path):
    path, config, weights = small(tmp_path)
    (layers,) = read_graph(load_model(path)).recurrent
    assert layers.layers[0].recurrent_activation == "keras_2_hard_sigmoid"
    parts = zip(config["config"]["layers"], ([("input_1", 0)], [("words", 0)], [("lstm", 0)]), strict=True)
    config = functional((source(TIMESTEPS), []), *parts, inputs=["input_1"], output="dense")
    write(path, config, weights)
    model = load_model(path)
    network = from_keras(model)
    inputs = rng.integers(0, WORDS, (EXAMPLES, TIMESTEPS))
    close(softmax(network.logits(inputs)), model.predict(inputs, verbose=0))
    module = to_keras(network, whole_modules(network, ("no", "yes")), index=1)
    module.save(tmp_path / "module.keras")
    close(predicted(tmp_path / "module.keras", inputs), model.predict(inputs, verbose=0))
    model.save(tmp_path / "model.keras")
    close(predicted(tmp_path / "model.keras", inputs), model.predict(inputs, verbose=0))


def change(path, change):
    with h5py.File(path, "r+") as file:
        change(file)


def refusal(path):
    with pytest.raises(InputError) as raised:
        load_model(path)
    message = str(raised.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (layer("Lambda", "double", function=["4wEAAAA=", None, None], function_type="lambda"), "'double' is a Lambda"),
        (layer("AttentionWithContext", "mine", units=3), "'mine' is a AttentionWithContext"),
        (layer("Custom>Dense", "mine", units=2), "'mine' is a Custom>Dense"),
        (layer("TFOpLambda", "tf.math.add", function="math.add"), "TensorFlow's function 'math.add'"),
        (layer("Dense", "dense", units=2, activation="mine"), "layer 'dense' has activation='mine'"),
        (layer("Activation", "mine", activation={"class_name": "function", "config": "f"}), "uses the function f"),
        (layer("TimeDistributed", "td", layer=layer("Lambda", "inner", function=None)), "'inner' is a Lambda"),
        (layer("LSTM", "lstm", units=2, time_major=True), "time_major=True"),
        (layer("BatchNormalization", "norm", virtual_batch_size=4), "virtual_batch_size=4"),
        (layer("TFSMLayer", "other", filepath="/tmp/x"), "'other' is a TFSMLayer"),
        (layer("TextVectorization", "text", max_tokens=4), "'text' (TextVectorization) has no vocabulary"),
        (layer("RepeatVector", "repeat", n=10**6), "repeats 1,000,000 times"),
        (layer("Dense", "dense", units=10**6), "weights or more"),
    ],
    ids=lambda value: value["class_name"] if isinstance(value, dict) else "",
)
def test_layers_that_are_refused(tmp_path, part, expected):
    path, config, weights = small(tmp_path)
    config["config"]["layers"][2] = part
    write(path, config, weights)
    assert expected in refusal(path)


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda file: file.attrs.__delitem__("model_config"), "weights alone"),
        (lambda file: file.attrs.__setitem__("model_config", b"{"), "not a model"),
        (lambda file: file.attrs.__setitem__("model_config", b"[1]"), "no JSON object"),
        (lambda file: file.attrs.__setitem__("model_config", b'{"class_name": "Sequential", "config": {}}'), ""),
        (lambda file: file.__delitem__("model_weights"), ""),
        (lambda file: file["model_weights"].__delitem__("lstm"), ""),
        (lambda file: file["model_weights/lstm"].attrs.__delitem__("weight_names"), "lacks weight_names"),
        (lambda file: file["model_weights"].attrs.__setitem__("layer_names", [b"words", b"lstm"]), "'dense' has 2"),
        (lambda file: file["model_weights/lstm"].attrs.__setitem__("weight_names", [b"lstm/kernel:0"]), "the file 1"),
        (lambda file: file.__setitem__("link", h5py.ExternalLink("/etc/passwd", "/")), "'link' is a link"),
        (lambda file: file["model_weights"].__setitem__("soft", h5py.SoftLink("/")), "soft' is a link"),
        (lambda file: file.create_dataset("x", (4,), "f4", external=[("/etc/passwd", 0, 16)]), "in another file"),
        (lambda file: file.create_virtual_dataset("x", h5py.VirtualLayout((4,), "f4")), "in another file"),
        (lambda file: file.create_dataset("x", (2**30,), "f4", chunks=(2**20,)), "does not hold"),
    ],
)
def test_damaged_files(tmp_path, damage, expected):
    path, _, _ = small(tmp_path)
    change(path, damage)
    assert expected in refusal(path)


def test_arrays_of_other_shapes(tmp_path):
    path, config, weights = small(tmp_path)
    weights["dense"]["kernel"] = weights["dense"]["kernel"].T
    write(path, config, weights)
    assert "layer 'dense': dense/kernel:0 is (2, 4), expected (4, 2)" in refusal(path)
    write(path, config, weights | {"other": {"kernel": np.ones(3)}})
    assert "(2, 4)" in refusal(path)


def test_cut_off_and_empty_files(tmp_path):
    path, _, _ = small(tmp_path)
    content = path.read_bytes()
    for size in (8, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:size])
        refusal(path)


def archive(tmp_path, config, metadata):
    """An archive of Keras 3's whose configuration and version are others."""
    keras.Sequential([keras.Input((TIMESTEPS, WIDTH)), keras.layers.LSTM(UNITS, name="lstm")]).save(
        tmp_path / "three.keras"
    )
    with zipfile.ZipFile(tmp_path / "three.keras") as read, zipfile.ZipFile(tmp_path / "two.keras", "w") as written:
        for name in read.namelist():
            new = {"config.json": config, "metadata.json": metadata}.get(name)
            written.writestr(name, read.read(name) if new is None else json.dumps(new))
    return tmp_path / "two.keras"


def test_archives_of_keras_2(tmp_path, series):
    part = layer("LSTM", "lstm", units=UNITS, recurrent_activation="hard_sigmoid")
    modules = {"module": "keras.layers", "registered_name": None}
    config = sequential(source(TIMESTEPS, WIDTH) | modules, part | modules) | {"module": "keras"}
    config["compile_config"] = {"loss": {"module": "mine", "class_name": "function", "config": "loss"}}
    path = archive(tmp_path, config, {"keras_version": "2.15.0"})
    kernel, recurrent_kernel, bias = load_model(tmp_path / "three.keras").get_weights()
    close(predicted(path, series), lstm(series, kernel, recurrent_kernel, bias)[:, -1])
    part["class_name"] = "CuDNNLSTM"
    config = sequential(source(TIMESTEPS, WIDTH) | modules, part | modules) | {"module": "keras"}
    assert "'lstm' has weights of cuDNN" in refusal(archive(tmp_path, config, {"keras_version": "2.15.0"}))
    own = part | {"module": None, "class_name": "LSTM", "registered_name": "Custom>LSTM"}
    config = sequential(source(TIMESTEPS, WIDTH) | modules, own) | {"module": "keras"}
    assert "'lstm' is a LSTM of Custom>LSTM" in refusal(archive(tmp_path, config, {"keras_version": "2.15.0"}))
