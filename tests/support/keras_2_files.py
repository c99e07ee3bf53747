"""``.h5`` files in the form of Keras 2, written by hand."""

import json

import h5py
import numpy as np


def layer(kind, name, **settings):
    """A layer's configuration; of recurrent ones what Keras 2 wrote for each."""
    if kind in ("SimpleRNN", "GRU", "LSTM"):
        settings = {
            **{"return_sequences": False, "return_state": False, "go_backwards": False, "stateful": False},
            **{"unroll": False, "time_major": False, "activation": "tanh", "use_bias": True, "implementation": 1},
            "kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": 1.0, "dtype": "float32"}},
            **{"dropout": 0.0, "recurrent_dropout": 0.0, "kernel_regularizer": None, "kernel_constraint": None},
        } | settings
    return {"class_name": kind, "config": {"name": name, "trainable": True, "dtype": "float32"} | settings}


def source(*shape, name="input_1"):
    settings = {"batch_input_shape": [None, *shape], "dtype": "float32", "sparse": False, "ragged": False}
    return {"class_name": "InputLayer", "config": settings | {"name": name}}


def sequential(*layers):
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": list(layers)}}


def write(path, config, weights, version="2.4.0"):
    """Write a model.

    Args:
        path: the file.
        config: of the model.
        weights: by layer, each a dictionary of arrays by the name of the weight.
        version: of Keras; None for a file that says none.
    """
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config).encode()
        loss = {"class_name": "LossOfMine", "config": {"weight": 3}}
        file.attrs["training_config"] = json.dumps({"loss": loss, "metrics": ["mine"], "loss_weights": None}).encode()
        group = file.create_group("model_weights")
        if version is not None:
            for place in (file, group):
                place.attrs["keras_version"], place.attrs["backend"] = version.encode(), b"tensorflow"
        group.attrs["layer_names"] = [name.encode() for name in weights]
        for name, arrays in weights.items():
            own = group.create_group(name)
            own.attrs["weight_names"] = np.array([f"{name}/{key}:0".encode() for key in arrays], "S64")
            for key, array in arrays.items():
                own.create_dataset(f"{name}/{key}:0", data=np.asarray(array, np.float32))


def hard_sigmoid(x):
    """That of Keras 2."""
    return np.clip(0.2 * x + 0.5, 0, 1)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def simple_rnn(x, kernel, recurrent_kernel, bias, act=np.tanh):
    """States after every timestep, ``(examples, timesteps, units)``, as are those below."""
    h, sent = np.zeros((len(x), recurrent_kernel.shape[0])), []
    for t in range(x.shape[1]):
        h = act(x[:, t] @ kernel + bias + h @ recurrent_kernel)
        sent.append(h)
    return np.stack(sent, axis=1)


def lstm(x, kernel, recurrent_kernel, bias, gate=hard_sigmoid):
    units = recurrent_kernel.shape[0]
    h, c, sent = np.zeros((len(x), units)), np.zeros((len(x), units)), []
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent_kernel + bias, 4, axis=1)
        c = gate(f) * c + gate(i) * np.tanh(g)
        h = gate(o) * np.tanh(c)
        sent.append(h)
    return np.stack(sent, axis=1)


def gru(x, kernel, recurrent_kernel, bias, gate=hard_sigmoid):
    """The reset gate is applied before the product."""
    units = recurrent_kernel.shape[0]
    h, sent = np.zeros((len(x), units)), []
    for t in range(x.shape[1]):
        own_z, own_r, own_h = np.split(x[:, t] @ kernel + bias, 3, axis=1)
        of_z, of_r, of_h = np.split(recurrent_kernel, 3, axis=1)
        z, r = gate(own_z + h @ of_z), gate(own_r + h @ of_r)
        h = z * h + (1 - z) * np.tanh(own_h + (r * h) @ of_h)
        sent.append(h)
    return np.stack(sent, axis=1)
