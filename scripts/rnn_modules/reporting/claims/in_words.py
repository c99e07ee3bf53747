"""The answer in words: what stands above all tables, every figure taken from the answers to the claims."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rnn_modules.reporting.claims.own_sheet import figure_text
from rnn_modules.reporting.claims.verdicts import INVALID, NOT_TESTED, VERDICTS
from rnn_modules.reporting.tables.table_model import number, with_interval

Claims = dict[str, dict[str, Any]]
_CHANCE = ("M01", "M02", "M03", "M04", "M05", "M06")


def in_words(summary: dict[str, Any]) -> list[str]:
    """Sentences, one paragraph each; what has no record is left out, and the last says what is not shown.

    Args:
        summary: ``claims.json``.

    Example:
        >>> from rnn_modules.files.atomic_files import read_json
        >>> sentences = in_words(read_json("results/reference/laptop/tables/claims.json"))
        >>> sentences[0][:60]
        "Of the paper's 40 claims 4 are reproduced, 2 direction only,"
    """
    claims: Claims = {one["identifier"]: one for one in (*summary["claims"], *summary["own_claims"])}
    sentences = (
        _counted(summary),
        _cost(claims),
        *_no_better_than_a_constant(summary),
        _invalid(claims),
        _translation(claims),
        *_reuse(claims),
    )
    return [text for text in (*sentences, _chance(claims), _offer(claims), _not_shown(summary, claims)) if text]


def _counted(summary: dict[str, Any]) -> str:
    counts = summary["verdicts"]
    said = [f"{counts[text]} {text}" for text in VERDICTS if counts.get(text)]
    return (
        f"Of the paper's {len(summary['claims'])} claims {said[0].replace(' ', ' are ', 1)}"
        f"{''.join(f', {part}' for part in said[1:])}."
    )


def _parts(answer: dict[str, Any], names: Iterable[str] | None = None) -> str:
    """As ``−0.67 [−1.14, −0.20] for M:1 (paper −0.19)``."""
    said = []
    for part in answer["parts"]:
        if (names is None or part["part"] in names) and part["ours"] is not None:
            paper = f" (paper {number(part['published'], signed=True)})" if part.get("published") is not None else ""
            said.append(f"{with_interval(part['ours'], part['ours_interval_95'])} for {part['part']}{paper}")
    return ", ".join(said)


def _cost(claims: Claims) -> str:
    if not (parts := _parts(claims["C01"])):
        return ""
    return f"Mean change of accuracy by cutting, in points (1:1 rolled, all others unrolled): {parts}."


def _no_better_than_a_constant(summary: dict[str, Any]) -> list[str]:
    """Where accuracy cannot tell whether modules cost anything."""
    return [
        f"For {row['io_type']} accuracy cannot tell: with padding excluded the undecomposed models score "
        f"{number(row['monolithic_accuracy_percent'])} %, a constant answer "
        f"{number(row['majority_accuracy_percent'])} %."
        for row in summary["rolled_many_output"]
        if row["scope"] == "unpadded" and row["majority_accuracy_percent"] > row["monolithic_accuracy_percent"]
    ]


def _invalid(claims: Claims) -> str:
    found = [name for name, one in claims.items() if one["verdict"] == INVALID]
    if not found:
        return ""
    ours = _parts(claims["C10"])
    return (
        f"The paper's figures of {', '.join(found)} are no measurement, by its own published files: "
        f"{claims['C10']['reason']}."
        + (f" Ours, evaluated with the modules' weights: {ours.split(' (paper')[0]}{_rest(ours)}." if ours else "")
    )


def _rest(text: str) -> str:
    """The parts after the first, without the paper's figures, which are no measurement."""
    return "".join(f", {part.split(' (paper')[0]}" for part in text.split("), ")[1:])


def _translation(claims: Claims) -> str:
    parts = _parts(claims["C03"])
    return f"Translation, rolled, mean change of unigram BLEU with tags: {parts}." if parts else ""


def _reuse(claims: Claims) -> list[str]:
    found = []
    against, head = claims["M07"], claims["M10"]
    if against["values"]:
        found.append(
            "Reused modules against the undecomposed model restricted to the same classes: "
            f"{with_interval(against['ours'], against['ours_interval_95'])} points within an I/O type "
            f"({against['verdict']} that they beat it: {against['reason']})."
        )
    if head["values"]:
        found.append(
            "Where 'neither' is an answer, the head decides: log-sum-exp instead of the paper's mean changes accuracy "
            f"by {_parts(head)}."
        )
    return found


def _chance(claims: Claims) -> str:
    chance = [claims[name] for name in _CHANCE]
    if not any(one["values"] for one in chance):
        return ""
    said = "; ".join(
        f"{one['claim'].partition(': ')[2]}: {with_interval(one['ours'], one['ours_interval_95'])}, {one['verdict']}"
        for one in chance
        if one["values"]
    )
    return f"Does identification beat as many random nodes? Points over the mean of the random draws: {said}."


def _offer(claims: Claims) -> str:
    one = claims["M12"]
    if not one["values"]:
        return ""
    parts = ", ".join(f"{figure_text(part, one['unit'])} for {part['part']}" for part in one["parts"])
    begins = f" from {figure_text(one, one['unit'])} on" if one["ours"] is not None else " nowhere"
    return (
        "Modules, or networks of as few weights trained from scratch on the same labelled examples? The networks are "
        f"ahead{begins}{f' ({parts})' if parts else ''}; that they are from some number on: {one['verdict']} "
        f"({one['reason']})."
    )


def _not_shown(summary: dict[str, Any], claims: Claims) -> str:
    seeds = sorted({seed for origin in summary["origin"].values() if origin for seed in origin["seeds"]})
    said = []
    if len(seeds) == 1:
        said.append("one seed: intervals are over models of several types and depths, none is over repeated trainings")
    open_claims = sum(one["verdict"] == NOT_TESTED for one in summary["claims"])
    if open_claims:
        said.append(f"{open_claims} of the paper's claims are not tested")
    missing = [name for name, one in claims.items() if name.startswith("M") and one["verdict"] == NOT_TESTED]
    if missing:
        said.append(f"of our own {', '.join(missing)} are not")
    return f"What this does not show: {'; '.join(said)}." if said else ""
