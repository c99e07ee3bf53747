"""The figure of the frontier."""

import pytest

from rnn_modules.names import ARCHITECTURES, CURVES, TRANSLATION
from rnn_modules.records.frontier_records import read_frontier_records
from rnn_modules.reporting.analysis.frontier_series import composed_series, recognition_series
from rnn_modules.reporting.figures.frontier_figure import STYLES, draw, plot
from support.made_up_frontier import frontier_record, written


def test_every_curve_has_a_style_of_its_own():
    assert STYLES.keys() == CURVES.keys()
    assert len(set(STYLES.values())) == len(STYLES)


def test_panels_show_what_the_records_say(tmp_path):
    records = read_frontier_records(written(tmp_path, *(frontier_record(name) for name in ARCHITECTURES)))
    figure = draw(records)
    panels = figure.axes
    assert len(panels) == 2 * len(ARCHITECTURES)
    for column, record in enumerate(records):
        above, below = panels[column], panels[len(ARCHITECTURES) + column]
        drawn = {tuple(line.get_ydata()) for line in above.lines}
        rows = {(row.curve, row.keep): row for row in record.rows if row.curve == "compact"}
        if record.architecture == "many_to_one":
            expected = tuple(100 * rows["compact", share].composed["all"]["accuracy"] for share in (0.1, 1.0))
            assert expected in drawn
            said = {tuple(line.get_ydata()) for line in below.lines}
            assert tuple(100 * rows["compact", share].recognition for share in (0.1, 1.0)) in said
        # Translation has no networks from scratch.
        assert len(above.lines) == len(CURVES) + (record.architecture != TRANSLATION)
        assert bool(below.lines) is (record.architecture != TRANSLATION)


def test_parts_are_no_curves_and_draws_are_gathered(tmp_path):
    records = read_frontier_records(written(tmp_path, frontier_record(draws=3), frontier_record(seed=1, draws=3)))
    for series in (composed_series(records), recognition_series(records)):
        assert series.keys() == CURVES.keys()
        assert [len(values) for values in series["random"].values()] == [6, 6]
        assert [len(values) for values in series["compact"].values()] == [2, 2]


def test_padding_is_left_out(tmp_path):
    (record,) = read_frontier_records(written(tmp_path, frontier_record("many_to_many")))
    (row,) = [row for row in record.rows if (row.curve, row.keep) == ("compact", 1.0)]
    assert composed_series([record])["compact"][100.0] == [pytest.approx(100 * row.composed["unpadded"]["accuracy"])]


def test_files_are_written(tmp_path):
    plot(written(tmp_path, frontier_record()), tmp_path / "f.png", tmp_path / "f.svg")
    assert (tmp_path / "f.png").stat().st_size > 10_000 and "<svg" in (tmp_path / "f.svg").read_text()
