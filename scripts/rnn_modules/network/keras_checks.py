"""What a model file may hold, by its configuration alone: objects of Keras without code, of sizes that can be true."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator
from typing import Any

KERAS_2_HARD_SIGMOID = "rnn_modules>keras_2_hard_sigmoid"
"""The one registered name that a file may have."""
HAND_OVER = "load the model yourself, with the code that it needs, and hand it over live"
VALUES = ("__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__", "__tuple__")
"""What Keras writes for values that JSON lacks."""
MODELS = ("Sequential", "Functional", "Model")
WITH_WORDS = ("TextVectorization", "StringLookup", "IntegerLookup")
"""Layers that look words up."""
GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}
LONGEST_REPEAT = 10_000
_WITH_CODE = ("Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "__typespec__")
_TENSORFLOW = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ClassMethod", "InstanceProperty")
_PUBLIC = (
    *("keras", "keras.activations", "keras.constraints", "keras.dtype_policies", "keras.initializers", "keras.layers"),
    *("keras.mixed_precision", "keras.models", "keras.quantizers", "keras.random", "keras.regularizers"),
)
_SAME_SHAPE = ("Dropout", "SpatialDropout1D", "Activation", "Softmax", "Masking", "LeakyReLU", "ReLU", "ELU")
# Sizes of which layers have a weight for each at least.
_SIZES = ("units", "filters", "num_heads", "key_dim", "depth_multiplier")

Shape = tuple[int, ...]
"""Without the examples; 0 where a size is not known."""


class Refused(ValueError):
    """What is whole and is refused all the same; the message names the layer and the way out."""


def check_objects(config: object) -> None:
    """Check that all objects of a model's configuration are of Keras and hold no code.

    Args:
        config: as in ``config.json``; what a model was compiled with is left out.

    Raises:
        Refused: one is not.

    Example:
        >>> check_objects({"module": "keras.layers", "class_name": "Lambda", "config": {"name": "double"}})
        Traceback (most recent call last):
        rnn_modules.network.keras_checks.Refused: layer 'double' is a Lambda and holds code, which is never run; ...
    """
    for part, layer in objects(config):
        name, settings = part.get("class_name"), part.get("config")
        for key in ("activation", "recurrent_activation"):
            if isinstance(value := part.get(key), str) and _find("keras.activations", value) is None:
                raise Refused(f"layer {layer!r} has {key}={value!r}, none of Keras' own functions; {HAND_OVER}")
        if name is None or (name in VALUES and isinstance(name, str)):
            continue
        if name in _WITH_CODE:
            raise Refused(f"layer {layer!r} is a {name} and holds code, which is never run; {HAND_OVER}")
        if name in _TENSORFLOW:
            function = settings.get("function", name) if isinstance(settings, dict) else name
            raise Refused(
                f"layer {layer!r} calls TensorFlow's function {function!r} ({name}), which Keras 3 has not; rebuild "
                "the model of Keras' layers (Add, Concatenate, ...), give it the weights and hand it over live"
            )
        function = name == "function"
        registered = part.get("registered_name")
        if function and settings == KERAS_2_HARD_SIGMOID and registered == "function":
            continue
        module = part.get("module")
        wanted = settings if function else name
        known = _find(module, wanted)
        own = callable(known) if function else isinstance(known, type) and issubclass(known, _bases())
        if not own or registered not in (None, name, wanted):
            where = f" of {_text(module or registered)}" if module or registered else ""
            kind = "uses the function" if function else "is a"
            raise Refused(
                f"layer {layer!r} {kind} {_text(wanted)}{where}, none of Keras 3's own, and no code of a file is run; "
                f"{HAND_OVER}"
            )
        if name in WITH_WORDS and isinstance(settings, dict) and isinstance(settings.get("vocabulary"), str):
            raise Refused(f"layer {layer!r} ({name}) reads its vocabulary from another file; {HAND_OVER}")


def _text(value: object) -> str:
    return value if isinstance(value, str) else repr(value)


def objects(value: object, layer: str = "") -> Iterator[tuple[dict[str, Any], str]]:
    """All objects within a JSON value, each with the name of the layer that it is, or is part of.

    Example:
        >>> [name for _, name in objects({"config": {"name": "model", "layers": [{"config": {"name": "dense"}}]}})]
        ['model', 'model', 'dense', 'dense']
    """
    if isinstance(value, dict):
        settings = value.get("config")
        own = settings.get("name") if isinstance(settings, dict) else None
        layer = own if isinstance(own, str) else layer
        yield value, layer
    parts: Any = ()
    if isinstance(value, dict):
        parts = [part for key, part in value.items() if key != "compile_config"]
    elif isinstance(value, list):
        parts = value
    for part in parts:
        yield from objects(part, layer)


def _find(module: object, name: object) -> Any:
    """What Keras has under a name in one of the modules that files may name."""
    import keras

    if not isinstance(module, str) or not isinstance(name, str):
        return None
    if module == "builtins":
        return getattr(keras.activations, name, None) or getattr(keras.initializers, name, None)
    if module in _PUBLIC:
        owner: Any = keras
        for part in module.split(".")[1:]:
            owner = getattr(owner, part, None)
        return getattr(owner, name, None)
    if re.fullmatch(r"keras\.src\.(layers|models|ops)(\.\w+)+", module):
        return vars(sys.modules.get(module, sys)).get(name)
    return None


def _bases() -> tuple[type, ...]:
    import keras

    return (
        *(keras.Operation, keras.DTypePolicy, keras.initializers.Initializer, keras.regularizers.Regularizer),
        *(keras.constraints.Constraint, keras.quantizers.Quantizer, keras.random.SeedGenerator),
    )


def least_weights(model: object) -> int:
    """Weights that a model has at least, from what its configuration says of sizes and of what each layer reads.

    Args:
        model: as in ``config.json``.

    Raises:
        ValueError: a layer repeats its input absurdly often.

    Example:
        >>> layers = [
        ...     {"class_name": "InputLayer", "config": {"batch_shape": [None, 5]}},
        ...     {"class_name": "Embedding", "config": {"input_dim": 100, "output_dim": 8}},
        ...     {"class_name": "LSTM", "config": {"units": 16}},
        ... ]
        >>> least_weights({"class_name": "Sequential", "config": {"layers": layers}}) == 100 * 8 + 4 * 16 * (8 + 16)
        True
    """
    return _layer(model, ())[0]


def _model(config: dict, reads: Shape) -> tuple[int, Shape]:
    weights, shape = 0, reads
    shapes: dict[str, Shape] = {}
    for layer in config["layers"]:
        settings = layer.get("config") if isinstance(layer, dict) else None
        if not isinstance(settings, dict):
            continue
        histories = [part.get("keras_history") for part, _ in objects(layer.get("inbound_nodes"))]
        sources = [str(history[0]) for history in histories if isinstance(history, list) and history]
        # Without any, the layers follow on one another, as in Sequential models.
        added, shape = _layer(layer, shapes.get(sources[0], ()) if sources else shape)
        if layer.get("class_name") == "Concatenate":
            widths = [shapes.get(source, ())[-1:] for source in sources]
            known = all(widths) and settings.get("axis") == -1
            shape = (*shape[:-1], sum(width for (width,) in widths)) if known else ()
        weights += added
        shapes[str(layer.get("name"))] = shape
    outputs = config.get("output_layers")
    if isinstance(outputs, list) and len(outputs) == 3 and isinstance(outputs[0], str):
        shape = shapes.get(outputs[0], ())
    return weights, shape


def _layer(part: object, reads: Shape) -> tuple[int, Shape]:
    """Weights of a layer at least, and the shape of what it gives."""
    settings = part.get("config") if isinstance(part, dict) else None
    if not isinstance(part, dict) or not isinstance(settings, dict):
        return 0, ()
    name = str(part.get("class_name"))
    if name in MODELS and isinstance(settings.get("layers"), list):
        return _model(settings, reads)
    weights, shape = _named(name, settings, reads)
    # Keras builds a layer for the shape that stands here, before it is called.
    built = part.get("build_config")
    if isinstance(built, dict) and isinstance(built.get("input_shape"), list):
        weights = max(weights, _named(name, settings, _shape(built["input_shape"]))[0])
    return weights, shape


def _named(name: str, settings: dict, reads: Shape) -> tuple[int, Shape]:
    """The same by the name of a layer's class and its settings."""

    def size(key: str) -> int:
        value = settings.get(key)
        return value if type(value) is int and value > 0 else 0

    width = max(reads[-1:], default=0) or 1
    if name == "InputLayer":
        return 0, _shape(settings.get("batch_shape"))
    if name == "Embedding":
        return size("input_dim") * size("output_dim"), (*reads, size("output_dim"))
    if name == "Flatten":
        return 0, (math.prod(reads),)
    if name == "RepeatVector":
        if size("n") > LONGEST_REPEAT:
            raise ValueError(f"a RepeatVector repeats {settings['n']:,} times")
        return 0, (size("n"), *reads[-1:])
    if name == "TimeDistributed":
        weights, shape = _layer(settings.get("layer"), reads[1:])
        return weights, (*reads[:1], *shape)
    if name == "Bidirectional":
        weights, shape = _layer(settings.get("layer"), reads)
        doubled = (*shape[:-1], 2 * shape[-1]) if shape else ()
        return 2 * weights, doubled if settings.get("merge_mode") == "concat" else shape
    if name == "RNN":
        return _layer(settings.get("cell"), reads[-1:])[0], ()
    if name == "StackedRNNCells":
        weights, shape = 0, reads
        for cell in settings.get("cells") or ():
            added, shape = _layer(cell, shape)
            weights += added
        return weights, shape
    units = size("units")
    if name == "Dense":
        return units * width, (*reads[:-1], units)
    if name.removesuffix("Cell") in GATES:
        steps = reads[:1] if settings.get("return_sequences") else ()
        return GATES[name.removesuffix("Cell")] * units * (width + units), (*steps, units)
    if name in ("BatchNormalization", "LayerNormalization", "PReLU"):
        # Along the last axis, where settings name no other.
        return width if settings.get("axis") in (None, -1, [-1]) and not settings.get("shared_axes") else 0, reads
    sizes = settings.get("output_shape") if name == "EinsumDense" else None
    least = math.prod(part or 1 for part in _shape([None, *sizes])) if isinstance(sizes, list) else 1
    for key in _SIZES:
        least *= size(key) or 1
    return (least if least > 1 else 0), reads if name in _SAME_SHAPE else ()


def _shape(sizes: object) -> Shape:
    """A shape in a configuration, without the examples."""
    parts = sizes[1:] if isinstance(sizes, list) else []
    return tuple(part if type(part) is int and part > 0 else 0 for part in parts)
