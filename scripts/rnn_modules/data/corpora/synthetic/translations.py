"""Synthetic parallel sentences in six languages: one sentence plan, written out by the grammar of each language."""

from __future__ import annotations

from dataclasses import dataclass

from rnn_modules.data.corpora import ParallelCorpus
from rnn_modules.data.corpora.synthetic.grammar import Draw, distinct
from rnn_modules.data.corpora.synthetic.lexicon import ADJECTIVES, ADVERBS, MODAL, NOUNS, PEOPLE, PRONOUNS, VERBS

# The first language is the source.
LANGUAGES = {
    "tatoeba": ("en", "fr", "de", "it"),
    "ukrainian": ("en", "de", "fr", "it", "uk"),
    "estonian": ("et", "en", "de", "it"),
    "estonian_larger": ("et", "en"),
}


@dataclass(frozen=True)
class Nominal:
    """A noun with its article and at most one adjective, or a pronoun.

    Args:
        noun: index in ``NOUNS``, or in ``PRONOUNS`` for a pronoun.
        definite: whether the article is definite.
        adjective: index in ``ADJECTIVES``, or None.
        pronoun: whether it is a pronoun.

    Example:
        >>> girl, we = Nominal(1, adjective=0), Nominal(2, pronoun=True)
        >>> girl.person, we.person
        (1, 2)
    """

    noun: int
    definite: bool = True
    adjective: int | None = None
    pronoun: bool = False

    @property
    def person(self) -> int:
        """Index of the verb form: 0 first person singular, 1 third person singular, 2 first person plural."""
        return self.noun if self.pronoun else 1


@dataclass(frozen=True)
class Plan:
    """What a sentence says: subject, verb, object, and whether it is negated, wished for, and when or where.

    Example:
        >>> girl, book = Nominal(1), Nominal(5, definite=False)
        >>> " ".join(write("en", Plan(girl, 1, book, negated=False, wished=True, adverb=None)))
        'the girl wants to seek a book'
    """

    subject: Nominal
    verb: int
    object: Nominal
    negated: bool
    wished: bool
    adverb: int | None


def _plan(draw: Draw) -> Plan:
    """A random plan with at most one adjective, and at most one of negation, wish and adverb."""
    described = draw.below(3)
    adjectives = [draw.below(len(ADJECTIVES)) if described == part else None for part in range(2)]
    if draw.chance(0.5):
        subject = Nominal(draw.below(len(PRONOUNS)), pronoun=True)
    else:
        subject = Nominal(draw.below(PEOPLE), draw.chance(0.5), adjectives[0])
    object_ = Nominal(draw.below(len(NOUNS)), draw.chance(0.5), adjectives[1])
    kind = draw.below(5)
    adverb = draw.below(len(ADVERBS)) if kind == 2 else None
    return Plan(subject, draw.below(len(VERBS)), object_, negated=kind == 0, wished=kind == 1, adverb=adverb)


def _verb(language: str, plan: Plan) -> tuple[str, list[str]]:
    """The finite verb, and the infinitive when the action is wished for."""
    forms = VERBS[plan.verb][language]
    if plan.wished:
        return MODAL[language][plan.subject.person], [forms[3]]
    return forms[plan.subject.person], []


def _english(plan: Plan) -> list[str]:
    def nominal(part: Nominal) -> list[str]:
        if part.pronoun:
            return [PRONOUNS[part.noun]["en"]]
        adjective = [] if part.adjective is None else [ADJECTIVES[part.adjective]["en"][0]]
        return ["the" if part.definite else "a", *adjective, NOUNS[part.noun]["en"][0]]

    finite, infinitive = _verb("en", plan)
    verb = [finite, *(["to", *infinitive] if infinitive else [])]
    if plan.negated:
        verb = ["does" if plan.subject.person == 1 else "do", "not", VERBS[plan.verb]["en"][0]]
    adverb = [] if plan.adverb is None else [ADVERBS[plan.adverb]["en"]]
    return [*nominal(plan.subject), *verb, *nominal(plan.object), *adverb]


def _romance_nominal(language: str, part: Nominal) -> list[str]:
    if part.pronoun:
        return [PRONOUNS[part.noun][language]]
    gender, noun = NOUNS[part.noun][language]
    feminine = gender == "f"
    articles = {"fr": (("le", "la"), ("un", "une")), "it": (("il", "la"), ("un", "una"))}[language]
    article = articles[0 if part.definite else 1][feminine]
    if part.adjective is None:
        return [article, noun]
    forms = ADJECTIVES[part.adjective][language]
    # French puts adjectives of size and age before the noun, those of colour behind it.
    before = language == "fr" and len(forms) == 3
    return [article, forms[feminine], noun] if before else [article, noun, forms[feminine]]


def _french(plan: Plan) -> list[str]:
    finite, infinitive = _verb("fr", plan)
    verb = ["ne", finite, "pas"] if plan.negated else [finite]
    adverb = [] if plan.adverb is None else [ADVERBS[plan.adverb]["fr"]]
    subject, object_ = (_romance_nominal("fr", part) for part in (plan.subject, plan.object))
    return [*subject, *verb, *infinitive, *object_, *adverb]


def _italian(plan: Plan) -> list[str]:
    finite, infinitive = _verb("it", plan)
    adverb = [] if plan.adverb is None else [ADVERBS[plan.adverb]["it"]]
    # The ending of the verb tells the first person; its pronoun is left out.
    subject = [] if plan.subject.pronoun and plan.subject.person != 1 else _romance_nominal("it", plan.subject)
    negation = ["non"] if plan.negated else []
    return [*adverb, *subject, *negation, finite, *infinitive, *_romance_nominal("it", plan.object)]


