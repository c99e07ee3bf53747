"""results/reference/small_modules/README.md: every figure follows from the records beside it."""

import numpy as np
import pytest

from rnn_modules.files.atomic_files import read_json
from rnn_modules.names import REFITTED
from support.project import ROOT

KEPT = ROOT / "results" / "reference" / "small_modules"
PAGE = (KEPT / "README.md").read_text(encoding="utf-8")
RUNS = {"10": "keep_10", "5": "keep_05"}
SETTINGS = {"1:1": "one_to_one", "1:N": "one_to_many", "M:1": "many_to_one", "M:N": "many_to_many"}


def records(folder):
    return [read_json(path) for path in sorted((KEPT / folder).glob("models/*/*/*/*/decomposition_cost.json"))]


def accuracy(found):
    """In percent, without padding where there is any."""
    return 100 * found.get("unpadded", found["all"])["accuracy"]


def cost(record):
    """Points of accuracy of small modules that vote, over their parent."""
    return accuracy(record["compact"]["composed"][REFITTED]) - accuracy(record["monolithic"])


def shown(values):
    return f"{np.mean(values):+.2f}".replace("-", "−")


@pytest.mark.parametrize(("percent", "folder"), RUNS.items())
def test_the_row_of_a_share(percent, folder):
    found = records(folder)
    assert len(found) == 72 == len({(one["architecture"], one["rnn"], one["layers"], one["seed"]) for one in found})
    assert {one["data_source"] for one in found} == {"mirror"}
    shares = [one["compact"]["recurrent_share"] for one in found]
    assert max(shares) <= int(percent) / 100
    columns = [
        f"{100 * np.mean(shares):.1f} %",
        shown([cost(one) for one in found]),
        *(shown([cost(one) for one in found if one["architecture"] == name]) for name in SETTINGS.values()),
        *(shown([cost(one) for one in found if one["layers"] == layers]) for layers in (1, 4)),
        shown(min(cost(one) for one in found)),
    ]
    assert f"| at most {percent} % | {' | '.join(columns)} |" in PAGE


def test_the_projects_page_says_the_same():
    found = records("keep_10")
    costs = [cost(one) for one in found]
    deep = shown([cost(one) for one in found if one["layers"] == 4])
    said = (
        f"accuracy by {shown(costs)} points on average over {len(found)} classifiers and three seeds, {deep} with four "
        f"layers and {shown(min(costs))} at worst"
    )
    assert said in " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())


def test_the_papers_modules_beside_them():
    """Rolled modules of the same models by the paper's text."""
    found = records("keep_10")
    modes = [one["modes"]["rolled"] for one in found]
    votes = [accuracy(mode["composed"][mode["head"]]) for mode in modes]
    rolled = np.subtract(votes, [accuracy(one["monolithic"]) for one in found])
    kept = np.mean([mode["recurrent_share"] for mode in modes])
    said = f"{100 * kept:.0f} % of the recurrent weights and lose points: mean {shown(rolled)}, median"
    assert f"{said} {shown(np.median(rolled))};" in PAGE
    sequences = [points for one, points in zip(found, rolled, strict=True) if one["architecture"] == SETTINGS["1:N"]]
    assert f"pulled by 1:N with {shown(sequences)}." in PAGE
