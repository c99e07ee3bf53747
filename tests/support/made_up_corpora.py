"""Small corpora in memory, whose words tell split, row or line."""

from rnn_modules.data.corpora import ClassificationCorpus, ParallelCorpus, Split

MANIFEST = {
    "corpus": "x",
    "source": "mirror",
    "form": "published",
    "files": [{"name": "a.zip", "path": "somewhere/a.zip", "bytes": 3, "sha256": "00"}],
}


def domains(examples: int = 60, names: tuple[str, ...] = ("red", "blue")) -> ClassificationCorpus:
    """A corpus with all three splits; the words tell split and row."""
    splits = {
        split: Split(
            [["word", f"{split}{row}"] for row in range(examples)], [row % len(names) for row in range(examples)]
        )
        for split in ("train", "validation", "test")
    }
    return ClassificationCorpus("clinc", names, splits, {"no word": 2})


def tagged(sentences: int = 40) -> ClassificationCorpus:
    """Sentences of one to four words in which word "w<tag>" has its tag."""
    labels = [[1 + (row + step) % 3 for step in range(1 + row % 4)] for row in range(sentences)]
    words = [[f"w{label}" for label in row] for row in labels]
    return ClassificationCorpus("brown", ("padding", "NOUN", "VERB", "."), {"train": Split(words, labels)})


def comments(rows: int = 100) -> ClassificationCorpus:
    """Comments of which the first half is of natural rates; half of all published rows are clean."""
    names = ("padding", "clean", "toxic", "severe_toxic", "obscene")
    patterns = [[1], [2], [2, 3], [2, 3, 4], [4]]
    labels = [patterns[row % 5] for row in range(rows)]
    train = Split([["row", f"row{row}"] for row in range(rows)], labels, [row < rows // 2 for row in range(rows)])
    splits = {"train": train, "test": Split([["t"]] * 5, patterns)}
    published = {(1,): 500, (2,): 250, (2, 3): 125, (2, 3, 4): 100, (4,): 13, (3,): 12}
    return ClassificationCorpus("toxicity", names, splits, published_rows=published)


def lines(number: int = 40, repeated: int = 0) -> ParallelCorpus:
    """Numbered sentences; the first ``repeated`` sources occur a second time with other translations."""
    numbers = [*range(number), *range(repeated)]
    return ParallelCorpus(
        "tatoeba",
        "en",
        {
            "en": [["line", f"en{one}"] for one in numbers],
            "fr": [["ligne", f"fr{position}"] for position, _ in enumerate(numbers)],
            "de": [["die", "zeile", f"de{position}"] for position, _ in enumerate(numbers)],
        },
    )
