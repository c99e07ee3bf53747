"""Answer the paper's 40 claims from result records: figures with intervals, verdicts, and remarks.

python scripts/answer_claims.py --decomposition-cost results/demo/models/*/*/*/*/decomposition_cost.json \
    --cases results/demo/experiments/{intra_*,inter_*,scenario}/*/*/*.json \
    --variants results/demo/experiments/variants/*/*/*.json \
    --json results/demo/tables/claims.json --markdown results/demo/tables/claims.md

Each kind of record may be left out; its claims are then "not tested at this scale".
"""

from __future__ import annotations

import argparse

from rnn_modules.files.atomic_files import write_json
from rnn_modules.files.command_line import run
from rnn_modules.records.case_records import read_case_records
from rnn_modules.records.cost_records import read_records
from rnn_modules.records.variant_records import read_variant_records
from rnn_modules.reporting.claims.answers import Given, sheets, summary
from rnn_modules.reporting.tables import rendering


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for flag, text in (
        ("--decomposition-cost", "records of research question 1"),
        ("--cases", "records of reuse, replacement and scenarios"),
        ("--variants", "records of the decomposition's variants"),
    ):
        parser.add_argument(flag, nargs="*", default=[], metavar="RECORD", help=f"{text}, JSON, all of one run")
    parser.add_argument("--json", required=True, help="output: the answers for programs")
    parser.add_argument("--markdown", required=True, help="output: the answers for people")
    parser.add_argument("--html", help="output: the same as a page")
    parser.add_argument("--latex", help="output: the same as LaTeX tables")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    given = Given(
        costs=read_records(arguments.decomposition_cost) if arguments.decomposition_cost else [],
        cases=read_case_records(arguments.cases) if arguments.cases else [],
        variants=read_variant_records(arguments.variants) if arguments.variants else [],
    )
    pages = sheets(given)
    write_json(arguments.json, summary(given))
    rendering.write_text(arguments.markdown, "\n".join(map(rendering.markdown, pages)))
    if arguments.html:
        rendering.write_text(arguments.html, rendering.html(*pages))
    if arguments.latex:
        rendering.write_text(arguments.latex, "\n".join(map(rendering.latex, pages)))


if __name__ == "__main__":
    run(main)
