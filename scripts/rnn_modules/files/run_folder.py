"""Where the files of a run lie, and which of them belong to its configuration: the one place that knows.

Every part of a path may be a wildcard of the workflow, such as ``{seed}``, which is what a part is by default.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import NamedTuple

from rnn_modules.files.atomic_files import InputError, read_json
from rnn_modules.files.checked_json import RecordReader, is_inside
from rnn_modules.names import EXPERIMENTS, INTER, TRANSLATION, architectures_of

DATASET_FILES = ("dataset.json", "dataset.npz", "vocabulary.json")
TWO_LANGUAGES = tuple(f"tatoeba_to_{'_'.join(pair)}" for pair in itertools.combinations(("fr", "de", "it"), 2))
"""Datasets of the translation models that reuse is compared with."""
TABLES = ("table2", "table3", "table4", "table5", "variants", "claims")
FIGURES = ("claims", "table2", "table3", "table4", "removal_sweep")
RECORDS = ("training", "decomposition_cost", "controls", *EXPERIMENTS, "removal_sweep", "frontier", "offer", "variants")
"""Kinds of records, as a run makes them."""


class Model(NamedTuple):
    """What names a trained model.

    Example:
        >>> model = Model("many_to_one", "clinc", "gru", layers=2, seed=0)
        >>> RunFolder("run").model(*model).as_posix()
        'run/models/many_to_one/clinc/gru-2/seed-0'
    """

    architecture: str
    dataset: str
    rnn: str
    layers: int | str
    seed: int | str


class RunFolder:
    """The folder of a run.

    Args:
        folder: its path; nothing needs to be there.

    Example:
        >>> run = RunFolder("results/demo")
        >>> run.record("intra_reuse", "many_to_one", "lstm").as_posix()
        'results/demo/experiments/intra_reuse/many_to_one/lstm/seed-{seed}.json'
        >>> run.model("many_to_one", "clinc", "gru", 2, 0).as_posix()
        'results/demo/models/many_to_one/clinc/gru-2/seed-0'
    """

    def __init__(self, folder: str | os.PathLike):
        self.path = Path(folder)
        self.tables = self.path / "tables"
        self.figures = self.path / "figures"
        self.report = self.path / "report" / "index.html"
        self.logs = self.path / "logs"
        self.costs = self.path / "costs"
        self.run_json = self.path / "run.json"
        self.checksums = self.path / "checksums.json"
        self.crate = self.path / "ro-crate-metadata.json"

    def cost(self, rule: str, wildcards: dict[str, str]) -> Path:
        """What a job took: seconds and memory.

        Example:
            >>> RunFolder("results/demo").cost("plot_modules", {"architecture": "one_to_one"}).as_posix()
            'results/demo/costs/plot_modules/architecture=one_to_one.json'
            >>> RunFolder("results/demo").cost("write_report", {}).as_posix()
            'results/demo/costs/write_report.json'
        """
        named = ",".join(f"{name}={wildcards[name]}" for name in sorted(wildcards))
        return self.costs / (f"{rule}/{named}.json" if named else f"{rule}.json")

    def corpus(self, corpus: str = "{corpus}") -> Path:
        """The manifest of a corpus: its files and their checksums.

        Example:
            >>> RunFolder("run").corpus("clinc").as_posix(), RunFolder("run").corpus().as_posix()
            ('run/corpora/clinc.json', 'run/corpora/{corpus}.json')
        """
        return self.path / "corpora" / f"{corpus}.json"

    def dataset(self, dataset: str = "{dataset}") -> Path:
        """The folder of an encoded dataset, with :data:`DATASET_FILES`.

        Example:
            >>> RunFolder("run").dataset("clinc").as_posix()
            'run/datasets/clinc'
        """
        return self.path / "datasets" / dataset

    def model(
        self,
        architecture: str = "{architecture}",
        dataset: str = "{dataset}",
        rnn: str = "{rnn}",
        layers: int | str = "{layers}",
        seed: int | str = "{seed}",
    ) -> Path:
        """The folder of a model: its files, its records, and its modules in ``modules/``."""
        return self.path / "models" / architecture / dataset / f"{rnn}-{layers}" / f"seed-{seed}"

    def baselines(
        self,
        experiment: str = "{experiment}",
        setting: str = "{setting}",
        rnn: str = "{rnn}",
        seed: int | str = "{seed}",
        chunk: int | str = "{chunk}",
    ) -> Path:
        """The models from scratch of one job, without the ending: ``.json`` their record, ``.npz`` their decisions.

        Example:
            >>> RunFolder("run").baselines("intra_reuse", "many_to_one", "gru", 0, 3).as_posix()
            'run/baselines/intra_reuse/many_to_one/gru/seed-0/3'
        """
        return self.path / "baselines" / experiment / setting / rnn / f"seed-{seed}" / str(chunk)

    def record(
        self,
        experiment: str = "{experiment}",
        setting: str = "{setting}",
        rnn: str = "{rnn}",
        seed: int | str = "{seed}",
    ) -> Path:
        """The record of an experiment."""
        return self.path / "experiments" / experiment / setting / rnn / f"seed-{seed}.json"

    def costs_of(self, models: list[Model]) -> list[Path]:
        """Records of the cost of decomposition of some models.

        Example:
            >>> [path.as_posix() for path in RunFolder("run").costs_of([Model("many_to_one", "clinc", "gru", 2, 0)])]
            ['run/models/many_to_one/clinc/gru-2/seed-0/decomposition_cost.json']
        """
        return [self.model(*model) / "decomposition_cost.json" for model in models]

    def records(self, configuration: dict) -> dict[str, list[Path]]:
        """Paths of all records that a configuration asks for, by kind (:data:`RECORDS`); they need not be there.

        Example:
            >>> run = RunFolder("results/reference/laptop")
            >>> records = run.records(run.configuration() | {"architectures": ["one_to_one"], "seeds": [0, 1]})
            >>> {kind: len(paths) for kind, paths in records.items() if paths}["decomposition_cost"]
            24
        """
        wanted, seeds = configuration["architectures"], configuration["seeds"]
        inter, classifiers = inter_settings(configuration), [name for name in wanted if name != TRANSLATION]
        systems = configuration["scenarios"]["systems"] if TRANSLATION in wanted else []
        reused = configuration["reuse"].get("rnn_types", configuration["rnn_types"])
        asked = {
            "intra_reuse": (wanted, reused),
            "inter_reuse": (inter, reused),
            "intra_replacement": (wanted, reused),
            "inter_replacement": (inter, reused),
            "scenario": (systems, [configuration["scenarios"]["rnn"]]),
            "removal_sweep": (wanted, [configuration["removal_sweep"]["rnn"]]),
            "frontier": (wanted, [rnn for rnn, _ in _frontier_models(configuration)]),
            "offer": (classifiers, _offered(configuration)),
            "variants": (wanted, configuration["variants"]["rnn_types"]),
        }
        found = {
            "training": [self.model(*model) / "record.json" for model in models(configuration)],
            "decomposition_cost": self.costs_of(grid(configuration)),
            "controls": [self.model(*model) / "controls.json" for model in controlled(configuration)],
        }
        for kind, places in asked.items():
            found[kind] = [self.record(kind, *place) for place in itertools.product(*places, seeds)]
        return found

    def results(self, configuration: dict) -> list[Path]:
        """Everything that a finished run of a configuration shows: its records, tables, figures and report.

        Example:
            >>> run = RunFolder("results/reference/laptop")
            >>> [path.name for path in run.results(run.configuration()) if not path.exists()]
            ['index.html']
        """
        records = itertools.chain.from_iterable(self.records(configuration).values())
        tables = [self.tables / f"{name}.md" for name in tables_of(configuration)]
        return [*records, *tables, *self.drawn(configuration), self.report]

    def drawn(self, configuration: dict) -> list[Path]:
        """The figures of a configuration, each as SVG and as PNG.

        Example:
            >>> [path.name for path in RunFolder("run").drawn({"architectures": ["one_to_one"]})][-2:]
            ['modules_one_to_one.svg', 'modules_one_to_one.png']
        """
        names = [
            *figures_of(configuration),
            *(f"modules_{architecture}" for architecture in configuration["architectures"]),
        ]
        return [self.figures / f"{name}.{kind}" for name in names for kind in ("svg", "png")]

    def configuration(self) -> dict | None:
        """The configuration of the run's last call, from ``run.json``; None without that file.

        Raises:
            InputError: ``run.json`` is damaged.

        Example:
            >>> RunFolder("results/reference/laptop").configuration()["rnn_types"]
            ['lstm', 'gru', 'vanilla']
            >>> print(RunFolder("no/such/folder").configuration())
            None
        """
        if not self.run_json.exists():
            return None
        reader = RecordReader(self.run_json, read_json(self.run_json, ("calls",)))
        calls = reader.listed("calls", reader.value["calls"], 1)
        last = reader.inner(f"calls.{len(calls) - 1}", calls[-1], ("configuration",))
        return last.mapping("configuration", last.value["configuration"])

    def found_records(self) -> dict[str, list[Path]]:
        """The records that are there and belong to the run's present configuration, by kind (:data:`RECORDS`).

        What an earlier configuration left in the folder is none of them. Without ``run.json``, as in folders that were
        put together by hand, they are all records of the folder.

        Raises:
            InputError: ``run.json`` is damaged.

        Example:
            >>> found = RunFolder("results/reference/laptop").found_records()
            >>> len(found["decomposition_cost"]), found["scenario"][0].name
            (60, 'seed-0.json')
        """
        if (configuration := self.configuration()) is None:
            here = RunFolder("")
            patterns = {kind: here.record(kind, *"***") for kind in RECORDS}
            patterns["training"] = here.model(*"*****") / "record.json"
            for kind in ("decomposition_cost", "controls"):
                patterns[kind] = here.model(*"*****") / f"{kind}.json"
            return {kind: sorted(self.path.glob(pattern.as_posix())) for kind, pattern in patterns.items()}
        try:
            asked = self.records(configuration)
            for path in itertools.chain.from_iterable(asked.values()):
                if not is_inside(path.relative_to(self.path).as_posix()):
                    raise ValueError(f"{path.relative_to(self.path)} leads elsewhere")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"{self.run_json}: the configuration of the last call is damaged ({type(error).__name__}: {error}); "
                "let the run finish again"
            ) from error
        return {kind: [path for path in paths if path.is_file()] for kind, paths in asked.items()}


def inter_settings(configuration: dict) -> list[str]:
    """Pairs of architectures that a configuration has both of.

    Example:
        >>> inter_settings({"architectures": ["one_to_one", "one_to_many", "many_to_one"]})
        ['one_to_one-one_to_many']
    """
    return [name for name in INTER if set(architectures_of(name)) <= set(configuration["architectures"])]


def datasets_of(configuration: dict, setting: str) -> list[str]:
    """Names of the datasets of a setting's models; two models share a vocabulary.

    Example:
        >>> corpora = {"one_to_one": {"corpus": "math_qa"}, "one_to_many": {"corpus": "toxicity"}}
        >>> datasets_of({"models": corpora}, "one_to_one-one_to_many")
        ['math_qa_with_toxicity', 'toxicity_with_math_qa']
    """
    corpora = [configuration["models"][name]["corpus"] for name in architectures_of(setting)]
    return corpora if len(corpora) == 1 else [f"{one}_with_{other}" for one, other in (corpora, corpora[::-1])]


def scenario_datasets(configuration: dict, scenario: str) -> list[str]:
    """Datasets of a scenario's models, each once; a model is named by its dataset.

    Example:
        >>> system = {"monolithic": "all", "approach_1": {"en": "all_to_en", "de": "all"}, "approach_2": {"en": "more"}}
        >>> scenario_datasets({"scenarios": {"systems": {"made_up": system}}}, "made_up")
        ['all', 'all_to_en', 'more']
    """
    system = configuration["scenarios"]["systems"][scenario]
    names = [system["monolithic"]]
    for approach in ("approach_1", "approach_2"):
        names += system[approach].values()
    return list(dict.fromkeys(names))


def _frontier_models(configuration: dict) -> list[tuple[str, int]]:
    """RNN type and layers of the frontier's models."""
    frontier = configuration.get("frontier")
    return [] if frontier is None else [(frontier["rnn"], frontier["layers"])]


