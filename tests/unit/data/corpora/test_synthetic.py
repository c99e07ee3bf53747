"""Synthetic corpora: deterministic, of the real corpora's label structure, every class in every split."""

from __future__ import annotations

import itertools
import time
from collections import Counter

import pytest

from rnn_modules.data.corpora import CLASSIFICATION_CORPORA, CORPORA, PARALLEL_CORPORA
from rnn_modules.data.corpora.synthetic import generate
from rnn_modules.data.corpora.synthetic.grammar import Draw, Grammar, distinct, quotas
from rnn_modules.data.corpora.synthetic.lexicon import ADJECTIVES, NOUNS, VERBS
from rnn_modules.data.corpora.synthetic.translations import LANGUAGES, Nominal, Plan, write
from rnn_modules.files.atomic_files import InputError

EXAMPLES = 600


def flat(labels: list) -> list[int]:
    """Labels of all examples, those of sequences one after another."""
    return [label for each in labels for label in (each if isinstance(each, list) else [each])]


@pytest.mark.parametrize("corpus", CORPORA)
def test_equal_arguments_give_equal_corpora_and_another_seed_another(corpus):
    assert generate(corpus, EXAMPLES, 1) == generate(corpus, EXAMPLES, 1)
    assert generate(corpus, EXAMPLES, 1) != generate(corpus, EXAMPLES, 2)


def test_draws_do_not_depend_on_the_platform():
    draw = Draw("clinc:0")
    assert [draw.below(1000) for _ in range(6)] == [440, 229, 454, 779, 298, 56]


@pytest.mark.parametrize("corpus", CLASSIFICATION_CORPORA)
@pytest.mark.parametrize("examples", [EXAMPLES, 3000])
def test_every_class_is_in_every_split(corpus, examples):
    made = generate(corpus, examples, 0)
    many_outputs = made.class_names[0] == "padding"
    expected = set(range(1 if many_outputs else 0, len(made.class_names)))
    assert sum(len(split.words) for split in made.splits.values()) == examples
    for split in made.splits.values():
        assert len(split.words) == len(split.labels)
        assert set(flat(split.labels)) == expected


@pytest.mark.parametrize("corpus", CLASSIFICATION_CORPORA)
def test_no_text_occurs_twice(corpus):
    texts = [tuple(words) for split in generate(corpus, 4000, 0).splits.values() for words in split.words]
    assert len(set(texts)) == len(texts) == 4000
    assert all(word == word.lower().strip() and word for text in texts for word in text)
    assert min(map(len, texts)) > 0


def test_questions_have_the_real_categories_and_their_imbalance():
    made = generate("math_qa", 2000, 0)
    assert made.class_names == ("gain", "general", "geometry", "other", "physics", "probability")
    assert set(made.splits) == {"train", "validation", "test"}
    order = [made.class_names[label] for label, _ in Counter(made.splits["train"].labels).most_common()]
    assert order == ["general", "physics", "gain", "geometry", "other", "probability"]


def test_comments_have_ordered_labels_or_the_clean_class():
    made = generate("toxicity", 2000, 0)
    assert made.class_names == (
        "padding",
        "clean",
        "toxic",
        "severe_toxic",
        "obscene",
        "threat",
        "insult",
        "identity_hate",
    )
    labels = made.splits["train"].labels
    assert all(each == [1] or (min(each) >= 2 and each == sorted(set(each))) for each in labels)
    assert 0.65 < sum(each == [1] for each in labels) / len(labels) < 0.80
    assert max(map(len, labels)) >= 3


def test_queries_have_ten_balanced_domains():
    made = generate("clinc", 2000, 0)
    counts = Counter(made.splits["train"].labels)
    assert len(made.class_names) == len(counts) == 10
    assert max(counts.values()) < 1.2 * min(counts.values())


def test_sentences_have_one_tag_per_word_with_ids_by_frequency():
    made = generate("brown", 2000, 0)
    assert made.class_names[0] == "padding"
    assert set(made.class_names[1:]) == set("NOUN VERB . ADP DET ADJ ADV PRON CONJ PRT NUM X".split())
    split = made.splits["train"]
    assert [len(tags) for tags in split.labels] == [len(words) for words in split.words]
    counts = Counter(flat(split.labels))
    assert all(counts[tag] >= counts[tag + 1] for tag in range(1, 12))


def test_tags_of_many_words_depend_on_their_context():
    split = generate("brown", 2000, 0).splits["train"]
    tags: dict[str, Counter] = {}
    for words, labels in zip(split.words, split.labels, strict=True):
        for word, label in zip(words, labels, strict=True):
            tags.setdefault(word, Counter())[label] += 1
    total = sum(counts.total() for counts in tags.values())
    by_word_alone = sum(counts.most_common(1)[0][1] for counts in tags.values()) / total
    assert 0.70 < by_word_alone < 0.92


