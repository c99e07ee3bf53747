"""Deltas of the cases of research questions 2 and 3: which rows are compared, and what the paper compared."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from rnn_modules.names import (
    ARCHITECTURES,
    COMPACT,
    EXPERIMENTS,
    HEADS,
    INTER,
    MANY_OUTPUT,
    PACKAGE,
    PAPER,
    PAPER_HEAD,
    REFITTED,
    RNN_TYPES,
    SCENARIOS,
    TRANSLATION,
    best_mode,
)
from rnn_modules.records.case_records import CaseRecord, is_translation
from rnn_modules.records.cost_records import PUBLISHED_METRIC
from rnn_modules.reporting.analysis.captions import (
    bounds,
    bounds_text,
    name_text,
    origin,
    run_text,
    seeds_text,
    sources_text,
)

DECISION_NAMES: dict[str | None, str] = {
    "pair": "either class",
    "labelled": "either class, their positions",
    "with_other": "either class or other, padding excluded",
    "all_modules": "all modules vote, all positions",
    "all": "all positions",
    "unpadded": "padding excluded",
    None: "each language pair",
}
PREDICTOR_NAMES = {
    "modules": "modules",
    "monolithic": "monolithic",
    "composed": "composed",
    "better": "better model",
    "baseline": "from scratch",
    "parent": "undecomposed",
    "constant": "constant",
    "tags_only": "tags only",
    "approach_1": "approach 1",
    "approach_2": "approach 2",
}

Case = tuple[str, str]
"""Case and decision; a decision is part of it because translation's pairs are decided one by one."""


@dataclass(frozen=True)
class View:
    """One way to look at the cases of a setting.

    Attributes:
        decision: the rows' decision; None for every one (translation's language pairs).
        head: of the modules; None where they have none.
        metric: what is compared.
        reference: predictor from which the deltas are counted.
        paper: whether the paper's figure is about this, by its text or by its package.
        predictor: what is compared with the reference.
        preset: of the modules, one of :data:`rnn_modules.names.PRESETS`; the run's own are called the paper's.

    Example:
        >>> view = views_of("intra_reuse", "many_to_one")[0]
        >>> f"{view.predictor} − {view.reference}, {view.metric}, {view.head} head, {view.decision}"
        'modules − baseline, accuracy, mean head, pair'
    """

    decision: str | None
    head: str | None
    metric: str
    reference: str
    paper: bool
    predictor: str = "modules"
    preset: str = PAPER


@dataclass(frozen=True)
class CaseDelta:
    """Predictor minus reference on one case, in percentage points, by seed.

    Example:
        >>> CaseDelta("lstm", "banking + travel", "pair", by_seed={0: -0.5, 1: 0.25}).mean
        -0.125
    """

    rnn: str
    case: str
    decision: str
    by_seed: dict[int, float]

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return statistics.fmean(self.by_seed.values())


def setting_name(setting: str) -> str:
    """The paper's name of a setting or scenario.

    Example:
        >>> setting_name("one_to_many"), setting_name("add_ukrainian")
        ('1:N', 'Add Ukrainian')
    """
    return (ARCHITECTURES | INTER | SCENARIOS)[setting]


def best_modes(setting: str, preset: str = PAPER) -> tuple[str, ...]:
    """Modes of the rows that count in the tables: the best one of the setting; inter settings write "best".

    Example:
        >>> best_modes("many_to_one"), best_modes("one_to_one-one_to_many")
        (('unrolled', 'best'), ('best',))
        >>> best_modes("many_to_one", "package"), best_modes("many_to_one", "compact")
        (('package_unrolled', 'package'), ('compact',))
    """
    if preset == COMPACT:
        return (COMPACT,)
    pair = "best" if preset == PAPER else preset
    if setting in INTER:
        return (pair,)
    mode = best_mode(TRANSLATION if setting in SCENARIOS else setting)
    return (mode if preset == PAPER else f"{preset}_{mode}", pair)


