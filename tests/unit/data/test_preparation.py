"""Encoding whole corpora: splits, vocabularies of training text, label sequences."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_modules.data.corpora import Split
from rnn_modules.data.dataset import Dataset, DatasetSettings
from rnn_modules.data.preparation import prepare, split_of
from rnn_modules.files.atomic_files import InputError
from support.made_up_corpora import MANIFEST, comments, domains, lines, tagged


def decoded(dataset: Dataset, split: str, array: str = "inputs", side: str = "input") -> list[list[str]]:
    return [
        [dataset.vocabulary[side][number] for number in row if number] for row in dataset.arrays[f"{split}_{array}"]
    ]


def test_published_splits_and_vocabulary_of_training_text():
    dataset = prepare(domains(), DatasetSettings(input_tokens=4, test_share=0.5, validation_share=0.3), MANIFEST)
    assert dataset.metadata["examples"] == {"train": 60, "validation": 60, "test": 60}
    assert dataset.metadata["counts"]["test"] == {"red": 30, "blue": 30}
    assert dataset.inputs("train").dtype == dataset.labels("train").dtype == np.int32
    assert dataset.inputs("train")[0].tolist() == [0, 0, 2, 3]
    # Words that only validation or test rows have are out of vocabulary.
    assert not any("test" in word or "validation" in word for word in dataset.vocabulary["input"])
    assert decoded(dataset, "test")[0] == ["word", "[UNK]"]
    assert dataset.metadata["output_timesteps"] == 1
    assert dataset.metadata["dropped"] == {"no word": 2}
    assert dataset.metadata["files"] == [{"name": "a.zip", "bytes": 3, "sha256": "00"}]
    assert "somewhere" not in json.dumps(dataset.metadata)


def test_subsets_are_nested_and_depend_on_the_seed_alone():
    small, large, other = (
        prepare(domains(), DatasetSettings(train_examples=size, test_examples=20, split_seed=seed), MANIFEST)
        for size, seed in ((10, 0), (30, 0), (30, 1))
    )
    chosen = [{tuple(row) for row in decoded(dataset, "train")} for dataset in (small, large, other)]
    assert [len(rows) for rows in chosen] == [10, 30, 30]
    assert chosen[0] < chosen[1] != chosen[2]
    # The size of one split does not move another; the rows keep their order.
    assert np.array_equal(small.labels("test"), large.labels("test"))
    assert not np.array_equal(small.labels("test"), other.labels("test"))
    numbers = [int(row[1].removeprefix("train")) for row in decoded(large, "train")]
    assert numbers == sorted(numbers)


def test_longest_source_keeps_shorter_texts():
    dataset = prepare(tagged(), DatasetSettings(input_tokens=3, longest_source=2), MANIFEST)
    assert sum(dataset.metadata["examples"].values()) == 20
    assert dataset.metadata["dropped"] == {"too long": 20}
    assert max(map(len, decoded(dataset, "train"))) == 2


def test_label_sequences_are_aligned_with_words():
    dataset = prepare(tagged(), DatasetSettings(input_tokens=3), MANIFEST)
    assert dataset.metadata["output_timesteps"] == 3
    for split in ("train", "validation", "test"):
        words = np.array(dataset.vocabulary["input"])[dataset.inputs(split)]
        labels = dataset.labels(split)
        assert np.array_equal(words == "", labels == 0)
        assert all(word == f"w{label}" for word, label in zip(words[labels > 0], labels[labels > 0], strict=True))
    # Padded on the left.
    assert (np.diff((dataset.labels("train") > 0).astype(int), axis=1) >= 0).all()


@pytest.mark.parametrize(
    ("validation", "sizes"), [(0.0, {"train": 30, "test": 10}), (0.05, {"train": 28, "validation": 2, "test": 10})]
)
def test_held_out_shares(validation, sizes):
    dataset = prepare(tagged(), DatasetSettings(input_tokens=3, validation_share=validation), MANIFEST)
    assert dataset.metadata["examples"] == sizes
    assert ("validation_inputs" in dataset.arrays) == bool(validation)


def test_toxic_labels_are_padded_on_the_left():
    dataset = prepare(comments(), DatasetSettings(), MANIFEST)
    assert dataset.metadata["output_timesteps"] == 3
    assert dataset.labels("test").tolist() == [[0, 0, 1], [0, 0, 2], [0, 2, 3], [2, 3, 4], [0, 0, 4]]
    assert dataset.metadata["counts"]["test"] == {
        "padding": 7,
        "clean": 1,
        "toxic": 3,
        "severe_toxic": 2,
        "obscene": 2,
    }


def test_subset_form_takes_its_test_rows_from_training():
    subset = {**MANIFEST, "form": "subset"}
    published = prepare(comments(), DatasetSettings(test_share=0.0), subset)
    assert published.metadata["examples"] == {"train": 95, "validation": 5, "test": 5}
    natural = prepare(comments(), DatasetSettings(test_share=0.2, natural_rates="held_out"), subset)
    assert natural.metadata["examples"] == {"train": 75, "validation": 5, "test": 20}
    rows = {int(row[1][3:]) for row in decoded(natural, "train")}
    assert set(range(50, 100)) < rows and len(rows) == 75
    with pytest.raises(InputError, match="where 50 can be held out"):
        prepare(comments(), DatasetSettings(test_share=0.6, natural_rates="held_out"), subset)


def test_all_rows_are_drawn_at_the_rates_of_the_published_ones():
    """Of 20 rows of each combination, where 500, 250, 125, 100 and 13 were published: a twenty-fifth of each."""
    subset = {**MANIFEST, "form": "subset"}
    settings = DatasetSettings(test_share=0.2, validation_share=0, natural_rates="all")
    dataset = prepare(comments(), settings, subset)
    assert dataset.metadata["examples"] == {"train": 32, "test": 8}
    assert dataset.metadata["dropped"] == {"beyond natural rates": 60}
    labels = np.concatenate([dataset.labels("train"), dataset.labels("test")])
    patterns, numbers = np.unique(labels, axis=0, return_counts=True)
    found = {tuple(row[row > 0].tolist()): number for row, number in zip(patterns, numbers.tolist(), strict=True)}
    assert found == {(1,): 20, (2,): 10, (2, 3): 5, (2, 3, 4): 4, (4,): 1}
    again = prepare(comments(), settings, subset)
    np.testing.assert_array_equal(again.inputs("train"), dataset.inputs("train"))
    # Another seed draws other rows, where there is a choice.
    other = prepare(comments(), dataclasses.replace(settings, split_seed=1), subset)
    assert {row[1] for row in decoded(other, "train")} != {row[1] for row in decoded(dataset, "train")}


def test_rates_are_drawn_of_rows_that_are_short_of_some_alone():
    whole = dataclasses.replace(comments(), published_rows=None)
    settings = DatasetSettings(test_share=0.2, validation_share=0, natural_rates="all")
    dataset = prepare(whole, settings, {**MANIFEST, "form": "subset"})
    assert dataset.metadata["dropped"] == {} and sum(dataset.metadata["examples"].values()) == 100
    unknown = dataclasses.replace(comments(), published_rows={(7,): 3})
    with pytest.raises(InputError, match="toxicity: no training example is left"):
        prepare(unknown, dataclasses.replace(settings, test_share=0), {**MANIFEST, "form": "subset"})


def test_translation_arrays():
    settings = DatasetSettings(input_tokens=3, target_tokens=6, test_share=0.25, validation_share=0.1)
    dataset = prepare(lines(), settings, MANIFEST)
    assert dataset.is_translation and dataset.class_names == ("fr", "de")
    examples = dataset.metadata["examples"]
    assert sum(examples.values()) == 80
    assert dataset.metadata["counts"]["test"] == {"fr": examples["test"] / 2, "de": examples["test"] / 2}
    assert dataset.metadata["output_timesteps"] == 6
    assert dataset.labels("train").tolist() == [0, 1] * (examples["train"] // 2)
    sources, targets = decoded(dataset, "train"), decoded(dataset, "train", "targets", "target")
    for number in range(0, examples["train"], 2):
        line = sources[number][1].removeprefix("en")
        assert sources[number] == sources[number + 1] == ["line", f"en{line}"]
        assert targets[number] == ["[startfr]", "ligne", f"fr{line}", "[endfr]"]
        assert targets[number + 1] == ["[startde]", "die", "zeile", f"de{line}", "[endde]"]
    assert (dataset.inputs("train")[:, 2] == 0).all()
    assert (dataset.targets("train")[:, 5] == 0).all() and (dataset.targets("train")[:, 0] > 1).all()
    words = {word for words in decoded(dataset, "test") for word in words}
    assert words == {"line", "[UNK]"}


def test_held_out_sentences_are_kept_whole():
    dataset = prepare(lines(), DatasetSettings(input_tokens=1, target_tokens=3, validation_share=0.2), MANIFEST)
    for split in ("validation", "test"):
        sources, references = dataset.sources(split), dataset.references(split)
        assert len(sources) == len(references) == dataset.metadata["examples"][split] > 0
        numbers = [source.removeprefix("line en") for source in sources]
        assert list(references[0::2]) == [f"ligne fr{number}" for number in numbers[0::2]]
        assert list(references[1::2]) == [f"die zeile de{number}" for number in numbers[1::2]]
    assert "train_sources" not in dataset.arrays


def test_long_targets_keep_their_end_tag():
    dataset = prepare(lines(), DatasetSettings(target_tokens=4), MANIFEST)
    assert decoded(dataset, "train", "targets", "target")[1] == ["[startde]", "die", "zeile", "[endde]"]


def test_equal_source_sentences_stay_in_one_split():
    for seed in range(5):
        settings = DatasetSettings(test_share=0.3, validation_share=0.3, split_seed=seed)
        dataset = prepare(lines(20, repeated=20), settings, MANIFEST)
        held_out = {split: set(dataset.sources(split)) for split in ("validation", "test")}
        assert not held_out["validation"] & held_out["test"]
        # Each of the 20 source sentences occurs on two lines, with two languages each.
        assert dataset.metadata["examples"] == {
            "train": 4 * (20 - len(held_out["validation"] | held_out["test"])),
            **{split: 4 * len(sentences) for split, sentences in held_out.items()},
        }


def test_splits_follow_the_shares_and_the_seed():
    settings = DatasetSettings(test_share=0.2, validation_share=0.1)
    sentences = [["sentence", str(number)] for number in range(4000)]
    splits = np.array([split_of(sentence, settings) for sentence in sentences])
    for split, share in (("test", 0.2), ("validation", 0.1), ("train", 0.7)):
        assert abs((splits == split).mean() - share) < 0.03
    other = [split_of(sentence, dataclasses.replace(settings, split_seed=1)) for sentence in sentences]
    assert abs((splits == other).mean() - (0.04 + 0.01 + 0.49)) < 0.05


@given(
    st.lists(st.text(min_size=1), min_size=1),
    st.floats(0, 0.5),
    st.floats(0, 0.4),
    st.floats(0, 0.09),
)
def test_larger_test_shares_take_more_sentences(sentence, test_share, validation_share, more):
    settings = DatasetSettings(test_share=test_share, validation_share=validation_share)
    if split_of(sentence, settings) == "test":
        assert split_of(sentence, dataclasses.replace(settings, test_share=test_share + more)) == "test"
    if split_of(sentence, settings) != "train":
        larger = dataclasses.replace(settings, validation_share=validation_share + more)
        assert split_of(sentence, larger) == split_of(sentence, settings)


def test_splits_do_not_depend_on_platform_or_run():
    settings = DatasetSettings(validation_share=0.2)
    splits = [split_of(["line", str(number)], settings) for number in range(6)]
    # As sha256sum has it of "0 line 0", "0 line 1", ...; the first two digits of 256 are below 64, 115, or not.
    assert splits == ["train", "test", "train", "validation", "validation", "validation"]


def test_a_larger_corpus_never_trains_on_the_test_sentences_of_a_smaller_one():
    settings = DatasetSettings(test_share=0.3, validation_share=0.2)
    small, large = (prepare(lines(number), settings, MANIFEST) for number in (40, 400))
    for split in ("validation", "test"):
        assert set(small.sources(split)) < set(large.sources(split))


def test_lines_do_not_depend_on_the_emitted_languages():
    corpus = lines(80)
    corpus.sentences["de"][7] = ["sehr"] * 9
    settings = DatasetSettings(longest_target=5, lines=70, train_examples=40, test_examples=8, validation_share=0.2)
    both = prepare(corpus, settings, MANIFEST)
    assert both.metadata["examples"]["train"] == 40 and both.metadata["settings"]["languages"] == ()
    for index, language in enumerate(("fr", "de")):
        alone = prepare(corpus, dataclasses.replace(settings, languages=(language,)), MANIFEST)
        assert alone.class_names == (language,)
        assert alone.metadata["dropped"] == both.metadata["dropped"] == {"too long": 1}
        assert alone.vocabulary["input"] == both.vocabulary["input"]
        for split in ("train", "validation", "test"):
            assert np.array_equal(alone.inputs(split), both.inputs(split)[index::2])
            assert not alone.labels(split).any()
            expected = decoded(both, split, "targets", "target")[index::2]
            assert decoded(alone, split, "targets", "target") == expected
        for split in ("validation", "test"):
            assert np.array_equal(alone.references(split), both.references(split)[index::2])
        # The target vocabulary is that of the emitted sentences.
        assert f"[start{language}]" in alone.vocabulary["target"]
        assert len(alone.vocabulary["target"]) < len(both.vocabulary["target"])


def test_emitted_languages_have_the_order_of_the_corpus():
    named = prepare(lines(), DatasetSettings(languages=("de", "fr")), MANIFEST)
    every = prepare(lines(), DatasetSettings(), MANIFEST)
    assert named.class_names == every.class_names == ("fr", "de")
    assert named.metadata["arrays_sha256"] == every.metadata["arrays_sha256"]


@pytest.mark.parametrize("languages", [("it",), ("en",), ("fr", "fr")])
def test_languages_that_cannot_be_emitted(languages):
    with pytest.raises(InputError, match=f"languages: received {', '.join(languages)}; use some of fr, de"):
        prepare(lines(), DatasetSettings(languages=languages), MANIFEST)


def test_classification_has_no_languages():
    with pytest.raises(InputError, match="languages: received fr, but clinc is no parallel corpus"):
        prepare(domains(), DatasetSettings(languages=("fr",)), MANIFEST)


def test_validation_without_a_line_is_left_out():
    dataset = prepare(lines(), DatasetSettings(validation_share=0.0), MANIFEST)
    assert "validation" not in dataset.metadata["examples"] and "validation_inputs" not in dataset.arrays


def test_translation_line_choices():
    dataset = prepare(lines(), DatasetSettings(lines=20), MANIFEST)
    assert sum(dataset.metadata["examples"].values()) == 40
    dataset = prepare(lines(), DatasetSettings(test_examples=5), MANIFEST)
    assert dataset.metadata["counts"]["test"] == {"fr": 2, "de": 2}
    corpus = lines()
    corpus.sentences["de"][7] = ["sehr"] * 9
    corpus.sentences["en"][8] = ["very"] * 9
    dataset = prepare(corpus, DatasetSettings(longest_source=5, longest_target=5), MANIFEST)
    assert dataset.metadata["dropped"] == {"too long": 2}
    assert sum(dataset.metadata["examples"].values()) == 76


@pytest.mark.parametrize("split", ["train", "test"])
def test_class_without_an_example(split):
    corpus = domains(names=("red", "blue", "green"))
    part = corpus.splits[split]
    rows = [row for row, label in enumerate(part.labels) if label != 1]
    corpus.splits[split] = Split([part.words[row] for row in rows], [part.labels[row] for row in rows])
    with pytest.raises(InputError, match=f"clinc: class 'blue' has no {split} example"):
        prepare(corpus, DatasetSettings(), MANIFEST)


def test_language_without_an_example():
    with pytest.raises(InputError, match="no training line is left"):
        prepare(lines(2), DatasetSettings(test_share=0.5, validation_share=0.49999), MANIFEST)
    with pytest.raises(InputError, match="class 'fr' has no test example"):
        prepare(lines(2), DatasetSettings(test_share=0.00001), MANIFEST)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"input_tokens": 0}, "input_tokens: received 0"),
        ({"target_tokens": 2}, "target_tokens: received 2"),
        ({"train_examples": -1}, "train_examples: received -1"),
        ({"test_share": 1.5}, "received"),
        ({"test_share": 0.5, "validation_share": 0.5}, "leave training rows"),
        ({"natural_rates": "some"}, "natural_rates: received 'some'"),
        ({"target_vocabulary_size": 5}, r"leaves out the tag \[startde\]"),
        ({"test_share": 0.0}, "test_share: received 0.0"),
    ],
)
def test_settings_that_cannot_be_met(change, message):
    with pytest.raises(InputError, match=message):
        prepare(lines(), dataclasses.replace(DatasetSettings(), **change), MANIFEST)
