"""Claims of our own are stated in a file, and answered by the records that there are."""

import pytest

from rnn_modules.decomposition.parameters import preset
from rnn_modules.files.atomic_files import InputError
from rnn_modules.records.case_records import read_case_records
from rnn_modules.records.control_records import read_control_records
from rnn_modules.records.frontier_records import read_frontier_records
from rnn_modules.records.published.own_claims import own_claims
from rnn_modules.records.published.reading import FOLDER
from rnn_modules.reporting.analysis.clusters import ClusterEstimate
from rnn_modules.reporting.claims.answers import sheets, summary
from rnn_modules.reporting.claims.given import Given
from rnn_modules.reporting.claims.own_claims import FAILS, HOLDS, SMALL, answer_own_claims, judge_own, own_evidence
from rnn_modules.reporting.claims.own_sheet import figure_text, own_facts
from rnn_modules.reporting.claims.verdicts import NOT_TESTED, VerdictRule
from support.made_up_cases import write_all_cases
from support.made_up_controls import control_record, written
from support.made_up_frontier import frontier_record
from support.made_up_frontier import written as frontiers_written
from support.made_up_offer import offer_record, read


def figure(value, half, clusters=12):
    inner = 0.84 * half
    return ClusterEstimate(30, value, (value - half, value + half), (value - inner, value + inner), clusters)


def given_controls(over_chance):
    records = [
        control_record(architecture, rnn, over_chance=over_chance)
        for architecture in ("many_to_one", "many_to_many")
        for rnn in ("lstm", "gru", "vanilla")
    ]
    return Given([], [], [], read_control_records(map(written, records)))


@pytest.mark.parametrize(
    ("ours", "claim", "verdict"),
    [
        (figure(2.0, 1.0), "M01", HOLDS),
        (figure(0.3, 0.2), "M01", HOLDS),
        (figure(-2.0, 1.0), "M01", FAILS),
        # No difference worth a point is none.
        (figure(0.1, 0.4), "M01", FAILS),
        (figure(0.5, 2.0), "M01", NOT_TESTED),
        (figure(2.0, 1.0, clusters=2), "M01", NOT_TESTED),
        (figure(0.5, 0.2), "M09", HOLDS),
        (figure(2.0, 1.0), "M09", FAILS),
        (figure(0.5, 2.0), "M09", NOT_TESTED),
        (None, "M09", NOT_TESTED),
    ],
)
def test_the_rule(ours, claim, verdict):
    assert judge_own(VerdictRule(), ours, own_claims()[claim])[0] == verdict


def test_settings_on_both_sides_hold_nothing():
    parts = [figure(5.0, 1.0), figure(-3.0, 1.0)]
    assert judge_own(VerdictRule(), figure(1.0, 0.5), own_claims()["M07"], parts=parts)[0] == NOT_TESTED


@pytest.mark.parametrize(("over_chance", "verdict"), [(0.05, HOLDS), (-0.05, FAILS), (0.0, FAILS)])
def test_chance_is_answered_at_every_reading_of_the_cap(over_chance, verdict):
    answers = answer_own_claims(given_controls(over_chance), VerdictRule())[:6]
    assert [answer.verdict for answer in answers] == [verdict] * 6
    assert answers[0].ours.value == pytest.approx(100 * over_chance, abs=0.5)
    assert [name for name, _ in answers[0].parts] == ["M:1", "M:N"]


def test_relu_is_not_in_the_claims():
    found = read_control_records(written(control_record(rnn=rnn)) for rnn in ("relu", "lstm"))
    evidence = own_evidence(Given([], [], [], found))["chance rolled nodes"]
    assert [value.cluster.rnn for value in evidence.values] == ["lstm"]


def test_cases_are_compared_with_the_undecomposed_model_and_the_other_head(tmp_path):
    evidence = own_evidence(Given([], read_case_records(write_all_cases(tmp_path)), []))
    assert len(evidence["intra reuse against parent"].values) == 3 * 4 * 4
    assert list(evidence["intra reuse against parent"].parts()) == ["1:1", "M:1", "1:N", "M:N"]
    assert list(evidence["heads with other"].parts()) == ["1:N", "M:N"]