@pytest.mark.parametrize(
    ("corpus", "languages"),
    [
        ("tatoeba", {"en", "fr", "de", "it"}),
        ("ukrainian", {"en", "de", "fr", "it", "uk"}),
        ("estonian", {"et", "en", "de", "it"}),
        ("estonian_larger", {"et", "en"}),
    ],
)
def test_parallel_corpora_are_aligned_and_their_sources_distinct(corpus, languages):
    made = generate(corpus, 1500, 0)
    assert set(made.sentences) == languages
    assert made.source_language == ("et" if corpus.startswith("estonian") else "en")
    assert {len(lines) for lines in made.sentences.values()} == {1500}
    assert len({tuple(words) for words in made.sentences[made.source_language]}) == 1500
    assert all(3 <= len(words) <= 8 for lines in made.sentences.values() for words in lines)


def test_translations_agree_with_the_english_sentence_word_for_word():
    """The nouns of each line are the same in all languages, in whatever order the words come."""
    made = generate("ukrainian", 1000, 0)
    forms = {language: {} for language in made.sentences}
    for number, row in enumerate(NOUNS):
        for language in forms:
            for form in row[language]:
                forms[language][form] = number
    for form in ("m", "f", "n"):
        for language in forms:
            forms[language].pop(form, None)
    for line in zip(*made.sentences.values(), strict=True):
        nouns = [
            sorted(forms[language][word] for word in words if word in forms[language])
            for language, words in zip(made.sentences, line, strict=True)
        ]
        assert all(each == nouns[0] for each in nouns), line


def test_each_language_has_its_own_word_order_and_agreement():
    girl = next(index for index, row in enumerate(NOUNS) if row["en"] == ("girl",))
    horse = next(index for index, row in enumerate(NOUNS) if row["en"] == ("horse",))
    dog = next(index for index, row in enumerate(NOUNS) if row["en"] == ("dog",))
    green = next(index for index, row in enumerate(ADJECTIVES) if row["en"] == ("green",))
    small = next(index for index, row in enumerate(ADJECTIVES) if row["en"] == ("small",))
    see = next(index for index, row in enumerate(VERBS) if row["en"][0] == "see")
    wished = Plan(Nominal(girl, True, small), see, Nominal(dog, False, green), negated=False, wished=True, adverb=0)
    assert {language: " ".join(write(language, wished)) for language in ("en", "fr", "de", "it", "uk", "et")} == {
        "en": "the small girl wants to see a green dog now",
        "fr": "la petite fille veut voir un chien vert maintenant",
        "de": "jetzt will das kleine mädchen einen grünen hund sehen",
        "it": "ora la ragazza piccola vuole vedere un cane verde",
        "uk": "зараз ця маленька дівчина хоче бачити зеленого пса",
        "et": "nüüd tahab see väike tüdruk näha üht rohelist koera",
    }
    negated = Plan(Nominal(2, pronoun=True), see, Nominal(horse, True), negated=True, wished=False, adverb=None)
    assert {language: " ".join(write(language, negated)) for language in ("en", "fr", "de", "it", "uk", "et")} == {
        "en": "we do not see the horse",
        "fr": "nous ne voyons pas le cheval",
        "de": "wir sehen das pferd nicht",
        "it": "non vediamo il cavallo",
        "uk": "ми не бачимо цього коня",
        "et": "me ei näe seda hobust",
    }


@pytest.mark.parametrize("corpus", CORPORA)
def test_generation_takes_less_than_a_second(corpus):
    start = time.process_time()
    generate(corpus, 5000, 0)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(("corpus", "examples"), [("wikipedia", 1000), ("clinc", 10), ("clinc", 10_000_000)])
def test_arguments_that_cannot_be_met_are_named(corpus, examples, monkeypatch):
    # The grammar of ten million queries is not worth the wait: the third case stops at the first repeated text.
    monkeypatch.setattr("rnn_modules.data.corpora.synthetic.grammar.ATTEMPTS", 1)
    with pytest.raises(InputError, match=corpus) as caught:
        generate(corpus, examples, 0)
    assert "\n" not in str(caught.value)


def test_parallel_and_classification_corpora_are_all_there():
    assert set(LANGUAGES) == set(PARALLEL_CORPORA)


def test_grammar_expands_symbols_and_refuses_unknown_ones():
    grammar = Grammar("start: a <end>\n |\nend: b | c")
    made = {tuple(grammar.words("start", Draw(str(seed)))) for seed in range(40)}
    assert made == {(), ("a", "b"), ("a", "c")}
    with pytest.raises(KeyError, match="missing"):
        Grammar("start: <missing>")


def test_quotas_add_up_and_follow_the_shares():
    for total in range(30):
        counts = quotas({"a": 0.5, "b": 0.3, "c": 0.2}, total)
        assert sum(counts.values()) == total
        assert all(abs(counts[item] - total * share) < 1 for item, share in {"a": 0.5, "b": 0.3, "c": 0.2}.items())


def test_distinct_gives_up_when_nothing_new_comes():
    numbers = itertools.cycle([1, 2])
    seen: set[tuple] = set()
    assert [distinct(lambda: next(numbers), lambda number: (number,), seen, "x") for _ in range(2)] == [1, 2]
    with pytest.raises(InputError, match="only 2 distinct"):
        distinct(lambda: next(numbers), lambda number: (number,), seen, "x")
