"""Whatever a class, a dataset or a run is called, tables, figures and the report show it and nothing else happens."""

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.files.shown_text import shown
from rnn_modules.records.case_records import read_case_records
from rnn_modules.records.cost_records import read_record
from rnn_modules.records.variant_records import read_sweep_records
from rnn_modules.reporting.analysis import case_deltas, cost_deltas
from rnn_modules.reporting.figures import case_figures, cost_figure, modules_figure, sweep_figure
from rnn_modules.reporting.figures.saving import save
from rnn_modules.reporting.report.content import read_content
from rnn_modules.reporting.report.page import render
from rnn_modules.reporting.tables import rendering
from rnn_modules.reporting.tables.table_model import Cell, Sheet
from support.made_up_cases import case_record, sweep_record, write_records
from support.made_up_records import record
from support.made_up_run import write, write_model

TEXTS = (
    *("a|b", "a\\|b", "<script>alert(1)</script>", "<!-- x -->", "-->", "]]>", "&lt;b&gt;", '" onclick="alert(1)'),
    *(
        "line\nbreak",
        "line\r\nbreak",
        "\n\n# heading",
        "| x |\n| --- |",
        "\u2028",
        "\x00",
        "\x1b[31mred\x1b[0m",
        "\x9b2J",
    ),
    *("back\\slash", "\\input{x}", "\\", "50 % of {all} #1 & more_~^", "$x^2$", "$\\frac{1}{0}$", "$", "a $ b $ c"),
    *(
        "[click](http://evil.example)",
        "![x](y)",
        "[x]: y",
        "[a][b]",
        "http://evil.example",
        "www.evil.example",
        "a@b.c",
    ),
    *("`code`", "*a*", "**a**", "_a_", "__init__", "~~a~~", "[x", "*", "<http://evil.example>", "&copy;", "&#60;"),
    *("\u202eabc", "a\u200fb", "x" * 3000, "日本語", "🎉", "עברית", "é", "\ufffe", "\U000e0041", "{{ 7 * 7 }}"),
    *('=HYPERLINK("x")', "+1+1", "-1+1", "@SUM(1)", "a,b", 'a"b', " ", "%s", "{run}"),
)
RAW = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\ufffe]")
"""Control characters but the end of a line."""


def sheet(text):
    return Sheet("t", f"T {text}", f"C {text}", (f"N {text}",), ("Class", "Δ"), ((Cell(text), Cell(text, text)),), 1)


@pytest.mark.parametrize("text", TEXTS)
def test_markdown_shows_the_text_alone(text):
    parser = pytest.importorskip("markdown_it").MarkdownIt("gfm-like", {"linkify": False})
    written = rendering.markdown(sheet(text))
    assert not RAW.search(written) and written.count("\n") == sheet(text).caption.count("\n\n") * 2 + 9
    tokens = parser.parse(written)
    inline = [token for token in tokens if token.type == "inline"]
    kinds = {child.type for token in inline for child in token.children}
    assert kinds <= {"text", "text_special", "softbreak"}
    assert not {"html_block", "code_block", "fence"} & {token.type for token in tokens}
    found = ["".join(child.content for child in token.children) for token in inline]
    # Blanks around a cell are its frame.
    assert found[-5:] == [
        *("Class", "Δ", shown(text).strip(), f"{shown(text)} (paper {shown(text)})".strip(), f"N {shown(text)}".strip())
    ]


@pytest.mark.parametrize("text", ["http://evil.example", "https://x", "www.evil.example", "a@b.c"])
def test_markdown_makes_no_bare_address_a_link(text):
    written = rendering.markdown_table(("a",), [(text,)])
    assert not re.search(r"://|www\.|\w@", written) and re.sub(r"\\", "", written).count(text) == 1


class _Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.cells, self._cell = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, *(name for name, _ in attributes)))
        self._cell = tag in ("td", "dd")
        if self._cell:
            self.cells.append("")

    def handle_endtag(self, tag):
        self._cell = False

    def handle_data(self, data):
        if self._cell:
            self.cells[-1] += data


@pytest.mark.parametrize("text", TEXTS)
def test_html_shows_the_text_alone(text):
    written = rendering.html(sheet(text))
    assert not RAW.search(written)
    page, plain = _Page(written), _Page(rendering.html(sheet("x")))
    assert page.cells == [shown(text), f"{shown(text)} (paper {shown(text)})"]
    assert [tag for tag in page.tags if tag != ("p",)] == [tag for tag in plain.tags if tag != ("p",)]


