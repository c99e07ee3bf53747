"""Answer the paper's 40 claims and our own from result records: figures with intervals, verdicts, and remarks.

python scripts/answer_claims.py --decomposition-cost results/demo/models/*/*/*/*/decomposition_cost.json \
    --cases results/demo/experiments/{intra_*,inter_*,scenario}/*/*/*.json \
    --variants results/demo/experiments/variants/*/*/*.json --offers results/demo/experiments/offer/*/*/*.json \
    --output-folder results/demo/tables

Written are claims (.json for programs, .md, .tex, .html). Each kind of record may be left out; its claims are then "not
tested".
"""

from __future__ import annotations

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.reporting.claims.written import write_claims


def main() -> None:
    parser = parser_of(__doc__)
    for flag, text in (
        ("--decomposition-cost", "records of research question 1"),
        ("--cases", "records of reuse, replacement and scenarios"),
        ("--variants", "records of the decomposition's variants"),
        ("--controls", "records of the controls of the method"),
        ("--offers", "records of modules beside networks from scratch"),
        ("--frontiers", "records of the frontier of small modules"),
    ):
        parser.add_argument(flag, nargs="*", default=[], metavar="RECORD", help=f"{text}, JSON, all of one run")
    parser.add_argument("--output-folder", required=True, help="folder for the answers")
    arguments = parser.parse_args()
    write_claims(
        arguments.decomposition_cost,
        arguments.cases,
        arguments.variants,
        arguments.output_folder,
        arguments.controls,
        arguments.offers,
        arguments.frontiers,
    )


if __name__ == "__main__":
    run(main)
