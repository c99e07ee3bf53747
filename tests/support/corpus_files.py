"""Tiny made-up corpora in the published file formats."""

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path

KINDS = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]
CATEGORIES = ["gain", "general", "geometry", "other", "physics", "probability"]


def zipped(path: Path, members: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)


def rows(header: list, *lines: list) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *lines])
    return stream.getvalue()


def write(folder: Path, name: str, text: str, compressed: bool = False) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if compressed:
        (folder / (name + ".gz")).write_bytes(gzip.compress(text.encode()))
    else:
        (folder / name).write_bytes(text.encode())


def questions(start: int = 0) -> list[dict]:
    return [
        {"Problem": f"How many {name} , {start + number} in all ?", "category": name}
        for number, name in enumerate(CATEGORIES)
    ]


def math_qa_published(folder: Path) -> None:
    zipped(
        folder / "MathQA.zip",
        {name: json.dumps(questions(10 * n)) for n, name in enumerate(["train.json", "dev.json", "test.json"])},
    )


def math_qa_by_category(folder: Path, compressed: bool = False) -> None:
    for row in questions():
        text = rows(["", "Problem", "correct", "category"], [0, row["Problem"], "a", row["category"]])
        write(folder, f"train_{row['category']}.csv", text, compressed)
    write(folder, "dev.json", json.dumps(questions(10)), compressed)
    write(folder, "test.json", json.dumps(questions(20)), compressed)


def clinc(folder: Path, extra: tuple = ()) -> None:
    header = ["text", "intent", "domain", "intent_name", "domain_name"]
    lines = [[f"Tell me 'bout thing {n} , please", n, n, "i", f"d{n}"] for n in range(10)]
    zipped(
        folder / "clinc_oos.zip",
        {
            "train.csv": rows(header, *lines, *extra),
            "val.csv": rows(header, *lines),
            "test.csv": rows(header, *lines),
            "train_ood.csv": rows(header, ["out of scope", 150, 10, "oos", "oos"]),
        },
    )


def brown(folder: Path, text: str = "\n\n\tThe/at Cat/nn-tl 1\\/2/cd-x ran/vbd ./.\n\n\tStrange/zz ;/.\n") -> None:
    zipped(folder / "brown.zip", {"brown/README": "about", "brown/ca02": "So/rb it/pps\n", "brown/ca01": text})
    tags = {"AT": "DET", "NN-TL": "NOUN", "VBD": "VERB", ".": ".", "RB": "ADV", "PPS": "PRON"}
    mapping = "".join(f"{fine}\t{coarse}\n" for fine, coarse in tags.items())
    zipped(folder / "universal_tagset.zip", {"universal_tagset/en-brown.map": mapping})


TRAIN_COMMENTS = [
    ["a", "A fine\nday, isn't it?", 0, 0, 0, 0, 0, 0],
    ["b", "you rude one", 1, 0, 1, 0, 0, 1],
    ["c", "!!!", 0, 0, 0, 0, 0, 0],
]
TEST_COMMENTS = [["d", "good work", 0, 0, 0, 0, 0, 0], ["e", "who knows", -1, -1, -1, -1, -1, -1]]


def toxicity_published(folder: Path) -> None:
    write(folder, "train.csv", rows(["id", "comment_text", *KINDS], *TRAIN_COMMENTS))
    zipped(folder / "test.csv.zip", {"test.csv": rows(["id", "comment_text"], *[row[:2] for row in TEST_COMMENTS])})
    labels = [[row[0], *row[2:]] for row in reversed(TEST_COMMENTS)]
    write(folder, "test_labels.csv", rows(["id", *KINDS], *labels), compressed=True)


def toxicity_subset(folder: Path) -> None:
    header = ["id", "comment_text", *KINDS, "train_row", "source"]
    lines = [[*row, number if number != 1 else "", "x"] for number, row in enumerate(TRAIN_COMMENTS)]
    write(folder, "train_subset.csv", rows(header, *lines), compressed=True)
    lines = [[*row, "x"] for row in TEST_COMMENTS]
    write(folder, "test_subset.csv", rows([*header[:8], "source"], *lines), compressed=True)


def estonian(folder: Path) -> None:
    write(folder, "et_et_train.txt", "Tere!\nKass magab.\n...\nOota\u2028siin.\n")
    write(folder, "en_et_train.txt", 'Hello!\n"The ""cat"" sleeps."\nWell\nWait here.\n', compressed=True)
    write(folder, "de_et_train.txt", "Hallo!\nDie Katze schläft.\nTja\nWarte hier.\n")
    write(folder, "it_et_train.txt", "Ciao!\nIl gatto dorme.\nBeh\nAspetta qui.\n")


def estonian_larger(folder: Path) -> None:
    write(folder, "et_et_train_s2.txt", "Tere!\nTere!\nKass magab.\n")
    write(folder, "en_et_train_s2.txt", "Hello!\nHi!\nThe cat sleeps.\n")
