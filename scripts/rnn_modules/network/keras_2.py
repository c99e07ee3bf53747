"""What Keras 2 wrote, as Keras 3 reads it: the configuration of a model, and Keras 2's own ``hard_sigmoid``.

Compared with what TensorFlow 2.13 and 2.15 write and predict. What only training needs (initial values, regularizers,
constraints) is left out.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from rnn_modules.network.keras_checks import KERAS_2_HARD_SIGMOID, MODELS, Refused

_RECURRENT = ("SimpleRNN", "GRU", "LSTM", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
_CUDNN = {"CuDNNLSTM": "LSTM", "CuDNNGRU": "GRU"}
_RENAMED = {"BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization", **_CUDNN}
_FOR_TRAINING = ("_regularizer", "_constraint")
_WITHOUT_EFFECT = (
    # How something is computed, not what; shapes that follow from the inputs; sizes that follow from the vocabulary.
    *("implementation", "input_length", "batch_input_shape", "query_shape", "key_shape", "value_shape"),
    *("vocabulary_size", "trainable", "dtype", "fused", "input_dtype"),
)


@cache
def hard_sigmoid() -> Callable:
    """Keras 2's ``clip(0.2 x + 0.5, 0, 1)``, where Keras 3 has ``clip(x / 6 + 0.5, 0, 1)``, known to Keras by its name.

    Example:
        >>> float(hard_sigmoid()(1.0)), hard_sigmoid().__name__
        (0.699999988079071, 'keras_2_hard_sigmoid')
    """
    import keras

    package, name = KERAS_2_HARD_SIGMOID.split(">")

    @keras.saving.register_keras_serializable(package, name)
    def keras_2_hard_sigmoid(x: Any) -> Any:
        return keras.ops.clip(0.2 * keras.ops.convert_to_tensor(x) + 0.5, 0.0, 1.0)

    return keras_2_hard_sigmoid


def is_keras_2(version: object) -> bool:
    """Whether a file says that Keras 2, or one before, wrote it.

    Example:
        >>> is_keras_2("2.6.0-tf"), is_keras_2("3.0.5"), is_keras_2(None)
        (True, False, True)
    """
    return version is None or str(version).startswith(("1.", "2."))


def cudnn_layers(config: object) -> set[str]:
    """Names of the layers whose weights lie as cuDNN has them.

    Example:
        >>> cudnn_layers([{"class_name": "CuDNNGRU", "config": {"name": "gru"}}, {"class_name": "GRU", "config": {}}])
        {'gru'}
    """
    if isinstance(config, list):
        return set().union(*map(cudnn_layers, config))
    if not isinstance(config, dict):
        return set()
    own = {config["config"]["name"]} if config.get("class_name") in _CUDNN else set()
    return own.union(*map(cudnn_layers, config.values()))


def modern(config: dict[str, Any], keras_2: bool) -> dict[str, Any]:
    """The configuration of a model, layer or other object in the form that Keras 3 writes into ``.keras`` files.

    Args:
        config: as Keras 2 wrote it into any file, or Keras 3 into an ``.h5`` file; it stays as it is.
        keras_2: whether Keras 2 wrote it.

    Raises:
        Refused: it has a setting that Keras 3 has not.

    Example:
        >>> gru = {"class_name": "GRU", "config": {"name": "gru", "units": 4, "recurrent_activation": "hard_sigmoid"}}
        >>> made = modern(gru, keras_2=True)
        >>> made["module"], made["config"]["reset_after"], made["config"]["recurrent_activation"]["config"]
        ('keras.layers', False, 'rnn_modules>keras_2_hard_sigmoid')
    """
    name = config["class_name"]
    settings = config["config"]
    if not isinstance(name, str) or config.get("registered_name") not in (None, name):
        return config
    if str(config.get("module", "keras")).split(".")[0] not in ("keras", "tf_keras"):
        return config
    if name in MODELS and (isinstance(settings, list) or "layers" in settings):
        return _model(config, keras_2)
    if not keras_2:
        return {"module": _module(name, settings)} | config | {"config": _parts(settings, keras_2)}
    if _class(name) is None:
        return config
    made = _parts(_settings(name, settings), keras_2)
    new = {"module": "keras.layers", "class_name": _RENAMED.get(name, name), "config": made, "registered_name": None}
    return {key: value for key, value in config.items() if key in ("name", "inbound_nodes")} | new


def _class(name: str) -> type | None:
    import keras

    found = getattr(keras.layers, _RENAMED.get(name, name), None)
    return found if isinstance(found, type) else None


def _module(name: str, settings: dict) -> str:
    """Where Keras 3 has what it wrote by its name alone; operations have no settings of layers."""
    if "trainable" not in settings and name != "InputLayer":
        for module in ("numpy", "core", "nn"):
            found = getattr(sys.modules.get(f"keras.src.ops.{module}"), name, None)
            if isinstance(found, type):
                return f"keras.src.ops.{module}"
    return "keras.layers"


def _parts(value: Any, keras_2: bool) -> Any:
    """A setting with all layers within it in the new form."""
    if isinstance(value, list):
        return [_parts(part, keras_2) for part in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("class_name"), str) and "config" in value:
        return modern(value, keras_2)
    return {key: _parts(part, keras_2) for key, part in value.items()}


def _settings(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Settings of one layer of Keras 2, without those that Keras 3 has not."""
    made = {key: value for key, value in settings.items() if not key.endswith(_FOR_TRAINING)}
    made |= {key: "zeros" for key in made if key.endswith("_initializer")}
    for key in ("activation", "recurrent_activation"):
        if key in made:
            made[key] = _activation(made[key])
    if isinstance(made.get("dtype"), dict):
        made["dtype"] = made["dtype"]["config"]["name"]
    if name == "InputLayer" and "batch_input_shape" in made:
        made["batch_shape"] = made.pop("batch_input_shape")
    if name in ("GRU", "GRUCell"):
        made.setdefault("reset_after", False)
    if name in _CUDNN:
        made |= {"activation": "tanh", "recurrent_activation": "sigmoid"}
        made |= {"reset_after": True} if name == "CuDNNGRU" else {}
    if isinstance(made.get("axis"), list) and len(made["axis"]) == 1:
        made["axis"] = made["axis"][0]
    if name == "LeakyReLU" and "alpha" in made:
        made["negative_slope"] = made.pop("alpha")
    known = _known_settings(name)
    for key in set(made) - known:
        value = made.pop(key)
        if key not in _WITHOUT_EFFECT and value not in (None, False, 0, []):
            raise Refused(
                f"layer {settings.get('name')!r} is a {name} with {key}={value!r}, which Keras 3 has not; rebuild the "
                "model without it, give it the weights and hand it over live"
            )
    return made


