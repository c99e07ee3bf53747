"""What training left of one model: its record, its arrays, its dataset, and the modules cut from it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.data.dataset import Dataset
from rnn_modules.decomposition.algorithm import decompose
from rnn_modules.decomposition.compact import compact
from rnn_modules.decomposition.composition import calibrate
from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.small_module_files import read_modules_of
from rnn_modules.decomposition.small_modules import AnyModules, SmallModules
from rnn_modules.files.atomic_files import InputError, read_json
from rnn_modules.files.checked_json import RecordReader
from rnn_modules.files.provenance import provenance
from rnn_modules.names import PADDING_ID, Mode
from rnn_modules.network import ArrayNetwork, Classifier, EncoderDecoder, Network, classifies, load_network, translates

_KEYS = ("architecture", "dataset", "data_source", "rnn", "layers", "seed", "validation", "network_sha256")


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A model's files, read and checked.

    Attributes:
        folder: folder that ``train_model.py`` wrote.
        dataset_folder: folder of its dataset.
        record: ``record.json``.
        network: ``network.npz``.
        dataset: the dataset it was trained on.

    Example:
        >>> import tempfile
        >>> from support.made_up_models import classifier_model, saved
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = saved(classifier_model(folder=Path(folder, "model"), dataset_folder=Path(folder, "clinc")))
        ...     model = TrainedModel.load(Path(folder, "model"), Path(folder, "clinc"))
        >>> model.facts()["rnn"], model.classifier.outputs, model.dataset.class_names
        ('lstm', 4, ('red', 'green', 'blue', 'grey'))
        >>> sorted(model.files(["rolled"]))
        ['clinc', 'many_to_one/clinc/lstm-2/network', 'many_to_one/clinc/lstm-2/rolled']
    """

    folder: Path
    dataset_folder: Path
    record: dict
    network: ArrayNetwork
    dataset: Dataset

    @classmethod
    def load(cls, folder: str | os.PathLike, dataset_folder: str | os.PathLike) -> TrainedModel:
        """Read a model and its dataset.

        Raises:
            InputError: a file is missing or damaged, or the arrays are not those that the record describes.
        """
        folder, dataset_folder = Path(folder), Path(dataset_folder)
        record = _read_record(folder / "record.json")
        network = load_network(folder / "network.npz")
        if network.sha256 != record["network_sha256"]:
            raise InputError(
                f"{folder / 'network.npz'}: not the network of {folder / 'record.json'}; train the model again"
            )
        dataset = Dataset.load(dataset_folder)
        try:
            check_fits(network, dataset)
        except InputError as error:
            raise InputError(f"{folder / 'network.npz'}, {dataset_folder}: {error}") from error
        return cls(folder, dataset_folder, record, network, dataset)

    @property
    def classifier(self) -> Classifier:
        """The network, of a dataset that has classes and no translations."""
        assert classifies(self.network)
        return self.network

    @property
    def translator(self) -> EncoderDecoder:
        """The network, of a dataset of translations."""
        assert translates(self.network)
        return self.network

    def modules(self, mode: str) -> AnyModules:
        """The modules of a mode, or the small ones (``compact``), checked to belong to this network."""
        return read_modules_of(self.network, self.folder / "modules" / f"{mode}.npz")

    def facts(self) -> dict:
        """What a result record says of the model: what it is, and on which data it was trained."""
        names = ("architecture", "dataset", "data_source", "rnn", "layers", "seed")
        return {name: self.record[name] for name in names}

    def files(self, modes: Iterable[str] = ()) -> dict[str, Path]:
        """Files that a result computed from this model and its modules rests on, by a name that tells models apart."""
        name = f"{self.record['architecture']}/{self.dataset_folder.name}/{self.record['rnn']}-{self.record['layers']}"
        found = [self.folder / "network.npz", *(self.folder / "modules" / f"{mode}.npz" for mode in modes)]
        return {f"{name}/{path.stem}": path for path in found} | {
            self.dataset_folder.name: self.dataset_folder / "dataset.npz"
        }

    def record_of(
        self,
        experiment: str,
        run: str,
        preset: str,
        results: dict,
        evaluated: int | None = None,
        modes: Iterable[str] = (),
    ) -> dict:
        """A result record: what was done, to which model, on how many examples, what came of it, and from which files.

        Args:
            experiment: its kind.
            run: name of the run.
            preset: of the decomposition.
            results: what came of it.
            evaluated: number of test examples, where these are not all.
            modes: of the modules that it rests on.
        """
        counts = self.dataset.metadata["examples"]
        return {
            "experiment": experiment,
            "run": run,
            **self.facts(),
            "examples": counts if evaluated is None else counts | {"evaluated": evaluated},
            "preset": preset,
            **results,
            "provenance": provenance(self.files(modes)),
        }


def _read_record(path: Path) -> dict:
    """``record.json`` of a model, its values checked."""
    record = read_json(path, _KEYS)
    reader = RecordReader(path, record)
    for key in ("architecture", "dataset", "rnn"):
        reader.name(key)
    for key in ("data_source", "network_sha256"):
        reader.text(key)
    reader.layers("layers", record["layers"])
    reader.whole("seed", record["seed"])
    validation = reader.inner("validation", record["validation"], ("accuracy",))
    validation.number("accuracy", validation.value["accuracy"], 1.0)
    return record


