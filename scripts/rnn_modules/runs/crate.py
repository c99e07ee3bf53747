"""A run described for archives and other tools: ``ro-crate-metadata.json``, a Process Run Crate made from ``run.json``.

The crate is the run's folder as it lies; nothing is copied, and no network is needed. Listed are results and records;
networks, modules and logs are in the folder and follow from these.
"""

from __future__ import annotations

import os
from pathlib import Path

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from rnn_modules.files.atomic_files import InputError, sha256_of_file, write_json
from rnn_modules.files.run_folder import RunFolder
from rnn_modules.runs.checksums import note_files
from rnn_modules.runs.run_record import read_calls

PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_TYPES = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".md": "text/markdown",
    ".html": "text/html",
    ".tex": "application/x-tex",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
_STATES = {"finished": "Completed", "failed": "Failed", "running": "Active"}


def write_crate(folder: str | os.PathLike) -> int:
    """Write ``ro-crate-metadata.json`` into a run's folder.

    Returns:
        The number of files it lists.

    Raises:
        InputError: the run has no ``run.json``, or a damaged one.

    Example:
        >>> import tempfile
        >>> from rnn_modules.runs.run_record import begin_call, end_call
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     begin_call(folder, RunFolder("results/reference/laptop").configuration(), "none.lock", ["snakemake"])
        ...     end_call(folder, "finished", [], [])
        ...     write_crate(folder), RunFolder(folder).crate.is_file()
        (1, True)
    """
    folder, run = Path(folder), RunFolder(folder)
    calls = read_calls(folder)
    if not calls:
        raise InputError(f"{run.run_json}: no such file; it is written when Snakemake runs")
    crate = ROCrate()
    crate.name = f"Run {folder.resolve().name} of rnn-modules"
    crate.description = "Recurrent neural networks decomposed into modules: records, tables and figures of one run."
    crate.datePublished = calls[-1].get("ended") or calls[-1]["started"]
    profile = {"@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    crate.root_dataset["conformsTo"] = crate.add(ContextEntity(crate, PROFILE, properties=profile))
    results = [_add_file(crate, folder, path) for path in listed_files(run)]
    record = _add_file(crate, folder, run.run_json)
    for number, call in enumerate(calls, start=1):
        # Which call made a file is not known; the last one completed them all.
        _add_call(crate, number, call, record, results if number == len(calls) else [])
    write_json(run.crate, crate.metadata.generate())
    if run.checksums.exists():
        note_files(folder, [run.crate], [run.crate])
    return len(results) + 1


def listed_files(run: RunFolder) -> list[Path]:
    """The files of a run's present configuration that carry results: records, datasets' descriptions, tables, figures.

    Raises:
        InputError: ``run.json`` is damaged.

    Example:
        >>> listed = listed_files(RunFolder("results/reference/laptop"))
        >>> [path.name for path in listed if path.parent.name == "tables" and path.stem == "claims"]
        ['claims.html', 'claims.json', 'claims.md', 'claims.tex']
    """
    found = run.found_records()
    records = [path for paths in found.values() for path in paths]
    datasets = {path.parents[2].name for path in found["training"]}
    listed = [*records, *(run.dataset(name) / "dataset.json" for name in datasets), *run.tables.glob("*"), run.report]
    if (configuration := run.configuration()) is not None:
        listed += run.drawn(configuration)
    return sorted(path for path in listed if path.is_file())


def _add_file(crate: ROCrate, folder: Path, path: Path):
    name = path.relative_to(folder).as_posix()
    facts = {"contentSize": str(path.stat().st_size), "sha256": sha256_of_file(path)}
    if path.suffix in _TYPES:
        facts["encodingFormat"] = _TYPES[path.suffix]
    return crate.add_file(path, dest_path=name, properties=facts)


def _add_call(crate: ROCrate, number: int, call: dict, record, results: list) -> None:
    """A call of Snakemake, as the action of the code at its commit."""
    software = f"#rnn-modules-{call['commit'] or 'unknown'}{'-dirty' if call.get('dirty') else ''}"
    if crate.dereference(software) is None:
        described = {
            "@type": "SoftwareApplication",
            "name": "rnn-modules",
            "softwareVersion": software.removeprefix("#rnn-modules-"),
            "softwareRequirements": [f"{name} {version}" for name, version in call.get("versions", {}).items()],
        }
        crate.add(ContextEntity(crate, software, properties=described))
    machine = call["machine"] or {}
    crate.add_action(
        instrument=crate.dereference(software),
        identifier=f"#call-{number}",
        object=[record],
        result=results,
        properties={
            "name": f"Call {number} of Snakemake",
            "description": f"{call['command']} on {machine.get('processor')}, {machine.get('cores')} cores",
            "startTime": call["started"],
            "actionStatus": f"http://schema.org/{_STATES[call['state']]}ActionStatus",
            **({"endTime": call["ended"]} if call.get("ended") else {}),
        },
    )
