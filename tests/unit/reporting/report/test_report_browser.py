"""The report in a real browser: no console message, no page wider than the screen, all images, tables that sort."""

import pytest

from rnn_modules.reporting.report.content import read_content
from rnn_modules.reporting.report.page import render
from rnn_modules.reporting.tables.rendering import write_text
from support.browser import CHROMIUM, evaluate
from support.made_up_run import write_whole_run

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = write_whole_run(tmp_path_factory.mktemp("run"), data_source="synthetic")
    path = folder / "report" / "index.html"
    write_text(path, render(read_content(folder)))
    return path


_LAYOUT = """
for (const details of page.querySelectorAll("details")) details.open = true;
const outside = (one) => one.getBoundingClientRect().right > frame.innerWidth + 1 && !one.closest(".scroll");
return {
  width: frame.innerWidth,
  scroll: page.documentElement.scrollWidth,
  outside: [...page.querySelectorAll("body *")].filter(outside).length,
  images: [...page.images].map((image) => image.complete && image.naturalWidth > 0),
  scrolled: [...page.querySelectorAll(".scroll")].filter((one) => one.scrollWidth > one.clientWidth + 1).length,
  background: frame.getComputedStyle(page.body).backgroundColor,
  dark: frame.matchMedia("(prefers-color-scheme: dark)").matches,
};
"""


@pytest.mark.parametrize(("width", "dark"), [(390, False), (390, True), (1280, False)])
def test_the_page_fits_the_screen(page, tmp_path, width, dark):
    found, console = evaluate(tmp_path, page, _LAYOUT, width, dark)
    assert console == []
    assert found["width"] == width and found["scroll"] <= width and found["outside"] == 0
    assert found["scrolled"] == 0
    assert found["images"] == [True] * 8
    assert found["dark"] is dark
    assert found["background"] == ("rgb(21, 24, 28)" if dark else "rgb(255, 255, 255)")


_SORT = """
const table = page.getElementById("claims-sheet");
const column = [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent === "Paper");
const button = table.tHead.rows[0].cells[column].querySelector("button");
const values = () => [...table.tBodies[0].rows].map((row) => Number(row.cells[column].textContent.replace("−", "-")));
const orders = [];
for (let click = 0; click < 2; click += 1) {
  button.click();
  orders.push([table.tHead.rows[0].cells[column].getAttribute("aria-sort"), values()]);
}
return orders;
"""


def test_tables_sort_by_a_column_both_ways(page, tmp_path):
    (up, down), console = evaluate(tmp_path, page, _SORT)
    assert console == []
    assert up[0] == "ascending" and up[1] == sorted(up[1]) and len(up[1]) == 40 and up[1][0] < 0
    assert down[0] == "descending" and down[1] == up[1][::-1]


def test_a_link_to_a_model_opens_its_section(page, tmp_path):
    script = """
    const section = page.querySelector("details.model");
    const before = section.open;
    frame.location.hash = section.id;
    frame.dispatchEvent(new frame.HashChangeEvent("hashchange"));
    return [before, section.open];
    """
    found, console = evaluate(tmp_path, page, script)
    assert console == [] and found == [False, True]


def test_claims_are_filtered_by_verdict(page, tmp_path):
    script = """
    const table = page.getElementById("claims-sheet");
    const buttons = [...table.closest("details").querySelectorAll(".filter button")];
    const button = buttons.find((one) => one.textContent.startsWith("published figure invalid"));
    button.click();
    const shown = [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[0].textContent);
    buttons[0].click();
    return [shown, [...table.tBodies[0].rows].filter((row) => !row.hidden).length, button.textContent];
    """
    (shown, all_rows, label), console = evaluate(tmp_path, page, script)
    assert console == [] and shown == ["C05", "C06", "C10"]
    assert all_rows == 40 and label == "published figure invalid (3)"


def test_tables_are_folded_but_that_of_the_claims(page, tmp_path):
    script = (
        """return [...page.querySelectorAll("details.fold")].map((one) => [one.open, one.closest("section").id]);"""
    )
    found, console = evaluate(tmp_path, page, script)
    assert console == [] and found[0] == [True, "claims"]
    assert not any(is_open for is_open, _ in found[1:]) and len(found) > 6
