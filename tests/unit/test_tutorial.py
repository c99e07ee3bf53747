"""scripts/tutorial.md: its code is short and runs as it stands, and comes to the figures that it says."""

import re
import shlex
from contextlib import chdir

import keras
import numpy as np
import pytest

from rnn_modules.runs.command import main
from support.tutorial import SCRIPTS, TUTORIAL, blocks, run, write_all

TEXT = TUTORIAL.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tutorial")
    write_all(folder)
    return folder


def test_each_part_is_short_and_has_a_picture():
    assert list(blocks()) == ["sentiment", "sensors", "tagger"]
    for name, code in blocks().items():
        assert len(code.splitlines()) < 20, name
        assert f"(tutorial/{name}.png)" in TEXT
    assert {path.stem for path in (SCRIPTS / "tutorial").glob("*.png")} == set(blocks())


def test_sentiment(folder):
    names = run(blocks()["sentiment"], folder)
    test, decided = names["test"], names["decided"]
    assert names["modules"].score(test["text"], test["label"]) > 0.95
    assert names["opinions"].score(decided["text"], decided["label"]) > 0.95
    assert names["modules"].recognition(test["text"], test["label"])["balanced_accuracy"].min() > 0.95
    assert names["modules"].recognition(test["text"], test["label"])["kept_nodes"].tolist() == [3 / 24] * 3
    texts = keras.ops.convert_to_tensor(list(test["text"]))
    complaints = keras.models.load_model(folder / "complaints.keras").predict(texts, verbose=0)
    np.testing.assert_allclose(
        complaints[:, 1], names["modules"]["negative"].predict_proba(test["text"])[:, 0], atol=1e-5
    )


def test_sensors(folder):
    names = run(blocks()["sensors"], folder)
    before, after = (names[key].score(names["x"], names["y"]) for key in ("watch", "better"))
    said = [int(figure) / 100 for figure in re.findall(r"(\d+) % (?:of the windows|before)", TEXT.replace("\n", " "))]
    # Trainings differ from machine to machine.
    assert abs(after - said[0]) <= 0.04 and abs(before - said[1]) <= 0.1 and after > before + 0.05
    balanced = names["watch"].recognition(names["x"], names["y"])["balanced_accuracy"]
    assert set(balanced.nsmallest(2).index) == {"stairs", "walking"}


def test_tagger(folder, capsys):
    names = run(blocks()["tagger"], folder)
    assert names["modules"].score(names["x"][600:], names["y"][600:], ignore="-") > 0.95
    (sentences,) = re.findall(r"```\n(.*?)```", TEXT[TEXT.index("## A tag") :], re.DOTALL)
    assert set(sentences.splitlines()) <= set(capsys.readouterr().out.splitlines())
    assert keras.models.load_model(folder / "places.keras").output_shape == (None, 12, 2)


def test_the_terminal_says_the_same(folder, capsys):
    (calls,) = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    with chdir(folder):
        for call in calls.splitlines():
            name, *words = shlex.split(call)
            assert name == "rnn-modules" and main(words) == 0
    assert "accuracy of all modules together" in capsys.readouterr().out
    assert (folder / "reviews.html").exists()
