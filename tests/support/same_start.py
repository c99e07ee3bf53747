"""A small model after some steps from given weights, by the backend of ``KERAS_BACKEND``; writes its weights."""

from rnn_modules.training import quick_keras  # noqa: F401

# isort: split
import sys

import numpy as np

from rnn_modules.training.architectures import ArchitectureSettings, DataSizes, build
from rnn_modules.training.fit import TrainingSettings, compiled


def main() -> None:
    """The first argument is the RNN type, the second the file of the weights."""
    generator = np.random.default_rng(0)
    settings = TrainingSettings(learning_rate=0.005)
    sizes = DataSizes(input_tokens=8, timesteps=1, vocabulary=300, outputs=5)
    model = compiled(build(ArchitectureSettings("many_to_one", sys.argv[1], units=24, embedding=12), sizes), settings)
    model.set_weights([generator.normal(0, 0.2, part.shape).astype(np.float32) for part in model.get_weights()])
    # Frequent and rare words, as in texts.
    rates = 1 / np.arange(1, 301)
    inputs = generator.choice(300, (640, 8), p=rates / rates.sum()).astype(np.int32)
    model.fit(inputs, inputs[:, -1] % 5, batch_size=64, epochs=3, shuffle=False, verbose=0)
    np.savez(sys.argv[2], *model.get_weights())


if __name__ == "__main__":
    main()
