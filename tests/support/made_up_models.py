"""Small untrained models with datasets of their own, in memory and as files."""

import dataclasses
from pathlib import Path

import numpy as np

from rnn_modules.data.dataset import Dataset, as_utf8, tags
from rnn_modules.decomposition.module_files import write_modules
from rnn_modules.decomposition.parameters import preset
from rnn_modules.decomposition.small_module_files import write_small_modules
from rnn_modules.decomposition.small_modules import SmallModules
from rnn_modules.experiments.reuse_kinds import problem_of
from rnn_modules.experiments.trained_model import TrainedModel
from rnn_modules.files.atomic_files import sha256_of_arrays, write_json
from support.datasets import made_up_dataset
from support.networks import random_classifier, random_sentences, random_translator

SIZES = {"train": 40, "validation": 8, "test": 25}
KINDS = ("one_output", "many_output", "union", "replacement")
_EXPERIMENTS = {"union": "inter_reuse", "replacement": "inter_replacement"}
_COLOURS = ("red", "green", "blue", "grey", "black")
_TAGS = ("padding", "noun", "verb", "other", "mark")


def one_output_dataset(seed=0, classes=3, tokens=5, vocabulary=7, sizes=SIZES):
    """One label per example; every class occurs in every split, some far more often than others."""
    generator = np.random.default_rng(seed)
    inputs, labels = {}, {}
    for split, size in sizes.items():
        inputs[split] = generator.integers(0, vocabulary, (size, tokens), dtype=np.int32)
        drawn = generator.choice(classes, size, p=_unequal(classes))
        drawn[:classes] = np.arange(classes)
        labels[split] = generator.permutation(drawn)
    return made_up_dataset(inputs, labels, _COLOURS[:classes], vocabulary)


def many_output_dataset(seed=0, classes=4, tokens=5, timesteps=None, vocabulary=7, sizes=SIZES):
    """A label per timestep, padding (class 0) on the left; every class occurs in every split.

    Without ``timesteps`` each input id has a label.
    """
    generator = np.random.default_rng(seed)
    each = timesteps is None
    timesteps = timesteps or tokens
    inputs, labels = {}, {}
    for split, size in sizes.items():
        inputs[split] = generator.integers(2, vocabulary, (size, tokens), dtype=np.int32)
        drawn = 1 + generator.choice(classes - 1, (size, timesteps), p=_unequal(classes - 1))
        drawn[: classes - 1, -1] = 1 + np.arange(classes - 1)
        padding = np.arange(timesteps) < generator.integers(0, timesteps, (size, 1))
        labels[split] = np.where(padding, 0, drawn)
        if each:
            inputs[split][padding] = 0
    return made_up_dataset(inputs, labels, _TAGS[:classes], vocabulary)


def _unequal(classes):
    weights = 1.0 / (1 + np.arange(classes)) ** 2
    return weights / weights.sum()


def made_up_problem(kind, seed=0, examples_per_class=None, rates="natural", **sizes):
    """A problem of every kind there is, its seed the datasets' too."""
    datasets = {
        "one_output": lambda: [one_output_dataset(seed, **sizes)],
        "many_output": lambda: [many_output_dataset(seed, **sizes)],
    }.get(kind, lambda: [one_output_dataset(seed, **sizes), many_output_dataset(seed + 1, **sizes)])()
    return problem_of(_EXPERIMENTS.get(kind, "intra_reuse"), datasets, examples_per_class, seed, rates)


def with_strong_output(network):
    """The same network, its decisions by the hidden nodes more than by the output's bias."""
    return dataclasses.replace(network, output_bias=network.output_bias / 8, output_kernel=2 * network.output_kernel)


def made_up_model(network, dataset, folder="model", dataset_folder="dataset", **record):
    """A trained model as it would be loaded."""
    described = {"architecture": "many_to_one", "dataset": "clinc", "data_source": "synthetic", "rnn": "lstm"}
    described |= {"layers": len(network.layers), "seed": 0, "validation": {"accuracy": 0.5}}
    described |= {"network_sha256": network.sha256}
    return TrainedModel(Path(folder), Path(dataset_folder), described | record, network, dataset)


