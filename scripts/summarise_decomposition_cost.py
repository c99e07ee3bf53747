"""Answer the paper's claims about the cost of decomposition (C01 to C17) from result records.

python scripts/summarise_decomposition_cost.py results/demo/decomposition_cost/*.json \
    --json results/demo/summary.json --markdown results/demo/summary.md
"""

from __future__ import annotations

import argparse

from rnn_modules import rendering
from rnn_modules.artefacts import write_json
from rnn_modules.claims import summarise, summary_markdown
from rnn_modules.commands import run
from rnn_modules.records import caption, read_records


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="+", metavar="RECORD", help="JSON record of one model; all of one run")
    parser.add_argument("--json", required=True, help="output: the summary for programs")
    parser.add_argument("--markdown", required=True, help="output: the summary for people")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    records = read_records(arguments.records)
    summary = summarise(records)
    write_json(arguments.json, summary)
    rendering.write_text(arguments.markdown, summary_markdown(summary, caption(records)))


if __name__ == "__main__":
    run(main)
