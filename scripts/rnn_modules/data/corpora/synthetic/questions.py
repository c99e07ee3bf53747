"""Synthetic word problems in MathQA's six categories."""

from __future__ import annotations

from rnn_modules.data.corpora import ClassificationCorpus
from rnn_modules.data.corpora.math_qa import CATEGORIES
from rnn_modules.data.corpora.synthetic.grammar import Draw, Grammar, classification_corpus

# Unbalanced in the order of the real corpus, but the rare categories keep enough examples to be learnt from.
SHARES = {"gain": 0.17, "general": 0.34, "geometry": 0.12, "other": 0.10, "physics": 0.20, "probability": 0.07}
SPLITS = {"train": 0.70, "validation": 0.10, "test": 0.20}
LABEL_NOISE = 0.03

# Most settings belong to several categories: what is asked for decides, at the start or at the end of the text.
_GRAMMAR = Grammar(
    """
    number: 2 | 3 | 4 | 5 | 6 | 8 | 9 | 10 | 12 | 15 | 18 | 20 | 24 | 25 | 30 | 36 | 40 | 45 | 50 | 60 | 72 | 75
        | 80 | 90 | 100 | 120 | 150 | 200
    person: anna | boris | carla | david | elena | farid | a man | a woman | a teacher | a farmer
    goods: pens | books | chairs | apples | lamps | shirts | bags | toys | eggs | plates
    seller: a merchant | a trader | a shopkeeper | a dealer | <person>
    vehicle: train | car | bus | boat | cyclist | runner | truck
    shape: rectangle | square | circle | triangle | garden | field | floor | room
    colour: red | blue | green | white | black
    things: balls | cards | coins | marbles | tickets | <goods>
    trade: <seller> buys <number> <goods> for <number> dollars and sells <them> for <number> dollars
        | <seller> sells <number> <goods> at <number> dollars each
        | the cost of <number> <goods> is <number> dollars
    them: them | each | all
    travel: a <vehicle> covers <number> km in <number> hours | a <vehicle> moves at <number> km per hour
        | a <vehicle> leaves the town and returns after <number> hours
    ground: a <shape> is <number> m long and <number> m wide
        | the sides of a <shape> are <number> m and <number> m | <person> walks around a <shape> of <number> m
    box: a box holds <number> <colour> and <number> <colour> <things> | <number> <things> lie in a bag
        | <person> has <number> <colour> <things>
    people: <number> men finish a work in <number> days | <person> is <number> years old
        | <number> students took a test and <number> passed
    gain: <trade> <find> <gained> | <find> <gained> if <trade> | <trade> <find> <gained>
        | <box> and sells <them> <find> <gained>
    gained: the profit percent | the loss percent | the gain on the sale | the discount
    general: <scene> <find> <amount> | <find> <amount> if <scene> | <people> <find> <amount>
        | <box> <find> <amount>
    scene: <people> | <box> | <trade> | <people>
    amount: the total number | the average | the sum of both | how many are left
    geometry: <ground> <find> <extent> | <find> <extent> if <ground> | <ground> <find> <extent>
    extent: the area | the perimeter | the length of the diagonal | the cost of the area
    physics: <travel> <find> <motion> | <find> <motion> if <travel> | <travel> <find> <motion>
        | <ground> <find> <motion>
    motion: the speed | the distance in km | the time to meet | the average speed
    probability: <box> <find> <odds> | <find> <odds> if <box> | <box> <find> <odds>
    odds: the probability of <colour> | the chance that one is <colour> | the number of ways to pick <number>
    other: <scene> <find> <rest> | <find> <rest> if <number> <relation> <number>
        | the <rank> of <number> <relation> <number> <find> <rest>
    relation: is to | divides | is followed by | leaves
    rank: ratio | square | remainder | factor
    rest: the remainder | the next term | the digit | the value of x
    find: find | what is | calculate | then find
    opening:  | | | in a test | one day | last year | suppose that
    """
)


def _question(category: str, draw: Draw) -> tuple[list[str], int]:
    words = _GRAMMAR.words("opening", draw) + _GRAMMAR.words(category, draw)
    label = CATEGORIES.index(category)
    if draw.chance(LABEL_NOISE):
        label = draw.below(len(CATEGORIES))
    return words, label


def questions(examples: int, draw: Draw) -> ClassificationCorpus:
    """Word problems of 8 to 25 words with one category each, some of them labelled wrongly.

    Example:
        >>> train = questions(300, Draw("math_qa:0")).splits["train"]
        >>> " ".join(train.words[0]), CATEGORIES[train.labels[0]]
        ('one day a cyclist moves at 3 km per hour then find the speed', 'physics')
    """
    return classification_corpus("math_qa", CATEGORIES, SPLITS, SHARES, _question, examples, draw)
