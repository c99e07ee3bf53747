"""Synthetic comments with the label sequences of Wiki-toxicity; the insults are invented, harmless words."""

from __future__ import annotations

from rnn_modules.data.corpora import ClassificationCorpus
from rnn_modules.data.corpora.synthetic.grammar import Draw, Grammar, classification_corpus
from rnn_modules.data.corpora.toxicity import CLASS_NAMES

# Kind of comment -> share. A kind is "clean" or its labels in the order of the classes.
SHARES = {
    ("clean",): 0.72,
    ("toxic",): 0.05,
    ("toxic", "insult"): 0.055,
    ("toxic", "obscene"): 0.04,
    ("toxic", "obscene", "insult"): 0.04,
    ("toxic", "severe_toxic", "obscene", "insult"): 0.03,
    ("toxic", "threat"): 0.025,
    ("toxic", "insult", "identity_hate"): 0.025,
    ("toxic", "threat", "insult"): 0.015,
}
SPLITS = {"train": 0.75, "test": 0.25}
LABEL_NOISE = 0.03

_GRAMMAR = Grammar(
    """
    topic: article | page | section | edit | picture | source | template | list | summary | link
    place: the talk page | the history | the archive | the village | the museum | this wiki
    adverb: again | yesterday | today | now | soon | here
    opening:  | | | hello | well | dear editor | listen | by the way | as i said
    context: about the <topic> | regarding <place> | in the <topic> <adverb> | after the last <topic>
        | on <place>
    clean: i <added> a <topic> to <place> | please <check> the <topic> <adverb> | thank you for the <topic>
        | the <topic> needs a better <topic> | you are not a <noun> | nobody here is <obscene>
        | i will help you <adverb> | could you <check> the <topic> | i never said you are a <noun>
        | all editors are welcome
    added: added | moved | removed | corrected | linked
    check: check | read | review | improve | restore
    noun: blorp | snurk | wuggle | frimp | dunzel | plonker | mugwort | nerfle
    obscene: glarfing | skronky | squibbly | gromping | fribbly
    strong: utterly | completely | infinitely
    verb: zonk | splorch | thwump | bonkle
    group: zorblings | quaxians | mertlings | yubbers
    toxic: your <topic> is drivel | stop your twaddle | what a pile of drivel | go away with this twaddle
    insulting: you are a <noun> | you <noun> | only a <noun> writes so
    swearing: this <obscene> <topic> | what a <obscene> <topic> | that <topic> is <obscene>
    abuse: you <obscene> <noun> | you are a <obscene> <noun>
    severe: you are <strong> a <obscene> <noun> | you <strong> <obscene> <noun>
    threat: i will <verb> you | i come to <verb> you | you shall be <verb> <adverb>
    hate: all <group> are <noun> | you <group> are <noun> | typical <group> such <noun>
    """
)
_CLAUSES = {
    ("clean",): ("clean",),
    ("toxic",): ("toxic",),
    ("toxic", "insult"): ("insulting",),
    ("toxic", "obscene"): ("swearing",),
    ("toxic", "obscene", "insult"): ("abuse",),
    ("toxic", "severe_toxic", "obscene", "insult"): ("severe",),
    ("toxic", "threat"): ("threat",),
    ("toxic", "insult", "identity_hate"): ("hate",),
    ("toxic", "threat", "insult"): ("threat", "insulting"),
}


def _comment(kind: tuple[str, ...], draw: Draw) -> tuple[list[str], list[int]]:
    clauses = [_GRAMMAR.words(clause, draw) for clause in _CLAUSES[kind]]
    if draw.chance(0.6):
        clauses.append(_GRAMMAR.words("context", draw))
    clauses = draw.shuffled(clauses)
    words = [*_GRAMMAR.words("opening", draw), *(word for clause in clauses for word in clause)]
    if draw.chance(LABEL_NOISE):
        kind = draw.pick(tuple(SHARES))
    return words, [CLASS_NAMES.index(name) for name in kind]


def comments(examples: int, draw: Draw) -> ClassificationCorpus:
    """Comments with the ids of their labels in order, ``[1]`` when they have none; some are labelled wrongly.

    Example:
        >>> train = comments(300, Draw("toxicity:0")).splits["train"]
        >>> [(" ".join(train.words[row]), [CLASS_NAMES[label] for label in train.labels[row]]) for row in range(2)]
        [('as i said please improve the source soon in the edit here', ['clean']), ('i will help you again', ['clean'])]
    """
    return classification_corpus("toxicity", CLASS_NAMES, SPLITS, SHARES, _comment, examples, draw)
