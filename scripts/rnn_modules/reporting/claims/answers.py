"""The answer to all 40 quantitative claims of the paper, from whatever records there are."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass

from rnn_modules.records.published.claims import Claim
from rnn_modules.records.published.claims import claims as published_claims
from rnn_modules.reporting.analysis import case_deltas, cost_deltas
from rnn_modules.reporting.analysis.clusters import ClusterEstimate
from rnn_modules.reporting.analysis.rolled_many_output import rolled_many_output
from rnn_modules.reporting.claims import cost_claims
from rnn_modules.reporting.claims.case_claims import case_evidence, published_case_parts
from rnn_modules.reporting.claims.cost_claims import cost_evidence, invalid_reasons, published_parts
from rnn_modules.reporting.claims.evidence import Evidence
from rnn_modules.reporting.claims.gate_claim import GATES, gate_evidence, published_gate_difference
from rnn_modules.reporting.claims.given import Given
from rnn_modules.reporting.claims.own_claims import answer_own_claims
from rnn_modules.reporting.claims.own_sheet import own_facts, own_sheet, own_text
from rnn_modules.reporting.claims.remarks import REMARKS, notes
from rnn_modules.reporting.claims.rolled_many_output import sheet as rolled_sheet
from rnn_modules.reporting.claims.verdicts import VERDICTS, Verdict, VerdictRule
from rnn_modules.reporting.tables.table_model import Cell, Sheet, number, synthetic, texts, with_interval

MEASURE_NAMES = {
    "padding_excluded": "padding excluded",
    "bleu": "BLEU-4",
    "chrf": "chrF",
    "translation": "translation",
    "unequal_shares": "each at its own cap",
    "balanced_accuracy": "balanced accuracy",
    "with_other": "either class or other",
    "all_modules": "all modules vote",
    "against_parent": "against the undecomposed model",
    "against_composed": "against the model's own modules",
}


INTERVALS = (
    "Ours: the claim's figure with its 95 % interval over trained models (model and seed): Student's for a mean, the "
    "bootstrap's for a median, settings weighted as the claim weights them. Cases of one model are one observation: "
    "they share its weights, and replaced classes are all the classes that there are. In a claim over several settings "
    "a case counts for as many as its setting has possible ones per case drawn. Within the margin: two one-sided tests "
    "say that ours differs from the paper's figure by less than the margin, whatever the verdict on it."
)


def values_text(values: int, models: int) -> str:
    """How many values a figure is of, and how many trained models.

    Example:
        >>> values_text(30, 3), values_text(48, 48)
        ('30 of 3 models', '48 models')
    """
    return f"{models} models" if values == models else f"{values} of {models} model{'s' * (models > 1)}"


@dataclass(frozen=True)
class Part:
    """One of the settings (or RNN types) that a claim pools, judged by itself.

    Attributes:
        published: what the paper's tables give for it, None where they do not.
        verdict: None where there is no published figure.

    Example:
        >>> Part("M:1", None, None, None).text()
        'M:1 –'
    """

    name: str
    published: float | None
    ours: ClusterEstimate | None
    verdict: Verdict | None

    def text(self) -> str:
        """As ``M:1 −0.67 [−1.08, −0.30]``."""
        ours = with_interval(self.ours.value, self.ours.interval, signed=False) if self.ours else number(None)
        return f"{self.name} {ours}"


@dataclass(frozen=True)
class Answer:
    """One claim beside what the records give.

    Attributes:
        recomputed: what the published data give, None where it is not known.
        ours: None when no record belongs to the claim.
        within_margin: whether ours differs from the published figure by less than a margin, whatever the verdict.
        parts: the settings that the claim pools.

    Example:
        >>> from rnn_modules.records.cost_records import read_record
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> answer = answer_claims(Given([read_record(path)], [], []))[10]
        >>> answer.claim.identifier, answer.claim.published, round(answer.ours.value, 2), answer.evidence.missing
        ('C11', -0.2, -0.36, ('GRU', 'Vanilla'))
    """

    claim: Claim
    recomputed: float | None
    evidence: Evidence
    ours: ClusterEstimate | None
    verdict: Verdict
    within_margin: bool | None
    parts: tuple[Part, ...]


def answer_claims(given: Given, rule: VerdictRule | None = None) -> list[Answer]:
    """Claims C01 to C40, in order.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> answer = answer_claims(Given(records, [], []))[0]
        >>> answer.claim.identifier, answer.verdict.text
        ('C01', 'not tested')
    """
    rule = rule or VerdictRule()
    evidence = {
        **cost_evidence(given.costs),
        GATES: gate_evidence(given.variants),
        **case_evidence(given.cases),
    }
    return [_answer(claim, evidence[identifier], rule) for identifier, claim in published_claims().items()]


def _answer(claim: Claim, found: Evidence, rule: VerdictRule) -> Answer:
    identifier = claim.identifier
    recomputed = published_gate_difference() if identifier == GATES else claim.recomputed
    of_cost = identifier in cost_claims.GROUPS
    figures = published_parts(identifier) if of_cost else published_case_parts(identifier)
    # A row that is no measurement makes its own part invalid, and no other.
    broken = {text.partition(" ")[0]: text for text in (invalid_reasons(identifier) if of_cost else ())}
    parts = tuple(
        _part(name, figures.get(name), part, broken.get(name), claim.unit, rule) for name, part in found.parts().items()
    )
    ours = found.estimate()
    verdict = rule.judge(
        ours,
        claim.unit,
        claim.published,
        recomputed,
        invalid=tuple(broken.values()),
        missing=found.missing,
        parts=[part.ours for part in parts if part.ours is not None],
    )
    figure = recomputed if verdict.on == "recomputed" and recomputed is not None else claim.published
    return Answer(claim, recomputed, found, ours, verdict, rule.within_margin(ours, claim.unit, figure), parts)


def _part(
    name: str, published: float | None, found: Evidence, invalid: str | None, unit: str, rule: VerdictRule
) -> Part:
    ours = found.estimate()
    if published is None:
        return Part(name, None, ours, None)
    return Part(name, published, ours, rule.judge(ours, unit, published, invalid=[invalid] if invalid else ()))


def summary(given: Given, rule: VerdictRule | None = None) -> dict[str, object]:
    """The answers for programs: origin of the figures, rule, verdicts, claims, and the rolled many-output models.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> summary(Given(records, [], []))["verdicts"]["not tested"]
        36
    """
    rule = rule or VerdictRule()
    answers = answer_claims(given, rule)
    return {
        "experiment": "claims",
        "origin": {
            "decomposition_cost": cost_deltas.description(given.costs) if given.costs else None,
            "cases": case_deltas.description(given.cases) if given.cases else None,
            "variants": cost_deltas.description(given.variants) if given.variants else None,
            "controls": cost_deltas.description(given.controls) if given.controls else None,
            "offer": cost_deltas.description(given.offers) if given.offers else None,
            "frontier": cost_deltas.description(given.frontiers) if given.frontiers else None,
        },
        "rule": dataclasses.asdict(rule) | {"text": rule.text()},
        "verdicts": _counted(answers),
        "claims": [_answer_facts(answer) for answer in answers],
        "own_rule": own_text(rule),
        "own_claims": [own_facts(answer) for answer in answer_own_claims(given, rule)],
        "rolled_many_output": rolled_many_output(given.costs),
    }


def _counted(answers: list[Answer]) -> dict[str, int]:
    counts = Counter(answer.verdict.text for answer in answers)
    return {verdict: counts[verdict] for verdict in VERDICTS}


def _answer_facts(answer: Answer) -> dict[str, object]:
    claim, ours = answer.claim, answer.ours
    return {
        "identifier": claim.identifier,
        "section": claim.section,
        "claim": claim.text,
        "quantity": claim.quantity,
        "unit": claim.unit,
        "published": claim.published,
        "recomputed": answer.recomputed,
        "ours": ours.value if ours else None,
        "ours_interval_95": ours.interval if ours else None,
        "ours_interval_90": ours.inner_interval if ours else None,
        "values": ours.n if ours else 0,
        "trained_models": ours.clusters if ours else 0,
        "within_margin": answer.within_margin,
        "missing": answer.evidence.missing,
        "ours_other_measures": answer.evidence.others,
        "verdict": answer.verdict.text,
        "verdict_on": answer.verdict.on,
        "reason": answer.verdict.reason,
        "parts": [
            {
                "part": part.name,
                "published": part.published,
                "ours": part.ours.value if part.ours else None,
                "ours_interval_95": part.ours.interval if part.ours else None,
                "verdict": part.verdict.text if part.verdict else None,
            }
            for part in answer.parts
        ],
        "remarks": REMARKS.get(claim.identifier, ()),
    }


def sheets(given: Given, rule: VerdictRule | None = None) -> tuple[Sheet, ...]:
    """The answers for people, and where the published figures of the rolled many-output models come from.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> [sheet.title for sheet in sheets(Given(records, [], []))]
        ["The paper's 40 claims", 'Claims of our own']
    """
    rule = rule or VerdictRule()
    answers = answer_claims(given, rule)
    counted = ", ".join(f"{count} {verdict}" for verdict, count in _counted(answers).items())
    claims = Sheet(
        name="claims",
        title=f"The paper's {len(answers)} claims{synthetic(given.sources)}",
        caption=f"{given.caption()}\n\n{rule.text()}\n\nOf {len(answers)} claims: {counted}.",
        notes=(
            INTERVALS,
            *notes(),
        ),
        columns=(
            *("Section", "Claim", "About", "Quantity", "Unit", "Paper", "Paper, recomputed", "Ours"),
            *("By part", "Ours, measured otherwise", "Values", "Within the margin", "Verdict", "Why"),
        ),
        rows=tuple(_row(answer) for answer in answers),
        leading=5,
    )
    rolled = rolled_many_output(given.costs)
    own = own_sheet(list(map(own_facts, answer_own_claims(given, rule))), own_text(rule), given.sources)
    return (claims, own, *([rolled_sheet(rolled, given.sources)] if rolled else []))


def _row(answer: Answer) -> tuple[Cell, ...]:
    claim, ours, verdict = answer.claim, answer.ours, answer.verdict
    missing = f" (none of {', '.join(answer.evidence.missing)})" if answer.evidence.missing and ours else ""
    digits = 3 if answer.recomputed is not None else 2
    return texts(
        claim.section,
        claim.identifier,
        claim.text,
        claim.quantity,
        claim.unit,
        number(claim.published),
        number(answer.recomputed, digits),
        with_interval(ours.value, ours.interval, signed=False) if ours else number(None),
        ", ".join(part.text() for part in answer.parts),
        ", ".join(f"{MEASURE_NAMES[name]} {number(value)}" for name, value in answer.evidence.others.items()),
        f"{values_text(ours.n, ours.clusters) if ours else 0}{missing}",
        {True: "yes", False: "no", None: ""}[answer.within_margin],
        verdict.text + (" (recomputed figure)" if verdict.on == "recomputed" else ""),
        verdict.reason,
    )