def test_claims_without_records_say_what_is_missing():
    answers = {answer.claim.identifier: answer for answer in answer_own_claims(given_controls(0.0), VerdictRule())}
    for name, what in (("M07", "reuse"), ("M11", "the frontier of small modules"), ("M12", "the offer of modules")):
        assert (answers[name].verdict, answers[name].reason) == (NOT_TESTED, f"no record of {what}")


def given_frontiers(difference):
    records = []
    for architecture in ("many_to_one", "many_to_many"):
        for seed in range(3):
            value = frontier_record(architecture, seed=seed)
            for row in value["rows"]:
                if row["keep"] == 0.1 and row["curve"] in ("compact", "shared"):
                    scope = "unpadded" if architecture == "many_to_many" else "all"
                    row["composed"][scope]["accuracy"] = 0.9 + difference * (row["curve"] == "compact") + 0.001 * seed
            records.append(value)
    return records


@pytest.mark.parametrize(("difference", "verdict"), [(0.03, HOLDS), (-0.03, FAILS), (0.0, FAILS)])
def test_nodes_of_their_own_are_compared_with_shared_ones(tmp_path, difference, verdict):
    given = Given(
        [], [], [], frontiers=read_frontier_records(frontiers_written(tmp_path, *given_frontiers(difference)))
    )
    answer = next(answer for answer in answer_own_claims(given, VerdictRule()) if answer.claim.identifier == "M11")
    assert answer.ours.value == pytest.approx(100 * difference, abs=0.01)
    assert (len(answer.evidence.values), answer.ours.clusters) == (6, 6)
    assert answer.verdict == verdict


def test_small_is_what_small_modules_keep_by_default():
    assert preset("compact", "many_to_one", "lstm").keep == SMALL


def given_offers(*starts, seeds=(0,)):
    """Offers of all models of the I/O types, networks ahead from some number on."""
    architectures = ("many_to_one", "many_to_many")
    return Given(
        *([], [], [], []),
        offers=read(
            *(
                offer_record(architecture, rnn, seed, ahead_from=start)
                for architecture, start in zip(architectures, starts, strict=False)
                for rnn in ("lstm", "gru", "vanilla")
                for seed in seeds
            )
        ),
    )


@pytest.mark.parametrize(
    ("starts", "verdict", "ours", "parts"),
    [
        ((100,), HOLDS, 100, []),
        ((100, 1000), HOLDS, 100, ["M:1", "M:N"]),
        ((10**8,), FAILS, None, []),
    ],
)
def test_the_offer_is_answered_by_where_networks_get_ahead(starts, verdict, ours, parts):
    answer = answer_own_claims(given_offers(*starts), VerdictRule())[-1]
    assert (answer.claim.identifier, answer.verdict) == ("M12", verdict)
    assert (answer.ours and answer.ours.value) == ours and [name for name, _ in answer.parts] == parts
    facts = own_facts(answer)
    assert facts["trained_models"] == 3 * len(starts)
    assert ("nowhere ahead" in facts["reason"]) == (ours is None)
    if ours:
        assert figure_text(facts, facts["unit"]).startswith(f"{ours} [")


def test_an_offer_ahead_in_one_setting_and_behind_in_another_is_not_tested():
    answer = answer_own_claims(given_offers(100, 10**5), VerdictRule())[-1]
    assert answer.verdict == NOT_TESTED and answer.reason.startswith("pools settings on both sides")
    assert [name for name, _ in answer.parts] == ["M:1"]


def test_small_modules_have_a_preset_of_their_own(tmp_path):
    offers = given_offers(100).offers
    controls = given_controls(0.0).controls
    assert Given([], [], [], controls, offers).caption().count("\n\n") == 1
    with pytest.raises(InputError, match="differs from"):
        Given([], [], [], controls, read(offer_record(run="another")))


def test_they_stand_beside_the_papers_claims():
    given = given_controls(0.05)
    assert [answer["identifier"] for answer in summary(given)["own_claims"]] == list(own_claims())
    own = next(sheet for sheet in sheets(given) if sheet.name == "own_claims")
    assert len(own.rows) == 12 and "holds" in str(own.rows[0][7])


def test_a_damaged_file_is_named(tmp_path):
    text = (FOLDER / "own_claims.csv").read_text(encoding="utf-8")
    (tmp_path / "own_claims.csv").write_text(text.replace(",equal,", ",about,"), encoding="utf-8")
    with pytest.raises(InputError, match="own_claims.csv: line 10 is damaged"):
        own_claims(tmp_path)