def _german(plan: Plan) -> list[str]:
    def nominal(part: Nominal, accusative: bool) -> list[str]:
        if part.pronoun:
            return [PRONOUNS[part.noun]["de"]]
        gender, *forms = NOUNS[part.noun]["de"]
        noun = forms[-1] if accusative else forms[0]
        masculine_object = accusative and gender == "m"
        if part.definite:
            article = "den" if masculine_object else {"m": "der", "f": "die", "n": "das"}[gender]
            ending = "en" if masculine_object else "e"
        else:
            article = "einen" if masculine_object else "eine" if gender == "f" else "ein"
            ending = "en" if masculine_object else {"m": "er", "f": "e", "n": "es"}[gender]
        adjective = [] if part.adjective is None else [ADJECTIVES[part.adjective]["de"][0] + ending]
        return [article, *adjective, noun]

    finite, infinitive = _verb("de", plan)
    negation = ["nicht"] if plan.negated else []
    subject, object_ = nominal(plan.subject, False), nominal(plan.object, True)
    # The finite verb stays second when the adverb comes first; infinitive and negation close the sentence.
    start = [*subject, finite] if plan.adverb is None else [ADVERBS[plan.adverb]["de"], finite, *subject]
    return [*start, *object_, *negation, *infinitive]


def _ukrainian(plan: Plan) -> list[str]:
    def nominal(part: Nominal, accusative: bool) -> list[str]:
        if part.pronoun:
            return [PRONOUNS[part.noun]["uk"]]
        gender, noun, noun_object = NOUNS[part.noun]["uk"]
        animate = gender == "m" and noun != noun_object
        case = "a" if accusative and (gender == "f" or animate) else "n"
        demonstrative = {"mn": "цей", "ma": "цього", "fn": "ця", "fa": "цю", "nn": "це"}[gender + case]
        ending = {"mn": "ий", "ma": "ого", "fn": "а", "fa": "у", "nn": "е"}[gender + case]
        adjective = [] if part.adjective is None else [ADJECTIVES[part.adjective]["uk"][0] + ending]
        return [*([demonstrative] if part.definite else []), *adjective, noun_object if accusative else noun]

    finite, infinitive = _verb("uk", plan)
    adverb = [] if plan.adverb is None else [ADVERBS[plan.adverb]["uk"]]
    negation = ["не"] if plan.negated else []
    return [*adverb, *nominal(plan.subject, False), *negation, finite, *infinitive, *nominal(plan.object, True)]


def _estonian(plan: Plan) -> list[str]:
    def nominal(part: Nominal, partitive: bool) -> list[str]:
        if part.pronoun:
            return [PRONOUNS[part.noun]["et"]]
        article = (("üks", "üht"), ("see", "seda"))[part.definite][partitive]
        adjective = [] if part.adjective is None else [ADJECTIVES[part.adjective]["et"][partitive]]
        return [article, *adjective, NOUNS[part.noun]["et"][partitive]]

    finite, infinitive = _verb("et", plan)
    verb = ["ei", VERBS[plan.verb]["et"][4]] if plan.negated else [finite, *infinitive]
    subject, object_ = nominal(plan.subject, False), nominal(plan.object, True)
    if plan.adverb is None:
        return [*subject, *verb, *object_]
    # The verb comes second, before the subject, when the adverb opens the sentence.
    if plan.negated:
        return [ADVERBS[plan.adverb]["et"], *subject, *verb, *object_]
    return [ADVERBS[plan.adverb]["et"], finite, *subject, *infinitive, *object_]


_WRITERS = {
    "en": _english,
    "fr": _french,
    "de": _german,
    "it": _italian,
    "uk": _ukrainian,
    "et": _estonian,
}


def write(language: str, plan: Plan) -> list[str]:
    """Words of the sentence that ``plan`` describes in a language.

    Example:
        >>> plan = Plan(Nominal(1), 0, Nominal(4, definite=False, adjective=0), negated=False, wished=False, adverb=0)
        >>> [" ".join(write(language, plan)) for language in ("en", "et")]
        ['the girl sees a small house now', 'nüüd näeb see tüdruk üht väikest maja']
    """
    return _WRITERS[language](plan)


def parallel_sentences(corpus: str, examples: int, draw: Draw) -> ParallelCorpus:
    """Line-aligned sentences of 3 to 8 words; no sentence of the source language occurs twice.

    Args:
        corpus: one of :data:`LANGUAGES`.
        examples: number of lines.
        draw: source of randomness.

    Example:
        >>> corpus = parallel_sentences("tatoeba", 300, Draw("tatoeba:0"))
        >>> [" ".join(sentences[0]) for sentences in list(corpus.sentences.values())[:3]]
        ['the girl does not seek a city', 'la fille ne cherche pas une ville', 'das mädchen sucht eine stadt nicht']
    """
    source, *_ = languages = LANGUAGES[corpus]
    seen: set[tuple] = set()
    plans = [
        distinct(lambda: _plan(draw), lambda plan: tuple(write(source, plan)), seen, corpus) for _ in range(examples)
    ]
    sentences = {language: [write(language, plan) for plan in plans] for language in languages}
    return ParallelCorpus(name=corpus, source_language=source, sentences=sentences)
