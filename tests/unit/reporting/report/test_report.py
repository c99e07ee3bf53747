"""The report: one self-contained page whose parts are in order, for whole runs and for parts of one."""

import subprocess
import sys
from html.parser import HTMLParser

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import ARCHITECTURES, PAPER_LAYERS, PAPER_RNN_TYPES
from rnn_modules.reporting.report.content import read_content
from rnn_modules.reporting.report.page import render, shade, verdict_class
from rnn_modules.reporting.tables.table_model import Cell
from support.made_up_run import SCRIPTS, narrow_configuration, write, write_model, write_whole_run

_VOID = {"meta", "link", "img", "br", "hr", "input"}


class _Page(HTMLParser):
    """Elements of a page with their attributes, and whether every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self._open, self._text = [], [], []
        self.feed(text)
        assert not self._open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] not in ("style", "script"):
            self._text.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self._text).split())

    def all(self, name):
        return [attributes for tag, attributes in self.elements if tag == name]


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory):
    return write_whole_run(tmp_path_factory.mktemp("whole") / "made-up")


@pytest.fixture(scope="module")
def page(whole_run):
    return render(read_content(whole_run))


def test_the_page_needs_no_other_file(page):
    parsed = _Page(page)
    assert not parsed.all("script")[0] and len(parsed.all("script")) == 1
    sources = [image["src"] for image in parsed.all("img")]
    assert len(sources) == 8 and all(source.startswith("data:image/") for source in sources)
    assert [link["href"] for link in parsed.all("link")] == ["data:,"]
    links = [anchor["href"] for anchor in parsed.all("a")]
    # A record is a file of the run, beside the page; the page is whole without it.
    assert all(link.startswith("#") or link.startswith("../") for link in links)
    assert "url(" not in page and "@import" not in page and "fetch(" not in page


def test_every_link_has_its_place_and_every_name_is_single(page):
    parsed = _Page(page)
    names = [attributes["id"] for _, attributes in parsed.elements if "id" in attributes]
    assert len(names) == len(set(names))
    assert {anchor["href"][1:] for anchor in parsed.all("a") if anchor["href"][0] == "#"} <= set(names)
    labels = {attributes["aria-labelledby"] for _, attributes in parsed.elements if "aria-labelledby" in attributes}
    assert labels <= set(names)


def test_sections_are_in_the_readers_order(page):
    parsed = _Page(page)
    sections = [attributes["id"] for attributes in parsed.all("section")]
    assert sections == [
        *("answer", "claims", "table2", "table3", "table4", "table5", "controls", "frontier", "offer", "variants"),
        *("figures", "training", "models", "costs", "provenance"),
    ]
    assert parsed.text.index("Real corpora (source: mirror). Run made-up, 5 models") < parsed.text.index("40 claims")


def test_the_answer_comes_first_in_words_and_pictures(page):
    text = _Page(page).text
    assert text.index("Of the paper's 40 claims") < text.index("All claims in one picture") < text.index("Quantity")
    assert text.index("Does identification beat as many random nodes?") < text.index("All claims in one picture")
    assert "What this does not show: one seed" in text


def test_figures_lead_to_their_records(page, whole_run):
    links = {anchor["href"] for anchor in _Page(page).all("a") if anchor["href"].startswith("../")}
    assert "../models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json" in links
    assert "../experiments/intra_reuse/many_to_one/lstm/seed-0.json" in links
    assert all((whole_run / link.removeprefix("../")).is_file() for link in links)


def test_verdicts_are_words_with_a_class():
    assert verdict_class(Cell("published figure invalid")) == "published-figure-invalid"
    assert verdict_class(Cell("does not hold")) == "does-not-hold"
    assert verdict_class(Cell("not tested, and more")) == ""


def test_headings_descend_one_level_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in _Page(page).elements if tag in ("h1", "h2", "h3", "h4", "h5")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_images_and_tables_are_described(page):
    parsed = _Page(page)
    assert all(image["alt"] for image in parsed.all("img"))
    assert len(parsed.all("caption")) == len(parsed.all("table")) > 10
    curves = [drawing for drawing in parsed.all("svg") if drawing.get("role") == "img"]
    assert len(curves) == 2 * 5 and all("accuracy over 2 epochs" in drawing["aria-label"] for drawing in curves)


def test_the_whole_run_is_told(page):
    text = _Page(page).text
    assert "Not in this run" not in text and "No figures" not in text
    for words in (
        *("Of 40 claims:", "intra reuse M:1", "Wilcoxon", "M:1 · clinc · LSTM-1 · seed 0", "learning rate 0.001"),
        *(
            "composed, rolled, mean head",
            "What the modules lost",
            "Rolled many-output models",
            "train_model",
            "50.0",
            "fedcba9876543210",
        ),
        *("All jobs one after the other took 50.0 s", "evolution scenarios", "keras"),
    ):
        assert words in text, words


def test_synthetic_data_are_said_first(tmp_path):
    write_whole_run(tmp_path, data_source="synthetic")
    parsed = _Page(render(read_content(tmp_path)))
    assert "Synthetic data (generated text" in parsed.text[:200]
    assert "modules (synthetic data)" in parsed.text and "40 claims on synthetic data" in parsed.text


def test_a_run_of_models_alone_says_what_is_absent(tmp_path):
    path = write_model(tmp_path / "early", "many_to_one")
    path.unlink()
    (path.parent / "history.csv").unlink()
    parsed = _Page(render(read_content(tmp_path / "early")))
    text = parsed.text
    for name in ("claims", "table2", "table3", "table4", "table5", "controls", "frontier", "offer", "variants"):
        assert f"Not in this run: tables/{name}.json is missing." in text
    for words in ("No figures in this run", "No training history", "test accuracy 93.57 %", "Run early", "none yet"):
        assert words in text


def test_texts_from_records_are_escaped(tmp_path):
    write_model(tmp_path, "many_to_one", run="<script>alert(1)</script>")
    page = render(read_content(tmp_path))
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_answers_of_another_kind_are_named(tmp_path):
    write_model(tmp_path, "many_to_one")
    write(
        tmp_path / "tables/claims.json",
        {
            **dict.fromkeys(("rule", "verdicts", "origin"), {}),
            **{"claims": [{}], "rolled_many_output": [], "own_claims": [], "own_rule": ""},
        },
    )
    with pytest.raises(ValueError, match="claims.json: not the answers"):
        read_content(tmp_path)


def test_what_an_earlier_configuration_left_is_not_shown(tmp_path):
    run = write_whole_run(tmp_path / "run")
    write(run / "run.json", {"calls": [{"configuration": narrow_configuration()}]})
    page = render(read_content(run))
    text = _Page(page).text
    assert "Run made-up, 1 models" in text and "M:1 · clinc · LSTM-1 · seed 0" in text
    assert "1:1 · math_qa" not in text and "Examples of math_qa" not in text
    assert len(_Page(page).all("img")) == 5
    write(run / "figures/modules_one_to_one.svg", "<svg/>")
    assert len(_Page(render(read_content(run))).all("img")) == 5
    write(run / "run.json", {"calls": [{"configuration": narrow_configuration() | {"seeds": [1]}}]})
    with pytest.raises(InputError, match="no result record"):
        read_content(run)


def test_shades_grow_with_the_delta():
    assert shade(Cell("0", None, None)) == shade(Cell("0", None, 0.0)) == ""
    assert 'class="loss"' in shade(Cell("", None, -1.0)) and 'class="gain"' in shade(Cell("", None, 1.0))
    strengths = [int(shade(Cell("", None, -points)).split()[-1].split("%")[0]) for points in (0.1, 1, 10, 50, 90)]
    assert strengths == sorted(strengths) and strengths[-1] == 45


def test_sixty_models_stay_small(tmp_path):

    for architecture in ARCHITECTURES:
        for rnn in PAPER_RNN_TYPES:
            for layers in PAPER_LAYERS:
                write_model(tmp_path, architecture, rnn, layers)
    page = render(read_content(tmp_path))
    assert page.count('class="model"') == 60
    assert len(page.encode()) < 1_500_000


def test_script_writes_the_same_bytes_twice_and_names_errors(whole_run, tmp_path):
    command = [sys.executable, SCRIPTS / "write_report.py", "--run-folder"]
    for name in ("one", "two"):
        subprocess.run([*command, whole_run, "--output", tmp_path / name], check=True)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    failed = subprocess.run(
        [*command, tmp_path / "absent", "--output", tmp_path / "x"], capture_output=True, text=True, check=False
    )
    assert failed.returncode == 2 and "absent: no such folder" in failed.stderr
