"""Encode a corpus: split, vocabulary of the training text, ids.

Example:
    python scripts/prepare_dataset.py --manifest clinc/manifest.json --output clinc/dataset --input-tokens 15
    python scripts/prepare_dataset.py --manifest tatoeba/manifest.json --output tatoeba/dataset --longest-source 6
    python scripts/prepare_dataset.py --manifest tatoeba/manifest.json --output tatoeba/fr_de --languages fr de
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
import argparse
import logging

from rnn_modules.data.corpora.sources import load, read_manifest
from rnn_modules.data.dataset import DatasetSettings
from rnn_modules.data.preparation import prepare
from rnn_modules.files.command_line import add_settings, parser_of, run, settings_from


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--manifest", required=True, help="manifest that fetch_corpus.py wrote")
    parser.add_argument("--output", required=True, help="folder of the dataset")
    add_settings(parser, DatasetSettings)
    return parser.parse_args()


def main() -> None:
    """Read the corpus, encode it, and write the dataset."""
    arguments = parse()
    manifest = read_manifest(arguments.manifest)
    settings = settings_from(arguments, DatasetSettings)
    dataset = prepare(load(manifest), settings, manifest)
    dataset.save(arguments.output)
    logging.info(
        "%s: %s examples, vocabulary %d, target vocabulary %s",
        manifest["corpus"],
        dataset.metadata["examples"],
        dataset.metadata["vocabulary_size"],
        dataset.metadata["target_vocabulary_size"],
    )


if __name__ == "__main__":
    run(main)
