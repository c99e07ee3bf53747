"""The sections of claims and tables, from the data that the run's scripts wrote: the page computes nothing again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rnn_modules.files.atomic_files import InputError, read_json
from rnn_modules.reporting.claims.answers import INTERVALS, MEASURE_NAMES, values_text
from rnn_modules.reporting.claims.in_words import in_words
from rnn_modules.reporting.claims.own_sheet import own_sheet
from rnn_modules.reporting.claims.rolled_many_output import sheet as rolled_sheet
from rnn_modules.reporting.tables.table_files import read_sheets
from rnn_modules.reporting.tables.table_model import Cell, Sheet, number, synthetic, texts, with_interval

# File of the table, heading of its section, and the files that go with it, folded.
TABLES = (
    ("table2", "Table II: cost of decomposition (RQ1)", ("table2_unpadded", "decomposition_cost")),
    ("table3", "Table III: reuse of modules (RQ2)", ("table3_measures",)),
    ("table4", "Table IV: replacement of modules (RQ3)", ("table4_measures",)),
    ("table5", "Table V: evolution scenarios", ()),
    ("controls", "Controls of the method: does identification beat chance?", ()),
    ("frontier", "Small modules: rankings and parts", ()),
    ("offer", "Modules or networks from scratch, by labelled examples", ()),
    ("variants", "Choices of paper and package: one change at a time", ()),
)


@dataclass(frozen=True)
class Section:
    """One section of tables; ``absent`` says what is missing when there is no sheet.

    Example:
        >>> claims, _ = read_sections(Path("no/such/folder"), ["mirror"])
        >>> claims.heading, claims.sheets, claims.absent
        ('Claims', [], 'Not in this run: tables/claims.json is missing.')
    """

    anchor: str
    heading: str
    sheets: list[Sheet]
    folded: list[Sheet]
    absent: str


def read_sections(folder: Path, data_sources: list[str]) -> tuple[Section, list[Section]]:
    """The paper's claims beside ours; and Tables II to V and the variants.

    Args:
        folder: of a run's tables.
        data_sources: of the run's records.

    Raises:
        InputError: a file is damaged.

    Example:
        >>> claims, tables = read_sections(Path("results/reference/laptop/tables"), ["mirror"])
        >>> claims.sheets[0].title, len(tables)
        ("The paper's 40 claims", 8)
    """
    claims, rolled = _claims(folder / "claims.json", data_sources)
    sections = []
    for name, heading, companions in TABLES:
        folded = [sheet for companion in companions for sheet in read_sheets(folder / f"{companion}.json")]
        sheets = read_sheets(folder / f"{name}.json")
        if sheets and name == "table2":
            # Beside the claims stands where the published rolled figures come from, which Table II needs.
            sheets += rolled
        sections.append(Section(name, heading, sheets, folded, f"Not in this run: tables/{name}.json is missing."))
    return claims, sections


def read_answer(folder: Path) -> list[str]:
    """The answer in words, from the answers to the claims; nothing where there are none.

    Raises:
        InputError: the file is damaged.

    Example:
        >>> read_answer(Path("no/such/folder"))
        []
    """
    path = folder / "claims.json"
    if not path.exists():
        return []
    summary = read_json(path, ("claims", "verdicts", "own_claims", "origin"))
    try:
        return in_words(summary)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise InputError(f"{path}: not the answers to the claims ({error!r}); delete it and make it again") from error


def _claims(path: Path, data_sources: list[str]) -> tuple[Section, list[Sheet]]:
    """The section of the claims, and the table of the rolled many-output models where there are any."""
    heading, absent = "Claims", f"Not in this run: tables/{path.name} is missing."
    if not path.exists():
        return Section("claims", heading, [], [], absent), []
    summary = read_json(path, ("claims", "rule", "verdicts", "rolled_many_output", "own_claims", "own_rule"))
    try:
        sheets = [
            _claims_sheet(summary, data_sources),
            own_sheet(summary["own_claims"], summary["own_rule"], data_sources),
        ]
        rolled = summary["rolled_many_output"]
        rolled_sheets = [rolled_sheet(rolled, data_sources)] if rolled else []
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise InputError(f"{path}: not the answers to the claims ({error!r}); delete it and make it again") from error
    return Section("claims", heading, sheets, [], absent), rolled_sheets


def _claims_sheet(summary: dict, data_sources: list[str]) -> Sheet:
    rows = tuple(_claim_row(answer) for answer in summary["claims"])
    counted = ", ".join(f"{count} {verdict}" for verdict, count in summary["verdicts"].items())
    remarks: dict[str, list[str]] = {}
    for answer in summary["claims"]:
        for text in answer["remarks"]:
            remarks.setdefault(text, []).append(answer["identifier"])
    said = (f"{', '.join(claims)}: {text}" for text, claims in remarks.items())
    columns = ("Claim", "About", "Verdict", "Why", "Paper", "Ours", "Paper, recomputed", "By part")
    return Sheet(
        name="claims",
        title=f"The paper's {len(rows)} claims{synthetic(data_sources)}",
        caption=f"Of {len(rows)} claims: {counted}.",
        notes=(
            summary["rule"]["text"],
            INTERVALS,
            *said,
        ),
        columns=(*columns, "Ours, measured otherwise", "Values", "Quantity", "Section"),
        rows=rows,
        leading=4,
    )


def _claim_row(answer: dict) -> tuple[Cell, ...]:
    ours = with_interval(answer["ours"], answer["ours_interval_95"], signed=False)
    others = answer["ours_other_measures"].items()
    missing = f" (none of {', '.join(answer['missing'])})" if answer["missing"] and answer["values"] else ""
    basis = " (recomputed figure)" if answer["verdict_on"] == "recomputed" else ""
    return texts(
        answer["identifier"],
        answer["claim"],
        f"{answer['verdict']}{basis}",
        answer["reason"],
        number(answer["published"]),
        ours,
        number(answer["recomputed"]),
        ", ".join(
            f"{part['part']} {with_interval(part['ours'], part['ours_interval_95'], signed=False)}"
            for part in answer["parts"]
        ),
        ", ".join(f"{MEASURE_NAMES.get(name, name)} {number(value)}" for name, value in others if value is not None),
        f"{values_text(answer['values'], answer['trained_models']) if answer['values'] else 0}{missing}",
        f"{answer['quantity']}, {answer['unit']}",
        answer["section"],
    )
