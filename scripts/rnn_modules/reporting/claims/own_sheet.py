"""The claims of our own as a table, and as data."""

from __future__ import annotations

from rnn_modules.reporting.claims.offer_claim import EXAMPLES
from rnn_modules.reporting.claims.own_claims import OwnAnswer
from rnn_modules.reporting.claims.verdicts import VerdictRule
from rnn_modules.reporting.tables.table_model import Cell, Sheet, synthetic, texts, with_interval


def own_text(rule: VerdictRule) -> str:
    """The rule in words.

    Example:
        >>> own_text(VerdictRule())[:51]
        'Stated before the next run, when the reference of 2'
    """
    return (
        "Stated before the next run, when the reference of 24 November 2026 had been seen, which has no controls. "
        "Holds: the 95 % interval over trained models lies on the claimed side of no difference; a claim of equality "
        "holds when the 90 % interval lies within the margin "
        f"({rule.margins['percent points']:g} point). Does not hold: the interval lies on the other side, or there is "
        "no difference worth a margin by two one-sided tests; a claim of equality, when there is a difference. Not "
        f"tested: no record, fewer than {rule.least_clusters} trained models, an interval on both sides, or settings "
        "that cancel."
    )


def own_facts(answer: OwnAnswer) -> dict[str, object]:
    """One answer for programs.

    Example:
        >>> from rnn_modules.records.cost_records import read_record
        >>> from rnn_modules.reporting.claims.given import Given
        >>> from rnn_modules.reporting.claims.own_claims import answer_own_claims
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> own_facts(answer_own_claims(Given([read_record(path)], [], []), VerdictRule())[8])["verdict"]
        'not tested'
    """
    claim, ours = answer.claim, answer.ours
    return {
        "identifier": claim.identifier,
        "section": claim.section,
        "claim": claim.text,
        "quantity": claim.quantity,
        "unit": claim.unit,
        "expected": claim.expected,
        "ours": ours.value if ours else None,
        "ours_interval_95": ours.interval if ours else None,
        "values": len(answer.evidence.values),
        "trained_models": len({value.cluster for value in answer.evidence.values}),
        "verdict": answer.verdict,
        "reason": answer.reason,
        "parts": [{"part": name, "ours": part.value, "ours_interval_95": part.interval} for name, part in answer.parts],
    }


def own_sheet(answers: list[dict], rule_text: str, sources: list[str]) -> Sheet:
    """The table, from what :func:`own_facts` gives.

    Example:
        >>> own_sheet([], "Rule.", ["mirror"]).columns[:4]
        ('Section', 'Claim', 'About', 'Expected')
    """
    return Sheet(
        name="own_claims",
        title=f"Claims of our own{synthetic(sources)}",
        caption=rule_text,
        notes=(),
        columns=("Section", "Claim", "About", "Expected", "Ours", "By part", "Models", "Verdict", "Why", "Quantity"),
        rows=tuple(map(_row, answers)),
        leading=4,
    )


def figure_text(answer: dict, unit: str) -> str:
    """Our figure of an answer, or of a part of one, with its interval; whole numbers of examples without a sign.

    Example:
        >>> figure_text({"ours": 500.0, "ours_interval_95": (200.0, 1000.0)}, "examples")
        '500 [200, 1,000]'
        >>> figure_text({"ours": -0.5, "ours_interval_95": None}, "percent points")
        '−0.50'
    """
    value, interval = answer["ours"], answer["ours_interval_95"]
    if value is None or unit != EXAMPLES:
        return with_interval(value, interval)
    bounds = "" if interval is None else f" [{', '.join(f'{bound:,.0f}' for bound in interval)}]"
    return f"{value:,.0f}{bounds}"


def _row(answer: dict) -> tuple[Cell, ...]:
    parts = (f"{part['part']} {figure_text(part, answer['unit'])}" for part in answer["parts"])
    names = ("section", "identifier", "claim", "expected")
    return texts(
        *(answer[name] for name in names),
        figure_text(answer, answer["unit"]),
        ", ".join(parts),
        str(answer["trained_models"]),
        answer["verdict"],
        answer["reason"],
        f"{answer['quantity']}, {answer['unit']}",
    )
