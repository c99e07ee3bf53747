"""Make sure a corpus's files are there and are the published ones; write down which they are.

Example:
    python scripts/fetch_corpus.py --corpus clinc --source mirror --mirror datasets --output clinc/manifest.json
    python scripts/fetch_corpus.py --corpus brown --source download --cache downloads --output brown/manifest.json
    python scripts/fetch_corpus.py --corpus clinc --source synthetic --examples 2000 --output clinc/manifest.json
"""

import argparse
import logging

from rnn_modules.data.corpora import CORPORA
from rnn_modules.data.corpora.sources import SOURCES, fetch
from rnn_modules.files.atomic_files import write_json
from rnn_modules.files.command_line import parser_of, run, whole_number


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--corpus", choices=CORPORA, required=True)
    parser.add_argument("--source", choices=SOURCES, required=True)
    parser.add_argument("--mirror", help="folder with one folder per corpus (source mirror)")
    parser.add_argument("--cache", help="folder for downloads, laid out as a mirror (source download)")
    parser.add_argument("--examples", type=whole_number(1), help="number of examples (source synthetic)")
    parser.add_argument("--seed", type=whole_number(0), default=0, help="seed of the examples (source synthetic)")
    parser.add_argument("--output", required=True, help="manifest to write")
    return parser.parse_args()


def main() -> None:
    """Fetch and check the files, then write the manifest."""
    arguments = parse()
    manifest = fetch(
        arguments.corpus,
        arguments.source,
        mirror=arguments.mirror,
        cache=arguments.cache,
        examples=arguments.examples,
        seed=arguments.seed,
    )
    write_json(arguments.output, manifest)
    logging.info("%s (%s): %d files checked", manifest["corpus"], manifest["form"], len(manifest["files"]))


if __name__ == "__main__":
    run(main)
