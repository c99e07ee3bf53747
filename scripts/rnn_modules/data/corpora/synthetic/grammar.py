"""Context-free grammars, reproducible draws, and splits whose class counts follow given shares."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from rnn_modules.data.corpora import ClassificationCorpus, Split
from rnn_modules.files.atomic_files import InputError

Item = TypeVar("Item")
Kind = TypeVar("Kind")
Label = TypeVar("Label", int, list[int])

# Draws tried per example before the grammar counts as used up.
ATTEMPTS = 40


class Draw:
    """Random choices that are the same on every platform and Python version.

    Only ``random.Random.random`` is used, whose sequence Python guarantees for a given seed.

    Args:
        seed: any text; equal texts give equal choices.

    Example:
        >>> draw = Draw("any text")
        >>> [draw.below(10) for _ in range(5)], draw.pick("abc"), draw.chance(0.5), draw.shuffled([1, 2, 3])
        ([8, 6, 5, 9, 7], 'b', True, [3, 1, 2])
    """

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed).random

    def below(self, limit: int) -> int:
        """An integer from 0 to ``limit`` - 1."""
        return int(self._random() * limit)

    def pick(self, items: Sequence[Item]) -> Item:
        """One of ``items``, all equally likely."""
        return items[self.below(len(items))]

    def chance(self, probability: float) -> bool:
        """Whether an event of this probability happens."""
        return self._random() < probability

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """A copy of ``items`` in random order (Fisher-Yates)."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result


class Grammar:
    """A context-free grammar whose rules are written as text.

    Args:
        rules: lines ``symbol: alternative | alternative``, which go on in the next line when that has no colon;
            ``<name>`` stands for another symbol, everything else is a word, and an empty alternative gives no
            word. An alternative that is repeated is more likely.

    Raises:
        KeyError: a rule names a symbol that has no rule.

    Example:
        >>> grammar = Grammar('''
        ...     sentence: the <noun> sleeps | <noun> and <noun>
        ...     noun: dog | cat | horse
        ... ''')
        >>> [" ".join(grammar.words("sentence", Draw(seed))) for seed in "abc"]
        ['the dog sleeps', 'dog and cat', 'the dog sleeps']
    """

    def __init__(self, rules: str) -> None:
        texts: dict[str, str] = {}
        for line in rules.strip().splitlines():
            symbol, colon, alternatives = line.partition(":")
            if colon:
                texts[symbol.strip()] = alternatives
            else:
                texts[next(reversed(texts))] += " " + line
        self._rules = {
            symbol: [alternative.split() for alternative in text.split("|")] for symbol, text in texts.items()
        }
        for choices in self._rules.values():
            for part in (part for alternative in choices for part in alternative):
                if part.startswith("<") and part[1:-1] not in self._rules:
                    raise KeyError(part)

    def words(self, symbol: str, draw: Draw) -> list[str]:
        """Words that ``symbol`` expands to."""
        result: list[str] = []
        for part in draw.pick(self._rules[symbol]):
            if part.startswith("<"):
                result.extend(self.words(part[1:-1], draw))
            else:
                result.append(part)
        return result


def quotas(shares: Mapping[Item, float], total: int) -> dict[Item, int]:
    """Whole numbers in the proportion of ``shares`` that add up to ``total`` (largest remainders).

    Args:
        shares: parts of the whole; they need not add up to one.
        total: the number to be divided.

    Example:
        >>> quotas({"train": 0.7, "validation": 0.1, "test": 0.2}, 33)
        {'train': 23, 'validation': 3, 'test': 7}
    """
    whole = sum(shares.values())
    exact = {item: total * share / whole for item, share in shares.items()}
    counts = {item: int(value) for item, value in exact.items()}
    by_remainder = sorted(exact, key=lambda item: counts[item] - exact[item])
    for item in by_remainder[: total - sum(counts.values())]:
        counts[item] += 1
    return counts