def _offered(configuration: dict) -> list[str]:
    """RNN types of the offer's models."""
    return configuration["offer"].get("rnn_types", configuration["rnn_types"]) if "offer" in configuration else []


def grid(configuration: dict) -> list[Model]:
    """The models that a configuration decomposes to learn the cost (Table II).

    Example:
        >>> settings = {"architectures": ["many_to_one"], "rnn_types": ["gru"], "layers": [1, 2], "seeds": [0]}
        >>> [model.layers for model in grid(settings | {"models": {"many_to_one": {"corpus": "clinc"}}})]
        [1, 2]
    """
    keys = [configuration[key] for key in ("rnn_types", "layers", "seeds")]
    return [
        Model(architecture, datasets_of(configuration, architecture)[0], *place)
        for architecture in configuration["architectures"]
        for place in itertools.product(*keys)
    ]


def controlled(configuration: dict) -> list[Model]:
    """The classifiers of the grid, which are cut in other orders too; none under a configuration without controls.

    Example:
        >>> settings = {"architectures": ["many_to_one"], "rnn_types": ["gru"], "layers": [1, 2], "seeds": [0]}
        >>> settings |= {"models": {"many_to_one": {"corpus": "clinc"}}}
        >>> len(controlled(settings)), len(controlled(settings | {"controls": {"layers": [2]}}))
        (0, 1)
    """
    if "controls" not in configuration:
        return []
    layers = configuration["controls"]["layers"] or configuration["layers"]
    return [model for model in grid(configuration) if model.architecture != TRANSLATION and model.layers in layers]


