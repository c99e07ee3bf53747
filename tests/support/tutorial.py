"""The tutorial's three models and their examples, all of them made up.

Example:
    python tests/support/tutorial.py tutorial

writes ``reviews.keras`` and ``reviews.csv``, ``watch.keras``, ``phone.keras`` and ``sensors.npz``, ``tagger.keras`` and
``tagged.npz`` into the folder. ``--pictures`` also runs the tutorial's code there and keeps its pictures.
"""

import argparse
import contextlib
import csv
import re
import shutil
import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
TUTORIAL = SCRIPTS / "tutorial.md"
STEPS, WORDS = 40, 12
OPINIONS = {
    "positive": ("lovely", "superb", "bright", "friendly", "spotless", "great"),
    "negative": ("awful", "dirty", "noisy", "rude", "broken", "bad"),
    "neutral": ("square", "beige", "usual", "nearby", "upstairs", "wooden"),
}
THINGS = ("room", "breakfast", "bar", "staff", "view", "garden", "bed", "lift")
MOVES = {"running": (3.0, 1.5), "sitting": (0.0, 0.0), "stairs": (1.1, 0.7), "walking": (1.6, 1.0)}
"""Steps in a unit of time, and how strong they are."""
TURNED = {"positive": "negative", "negative": "positive", "neutral": "neutral"}
KINDS = {
    "PERSON": ("anna", "tom", "jordan", "paris"),
    "PLACE": ("rome", "jordan", "paris", "oslo"),
    "FIRM": ("acme", "rome", "globex"),
}
SENTENCES = (
    "PERSON met PERSON in PLACE",
    "PERSON works for FIRM",
    "FIRM opens a shop in PLACE",
    "PERSON flew from PLACE to PLACE",
    "yesterday FIRM hired PERSON",
    "in PLACE it rains",
    "PERSON sold FIRM to FIRM",
)


def reviews(count: int, generator: np.random.Generator) -> list[tuple[str, str]]:
    """Sentences on hotels with the opinion in them; "not" turns it round, as "hardly" does."""
    made = []
    for _ in range(count):
        label = str(generator.choice(sorted(OPINIONS)))
        turned = generator.random() < 0.3
        word = generator.choice(OPINIONS[TURNED[label] if turned else label])
        first, second = generator.choice(THINGS, 2, replace=False)
        aside = generator.choice(OPINIONS["neutral"])
        text = f"the {first} was {generator.choice(('not ', 'hardly ')) if turned else ''}{word}"
        if generator.random() < 0.5:
            text = f"{text} and the {second} was {aside}"
        made.append((text, label))
    return made


