# Where Snakemake cannot write its own files it ends with a traceback; this says in one line what is wrong.
import logging
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(Path(workflow.basedir).parent / "scripts"))

from rnn_modules.files.atomic_files import UnwritableError, replacing

try:
    with replacing(".snakemake/writable") as temporary:
        temporary.write_bytes(bytes(2**16))
except UnwritableError as error:
    # The log is on that disk too.
    logging.raiseExceptions = False
    raise WorkflowError(str(error)) from None
