"""The figure of modules beside networks from scratch."""

import pytest

from rnn_modules.names import ARCHITECTURES, RNN_TYPES, TRANSLATION
from rnn_modules.reporting.figures.offer_figure import draw, plot
from support.made_up_offer import offer_record, read, written

CLASSIFIERS = [name for name in ARCHITECTURES if name != TRANSLATION]


def test_panels_show_what_the_records_say():
    records = read(*(offer_record(name) for name in CLASSIFIERS))
    panels = draw(records).axes
    assert len(panels) == 2 * len(CLASSIFIERS)
    for column, record in enumerate(records):
        above, below = panels[column], panels[len(CLASSIFIERS) + column]
        drawn = [line.get_ydata().tolist() for line in below.lines]
        for maker in ("compact", "scratch"):
            assert [pytest.approx(100 * row.recognition) for row in record.rows if row.maker == maker] in drawn
        # Two curves, and the monolithic model.
        assert len(above.lines) == 3 and len(below.lines) == 2
        assert above.lines[0].get_xdata().tolist() == [20, 100, 1000, 5000]


def test_several_models_have_bands():
    one, several = (draw(read(*(offer_record(rnn=rnn) for rnn in list(RNN_TYPES)[:count]))) for count in (1, 3))
    assert [len(axes.collections) for axes in one.axes] == [0, 0]
    assert [len(axes.collections) for axes in several.axes] == [2, 2]


def test_files_are_written(tmp_path):
    plot(written(tmp_path, offer_record()), tmp_path / "f.png", tmp_path / "f.svg")
    assert (tmp_path / "f.png").stat().st_size > 10_000 and "<svg" in (tmp_path / "f.svg").read_text()
