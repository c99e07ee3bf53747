"""Claims of our own (M01 ...), answered from the same records by a rule that stands beside the paper's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rnn_modules.names import CAP_READINGS, INTER, MANY_OUTPUT, PAPER_HEAD, PAPER_LAYERS, PAPER_RNN_TYPES
from rnn_modules.records.case_records import CaseRecord
from rnn_modules.records.cost_records import Record
from rnn_modules.records.frontier_records import FrontierRecord
from rnn_modules.records.published.own_claims import OwnClaim
from rnn_modules.records.published.own_claims import own_claims as stated_claims
from rnn_modules.reporting.analysis.case_deltas import View, by_model, drawn, levels, views_of
from rnn_modules.reporting.analysis.chance import chance_values
from rnn_modules.reporting.analysis.clusters import Cluster, ClusterEstimate, OneModel, Value
from rnn_modules.reporting.analysis.frontier_series import composed_figure
from rnn_modules.reporting.analysis.offer_series import crossing
from rnn_modules.reporting.claims.cost_claims import CLASSIFICATION
from rnn_modules.reporting.claims.evidence import Evidence
from rnn_modules.reporting.claims.given import Given
from rnn_modules.reporting.claims.offer_claim import EXAMPLES, OFFER, at_most, beginnings, told
from rnn_modules.reporting.claims.verdicts import NOT_TESTED, VerdictRule

HOLDS, FAILS = "holds", "does not hold"
OWN_VERDICTS = (HOLDS, FAILS, NOT_TESTED)
_OTHER_HEAD = "log_sum_exp"
SMALL = 0.1
"""Share of the recurrent layers' weights that small modules keep by default."""


@dataclass(frozen=True)
class OwnAnswer:
    """One claim of our own beside what the records give.

    Example:
        >>> claim = stated_claims()["M11"]
        >>> answer = OwnAnswer(claim, Evidence((), "mean", missing=("compact modules",)), None, NOT_TESTED, "no record")
        >>> answer.claim.identifier, answer.verdict
        ('M11', 'not tested')
    """

    claim: OwnClaim
    evidence: Evidence
    ours: ClusterEstimate | None
    verdict: str
    reason: str
    parts: tuple[tuple[str, ClusterEstimate], ...] = ()


def judge_own(
    rule: VerdictRule,
    estimate: ClusterEstimate | None,
    claim: OwnClaim,
    missing: Sequence[str] = (),
    parts: Sequence[ClusterEstimate] = (),
) -> tuple[str, str]:
    """Verdict and reason.

    A claim of more (less) holds when the 95 % interval lies wholly on that side of no difference. It does not hold when
    the interval lies wholly on the other side, or when the 90 % interval lies within a margin of no difference and the
    other on both sides: then there is no difference worth a margin. A claim of equality holds when the 90 % interval
    lies within the margin, and does not when that fails and the 95 % interval excludes no difference.

    Example:
        >>> ours = ClusterEstimate(12, 0.1, interval=(-0.2, 0.4), inner_interval=(-0.1, 0.3), clusters=12)
        >>> judge_own(VerdictRule(), ours, stated_claims()["M01"])
        ('does not hold', 'no difference worth a margin')
        >>> judge_own(VerdictRule(), ours, stated_claims()["M09"])
        ('holds', 'equal within the margin')
    """
    if estimate is None or missing:
        return NOT_TESTED, f"no record of {', '.join(missing) or 'it'}"
    if estimate.clusters < rule.least_clusters or estimate.interval is None:
        return NOT_TESTED, f"{estimate.clusters} trained model{'s' * (estimate.clusters > 1)}"
    neutral = rule.neutral[claim.unit]
    low, high = estimate.interval
    equal = bool(rule.within_margin(estimate, claim.unit, neutral))
    if claim.expected == "equal":
        if equal:
            return HOLDS, "equal within the margin"
        return (NOT_TESTED, "neither equal nor different") if low <= neutral <= high else (FAILS, "a difference")
    more, less = neutral < low, high < neutral
    if more if claim.expected == "more" else less:
        if rule.cancels(parts, claim.unit):
            return NOT_TESTED, "pools settings on both sides of no difference"
        return HOLDS, "excludes no difference"
    if more or less:
        return FAILS, "the opposite"
    return (FAILS, "no difference worth a margin") if equal else (NOT_TESTED, "covers both directions")


