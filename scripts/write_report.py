"""Write the report of a run: one HTML page with claims, tables, figures, models, costs and provenance.

python scripts/write_report.py --run-folder results/laptop --output results/laptop/report/index.html

The page is self-contained: it needs no network and no other file. What the run does not have is said in one line.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from rnn_modules.files.command_line import run
from rnn_modules.reporting.report.content import read_content
from rnn_modules.reporting.report.page import render
from rnn_modules.reporting.tables.rendering import write_text


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run-folder", type=Path, required=True, help="results folder of a run")
    parser.add_argument("--output", type=Path, required=True, help="the page")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    page = render(read_content(arguments.run_folder))
    write_text(arguments.output, page)
    logging.info("%s: %.1f MB", arguments.output, len(page.encode()) / 1e6)


if __name__ == "__main__":
    run(main)
