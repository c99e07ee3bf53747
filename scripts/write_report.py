"""Write the report of a run: one HTML page with claims, tables, figures, models, costs and provenance.

python scripts/write_report.py --run-folder results/laptop --output results/laptop/report/index.html

The page is self-contained: it needs no network and no other file. What the run does not have is said in one line.
"""

from __future__ import annotations

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.reporting.report.page import write_report


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("--run-folder", required=True, help="results folder of a run")
    parser.add_argument("--output", required=True, help="the page")
    arguments = parser.parse_args()
    write_report(arguments.run_folder, arguments.output)


if __name__ == "__main__":
    run(main)
