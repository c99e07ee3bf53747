"""Synthetic queries to an assistant in CLINC's ten domains."""

from __future__ import annotations

from rnn_modules.data.corpora import ClassificationCorpus
from rnn_modules.data.corpora.clinc import DOMAINS
from rnn_modules.data.corpora.synthetic.grammar import Draw, Grammar, classification_corpus

CLASS_NAMES = tuple(sorted(DOMAINS))
SPLITS = {"train": 0.70, "validation": 0.10, "test": 0.20}
LABEL_NOISE = 0.02

# The first verb often decides over the nouns that follow ("remind me to pay ..." is utility, not banking), and
# the order of the two accounts tells a transfer (banking) from a card payment (credit_cards).
_GRAMMAR = Grammar(
    """
    opening:  | | | can you | please | could you | i want you to | hey
    closing:  | | | | please | today | right now | for me | thanks
    when: today | tomorrow | tonight | on monday | on friday | next week | at noon
    city: paris | rome | london | tokyo | boston | chicago | denver | austin
    account: checking | savings | joint | main
    card: visa | gold | platinum | amex
    food: pasta | soup | pizza | rice | salad | curry | chicken | lasagna
    room: kitchen | bedroom | garage | office | bathroom
    part: tires | brakes | oil | engine | battery
    task: pay the <card> card | transfer money | book a flight | clean the <room> | cook <food>
        | change the <part> | call my boss | buy milk
    auto_and_commute: check the <part> of my car | how is the traffic to <place> | directions to <place>
        | how much gas is left in the car | when should i change the <part> | find a gas station near <place>
    place: work | the airport | the bank | the office | <city> | the restaurant
    banking: transfer money from <account> to <account> | move money from my <account> to the <card> card
        | what is the balance of my <account> account | freeze my <account> account | order checks for <account>
        | what is the routing number of my bank
    credit_cards: pay the <card> card from my <account> | what is the limit of my <card> card
        | report my <card> card as stolen | apply for a <card> card | how many points are on my <card> card
        | raise the limit of the <card> card
    home: turn on the light in the <room> | turn off the heat in the <room> | add <food> to my shopping list
        | add clean the <room> to my todo list | order more <food> from the shop | play music in the <room>
        | where is my package
    kitchen_and_dining: how do i cook <food> | book a table at a restaurant in <city>
        | how many calories are in <food> | suggest a restaurant with good <food>
        | what can i use instead of <food> | how long does <food> keep
    meta: change your name to <name> | speak slower | switch to <accent> accent | what language do you speak
        | cancel what i said | repeat what you said about <food> | set your volume to <number>
        | are you sure about <food>
    name: max | eva | rex | ada | bob
    accent: british | male | female | american
    number: one | two | three | four | five | ten
    small_talk: tell me a joke about <food> | what do you do in <city> | do you like <food> | how old are you
        | who made you | what is your favorite <thing> | are you a bot from <city>
        | tell me something about <name>
    thing: food | city | color | music | card | car
    travel: book a flight to <city> | book a hotel in <city> | do i need a visa for <city>
        | when is my flight to <city> | what is the time difference to <city> | is my card accepted in <city>
        | rent a car in <city> | flight status to <city>
    utility: remind me to <task> | set an alarm for <number> | what is the weather in <city>
        | set a timer for the <food> | send a text that i will <task> | what time is it in <city>
        | share my location with <name> | flip a coin <number> times
    work: schedule a meeting about <topic> | how many vacation days do i have
        | when is my next meeting with <name> | tell my boss that i will <task> | put in time off for <city>
        | is my paycheck in the <account> account | move the meeting to <number>
    topic: the bank | the <card> card | <city> | the car | <food> | the flight to <city>
    """
)


def _query(domain: str, draw: Draw) -> tuple[list[str], int]:
    words = _GRAMMAR.words("opening", draw) + _GRAMMAR.words(domain, draw)
    words += _GRAMMAR.words("when" if draw.chance(0.3) else "closing", draw)
    label = CLASS_NAMES.index(domain)
    if draw.chance(LABEL_NOISE):
        label = draw.below(len(CLASS_NAMES))
    return words, label


def queries(examples: int, draw: Draw) -> ClassificationCorpus:
    """Short queries with one domain each, equally many per domain, some of them labelled wrongly.

    Example:
        >>> train = queries(300, Draw("clinc:0")).splits["train"]
        >>> " ".join(train.words[0]), CLASS_NAMES[train.labels[0]]
        ('please transfer money from savings to checking', 'banking')
    """
    shares = dict.fromkeys(CLASS_NAMES, 1.0)
    return classification_corpus("clinc", CLASS_NAMES, SPLITS, shares, _query, examples, draw)
