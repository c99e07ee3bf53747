"""Words of the synthetic parallel corpora in English, French, German, Italian, Ukrainian and Estonian."""

from __future__ import annotations

_ORDER = ("en", "fr", "de", "it", "uk", "et")


def _table(text: str) -> tuple[dict[str, tuple[str, ...]], ...]:
    """Rows that end in ``;``: languages separated by ``|`` in the order of ``_ORDER``, forms by blanks."""
    rows = [[cell.split() for cell in row.split("|")] for row in text.split(";") if row.strip()]
    return tuple({language: tuple(cell) for language, cell in zip(_ORDER, row, strict=True)} for row in rows)


# First and third person singular, first person plural, infinitive; Estonian also the form after the negation.
VERBS = _table(
    """
see sees see see | vois voit voyons voir | sehe sieht sehen sehen
    | vedo vede vediamo vedere | бачу бачить бачимо бачити | näen näeb näeme näha näe ;
seek seeks seek seek | cherche cherche cherchons chercher | suche sucht suchen suchen
    | cerco cerca cerchiamo cercare | шукаю шукає шукаємо шукати | otsin otsib otsime otsida otsi ;
know knows know know | connais connaît connaissons connaître | kenne kennt kennen kennen
    | conosco conosce conosciamo conoscere | знаю знає знаємо знати | tunnen tunneb tunneme tunda tunne ;
carry carries carry carry | porte porte portons porter | trage trägt tragen tragen
    | porto porta portiamo portare | несу несе несемо нести | kannan kannab kanname kanda kanna ;
wash washes wash wash | lave lave lavons laver | wasche wäscht waschen waschen
    | lavo lava laviamo lavare | мию миє миємо мити | pesen peseb peseme pesta pese ;
"""
)
(MODAL,) = _table(
    """
want wants want | veux veut voulons | will will wollen
    | voglio vuole vogliamo | хочу хоче хочемо | tahan tahab tahame ;
"""
)

# Gender where the language has one; then nominative and accusative (Estonian: partitive) where they differ. The
# first rows are those that can act; in Ukrainian the animate masculine ones have an accusative of their own.
NOUNS = _table(
    """
dog | m chien | m hund | m cane | m пес пса | koer koera ;
girl | f fille | n mädchen | f ragazza | f дівчина дівчину | tüdruk tüdrukut ;
woman | f femme | f frau | f donna | f жінка жінку | naine naist ;
horse | m cheval | n pferd | m cavallo | m кінь коня | hobune hobust ;
house | f maison | n haus | f casa | m будинок будинок | maja maja ;
book | m livre | n buch | m libro | f книга книгу | raamat raamatut ;
table | f table | m tisch | m tavolo | m стіл стіл | laud lauda ;
city | f ville | f stadt | f città | n місто місто | linn linna ;
"""
)
PEOPLE = 4

# French and Italian: masculine, feminine (a third French form marks those that precede the noun); German and
# Ukrainian: the stem; Estonian: nominative, partitive.
ADJECTIVES = _table(
    """
small | petit petite before | klein | piccolo piccola | маленьк | väike väikest ;
big | grand grande before | groß | grande grande | велик | suur suurt ;
green | vert verte | grün | verde verde | зелен | roheline rohelist ;
grey | gris grise | grau | grigio grigia | сір | hall halli ;
"""
)

# First person singular, third person singular, first person plural, in the order of the verb forms.
PRONOUNS = tuple(
    {language: form for language, (form,) in row.items()}
    for row in _table(
        """
i | je | ich | io | я | ma ;
he | il | er | lui | він | ta ;
we | nous | wir | noi | ми | me ;
"""
    )
)
ADVERBS = tuple(
    {language: form for language, (form,) in row.items()}
    for row in _table(
        """
now | maintenant | jetzt | ora | зараз | nüüd ;
here | ici | hier | qui | тут | siin ;
often | souvent | oft | spesso | часто | tihti ;
"""
    )
)
