"""Normalisation, vocabularies, padding."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_modules.data.text import (
    Vocabulary,
    encode_source_sentences,
    filtered_words,
    letter_words,
    pad_rows,
    read_vocabularies,
    sentence_words,
    write_vocabularies,
)
from rnn_modules.files.atomic_files import InputError


def test_filtered_words_keeps_apostrophes_and_digits():
    assert filtered_words("A man's 3 cats,\tran:\nfast_er!") == ["a", "man's", "3", "cats", "ran", "fast", "er"]


def test_letter_words_deletes_digits_and_punctuation():
    assert letter_words("what 's room 12 , please ?") == ["what", "s", "room", "please"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't go!", ["don't", "go"]),
        ("L’eau est-elle froide ?", ["l'eau", "est", "elle", "froide"]),
        ('"He said ""no"" twice."', ["he", "said", "no", "twice"]),
        ("'quoted' dogs' tails", ["quoted", "dogs", "tails"]),
        ("комп\u02bcютер б'є", ["комп'ютер", "б'є"]),
        ("e\u0301te\u0301 20", ["\u00e9t\u00e9", "20"]),
        ("... « »", []),
    ],
)
def test_sentence_words(text, words):
    assert sentence_words(text) == words


@given(st.text())
def test_sentence_words_is_idempotent(text):
    words = sentence_words(text)
    assert all(words)
    assert sentence_words(" ".join(words)) == words


def test_vocabulary_orders_by_frequency_then_first_occurrence():
    vocabulary = Vocabulary.fit([["b", "a"], ["c", "a"], ["c", "d"]])
    assert vocabulary.words == ("", "[UNK]", "a", "c", "b", "d")


def test_vocabulary_size_counts_padding_and_unknown():
    vocabulary = Vocabulary.fit([["b", "a", "a"]], size=3)
    assert vocabulary.words == ("", "[UNK]", "a")
    assert vocabulary.encode([["a", "b"]], 2).tolist() == [[2, 1]]


def test_source_sentences_are_cut_and_padded_on_the_right():
    vocabulary = Vocabulary.fit([["a", "b", "c"]])
    encoded = encode_source_sentences(vocabulary, [["c"], ["a", "b", "c"], ["x", "a"]], 2)
    assert encoded.tolist() == [[4, 0], [2, 3], [1, 2]]


def test_vocabulary_minimum_count():
    assert Vocabulary.fit([["b", "a", "a"]], minimum_count=2).words == ("", "[UNK]", "a")
    with pytest.raises(InputError, match="no word occurs 3 times"):
        Vocabulary.fit([["b", "a", "a"]], minimum_count=3)


def test_vocabulary_too_small():
    with pytest.raises(InputError, match="received 2"):
        Vocabulary.fit([["a"]], size=2)


@pytest.mark.parametrize(
    ("pad", "cut", "expected"),
    [
        ("left", "right", [[0, 0, 2], [2, 3, 4]]),
        ("left", "left", [[0, 0, 2], [3, 4, 5]]),
        ("right", "right", [[2, 0, 0], [2, 3, 4]]),
        ("right", "left", [[2, 0, 0], [3, 4, 5]]),
    ],
)
def test_encode_sides(pad, cut, expected):
    vocabulary = Vocabulary(("", "[UNK]", "a", "b", "c", "d"))
    encoded = vocabulary.encode([["a"], ["a", "b", "c", "d"]], 3, pad, cut)
    assert encoded.dtype == np.int32
    assert encoded.tolist() == expected


@given(
    st.lists(st.lists(st.integers(1, 99), max_size=6)),
    st.integers(1, 4),
    st.sampled_from(["left", "right"]),
    st.sampled_from(["left", "right"]),
)
def test_pad_rows_against_plain_loop(rows, length, pad, cut):
    padded = pad_rows(rows, length, pad, cut)
    assert padded.shape == (len(rows), length)
    for row, result in zip(rows, padded.tolist(), strict=True):
        kept = row[:length] if cut == "right" else row[max(0, len(row) - length) :]
        zeros = [0] * (length - len(kept))
        assert result == (zeros + kept if pad == "left" else kept + zeros)


def test_decode_leaves_padding_out():
    vocabulary = Vocabulary.fit([["a", "b"]])
    assert vocabulary.decode(vocabulary.encode([["b", "x", "a"]], 5)[0]) == ["b", "[UNK]", "a"]


def test_vocabularies_round_trip(tmp_path):
    source, target = Vocabulary.fit([["été", "b"]]), Vocabulary.fit([["c"]])
    write_vocabularies(tmp_path / "v.json", source, target)
    assert read_vocabularies(tmp_path / "v.json") == (source, target)
    write_vocabularies(tmp_path / "v.json", source)
    assert read_vocabularies(tmp_path / "v.json") == (source, None)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        json.dumps({"input": ["", "[UNK]", "a"]}),
        json.dumps({"input": None, "target": None}),
        json.dumps({"input": ["", "[UNK]", 3], "target": None}),
        json.dumps({"input": ["a", "b"], "target": None}),
        json.dumps({"input": ["", "[UNK]", "a", "a"], "target": None}),
    ],
)
def test_damaged_vocabulary_file(tmp_path, content):
    path = tmp_path / "v.json"
    path.write_text(content)
    with pytest.raises(InputError, match="v.json"):
        read_vocabularies(path)
