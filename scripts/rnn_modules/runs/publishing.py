"""A finished run kept as the project's reference, and the pages that show it; and what an unfinished one has come to.

A reference is a folder of small files: records, tables and figures, enough to make tables and figures again. It is put
together beside the old one and takes its place when it is whole.
"""

from __future__ import annotations

import datetime
import os
import shutil
from pathlib import Path

from rnn_modules.files.atomic_files import InputError, read_json, read_text, replacing, replacing_folder
from rnn_modules.files.run_folder import RunFolder
from rnn_modules.reporting.claims.in_words import in_words
from rnn_modules.runs.crate import listed_files
from rnn_modules.runs.rebuild_tables import verify_tables
from rnn_modules.runs.run_record import read_calls
from rnn_modules.runs.verification import verify_files

BENCHMARKS = ("bench.md", "spread.md")
_OPENING = {
    "claims": "The paper's figure and ours with its interval for each claim, coloured by verdict",
    "controls": "Modules cut in the paper's order against the band of modules without random nodes",
}
"""Figures that stand beside the answer, and what they show."""
_OPTIONAL = ("tables/controls.md", "tables/frontier.md", "tables/offer.md")
"""Tables of experiments that not every run has."""
_SECTIONS = (
    ("The paper's claims", ("tables/claims.md",), ()),
    (
        "Cost of decomposition (RQ1)",
        ("tables/table2.md", "tables/table2_unpadded.md"),
        ("tables/decomposition_cost.md",),
    ),
    ("Controls of the method", (), _OPTIONAL[:1]),
    ("Reuse (RQ2)", ("tables/table3.md",), ("tables/table3_measures.md",)),
    ("Replacement (RQ3)", ("tables/table4.md",), ("tables/table4_measures.md",)),
    ("Scenarios", ("tables/table5.md",), ()),
    ("Small modules", (), _OPTIONAL[1:]),
    ("Choices of paper and package", (), ("tables/variants.md",)),
    ("Speed, memory and size", ("bench/bench.md",), ()),
    ("Spread over threads, backends and seeds", ("bench/spread.md",), ()),
)
"""Heading, tables that are shown, and tables that are folded."""
_SHOWN = 5
"""Most problems that an error names."""


def publish(
    folder: str | os.PathLike, reference: str | os.PathLike, benchmark: str | os.PathLike, results: Path
) -> int:
    """Keep a run as the reference and show it.

    Args:
        folder: of a finished run.
        reference: the folder that keeps it; what is there is replaced.
        benchmark: the folder that the benchmarks wrote.
        results: the page of all tables, written whole.

    Returns:
        The number of files that the reference keeps.

    Raises:
        InputError: the run did not finish, is not whole, or is not as it was written; there is no benchmark; a folder
            would be replaced that must stay; as UnwritableError, a file cannot be written. The old reference and its
            page are as they were then.

    Example:
        >>> publish("results/nowhere", "results/reference/nowhere", "bench", Path("results.md"))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: results/nowhere: no records of a run; ...
    """
    folder, reference, benchmark = Path(folder), Path(reference), Path(benchmark)
    _check_apart(reference, [folder, benchmark, results])
    check_whole(folder)
    files = reference_files(folder, benchmark)
    place = Path(os.path.relpath(reference, results.parent)).as_posix()
    # The folder takes its place first, when both are written.
    with replacing(results) as results_file, replacing_folder(reference) as new:
        _copy(files, new)
        results_file.write_text(results_page(new, place), encoding="utf-8")
    return len(files)


def keep_records(folder: str | os.PathLike, kept: str | os.PathLike) -> int:
    """Keep what a run that need not have ended has come to and that is small, so no network and no dataset.

    These are its records, its masks, the decisions of models from scratch, and what its jobs took. Into the folder of a
    run whose datasets are there they are put back the same way, which leaves what else is in it.

    Args:
        folder: of the run, or of what was kept of it.
        kept: the folder for the files; one that is there gets them beside what it has.

    Returns:
        The number of files.

    Raises:
        InputError: there are no records of a run; one folder holds the other; as UnwritableError, a file cannot be
            written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     number = keep_records("results/reference/laptop", Path(folder) / "kept")
        ...     number > 100, (Path(folder) / "kept" / "run.json").is_file()
        (True, True)
    """
    run, kept = RunFolder(folder), Path(kept)
    _check_apart(kept, [run.path])
    if run.configuration() is None:
        raise InputError(f"{run.run_json}: no such file; name the folder of a run that Snakemake made")
    records = [path for paths in run.found_records().values() for path in paths]
    if not records:
        raise InputError(f"{run.path}: no records yet; let the run go on")
    here = RunFolder("")
    parts = sorted(run.path.glob(f"{here.baselines(*'*****')}.*"))
    parts += sorted(run.path.glob(f"{here.model(*'*****')}/modules/*rolled.*"))
    # What records are made of is not to be newer than they are.
    paths = [run.run_json, *sorted(run.costs.rglob("*.json")), *parts, *records, *_histories(run)]
    _copy({path: path.relative_to(run.path).as_posix() for path in paths}, kept)
    return len(paths)


