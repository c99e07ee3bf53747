"""The command line `rnn-modules`: from files alone to modules, a table, a model of one module and a page."""

import csv
import json
import re

import keras
import numpy as np
import pytest
from keras import layers as L  # noqa: N812

import rnn_modules
from rnn_modules.runs.command import main

WORDS = ("meat", "milk", "ship", "news", "rain", "tree")
RANDOM = np.random.default_rng(0)
X = RANDOM.integers(0, 20, (80, 6))
Y = X[:, 0] % 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two models, and examples of each in files."""
    folder = tmp_path_factory.mktemp("command")
    keras.utils.set_random_seed(0)
    states = L.Bidirectional(L.GRU(6))
    model = keras.Sequential([L.Input((6,)), L.Embedding(20, 4), states, L.Dense(5, "relu"), L.Dense(3, "softmax")])
    model.save(folder / "model.keras")
    np.save(folder / "x.npy", X)
    np.save(folder / "y.npy", Y)
    np.savez(folder / "both.npz", x=X, y=Y)
    texts = [" ".join(RANDOM.choice(WORDS, 5)) for _ in range(80)]
    read = L.TextVectorization(max_tokens=10, output_sequence_length=5)
    read.adapt(texts)
    layers = [keras.Input((), dtype="string"), read, L.Embedding(10, 4), L.LSTM(6), L.Dense(2, "softmax")]
    keras.Sequential(layers).save(folder / "text.keras")
    with open(folder / "mails.csv", "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["text", "label"])
        writer.writerows([text, "<b>spam</b>" if "meat" in text else "ham"] for text in texts)
    return folder


def said(capsys, *words):
    """What a command prints, and its exit code."""
    code = main([str(word) for word in words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_from_arrays_to_a_model_of_one_module(folder, capsys, tmp_path):
    model, modules = folder / "model.keras", tmp_path / "modules.npz"
    examples = ("--inputs", folder / "x.npy", "--labels", folder / "y.npy")
    code, out, _ = said(capsys, "check", model)
    assert code == 0 and re.search(r"bidirectional\S* +Bidirectional +decomposed", out)
    code, out, _ = said(capsys, "decompose", model, *examples, "--output", modules, "--removal-cap", "0.1")
    assert code == 0 and "3 rolled modules (0, 1, 2)" in out
    code, out, _ = said(capsys, "score", model, modules, *examples, "--json")
    loaded = rnn_modules.load(modules, model)
    assert code == 0 and json.loads(out)["accuracy"] == loaded.score(X, Y)
    assert [row["module"] for row in json.loads(out)["modules"]] == [0, 1, 2]
    assert "balanced_accuracy" in said(capsys, "score", model, modules, *examples)[1]
    code, out, _ = said(capsys, "export", model, modules, "--class", "1", "--output", tmp_path / "one.keras")
    assert code == 0 and "(None, 2)" in out
    exported = keras.models.load_model(tmp_path / "one.keras").predict(X, verbose=0)
    np.testing.assert_allclose(exported[:, 1], loaded[1].predict_proba(X)[:, 0], atol=1e-5)
    code, _, _ = said(capsys, "report", model, modules, *examples, "--output", tmp_path / "report.html")
    assert code == 0 and "Modules of sequential" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_from_a_table_of_texts(folder, capsys, tmp_path):
    model, modules, table = folder / "text.keras", tmp_path / "modules.npz", folder / "mails.csv"
    examples = ("--inputs", table, "--labels", table)
    code, out, _ = said(capsys, "decompose", model, *examples, "--output", modules, "--mode", "unrolled")
    assert code == 0 and "2 unrolled modules" in out
    assert said(capsys, "score", model, modules, *examples)[0] == 0
    assert said(capsys, "export", model, modules, "--class", "ham", "--output", tmp_path / "ham.keras")[0] == 0
    assert said(capsys, "report", model, modules, *examples, "--output", tmp_path / "report.html")[0] == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    # One file: nothing is fetched, and a name is text.
    assert "&lt;b&gt;spam&lt;/b&gt;" in page and "<b>spam" not in page
    assert not re.search(r"(src|href)=\"(?!data:)", page)


def test_examples_of_one_archive(folder, capsys, tmp_path):
    archive = folder / "both.npz"
    words = ("--inputs", f"{archive}:x", "--labels", f"{archive}:y", "--output", tmp_path / "modules.npz")
    assert said(capsys, "decompose", folder / "model.keras", *words)[0] == 0


@pytest.mark.parametrize(
    ("inputs", "labels", "message"),
    [
        ("x.npy", "nowhere.npy", "nowhere.npy: cannot be read"),
        ("both.npz", "y.npy", "both.npz: holds x, y; name one"),
        ("both.npz:z", "y.npy", "both.npz: has no array 'z'"),
        ("mails.csv:subject", "mails.csv", "mails.csv: has no column 'subject'"),
        ("model.keras", "y.npy", "model.keras: expected a .npy, .npz or .csv file"),
        ("y.npy", "y.npy", "x: expected the shape"),
        ("x.npy", "x.npy", "y: expected"),
    ],
)
def test_what_is_wrong_is_one_line(folder, capsys, tmp_path, inputs, labels, message):
    words = ("--inputs", folder / inputs, "--labels", folder / labels, "--output", tmp_path / "modules.npz")
    code, _, err = said(capsys, "decompose", folder / "model.keras", *words)
    assert code == 1 and err.startswith("error: ") and err.count("\n") == 1 and message in err
    assert not list(tmp_path.iterdir())


def test_wrong_usage_and_models_that_cannot_be_decomposed(folder, capsys, tmp_path):
    with pytest.raises(SystemExit) as raised:
        main(["decompose", str(folder / "model.keras")])
    assert raised.value.code == 2
    keras.Sequential([L.Input((6,)), L.Dense(3)]).save(tmp_path / "dense.keras")
    code, out, err = said(capsys, "check", tmp_path / "dense.keras")
    assert code == 1 and "no recurrent layer" in out and "error: " in err


@pytest.mark.parametrize("command", ["check", "decompose", "score", "export", "report"])
def test_help_has_an_example(capsys, command):
    with pytest.raises(SystemExit) as raised:
        main([command, "--help"])
    assert raised.value.code == 0 and f"rnn-modules {command} model.keras" in capsys.readouterr().out
