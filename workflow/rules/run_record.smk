# results/<run>/run.json, written when Snakemake starts and ends; it is no file of any rule, so nothing depends on it.
import sys

sys.path.insert(0, str(Path(workflow.basedir).parent / "scripts"))

from rnn_modules import run_record
from rnn_modules.artefacts import InputError


def note_call(note, *arguments):
    """Call a function of the run record; what it cannot write stops no run."""
    try:
        note(RESULTS, *arguments)
    except (InputError, OSError) as error:
        logger.warning(f"The run is not recorded: {error}")


def note_end(state):
    dag = workflow.dag
    executed = [job.rule.name for job in dag.finished_jobs]
    note_call(run_record.end_call, state, executed, [job.rule.name for job in dag.jobs])


onstart:
    note_call(run_record.begin_call, config, LOCK, sys.argv)


onsuccess:
    note_end("finished")


onerror:
    note_end("failed")
