"""Steps of the optimizer on an embedding whose gradients are known, by the backend of ``KERAS_BACKEND``; as JSON."""

from rnn_modules.training import quick_keras  # noqa: F401

# isort: split
import json
import sys

import keras
import numpy as np

from rnn_modules.training.fit import textbook_adam


def main() -> None:
    """Read batches of word ids, and the derivative of the loss by each word's vector; print moments and weights."""
    given = json.load(sys.stdin)
    words, width = given["words"], given["width"]
    inputs = keras.Input((1,), dtype="int32")
    vectors = keras.layers.Embedding(words, width, embeddings_initializer="zeros")(inputs)
    model = keras.Model(inputs, keras.layers.Flatten()(vectors))

    def loss(slopes, outputs):
        # Linear, so that the derivatives do not depend on the weights.
        return keras.ops.sum(slopes * outputs) * keras.ops.ones(1)

    model.compile(textbook_adam(given["learning_rate"]), loss, jit_compile=False)
    for ids, slopes in given["batches"]:
        model.train_on_batch(np.array(ids, np.int32)[:, None], np.array(slopes, np.float32))
    optimizer = model.optimizer
    found = {
        "weights": model.get_weights()[0],
        "m": optimizer._momentums[0],
        "v": optimizer._velocities[0],
    }
    print(json.dumps({name: keras.ops.convert_to_numpy(value).tolist() for name, value in found.items()}))


if __name__ == "__main__":
    main()
