"""From how many labelled examples on networks from scratch are ahead."""

import pytest

from rnn_modules.reporting.analysis.offer_series import MEASURES, advantages, crossing, estimates, numbers
from support.made_up_offer import offer_record, read

RNN_TYPES = ("lstm", "gru", "vanilla")


def offers(differences, examples=(20, 100, 1000, None)):
    """Records whose networks are ahead by so many points of both measures, by model and number of examples."""
    records = []
    for rnn, of_model in zip(RNN_TYPES, differences, strict=False):
        value = offer_record(rnn=rnn, examples=examples)
        for place, points in enumerate(of_model):
            modules, networks = value["rows"][2 * place : 2 * place + 2]
            modules["recognition"], networks["recognition"] = 0.9, 0.9 + points / 100
            for row, level in ((modules, 0.9), (networks, 0.9 + points / 100)):
                row["composed"]["all"]["accuracy"] = level
        records.append(value)
    return read(*records)


@pytest.mark.parametrize("measure", MEASURES)
def test_differences_are_of_one_model_each(measure):
    records = offers([(-5, -1, 2, 3), (-7, -3, 0, 1)])
    values = advantages(records, 1000, measure)
    assert [value.cluster.rnn for value in values] == ["lstm", "gru"]
    assert [value.value for value in values] == pytest.approx([2, 0])
    means = estimates(records, measure)
    assert means["scratch"][20.0].value - means["compact"][20.0].value == pytest.approx(-6)
    assert list(means["scratch"]) == [20.0, 100.0, 1000.0, 5000.0]


@pytest.mark.parametrize(
    ("differences", "number", "low", "high"),
    [
        # Certain from 1,000 on, possible from 100 on.
        ([(-5, -1, 2, 3), (-6, 0, 2.1, 3), (-7, 2, 1.9, 3)], 100.0, 100.0, 1000.0),
        # Ahead of 20 by chance alone does not count.
        ([(5, -1, 2, 3), (5, -1.1, 2.1, 3), (5, -0.9, 1.9, 3)], 1000.0, 1000.0, 1000.0),
        ([(-5, -4, -3, -2), (-6, -4, -3, -2.1), (-7, -4, -3, -1.9)], None, None, None),
        ([(1, 2, 3, 4), (1.1, 2, 3, 4), (0.9, 2, 3, 4)], 20.0, 20.0, 20.0),
        # One model tells nothing of others.
        ([(-5, -1, 2, 3)], 1000.0, None, None),
    ],
)
def test_where_networks_get_ahead(differences, number, low, high):
    for measure in MEASURES:
        found = crossing(offers(differences), measure)
        assert (found.number, found.low, found.high) == (number, low, high)


def test_numbers_are_those_that_all_records_have():
    assert numbers(read(offer_record(), offer_record(seed=1, examples=(50, 100, 20)))) == [20, 100]
