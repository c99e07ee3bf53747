"""The answer to all 40 quantitative claims of the paper, from whatever records there are."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass

from rnn_modules.records.case_records import CaseRecord
from rnn_modules.records.cost_records import Record, check_together
from rnn_modules.records.published.claims import Claim
from rnn_modules.records.published.claims import claims as published_claims
from rnn_modules.records.variant_records import VariantRecord
from rnn_modules.reporting.analysis import case_deltas, cost_deltas
from rnn_modules.reporting.analysis.rolled_many_output import rolled_many_output
from rnn_modules.reporting.analysis.statistics import Estimate
from rnn_modules.reporting.claims.case_claims import case_evidence
from rnn_modules.reporting.claims.cost_claims import GATES, cost_evidence, gate_evidence, published_gate_difference
from rnn_modules.reporting.claims.evidence import Evidence
from rnn_modules.reporting.claims.remarks import REMARKS, notes
from rnn_modules.reporting.claims.rolled_many_output import sheet as rolled_sheet
from rnn_modules.reporting.claims.verdicts import VERDICTS, Verdict, VerdictRule
from rnn_modules.reporting.tables.table_model import Cell, Sheet, number, synthetic, texts, with_interval

MEASURE_NAMES = {
    "padding_excluded": "padding excluded",
    "bleu": "BLEU-4",
    "chrf": "chrF",
    "translation": "translation",
    "balanced_accuracy": "balanced accuracy",
    "with_other": "either class or other",
    "all_modules": "all modules vote",
    "against_parent": "against the undecomposed model",
    "against_composed": "against the model's own modules",
}


@dataclass(frozen=True)
class Answer:
    """One claim beside what the records give.

    Attributes:
        recomputed: what the published data give, None where it is not known.
        ours: None when no record belongs to the claim.

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
    ours: Estimate | None
    verdict: Verdict


@dataclass(frozen=True)
class Given:
    """The records behind the answers; any of the lists may be empty, but not all.

    Example:
        >>> from rnn_modules.records.cost_records import read_record
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> given = Given([read_record(path)], [], [])
        >>> given.sources, given.caption()[:34]
        (['mirror'], 'Cost of decomposition: run laptop,')
    """

    costs: list[Record]
    cases: list[CaseRecord]
    variants: list[VariantRecord]

    def __post_init__(self) -> None:
        """Check that all are of one run and preset; raises :class:`InputError`."""
        firsts = [group[0] for group in (self.costs, self.cases, self.variants) if group]
        check_together(firsts, lambda record: (type(record),))

    @property
    def sources(self) -> list[str]:
        """Data sources of all records."""
        return [record.data_source for record in (*self.costs, *self.cases, *self.variants)]

    def caption(self) -> str:
        """Where the figures come from, one paragraph per kind of record."""
        captions = {
            "Cost of decomposition": cost_deltas.caption(self.costs) if self.costs else "",
            "Reuse, replacement and scenarios": case_deltas.caption(self.cases) if self.cases else "",
            "Gate approaches": cost_deltas.caption(self.variants) if self.variants else "",
        }
        return "\n\n".join(f"{name}: {text[0].lower()}{text[1:]}" for name, text in captions.items() if text)


def answer_claims(given: Given, rule: VerdictRule | None = None) -> list[Answer]:
    """Claims C01 to C40, in order.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> answer = answer_claims(Given(records, [], []))[0]
        >>> answer.claim.identifier, answer.verdict.text
        ('C01', 'not tested at this scale')
    """
    rule = rule or VerdictRule()
    evidence = {
        **cost_evidence(given.costs),
        GATES: gate_evidence(given.variants),
        **case_evidence(given.cases),
    }
    answers = []
    for identifier, claim in published_claims().items():
        recomputed = published_gate_difference() if identifier == GATES else claim.recomputed
        found = evidence[identifier]
        ours = found.estimate()
        verdict = rule.judge(None if found.missing else ours, claim.unit, claim.published, recomputed)
        answers.append(Answer(claim, recomputed, found, ours, verdict))
    return answers


def summary(given: Given, rule: VerdictRule | None = None) -> dict[str, object]:
    """The answers for programs: origin of the figures, rule, verdicts, claims, and the rolled many-output models.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> summary(Given(records, [], []))["verdicts"]["not tested at this scale"]
        39
    """
    rule = rule or VerdictRule()
    answers = answer_claims(given, rule)
    return {
        "experiment": "claims",
        "origin": {
            "decomposition_cost": cost_deltas.description(given.costs) if given.costs else None,
            "cases": case_deltas.description(given.cases) if given.cases else None,
            "variants": cost_deltas.description(given.variants) if given.variants else None,
        },
        "rule": dataclasses.asdict(rule) | {"text": rule.text()},
        "verdicts": _counted(answers),
        "claims": [_answer_facts(answer) for answer in answers],
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
        "missing": answer.evidence.missing,
        "ours_other_measures": answer.evidence.others,
        "verdict": answer.verdict.text,
        "verdict_on": answer.verdict.on,
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
        ["The paper's 40 claims"]
    """
    rule = rule or VerdictRule()
    answers = answer_claims(given, rule)
    counted = ", ".join(f"{count} {verdict}" for verdict, count in _counted(answers).items())
    claims = Sheet(
        name="claims",
        title=f"The paper's {len(answers)} claims{synthetic(given.sources)}",
        caption=f"{given.caption()}\n\n{rule.text()}\n\nOf {len(answers)} claims: {counted}.",
        notes=(
            "Ours: the claim's figure with its 95 % bootstrap interval (mean of fewer than ten values: Student's) over "
            "the values behind it (models, language pairs or cases), each averaged over its seeds first. Values of one "
            "model are not independent of each other. In a claim over several settings a case counts for as many as "
            "its setting has possible ones per case drawn.",
            *notes(),
        ),
        columns=(
            *("Section", "Claim", "About", "Quantity", "Unit", "Paper", "Paper, recomputed", "Ours"),
            *("Ours, measured otherwise", "Values", "Verdict"),
        ),
        rows=tuple(_row(answer) for answer in answers),
        leading=5,
    )
    rolled = rolled_many_output(given.costs)
    return (claims, *([rolled_sheet(rolled, given.sources)] if rolled else []))


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
        ", ".join(f"{MEASURE_NAMES[name]} {number(value)}" for name, value in answer.evidence.others.items()),
        f"{ours.n if ours else 0}{missing}",
        verdict.text + (" (recomputed figure)" if verdict.on == "recomputed" else ""),
    )