def check_whole(folder: Path) -> None:
    """Raise :class:`InputError`, which names what is wrong, unless a run finished, is whole and as it was written.

    Example:
        >>> check_whole(Path("results/nowhere"))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: results/nowhere: no records of a run; ...
    """
    run = RunFolder(folder)
    problems = [problem for check in (*verify_files(folder), verify_tables(folder)) for problem in check.problems]
    # Without run.json that is the problem already.
    asked = [] if (configuration := run.configuration()) is None else run.results(configuration)
    said = {problem.partition(": ")[0] for problem in problems}
    problems += [f"{path}: missing" for path in asked if not path.is_file() and str(path) not in said]
    # What explains the rest stands first.
    problems.sort(key=lambda problem: (": the last call is" not in problem, ": missing" not in problem))
    if problems:
        more = f"; and {len(problems) - _SHOWN} more, see `make verify`" if len(problems) > _SHOWN else ""
        raise InputError(f"{folder}: cannot be the reference: {'; '.join(problems[:_SHOWN])}{more}")


def reference_files(folder: Path, benchmark: Path) -> dict[Path, str]:
    """The files of a run and of the benchmarks that a reference keeps, and their names in it.

    Raises:
        InputError: there is no benchmark, or ``run.json`` is damaged.

    Example:
        >>> run = Path("results/reference/laptop")
        >>> names = list(reference_files(run, run / "bench").values())
        >>> names[0], [name for name in names if name.startswith("bench/") and name.endswith(".md")]
        ('run.json', ['bench/bench.md', 'bench/spread.md'])
    """
    missing = [name for name in BENCHMARKS if not (benchmark / name).is_file()]
    if missing:
        raise InputError(f"{benchmark}: lacks {', '.join(missing)}; call `make bench`")
    run = RunFolder(folder)
    kept = [run.run_json, *(path for path in (*listed_files(run), *_histories(run)) if path != run.report)]
    files = {path: path.relative_to(folder).as_posix() for path in kept}
    return files | {path: f"bench/{path.name}" for path in sorted(benchmark.glob("*")) if path.is_file()}


def results_page(reference: Path, place: str) -> str:
    """The page of all tables and figures of a reference, as Markdown.

    Args:
        reference: its folder.
        place: where the page's links find that folder.

    Raises:
        InputError: a file is missing or damaged.

    Example:
        >>> results_page(Path("results/reference/laptop"), "reference/laptop").splitlines()[0]
        '# Results of the reference run'
    """
    names = sorted(path.stem for path in (reference / "figures").glob("*.png"))
    figures = ", ".join(f"[{name.replace('_', ' ')}]({place}/figures/{name}.png)" for name in names)
    shown = [name for name in _OPENING if name in names]
    answer = in_words(read_json(reference / "tables" / "claims.json"))
    lines = [
        "# Results of the reference run",
        f"{_facts(reference)} `make reference` writes this page from [{place}]({place}); edit nothing here.",
        "## The answer in words",
        "\n".join(f"- {sentence}" for sentence in answer),
        *(f"![{_OPENING[name]}]({place}/figures/{name}.png)" for name in shown),
        f"Figures: {figures}. Tables in other formats: [{place}/tables]({place}/tables).",
    ]
    for heading, unfolded, folded in _SECTIONS:
        hidden = [name for name in folded if name not in _OPTIONAL or (reference / name).is_file()]
        if not unfolded and not hidden:
            continue
        lines.append(f"## {heading}")
        lines += [read_text(reference / name).strip() for name in unfolded]
        for name in hidden:
            text = read_text(reference / name).strip()
            lines.append(f"<details>\n<summary>{Path(name).stem.replace('_', ' ')}</summary>\n\n{text}\n\n</details>")
    return "\n\n".join(lines) + "\n"


def _histories(run: RunFolder) -> list[Path]:
    """The losses of trainings, which are there."""
    paths = (path.with_name("history.csv") for path in run.found_records()["training"])
    return [path for path in paths if path.is_file()]


def _copy(files: dict[Path, str], folder: Path) -> None:
    """Copy files into a folder under their names in it."""
    for source, name in files.items():
        with replacing(folder / name) as temporary:
            shutil.copyfile(source, temporary)


def _facts(reference: Path) -> str:
    """Which run a reference is of: its name, day, code, time and machine."""
    calls = read_calls(reference)
    if not calls or not calls[-1].get("ended"):
        raise InputError(f"{RunFolder(reference).run_json}: has no call that ended; let the run finish")
    last, machine = calls[-1], calls[-1].get("machine") or {}
    commit = f"commit {last['commit']}{' with changes' if last.get('dirty') else ''}" if last["commit"] else "no commit"
    ended = [datetime.datetime.fromisoformat(call["ended"]) for call in calls if call.get("ended")]
    started = [datetime.datetime.fromisoformat(call["started"]) for call in calls if call.get("ended")]
    minutes = sum((end - start).total_seconds() for end, start in zip(ended, started, strict=True)) / 60
    return (
        f"Run `{last['configuration'].get('run')}` of {ended[-1].date()}, {commit}, "
        f"{minutes:,.0f} minutes on {machine.get('cores')} cores."
    )


def _check_apart(reference: Path, kept: list[Path]) -> None:
    """Raise :class:`InputError` when the folder that is replaced holds, or lies in, something that must stay."""
    place = reference.resolve()
    for path in kept:
        other = path.resolve()
        if place == other or place in other.parents or (path.is_dir() and other in place.parents):
            raise InputError(f"{reference} would be replaced, and {path} with it; name another folder")
