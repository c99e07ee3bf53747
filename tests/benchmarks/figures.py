"""Where a benchmark's figures go."""

import argparse
from pathlib import Path

from rnn_modules.files.atomic_files import replacing, write_json


def add_output_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags that :func:`publish` takes."""
    parser.add_argument("--output", type=Path, help="write the figures as JSON, too")
    parser.add_argument("--markdown", type=Path, help="write the report as Markdown, too")


def publish(figures: dict, report: str, arguments: argparse.Namespace) -> None:
    """Print the report, and write it and the figures where the flags say."""
    print(report)
    if arguments.markdown:
        with replacing(arguments.markdown) as temporary:
            temporary.write_text(report + "\n", encoding="utf-8")
    if arguments.output:
        write_json(arguments.output, figures)
