"""What training left of one model: its record, its arrays, its dataset, and the modules cut from it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.artefacts import InputError, read_json
from rnn_modules.dataset import Dataset
from rnn_modules.module import Modules
from rnn_modules.network import Network, load_network

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
    """

    folder: Path
    dataset_folder: Path
    record: dict
    network: Network
    dataset: Dataset

    @classmethod
    def load(cls, folder: str | os.PathLike, dataset_folder: str | os.PathLike) -> TrainedModel:
        """Read a model and its dataset.

        Raises:
            InputError: a file is missing or damaged, or the arrays are not those that the record describes.
        """
        folder, dataset_folder = Path(folder), Path(dataset_folder)
        record = read_json(folder / "record.json", _KEYS)
        network = load_network(folder / "network.npz")
        if network.sha256 != record["network_sha256"]:
            raise InputError(
                f"{folder / 'network.npz'}: not the network of {folder / 'record.json'}; train the model again"
            )
        return cls(folder, dataset_folder, record, network, Dataset.load(dataset_folder))

    def modules(self, mode: str) -> Modules:
        """The modules of a mode, checked to belong to this network."""
        path = self.folder / "modules" / f"{mode}.npz"
        return Modules.load(path, path.with_suffix(".json"), self.network)

    def files(self, modes: Iterable[str] = ()) -> dict[str, Path]:
        """Files that a result computed from this model and its modules rests on, by a name that tells models apart."""
        name = f"{self.record['architecture']}/{self.dataset_folder.name}/{self.record['rnn']}-{self.record['layers']}"
        found = [self.folder / "network.npz", *(self.folder / "modules" / f"{mode}.npz" for mode in modes)]
        return {f"{name}/{path.stem}": path for path in found} | {
            self.dataset_folder.name: self.dataset_folder / "dataset.npz"
        }


def common_facts(models: list[TrainedModel]) -> dict:
    """What result records say of their models: RNN type, layers, seed, data source, and examples of every dataset."""
    first = models[0].record
    return {
        **{name: first[name] for name in ("data_source", "rnn", "layers", "seed")},
        "datasets": {model.dataset_folder.name: model.dataset.metadata["examples"] for model in models},
    }
