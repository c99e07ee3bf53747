"""The README's finding: every figure in it is recomputed from the reference run's tables and records."""

import csv
import json
import re
from statistics import mean

import pytest

from rnn_modules.records.published.tables import table2
from support.project import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = ROOT / "results" / "reference" / "laptop"
FINDING = re.search(r"<!-- sentences -->(.*?)<!-- /sentences -->", README, re.DOTALL)[1]
SENTENCES = re.split(r"^\d\. ", FINDING, flags=re.MULTILINE)[1:]


def rows(table, **wanted):
    """Rows of a table of the reference in which the columns have these values."""
    with (REFERENCE / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        found = [row for row in csv.DictReader(file) if all(row[name] == value for name, value in wanted.items())]
    assert found, (table, wanted)
    return found


def column(name, found):
    return [float(row[name]) for row in found]


def deltas(architecture, mode, metric="accuracy", **wanted):
    scope = {} if architecture == "encoder_decoder" else {"scope": "all"}
    found = rows("table2", architecture=architecture, mode=mode, metric=metric, **scope, **wanted)
    assert len(found) == 12
    return column("delta_percent_points", found)


def published(architecture, mode):
    """Mean of the paper's Table II over the models of an architecture in one mode."""
    return mean(cell.delta for key, cell in table2().items() if key[:2] == (architecture, mode))


def unpadded(predictor):
    return mean(
        column(
            "accuracy_percent",
            rows("decomposition_cost", architecture="one_to_many", scope="unpadded", predictor=predictor),
        )
    )


def reused(decision, predictor, **wanted):
    """Accuracies of the M:N modules' best mode (unrolled) or of another predictor, one per RNN type."""
    mode = {"mode": "unrolled"} if predictor == "modules" else {}
    found = rows(
        "table3_measures",
        experiment="intra_reuse",
        setting="many_to_many",
        decision=decision,
        predictor=predictor,
        **mode,
        **wanted,
    )
    assert len(found) == 3
    return column("accuracy", found)


def signed(value):
    return f"{value:+.2f}".replace("-", "−")


def plain(value):
    return f"{value:.2f}"


def little_cost():
    cases = (("one_to_one", "rolled"), ("many_to_one", "unrolled"), ("many_to_many", "unrolled"))
    ours = [deltas(*case) for case in cases]
    figures = [
        signed(value) for case, delta in zip(cases, ours, strict=True) for value in (mean(delta), published(*case))
    ]
    pooled = sum(ours, [])
    return [str(len(ours[0])), *figures, plain(-min(pooled)), str(len(pooled))]


def no_collapse():
    ours = deltas("many_to_many", "rolled")
    return [plain(-mean(ours)), plain(-min(ours)), signed(published("many_to_many", "rolled"))]


def accuracy_cannot_tell():
    return [
        plain(unpadded("monolithic")),
        plain(unpadded("majority")),
        plain(mean(deltas("one_to_many", "unrolled"))),
        plain(-mean(deltas("one_to_many", "unrolled", "balanced_accuracy"))),
    ]


def translation():
    losses = [
        signed(mean(deltas("encoder_decoder", "rolled", "bleu1_with_tags", rnn=rnn)))
        for rnn in ("vanilla", "gru", "lstm")
    ]
    levels = column(
        "bleu_score_0_to_100", rows("decomposition_cost", architecture="encoder_decoder", predictor="monolithic")
    )
    return [*losses, plain(min(levels)), plain(max(levels))]


def reuse():
    forced = mean(reused("labelled", "parent")) - mean(reused("labelled", "modules", head="mean"))
    heads = {head: reused("with_other", "modules", head=head) for head in ("mean", "log_sum_exp")}
    constant = reused("with_other", "constant")
    figures = (forced, min(heads["mean"]), max(heads["mean"]), constant[0])
    others = (min(heads["log_sum_exp"]), max(heads["log_sum_exp"]))
    return [plain(value) for value in (*figures, *others)]


def numbers(sentence):
    """The figures of a sentence, without the names of kinds and metrics."""
    text = re.sub(r"\b[1M]:[1MN]\b|BLEU-\d", "", sentence)
    return re.findall(r"[−+]?\d+(?:\.\d+)?", text)


def test_there_are_five_sentences():
    assert len(SENTENCES) == 5
    for sentence in SENTENCES:
        assert len(re.findall(r"\.(?=\s|$)", sentence)) == 1 and sentence.rstrip().endswith(".")


@pytest.mark.parametrize(
    ("sentence", "figures"),
    list(zip(SENTENCES, (little_cost, no_collapse, accuracy_cannot_tell, translation, reuse), strict=True)),
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_figure_is_the_references(sentence, figures):
    assert numbers(sentence) == figures()


def test_run_seed_and_commit_are_the_references():
    said = re.search(r"\(run `(\w+)`, seed (\d+), commit `(\w+)`;", README)
    for path in REFERENCE.glob("models/**/decomposition_cost.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        assert (record["run"], str(record["seed"])) == said.groups()[:2]
    origin = json.loads((REFERENCE / "tables" / "claims.json").read_text(encoding="utf-8"))["origin"]
    assert origin["decomposition_cost"]["commits"] == [said[3]]
    assert "mirror (real corpora)" in (REFERENCE / "tables" / "table2.md").read_text(encoding="utf-8")