def sensors(count: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Windows of three accelerations, ``(count, 40, 3) float32``, and what the wearer does."""
    names = generator.choice(sorted(MOVES), count)
    pace, strength = (np.array([MOVES[name][part] for name in names])[:, None] for part in (0, 1))
    pace = pace * generator.uniform(0.9, 1.1, (count, 1))
    phase = generator.uniform(0, 2 * np.pi, (count, 1)) + pace * np.arange(STEPS) / 2
    parts = [strength * np.sin(phase), strength * np.cos(2 * phase), np.ones(phase.shape)]
    return (np.stack(parts, axis=-1) + generator.normal(0, 0.6, (count, STEPS, 3))).astype("float32"), names


def tagged(count: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Word ids with 0 as padding, a tag for each, ``(count, 12)`` both, and the words; some names have two kinds."""
    names = {name for kind in KINDS.values() for name in kind}
    words = sorted({word for line in SENTENCES for word in line.split()} - set(KINDS) | names)
    x, y = np.zeros((count, WORDS), "int32"), np.full((count, WORDS), "-", dtype="<U6")
    for row in range(count):
        for place, word in enumerate(str(generator.choice(SENTENCES)).split()):
            y[row, place] = word if word in KINDS else "other"
            x[row, place] = 1 + words.index(str(generator.choice(KINDS[word])) if word in KINDS else word)
    return x, y, words


def fitted(parts: list, x: np.ndarray, y: np.ndarray, epochs: int) -> keras.Model:
    """A trained model of these layers; labels are names, classes in the order of their names."""
    model = keras.Sequential(parts)
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(x, np.unique(y, return_inverse=True)[1].reshape(y.shape), epochs=epochs, batch_size=32, verbose=0)
    return model


def write_reviews(folder: Path, generator: np.random.Generator) -> None:
    made = reviews(1200, generator)
    with open(folder / "reviews.csv", "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("text", "label"), *made])
    texts, labels = (list(part) for part in zip(*made[:800], strict=True))
    vectorize = layers.TextVectorization(max_tokens=60, output_sequence_length=WORDS)
    vectorize.adapt(texts)
    parts = [keras.Input((), dtype="string"), vectorize, layers.Embedding(60, 8, mask_zero=True), layers.LSTM(24)]
    x = keras.ops.convert_to_tensor(texts)
    fitted([*parts, layers.Dense(3, "softmax")], x, np.array(labels), 12).save(folder / "reviews.keras")


def write_sensors(folder: Path, generator: np.random.Generator) -> None:
    """A watch's model that has hardly seen anyone walk, a telephone's that has, and what both recorded."""
    arrays = {}
    for place in ("watch", "phone"):
        x, y = sensors(1000, generator)
        if place == "watch":
            # Of the examples that its model learns from, four are of someone who walks.
            seen = (y != "walking") | (np.arange(len(y)) % 25 == 0) | (np.arange(len(y)) >= 600)
            x, y = x[seen], y[seen]
        arrays |= {f"{place}_x": x, f"{place}_y": y}
        parts = [keras.Input((STEPS, 3)), layers.Conv1D(8, 5, activation="relu"), layers.MaxPooling1D(2)]
        parts += [layers.LSTM(20, return_sequences=True), layers.Dropout(0.2), layers.LSTM(20)]
        outputs = layers.Dense(len(set(y[:400])), "softmax")
        fitted([*parts, outputs], x[:400], y[:400], 15).save(folder / f"{place}.keras")
    np.savez_compressed(folder / "sensors.npz", **arrays)


def write_tagged(folder: Path, generator: np.random.Generator) -> None:
    x, y, words = tagged(900, generator)
    np.savez_compressed(folder / "tagged.npz", x=x, y=y, words=words)
    parts = [keras.Input((WORDS,), dtype="int32"), layers.Embedding(len(words) + 1, 8)]
    parts += [layers.Bidirectional(layers.GRU(12, return_sequences=True)), layers.Dense(16, "relu")]
    fitted([*parts, layers.Dense(5, "softmax")], x[:600], y[:600], 12).save(folder / "tagger.keras")


def write_all(folder: Path) -> None:
    """Train the models and write them and their examples."""
    folder.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(0)
    for write in (write_reviews, write_sensors, write_tagged):
        write(folder, np.random.default_rng(0))


def blocks() -> dict[str, str]:
    """The code of the tutorial's parts, by the name that stands above it."""
    text = TUTORIAL.read_text(encoding="utf-8")
    return dict(re.findall(r"<!-- (\w+) -->\n\n```python\n(.*?)```", text, re.DOTALL))


def run(code: str, folder: Path) -> dict:
    """What a part leaves when it runs in the folder of models and examples."""
    names: dict = {}
    with contextlib.chdir(folder):
        exec(compile(code, str(TUTORIAL), "exec"), names)
    return names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="for models and examples")
    parser.add_argument("--pictures", action="store_true", help="make the pictures of scripts/tutorial again, too")
    arguments = parser.parse_args()
    write_all(arguments.folder)
    if arguments.pictures:
        sys.path.insert(0, str(SCRIPTS))
        for name, code in blocks().items():
            run(code, arguments.folder)
            shutil.copy(arguments.folder / f"{name}.png", SCRIPTS / "tutorial" / f"{name}.png")


if __name__ == "__main__":
    main()
