"""Is a finished run what its records say? Checks of files and checksums in a run's folder.

Every check reads what is there and reports what does not fit; none changes anything.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rnn_modules.data.corpora.sources import read_manifest, verify_manifest
from rnn_modules.data.dataset import Dataset
from rnn_modules.decomposition.small_module_files import read_modules_of
from rnn_modules.files.atomic_files import InputError, is_temporary, read_json, sha256_of_file
from rnn_modules.files.checked_json import RecordReader, is_inside
from rnn_modules.files.run_folder import RunFolder
from rnn_modules.names import MODULES
from rnn_modules.network import load_network
from rnn_modules.runs.checksums import files_of, read_checksums
from rnn_modules.runs.run_record import last_call


@dataclass
class Check:
    """One kind of check.

    Attributes:
        name: what is checked.
        checked: how many.
        problems: a line for each that does not fit.
        skipped: a line for each that could not be checked here, which is no problem.

    Example:
        >>> check = Check("sizes of files")
        >>> for name in ("README.md", "LICENSE"):
        ...     check.take(lambda path: None if path.stat().st_size else f"{path}: empty", Path(name))
        >>> check.checked, check.problems
        (2, [])
    """

    name: str
    checked: int = 0
    problems: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def take(self, check: Callable[..., str | None], *arguments) -> None:
        """Count one; ``check(*arguments)`` returns what is wrong with it, or raises an InputError that says it."""
        self.checked += 1
        try:
            problem = check(*arguments)
        except InputError as error:
            problem = str(error)
        if problem:
            self.problems.append(problem)


def verify_files(folder: str | os.PathLike) -> list[Check]:
    """All checks of files and checksums.

    Every file of the run's folder is compared with what its job wrote; records, models and datasets of the present
    configuration also with each other.

    Args:
        folder: of a run.

    Raises:
        InputError: there is no such folder, it has no record, or ``run.json`` is damaged.

    Example:
        >>> {check.name: check.problems for check in verify_files("results/reference/laptop")}["last call of Snakemake"]
        []
    """
    run = RunFolder(folder)
    found = run.found_records()
    records = list(itertools.chain.from_iterable(found.values()))
    if not records:
        raise InputError(f"{folder}: no records of a run; name the folder of a finished run (results/<run>)")
    models = [path.parent for path in found["training"]]
    datasets = [run.dataset(name) for name in sorted({model.parents[1].name for model in models})]
    return [
        _temporary_files(run),
        _last_call(run),
        _written(run),
        _corpora(run, datasets),
        _datasets(run, datasets),
        _networks(models),
        _modules(models),
        _inputs(run, records),
    ]


def _temporary_files(run: RunFolder) -> Check:
    check = Check("half-written files")
    for path in sorted(run.path.rglob("*")):
        if path.is_file():
            check.take(_whole, path)
    return check


def _whole(path: Path) -> str | None:
    return f"{path}: left by a job that was killed; delete it" if is_temporary(path) else None


def _last_call(run: RunFolder) -> Check:
    check = Check("last call of Snakemake")
    check.take(_finished, run)
    return check


def _finished(run: RunFolder) -> str | None:
    call = last_call(run.path)
    state = call["state"] if call else "missing"
    return None if state == "finished" else f"{run.run_json}: the last call is {state}; let the run finish"


def _written(run: RunFolder) -> Check:
    check = Check("files as they were written")
    try:
        known = read_checksums(run.path)
    except InputError as error:
        check.problems.append(f"{error}; delete it and {run.report}, and let the run finish")
        return check
    if known is None:
        check.problems.append(
            f"{run.checksums}: not there; the end of a call writes it: delete {run.report}, and let the run finish"
        )
        return check
    if _finished(run):
        # The start of a call wrote run.json too.
        known.pop(run.run_json.name, None)
    for name, digits in known.items():
        check.take(_as_written, run.path / name, digits)
    names = {run.path / name for name in known} | {run.run_json}
    for path in files_of(run):
        if path not in names:
            check.problems.append(f"{path}: no job of the run wrote it; delete it, or move it elsewhere")
    return check


def _as_written(path: Path, digits: str) -> str | None:
    if not path.is_file():
        return f"{path}: missing; let the run finish, which makes it again"
    try:
        received = sha256_of_file(path)
    except OSError as error:
        return f"{path}: cannot be read ({error.strerror})"
    if received == digits:
        return None
    change = f"SHA-256 {digits[:12]}, now {received[:12]}"
    return f"{path}: changed since it was written ({change}); delete it and make it again"


def _corpora(run: RunFolder, datasets: list[Path]) -> Check:
    check = Check("corpora against their checksums")
    corpora: set[str] = set()
    for dataset in datasets:
        # What a damaged dataset was made from, the check of datasets says.
        with contextlib.suppress(InputError):
            metadata = dataset / "dataset.json"
            corpora.add(RecordReader(metadata, read_json(metadata, ("corpus",))).name("corpus"))
    for path in map(run.corpus, sorted(corpora)):
        check.take(_corpus, path, check.skipped)
    # Files that lie elsewhere are counted as skipped alone.
    check.checked -= len(check.skipped)
    return check


def _corpus(path: Path, skipped: list[str]) -> None:
    manifest = read_manifest(path)
    if all(Path(one["path"]).is_file() for one in manifest["files"]):
        verify_manifest(manifest)
    else:
        skipped.append(f"{path}: its files are not here")


def _datasets(run: RunFolder, datasets: list[Path]) -> Check:
    check = Check("datasets against their checksums and corpora")
    for dataset in datasets:
        check.take(_dataset, run, dataset)
    return check


def _dataset(run: RunFolder, dataset: Path) -> str | None:
    metadata = Dataset.load(dataset).metadata
    manifest = run.corpus(metadata["corpus"])
    known = {one["name"]: one["sha256"] for one in read_manifest(manifest)["files"]}
    used = {one["name"]: one["sha256"] for one in metadata.get("files", [])}
    if used != known:
        return f"{dataset}: made from other files than {manifest} names; prepare the dataset again"
    return None


def _networks(models: list[Path]) -> Check:
    check = Check("networks against their records")
    for model in models:
        check.take(_network, model / "record.json")
    return check


def _network(path: Path) -> str | None:
    recorded = read_json(path, ("network_sha256",))["network_sha256"]
    network = path.with_name("network.npz")
    received = load_network(network).sha256
    if received != recorded:
        return f"{network}: SHA-256 {received[:12]}, {path.name} has {recorded!s:.12}; train the model again"
    return None


def _modules(models: list[Path]) -> Check:
    check = Check("modules against their parents")
    for model, mode in itertools.product(models, MODULES):
        if (path := model / "modules" / f"{mode}.npz").exists():
            check.take(_module, path)
    return check


def _module(path: Path) -> str | None:
    try:
        read_modules_of(load_network(path.parents[1] / "network.npz"), path)
    except InputError as error:
        return str(error) if str(path) in str(error) else f"{path}: {error}"
    return None


def _inputs(run: RunFolder, records: list[Path]) -> Check:
    check = Check("inputs of records against their checksums")
    sha256 = functools.cache(sha256_of_file)
    waiting = list(records)
    for record in waiting:
        try:
            reader = RecordReader(record, read_json(record, ("provenance",)))
            provenance = reader.inner("provenance", reader.value["provenance"], ("inputs",))
            inputs = provenance.mapping("inputs", provenance.value["inputs"])
        except InputError as error:
            check.problems.append(f"{record}: does not say what it was made from ({error}); make it again")
            continue
        for name, recorded in inputs.items():
            check.take(_input, run.path, record, name, recorded, sha256)
            if name.isdigit() and (baselines := input_path(run.path, record, name)).is_file():
                # Models from scratch were made from something, too.
                waiting.append(baselines)
    return check


def _input(folder: Path, record: Path, name: str, recorded: object, sha256: Callable[[Path], str]) -> str | None:
    if not is_inside(name) or not isinstance(recorded, str):
        return f"{record}: made from {name!r} ({recorded!r}), which is no file of the run; make the record again"
    path = input_path(folder, record, name)
    if not path.is_file():
        return f"{record}: made from {name}, but {path} is not there"
    if sha256(path) != recorded:
        return f"{record}: made from another {path} ({recorded[:12]}, now {sha256(path)[:12]}); make the record again"
    return None


def seed_folder(parts: Sequence[str]) -> str:
    """The part of a record's path that names its seed, such as ``seed-0``; empty where there is none.

    Example:
        >>> seed_folder(("models", "many_to_one", "clinc", "lstm-1", "seed-0", "record"))
        'seed-0'
    """
    return next((part for part in parts if part.startswith("seed-")), "")


def input_path(folder: Path, record: Path, name: str) -> Path:
    """The file that a name in a record's ``provenance.inputs`` stands for.

    Args:
        folder: of the run.
        record: path of the record.
        name: ``dataset`` (of a model's own record), the name of a dataset, the number of a chunk of baselines, or
            ``architecture/dataset/rnn-layers/`` and what of the model.

    Example:
        >>> record = Path("run/experiments/intra_reuse/many_to_one/lstm/seed-0.json")
        >>> input_path(Path("run"), record, "many_to_one/clinc/lstm-1/rolled").as_posix()
        'run/models/many_to_one/clinc/lstm-1/seed-0/modules/rolled.npz'
        >>> input_path(Path("run"), record, "clinc").as_posix(), input_path(Path("run"), record, "0").as_posix()
        ('run/datasets/clinc/dataset.npz', 'run/baselines/intra_reuse/many_to_one/lstm/seed-0/0.json')
    """
    parts = record.relative_to(folder).with_suffix("").parts
    if "/" in name:
        model, part = name.rsplit("/", 1)
        place = folder / "models" / model / seed_folder(parts)
        return place / "modules" / f"{part}.npz" if part in MODULES else place / f"{part}.npz"
    if name.isdigit():
        return folder.joinpath("baselines", *parts[1:], f"{name}.json")
    return folder / "datasets" / (parts[2] if name == "dataset" else name) / "dataset.npz"