def _shown_experiments(configuration: dict) -> list[str]:
    """Experiments with a table and a figure of their own; those of classifiers where there are any."""
    of_classifiers = () if configuration.get("architectures") == [TRANSLATION] else ("offer", "controls")
    return [name for name in ("frontier", *of_classifiers) if name in configuration]


def tables_of(configuration: dict) -> list[str]:
    """Names of the tables that a configuration makes.

    Example:
        >>> tables_of({}) == list(TABLES), tables_of({"controls": {}})[-1]
        (True, 'controls')
    """
    return [*TABLES, *_shown_experiments(configuration)]


def figures_of(configuration: dict) -> list[str]:
    """Names of the figures that a configuration makes, beside one of each I/O type.

    Example:
        >>> figures_of({}) == list(FIGURES), figures_of({"controls": {}})[-1]
        (True, 'controls')
    """
    return [*FIGURES, *_shown_experiments(configuration)]


def models(configuration: dict) -> list[Model]:
    """Every model that a configuration trains, each once: the grid, and what the experiments need beside it.

    Example:
        >>> configuration = RunFolder("results/reference/laptop").configuration()
        >>> len(grid(configuration)), len(models(configuration))
        (60, 88)
    """
    wanted, seeds = configuration["architectures"], configuration["seeds"]
    reuse, scenarios = configuration["reuse"], configuration["scenarios"]
    reused = reuse.get("rnn_types", configuration["rnn_types"])
    # Architecture, dataset, RNN types, layers.
    needed: list[tuple[str, str, list[str], int]] = []
    for setting in (*wanted, *inter_settings(configuration)):
        datasets = datasets_of(configuration, setting)
        for architecture, dataset in zip(architectures_of(setting), datasets, strict=True):
            needed.append((architecture, dataset, reused, reuse["layers"]))
    if TRANSLATION in wanted:
        needed += [(TRANSLATION, dataset, reused, reuse["layers"]) for dataset in TWO_LANGUAGES]
        for name in scenarios["systems"]:
            for dataset in scenario_datasets(configuration, name):
                needed.append((TRANSLATION, dataset, [scenarios["rnn"]], scenarios["layers"]))
    for architecture in wanted:
        dataset, variants, sweep = datasets_of(configuration, architecture)[0], "variants", "removal_sweep"
        needed.append((architecture, dataset, configuration[variants]["rnn_types"], configuration[variants]["layers"]))
        needed.append((architecture, dataset, [configuration[sweep]["rnn"]], configuration[sweep]["layers"]))
        needed += [(architecture, dataset, [rnn], layers) for rnn, layers in _frontier_models(configuration)]
        if (offered := _offered(configuration)) and architecture != TRANSLATION:
            needed.append((architecture, dataset, offered, configuration["offer"]["layers"]))
    beside = [
        Model(architecture, dataset, rnn, layers, seed)
        for architecture, dataset, rnns, layers in needed
        for rnn in rnns
        for seed in seeds
    ]
    return list(dict.fromkeys([*grid(configuration), *beside]))