def check_fits(network: Network, dataset: Dataset) -> None:
    """Check that a network reads the inputs of a dataset and decides among its classes.

    Raises:
        InputError: it does not.

    Example:
        >>> from support.made_up_models import classifier_model
        >>> three, four = classifier_model(classes=3), classifier_model(classes=4)
        >>> check_fits(three.network, three.dataset)
        >>> check_fits(three.network, four.dataset)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: dataset made up: 4 classes where the model has 3 outputs; give ...
    """
    facts, corpus = dataset.metadata, f"dataset {dataset.metadata['corpus']}"
    if translates(network) != dataset.is_translation:
        kind = "translations" if dataset.is_translation else "classes"
        raise InputError(f"{corpus}: holds {kind}, for which the model is not made; give the dataset it was trained on")
    if classifies(network):
        pairs = [
            ("classes", len(dataset.class_names), "outputs", network.outputs),
            ("input ids", facts["input_tokens"], "input tokens", network.tokens),
            ("words", facts["vocabulary_size"], "embedded words", len(network.embedding)),
        ]
        if network.many_output:
            pairs.append(("labels per example", facts["output_timesteps"], "timesteps", network.timesteps))
    else:
        assert translates(network)
        pairs = [
            ("input ids", facts["input_tokens"], "source tokens", network.source_tokens),
            ("words", facts["vocabulary_size"], "embedded words", len(network.source_embedding)),
            ("target ids but one", facts["output_timesteps"] - 1, "target tokens", network.target_tokens),
            ("target words", facts["target_vocabulary_size"], "outputs", network.outputs),
        ]
    for name, number, of_model, received in pairs:
        if number != received:
            raise InputError(
                f"{corpus}: {number} {name} where the model has {received} {of_model}; give the dataset that the "
                "model was trained on"
            )


def decompose_trained(
    network: Network, dataset: Dataset, parameters: DecompositionParameters, modes: Sequence[Mode], threads: int = 1
) -> dict[str, ModuleMasks]:
    """Modules of a model by mode, cut with the training split of its dataset.

    Args:
        network: the trained model.
        dataset: the dataset it was trained on.
        parameters: every choice that the paper leaves open.
        modes: ``rolled`` and/or ``unrolled``.
        threads: classes are shared out among at most this many.

    Raises:
        InputError: the model does not belong to the dataset, or a class has no example.

    Example:
        >>> from support.made_up_models import classifier_model
        >>> model = classifier_model(classes=3)
        >>> modules = decompose_trained(model.network, model.dataset, DecompositionParameters(), ["rolled", "unrolled"])
        >>> {mode: [mask.shape for mask in part.kept] for mode, part in modules.items()}
        {'rolled': [(3, 1, 1, 4), (3, 1, 1, 4)], 'unrolled': [(3, 5, 1, 4), (3, 5, 1, 4)]}
        >>> modules["rolled"].class_names, modules["rolled"].thresholds.shape
        (('red', 'green', 'blue'), (3,))
    """
    check_fits(network, dataset)
    inputs, labels = dataset.model_inputs("train"), dataset.labels("train")
    found = decompose(network, inputs, labels, dataset.class_names, parameters, modes, threads=threads)
    if classifies(network):
        inputs = dataset.inputs("train")
        return {mode: calibrate(network, part, inputs, labels, parameters.seed) for mode, part in found.items()}
    return found


def compact_trained(
    network: ArrayNetwork, dataset: Dataset, parameters: DecompositionParameters, threads: int = 1
) -> SmallModules:
    """Small modules of a model, made on the training split of its dataset.

    Args:
        network: the trained model.
        dataset: the dataset it was trained on.
        parameters: of small modules.
        threads: classes are shared out among at most this many.

    Raises:
        InputError: the model does not belong to the dataset, a class has no example, or the share to keep is less than
            one node of each layer has.

    Example:
        >>> from support.made_up_models import classifier_model, small_parameters
        >>> model = classifier_model(classes=3)
        >>> modules = compact_trained(model.network, model.dataset, small_parameters())
        >>> modules.class_names, modules.thresholds.shape, modules.heads[-1]
        (('red', 'green', 'blue'), (3,), 'refitted')
    """
    check_fits(network, dataset)
    labels = dataset.labels("train")
    # Of each position a class, of which the first is that of positions that are none.
    padding = PADDING_ID if classifies(network) and labels.ndim == 2 else None
    inputs = dataset.model_inputs("train")
    made = compact(network, inputs, labels, dataset.class_names, parameters, threads, padding=padding)
    if classifies(network):
        return calibrate(network, made, dataset.inputs("train"), labels, parameters.seed)
    return made


def common_facts(models: Sequence[TrainedModel]) -> dict:
    """What result records say of their models: RNN type, layers, seed, data source, and examples of every dataset.

    Example:
        >>> from support.made_up_models import classifier_model
        >>> common_facts([classifier_model(cell="gru")])["rnn"]
        'gru'
    """
    first = models[0].record
    return {
        **{name: first[name] for name in ("data_source", "rnn", "layers", "seed")},
        "datasets": {model.dataset_folder.name: model.dataset.metadata["examples"] for model in models},
    }
