"""The files of the answers to the claims: records read, claims answered, everything written into one folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rnn_modules.files.atomic_files import write_json
from rnn_modules.records.case_records import read_case_records
from rnn_modules.records.control_records import read_control_records
from rnn_modules.records.cost_records import read_records
from rnn_modules.records.frontier_records import read_frontier_records
from rnn_modules.records.offer_records import read_offer_records
from rnn_modules.records.variant_records import read_variant_records
from rnn_modules.reporting.claims.answers import sheets, summary
from rnn_modules.reporting.claims.given import Given
from rnn_modules.reporting.tables.table_files import write_for_people

Paths = Sequence[str | os.PathLike]


def write_claims(
    costs: Paths,
    cases: Paths,
    variants: Paths,
    folder: str | os.PathLike,
    controls: Paths = (),
    offers: Paths = (),
    frontiers: Paths = (),
) -> None:
    """Write the answers to all claims: ``claims.json`` for programs, and for people Markdown, LaTeX and HTML.

    Args:
        costs: records of research question 1.
        cases: records of reuse, replacement and scenarios.
        variants: records of the variants. All are of one run; where there is none, its claims are not tested.
        folder: where the answers go.
        controls: records of the controls of the method.
        offers: records of modules beside networks from scratch.
        frontiers: records of the frontier of small modules.

    Raises:
        InputError: a damaged record, or records of several runs; as UnwritableError, a file cannot be written.

    Example:
        >>> import tempfile
        >>> path = "results/reference/laptop/models/many_to_one/clinc/lstm-1/seed-0/decomposition_cost.json"
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_claims([path], [], [], folder)
        ...     sorted(path.name for path in Path(folder).iterdir())
        ['claims.html', 'claims.json', 'claims.md', 'claims.tex']
    """
    given = Given(
        costs=read_records(costs) if costs else [],
        cases=read_case_records(cases) if cases else [],
        variants=read_variant_records(variants) if variants else [],
        controls=read_control_records(controls) if controls else [],
        offers=read_offer_records(offers) if offers else [],
        frontiers=read_frontier_records(frontiers) if frontiers else [],
    )
    folder = Path(folder)
    write_json(folder / "claims.json", summary(given))
    write_for_people(folder / "claims", sheets(given))
