"""Synthetic sentences with the twelve universal part-of-speech tags of the Brown corpus."""

from __future__ import annotations

from collections import Counter

from rnn_modules.data.corpora import ClassificationCorpus, Split
from rnn_modules.data.corpora.brown import TAGS
from rnn_modules.data.corpora.synthetic.grammar import Draw, Grammar, distinct_examples

SPLITS = {"train": 0.75, "test": 0.25}
LABEL_NOISE = 0.02

# Terminals are word/TAG. Many words carry a tag that only their left context tells: "run", "light", "that", "to",
# "up", "her", "like", "one" and so on.
_GRAMMAR = Grammar(
    """
    sentence: <clause> <end> | <clause> <end> | <clause> <end> | <clause> <end> | <clause> <end>
        | <clause> <joint> <clause> <end> | <clause> <joint> <clause> <end> | <front> <clause> <end>
        | <front> <clause> <end> | <foreign> <end>
    end: ./. | ./. | ./. | ?/. | ;/.
    joint: ,/. <conjunction> | <conjunction>
    conjunction: and/CONJ | but/CONJ | or/CONJ
    front: <adverb> ,/. | <prepositional> ,/. | that/DET day/NOUN ,/.
    clause: <nominal> <predicate> | <nominal> <predicate> | <plural> <plain> | <pronoun> <plain>
    nominal: <determiner> <noun> | <determiner> <adjective> <noun> | the/DET <number> <plural>
        | <determiner> <noun> <prepositional> | her/DET <noun> | the/DET <noun> that/PRON <present>
    determiner: the/DET | a/DET | this/DET | that/DET | every/DET | no/DET
    noun: run/NOUN | light/NOUN | work/NOUN | walk/NOUN | play/NOUN | dog/NOUN | house/NOUN | teacher/NOUN
        | river/NOUN | answer/NOUN | plan/NOUN | cold/NOUN | morning/NOUN | well/NOUN
    plural: dogs/NOUN | houses/NOUN | teachers/NOUN | rivers/NOUN | plans/NOUN | people/NOUN
    adjective: light/ADJ | cold/ADJ | open/ADJ | old/ADJ | clean/ADJ | new/ADJ | green/ADJ | quiet/ADJ
    number: one/NUM | two/NUM | three/NUM | seven/NUM | 1960/NUM | twelve/NUM
    pronoun: they/PRON | we/PRON | i/PRON | you/PRON
    predicate: <present> <object> | <present> <adverb> | will/VERB <base> <object> | <present> up/PRT <object>
        | is/VERB <adjective> | wants/VERB to/PRT <base> <object> | thinks/VERB that/ADP <pronoun> <base>
        | gives/VERB her/PRON <object>
    plain: <base> <object> | <base> <adverb> | can/VERB <base> | want/VERB to/PRT <base> <object>
        | say/VERB that/ADP <nominal> <present> | like/VERB <plural> | <base> up/PRT <object>
        | saw/VERB her/PRON <adverb>
    present: runs/VERB | sees/VERB | opens/VERB | takes/VERB | finds/VERB | carries/VERB
    base: run/VERB | light/VERB | work/VERB | walk/VERB | play/VERB | open/VERB | answer/VERB | plan/VERB
        | clean/VERB | find/VERB
    object: <nominal> | <plural> | them/PRON | that/PRON | <number> <plural> | <nominal> <prepositional>
    prepositional: in/ADP <place> | to/ADP <place> | up/ADP <place> | like/ADP <place> | of/ADP <place>
        | with/ADP <plural>
    place: the/DET river/NOUN | a/DET house/NOUN | her/DET house/NOUN | the/DET light/NOUN | the/DET cold/NOUN
    adverb: quietly/ADV | often/ADV | well/ADV | there/ADV | never/ADV | up/ADV | then/ADV
    foreign: <pronoun> say/VERB <latin> <latin> | the/DET <noun> is/VERB <latin> | <latin> <latin> <latin>
    latin: et/X | cetera/X | vox/X | populi/X | in/X | alia/X
    """
)


def _sentence(_kind: str, draw: Draw) -> tuple[list[str], list[str]]:
    pairs = [terminal.rsplit("/", 1) for terminal in _GRAMMAR.words("sentence", draw)]
    tags = [draw.pick(TAGS) if draw.chance(LABEL_NOISE) else tag for _, tag in pairs]
    return [word for word, _ in pairs], tags


def tagged_sentences(examples: int, draw: Draw) -> ClassificationCorpus:
    """Sentences with one tag id per word; ids by frequency in the training split, some tags are wrong.

    Example:
        >>> corpus = tagged_sentences(300, Draw("brown:0"))
        >>> train = corpus.splits["train"]
        >>> [f"{word}/{corpus.class_names[tag]}" for word, tag in zip(train.words[0], train.labels[0], strict=True)]
        ['well/ADV', ',/.', 'i/PRON', 'can/VERB', 'work/VERB', './.']
    """
    tagged = distinct_examples("brown", SPLITS, {"sentence": 1.0}, _sentence, examples, draw)
    counts = Counter(tag for _, tags in tagged["train"] for tag in tags)
    class_names = ("padding", *sorted(TAGS, key=lambda tag: (-counts[tag], TAGS.index(tag))))
    ids = {name: number for number, name in enumerate(class_names)}
    splits = {
        name: Split(words=[words for words, _ in pairs], labels=[[ids[tag] for tag in tags] for _, tags in pairs])
        for name, pairs in tagged.items()
    }
    return ClassificationCorpus(name="brown", class_names=class_names, splits=splits)