def views_of(experiment: str, setting: str) -> tuple[View, ...]:
    """The views that Tables III and IV show, the primary one first.

    Example:
        >>> [(view.decision, view.metric, view.reference) for view in views_of("intra_reuse", "many_to_one")]
        [('pair', 'accuracy', 'baseline')]
    """
    references = ("monolithic", "composed") if experiment == "intra_replacement" else ("baseline",)
    views: list[View] = []
    for reference in references:
        published = reference != "composed"
        if is_translation(experiment, setting):
            metrics = (PUBLISHED_METRIC[TRANSLATION], "bleu", "chrf")
            views += [View(None, None, metric, reference, published and metric == metrics[0]) for metric in metrics]
            continue
        if experiment == "intra_reuse" and setting in MANY_OUTPUT:
            views.append(View("labelled", PAPER_HEAD, "accuracy", reference, True))
            views += [View("with_other", head, "accuracy", reference, False) for head in HEADS]
            views.append(View("all_modules", PAPER_HEAD, "accuracy", reference, True))
            continue
        decision = "pair" if experiment.endswith("reuse") else "all"
        views.append(View(decision, PAPER_HEAD, "accuracy", reference, published))
        if experiment == "intra_replacement" and setting in MANY_OUTPUT:
            views.append(View("unpadded", PAPER_HEAD, "accuracy", reference, False))
        if setting in INTER:
            views.append(replace(views[-1], metric="balanced_accuracy", paper=False))
    return tuple(views)


def views_beside(experiment: str, setting: str) -> tuple[View, ...]:
    """The same of modules by other presets: the views that are about the paper's figures.

    Example:
        >>> [(view.preset, view.head) for view in views_beside("intra_reuse", "many_to_one")]
        [('package', 'mean'), ('compact', 'refitted')]
    """
    published = [view for view in views_of(experiment, setting) if view.paper]
    return tuple(
        replace(
            view,
            preset=preset,
            paper=preset == PACKAGE,
            head=REFITTED if preset == COMPACT and view.head else view.head,
        )
        for preset in (PACKAGE, COMPACT)
        for view in published
    )


def levels(record: CaseRecord, predictor: str, view: View) -> dict[Case, float]:
    """A predictor's figure per case, in percent (translation: 0 to 100), under a view.

    A predictor without heads is taken as it is, the parent with the view's head where it has several.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> view = views_of("intra_reuse", "one_to_one")[0]
        >>> len(levels(records[0], "modules", view))
        10
    """
    found: dict[Case, dict[str | None, float]] = {}
    for row in record.rows:
        if (
            row.predictor == predictor
            and view.decision in (None, row.decision)
            and (row.mode is None or row.mode in best_modes(record.setting, view.preset))
        ):
            found.setdefault((row.case, row.decision), {})[row.head] = record.points * row.metrics[view.metric]
    chosen = {}
    for case, by_head in found.items():
        head = view.head if view.head in by_head else None
        if head in by_head:
            chosen[case] = by_head[head]
    return chosen


def case_deltas(records: Iterable[CaseRecord], view: View) -> list[CaseDelta]:
    """Deltas under a view, of every RNN type and case that has both predictors, seeds gathered.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> view = views_of("intra_reuse", "one_to_one")[0]
        >>> [delta.case for delta in case_deltas(records[:1], view)][:2]
        ['gain + general', 'gain + other']
    """
    gathered: dict[tuple[str, str, str], dict[int, float]] = {}
    for record in records:
        references = levels(record, view.reference, view)
        for case, level in levels(record, view.predictor, view).items():
            if case in references:
                gathered.setdefault((record.rnn, *case), {})[record.seed] = level - references[case]
    return [CaseDelta(*key, by_seed=by_seed) for key, by_seed in gathered.items()]


def mean_level(records: Iterable[CaseRecord], predictor: str, view: View) -> float | None:
    """Mean of a predictor's figure over the cases, each averaged over its seeds; None when no record has it.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> view = views_of("intra_reuse", "one_to_one")[0]
        >>> round(mean_level(records[:1], "baseline", view), 2)
        96.54
    """
    gathered: dict[Case, list[float]] = {}
    for record in records:
        for case, level in levels(record, predictor, view).items():
            gathered.setdefault(case, []).append(level)
    means = [statistics.fmean(values) for values in gathered.values()]
    return statistics.fmean(means) if means else None