@pytest.mark.parametrize("text", TEXTS)
def test_latex_shows_the_text_alone(text):
    (line,) = [
        line for line in rendering.latex(sheet(text)).splitlines() if line.endswith(r" \\") and "shortstack" in line
    ]
    first = line.split(" & \\shortstack")[0]
    assert not RAW.search(line) and not first.startswith(("[", "*"))
    for written, meant in (
        *((r"\textbackslash{}", "\\"), (r"\textasciitilde{}", "~"), (r"\textasciicircum{}", "^"), ("{}", "")),
        *(("$<$", "<"), ("$>$", ">"), ("$|$", "|")),
    ):
        first = first.replace(written, f"\x01{meant}" if meant else "")
    first = re.sub(r"\\([&%$#_{}])", "\x01\\1", first)
    assert not re.search(r"(?<!\x01)[\\~^&%$#_{}<>|]", first)
    assert first.replace("\x01", "") == shown(text)


@pytest.mark.parametrize("text", TEXTS)
def test_csv_gives_the_text_and_no_formula(tmp_path, text):
    rendering.write_csv(tmp_path / "t.csv", [{"case": text, "value": -0.5}])
    assert not RAW.search((tmp_path / "t.csv").read_text(encoding="utf-8"))
    with open(tmp_path / "t.csv", newline="", encoding="utf-8") as stream:
        ((name, value),) = list(csv.reader(stream))[1:]
    assert (name.removeprefix("'"), value) == (shown(text), "-0.500000")
    assert name[0] not in "=+-@"


def named(text, value):
    return value | {"run": text, "dataset": text, "preset": text, "data_source": text}


def saved(folder, figure):
    """Every text of the figure that was written."""
    import matplotlib.text

    save(figure, folder / "f.png", folder / "f.svg")
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.parse(folder / "f.svg").iter()}
    assert tags <= {
        "svg",
        "g",
        "path",
        "use",
        "defs",
        "style",
        "clipPath",
        "rect",
        "image",
        "metadata",
        "RDF",
        "Work",
    } | {*("type", "date", "format", "creator", "Agent", "title", "pattern")}
    assert (folder / "f.png").read_bytes().startswith(b"\x89PNG")
    texts = figure.findobj(matplotlib.text.Text)
    assert not any(one.get_parse_math() for one in texts if "$" in one.get_text())
    return [one.get_text() for one in texts]


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("text", [TEXTS[start::4] for start in range(4)])
def test_figure_of_modules_shows_the_texts_alone(tmp_path, text):
    kept = tuple(np.random.default_rng(0).random((len(text) + 1, 1, 1, 6)) < 0.7 for _ in range(2))
    modules = ModuleMasks("rolled", (*text, "other"), kept, "0" * 64, DecompositionParameters())
    path = write(tmp_path / "r.json", named(text[0], record("many_to_one", "gru", 2)))
    written = saved(tmp_path, modules_figure.draw({"rolled": modules}, read_record(path)))
    assert not any(RAW.search(one) for one in written)
    assert all(shown(one) in written for one in text if len(shown(one)) <= 18)


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("text", ["\x1b[31m$x$\n", "$\\frac{1}{0}$ $", "\u202e<script>-->", "x" * 3000, "日本語 🎉"])
def test_other_figures_show_the_text_alone(tmp_path, text):
    cost = read_record(write(tmp_path / "r.json", named(text, record("many_to_one", "gru", 2))))
    cases = read_case_records(write_records(tmp_path / "cases", [named(text, case_record())]))
    sweep = read_sweep_records([write(tmp_path / "s.json", named(text, sweep_record()))])
    for figure in (cost_figure.draw([cost]), case_figures.draw(cases), sweep_figure.draw(sweep)):
        assert not any(RAW.search(one) for one in saved(tmp_path, figure))
    for caption in (cost_deltas.caption([cost]), case_deltas.caption([replace(cases[0], datasets={text: {}})])):
        assert caption == shown(caption) and len(caption) < 600


@pytest.mark.parametrize("text", ["\n<script>alert(1)</script>", "\x1b[31m{{ 7 * 7 }}", '\u202e" onclick="alert(1)'])
def test_the_report_shows_the_texts_alone(tmp_path, text):
    found = _Page(page := _report(tmp_path / "run", text, TEXTS))
    plain = _Page(_report(tmp_path / "plain", "mirror", map(str, range(len(TEXTS)))))
    assert not RAW.search(page)
    assert {shown(text), *map(shown, TEXTS)} <= set(found.cells)
    assert sorted(map(str, found.tags)) == sorted(map(str, plain.tags))


def _report(folder, text, texts):
    """The page of one model of a run that is called ``text``, with ``texts`` for settings and versions."""
    write_model(folder, "many_to_one", run=text, preset=text, data_source=text)
    path = folder / "models/many_to_one/clinc/lstm-1/seed-0/record.json"
    value = json.loads(path.read_text())
    texts = {one: one for one in texts}
    value["settings"] |= texts
    value["provenance"]["versions"] = texts
    write(path, value)
    return render(read_content(folder))