def _known_settings(name: str) -> set[str]:
    """Arguments of the class that Keras 3 has under a name, and of those that it passes others on to."""
    found = _class(name)
    assert found is not None
    known: set[str] = set()
    for base in found.__mro__:
        if (function := vars(base).get("__init__")) is not None:
            arguments = inspect.signature(function).parameters.values()
            known |= {argument.name for argument in arguments if argument.kind != argument.VAR_KEYWORD}
            if all(argument.kind != argument.VAR_KEYWORD for argument in arguments):
                break
    return known - {"self"}


def _activation(value: Any) -> Any:
    """The name of a function of Keras, whose ``hard_sigmoid`` was another one."""
    if isinstance(value, dict) and value.get("class_name") == "function":
        if str(value.get("module")).split(".")[0] in ("keras", "tf_keras", "builtins"):
            value = value["config"]
    if value != "hard_sigmoid":
        return value
    kind = {"module": "builtins", "class_name": "function", "registered_name": "function"}
    return kind | {"config": KERAS_2_HARD_SIGMOID}


def _model(config: dict[str, Any], keras_2: bool) -> dict[str, Any]:
    settings = config["config"]
    if isinstance(settings, list):
        settings = {"name": "sequential", "layers": settings}
    layers = [modern(layer, keras_2) for layer in settings["layers"]]
    made = {key: settings[key] for key in ("name", "trainable", "build_input_shape") if key in settings}
    made["layers"] = layers
    new = {key: value for key, value in config.items() if key in ("name", "inbound_nodes")} | {"registered_name": None}
    if config["class_name"] == "Sequential":
        shape = _input_shape(settings["layers"][0])
        if shape is not None and layers[0]["class_name"] != "InputLayer":
            dtype = layers[0]["config"].get("dtype")
            source = {"batch_shape": shape, "dtype": dtype if dtype == "string" else "float32"}
            source["name"] = f"{layers[0]['config'].get('name')}_input"
            own = {"module": "keras.layers", "class_name": "InputLayer", "config": source, "registered_name": None}
            made["layers"] = [own, *layers]
        made.pop("trainable", None)
        return new | {"module": "keras", "class_name": "Sequential", "config": made}
    models = {layer["name"]: layer["class_name"] for layer in settings["layers"] if layer["class_name"] in MODELS}
    for layer in layers:
        if keras_2:
            layer["inbound_nodes"] = [_node(layer["class_name"], node, models) for node in layer["inbound_nodes"]]
    for key in ("input_layers", "output_layers"):
        made[key] = _ends(settings[key], models if keras_2 else {})
    return new | {"module": "keras.src.models.functional", "class_name": "Functional", "config": made}


