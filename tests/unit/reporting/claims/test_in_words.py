"""Every figure of the answer in words is one of the answers to the claims."""

import json
import re

import pytest

from rnn_modules.records.control_records import read_control_records
from rnn_modules.reporting.claims.answers import summary
from rnn_modules.reporting.claims.given import Given
from rnn_modules.reporting.claims.in_words import in_words
from rnn_modules.reporting.tables.table_model import number
from support.made_up_controls import control_record, written
from support.made_up_offer import offer_record, read
from support.project import ROOT

REFERENCE = json.loads((ROOT / "results/reference/laptop/tables/claims.json").read_text(encoding="utf-8"))


def figures(value):
    """All numbers of the answers, as they are written."""
    if isinstance(value, dict):
        return set().union(*map(figures, value.values()), set())
    if isinstance(value, list):
        return set().union(*map(figures, value), set())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return set(re.findall(r"[−+]?\d+(?:\.\d+)?", value)) if isinstance(value, str) else set()
    return {number(value), number(value, signed=True), str(value)}


def test_every_figure_is_one_of_the_answers():
    known = figures(REFERENCE) | {"40", "1"}
    for sentence in in_words(REFERENCE):
        text = re.sub(r"\b[1M]:[1MN]\b|\b[CM]\d\d\b", "", sentence)
        assert set(re.findall(r"[−+]?\d+(?:\.\d+)?", text)) <= known, sentence


def test_counts_of_verdicts_come_first_and_what_is_not_shown_last():
    sentences = in_words(REFERENCE)
    assert sentences[0].startswith("Of the paper's 40 claims")
    assert sentences[-1].startswith("What this does not show: one seed")
    assert "M01" in sentences[-1]


@pytest.mark.parametrize(("over_chance", "verdict"), [(0.05, "holds"), (-0.05, "does not hold")])
def test_chance_is_told_where_there_are_controls(over_chance, verdict):
    records = [control_record(rnn=rnn, over_chance=over_chance) for rnn in ("lstm", "gru", "vanilla")]
    sentences = in_words(summary(Given([], [], [], read_control_records(map(written, records)))))
    (chance,) = [sentence for sentence in sentences if sentence.startswith("Does identification beat")]
    assert chance.count(f"], {verdict}") == 6
    # Without records of anything else nothing else is said but what is not shown.
    assert len(sentences) == 4


@pytest.mark.parametrize(("start", "said"), [(100, "ahead from 100 ["), (10**8, "ahead nowhere")])
def test_the_offer_is_told_where_there_is_one(start, said):
    records = read(*(offer_record(rnn=rnn, ahead_from=start) for rnn in ("lstm", "gru", "vanilla")))
    sentences = in_words(summary(Given([], [], [], offers=records)))
    (offer,) = [sentence for sentence in sentences if sentence.startswith("Modules, or networks")]
    assert said in offer and "M12" not in sentences[-1]
