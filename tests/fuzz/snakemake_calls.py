"""``python snakemake_calls.py FILE ...``: dry runs with each file as overlay of config/ci.yaml, in one process.

Prints one JSON line per file: status, and what Snakemake printed.
"""

import contextlib
import io
import json
import sys

from snakemake.cli import main

for path in sys.argv[1:]:
    printed, status = io.StringIO(), 0
    arguments = ["--workflow-profile", "workflow/profiles/default", "--configfile", "config/ci.yaml", path]
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            main([*arguments, "--dry-run"])
        except SystemExit as error:
            status = error.code
    print(json.dumps({"status": status, "printed": printed.getvalue()}), flush=True)