def own_evidence(given: Given) -> dict[str, Evidence]:
    """Evidence by the names that the claims of our own use.

    Example:
        >>> from pathlib import Path
        >>> from rnn_modules.records.cost_records import read_records
        >>> from rnn_modules.reporting.claims.given import Given
        >>> folder = Path("results/reference/laptop/models/many_to_one")
        >>> records = read_records(folder.glob("**/decomposition_cost.json"))
        >>> found = own_evidence(Given(records, [], []))
        >>> len(found["heads of all modules"].values), found["offer"].missing
        (24, ('the offer of modules',))
    """
    found = {}
    controls = [record for record in given.controls if _of_the_paper(record)]
    for mode in ("rolled", "unrolled"):
        for reading in CAP_READINGS:
            values = chance_values(controls, reading, mode)
            found[f"chance {mode} {reading}"] = _known(values, "the controls")
    cases = given.cases
    intra = [("intra_reuse", setting) for setting in CLASSIFICATION]
    inter = [("inter_reuse", setting) for setting in INTER]
    found["intra reuse against parent"] = _known(_cases(cases, intra, _against_parent), "reuse")
    found["inter reuse against parent"] = _known(_cases(cases, inter, _against_parent), "reuse")
    found["heads of all modules"] = _known(_heads(given.costs), "the cost of decomposition")
    many = [("intra_reuse", setting) for setting in MANY_OUTPUT]
    found["heads with other"] = _known(_cases(cases, many, _other_head), "reuse of many-output models")
    found["compact own against shared"] = _known(_own_against_shared(given.frontiers), "the frontier of small modules")
    found[OFFER] = _known(at_most(given.offers), "the offer of modules")
    return found


def _of_the_paper(record: OneModel) -> bool:
    return record.rnn in PAPER_RNN_TYPES and record.layers in PAPER_LAYERS


def _known(values: tuple[Value, ...], what: str) -> Evidence:
    return Evidence(values, "mean", missing=() if values else (what,))


def _heads(records: list[Record]) -> tuple[Value, ...]:
    """Accuracy of the composed model by the other head minus by the paper's, by trained model and mode."""
    values = []
    for record in records:
        if record.architecture not in CLASSIFICATION or not _of_the_paper(record):
            continue
        cluster = Cluster.of(record)
        for composition in record.modes.values():
            heads = composition.composed
            if {_OTHER_HEAD, PAPER_HEAD} <= heads.keys():
                difference = heads[_OTHER_HEAD]["all"]["accuracy"] - heads[PAPER_HEAD]["all"]["accuracy"]
                values.append(Value(record.points * difference, cluster))
    return tuple(values)


def _own_against_shared(records: list[FrontierRecord]) -> tuple[Value, ...]:
    """Composed accuracy of small modules of their own nodes minus of ones that share them, by trained model.

    At the largest share of the frontier that is not above :data:`SMALL`.
    """
    values = []
    for record in records:
        shares = [row.keep for row in record.rows if row.curve == "shared" and row.keep <= SMALL]
        if record.architecture in CLASSIFICATION and shares:
            figures = {
                row.curve: composed_figure(row, record.architecture) for row in record.rows if row.keep == max(shares)
            }
            values.append(Value(figures["compact"] - figures["shared"], Cluster.of(record)))
    return tuple(values)


Pair = tuple[tuple[str, View], tuple[str, View]]
"""A predictor and its view, and those that it is compared with."""


def _against_parent(experiment: str, setting: str) -> Pair:
    view = views_of(experiment, setting)[0]
    return ("modules", view), ("parent", view)


def _other_head(experiment: str, setting: str) -> Pair:
    view = replace(views_of(experiment, setting)[0], decision="with_other")
    return ("modules", replace(view, head=_OTHER_HEAD)), ("modules", replace(view, head=PAPER_HEAD))


def _cases(
    records: list[CaseRecord], parts: list[tuple[str, str]], pair_of: Callable[[str, str], Pair]
) -> tuple[Value, ...]:
    """Differences of two predictors case by case; each stands for its share of the cases that there are."""
    values = []
    for (experiment, setting, rnn), group in by_model(records).items():
        if (experiment, setting) not in parts or rnn not in PAPER_RNN_TYPES:
            continue
        first, second = pair_of(experiment, setting)
        weight = max(record.cases_possible for record in group) / drawn(group)
        for record in group:
            ours, others = levels(record, *first), levels(record, *second)
            cluster = Cluster(setting, rnn, record.layers, record.seed)
            values += [Value(ours[case] - others[case], cluster, weight) for case in ours if case in others]
    return tuple(values)


def answer_own_claims(given: Given, rule: VerdictRule) -> list[OwnAnswer]:
    """The claims of our own, in order; one whose records do not exist is not tested.

    A claim of a number of examples is judged by the difference at the largest number, and tells where it begins.

    Example:
        >>> from rnn_modules.records.cost_records import read_record
        >>> from rnn_modules.reporting.claims.given import Given
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> answers = answer_own_claims(Given([read_record(path)], [], []), VerdictRule())
        >>> answers[0].claim.identifier, answers[0].verdict, answers[0].reason
        ('M01', 'not tested', 'no record of the controls')
    """
    evidence = own_evidence(given)
    answers = []
    for claim in stated_claims().values():
        found = evidence[claim.evidence]
        ours = found.estimate()
        parts = tuple((name, part) for name, of in found.parts().items() if (part := of.estimate()) is not None)
        judged = replace(claim, unit="percent points") if claim.unit == EXAMPLES else claim
        verdict, reason = judge_own(rule, ours, judged, found.missing, [part for _, part in parts])
        if claim.unit == EXAMPLES and given.offers:
            reason = f"{reason}: {told(crossing(given.offers))}"
            ours, parts = beginnings(given.offers)
        answers.append(OwnAnswer(claim, found, ours, verdict, reason, parts))
    return answers