def classifier_model(many_output=False, seed=0, classes=4, cell="lstm", layers=2, dataset=None, **places):
    """A classifier of random weights and a dataset of random labels, or the one given."""
    if dataset is None:
        dataset = (many_output_dataset if many_output else one_output_dataset)(seed, classes=classes)
    network = random_classifier(
        seed,
        cell,
        layers,
        tokens=dataset.metadata["input_tokens"],
        classes=len(dataset.class_names),
        vocabulary=dataset.metadata["vocabulary_size"],
        many_output=many_output,
    )
    architecture = "many_to_many" if many_output else "many_to_one"
    return made_up_model(with_strong_output(network), dataset, architecture=architecture, rnn=cell, **places)


def translation_dataset(network, languages=("fr", "de"), examples=12, seed=0, more_words=()):
    """Random sentences into every language in every split; references of the same words as the network writes.

    ``more_words`` stand before the others in the source vocabulary, so that ids differ between datasets.
    """
    edges = [tag for language in languages for tag in tags(language)]
    words = ["", "[UNK]", *edges, *(f"mot{index}" for index in range(network.outputs - len(edges) - 2))]
    plain = [f"word{index}" for index in range(len(network.source_embedding) - 2 - len(more_words))]
    source_words = np.array(["", "[UNK]", *more_words, *plain], dtype=object)
    first = 2 + len(more_words)
    generator = np.random.default_rng(seed)
    arrays = {}
    for split in ("train", "test", "validation"):
        sources, _ = random_sentences(network, examples, generator.integers(1000))
        sources = np.where(sources > 0, np.maximum(sources, first), 0)
        chosen = np.arange(examples) % len(languages)
        targets = np.zeros((examples, network.timesteps + 1), np.int32)
        for row, language in enumerate(chosen):
            sentence = generator.integers(2 + len(edges), network.outputs, generator.integers(1, network.timesteps))
            ids = [2 + 2 * language, *sentence, 3 + 2 * language]
            targets[row, : len(ids)] = ids
        arrays |= {f"{split}_inputs": sources, f"{split}_targets": targets}
        arrays[f"{split}_languages"] = chosen.astype(np.int32)
    tagged = range(2, 2 + len(edges))
    for split in ("test", "validation"):
        arrays[f"{split}_sources"] = as_utf8(" ".join(source_words[row[row > 0]]) for row in arrays[f"{split}_inputs"])
        arrays[f"{split}_references"] = as_utf8(
            " ".join(words[number] for number in row if number and number not in tagged)
            for row in arrays[f"{split}_targets"]
        )
    metadata = {
        "corpus": "made up",
        "source": "synthetic",
        "class_names": list(languages),
        "counts": {},
        "source_language": "en",
        "input_tokens": network.source_tokens,
        "output_timesteps": network.timesteps + 1,
        "vocabulary_size": len(source_words),
        "target_vocabulary_size": len(words),
        "examples": dict.fromkeys(("train", "test", "validation"), examples),
        "arrays_sha256": sha256_of_arrays(arrays),
    }
    return Dataset(arrays, metadata, {"input": source_words.tolist(), "target": words})


def translator_model(seed=0, cell="lstm", layers=1, languages=("fr", "de"), dataset=None, more_words=(), **places):
    """An encoder-decoder of random weights and a dataset of random sentences, or the one given."""
    words = len(dataset.vocabulary["target"]) if dataset else 2 * len(languages) + 8
    network = random_translator(seed, cell, layers, words=words)
    dataset = dataset or translation_dataset(network, languages, seed=seed, more_words=more_words)
    return made_up_model(network, dataset, architecture="encoder_decoder", rnn=cell, **places)


def small_parameters(architecture="many_to_one", **parameters):
    """Those of small modules that fit networks of a few nodes and examples."""
    given = {"keep": 0.3, "ranking_sample": 40, "rounds": 2}
    return dataclasses.replace(preset("compact", architecture, "lstm"), **(given | parameters))


def saved(model, modules=None):
    """Write all files of a model, to its own folders, and return it."""
    model.dataset.save(model.dataset_folder)
    model.network.save(model.folder / "network.npz")
    write_json(model.folder / "record.json", model.record)
    for mode, part in (modules or {}).items():
        write = write_small_modules if isinstance(part, SmallModules) else write_modules
        write(part, model.folder / "modules" / f"{mode}.npz", model.folder / "modules" / f"{mode}.json")
    return model