def distinct(make: Callable[[], Item], key: Callable[[Item], tuple], seen: set[tuple], corpus: str) -> Item:
    """The first result of ``make`` whose ``key`` is not in ``seen``, where it is then noted.

    Raises:
        InputError: the grammar gives no new text any more.

    Example:
        >>> draw, seen, nouns = Draw("any text"), set(), ["dog", "cat", "horse"]
        >>> [distinct(lambda: draw.pick(nouns), lambda noun: (noun,), seen, "nouns") for _ in range(3)]
        ['horse', 'cat', 'dog']
    """
    for _ in range(ATTEMPTS):
        item = make()
        if (text := key(item)) not in seen:
            seen.add(text)
            return item
    raise InputError(
        f"synthetic corpus {corpus}: its grammar gave only {len(seen)} distinct texts; ask for fewer examples"
    )


def distinct_examples(
    corpus: str,
    splits: Mapping[str, float],
    kinds: Mapping[Kind, float],
    make: Callable[[Kind, Draw], tuple[list[str], Item]],
    examples: int,
    draw: Draw,
) -> dict[str, list[tuple[list[str], Item]]]:
    r"""Distinct examples, divided so that every split holds every kind of example in its share.

    Args:
        corpus: its name, for errors.
        splits: split -> share of the examples.
        kinds: kind of example -> share of each split.
        make: words and label of a new example of a kind.
        examples: number of examples of all splits together.
        draw: source of randomness.

    Returns:
        Words and label of every example, by split.

    Example:
        >>> grammar = Grammar("home: light <room> | heat <room>\nroom: hall | attic | bath")
        >>> def labelled(kind, draw):
        ...     return grammar.words(kind, draw), kind.upper()
        >>> distinct_examples("toy", {"train": 0.5, "test": 0.5}, {"home": 1.0}, labelled, 2, Draw("any text"))
        {'train': [(['heat', 'bath'], 'HOME')], 'test': [(['heat', 'attic'], 'HOME')]}
    """
    seen: set[tuple] = set()
    made = {}
    for split, size in quotas(splits, examples).items():
        dealt = draw.shuffled([kind for kind, count in quotas(kinds, size).items() for _ in range(count)])
        made[split] = [
            distinct(functools.partial(make, kind, draw), lambda pair: tuple(pair[0]), seen, corpus) for kind in dealt
        ]
    return made


def classification_corpus(
    name: str,
    class_names: tuple[str, ...],
    splits: Mapping[str, float],
    kinds: Mapping[Kind, float],
    make: Callable[[Kind, Draw], tuple[list[str], Label]],
    examples: int,
    draw: Draw,
) -> ClassificationCorpus:
    r"""The corpus of :func:`distinct_examples`.

    Args:
        name: the corpus.
        class_names: names by class id.
        splits: split -> share of the examples.
        kinds: kind of example -> share of each split.
        make: words and label (or label sequence), in class ids, of a new example of a kind.
        examples: number of examples of all splits together.
        draw: source of randomness.

    Example:
        >>> grammar = Grammar("home: light <room>\ntravel: fly to <city>\nroom: hall | attic\ncity: rome | oslo")
        >>> names = ("home", "travel")
        >>> def labelled(kind, draw):
        ...     return grammar.words(kind, draw), names.index(kind)
        >>> halves, kinds = {"train": 0.5, "test": 0.5}, {"home": 0.5, "travel": 0.5}
        >>> classification_corpus("toy", names, halves, kinds, labelled, 4, Draw("any text")).splits["test"]
        Split(words=[['fly', 'to', 'rome'], ['light', 'hall']], labels=[1, 0], natural=None)
    """
    made = distinct_examples(name, splits, kinds, make, examples, draw)
    parts = {
        split: Split(words=[words for words, _ in pairs], labels=[label for _, label in pairs])
        for split, pairs in made.items()
    }
    return ClassificationCorpus(name=name, class_names=class_names, splits=parts)