def decision_name(decision: str | None) -> str:
    """A decision in words; a language pair's is the pair.

    Example:
        >>> decision_name("unpadded"), decision_name("en-fr")
        ('padding excluded', 'en-fr')
    """
    return DECISION_NAMES[None] if decision is None else DECISION_NAMES.get(decision, decision)


def preset_name(records: list[CaseRecord], preset: str) -> str:
    """What a table calls one of :data:`rnn_modules.names.PRESETS`; the run's own are called the paper's.

    Example:
        >>> from types import SimpleNamespace
        >>> preset_name([SimpleNamespace(preset="package")], "paper"), preset_name([], "compact")
        ('package', 'compact')
    """
    return records[0].preset if preset == PAPER else preset


def model_name(records: list[CaseRecord]) -> str:
    """As LSTM-4; in intra replacement with the model that gives the modules.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> model_name(records[:1])
        'LSTM-4'
    """
    layers = ", ".join(map(str, sorted({record.layers for record in records})))
    better = sorted({record.better_layers for record in records if record.better_layers is not None})
    given = f", modules of {RNN_TYPES[records[0].rnn]}-{', '.join(map(str, better))}" if better else ""
    return f"{RNN_TYPES[records[0].rnn]}-{layers}{given}"


def drawn(records: Iterable[CaseRecord]) -> int:
    """Number of different cases in the records of one setting and RNN type.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> drawn(records[:1])
        10
    """
    return len({row.case for record in records for row in record.rows})


def by_model(records: Iterable[CaseRecord]) -> dict[tuple[str, str, str], list[CaseRecord]]:
    """Records by ``(experiment, setting, rnn)``, the seeds gathered, in the order given.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> list(by_model(records))[:2]
        [('intra_reuse', 'one_to_one', 'lstm'), ('intra_reuse', 'many_to_one', 'lstm')]
    """
    groups: dict[tuple[str, str, str], list[CaseRecord]] = {}
    for record in records:
        groups.setdefault((record.experiment, record.setting, record.rnn), []).append(record)
    return groups


def description(records: list[CaseRecord]) -> dict[str, Any]:
    """Where the figures come from: run, preset, sources, seeds, commits, sizes of the datasets, cases per setting.

    Sizes are ``[least, most]`` over the records, by dataset and part; cases are ``[drawn, possible]``, the most over
    the RNN types.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> description(records)["cases"]["intra reuse 1:1"]
        [10, 15]
    """
    cases: dict[str, list[int]] = {}
    for (experiment, setting, _), group in by_model(records).items():
        name = f"{EXPERIMENTS[experiment]} {setting_name(setting)}"
        here = [drawn(group), max(record.cases_possible for record in group)]
        cases[name] = [max(pair) for pair in zip(cases.get(name, here), here, strict=True)]
    sizes = bounds(item for record in records for item in record.datasets.items())
    return origin(records) | {"datasets": sizes, "cases": cases}


def caption(records: list[CaseRecord]) -> str:
    """One line that states run, data, sizes, cases drawn, seeds, preset and commit of ``records``.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.case_records import read_case_records
        >>> records = read_case_records(Path("results/reference/laptop").glob("experiments/*_reuse/*/lstm/*.json"))
        >>> caption(records)[:24]
        'Run laptop, preset paper'
    """
    if not records:
        return "No record."
    facts = description(records)
    sizes = "; ".join(
        f"{name_text(dataset)} {bounds_text(counts.get('train'))} / {bounds_text(counts.get('test'))}"
        for dataset, counts in facts["datasets"].items()
    )
    cases = ", ".join(f"{name} {here} of {possible}" for name, (here, possible) in facts["cases"].items())
    return (
        f"{', '.join(run_text(facts))}; data source: {sources_text(facts)}; training / test examples: "
        f"{sizes}; cases drawn of possible: {cases}; {seeds_text(facts)}."
    )
