"""What the jobs of a run take and ask for: rows measured at four scales, scaled to a configuration."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import yaml

from rnn_modules.files.atomic_files import InputError, one_line, read_text
from rnn_modules.names import ARCHITECTURES

SCALES = ("ci", "demo", "laptop", "paper")
"""From the smallest to the largest."""
MEMORY_HEADROOM = 1.3
TIME_HEADROOM = 3
SHORTEST_MINUTES = 10


class Size(NamedTuple):
    """What decides how much work the models of one architecture are, as ``config/costs.yaml`` describes it.

    Example:
        >>> small = Size(examples=600, units=8, epochs=1, batch_size=32, cases=2)
        >>> small.fits(small._replace(units=100)), small.work("train_model"), small.work("train_baselines")
        (True, 150.0, 300.0)
    """

    examples: float
    units: int
    epochs: int
    batch_size: int
    cases: int

    def fits(self, measured: Size) -> bool:
        """Whether what was measured is at least as large."""
        return self.examples <= measured.examples and self.units <= measured.units

    def work(self, rule: str) -> float:
        """Proportional to the seconds of a job of a rule."""
        passes = self.epochs / self.batch_size if rule.startswith("train_") else 1
        return self.examples * self.units * passes * (self.cases if rule == "train_baselines" else 1)


class Cost(NamedTuple):
    """What a job takes: on average, the longest one, and the highest peak.

    Example:
        >>> cost = Cost(core_seconds=100, longest_seconds=400, memory_mib=1000)
        >>> cost.memory_mb, cost.minutes
        (1364, 20)
    """

    core_seconds: float
    longest_seconds: float
    memory_mib: float

    @property
    def memory_mb(self) -> int:
        """Megabytes that a job asks for."""
        return math.ceil(MEMORY_HEADROOM * self.memory_mib * 2**20 / 10**6)

    @property
    def minutes(self) -> int:
        """Minutes that a job asks for."""
        return max(SHORTEST_MINUTES, math.ceil(TIME_HEADROOM * self.longest_seconds / 60))


class CostTable(NamedTuple):
    """The measured rows.

    Example:
        >>> table = CostTable.read(Path("config/costs.yaml"))
        >>> [table.sizes["encoder_decoder"][scale].units for scale in SCALES[2:]], sorted(table.jobs["train_model"])
        ([128, 256], ['encoder_decoder', 'many_to_many', 'many_to_one', 'one_to_many', 'one_to_one'])
    """

    sizes: dict[str, dict[str, Size]]
    """Architecture -> scale -> what was measured."""
    jobs: dict[str, dict[str, dict[str, Cost]]]
    """Rule -> what tells its jobs apart (an architecture, a setting, a corpus) -> scale -> cost."""

    @classmethod
    def read(cls, path: Path) -> CostTable:
        """Read the table; raises :class:`InputError` when the file is missing or damaged."""
        text = read_text(path)
        try:
            # The same loader in C where it was built.
            content = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            sizes = {name: _by_scale(content["sizes"][name], Size) for name in ARCHITECTURES}
            jobs = content["jobs"].items()
            jobs = {rule: {key: _by_scale(row, Cost) for key, row in rows.items()} for rule, rows in jobs}
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError, yaml.YAMLError) as error:
            raise InputError(f"{path}: not a table of costs ({one_line(error)}); restore it") from error
        return cls(sizes, jobs)


def _by_scale(row: dict, kind: type) -> dict:
    if sorted(row) != sorted(SCALES) or not all(number > 0 for numbers in row.values() for number in numbers):
        raise ValueError(f"expected positive numbers for {', '.join(SCALES)}, received {row}")
    return {scale: kind(*row[scale]) for scale in SCALES}


class Estimate:
    """What the jobs of one configuration take.

    An architecture has the smallest scale that was measured with at least as many examples and units, the largest scale
    where none was; what is about no architecture has the largest scale of the run's architectures. Seconds are
    proportional to the work; memory grows with units beyond the largest scale.

    Args:
        table: the measured rows.
        configuration: checked, as in ``config/config.yaml``.

    Example:
        >>> from rnn_modules.files.run_folder import RunFolder
        >>> configuration = RunFolder("results/reference/laptop").configuration()
        >>> estimate = Estimate(CostTable.read(Path("config/costs.yaml")), configuration)
        >>> estimate.scales["many_to_one"], estimate.job("train_model", ["many_to_one"]).minutes
        ('laptop', 10)
    """

    def __init__(self, table: CostTable, configuration: dict):
        self.table = table
        self.sizes = {
            name: _size(configuration, name, table.sizes[name]["paper"]) for name in configuration["architectures"]
        }
        self.scales = {
            name: next((scale for scale in SCALES if size.fits(table.sizes[name][scale])), SCALES[-1])
            for name, size in self.sizes.items()
        }

    def job(self, rule: str, values: Iterable[str]) -> Cost:
        """What a job takes, by its wildcards' values; raises :class:`InputError` when its rule has no row."""
        if rule not in self.table.jobs:
            raise InputError(f"{rule}: received a rule that config/costs.yaml has no row of; add one")
        values, by_value = list(values), self.table.jobs[rule]
        about = [part for value in values for part in value.split("-") if part in self.sizes]
        scale = max((self.scales[name] for name in about or self.sizes), key=SCALES.index)
        # What the table does not know takes the most of its rule.
        rows = [by_value[value] for value in values if value in by_value] or list(by_value.values())
        seconds, longest, memory = (max(numbers) for numbers in zip(*(row[scale] for row in rows), strict=True))
        if about:
            own, measured = self.sizes[about[0]], self.table.sizes[about[0]][scale]
            times = own.work(rule) / measured.work(rule)
            seconds, longest, memory = seconds * times, longest * times, memory * max(1, own.units / measured.units)
        # No job takes less than its start, which is nearly all that the smallest scale takes.
        start = min(row[SCALES[0]].core_seconds for row in rows)
        return Cost(max(start, seconds), max(start, longest), memory)


def _size(configuration: dict, architecture: str, largest: Size) -> Size:
    """The size of an architecture's models under a configuration; a corpus without a limit is taken as a whole."""
    model, reuse = configuration["models"][architecture], configuration["reuse"]
    if configuration["source"] == "synthetic":
        limits = [configuration["synthetic"].get("examples", {}).get(model["corpus"])]
    else:
        limits = [configuration["datasets"][model["corpus"]].get(key) for key in ("train_examples", "lines")]
    return Size(
        examples=min((limit for limit in limits if limit), default=largest.examples),
        **{name: model[name] for name in ("units", "epochs", "batch_size")},
        cases=min(reuse["cases"] or math.inf, reuse["cases_per_job"]),
    )
