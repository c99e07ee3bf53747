"""Encode two classification datasets again, with one vocabulary and one length, so that modules of both read one input.

Example:
    python scripts/share_vocabulary.py --first datasets/clinc --second datasets/brown \
        --first-output datasets/clinc_with_brown --second-output datasets/brown_with_clinc
"""

import argparse
import logging
from pathlib import Path

from rnn_modules.data.dataset import Dataset
from rnn_modules.data.shared_vocabulary import share_vocabulary
from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.command_line import parser_of, run


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--first", type=Path, required=True, help="folder that prepare_dataset.py wrote")
    parser.add_argument("--second", type=Path, required=True, help="another one")
    parser.add_argument("--first-output", type=Path, required=True, help="folder of the first dataset, encoded again")
    parser.add_argument("--second-output", type=Path, required=True, help="folder of the second dataset, encoded again")
    return parser.parse_args()


def main() -> None:
    """Read both datasets, encode them again, and write them."""
    arguments = parse()
    folders = {arguments.first, arguments.second, arguments.first_output, arguments.second_output}
    if len({folder.resolve() for folder in folders}) < 4:
        raise InputError("first, second, first_output, second_output: a folder is named twice; use four folders")
    first, second = share_vocabulary(Dataset.load(arguments.first), Dataset.load(arguments.second))
    first.save(arguments.first_output)
    second.save(arguments.second_output)
    logging.info(
        "%s and %s: vocabulary %d, %d input tokens",
        first.metadata["corpus"],
        second.metadata["corpus"],
        first.metadata["vocabulary_size"],
        first.metadata["input_tokens"],
    )


if __name__ == "__main__":
    run(main)