def _input_shape(layer: dict) -> list | None:
    """The shape that a first layer, or what it wraps, says it reads."""
    settings = layer["config"]
    if isinstance(settings, list):
        return _input_shape(settings[0])
    found = settings.get("batch_input_shape") or settings.get("batch_shape")
    inner = settings.get("layers") or [settings.get("layer")]
    return found or (_input_shape(inner[0]) if isinstance(inner[0], dict) else None)


def _ends(value: Any, models: dict[str, str]) -> Any:
    """Inputs or outputs of a model; one alone is no list."""
    if isinstance(value, dict):
        return {key: _ends(part, models) for key, part in value.items()}
    if value and isinstance(value[0], str):
        # Keras 2 counts a node of its own for all models within a model, Keras 3 for functional ones.
        return [value[0], value[1] - (models.get(value[0]) == "Sequential"), *value[2:]]
    ends = [_ends(part, models) for part in value]
    return ends[0] if len(ends) == 1 else ends


def _node(kind: str, node: list, models: dict[str, str]) -> dict[str, Any]:
    """One call of a layer: what it reads, and with which arguments."""
    parts = [node] if isinstance(node[0], str) else node
    tensors = [_tensor(part, models) for part in parts]
    named = parts[0][3] if len(parts[0]) > 3 else {}
    named = {key: _argument(value, models) for key, value in named.items() if value is not None}
    if len(tensors) == 1:
        return {"args": tensors, "kwargs": named}
    if kind in _RECURRENT:
        return {"args": tensors[:1], "kwargs": named | {"initial_state": tensors[1:]}}
    return {"args": [tensors], "kwargs": named}


def _tensor(part: list, models: dict[str, str]) -> dict[str, Any]:
    if part[0] == "_CONSTANT_VALUE":
        return part[2]
    # Keras looks the tensor up by its history and asks for nothing else.
    history = [part[0], part[1] - (part[0] in models), part[2]]
    return {"class_name": "__keras_tensor__", "config": {"shape": [], "dtype": "float32", "keras_history": history}}


def _argument(value: Any, models: dict[str, str]) -> Any:
    if not isinstance(value, list):
        return value
    if len(value) == 3 and isinstance(value[0], str) and all(type(index) is int for index in value[1:]):
        return _tensor(value, models)
    return [_argument(part, models) for part in value]
