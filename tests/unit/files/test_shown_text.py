"""Text from files: nothing in it reaches a terminal but what can be seen."""

import pytest

from rnn_modules.files.shown_text import shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("one\ntwo\r\nthree\u2028four\x85", r"one\ntwo\r\nthree\u2028four\x85"),
        ("left\u202eright\u2066", r"left\u202eright\u2066"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("half\ud800", r"half\ud800"),
        ("back\b\b\x00\x7f", r"back\x08\x08\x00\x7f"),
        ("größer «naïf»\u00a0日本 😀 a\\b 'c'", "größer «naïf»\u00a0日本 😀 a\\b 'c'"),
    ],
)
def test_what_steers_a_terminal_is_written_out(text, expected):
    assert shown(text) == expected
    assert shown(text).encode()


def test_long_texts_are_cut():
    assert shown("x" * 50, 50) == "x" * 50
    assert shown("\n" * 50, 50) == r"\n" * 22 + " [...]"
    assert shown(ValueError("a\tb")) == r"a\tb"
