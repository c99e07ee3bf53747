"""Check that a finished run is as it was written, file by file, and that its records, networks and tables fit together.

Example:
    python scripts/verify_run.py --run results/laptop

Prints a line per kind of check, and one per file that does not fit; then it ends with status 1.
"""

from pathlib import Path

from rnn_modules.files.command_line import parser_of, run
from rnn_modules.files.shown_text import shown
from rnn_modules.runs.rebuild_tables import verify_tables
from rnn_modules.runs.verification import Check, verify_files


def main() -> None:
    """Check and print."""
    parser = parser_of(__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of a finished run")
    arguments = parser.parse_args()
    checks = [*verify_files(arguments.run), verify_tables(arguments.run)]
    for check in checks:
        print("\n".join(map(shown, lines(check))))
    if problems := sum(len(check.problems) for check in checks):
        print(f"{shown(arguments.run)}: {problems} problem{'s' * (problems > 1)}")
        raise SystemExit(1)
    print(f"{shown(arguments.run)}: everything fits")


def lines(check: Check) -> list[str]:
    """What is printed of a check.

    Example:
        >>> lines(Check("networks against their records", checked=2, problems=["network.npz: missing"]))
        ['FAIL  networks against their records: 2 checked, 1 wrong', '      network.npz: missing']
    """
    state = "FAIL" if check.problems else "ok" if check.checked else "--"
    counts = f"{check.checked:,} checked"
    counts += f", {len(check.problems):,} wrong" if check.problems else ""
    counts += f", {len(check.skipped):,} not checked" if check.skipped else ""
    return [f"{state:4}  {check.name}: {counts}", *(f"      {text}" for text in (*check.problems, *check.skipped))]


if __name__ == "__main__":
    run(main)
