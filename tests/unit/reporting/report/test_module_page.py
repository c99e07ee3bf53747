"""The page of one's own modules: what it says, that it is one file, and how it looks in a real browser."""

import re

import keras
import numpy as np
import pytest
from keras import layers as L  # noqa: N812

import rnn_modules as rm
from rnn_modules.reporting.report.module_page import write_module_report
from support.browser import CHROMIUM, evaluate

NAMES = (
    "<script>alert(1)</script>",
    "w" * 90,
    "many short words " * 6,
    "שלום",
    "a\x1b[31mb",
    "$x_1^",
    "plain",
    "other",
)
RANDOM = np.random.default_rng(0)
X = RANDOM.integers(0, 20, (160, 6))
Y = X[:, 0] % len(NAMES)

browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def modules():
    keras.utils.set_random_seed(0)
    parts = [L.Bidirectional(L.LSTM(8, return_sequences=True)), L.Bidirectional(L.GRU(6))]
    answer = L.Dense(len(NAMES), "softmax", name="answer_of_" + "a_long_name_" * 6)
    model = keras.Sequential([L.Input((6,)), L.Embedding(20, 5), *parts, answer], name="model_" * 12)
    return rm.decompose(model, X, Y, classes=NAMES, preset="paper")


@pytest.fixture(scope="module")
def page(modules, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    write_module_report(modules, X, Y, path)
    return path


def test_it_says_what_the_modules_do(modules, page):
    text = page.read_text(encoding="utf-8")
    assert f"{100 * modules.score(X, Y):.1f} %" in text
    assert text.count("<tr>") == 1 + len(NAMES) + 1 + 4
    assert "&lt;script&gt;alert(1)" in text and "<script" not in text and "\x1b" not in text


def test_it_is_one_file(page):
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=\"(?!data:)|url\(|@import|https?://", text)
    assert [path.name for path in page.parent.iterdir()] == ["report.html"]


def test_modules_of_several_models_have_no_page(modules, tmp_path):
    keras.utils.set_random_seed(1)
    layers = [L.Input((6,)), L.Embedding(20, 5), L.GRU(5), L.Dense(8, "softmax")]
    other = rm.decompose(keras.Sequential(layers), X, Y, classes=NAMES, preset="paper")
    with pytest.raises(rm.InputError, match="modules of 2 models; give those of one"):
        write_module_report(modules.replace("plain", other["plain"]), X, Y, tmp_path / "report.html")
    assert not list(tmp_path.iterdir())


_LAYOUT = """
const outside = (one) => one.getBoundingClientRect().right > frame.innerWidth + 1 && !one.closest(".scroll *");
const scrolled = [...page.querySelectorAll(".scroll")];
const loaded = frame.performance.getEntriesByType("resource").map((one) => one.name);
return {
  scroll: page.documentElement.scrollWidth,
  outside: [...page.querySelectorAll("body *")].filter(outside).map((one) => one.tagName),
  scrolled: scrolled.map((one) => one.getBoundingClientRect().right <= frame.innerWidth + 1),
  reachable: scrolled.every((one) => one.tabIndex === 0),
  letters: Math.min(...[...page.querySelectorAll("td")].map((one) => one.clientWidth)),
  images: [...page.images].map((image) => image.complete && image.naturalWidth > 0),
  loaded: loaded.filter((name) => !name.startsWith("data:")),
  text: frame.getComputedStyle(page.body).color,
  names: page.querySelector("table").tBodies[0].rows.length,
};
"""


@browser
@pytest.mark.parametrize(("width", "dark"), [(390, False), (390, True), (1280, False), (1280, True)])
def test_it_fits_the_screen(page, tmp_path, width, dark):
    found, console = evaluate(tmp_path, page, _LAYOUT, width, dark)
    assert console == []
    assert found["scroll"] <= width and found["outside"] == []
    assert found["scrolled"] == [True] * 3 and found["reachable"] and found["images"] == [True]
    assert found["letters"] >= 30
    assert found["loaded"] == [] and found["names"] == len(NAMES)
    light = sum(map(int, re.findall(r"\d+", found["text"])[:3])) > 3 * 127
    assert light is dark, found
