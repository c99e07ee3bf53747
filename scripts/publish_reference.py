"""Keep a finished run as the project's reference: its records, tables and figure, and its Table II in the README.

Example:
    python scripts/publish_reference.py --run results/laptop --reference results/reference/laptop --readme README.md
"""

import argparse
import logging
import re
import shutil
from pathlib import Path

from rnn_modules.files.atomic_files import InputError, read_text, replacing
from rnn_modules.files.command_line import parser_of, run

BLOCKS = {
    "table2": "tables/table2.md",
    "table3": "tables/table3.md",
    "table4": "tables/table4.md",
    "table5": "tables/table5.md",
    "claims": "tables/claims.md",
    "bench": "bench/bench.md",
    "spread": "bench/spread.md",
}
"""Blocks of the README, between ``<!-- name -->`` and ``<!-- /name -->``, and the files that fill them."""

KEPT = (
    "run.json",
    "datasets/*/dataset.json",
    "models/**/record.json",
    "models/**/history.csv",
    "models/**/decomposition_cost.json",
    "experiments/**/*.json",
    "tables/*",
    "figures/*",
)
"""Files of a run that are kept, under their own names: small ones, enough to make tables and figures again."""


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of a finished run")
    parser.add_argument("--reference", type=Path, required=True, help="folder to keep it in; replaced")
    parser.add_argument("--benchmark", type=Path, required=True, help="folder that `make bench` wrote")
    parser.add_argument("--readme", type=Path, required=True, help="the README whose blocks are filled")
    return parser.parse_args()


def main() -> None:
    """Copy the small files and fill the README."""
    arguments = parse()
    files = reference_files(arguments.run, arguments.benchmark)
    text = read_text(arguments.readme)
    sources = {name: source for source, name in files.items()}
    for name, file in BLOCKS.items():
        text = fill(text, name, read_text(sources[file]))
    _check_apart(arguments.reference, [arguments.run, arguments.benchmark, arguments.readme])
    shutil.rmtree(arguments.reference, ignore_errors=True)
    for source, name in files.items():
        with replacing(arguments.reference / name) as temporary:
            shutil.copyfile(source, temporary)
    with replacing(arguments.readme) as temporary:
        temporary.write_text(text, encoding="utf-8")
    logging.info("%d files kept in %s", len(files), arguments.reference)


def _check_apart(reference: Path, kept: list[Path]) -> None:
    """Raise :class:`InputError` when the folder that is replaced holds, or lies in, something that must stay."""
    place = reference.resolve()
    for path in kept:
        other = path.resolve()
        if place == other or place in other.parents or (path.is_dir() and other in place.parents):
            raise InputError(f"--reference: {reference} would be replaced, and {path} with it; name another folder")


def reference_files(folder: Path, benchmark: Path) -> dict[Path, str]:
    """The files of a run and of the benchmark that are kept, and their names in the reference.

    Raises:
        InputError: the run has no tables, or there is no benchmark.
    """
    files = {path: str(path.relative_to(folder)) for pattern in KEPT for path in sorted(folder.glob(pattern))}
    files |= {path: f"bench/{path.name}" for path in sorted(benchmark.glob("*"))}
    missing = sorted(set(BLOCKS.values()) - set(files.values()))
    if missing:
        raise InputError(f"{folder}, {benchmark}: no {missing[0]}; let the run finish, and call `make bench`")
    return files


def fill(text: str, name: str, content: str) -> str:
    """Replace what stands between the marks of a block.

    Raises:
        InputError: the text has no such block.
    """
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise InputError(f"README: lacks the block <!-- {name} --> ... <!-- /{name} -->; add it")
    return pattern.sub(lambda match: f"{match[1]}\n{content.strip()}\n\n{match[2]}", text)


if __name__ == "__main__":
    run(main)
