"""Where the figures of a table come from, in the words of its caption; for records of any kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rnn_modules.files.shown_text import shown

if TYPE_CHECKING:
    from rnn_modules.records.cost_records import RunRecord


def origin(records: Sequence[RunRecord]) -> dict[str, Any]:
    """Run, preset, data sources, seeds and commits of records.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> origin(records)["seeds"]
        [0]
    """
    return {
        "run": records[0].run,
        "preset": records[0].preset,
        "data_sources": sorted({record.data_source for record in records}),
        "seeds": sorted({record.seed for record in records}),
        "commits": sorted({record.commit for record in records}),
    }


def bounds(named_counts: Iterable[tuple[str, dict[str, int]]]) -> dict[str, dict[str, list[int]]]:
    """Name -> kind of count -> ``[least, most]`` over what is given under that name.

    Example:
        >>> bounds([("clinc", {"train": 10}), ("clinc", {"train": 12})])
        {'clinc': {'train': [10, 12]}}
    """
    result: dict[str, dict[str, list[int]]] = {}
    for name, counts in named_counts:
        known = result.setdefault(name, {})
        for kind, count in counts.items():
            least, most = known.get(kind, (count, count))
            known[kind] = [min(least, count), max(most, count)]
    return result


def bounds_text(least_and_most: Sequence[int] | None) -> str:
    """As ``4,500``, or ``450–500`` when they differ.

    Example:
        >>> bounds_text([4500, 4500]), bounds_text([450, 500]), bounds_text(None)
        ('4,500', '450–500', '?')
    """
    if least_and_most is None:
        return "?"
    least, most = least_and_most
    return f"{least:,}" if least == most else f"{least:,}–{most:,}"


def name_text(name: str) -> str:
    r"""A name from a record as captions show it: at most 60 characters of one line.

    Example:
        >>> print(name_text("demo\n"))
        demo\n
    """
    return shown(name, most=60)


def run_text(facts: dict[str, Any]) -> tuple[str, str]:
    """Run and preset of :func:`origin`, as a caption says them.

    Example:
        >>> run_text({"run": "demo", "preset": "paper"})
        ('Run demo', 'preset paper')
    """
    return f"Run {name_text(facts['run'])}", f"preset {name_text(facts['preset'])}"


def sources_text(facts: dict[str, Any]) -> str:
    """The data sources of :func:`origin`; generated text is called so.

    Example:
        >>> sources_text({"data_sources": ["mirror"]})
        'mirror (real corpora)'
    """
    names = {"synthetic": "synthetic (generated text, no real corpus)"}
    return ", ".join(names.get(source, f"{name_text(source)} (real corpora)") for source in facts["data_sources"])


def seeds_text(facts: dict[str, Any]) -> str:
    """Seeds and commits of :func:`origin`.

    Example:
        >>> seeds_text({"seeds": [0, 1], "commits": ["0123456789abcdef"]})
        'seeds: 0, 1; commit: 0123456789ab'
    """
    commits = ", ".join(name_text(commit[:12]) for commit in facts["commits"])
    return f"seeds: {', '.join(map(str, facts['seeds']))}; commit: {commits}"
